#pragma once
/// What others decide by, on the same samples: pass or block, from one stored run of the baseline where they compare.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace assay::bench {

enum class Outcome : std::uint8_t { pass, block, inconclusive, error };

/// What a rule made of one run, and how many calls it took.
struct Ruled {
  Outcome outcome = Outcome::error;
  std::uint64_t calls = 0;
};

/// Cases that pass, 1 or 0, in the order in which they are run.
struct Pair {
  std::span<const std::uint8_t> candidate;
  std::span<const std::uint8_t> baseline;
};

struct Rule {
  std::string name;
  Ruled (*decide)(const Pair& pair, double threshold) = nullptr;
  double threshold = 0;
};

/// `fixed` is the pass rate that a team would write down: about two points below what it sees.
[[nodiscard]] std::vector<Rule> other_rules(double fixed);

}  // namespace assay::bench
