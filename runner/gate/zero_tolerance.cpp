#include "runner/gate/zero_tolerance.hpp"

#include "runner/gate/judges.hpp"
#include "runner/gate/reasons.hpp"

#include <assay/stats/proportion.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::gate {

namespace {

struct Tally {
  double passes_low = 0;  ///< Σ of case means, missing samples as failures
  double passes_high = 0;
  double known_sum = 0;
  double known_cases = 0;
  std::uint64_t failing = 0;  ///< samples
  std::uint64_t failing_cases = 0;
  std::uint64_t computed = 0;  ///< of the failing samples, those that fail a check without a judge in doubt
  std::uint64_t missing = 0;
  std::string first;  ///< the first failing case
};

/// A check that no judge feeds failed this sample, or no judge in doubt did, so that one to believe did. Only a whole
/// sample is failed by several checks: of `polite.pass` the judge is the one that says so.
bool computed_failure(const ZeroTolerance& gate, std::uint32_t row) {
  if (gate.reader.column) return false;
  if (gate.view.evidence->rows[row].computed_failure) return true;
  return std::none_of(gate.view.doubted.begin(), gate.view.doubted.end(), [&](const Judge* judge) {
    if (!judge->required) return false;
    return !judge->pass || (judge->pass->known[row] == 1 && judge->pass->values[row] < 0.5);
  });
}

Tally tally(const ZeroTolerance& gate) {
  Tally total;
  for (const auto kase : gate.slice.cases) {
    double samples = 0;
    double passes = 0;
    double missing = 0;
    for (auto row = gate.view.first_row[kase]; row < gate.view.first_row[kase + 1]; ++row) {
      double value = 0;
      const bool known = gate.reader.read(row, value) == Cell::known;
      samples += 1;
      missing += known ? 0 : 1;
      passes += known && value >= 0.5 ? 1 : 0;
      total.computed += known && value < 0.5 && computed_failure(gate, row) ? 1 : 0;
    }
    total.passes_low += passes / samples;
    total.passes_high += (passes + missing) / samples;
    total.missing += static_cast<std::uint64_t>(missing);
    if (samples > missing) {
      total.known_sum += passes / (samples - missing);
      total.known_cases += 1;
    }
    const auto failing = static_cast<std::uint64_t>(samples - missing - passes);
    if (failing == 0) continue;
    if (total.failing_cases++ == 0) total.first = gate.view.evidence->cases.id(kase);
    total.failing += failing;
  }
  return total;
}

void block(Row& row, const Tally& total) {
  row.result.state = GateState::block;
  row.proven_failure = true;
  row.computed = total.computed > 0;
  const auto others =
      total.failing_cases > 1 ? fmt::format(" and {} with it", plural(total.failing_cases - 1, "case")) : "";
  row.result.reason = fmt::format("case '{}' failed{}: {}, and none is tolerated", total.first, others,
                                  plural(total.failing, "failing sample"));
}

void open(Row& row, std::string reason, bool interval) {
  row.result.state = GateState::inconclusive;
  row.interval_open = interval;
  row.result.reason = std::move(reason);
}

/// No failure, everything told.
void decide_clean(Row& row, const ZeroTolerance& gate) {
  const auto n = row.result.n;
  const double open_rate = stats::zero_failure_upper(static_cast<double>(n), row.result.alpha);
  const auto shown = fmt::format("{}, none failing, {} a failure rate of at most {} with {} confidence",
                                 plural(n, "case"), n == 1 ? "shows" : "show",
                                 show_apart(open_rate, gate.max_rate, Unit::share), confidence(row.result.alpha));
  if (gate.max_rate > 0 && open_rate > gate.max_rate) {
    const auto needed = stats::zero_failure_n(gate.max_rate, row.result.alpha);
    open(row,
         fmt::format("{}, not the max_rate {:g}: it takes {} cases without a failure, {} more", shown, gate.max_rate,
                     needed, needed - n),
         true);
    return;
  }
  row.result.state = GateState::pass;
  row.result.reason = shown;
}

}  // namespace

void decide_zero_tolerance(Row& row, const ZeroTolerance& gate) {
  const auto total = tally(gate);
  auto& result = row.result;
  const auto n = static_cast<double>(gate.slice.cases.size());
  result.n = gate.slice.cases.size();
  result.method = kZeroToleranceMethod;
  if (total.known_cases > 0) result.estimate = total.known_sum / total.known_cases;
  result.interval = {stats::clopper_pearson_lower(total.passes_low, n, result.alpha),
                     stats::clopper_pearson_upper(total.passes_high, n, result.alpha)};
  if (gate.max_rate > 0) result.p = stats::binomial_cdf(n - total.passes_low, n, gate.max_rate);
  if (total.failing > 0) {
    block(row, total);
  } else if (total.missing > 0) {
    open(row,
         fmt::format("no sample failed, but {} could not be told (errored, unscored or skipped): all of them must pass",
                     plural(total.missing, "sample")),
         false);
  } else if (gate.slice.small) {
    open(row,
         fmt::format("no sample failed, but the slices below min_n {} have {} together: too few for a claim about each",
                     gate.min_n, plural(result.n, "case")),
         true);
  } else {
    decide_clean(row, gate);
  }
}

}  // namespace assay::gate
