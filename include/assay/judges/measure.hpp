#pragma once
/// How far a judge may be believed: its scores against what people say of the same answers. Pure.

#include <assay/core/sample.hpp>
#include <assay/core/trust.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace assay::judges {

/// One answer that people labelled and a judge scored, once or several times.
struct LabelledAnswer {
  std::vector<Label> labels;   ///< the newest of each person
  std::vector<Score> repeats;  ///< of the judge, in the order asked
  Tags tags;
  double chars = 0;  ///< length of the answer; pairwise: of A less that of B
};

/// How people's `score` reads: its ends, and from where it passes. A judge's value is 0…1.
struct PeopleScale {
  double low = 0;
  double high = 1;
  std::optional<double> pass_mark;  ///< of a label without `pass`; absent: it does not say
};

struct Measurement {
  Trust trust;
  std::uint64_t undecided = 0;  ///< answers that as many people pass as fail, or of which none says either
  std::uint64_t failed = 0;     ///< answers on which the judge could not be reached
};

/// The least number of answers for a slice to be shown.
inline constexpr std::uint64_t kLeastSlice = 5;

/// Fills in the numbers of `of`, which says who was measured. For each answer the first repeat that reached the judge
/// counts, as a run asks once: a majority of repeats would be a better judge than the one that decides. People's
/// majority is the truth. The counts of injections are left as they are. Definitions:
/// docs/judges.md, "How trust is measured".
[[nodiscard]] Measurement measure(Trust of, const PeopleScale& scale, std::span<const LabelledAnswer> answers);

}  // namespace assay::judges
