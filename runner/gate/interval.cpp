#include "runner/gate/interval.hpp"

#include "runner/gate/least_alpha.hpp"

#include <assay/stats/proportion.hpp>
#include <assay/stats/quantile.hpp>

#include <algorithm>
#include <cmath>

namespace assay::gate {

namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

double lower_of(const Counts& counts, double alpha) {
  return stats::wilson_lower(counts.passes_low, counts.n, alpha);
}

double upper_of(const Counts& counts, double alpha) {
  return stats::wilson_upper(counts.passes_high, counts.n, alpha);
}

double lower_of(const Means& means, double alpha) {
  const double bound = stats::t_lower(means.low, alpha);
  return means.guard_low ? std::min(bound, lower_of(means.counts, alpha)) : bound;
}

double upper_of(const Means& means, double alpha) {
  const double bound = stats::t_upper(means.high, alpha);
  return means.guard_high ? std::max(bound, upper_of(means.counts, alpha)) : bound;
}

double lower_of(const Ranks& ranks, double alpha) {
  const auto rank = stats::lower_rank(ranks.sorted.size() + ranks.missing, ranks.quantile, alpha);
  if (!rank || *rank <= ranks.missing) return 0;
  return ranks.sorted[*rank - ranks.missing - 1];
}

double upper_of(const Ranks& ranks, double alpha) {
  const auto rank = stats::upper_rank(ranks.sorted.size() + ranks.missing, ranks.quantile, alpha);
  if (!rank || *rank > ranks.sorted.size()) return HUGE_VAL;
  return ranks.sorted[*rank - 1];
}

/// Bonferroni: half of alpha for the cost, half for the pass rate.
double lower_of(const Ratio& ratio, double alpha) {
  const double bound = stats::fieller(ratio.low, alpha).low;
  if (!ratio.passes_equal) return bound;
  const double passes = stats::wilson_upper(ratio.counts.passes_high, ratio.counts.n, alpha / 2);
  const double guarded = std::max(stats::t_lower(ratio.cost_low, alpha / 2), 0.0) / passes;
  return std::isinf(bound) ? guarded : std::min(bound, guarded);
}

double upper_of(const Ratio& ratio, double alpha) {
  const double bound = stats::fieller(ratio.high, alpha).high;
  if (!ratio.passes_equal) return bound;
  const double passes = stats::wilson_lower(ratio.counts.passes_low, ratio.counts.n, alpha / 2);
  if (passes <= 0) return HUGE_VAL;
  return std::max(bound, stats::t_upper(ratio.cost_high, alpha / 2) / passes);
}

double p_at_least_of(const Counts& counts, double bound) {
  return stats::score_p_at_least(counts.passes_low, counts.n, bound);
}

double p_at_most_of(const Counts& counts, double bound) {
  return stats::score_p_at_most(counts.passes_high, counts.n, bound);
}

double p_at_least_of(const Means& means, double bound) {
  const double p = stats::t_p_at_least(means.low, bound);
  return means.guard_low ? std::max(p, p_at_least_of(means.counts, bound)) : p;
}

double p_at_most_of(const Means& means, double bound) {
  const double p = stats::t_p_at_most(means.high, bound);
  return means.guard_high ? std::max(p, p_at_most_of(means.counts, bound)) : p;
}

double count_at_most(const Ranks& ranks, double bound) {
  return static_cast<double>(std::upper_bound(ranks.sorted.begin(), ranks.sorted.end(), bound) - ranks.sorted.begin());
}

/// L > bound iff at most k of n values, missing ones among them, lie within it.
double p_at_least_of(const Ranks& ranks, double bound) {
  const auto n = static_cast<double>(ranks.sorted.size() + ranks.missing);
  return stats::binomial_cdf(count_at_most(ranks, bound) + static_cast<double>(ranks.missing), n, ranks.quantile);
}

double p_at_most_of(const Ranks& ranks, double bound) {
  const auto n = static_cast<double>(ranks.sorted.size() + ranks.missing);
  return 1 - stats::binomial_cdf(count_at_most(ranks, bound) - 1, n, ranks.quantile);
}

double p_at_least_of(const Ratio& ratio, double bound) {
  if (!ratio.passes_equal) return stats::fieller_p_at_least(ratio.low, bound);
  return least_alpha([&](double alpha) { return lower_of(ratio, alpha) >= bound; });
}

double p_at_most_of(const Ratio& ratio, double bound) {
  if (!ratio.passes_equal) return stats::fieller_p_at_most(ratio.high, bound);
  return least_alpha([&](double alpha) { return upper_of(ratio, alpha) <= bound; });
}

double within(const Measured& measured, double bound) {
  return std::clamp(bound, measured.least, measured.greatest);
}

}  // namespace

double lower_bound(const Measured& measured, double alpha) {
  return within(measured, std::visit([&](const auto& data) { return lower_of(data, alpha); }, measured.data));
}

double upper_bound(const Measured& measured, double alpha) {
  return within(measured, std::visit([&](const auto& data) { return upper_of(data, alpha); }, measured.data));
}

double p_at_least(const Measured& measured, double bound) {
  return std::visit([&](const auto& data) { return p_at_least_of(data, bound); }, measured.data);
}

double p_at_most(const Measured& measured, double bound) {
  return std::visit([&](const auto& data) { return p_at_most_of(data, bound); }, measured.data);
}

std::optional<double> standard_error(const Measured& measured, const Metric& metric, double bound) {
  std::optional<double> under_bound;
  if (metric.unit == Unit::share && bound > 0 && bound < 1 && measured.cases > 0) {
    under_bound = std::sqrt(bound * (1 - bound) / static_cast<double>(measured.cases));
  }
  if (std::holds_alternative<Counts>(measured.data)) return under_bound;
  const auto* means = std::get_if<Means>(&measured.data);
  if (!means || means->low.dof <= 0) return std::nullopt;
  const double se = std::max(means->low.standard_error, means->high.standard_error);
  if (means->guard_low || means->guard_high) return under_bound ? std::max(se, *under_bound) : std::optional<double>();
  return se > 0 ? std::optional(se) : std::nullopt;
}

std::string_view method_name(const Measured& measured) {
  return std::visit(Overloaded{[](const Counts&) { return std::string_view("wilson"); },
                               [](const Means& means) {
                                 return means.clustered ? std::string_view("t-clustered") : std::string_view("t");
                               },
                               [](const Ranks&) { return std::string_view("order-statistics"); },
                               [](const Ratio&) { return std::string_view("fieller"); }},
                    measured.data);
}

}  // namespace assay::gate
