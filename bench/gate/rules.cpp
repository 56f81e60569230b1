#include "bench/gate/rules.hpp"

#include <assay/stats/paired_binary.hpp>

#include <fmt/format.h>

#include <numeric>

namespace assay::bench {

namespace {

constexpr double kLevel = 0.05;
constexpr std::size_t kPeekEvery = 10;
constexpr double kRounding = 1e-9;

double rate_of(std::span<const std::uint8_t> passes) {
  const auto count = std::accumulate(passes.begin(), passes.end(), std::uint64_t{0});
  return static_cast<double>(count) / static_cast<double>(passes.size());
}

Ruled whole(const Pair& pair, bool pass) {
  return {pass ? Outcome::pass : Outcome::block, pair.candidate.size()};
}

Ruled rate_at_least(const Pair& pair, double threshold) {
  return whole(pair, rate_of(pair.candidate) >= threshold - kRounding);
}

Ruled delta_at_least(const Pair& pair, double threshold) {
  return whole(pair, rate_of(pair.candidate) - rate_of(pair.baseline) >= threshold - kRounding);
}

Ruled no_case_lost(const Pair& pair, double /*threshold*/) {
  for (std::size_t i = 0; i < pair.candidate.size(); ++i) {
    if (pair.baseline[i] > pair.candidate[i]) return whole(pair, false);
  }
  return whole(pair, true);
}

void add(stats::PairedCounts& counts, bool before, bool now) {
  ++(before && now ? counts.both : now ? counts.gained : before ? counts.lost : counts.neither);
}

Ruled not_proved_worse(const Pair& pair, double level) {
  stats::PairedCounts counts;
  for (std::size_t i = 0; i < pair.candidate.size(); ++i) add(counts, pair.baseline[i] != 0, pair.candidate[i] != 0);
  return whole(pair, stats::mcnemar_loss_exact(counts) >= level);
}

/// The same test after every ten cases, stopping at the first that finds harm.
Ruled never_seen_worse(const Pair& pair, double level) {
  stats::PairedCounts counts;
  for (std::size_t i = 0; i < pair.candidate.size(); ++i) {
    add(counts, pair.baseline[i] != 0, pair.candidate[i] != 0);
    const bool look = (i + 1) % kPeekEvery == 0 || i + 1 == pair.candidate.size();
    if (look && stats::mcnemar_loss_exact(counts) < level) return {Outcome::block, i + 1};
  }
  return whole(pair, true);
}

}  // namespace

std::vector<Rule> other_rules(double fixed) {
  return {{fmt::format("pass rate ≥ {:g} %", fixed * 100), rate_at_least, fixed},
          {"pass rate 100 % (promptfoo's default)", rate_at_least, 1},
          {"point delta ≥ −2 pp", delta_at_least, -0.02},
          {"point delta ≥ −5 pp", delta_at_least, -0.05},
          {"any pass → fail blocks", no_case_lost, 0},
          {"McNemar p < .05 blocks", not_proved_worse, kLevel},
          {"the same, peeked every 10 cases", never_seen_worse, kLevel}};
}

}  // namespace assay::bench
