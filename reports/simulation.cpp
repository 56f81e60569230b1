#include "reports/table.hpp"

#include <assay/reports/simulation.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace assay::reports {

namespace {

std::string percent(double share) {
  return fmt::format("{:.1f} %", share * 100);
}

std::string with_interval(const Frequency& found) {
  return fmt::format("{} [{:.1f}, {:.1f}]", percent(found.share), found.low * 100, found.high * 100);
}

std::string change_of(const SimulationRow& row) {
  return row.loss == 0 ? row.change : fmt::format("{}, −{:g} pp", row.change, row.loss * 100);
}

std::string table(const SimulationView& view, const Style& style) {
  const std::vector<Heading> headings = {{"candidate"},
                                         {"block", true},
                                         {"pass", true},
                                         {"open", true},
                                         {"error", true},
                                         {"samples", true},
                                         {fmt::format("fixed {:g} %", view.fixed * 100), true},
                                         {fmt::format("tuned {:.3g} %", view.tuned * 100), true}};
  const bool errors =
      std::any_of(view.rows.begin(), view.rows.end(), [](const auto& row) { return row.error.share > 0; });
  std::vector<std::vector<Cell>> rows;
  for (const auto& row : view.rows) {
    rows.push_back({{change_of(row)},
                    {with_interval(row.block)},
                    {percent(row.pass.share)},
                    {percent(row.inconclusive.share)},
                    {errors ? percent(row.error.share) : ""},
                    {show_count(static_cast<std::uint64_t>(row.samples + 0.5))},
                    {percent(row.fixed_block.share)},
                    {percent(row.tuned_block.share)}});
  }
  return render_table(headings, std::move(rows), style.width, style.color);
}

std::string of_suite(const SimulatedSuite& suite) {
  return fmt::format("suite {}: {} cases, {} of the samples pass; two samples of a case differ with chance {:.3f}{}",
                     suite.id, show_count(suite.cases), show_value(suite.rate, Unit::share), suite.discordance,
                     suite.assumed ? " (assumed: no case was seen twice)" : "");
}

std::string blame_text(const SimulationView& view) {
  if (view.blame.empty()) return "no gate blocked an unchanged candidate";
  std::vector<std::string> all;
  for (const auto& each : view.blame) {
    all.push_back(fmt::format("{} ({}) {}", each.gate, each.suite, with_interval(each.block)));
  }
  return fmt::format("blocks an unchanged candidate most: {}", fmt::join(all, ", then "));
}

/// What was played, a sentence each.
std::vector<std::string> heading(const SimulationView& view) {
  std::vector<std::string> lines;
  lines.push_back(
      fmt::format("{} of history; the plan is that of {}, {} a case{}",
                  view.history == 1 ? "1 run" : fmt::format("{} runs", view.history), view.run,
                  view.samples == 1 ? "1 sample" : fmt::format("{} samples", view.samples),
                  view.baseline == 0 ? "" : fmt::format(", compared with {} baseline runs", view.baseline)));
  for (const auto& suite : view.suites) lines.push_back(of_suite(suite));
  lines.insert(lines.end(), view.notes.begin(), view.notes.end());
  if (!view.left_out.empty()) {
    lines.push_back(
        fmt::format("not simulated, for they read more than who passes: {}", fmt::join(view.left_out, ", ")));
  }
  lines.push_back(fmt::format("{} runs of each kind, seed {}; in brackets the 95 % interval of the simulation itself",
                              show_count(view.replicates), view.seed));
  return lines;
}

std::string fixed_text(const SimulationView& view) {
  return fmt::format(
      "fixed, tuned: how often a pass rate below that blocks, {}; tuned is the one that blocks an "
      "unchanged candidate no more often than the policy",
      view.fixed_share == 1 ? "on the same samples"
                            : fmt::format("on {} of the samples, as many as the policy takes",
                                          show_value(view.fixed_share, Unit::share)));
}

OrderedJson json_of(const Frequency& found) {
  return {{"share", found.share}, {"interval", {found.low, found.high}}};
}

}  // namespace

std::string simulation_text(const SimulationView& view, const Style& style) {
  std::string text;
  for (const auto& line : heading(view)) text += paragraph("  ", line, style.width);
  text += "\n" + table(view, style) + "\n";
  for (const auto& line : {fixed_text(view), blame_text(view)}) text += paragraph("  ", line, style.width);
  return harmless(text);
}

OrderedJson simulation_json(const SimulationView& view) {
  auto suites = OrderedJson::array();
  for (const auto& suite : view.suites) {
    suites.push_back({{"id", suite.id},
                      {"cases", suite.cases},
                      {"rate", suite.rate},
                      {"discordance", suite.discordance},
                      {"assumed", suite.assumed}});
  }
  auto rows = OrderedJson::array();
  for (const auto& row : view.rows) {
    rows.push_back({{"change", row.change},
                    {"loss", row.loss},
                    {"pass", json_of(row.pass)},
                    {"block", json_of(row.block)},
                    {"inconclusive", json_of(row.inconclusive)},
                    {"error", json_of(row.error)},
                    {"samples", row.samples},
                    {"fixed_block", json_of(row.fixed_block)},
                    {"tuned_block", json_of(row.tuned_block)}});
  }
  auto blame = OrderedJson::array();
  for (const auto& each : view.blame) {
    blame.push_back({{"gate", each.gate}, {"suite", each.suite}, {"block", json_of(each.block)}});
  }
  return {{"run", view.run},
          {"history", view.history},
          {"samples", view.samples},
          {"baseline_runs", view.baseline},
          {"replicates", view.replicates},
          {"seed", view.seed},
          {"margin", view.margin},
          {"fixed", view.fixed},
          {"tuned", view.tuned},
          {"fixed_share", view.fixed_share},
          {"suites", std::move(suites)},
          {"rows", std::move(rows)},
          {"blame", std::move(blame)},
          {"left_out", view.left_out},
          {"notes", view.notes}};
}

}  // namespace assay::reports
