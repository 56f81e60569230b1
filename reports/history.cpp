#include "reports/table.hpp"

#include <assay/reports/history.hpp>

#include <fmt/format.h>

namespace assay::reports {
namespace {

std::string samples(const HistoryLine& line) {
  if (line.finished == line.planned) return show_count(line.finished);
  return show_count(line.finished) + "/" + show_count(line.planned);
}

std::string table(const std::vector<HistoryLine>& lines, const Style& style, bool dated) {
  static const std::vector<Heading> kHeadings = {
      {"run"},        {"started"},       {"verdict"},    {"suites", false, 8}, {"target", false, 6},
      {"pass", true}, {"samples", true}, {"cost", true}, {"commit", false, 7},
  };
  std::vector<std::vector<Cell>> rows;
  for (const HistoryLine& line : lines) {
    rows.push_back({{line.run},
                    {dated ? day_and_minute(line.started) : ""},
                    {line.state, paint_of_state(line.state)},
                    {line.suites},
                    {line.target},
                    {line.pass_rate ? show_value(*line.pass_rate, Unit::share) : ""},
                    {samples(line)},
                    {line.usd ? show_value(*line.usd, Unit::usd) : ""},
                    {line.commit.substr(0, 8)}});
  }
  return render_table(kHeadings, std::move(rows), style.width, style.color);
}

}  // namespace

std::string history_table(const std::vector<HistoryLine>& lines, const Style& style) {
  if (lines.empty()) return "  no runs\n";
  // A run's name is what other commands ask for, and says when it was: where both have no room, it stays.
  const std::string plain = table(lines, {false, style.width}, true);
  const std::size_t rule = plain.find('\n') + 1;
  const bool fits = display_width(plain.substr(rule, plain.find('\n', rule) - rule)) <= style.width;
  return harmless(table(lines, style, fits));
}

}  // namespace assay::reports
