#include "reports/or_null.hpp"
#include "reports/table.hpp"

#include <assay/reports/metrics.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace assay::reports {
namespace {

constexpr std::size_t kMostColumns = 8;  // of a confusion matrix
constexpr std::size_t kMostConfused = 10;

std::string value_text(const std::optional<double>& value, Unit unit) {
  return value ? show_value(*value, unit) : "–";
}

std::string head(const SuiteMetricsView& suite, const Style& style) {
  std::string text = fmt::format("suite {} · {} {}", text::excerpt(suite.suite, 80), show_count(suite.cases),
                                 suite.cases == 1 ? "case" : "cases");
  if (suite.samples > 1) text += fmt::format(", {} samples each", suite.samples);
  return fmt::format("\n  {}\n\n", paint(text, Paint::bold, style.color));
}

std::string lines_table(const SuiteMetricsView& suite, const Style& style) {
  const std::vector<Heading> headings = {
      {"metric", false, 16}, {"mean", true},  {suite.tag ? "over " + text::excerpt(*suite.tag, 40) : "macro", true, 8},
      {"passing", true},     {"cases", true}, {"unscored", true}};
  std::vector<std::vector<Cell>> rows;
  for (const MetricLine& line : suite.lines) {
    rows.push_back({{line.judged ? line.metric + " (judged)" : line.metric},
                    {value_text(line.micro, line.unit)},
                    {suite.tag ? value_text(line.macro, line.unit) : ""},
                    {line.passing ? show_value(*line.passing, Unit::share) : ""},
                    {show_count(line.cases)},
                    {line.unscored > 0 ? Cell{show_count(line.unscored), Paint::yellow} : Cell{""}}});
  }
  std::string out = render_table(headings, std::move(rows), style.width, style.color);
  if (!suite.tag) return out;
  return out + "\n" +
         paragraph("  ",
                   fmt::format("mean: over cases; over {}: over the means of its {} {}", *suite.tag, suite.values,
                               suite.values == 1 ? "value" : "values"),
                   style.width);
}

std::string repeats_table(const SuiteMetricsView& suite, const Style& style) {
  if (suite.repeats.empty()) return {};
  static const std::vector<Heading> kHeadings = {
      {"k", true}, {"one of k passes (pass@k)", true}, {"all of k pass (pass^k)", true}, {"cases", true}};
  std::vector<std::vector<Cell>> rows;
  for (const RepeatLine& line : suite.repeats) {
    rows.push_back({{std::to_string(line.k)},
                    {line.cases > 0 ? show_value(line.any_pass, Unit::share) : "–"},
                    {line.cases > 0 ? show_value(line.all_pass, Unit::share) : "–"},
                    {show_count(line.cases)}});
  }
  return "\n" + render_table(kHeadings, std::move(rows), style.width, style.color);
}

std::string variances_table(const SuiteMetricsView& suite, const Style& style) {
  if (suite.variances.empty()) return {};
  static const std::vector<Heading> kHeadings = {
      {"variance of", false, 16}, {"between cases", true}, {"between answers", true}, {"between judges", true}};
  const auto shown = [](const std::optional<double>& value) { return value ? fmt::format("{:.3g}", *value) : "–"; };
  std::vector<std::vector<Cell>> rows;
  for (const VarianceLine& line : suite.variances) {
    rows.push_back({{line.metric}, {shown(line.cases)}, {shown(line.answer)}, {shown(line.judge)}});
  }
  return "\n" + render_table(kHeadings, std::move(rows), style.width, style.color);
}

std::string matrix(const MetricSummaryView& summary, const Style& style) {
  const std::size_t n = summary.labels.size();
  std::vector<Heading> headings = {{"expected \\ answered", false, 12}};
  for (const std::string& label : summary.labels) headings.push_back({text::excerpt(label, 40), true, 4});
  headings.push_back({"(none)", true});
  std::vector<std::vector<Cell>> rows;
  for (std::size_t row = 0; row < n; ++row) {
    std::vector<Cell> cells = {{summary.labels[row]}};
    for (std::size_t column = 0; column <= n; ++column) {
      const std::uint64_t count = summary.counts[row * (n + 1) + column];
      cells.push_back({show_count(count), row == column ? Paint::green : count > 0 ? Paint::red : Paint::dim});
    }
    rows.push_back(std::move(cells));
  }
  return render_table(headings, std::move(rows), style.width, style.color);
}

/// The cells off the diagonal with the most samples, for sets of labels that no terminal is wide enough for.
std::string confused(const MetricSummaryView& summary, const Style& style) {
  struct Pair {
    std::uint64_t count;
    std::size_t expected;
    std::size_t answered;
  };
  const std::size_t n = summary.labels.size();
  std::vector<Pair> pairs;
  for (std::size_t at = 0; at < n * (n + 1); ++at) {
    const Pair pair{summary.counts[at], at / (n + 1), at % (n + 1)};
    if (pair.count > 0 && pair.expected != pair.answered) pairs.push_back(pair);
  }
  std::sort(pairs.begin(), pairs.end(), [](const Pair& a, const Pair& b) {
    return std::tie(b.count, a.expected, a.answered) < std::tie(a.count, b.expected, b.answered);
  });
  std::vector<std::vector<Cell>> rows;
  for (std::size_t i = 0; i < std::min(pairs.size(), kMostConfused); ++i) {
    const auto& pair = pairs[i];
    rows.push_back({{summary.labels[pair.expected]},
                    {pair.answered == n ? "(none)" : summary.labels[pair.answered]},
                    {show_count(pair.count)}});
  }
  if (rows.empty()) return {};
  static const std::vector<Heading> kHeadings = {{"expected", false, 8}, {"answered", false, 8}, {"samples", true}};
  std::string out = render_table(kHeadings, std::move(rows), style.width, style.color);
  if (pairs.size() <= kMostConfused) return out;
  return out + fmt::format("  … and {} more pairs (--json has the whole matrix)\n", pairs.size() - kMostConfused);
}

std::string summary_block(const MetricSummaryView& summary, const Style& style) {
  std::string out = fmt::format("\n  {}\n", paint(text::excerpt(summary.metric, 80), Paint::bold, style.color));
  for (const std::string& fact : summary.facts) out += paragraph("    ", fact, style.width);
  const std::size_t n = summary.labels.size();
  if (n == 0 || summary.counts.size() != n * (n + 1)) return out;
  return out + "\n" + (n <= kMostColumns ? matrix(summary, style) : confused(summary, style));
}

OrderedJson line_json(const MetricLine& line) {
  return {{"metric", line.metric},       {"unit", name(line.unit)},         {"judged", line.judged},
          {"mean", or_null(line.micro)}, {"macro", or_null(line.macro)},    {"cases", line.cases},
          {"unscored", line.unscored},   {"passing", or_null(line.passing)}};
}

OrderedJson variance_json(const VarianceLine& line) {
  return {{"metric", line.metric},
          {"cases", or_null(line.cases)},
          {"answer", or_null(line.answer)},
          {"judge", or_null(line.judge)}};
}

OrderedJson summary_json(const MetricSummaryView& summary) {
  OrderedJson json = {{"metric", summary.metric}};
  for (const auto& [key, value] : summary.data.items()) json[key] = value;
  return json;
}

OrderedJson repeat_json(const RepeatLine& line) {
  const bool known = line.cases > 0;
  return {{"k", line.k},
          {"pass_at", known ? OrderedJson(line.any_pass) : OrderedJson()},
          {"pass_pow", known ? OrderedJson(line.all_pass) : OrderedJson()},
          {"cases", line.cases}};
}

}  // namespace

std::string metrics_text(const std::vector<SuiteMetricsView>& suites, const Style& style) {
  std::string out;
  for (const SuiteMetricsView& suite : suites) {
    out += head(suite, style) + lines_table(suite, style) + repeats_table(suite, style) + variances_table(suite, style);
    for (const MetricSummaryView& summary : suite.summaries) out += summary_block(summary, style);
  }
  return harmless(out);
}

OrderedJson metrics_json(const std::vector<SuiteMetricsView>& suites) {
  auto all = OrderedJson::array();
  for (const SuiteMetricsView& suite : suites) {
    OrderedJson json = {{"suite", suite.suite},
                        {"cases", suite.cases},
                        {"samples", suite.samples},
                        {"macro_over", or_null(suite.tag)},
                        {"metrics", OrderedJson::array()},
                        {"repeats", OrderedJson::array()},
                        {"variance", OrderedJson::array()},
                        {"summaries", OrderedJson::array()}};
    for (const MetricLine& line : suite.lines) json["metrics"].push_back(line_json(line));
    for (const RepeatLine& line : suite.repeats) json["repeats"].push_back(repeat_json(line));
    for (const VarianceLine& line : suite.variances) json["variance"].push_back(variance_json(line));
    for (const MetricSummaryView& summary : suite.summaries) json["summaries"].push_back(summary_json(summary));
    all.push_back(std::move(json));
  }
  return all;
}

}  // namespace assay::reports
