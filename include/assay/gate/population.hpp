#pragma once
/// Runs that never were: suites whose cases pass by chance, to see what a policy makes of them. Pure: no clock, no
/// store, no call; every draw is a function of its key.

#include <assay/core/evidence.hpp>
#include <assay/gate/gate.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay::gate {

/// Rewrites what the rows say: each is scored, and passes with the rate of its case, 0…1, by a draw of its own. With
/// the chance `together` a row takes its cluster's draw instead: what befalls all cases of one document in a run.
/// Columns are left as they are.
void draw_samples(SuiteEvidence& suite, std::span<const double> rates, std::uint64_t key, double together = 0);

/// How a candidate became worse.
enum class Harm {
  none,
  broken,   ///< some cases never pass any more; of a cluster all or none
  diffuse,  ///< every case passes less often, by the same share
  slice,    ///< broken cases, all of one value of a tag
};

struct Injury {
  Harm harm = Harm::none;
  double loss = 0;  ///< by which the mean rate falls in expectation, 0…1; at most what there is to lose
  std::string tag;  ///< of `slice`: one of its values that has as much to lose is drawn, else that with the most
};

/// The candidate's rates.
[[nodiscard]] std::vector<double> injured(const SuiteEvidence& suite, std::span<const double> rates,
                                          const Injury& injury, std::uint64_t key);

/// The share of answers that a judge passes where `rate` of them are good: rate·TPR + (1−rate)·(1−TNR).
[[nodiscard]] double as_judged(double rate, double tpr, double tnr);

/// A verdict, and how many samples it took.
struct Decided {
  Verdict verdict;
  std::uint64_t samples = 0;
};

/// Decides as `assay run` would have. Without `sampling`: on the first `samples` samples of each case. With it: look by
/// look on the cases that it had by then, in the order of the run's seed, then round by round of the flaky cases, whose
/// further samples stand after the first ones. Only tags tell here which cases a zero-tolerance gate is about.
[[nodiscard]] Decided decide_as_run(const Policy& policy, const RunEvidence& whole, std::uint32_t samples,
                                    const Background& background);

}  // namespace assay::gate
