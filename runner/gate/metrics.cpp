#include "runner/gate/metrics.hpp"

#include <array>
#include <charconv>

namespace assay::gate {

namespace {

struct Row {
  std::string_view name;
  Measure measure;
  std::string_view column;
  double quantile;
  Unit unit;
  Direction better;
};

constexpr std::array kRows{
    Row{"pass_rate", Measure::passes, "", 0, Unit::share, Direction::up},
    Row{"score", Measure::mean, "score", 0, Unit::share, Direction::up},
    Row{"latency_p50", Measure::quantile, "latency", 0.50, Unit::seconds, Direction::down},
    Row{"latency_p95", Measure::quantile, "latency", 0.95, Unit::seconds, Direction::down},
    Row{"latency_p99", Measure::quantile, "latency", 0.99, Unit::seconds, Direction::down},
    Row{"ttft_p50", Measure::quantile, "ttft", 0.50, Unit::seconds, Direction::down},
    Row{"ttft_p95", Measure::quantile, "ttft", 0.95, Unit::seconds, Direction::down},
    Row{"ttft_p99", Measure::quantile, "ttft", 0.99, Unit::seconds, Direction::down},
    Row{"itl_p50", Measure::quantile, "itl", 0.50, Unit::seconds, Direction::down},
    Row{"itl_p95", Measure::quantile, "itl", 0.95, Unit::seconds, Direction::down},
    Row{"itl_p99", Measure::quantile, "itl", 0.99, Unit::seconds, Direction::down},
    Row{"cost_per_case", Measure::mean, "cost", 0, Unit::usd, Direction::down},
    Row{"cost_per_pass", Measure::cost_per_pass, "cost", 0, Unit::usd, Direction::down},
    Row{"input_tokens", Measure::mean, "input_tokens", 0, Unit::tokens, Direction::down},
    Row{"output_tokens", Measure::mean, "output_tokens", 0, Unit::tokens, Direction::down},
    Row{"cache_hit_rate", Measure::mean, "cache_hit_rate", 0, Unit::share, Direction::up},
    Row{"error_rate", Measure::errors, "", 0, Unit::share, Direction::down},
    Row{"unscored_rate", Measure::unscored, "", 0, Unit::share, Direction::down},
    Row{"flake_rate", Measure::flaky, "", 0, Unit::share, Direction::down},
};

constexpr std::string_view kPass = ".pass";

/// The K of `pass_at_K`, written without a leading zero.
std::optional<std::uint64_t> repeats_in(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  const auto digits = name.substr(prefix.size());
  std::uint64_t k = 0;
  const auto* end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, k);
  if (read.ec != std::errc{} || read.ptr != end || digits.front() == '0' || k > kMostRepeats) return std::nullopt;
  return k;
}

std::optional<Metric> repeats_metric(std::string_view name) {
  for (const auto& [prefix, fold] : {std::pair("pass_at_", Fold::any_of_k), std::pair("pass_pow_", Fold::all_of_k)}) {
    const auto k = repeats_in(name, prefix);
    if (!k) continue;
    Metric metric{std::string(name), Measure::passes};
    metric.binary = true;
    metric.fold = fold;
    metric.k = *k;
    return metric;
  }
  return std::nullopt;
}

bool ends_in_pass(std::string_view name) {
  return name.size() > kPass.size() && name.ends_with(kPass);
}

}  // namespace

std::optional<Metric> builtin_metric(std::string_view name) {
  for (const auto& row : kRows) {
    if (row.name != name) continue;
    Metric metric{std::string(name), row.measure, std::string(row.column), row.quantile, row.unit, row.better};
    metric.binary = row.column.empty();
    if (row.measure == Measure::flaky) {
      metric.fold = Fold::at_least;  // each of its samples says the same of a case
      metric.k = 1;
    }
    return metric;
  }
  return repeats_metric(name);
}

Metric check_metric(std::string_view name, Unit unit, Direction better) {
  Metric metric{std::string(name), Measure::mean, std::string(name), 0, unit, better, true};
  if (!ends_in_pass(name)) return metric;
  metric.unit = Unit::share;
  metric.better = Direction::up;
  metric.binary = true;
  return metric;
}

std::vector<std::string> builtin_metric_names() {
  std::vector<std::string> names;
  for (const auto& row : kRows) names.emplace_back(row.name);
  names.insert(names.begin() + 1, {"pass_at_5", "pass_pow_5"});
  return names;
}

bool is_pass_metric(std::string_view name) {
  return name == "pass_rate" || ends_in_pass(name);
}

std::string_view without_pass(std::string_view name) {
  return ends_in_pass(name) ? name.substr(0, name.size() - kPass.size()) : name;
}

bool needs_price(const Metric& metric) {
  return metric.unit == Unit::usd;
}

}  // namespace assay::gate
