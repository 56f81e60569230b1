#include "reports/table.hpp"

#include <assay/reports/history.hpp>

#include <fmt/format.h>

namespace assay::reports {
namespace {

Paint paint_of(std::string_view state) {
  if (state.starts_with("PASS")) return Paint::green;
  if (state == "BLOCK" || state == "ERROR") return Paint::red;
  return state == "INCONCLUSIVE" ? Paint::yellow : Paint::dim;
}

std::string samples(const HistoryLine& line) {
  if (line.finished == line.planned) return show_count(line.finished);
  return show_count(line.finished) + "/" + show_count(line.planned);
}

}  // namespace

std::string history_table(const std::vector<HistoryLine>& lines, const Style& style) {
  if (lines.empty()) return "  no runs\n";
  static const std::vector<Heading> kHeadings = {
      {"run", false, 10}, {"started"},       {"verdict"},    {"suites", false, 10}, {"target", false, 8},
      {"pass", true},     {"samples", true}, {"cost", true}, {"commit", false, 7},
  };
  std::vector<std::vector<Cell>> rows;
  for (const HistoryLine& line : lines) {
    std::string started = to_rfc3339(line.started);
    if (started.size() == 20) started = started.substr(0, 10) + ' ' + started.substr(11, 5);
    rows.push_back({{line.run},
                    {started},
                    {line.state, paint_of(line.state)},
                    {line.suites},
                    {line.target},
                    {line.pass_rate ? show_value(*line.pass_rate, Unit::share) : ""},
                    {samples(line)},
                    {line.usd ? show_value(*line.usd, Unit::usd) : ""},
                    {line.commit.substr(0, 8)}});
  }
  return harmless(render_table(kHeadings, std::move(rows), style.width, style.color));
}

}  // namespace assay::reports
