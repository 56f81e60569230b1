#include "runner/gate/checklist.hpp"
#include "runner/gate/live_evidence.hpp"
#include "runner/gate/reasons.hpp"

#include <assay/gate/readiness.hpp>
#include <assay/stats/canary.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay::gate {

namespace {

constexpr double kReadyScore = 95;
constexpr double kOpenScore = 60;  // at most, of an INCONCLUSIVE verdict
constexpr double kWaiverCost = 5;

bool passed(const Verdict& verdict) {
  return verdict.kind == VerdictKind::pass || verdict.kind == VerdictKind::pass_with_waiver;
}

bool fresh(const Policy& policy, const Verdict& verdict, WallTime started) {
  if (verdict.replayed == 0) return true;
  if (!policy.replay_max_age || !verdict.oldest_replayed) return false;
  const auto age_ms = started.unix_ms - verdict.oldest_replayed->unix_ms;
  return static_cast<double>(age_ms) <= to_ms(*policy.replay_max_age);
}

bool tolerates_nothing(const Policy& policy, const GateResult& row) {
  return std::any_of(policy.gates.begin(), policy.gates.end(),
                     [&](const GateSpec& gate) { return gate.id == row.id && gate.zero_tolerance; });
}

/// How much speaks against a row's claim. A proved claim without a p of its own has the row's alpha.
double p_of(const Policy& policy, const GateResult& row) {
  if (row.p && std::isfinite(*row.p)) return std::clamp(*row.p, 0.0, 1.0);
  if (row.state != GateState::pass) return 1;
  return tolerates_nothing(policy, row) ? 0 : row.alpha;
}

/// What is left of a margin, as a share of it: 1 where candidate and baseline are certainly equal.
std::string headroom(const GateResult& row) {
  if (!row.interval) return {};
  const auto [low, high] = *row.interval;
  if (row.margin && *row.margin > 0 && std::isfinite(low)) {
    return fmt::format("; headroom {:.2f} of the margin {:g}", (low + *row.margin) / *row.margin, *row.margin);
  }
  const auto bound = [&](double value) { return std::isfinite(value) ? show(value, row.unit) : std::string("none"); };
  return fmt::format("; bounds {} and {}", bound(low), bound(high));
}

struct Weakest {
  const GateResult* row = nullptr;
  double p = 0;
};

Weakest weakest_of(const Policy& policy, const Verdict& verdict) {
  Weakest weakest;
  for (const auto& row : verdict.gates) {
    if (!row.blocking || row.waiver) continue;
    const double p = p_of(policy, row);
    if (!weakest.row || p > weakest.p) weakest = {&row, p};
  }
  return weakest;
}

double score_of(const Verdict& verdict, const Weakest& weakest) {
  if (verdict.kind == VerdictKind::block || verdict.kind == VerdictKind::error) return 0;
  const auto used = std::count_if(verdict.waivers.begin(), verdict.waivers.end(),
                                  [](const WaiverStanding& waiver) { return waiver.state == "used"; });
  double score = 100 * (1 - weakest.p) - kWaiverCost * static_cast<double>(used);
  if (verdict.kind == VerdictKind::inconclusive) score = std::min(score, kOpenScore);
  return std::max(0.0, std::round(score * 100) / 100);
}

void add(Canary& canary, std::string what) {
  auto& missing = canary.missing;
  if (std::find(missing.begin(), missing.end(), what) == missing.end()) missing.push_back(std::move(what));
}

void need_evidence(Canary& canary, const Policy& policy, const Verdict& verdict, WallTime started) {
  if (!passed(verdict)) add(canary, fmt::format("a verdict of PASS: it is {}", name(verdict.kind)));
  const auto proved = [](const GateResult& row) { return row.blocking && row.state == GateState::pass; };
  if (passed(verdict) && std::none_of(verdict.gates.begin(), verdict.gates.end(), proved)) {
    add(canary, "a gate that proved its claim: none that blocks did");
  }
  if (!verdict.where.empty() || verdict.limit) add(canary, "a run over the whole suite");
  if (!fresh(policy, verdict, started)) add(canary, std::string(kFreshAnswers));
  if (passed(verdict) && canary.score < kReadyScore) {
    add(canary, fmt::format("a score of at least {:g}: it is {:g}{}", kReadyScore, canary.score,
                            canary.weakest.empty() ? "" : fmt::format("; the weakest gate is {}", canary.weakest)));
  }
}

void need_people(Canary& canary, const Verdict& verdict) {
  for (const auto& row : verdict.gates) {
    if (!row.blocking || !row.owner.empty()) continue;
    const auto role = row.axis == Axis::safety ? std::string_view("security") : name(row.axis);
    add(canary, fmt::format("an owner for {} of suite '{}': `owners: {{{}: …}}` in the suite", role, row.suite, role));
  }
  for (const auto& waiver : verdict.waivers) {
    if (waiver.state == "expired") {
      add(canary, fmt::format("no expired waiver: '{}' ended at {}; take it out", waiver.id, waiver.expires));
    }
    if (waiver.state == "used" && waiver.approver.empty()) {
      add(canary, fmt::format("a named approver of waiver '{}'", waiver.id));
    }
  }
}

void need_plan(Canary& canary, const Policy& policy, const Verdict& verdict) {
  if (!policy.canary) {
    add(canary, "a canary plan: the policy has no `canary` section");
    return;
  }
  const auto& plan = *policy.canary;
  if (plan.stages.empty()) add(canary, "stages of traffic: `canary: {stages: [0.05, 0.25, 0.5, 1.0]}`");
  if (!plan.failure_rate) {
    add(canary,
        "the failure rate of live stable traffic: `canary: {failure_rate: …}`, its upper 95 % bound, never from a "
        "suite");
  } else if (canary.stages.empty() && !plan.stages.empty()) {
    add(canary, fmt::format("a tolerated failure rate between 0 and 1: {:g} times {:g} is none", *plan.failure_rate,
                            plan.tolerated_ratio));
  }
  if (!plan.rollback || plan.rollback->empty()) {
    add(canary, "a rollback target: `canary: {rollback: {to: \"sha256:…\"}}`");
  } else if (*plan.rollback == verdict.candidate_digest) {
    add(canary, "a rollback target that is not the candidate itself");
  }
  for (const auto& item : kChecklist) {
    const auto found = plan.checklist.find(item.key);
    if (found != plan.checklist.end() && !found->second.empty()) continue;
    add(canary, fmt::format("{}: `canary: {{checklist: {{{}: \"{}\"}}}}`", item.what, item.key, item.example));
  }
}

/// Of a canary that fails `ratio` times as often, with the stake that the failures' evidence has.
double requests_until_abort(double share, double p0, double ratio, double alpha) {
  const double spent = alpha * kFailureWeight * kMildStake;
  if (share < 1) {
    const auto failures = stats::attribution_failures(share, ratio, spent);
    return failures.value_or(0) / (p0 * (1 - share + share * ratio)) * share;
  }
  const double p1 = p0 * ratio;
  return std::log(1 / (alpha * kFailureWeight)) / (p1 * std::log(p1 / p0) + (1 - p1) * std::log((1 - p1) / (1 - p0)));
}

}  // namespace

std::vector<CanaryStage> stages_of(const CanaryPolicy& policy) {
  std::vector<CanaryStage> stages;
  const double p0 = policy.failure_rate.value_or(0);
  const double ratio = policy.tolerated_ratio;
  const auto least = stats::promotion_requests(p0, p0 * ratio, kPromotionAlpha);
  if (!(p0 > 0) || !least) return stages;
  const auto n = static_cast<double>(policy.stages.size());
  for (std::size_t i = 0; i < policy.stages.size(); ++i) {
    CanaryStage stage;
    stage.share = policy.stages[i];
    stage.alpha = kCanaryAlpha * (n - static_cast<double>(i)) / (n * (n + 1) / 2);
    stage.abort_at = 1 / stage.alpha;
    stage.p0 = p0;
    stage.min_requests = *least;
    stage.failures = stats::abort_failures(*least, p0, stage.alpha);
    stage.expected_requests =
        static_cast<std::uint64_t>(std::ceil(requests_until_abort(stage.share, p0, ratio, stage.alpha)));
    stages.push_back(stage);
  }
  return stages;
}

Canary readiness(const Policy& policy, const Verdict& verdict, WallTime started) {
  Canary canary;
  if (policy.canary) {
    canary.stages = stages_of(*policy.canary);
    canary.tolerated_ratio = policy.canary->tolerated_ratio;
    canary.rollback = policy.canary->rollback;
    canary.checklist = policy.canary->checklist;
  }
  const auto weakest = weakest_of(policy, verdict);
  canary.score = score_of(verdict, weakest);
  if (weakest.row) {
    canary.weakest = fmt::format("{}: {} with p {:.3g}{}", row_name(*weakest.row), weakest.row->claim, weakest.p,
                                 headroom(*weakest.row));
  }
  need_evidence(canary, policy, verdict, started);
  need_people(canary, verdict);
  need_plan(canary, policy, verdict);
  canary.ready = passed(verdict) && canary.missing.empty();
  return canary;
}

}  // namespace assay::gate
