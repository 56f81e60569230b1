#include "reports/table.hpp"

#include <assay/reports/baselines.hpp>

namespace assay::reports {
std::string baselines_table(const std::vector<BaselineLine>& lines, const Style& style) {
  if (lines.empty()) return "  no baselines; set one with: assay baseline set main RUN\n";
  static const std::vector<Heading> kHeadings = {{"baseline"},         {"run"},     {"set"},
                                                 {"target", false, 6}, {"verdict"}, {"reason", false, 8}};
  std::vector<std::vector<Cell>> rows;
  for (const auto& line : lines) {
    rows.push_back({{line.name},
                    {line.run},
                    {day_and_minute(line.set)},
                    {line.target},
                    {line.verdict, paint_of_state(line.verdict)},
                    {line.reason}});
  }
  return harmless(render_table(kHeadings, std::move(rows), style.width, style.color));
}

OrderedJson baselines_json(const std::vector<BaselineLine>& lines) {
  auto list = OrderedJson::array();
  for (const auto& line : lines) {
    list.push_back({{"name", line.name},
                    {"run", line.run},
                    {"set", to_rfc3339(line.set)},
                    {"started", line.started ? OrderedJson(to_rfc3339(*line.started)) : OrderedJson()},
                    {"target", line.target},
                    {"verdict", line.verdict.empty() ? OrderedJson() : OrderedJson(line.verdict)},
                    {"reason", line.reason.empty() ? OrderedJson() : OrderedJson(line.reason)}});
  }
  return list;
}

}  // namespace assay::reports
