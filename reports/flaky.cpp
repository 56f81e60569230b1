#include "reports/or_null.hpp"
#include "reports/table.hpp"

#include <assay/reports/flaky.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace assay::reports {
namespace {

constexpr std::size_t kShown = 30;

/// One bar a run, from the least to the greatest rate.
std::string sparkline(const std::vector<TrendPoint>& trend) {
  constexpr std::array kBars{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const auto less = [](const TrendPoint& a, const TrendPoint& b) { return a.pass_rate < b.pass_rate; };
  const auto [least, most] = std::minmax_element(trend.begin(), trend.end(), less);
  const double range = most->pass_rate - least->pass_rate;
  std::string line;
  for (const auto& point : trend) {
    const double height = range > 0 ? (point.pass_rate - least->pass_rate) / range : 0.5;
    line += kBars.at(static_cast<std::size_t>(std::lround(height * (kBars.size() - 1))));
  }
  return line;
}

std::string share(double value) {
  return show_value(value, Unit::share);
}

std::string trend_text(const FlakyView& view, const Style& style) {
  if (view.trend.empty()) return {};
  const auto& oldest = view.trend.front();
  const auto& newest = view.trend.back();
  if (view.trend.size() == 1) {
    return paragraph("  pass rate  ", fmt::format("{} in run {}, the only one", share(newest.pass_rate), newest.run),
                     style.width);
  }
  const auto less = [](const TrendPoint& a, const TrendPoint& b) { return a.pass_rate < b.pass_rate; };
  const auto [least, most] = std::minmax_element(view.trend.begin(), view.trend.end(), less);
  return paragraph(
      "  pass rate  ",
      fmt::format("{}  {} ({}) to {} ({}); least {}, most {}", sparkline(view.trend), share(oldest.pass_rate),
                  to_rfc3339(oldest.started).substr(0, 10), share(newest.pass_rate),
                  to_rfc3339(newest.started).substr(0, 10), share(least->pass_rate), share(most->pass_rate)),
      style.width);
}

std::string cases_table(const FlakyView& view, const Style& style) {
  std::vector<std::vector<Cell>> rows;
  for (const auto& kase : view.flaky) {
    if (rows.size() == kShown) break;
    rows.push_back({{kase.case_id},
                    {share(static_cast<double>(kase.passes) / static_cast<double>(kase.samples))},
                    {fmt::format("{} of {}", show_count(kase.passes), show_count(kase.samples))},
                    {show_count(kase.runs)},
                    {show_count(kase.flips)},
                    {kase.within ? "yes" : "no"},
                    kase.newest_passed ? Cell{"pass", Paint::green} : Cell{"fail", Paint::red},
                    {kase.quarantine.empty() ? "" : "until " + kase.quarantine.substr(0, 10)}});
  }
  auto out = render_table({{"case", false, 8},
                           {"passes", true},
                           {"samples", true},
                           {"runs", true},
                           {"flips", true},
                           {"one candidate"},
                           {"newest"},
                           {"quarantine"}},
                          std::move(rows), style.width, style.color);
  if (view.flaky.size() > kShown) {
    out += fmt::format("  … and {} more (--json shows all)\n", show_count(view.flaky.size() - kShown));
  }
  return out;
}

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{:.3g}", *value) : "–";
}

std::string spread_table(const FlakyView& view, const Style& style) {
  if (view.spreads.empty()) return {};
  std::vector<std::vector<Cell>> rows;
  for (const auto& line : view.spreads) {
    rows.push_back(
        {{line.metric}, {line.judge}, {number(line.judge_variance)}, {number(line.answer_variance)}, {line.from}});
  }
  return "\n" + render_table({{"variance of", false, 8},
                              {"judge", false, 6},
                              {"by the judge", true},
                              {"by the answers", true},
                              {"known from", false, 12}},
                             std::move(rows), style.width, style.color);
}

}  // namespace

std::string flaky_text(const FlakyView& view, const Style& style) {
  auto out = paragraph("  ",
                       fmt::format("suite {} · {} of {} cases passed and failed over {} run{}", view.suite,
                                   show_count(view.flaky.size()), show_count(view.cases), view.trend.size(),
                                   view.trend.size() == 1 ? "" : "s"),
                       style.width);
  out += trend_text(view, style);
  if (!view.flaky.empty()) {
    out += "\n" + cases_table(view, style);
    out += paragraph("  ",
                     "one candidate: it did so with equal prompt, parameters and model; otherwise a change may be the "
                     "cause. flips: from run to run, by what most of its samples did.",
                     style.width);
  }
  out += spread_table(view, style);
  out = harmless(out);
  if (!view.entry.empty()) {
    out += "\n  To set the worst one aside, for the policy's waivers.yaml, once an owner is named:\n" +
           harmless(view.entry);
  }
  return out;
}

OrderedJson flaky_json(const FlakyView& view) {
  auto trend = OrderedJson::array();
  for (const auto& point : view.trend) {
    trend.push_back({{"run", point.run},
                     {"started", to_rfc3339(point.started)},
                     {"state", point.state},
                     {"cases", point.cases},
                     {"pass_rate", point.pass_rate}});
  }
  auto cases = OrderedJson::array();
  for (const auto& kase : view.flaky) {
    cases.push_back({{"case", kase.case_id},
                     {"runs", kase.runs},
                     {"samples", kase.samples},
                     {"passes", kase.passes},
                     {"flips", kase.flips},
                     {"one_candidate", kase.within},
                     {"newest", kase.newest_passed ? "pass" : "fail"},
                     {"quarantined_until", or_null(kase.quarantine)}});
  }
  auto spreads = OrderedJson::array();
  for (const auto& line : view.spreads) {
    spreads.push_back({{"metric", line.metric},
                       {"judge", line.judge},
                       {"judge_variance", or_null(line.judge_variance)},
                       {"answer_variance", or_null(line.answer_variance)},
                       {"from", line.from}});
  }
  return {{"suite", view.suite},
          {"cases", view.cases},
          {"trend", std::move(trend)},
          {"flaky", std::move(cases)},
          {"variance", std::move(spreads)},
          {"entry", or_null(view.entry)}};
}

}  // namespace assay::reports
