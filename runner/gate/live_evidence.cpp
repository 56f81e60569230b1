#include "runner/gate/live_evidence.hpp"

#include <assay/stats/canary.hpp>

#include <algorithm>
#include <limits>

namespace assay::gate {

namespace {

constexpr std::size_t kLongestBlock = 4096;  // latencies that are kept while an arm is missing

bool mostly(double part, double all) {
  return part * 2 >= all;
}

/// ln(stake·e^mild + (1 − stake)·e^grave).
double mixed(double mild, double grave) {
  const double a = std::log(kMildStake) + mild;
  const double b = std::log(1 - kMildStake) + grave;
  const double most = std::max(a, b);
  return most + std::log(std::exp(a - most) + std::exp(b - most));
}

}  // namespace

void Attribution::close(const Both& block) {
  closed.canary.requests += block.canary.requests;
  closed.canary.bad += block.canary.bad;
  closed.stable.requests += block.stable.requests;
  closed.stable.bad += block.stable.bad;
  const double share = block.canary.requests / (block.canary.requests + block.stable.requests);
  mild += stats::attribution_evidence(block.canary.bad, block.stable.bad, share, ratio);
  grave += stats::attribution_evidence(block.canary.bad, block.stable.bad, share, ratio * kGrave);
}

bool Attribution::add(Arm arm, double requests, double bad) {
  auto& count = open.of(arm);
  count.requests += requests;
  count.bad += bad;
  if (open.canary.requests < kBlockArm || open.stable.requests < kBlockArm) return false;
  close(open);
  open = {};
  return true;
}

Both Attribution::all() const {
  return {{closed.canary.requests + open.canary.requests, closed.canary.bad + open.canary.bad},
          {closed.stable.requests + open.stable.requests, closed.stable.bad + open.stable.bad}};
}

bool Attribution::interleaved() const {
  const auto total = all();
  return mostly(closed.canary.requests, total.canary.requests) && mostly(closed.stable.requests, total.stable.requests);
}

double Attribution::log_evidence() const {
  if (interleaved()) return mixed(mild, grave);
  const auto total = all();
  if (total.canary.requests < kBlockArm || total.stable.requests < kBlockArm) return 0;
  Attribution whole{.ratio = ratio};
  whole.close(total);
  return mixed(whole.mild, whole.grave);
}

std::size_t Latencies::step_of(double ms) {
  constexpr double kLeast = 1e-3;
  if (!(ms > kLeast)) return 0;
  const double step = std::ceil(std::log(ms / kLeast) / std::log(1.02));
  return static_cast<std::size_t>(std::min(step, static_cast<double>(kSteps - 2)));
}

double Latencies::quantile(double p) const {
  const double rank = std::ceil(p * static_cast<double>(count_));
  double below = 0;
  for (std::size_t i = 0; i + 1 < kSteps; ++i) {
    below += static_cast<double>(steps_[i]);
    if (below >= rank) return 1e-3 * std::pow(1.02, static_cast<double>(i));
  }
  return std::numeric_limits<double>::infinity();
}

Both Latencies::slow(const Latencies& canary, const Latencies& stable) {
  Both both{{static_cast<double>(canary.count_), 0}, {static_cast<double>(stable.count_), 0}};
  const double most = kSlowShare * (both.canary.requests + both.stable.requests);
  for (std::size_t i = kSteps; i-- > 0;) {
    const auto c = static_cast<double>(canary.steps_[i]);
    const auto s = static_cast<double>(stable.steps_[i]);
    if (both.canary.bad + both.stable.bad + c + s > most) break;
    both.canary.bad += c;
    both.stable.bad += s;
  }
  return both;
}

bool Slowness::add(Arm arm, double ms) {
  (arm == Arm::canary ? canary : stable).push_back(ms);
  const auto all = canary.size() + stable.size();
  const auto enough = static_cast<std::size_t>(kBlockArm);
  const auto slowest = static_cast<std::size_t>(kSlowShare * static_cast<double>(all));
  if (slowest == 0 || canary.size() < enough || stable.size() < enough) {
    // Requests that nothing can be compared with. They are counted, so that the file is seen not to be interleaved.
    if (all < kLongestBlock) return false;
    attribution.open.canary.requests += static_cast<double>(canary.size());
    attribution.open.stable.requests += static_cast<double>(stable.size());
    canary.clear();
    stable.clear();
    return false;
  }
  std::vector<double> both = canary;
  both.insert(both.end(), stable.begin(), stable.end());
  const auto cut = both.end() - static_cast<std::ptrdiff_t>(slowest) - 1;
  std::nth_element(both.begin(), cut, both.end());
  const auto beyond = [limit = *cut](const std::vector<double>& arm_ms) {
    return static_cast<double>(std::count_if(arm_ms.begin(), arm_ms.end(), [&](double each) { return each > limit; }));
  };
  attribution.close(
      {{static_cast<double>(canary.size()), beyond(canary)}, {static_cast<double>(stable.size()), beyond(stable)}});
  canary.clear();
  stable.clear();
  return true;
}

bool Slowness::interleaved() const {
  auto counted = attribution;
  counted.open.canary.requests += static_cast<double>(canary.size());
  counted.open.stable.requests += static_cast<double>(stable.size());
  return counted.interleaved();
}

bool Scores::add(Arm arm, double score) {
  auto& total = all.of(arm);
  total.requests += 1;
  total.bad += score;
  auto& mine = arm == Arm::canary ? canary : stable;
  mine.requests += 1;
  mine.bad += score;
  if (canary.requests == 0 || stable.requests == 0) return false;
  const double lost = stable.bad / stable.requests - canary.bad / canary.requests;
  stats::observe(loss, (lost + 1) / 2);
  matched += canary.requests;
  canary = {};
  stable = {};
  return true;
}

bool Scores::interleaved() const {
  return mostly(matched, all.canary.requests) && loss.n * 50 >= all.canary.requests;
}

double Scores::mean_loss() const {
  if (all.canary.requests == 0 || all.stable.requests == 0) return 0;
  return all.stable.bad / all.stable.requests - all.canary.bad / all.canary.requests;
}

double Scores::log_evidence() const {
  // A loss that is tolerated is none, however certain it is.
  return mean_loss() > kScoreLoss ? loss.log_wealth : std::min(loss.log_wealth, 0.0);
}

bool StageEvidence::add(const LiveRecord& record) {
  const auto requests = static_cast<double>(record.requests);
  auto& mine = record.arm == Arm::canary ? canary : stable;
  mine.requests += record.requests;
  mine.failures += record.failures;
  mine.incidents += record.safety ? 1 : 0;
  bool moved = alone();
  moved = failures.add(record.arm, requests, static_cast<double>(record.failures)) || moved;
  if (record.latency_ms) {
    const bool failed = record.failures > 0;
    failed ? mine.latencies.add_failed() : mine.latencies.add(*record.latency_ms);
    moved = slow.add(record.arm, failed ? std::numeric_limits<double>::infinity() : *record.latency_ms) || moved;
  }
  if (record.score) moved = scores.add(record.arm, *record.score) || moved;
  if (record.feedback) moved = feedback.add(record.arm, 1, *record.feedback ? 0 : 1) || moved;
  if (record.tokens) {
    mine.tokens += *record.tokens;
    ++mine.with_tokens;
  }
  if (!moved) return false;
  const auto now = axes();
  const double together = portfolio(now);
  if (together > log_most) {
    log_most = together;
    at_most = now;
  }
  return true;
}

double StageEvidence::rate_evidence() const {
  const double p0 = plan.p0.value_or(0);
  const double p1 = tolerated();
  if (!(p0 > 0 && p1 > p0 && p1 < 1)) return 0;
  const auto n = static_cast<double>(canary.requests);
  const auto bad = static_cast<double>(canary.failures);
  return bad * std::log(p1 / p0) + (n - bad) * std::log((1 - p1) / (1 - p0));
}

AxisEvidence StageEvidence::axes() const {
  double slowness = slow.attribution.log_evidence();
  if (!slow.interleaved()) {
    Attribution whole{.ratio = ratio};
    const auto both = Latencies::slow(canary.latencies, stable.latencies);
    const bool enough = both.canary.requests >= kBlockArm && both.stable.requests >= kBlockArm;
    if (enough) whole.close(both);
    slowness = whole.log_evidence();
  }
  return {alone() ? rate_evidence() : failures.log_evidence(), slowness, scores.log_evidence(),
          feedback.log_evidence()};
}

double StageEvidence::log_evidence() const {
  return portfolio(axes());
}

double portfolio(const AxisEvidence& axes) {
  const double most = *std::max_element(axes.begin(), axes.end());
  double sum = 0;
  for (const auto axis : kAxes) sum += weight(axis) * std::exp(axes[static_cast<std::size_t>(axis)] - most);
  return most + std::log(sum);
}

double LiveEvidence::log_evidence() const {
  double most = 0;
  std::vector<double> logs;
  for (const auto& stage : stages) {
    logs.push_back(stage.seen() ? stage.log_evidence() : 0);
    most = std::max(most, logs.back());
  }
  double sum = 0;
  for (std::size_t i = 0; i < stages.size(); ++i) sum += stages[i].plan.alpha / alpha * std::exp(logs[i] - most);
  return most + std::log(sum);
}

}  // namespace assay::gate
