#include "runner/gate/live_axes.hpp"
#include "runner/gate/live_evidence.hpp"

#include <assay/gate/live.hpp>
#include <assay/gate/readiness.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace assay::gate {

namespace {

constexpr std::int64_t kLateMs = 60'000;
constexpr double kMostShown = 1e9;

Error no_plan(std::string what) {
  return {ErrorKind::invalid,
          fmt::format("this verdict holds no usable canary plan: {}", what),
          "decide the run again with `assay gate RUN`, and take the verdict.json that it writes",
          {}};
}

bool usable(const CanaryStage& stage, double ratio) {
  const double p0 = stage.p0.value_or(0);
  return stage.share > 0 && stage.share <= 1 && stage.alpha > 0 && stage.alpha <= kCanaryAlpha && p0 > 0 &&
         p0 * ratio < 1 && stage.min_requests > 0;
}

std::optional<Error> find_fault(const Canary& canary) {
  if (!(canary.tolerated_ratio > 1 && std::isfinite(canary.tolerated_ratio))) {
    return no_plan(fmt::format("tolerated_ratio {:g}", canary.tolerated_ratio));
  }
  double alpha = 0;
  for (const auto& stage : canary.stages) {
    if (!usable(stage, canary.tolerated_ratio)) return no_plan(fmt::format("the stage of share {:g}", stage.share));
    alpha += stage.alpha;
  }
  if (canary.stages.empty()) return no_plan("it has no stages");
  if (alpha > kCanaryAlpha * 1.000001) return no_plan("its stages may abort a healthy canary too often");
  return std::nullopt;
}

bool known(const LivePlan& plan, const LiveRecord& record) {
  const auto positive = [](const std::optional<double>& value) {
    return !value || (*value >= 0 && std::isfinite(*value));
  };
  return record.stage < plan.stages.size() && record.failures <= record.requests && positive(record.latency_ms) &&
         positive(record.tokens) && positive(record.score) && record.score.value_or(0) <= 1;
}

void note_time(LiveEvidence& evidence, const std::optional<WallTime>& at) {
  if (!at) return;
  if (evidence.last && at->unix_ms < evidence.last->unix_ms - kLateMs) ++evidence.late;
  evidence.last = at;
  if (!evidence.from || *at < *evidence.from) evidence.from = at;
  if (!evidence.to || *at > *evidence.to) evidence.to = at;
}

LiveArm shown(const ArmTotals& totals, const ArmCount& scores, const ArmCount& feedback) {
  LiveArm arm;
  arm.requests = totals.requests;
  arm.failures = totals.failures;
  arm.incidents = totals.incidents;
  const auto latency = [&](double p) -> std::optional<double> {
    if (totals.latencies.count() == 0) return std::nullopt;
    const double ms = totals.latencies.quantile(p);
    return std::isfinite(ms) ? std::optional(ms) : std::nullopt;
  };
  arm.latency_p50_ms = latency(0.5);
  arm.latency_p95_ms = latency(0.95);
  if (scores.requests > 0) arm.score = scores.bad / scores.requests;
  if (totals.with_tokens > 0) arm.tokens = totals.tokens / static_cast<double>(totals.with_tokens);
  if (feedback.requests > 0) arm.feedback = 1 - feedback.bad / feedback.requests;
  return arm;
}

/// Why a stage cannot be judged.
std::optional<Error> nothing_to_judge(const StageEvidence& stage) {
  const auto fault = [&](std::string message, std::string hint) {
    return Error{ErrorKind::protocol, std::move(message), std::move(hint), {}};
  };
  const auto share = stage.plan.share;
  if (stage.canary.requests == 0) {
    return fault(stage.stable.requests == 0 ? fmt::format("the data holds no request of the stage {:g}", share)
                                            : "the data holds no request of the canary",
                 R"(write one record a request, {"arm": "canary", "ok": true}, of both arms)");
  }
  if (stage.alone()) return std::nullopt;
  if (stage.stable.requests == 0) {
    return fault("the data holds no request of the stable arm, so nothing tells a bad canary from a bad hour",
                 R"(add the stable requests of the same time: {"arm": "stable", "ok": true})");
  }
  const auto canary = static_cast<double>(stage.canary.requests);
  const auto stable = static_cast<double>(stage.stable.requests);
  if (share < 0.4 && canary + stable >= kSwapRequests && canary / stable > (1 - share) / share / 2) {
    return fault(fmt::format("the canary has {:.0f} of {:.0f} requests, and the stage gives it {:g}: the arms look "
                             "swapped",
                             canary, canary + stable, share),
                 R"("arm" is `canary` for the new version and `stable` for the one that serves the rest)");
  }
  return std::nullopt;
}

void note_shares(const StageEvidence& stage, std::vector<std::string>& notes) {
  const auto canary = static_cast<double>(stage.canary.requests);
  const double all = canary + static_cast<double>(stage.stable.requests);
  const double share = stage.plan.share;
  const double spread = std::sqrt(all * share * (1 - share));
  if (stage.alone() || all == 0 || std::abs(canary - all * share) <= 5 * spread + 1) return;
  notes.push_back(
      fmt::format("the canary had {:.3g} of the requests of the stage {:g}; it is judged by the share that "
                  "it had",
                  canary / all, share));
}

std::vector<std::string> notes_of(const LiveEvidence& evidence) {
  std::vector<std::string> notes;
  for (const auto& stage : evidence.stages) {
    if (!stage.seen()) continue;
    note_shares(stage, notes);
    if (!stage.alone() && !stage.failures.interleaved() && stage.failures.all().canary.requests >= kBlockArm) {
      notes.push_back(fmt::format(
          "the arms of the stage {:g} are not interleaved, so it is judged as one block, and a failure rate that "
          "changed in between is not taken out: sort the records by time",
          stage.plan.share));
    }
    if (stage.stable.incidents > 0) {
      notes.push_back(fmt::format("{} safety incident{} of the stable arm: no reason to abort the canary",
                                  stage.stable.incidents, stage.stable.incidents == 1 ? "" : "s"));
    }
  }
  if (evidence.late > 0) {
    notes.push_back(
        fmt::format("{} record{} out of the order of time", evidence.late, evidence.late == 1 ? " is" : "s are"));
  }
  return notes;
}

LiveStage judge(const StageEvidence& stage) {
  LiveStage out;
  out.share = stage.plan.share;
  out.min_requests = stage.plan.min_requests;
  out.abort_at = 1 / stage.plan.alpha;
  out.evidence = shown_evidence(std::max(stage.log_most, stage.log_evidence()));
  const auto feedback = stage.feedback.all();
  out.canary = shown(stage.canary, stage.scores.all.canary, feedback.canary);
  out.stable = shown(stage.stable, stage.scores.all.stable, feedback.stable);
  out.axes = axes_of(stage);
  const auto call = call_of(stage, out.axes);
  out.action = call.action;
  out.reason = call.reason;
  if (const auto fault = nothing_to_judge(stage); fault && out.action != LiveAction::abort) {
    out.action = LiveAction::hold;
    out.reason = fault->message;
  }
  return out;
}

/// Over all stages: an abort anywhere, else what the stage in question says.
void decide(LiveVerdict& verdict, const LiveEvidence& evidence) {
  for (const auto& stage : verdict.stages) {
    if (stage.action == LiveAction::abort && verdict.action != LiveAction::abort) {
      verdict.action = LiveAction::abort;
      verdict.reason =
          stage.share == verdict.share ? stage.reason : fmt::format("at the stage {:g}: {}", stage.share, stage.reason);
    }
  }
  if (verdict.action == LiveAction::abort) return;
  if (std::max(evidence.log_most, evidence.log_evidence()) >= -std::log(evidence.alpha)) {
    verdict.action = LiveAction::abort;
    verdict.reason = fmt::format("over all stages the evidence against the canary is {:.3g}, and it is aborted at {:g}",
                                 verdict.evidence, verdict.abort_at);
    return;
  }
  for (const auto& stage : verdict.stages) {
    if (stage.share != verdict.share) continue;
    verdict.action = stage.action;
    verdict.reason = stage.reason;
  }
}

}  // namespace

double shown_evidence(double log_evidence) {
  return log_evidence >= std::log(kMostShown) ? kMostShown : std::exp(log_evidence);
}

Result<LivePlan> live_plan(const Verdict& verdict, double share) {
  const auto& canary = verdict.canary;
  if (!canary.ready) {
    auto missing = canary.missing;
    for (const auto& role : canary.unsigned_roles) missing.push_back("the sign-off of " + role);
    return Error{ErrorKind::usage,
                 fmt::format("run {} is not ready for a canary; it lacks {}", verdict.run,
                             missing.empty() ? "a reason to be" : fmt::format("{}", fmt::join(missing, "; "))),
                 "mend what is missing, and decide again with `assay gate RUN`",
                 {}};
  }
  if (auto fault = find_fault(canary)) return *std::move(fault);
  LivePlan plan{verdict.run, verdict.decision,       verdict.candidate_digest, canary.stages,
                0,           canary.tolerated_ratio, canary.rollback};
  std::vector<std::string> shares;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    shares.push_back(fmt::format("{:g}", plan.stages[i].share));
    if (std::abs(plan.stages[i].share - share) > 1e-9) continue;
    plan.stage = i;
    return plan;
  }
  return Error{ErrorKind::usage,
               fmt::format("{:g} is no stage of the plan", share),
               fmt::format("its stages are {}", fmt::join(shares, ", ")),
               {}};
}

LiveJudge::LiveJudge(LivePlan plan) : evidence_(std::make_unique<LiveEvidence>()) {
  for (const auto& each : plan.stages) {
    StageEvidence stage;
    stage.plan = each;
    stage.ratio = plan.tolerated_ratio;
    stage.failures.ratio = stage.feedback.ratio = stage.slow.attribution.ratio = plan.tolerated_ratio;
    evidence_->stages.push_back(std::move(stage));
    evidence_->alpha += each.alpha;
  }
  evidence_->plan = std::move(plan);
}

LiveJudge::~LiveJudge() = default;
LiveJudge::LiveJudge(LiveJudge&&) noexcept = default;
LiveJudge& LiveJudge::operator=(LiveJudge&&) noexcept = default;

void LiveJudge::add(const LiveRecord& record) {
  auto& evidence = *evidence_;
  if (!known(evidence.plan, record)) return;
  ++evidence.records;
  note_time(evidence, record.at);
  if (evidence.stages[record.stage].add(record)) {
    evidence.log_most = std::max(evidence.log_most, evidence.log_evidence());
  }
}

Result<LiveVerdict> LiveJudge::verdict() const {
  const auto& evidence = *evidence_;
  const auto& current = evidence.stages[evidence.plan.stage];
  const bool incident = std::any_of(evidence.stages.begin(), evidence.stages.end(),
                                    [](const StageEvidence& stage) { return stage.canary.incidents > 0; });
  if (auto fault = nothing_to_judge(current); fault && !incident) return *std::move(fault);
  LiveVerdict verdict;
  verdict.share = current.plan.share;
  verdict.abort_at = 1 / evidence.alpha;
  verdict.evidence = shown_evidence(std::max(evidence.log_most, evidence.log_evidence()));
  verdict.run = evidence.plan.run;
  verdict.decision = evidence.plan.decision;
  verdict.candidate = evidence.plan.candidate;
  verdict.rollback = evidence.plan.rollback;
  verdict.records = evidence.records;
  verdict.from = evidence.from;
  verdict.to = evidence.to;
  verdict.notes = notes_of(evidence);
  for (const auto& stage : evidence.stages) {
    if (stage.seen()) verdict.stages.push_back(judge(stage));
  }
  decide(verdict, evidence);
  return verdict;
}

}  // namespace assay::gate
