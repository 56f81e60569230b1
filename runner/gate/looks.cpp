#include "runner/gate/looks.hpp"

#include "runner/gate/slices.hpp"
#include "runner/gate/zero_tolerance.hpp"

#include <assay/core/evidence.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::gate {

namespace {

std::string percent(double share) {
  return fmt::format("{:g} %", share * 100);
}

/// Where the run stood.
std::string where(const StopPoint& stop, const Sampling& sampling) {
  const auto looks = sampling.looks.size();
  if (stop.look == 0) {
    return fmt::format("before the first of {} looks, after the cases of zero-tolerance gates", looks);
  }
  if (stop.round > 0) {
    return fmt::format("after round {} of {} of repeats of flaky cases, and all {} looks", stop.round,
                       sampling.repeat ? sampling.repeat->max_rounds : stop.round, looks);
  }
  return fmt::format("at look {} of {}, after {} of the cases", stop.look, looks, percent(stop.fraction));
}

bool open(const Row& row) {
  return row.result.blocking && row.result.state != GateState::pass && row.result.state != GateState::block;
}

std::string why(const RunEvidence& evidence, VerdictKind kind, const std::vector<Row>& rows) {
  if (evidence.spent) return "a budget ended the run there";
  if (evidence.stopped) return "it failed there";
  if (kind == VerdictKind::block) return "a block is proved that no further sample can undo";
  if (kind == VerdictKind::error) return "no more samples were planned";
  if (std::any_of(rows.begin(), rows.end(), open)) return "a gate is still open, and no more samples were planned";
  return "every blocking gate was decided";
}

}  // namespace

Strictness strictness_of(const Policy& policy, const RunEvidence& evidence) {
  Strictness strict{.alpha = policy.alpha, .level = policy.alpha};
  if (!evidence.stop) return strict;
  const auto& stop = *evidence.stop;
  strict.fraction = stop.fraction;
  strict.round = stop.round;
  if (const auto look = look_at(policy, stop)) {
    strict.level = look->level;
    if (stop.round > 0 && (evidence.spent || evidence.stopped)) {
      strict.unplanned =
          fmt::format("the run ended within round {} of repeats, so nothing is decided: resume the run", stop.round);
    }
  } else if (stop.fraction < 1 || stop.round > 0) {
    strict.unplanned = fmt::format(
        "the run stopped {} by the looks of the policy it was run with, and this policy has no such look: run it again",
        stop.round > 0 ? fmt::format("after round {} of repeats", stop.round)
                       : fmt::format("after {} of its cases", percent(stop.fraction)));
  }
  return strict;
}

std::vector<bool> beyond(const SuiteEvidence& suite, std::uint64_t seed, double fraction) {
  std::vector<bool> mask;
  if (fraction >= 1) return mask;
  mask.reserve(suite.cases.size());
  for (std::size_t i = 0; i < suite.cases.size(); ++i) {
    mask.push_back(position(seed, suite.id, suite.cases.id(i)) >= fraction);
  }
  return mask;
}

void count_alike(SuiteView& view, const RunEvidence& run) {
  if (!run.stop || run.stop->round == 0 || view.unusable) return;
  for (std::size_t i = 0; i < view.evidence->cases.size(); ++i) {
    view.alike = std::min(view.alike, view.first_row[i + 1] - view.first_row[i]);
  }
}

bool repeats_help(const Policy& policy, const Row& row) {
  const auto& result = row.result;
  if (result.state != GateState::inconclusive || !row.interval_open || row.held_by) return false;
  const auto gate = std::find_if(policy.gates.begin(), policy.gates.end(), [&](const GateSpec& each) {
    return each.id == result.id && covers(each, result.suite);
  });
  if (gate == policy.gates.end() || gate->at_least) return false;
  if (gate->by && result.slice.contains(*gate->by) && result.slice.at(*gate->by) == kSmallSlices) return false;
  if (gate->zero_tolerance && result.method == kZeroToleranceMethod) return false;
  const auto metric = builtin_metric(gate->metric);
  return !metric || (metric->measure != Measure::quantile && metric->measure != Measure::flaky);
}

std::string warning_of_looks(const Policy& policy, const RunEvidence& evidence) {
  if (!evidence.stop || look_at(policy, *evidence.stop)) return {};
  return "the run was ended by the looks of another policy: what they cost in strictness this one does not pay";
}

std::optional<StopStanding> standing_of_stop(const Policy& policy, const RunEvidence& evidence, VerdictKind kind,
                                             const std::vector<Row>& rows) {
  if (!evidence.stop) return std::nullopt;
  const auto& stop = *evidence.stop;
  StopStanding standing{.look = stop.look, .round = stop.round, .fraction = stop.fraction, .saved = stop.saved};
  for (const auto& suite : evidence.suites) standing.samples += suite.rows.size();
  if (!look_at(policy, stop)) {
    standing.reason =
        fmt::format("stopped at look {} of another policy, after {} of the cases", stop.look, percent(stop.fraction));
    return standing;
  }
  standing.looks = static_cast<std::uint32_t>(policy.sampling->looks.size());
  standing.reason = fmt::format("stopped {}: {}", where(stop, *policy.sampling), why(evidence, kind, rows));
  if (stop.saved > 0) {
    standing.reason += fmt::format("; {} {} not needed", stop.saved, stop.saved == 1 ? "sample was" : "samples were");
  }
  return standing;
}

}  // namespace assay::gate
