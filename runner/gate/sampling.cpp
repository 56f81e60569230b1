#include "runner/gate/deliberation.hpp"
#include "runner/gate/metrics.hpp"
#include "runner/gate/slices.hpp"
#include "runner/stats/normal.hpp"

#include <assay/gate/sampling.hpp>

#include <algorithm>

namespace assay::gate {

namespace {

// A look that has next to nothing to spend decides nothing that a person could see.
constexpr double kLeastLevel = 1e-12;

/// The share of the whole plan's information after a round; that of the looks is part of round 0's.
class Information {
 public:
  explicit Information(const Policy& policy) {
    if (policy.sampling->repeat) rounds_ = policy.sampling->repeat->max_rounds;
    const auto& baseline = policy.baseline;
    if (baseline && !baseline->ref.empty()) {
      of_baseline_ = 1 / static_cast<double>(baseline->runs.value_or(kBaselineRuns));
    }
  }

  [[nodiscard]] std::uint32_t rounds() const { return rounds_; }
  [[nodiscard]] double after(std::uint32_t round) const { return variance(rounds_) / variance(round); }

 private:
  [[nodiscard]] double variance(std::uint32_t round) const { return 1 / (1.0 + round) + of_baseline_; }

  std::uint32_t rounds_ = 0;
  double of_baseline_ = 0;
};

bool about(const GateSpec& gate, const PlannedCase& kase) {
  if (!matches(kase.tags, gate.where)) return false;
  if (builtin_metric(gate.metric)) return true;
  return std::any_of(kase.checks.begin(), kase.checks.end(),
                     [&](const auto& check) { return check->metric == without_pass(gate.metric); });
}

/// A slice that no case has shown yet has no row, and so it cannot be seen to be open.
bool may_lack_slices(const Policy& policy, const StopPoint& at) {
  return at.fraction < 1 && std::any_of(
                                policy.gates.begin(), policy.gates.end(),
                                [](const GateSpec& gate) {
                                  const bool must_be_decided = gate.by && !gate.warn_if_open.value_or(true);
                                  return must_be_decided && (gate.floor || gate.max || compares(gate));
                                });
}

bool decided(const GateResult& gate) {
  return gate.state == GateState::pass || gate.state == GateState::block;
}

std::vector<Look> without_levels(const Sampling& sampling, const Information& information) {
  std::vector<Look> looks;
  for (const double fraction : sampling.looks) {
    looks.push_back({.look = static_cast<std::uint32_t>(looks.size() + 1),
                     .fraction = fraction,
                     .information = fraction * information.after(0)});
  }
  const auto last = static_cast<std::uint32_t>(sampling.looks.size());
  for (std::uint32_t round = 1; round <= information.rounds(); ++round) {
    looks.push_back({.look = last, .round = round, .fraction = 1, .information = information.after(round)});
  }
  return looks;
}

/// Empty where they cannot be computed.
std::vector<double> levels_of(const Policy& policy, const Information& information, const std::vector<Look>& looks) {
  const auto& repeat = policy.sampling->repeat;
  const auto by_round = [&](std::uint32_t round) {
    return repeat ? stats::alpha_spent(repeat->spending, information.after(round), policy.alpha) : policy.alpha;
  };
  std::vector<double> information_at;
  std::vector<double> spent;
  for (const auto& look : looks) {
    information_at.push_back(look.information);
    spent.push_back(look.round > 0 ? by_round(look.round)
                                   : stats::alpha_spent(policy.sampling->spending, look.fraction, by_round(0)));
  }
  std::vector<double> levels;
  for (const double bound : stats::bounds_of_spent(information_at, spent).value_or(std::vector<double>{})) {
    levels.push_back(std::max(kLeastLevel, stats::normal_cdf(-bound)));
  }
  return levels;
}

}  // namespace

std::vector<Look> looks_of(const Policy& policy) {
  if (!policy.sampling || policy.sampling->looks.empty()) return {};
  const Information information(policy);
  auto looks = without_levels(*policy.sampling, information);
  auto levels = policy.sampling->levels;
  if (levels.size() != looks.size()) levels = levels_of(policy, information, looks);
  if (levels.empty()) return {};
  for (std::size_t i = 0; i < looks.size(); ++i) looks[i].level = levels[i];
  return looks;
}

void keep_levels(Policy& policy) {
  if (!policy.sampling) return;
  policy.sampling->levels.clear();
  for (const auto& look : looks_of(policy)) policy.sampling->levels.push_back(look.level);
}

std::optional<Look> look_at(const Policy& policy, const StopPoint& stop) {
  const auto looks = looks_of(policy);
  const auto found = std::find_if(looks.begin(), looks.end(), [&](const Look& look) {
    return look.look == stop.look && look.round == stop.round && look.fraction == stop.fraction;
  });
  if (found != looks.end()) return *found;
  if (looks.empty() || stop.look != 0 || !any_comes_first(policy)) return std::nullopt;
  return Look{0, 0, 0, 0, kLeastLevel};
}

bool any_comes_first(const Policy& policy) {
  return std::any_of(policy.gates.begin(), policy.gates.end(),
                     [](const GateSpec& gate) { return gate.zero_tolerance; });
}

bool comes_first(const Policy& policy, std::string_view suite, const PlannedCase& kase) {
  return std::any_of(policy.gates.begin(), policy.gates.end(), [&](const GateSpec& gate) {
    return gate.zero_tolerance && covers(gate, suite) && about(gate, kase);
  });
}

Onward onward(const Policy& policy, const StopPoint& at, const Verdict& verdict) {
  if (verdict.kind == VerdictKind::block) return Onward::stop;
  const auto& gates = verdict.gates;
  const bool sound = verdict.kind != VerdictKind::error;
  const bool all =
      std::all_of(gates.begin(), gates.end(), [](const GateResult& gate) { return decided(gate) || !gate.blocking; });
  // Where no gate must be decided, none says that it is enough, and each may still prove harm.
  const bool any = std::any_of(gates.begin(), gates.end(), [](const GateResult& gate) { return gate.blocking; });
  if (at.look > 0 && sound && any && all && !may_lack_slices(policy, at)) return Onward::stop;
  if (at.fraction < 1) return Onward::cases;
  const auto& repeat = policy.sampling->repeat;
  const bool may_help = std::any_of(gates.begin(), gates.end(),
                                    [](const GateResult& gate) { return gate.repeats_help && gate.blocking; });
  return sound && may_help && repeat && at.round < repeat->max_rounds ? Onward::repeats : Onward::stop;
}

}  // namespace assay::gate
