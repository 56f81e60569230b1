#include "reports/or_null.hpp"
#include "reports/table.hpp"

#include <assay/reports/comparison.hpp>

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace assay::reports {
namespace {

constexpr double kFalseDiscoveries = 0.05;
constexpr std::size_t kIdsShown = 5;

std::string with_sign(double value, std::string text) {
  return value > 0 ? "+" + text : text;
}

/// In percentage points; what is not nothing is not shown as 0.0.
std::string points(double share) {
  if (share == 0) return "0.0";
  const double value = share * 100;
  return value != 0 && std::abs(value) < 0.05 ? fmt::format("{:+.1g}", value) : fmt::format("{:+.1f}", value);
}

/// `-5.8 pp`, `+12 ms`.
std::string difference_text(double value, Unit unit) {
  if (value == 0) value = 0;  // without its sign
  if (!std::isfinite(value)) return value > 0 ? "∞" : "-∞";
  if (unit == Unit::share) return points(value) + " pp";
  return with_sign(value, show_value(value, unit));
}

std::string interval_text(const std::optional<std::pair<double, double>>& interval, Unit unit) {
  if (!interval) return "–";
  if (unit == Unit::share) {
    return fmt::format("[{}, {}]", points(interval->first), points(interval->second));
  }
  return fmt::format("[{}, {}]", difference_text(interval->first, unit), difference_text(interval->second, unit));
}

/// Which way a difference that survives the correction goes.
Cell mark_of(const MetricComparison& line) {
  if (!line.adjusted || *line.adjusted > kFalseDiscoveries || !line.difference || *line.difference == 0) return {};
  const bool more = *line.difference > 0;
  const bool better = more == (line.better == Direction::up);
  return better ? Cell{"▲", Paint::green} : Cell{"▼", Paint::red};
}

std::string shown_name(const MetricComparison& line) {
  return line.method == "hodges-lehmann" ? line.metric + ", median" : line.metric;
}

std::string value_text(const std::optional<double>& value, Unit unit) {
  return value ? show_value(*value, unit) : "–";
}

std::vector<Cell> row_of(const MetricComparison& line, std::string name) {
  return {{std::move(name)},
          {value_text(line.first, line.unit)},
          {value_text(line.second, line.unit)},
          {line.difference ? difference_text(*line.difference, line.unit) : "–"},
          {interval_text(line.interval, line.unit)},
          mark_of(line),
          {show_count(line.n)},
          {line.method}};
}

std::string table_of(const std::vector<MetricComparison>& lines, std::string_view head, bool slices,
                     const Style& style) {
  if (lines.empty()) return {};
  std::vector<std::vector<Cell>> rows;
  for (const auto& line : lines) {
    rows.push_back(row_of(line, slices && !line.slice.empty() ? line.slice.begin()->second : shown_name(line)));
  }
  return render_table({{std::string(head), false, 8},
                       {"first", true},
                       {"second", true},
                       {"difference", true},
                       {"95 % interval", true},
                       {""},
                       {"n", true},
                       {"method", false, 6, false, true}},
                      std::move(rows), style.width, style.color);
}

std::string history_text(const FlipLine& line) {
  if (line.runs < 2) return "";
  const auto flips =
      line.flips == 0 ? std::string() : fmt::format(", {} flip{}", line.flips, line.flips == 1 ? "" : "s");
  return fmt::format("{} of {} in {} runs{}", line.passes, line.samples, line.runs, flips);
}

/// `pass → fail`, or by how much where a case has several samples.
std::string flip_text(const FlipLine& line) {
  const auto word = [](double share) {
    if (share == 0 || share == 1) return std::string(share == 1 ? "pass" : "fail");
    return fmt::format("{:.0f} %", share * 100);
  };
  return word(line.before) + " → " + word(line.after);
}

std::string flips_text(const std::vector<FlipLine>& lines, std::size_t all, std::string_view head, const Style& style) {
  if (all == 0) return {};
  auto out = "\n" + paragraph("  ", head, style.width);
  if (!lines.empty()) {
    std::vector<std::vector<Cell>> rows;
    for (const auto& line : lines) {
      rows.push_back({{line.case_id}, {flip_text(line)}, {history_text(line)}, {line.why}});
    }
    out += render_table({{"case", false, 8}, {"was → is"}, {"in history", false, 10}, {"why it fails", false, 12}},
                        std::move(rows), style.width, style.color);
  }
  if (all > lines.size()) {
    out += fmt::format("  … and {} more; --limit {} shows all\n", show_count(all - lines.size()), all);
  }
  return out;
}

std::string ids_text(const std::vector<std::string>& ids) {
  std::string text;
  for (std::size_t i = 0; i < ids.size() && i < kIdsShown; ++i) text += (i == 0 ? "" : ", ") + ids[i];
  if (ids.size() > kIdsShown) text += fmt::format(" and {} more", show_count(ids.size() - kIdsShown));
  return text;
}

std::string cases_text(const SuiteComparison& suite, const Style& style) {
  std::string out;
  const auto list = [&](std::string_view what, const std::vector<std::string>& ids) {
    if (!ids.empty()) {
      out += paragraph("    ", fmt::format("{} {}: {}", show_count(ids.size()), what, ids_text(ids)), style.width);
    }
  };
  list("added", suite.added);
  list("removed", suite.removed);
  list("changed", suite.changed);
  if (suite.unmeasured > 0) {
    out += fmt::format("    {} not scored in one of the runs\n", show_count(suite.unmeasured));
  }
  return out;
}

std::string suite_text(const SuiteComparisonView& view, const std::string& by, const Style& style) {
  const auto& numbers = view.numbers;
  auto out = "\n" +
             paint(fmt::format("  suite {} · {} cases in common", numbers.suite, show_count(numbers.common)),
                   Paint::bold, style.color) +
             "\n" + cases_text(numbers, style);
  for (const auto& difference : view.differences) out += paragraph("    ", difference, style.width);
  if (numbers.common == 0) {
    return out + paragraph("    ", "no case has an equal digest in both runs, so nothing is compared", style.width);
  }
  out += "\n" + table_of(numbers.metrics, "metric", false, style);
  if (!numbers.slices.empty()) out += "\n" + table_of(numbers.slices, "pass_rate by " + by, true, style);
  out += flips_text(
      view.regressed, numbers.regressed.size(),
      fmt::format("{} regressed: passed in the first run, not in the second", show_count(numbers.regressed.size())),
      style);
  out += flips_text(
      view.fixed, numbers.fixed.size(),
      fmt::format("{} fixed: passed in the second run, not in the first", show_count(numbers.fixed.size())), style);
  if (numbers.regressed.empty() && numbers.fixed.empty()) out += "\n  no case flipped\n";
  return out;
}

std::string run_text(std::string_view place, const ComparedRun& run, const Style& style) {
  return paragraph(
      fmt::format("  {:<7}", place),
      fmt::format("{}  {}  {} · {}  {}{}", run.run, run.state, run.target, run.model, to_rfc3339(run.started),
                  run.commit.empty() ? "" : "  commit " + run.commit.substr(0, 12)),
      style.width);
}

OrderedJson metric_json(const MetricComparison& line) {
  OrderedJson interval;
  if (line.interval) {
    interval = OrderedJson::array(
        {or_null(std::optional(line.interval->first)), or_null(std::optional(line.interval->second))});
  }
  return {{"metric", line.metric},
          {"slice", line.slice},
          {"unit", name(line.unit)},
          {"better", line.better == Direction::up ? "up" : "down"},
          {"n", line.n},
          {"first", or_null(line.first)},
          {"second", or_null(line.second)},
          {"difference", or_null(line.difference)},
          {"interval", std::move(interval)},
          {"method", line.method},
          {"p", or_null(line.p)},
          {"p_adjusted", or_null(line.adjusted)}};
}

OrderedJson flip_json(const FlipLine& line) {
  return {
      {"case", line.case_id},
      {"before", line.before},
      {"after", line.after},
      {"why", line.why},
      {"history", {{"runs", line.runs}, {"samples", line.samples}, {"passes", line.passes}, {"flips", line.flips}}}};
}

template <class Items, class Each>
OrderedJson list_json(const Items& items, Each each) {
  auto list = OrderedJson::array();
  for (const auto& item : items) list.push_back(each(item));
  return list;
}

OrderedJson suite_json(const SuiteComparisonView& view) {
  const auto& numbers = view.numbers;
  return {{"suite", numbers.suite},
          {"common", numbers.common},
          {"added", numbers.added},
          {"removed", numbers.removed},
          {"changed", numbers.changed},
          {"unmeasured", numbers.unmeasured},
          {"differences", view.differences},
          {"metrics", list_json(numbers.metrics, metric_json)},
          {"slices", list_json(numbers.slices, metric_json)},
          {"regressed", {{"count", numbers.regressed.size()}, {"cases", list_json(view.regressed, flip_json)}}},
          {"fixed", {{"count", numbers.fixed.size()}, {"cases", list_json(view.fixed, flip_json)}}}};
}

OrderedJson run_json(const ComparedRun& run) {
  return {{"run", run.run},       {"state", run.state}, {"started", to_rfc3339(run.started)},
          {"target", run.target}, {"model", run.model}, {"commit", or_null(run.commit)}};
}

}  // namespace

std::string comparison_text(const ComparisonView& view, const Style& style) {
  auto out = run_text("first", view.first, style) + run_text("second", view.second, style);
  for (const auto& difference : view.differences) out += paragraph("         ", difference, style.width);
  for (const auto& suite : view.only_first) {
    out += paragraph("         ", fmt::format("suite {} is in the first run only", suite), style.width);
  }
  for (const auto& suite : view.only_second) {
    out += paragraph("         ", fmt::format("suite {} is in the second run only", suite), style.width);
  }
  for (const auto& suite : view.suites) out += suite_text(suite, view.by, style);
  out +=
      "\n" + paragraph("  ",
                       "▼ worse, ▲ better: with 5 % false discoveries (Benjamini–Hochberg) over the metrics, and over "
                       "the slices. Nothing is decided here: `assay gate` does, by a policy.",
                       style.width);
  return harmless(out);
}

OrderedJson comparison_json(const ComparisonView& view) {
  return {{"first", run_json(view.first)},   {"second", run_json(view.second)},
          {"differences", view.differences}, {"only_first", view.only_first},
          {"only_second", view.only_second}, {"suites", list_json(view.suites, suite_json)}};
}

}  // namespace assay::reports
