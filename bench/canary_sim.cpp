// Error rates of `assay canary` on simulated traffic, looked at after every 100 requests: healthy canaries aborted, and
// bad ones found. Beside it the rule that most dashboards have: more than 4 % of the canary's last 100 requests failed.
// Prints Markdown. Seeds are fixed; arguments: replicates of a healthy row (default 1000), of the others (300).

#include <assay/core/random.hpp>
#include <assay/gate/live.hpp>
#include <assay/gate/readiness.hpp>
#include <assay/stats/proportion.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <functional>
#include <vector>

namespace {

using namespace assay;

constexpr double kStableRate = 0.02;
constexpr std::uint64_t kLook = 100;  // requests of both arms between looks

/// Draws in order, a pure function of the seed.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : key_(mix(0x5eed, seed)) {}
  double next() { return uniform(mix(key_, ++count_)); }
  bool chance(double p) { return next() < p; }
  double normal() { return std::sqrt(-2 * std::log(1 - next())) * std::cos(6.283185307179586 * next()); }

 private:
  std::uint64_t key_;
  std::uint64_t count_ = 0;
};

/// What the traffic is like. `time` is the share of the requests that went by.
struct World {
  std::function<double(double time)> stable_rate = [](double) { return kStableRate; };
  double ratio = 1;       // of the canary's failure rate
  double slowdown = 1;    // of its latencies
  double score_loss = 0;  // of its mean score
  bool measured = false;  // latency, score and feedback as well
  double real_share = 0;  // that the router gives the canary; 0: the stage's
};

gate::LiveRecord draw(Draws& draws, const World& world, double share, double time) {
  gate::LiveRecord record;
  record.arm = draws.chance(world.real_share > 0 ? world.real_share : share) ? gate::Arm::canary : gate::Arm::stable;
  const bool canary = record.arm == gate::Arm::canary;
  const double rate = world.stable_rate(time) * (canary ? world.ratio : 1);
  record.failures = draws.chance(std::min(rate, 1.0)) ? 1 : 0;
  if (!world.measured) return record;
  record.latency_ms = 300 * std::exp(0.6 * draws.normal()) * (canary ? world.slowdown : 1);
  if (draws.chance(0.2)) {
    record.score = std::clamp(0.8 - (canary ? world.score_loss : 0) + 0.2 * draws.normal(), 0.0, 1.0);
  }
  if (draws.chance(0.05)) record.feedback = !draws.chance(0.15);
  return record;
}

struct Outcome {
  bool aborted = false;
  bool promoted_first = false;
  double aborted_after = 0;   // canary requests
  double promoted_after = 0;  // likewise
  bool rule = false;
  double rule_after = 0;
};

gate::LivePlan plan_of(double share) {
  gate::CanaryPolicy policy;
  policy.stages = {0.05, 0.25, 0.5, 1.0};
  policy.failure_rate = kStableRate;
  gate::LivePlan plan;
  plan.stages = gate::stages_of(policy);
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    if (plan.stages[i].share == share) plan.stage = i;
  }
  return plan;
}

/// One rollout of `requests` canary requests; the live judge goes on after it would have promoted.
Outcome roll_out(const World& world, double share, std::uint64_t requests, std::uint64_t seed) {
  Draws draws(seed);
  const auto plan = plan_of(share);
  gate::LiveJudge judge(plan);
  Outcome outcome;
  std::deque<bool> last;
  double seen = 0;
  int failed = 0;
  const auto all = static_cast<std::uint64_t>(static_cast<double>(requests) / share);
  for (std::uint64_t i = 1; i <= all && !(outcome.aborted && outcome.rule); ++i) {
    auto record = draw(draws, world, share, static_cast<double>(i) / static_cast<double>(all));
    record.stage = plan.stage;
    judge.add(record);
    if (record.arm == gate::Arm::canary) {
      ++seen;
      last.push_back(record.failures > 0);
      failed += record.failures > 0 ? 1 : 0;
      if (last.size() > 100) {
        failed -= last.front() ? 1 : 0;
        last.pop_front();
      }
      if (!outcome.rule && last.size() == 100 && failed > 4) {
        outcome.rule = true;
        outcome.rule_after = seen;
      }
    }
    if (i % kLook != 0 || outcome.aborted) continue;
    const auto verdict = judge.verdict();
    if (!verdict) continue;
    if (verdict->action == LiveAction::abort) {
      outcome.aborted = true;
      outcome.aborted_after = seen;
    } else if (verdict->action == LiveAction::promote && outcome.promoted_after == 0) {
      outcome.promoted_after = seen;
    }
  }
  outcome.promoted_first = outcome.promoted_after > 0;
  return outcome;
}

std::string share_of(double hits, double n) {
  const auto interval = stats::wilson(hits, n, 0.05);
  return fmt::format("{:.1f} % [{:.1f}, {:.1f}]", 100 * hits / n, 100 * interval.low, 100 * interval.high);
}

std::string median(std::vector<double> values) {
  if (values.empty()) return "–";
  std::sort(values.begin(), values.end());
  return fmt::format("{:.0f}", values[values.size() / 2]);
}

void row(const char* name, const World& world, double share, std::uint64_t requests, int replicates) {
  double aborted = 0;
  double promoted = 0;
  double rule = 0;
  std::vector<double> aborted_after;
  std::vector<double> promoted_after;
  std::vector<double> rule_after;
  for (int i = 0; i < replicates; ++i) {
    const auto outcome = roll_out(world, share, requests, static_cast<std::uint64_t>(i));
    aborted += outcome.aborted ? 1 : 0;
    promoted += outcome.promoted_first ? 1 : 0;
    rule += outcome.rule ? 1 : 0;
    if (outcome.aborted) aborted_after.push_back(outcome.aborted_after);
    if (outcome.promoted_first) promoted_after.push_back(outcome.promoted_after);
    if (outcome.rule) rule_after.push_back(outcome.rule_after);
  }
  fmt::print("| {} | {:g} | {} | {} | {} | {} | {} | {} | {} |\n", name, share, requests, share_of(aborted, replicates),
             median(aborted_after), share_of(promoted, replicates), median(promoted_after), share_of(rule, replicates),
             median(rule_after));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int healthy = argc > 1 ? std::atoi(argv[1]) : 1000;
  const int bad = argc > 2 ? std::atoi(argv[2]) : 300;
  fmt::print(
      "| traffic | share | canary requests | aborted | after | promotion said before | after | >4 % of the last 100 | "
      "after |\n|---|---|---|---|---|---|---|---|---|\n");
  const auto drift = [](double time) { return kStableRate * (1 + 0.9 * std::sin(6.283185307179586 * 5 * time)); };
  const auto outage = [](double time) { return time > 0.4 && time < 0.45 ? 0.3 : kStableRate; };
  for (const double share : {0.05, 0.25, 0.5}) row("healthy", {}, share, 5000, healthy);
  row("healthy, 20 000 of the canary", {}, 0.5, 20000, healthy);
  row("healthy, before and after", {}, 1, 20000, healthy);
  row("healthy, all axes", {.measured = true}, 0.25, 5000, healthy / 2);
  row("healthy, the rate swings by 90 %", {.stable_rate = drift}, 0.25, 5000, healthy);
  row("healthy, an outage of both arms", {.stable_rate = outage}, 0.25, 5000, healthy);
  row("healthy, the router gives 8 %", {.real_share = 0.08}, 0.05, 5000, healthy);
  for (const double share : {0.05, 0.25, 0.5, 1.0}) {
    for (const double ratio : {1.5, 2.0, 3.0, 5.0, 20.0}) {
      const auto name = fmt::format("fails {:g} times as often", ratio);
      row(name.c_str(), {.ratio = ratio}, share, 5000, bad);
    }
  }
  row("twice as often, the rate swings", {.stable_rate = drift, .ratio = 2}, 0.25, 5000, bad);
  row("1.5 times as slow", {.slowdown = 1.5, .measured = true}, 0.25, 5000, bad);
  row("2 times as slow", {.slowdown = 2, .measured = true}, 0.25, 5000, bad);
  row("mean score 0.05 less", {.score_loss = 0.05, .measured = true}, 0.25, 5000, bad);
  row("mean score 0.1 less", {.score_loss = 0.1, .measured = true}, 0.25, 5000, bad);
}
