#include "runner/gate/live_axes.hpp"

#include <assay/gate/readiness.hpp>
#include <assay/stats/canary.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace assay::gate {

namespace {

constexpr std::size_t index(AxisKind kind) {
  return static_cast<std::size_t>(kind);
}

double rate(const ArmCount& count) {
  return count.requests > 0 ? count.bad / count.requests : 0;
}

std::string percent(double share) {
  return fmt::format("{:.3g} %", share * 100);
}

std::string counted(const ArmCount& count) {
  return fmt::format("{:.0f} of {:.0f}", count.bad, count.requests);
}

/// The evidence of one axis alone that aborts.
double needed(const StageEvidence& stage, AxisKind kind) {
  return 1 / (stage.plan.alpha * weight(kind));
}

LiveAxis axis_of(const StageEvidence& stage, AxisKind kind, std::string axis, std::string method) {
  LiveAxis out;
  out.axis = std::move(axis);
  out.method = std::move(method);
  out.abort_at = needed(stage, kind);
  out.evidence = shown_evidence(stage.axes()[index(kind)]);
  out.state = AxisState::fine;
  return out;
}

void unmeasured(LiveAxis& axis, std::string sentence, AxisState state = AxisState::unmeasured) {
  axis.state = state;
  axis.method.clear();
  axis.evidence = 1;
  axis.sentence = std::move(sentence);
}

/// Worse than is tolerated as far as it goes, or more suspicious than chance explains.
bool looks_bad(const Both& both, double ratio, double evidence) {
  const bool beyond = both.canary.bad > 0 && rate(both.canary) > ratio * rate(both.stable);
  return beyond || evidence >= kSuspicious;
}

/// Of an axis that takes both arms. True if it says nothing.
bool lacks_an_arm(LiveAxis& axis, const Both& both, const StageEvidence& stage, std::string_view what) {
  const bool canary = both.canary.requests > 0;
  const bool stable = both.stable.requests > 0;
  if (!canary && !stable) {
    unmeasured(axis, fmt::format("the data holds no {}", what));
  } else if (stage.alone() && !stable) {
    unmeasured(axis, "there is no stable arm to compare with");
  } else if (!canary || !stable) {
    unmeasured(axis, fmt::format("only the {} arm has {}: nothing to compare", canary ? "canary" : "stable", what),
               AxisState::open);
  } else if (both.canary.requests < kBlockArm || both.stable.requests < kBlockArm) {
    // A handful beside many is as good as one arm alone.
    const bool one_armed = std::max(both.canary.requests, both.stable.requests) >= kBlockArm;
    unmeasured(axis, fmt::format("it takes {:.0f} requests of each arm with {}", kBlockArm, what),
               one_armed && !stage.alone() ? AxisState::open : AxisState::unmeasured);
  } else {
    return false;
  }
  return true;
}

bool proved(const StageEvidence& stage) {
  return std::max(stage.log_most, stage.log_evidence()) >= -std::log(stage.plan.alpha);
}

/// Failures of the canary alone, from now on, until it is aborted.
double failures_to_abort(const StageEvidence& stage, const Both& both) {
  const double enough = std::log(needed(stage, AxisKind::failures));
  const double p0 = stage.plan.p0.value_or(0);
  if (stage.alone()) return std::ceil((enough - stage.rate_evidence()) / std::log(stage.tolerated() / p0));
  const double share = both.canary.requests / (both.canary.requests + both.stable.requests);
  const auto left = [&](double ratio, double stake, double log_evidence) {
    return (enough - std::log(stake) - log_evidence) / stats::attribution_evidence(1, 0, share, ratio);
  };
  const auto& seen = stage.failures;
  return std::ceil(
      std::min(left(seen.ratio, kMildStake, seen.mild), left(seen.ratio * kGrave, 1 - kMildStake, seen.grave)));
}

LiveAxis failures_of(const StageEvidence& stage) {
  auto axis = axis_of(stage, AxisKind::failures, "failures", stage.alone() ? "likelihood-ratio" : "attribution");
  const auto both = stage.failures.all();
  if (!stage.alone() && lacks_an_arm(axis, both, stage, "outcomes")) return axis;
  axis.canary = rate(both.canary);
  const auto seen = fmt::format("{} canary requests failed ({})", counted(both.canary), percent(rate(both.canary)));
  bool bad = false;
  std::string beside;
  if (stage.alone()) {
    bad = rate(both.canary) > stage.tolerated() || axis.evidence >= kSuspicious;
    beside = fmt::format("the plan expects {} and tolerates {}", percent(stage.plan.p0.value_or(0)),
                         percent(stage.tolerated()));
  } else {
    axis.stable = rate(both.stable);
    bad = looks_bad(both, stage.ratio, axis.evidence);
    beside = fmt::format("{} stable ones ({})", counted(both.stable), percent(rate(both.stable)));
  }
  if (bad) axis.state = AxisState::open;
  axis.sentence = fmt::format("{}, {}", seen, beside);
  if (proved(stage)) return axis;
  const double more = std::max(1.0, failures_to_abort(stage, both));
  axis.sentence +=
      fmt::format("; {:.0f} more failure{} of the canary alone would abort it", more, more == 1 ? "" : "s");
  return axis;
}

LiveAxis slow_of(const StageEvidence& stage) {
  auto axis = axis_of(stage, AxisKind::slow, "slow", "attribution");
  const auto totals = Latencies::slow(stage.canary.latencies, stage.stable.latencies);
  if (lacks_an_arm(axis, totals, stage, "latencies")) return axis;
  const auto both = stage.slow.interleaved() ? stage.slow.attribution.closed : totals;
  if (both.canary.requests == 0) {
    unmeasured(axis, "it takes 20 requests of both arms together with latencies");
    return axis;
  }
  axis.canary = rate(both.canary);
  axis.stable = rate(both.stable);
  if (looks_bad(both, stage.ratio, axis.evidence)) axis.state = AxisState::open;
  axis.sentence = fmt::format(
      "{} of the canary's requests and {} of the stable ones are among the slowest {} of their time; {:g} times as "
      "many is tolerated",
      percent(*axis.canary), percent(*axis.stable), percent(kSlowShare), stage.ratio);
  return axis;
}

LiveAxis score_of(const StageEvidence& stage) {
  auto axis = axis_of(stage, AxisKind::score, "score", "betting");
  const auto& all = stage.scores.all;
  if (lacks_an_arm(axis, all, stage, "scores")) return axis;
  axis.canary = rate(all.canary);
  axis.stable = rate(all.stable);
  axis.sentence = fmt::format(
      "the mean score is {:.3g} over {:.0f} of the canary's answers and {:.3g} over {:.0f} "
      "stable ones; a loss of {:g} is tolerated",
      *axis.canary, all.canary.requests, *axis.stable, all.stable.requests, kScoreLoss);
  if (stage.scores.mean_loss() > kScoreLoss) axis.state = AxisState::open;
  if (!stage.scores.interleaved()) {
    axis.state = AxisState::open;
    axis.sentence += "; the arms are not interleaved, so they are not compared: sort the records by time";
  }
  return axis;
}

LiveAxis feedback_of(const StageEvidence& stage) {
  auto axis = axis_of(stage, AxisKind::feedback, "feedback", "attribution");
  const auto both = stage.feedback.all();
  if (lacks_an_arm(axis, both, stage, "feedback")) return axis;
  axis.canary = rate(both.canary);
  axis.stable = rate(both.stable);
  if (looks_bad(both, stage.ratio, axis.evidence)) axis.state = AxisState::open;
  axis.sentence = fmt::format("bad feedback: {} of the canary ({}), {} of stable ({}); {:g} times as much is tolerated",
                              counted(both.canary), percent(*axis.canary), counted(both.stable), percent(*axis.stable),
                              stage.ratio);
  return axis;
}

LiveAxis safety_of(const StageEvidence& stage) {
  LiveAxis axis;
  axis.axis = "safety";
  axis.method = "incident";
  const auto incidents = stage.canary.incidents;
  axis.state = incidents > 0 ? AxisState::worse : AxisState::fine;
  axis.sentence = incidents > 0
                      ? fmt::format("{} safety incident{} of the canary", incidents, incidents == 1 ? "" : "s")
                      : "no safety incident of the canary was recorded; the first one aborts it";
  return axis;
}

/// Who has most of the evidence that aborts.
AxisKind leader(const StageEvidence& stage) {
  const auto logs = stage.log_most >= stage.log_evidence() ? stage.at_most : stage.axes();
  return *std::max_element(kAxes.begin(), kAxes.end(), [&](AxisKind a, AxisKind b) {
    return std::log(weight(a)) + logs[index(a)] < std::log(weight(b)) + logs[index(b)];
  });
}

Call aborted(const StageEvidence& stage, const std::vector<LiveAxis>& axes) {
  for (const auto& axis : axes) {
    if (axis.state == AxisState::worse && axis.axis == "safety") return {LiveAction::abort, axis.sentence};
  }
  const auto& first = axes[index(leader(stage))];
  const double most = shown_evidence(std::max(stage.log_most, stage.log_evidence()));
  return {LiveAction::abort, fmt::format("the evidence against the canary reached {:.3g}, and it is aborted at {:.4g}; "
                                         "{}: {}",
                                         most, 1 / stage.plan.alpha, first.axis, first.sentence)};
}

/// What a promotion still lacks.
std::vector<std::string> open_points(const StageEvidence& stage, const std::vector<LiveAxis>& axes) {
  std::vector<std::string> open;
  const auto seen = stage.canary.requests;
  if (seen < stage.plan.min_requests) {
    open.push_back(fmt::format("{} canary requests were seen, and it takes {}, {} more", seen, stage.plan.min_requests,
                               stage.plan.min_requests - seen));
  }
  const double shown = -stage.rate_evidence();
  const double enough = -std::log(kPromotionAlpha);
  if (shown < enough) {
    const double p0 = stage.plan.p0.value_or(0);
    const double step = std::log((1 - p0) / (1 - stage.tolerated()));
    open.push_back(
        fmt::format("a failure rate of at most {} is not shown yet: it takes {:.0f} more canary requests "
                    "without a failure",
                    percent(stage.tolerated()), std::ceil((enough - shown) / step)));
  }
  for (const auto& axis : axes) {
    if (axis.state == AxisState::open) open.push_back(fmt::format("{} is open: {}", axis.axis, axis.sentence));
  }
  return open;
}

}  // namespace

std::vector<LiveAxis> axes_of(const StageEvidence& stage) {
  std::vector<LiveAxis> axes{failures_of(stage), slow_of(stage), score_of(stage), feedback_of(stage), safety_of(stage)};
  if (!proved(stage)) return axes;
  axes[index(leader(stage))].state = AxisState::worse;
  for (const auto kind : kAxes) {
    auto& axis = axes[index(kind)];
    if (axis.evidence >= needed(stage, kind)) axis.state = AxisState::worse;
  }
  return axes;
}

Call call_of(const StageEvidence& stage, const std::vector<LiveAxis>& axes) {
  if (stage.canary.incidents > 0 || proved(stage)) return aborted(stage, axes);
  const auto open = open_points(stage, axes);
  if (!open.empty()) return {LiveAction::hold, fmt::format("{}", fmt::join(open, "; "))};
  return {LiveAction::promote,
          fmt::format("{} canary requests with {} failure{} show a rate of at most {}, and nothing speaks against the "
                      "canary",
                      stage.canary.requests, stage.canary.failures, stage.canary.failures == 1 ? "" : "s",
                      percent(stage.tolerated()))};
}

}  // namespace assay::gate
