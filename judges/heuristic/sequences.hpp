#pragma once
/// Two sequences of characters or words side by side: shared n-grams, longest common subsequence, edit distance.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace assay::judges {

/// Code points, or words by number.
using Sequence = std::u32string;

/// Numbers the words of a reference from 1.
class Vocabulary {
 public:
  [[nodiscard]] Sequence learn(const std::vector<std::string>& words);
  /// Words that the reference does not hold are 0: none of its n-grams holds one.
  [[nodiscard]] Sequence read(const std::vector<std::string>& words) const;

 private:
  std::unordered_map<std::string, char32_t> numbers_;
};

/// N-grams that two sequences share, each counted at most as often as in either one, and how many each has.
struct Overlap {
  std::size_t shared = 0;
  std::size_t answer = 0;
  std::size_t reference = 0;
};

/// Linear; memory for the reference's n-grams only.
[[nodiscard]] Overlap count_overlap(const Sequence& answer, const Sequence& reference, std::size_t n);

/// Pairs of elements beyond which two sequences are not compared: about a tenth of a second.
inline constexpr std::size_t kMaxPairs = 1'000'000'000;

/// Length of the longest common subsequence (Hyyrö 2004, bit-parallel); nothing beyond `kMaxPairs`.
[[nodiscard]] std::optional<std::size_t> common_length(const Sequence& a, const Sequence& b);

/// Insertions, deletions and substitutions that turn `a` into `b` (Myers 1999, in the blocks of Hyyrö 2003); nothing
/// beyond `kMaxPairs`.
[[nodiscard]] std::optional<std::size_t> edit_distance(const Sequence& a, const Sequence& b);

}  // namespace assay::judges
