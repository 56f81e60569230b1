#include "judges/heuristic/sequences.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

namespace assay::judges {

namespace {

constexpr std::size_t kBits = 64;

/// The shorter sequence as rows of a table, 64 a block; the longer one as its columns.
class Blocks {
 public:
  Blocks(const Sequence& a, const Sequence& b) : rows_(a.size() <= b.size() ? a : b) {
    const Sequence& longer = a.size() <= b.size() ? b : a;
    for (const char32_t c : rows_) numbers_.try_emplace(c, static_cast<std::uint32_t>(numbers_.size() + 1));
    columns_.reserve(longer.size());
    for (const char32_t c : longer) {
      const auto found = numbers_.find(c);
      columns_.push_back(found == numbers_.end() ? 0 : found->second);
    }
    masks_.resize(numbers_.size() + 1);
  }

  /// Element numbers of the columns; 0 for what no row holds.
  [[nodiscard]] const std::vector<std::uint32_t>& columns() const { return columns_; }

  /// Calls `walk(masks, height)` for each block: bit i of `masks[n]` is set where row i of the block is element n.
  template <class Walk>
  void each(const Walk& walk) {
    for (std::size_t first = 0; first < rows_.size(); first += kBits) {
      const auto height = std::min(kBits, rows_.size() - first);
      for (std::size_t i = 0; i < height; ++i) masks_[numbers_[rows_[first + i]]] |= std::uint64_t{1} << i;
      walk(masks_, height);
      for (std::size_t i = 0; i < height; ++i) masks_[numbers_[rows_[first + i]]] = 0;
    }
  }

 private:
  const Sequence& rows_;
  std::unordered_map<char32_t, std::uint32_t> numbers_;
  std::vector<std::uint32_t> columns_;
  std::vector<std::uint64_t> masks_;
};

bool is_too_long(const Sequence& a, const Sequence& b) {
  return !a.empty() && b.size() > kMaxPairs / a.size();
}

/// 64 rows of vertical differences, and one step to the right. `in` and `out` are the horizontal differences above and
/// at the last row.
struct Column {
  std::uint64_t plus = ~std::uint64_t{0};
  std::uint64_t minus = 0;

  int step(std::uint64_t equal, int in, std::uint64_t last_row) {
    const std::uint64_t vertical = equal | minus;
    if (in < 0) equal |= 1;
    const std::uint64_t horizontal = (((equal & plus) + plus) ^ plus) | equal;
    std::uint64_t up = minus | ~(horizontal | plus);
    std::uint64_t down = plus & horizontal;
    const int out = (up & last_row) != 0 ? 1 : (down & last_row) != 0 ? -1 : 0;
    up = (up << 1) | (in > 0 ? 1u : 0u);
    down = (down << 1) | (in < 0 ? 1u : 0u);
    plus = down | ~(vertical | up);
    minus = up & vertical;
    return out;
  }
};

}  // namespace

Sequence Vocabulary::learn(const std::vector<std::string>& words) {
  for (const auto& word : words) numbers_.try_emplace(word, static_cast<char32_t>(numbers_.size() + 1));
  return read(words);
}

Sequence Vocabulary::read(const std::vector<std::string>& words) const {
  Sequence sequence;
  sequence.reserve(words.size());
  for (const auto& word : words) {
    const auto found = numbers_.find(word);
    sequence += found == numbers_.end() ? U'\0' : found->second;
  }
  return sequence;
}

Overlap count_overlap(const Sequence& answer, const Sequence& reference, std::size_t n) {
  const auto count = [n](const Sequence& sequence) { return sequence.size() < n ? 0 : sequence.size() - n + 1; };
  Overlap overlap{.answer = count(answer), .reference = count(reference)};
  std::unordered_map<std::u32string_view, std::size_t> left;
  for (std::size_t i = 0; i < overlap.reference; ++i) ++left[std::u32string_view(reference).substr(i, n)];
  for (std::size_t i = 0; i < overlap.answer; ++i) {
    const auto found = left.find(std::u32string_view(answer).substr(i, n));
    if (found == left.end() || found->second == 0) continue;
    --found->second;
    ++overlap.shared;
  }
  return overlap;
}

std::optional<std::size_t> common_length(const Sequence& a, const Sequence& b) {
  if (is_too_long(a, b)) return std::nullopt;
  Blocks blocks(a, b);
  const auto& columns = blocks.columns();
  std::vector<std::uint8_t> carries(columns.size(), 0);  // from one block of a column into the next
  std::size_t length = 0;
  blocks.each([&](const std::vector<std::uint64_t>& masks, std::size_t height) {
    std::uint64_t open = ~std::uint64_t{0};
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const std::uint64_t matched = open & masks[columns[j]];
      const std::uint64_t sum = open + matched;
      const std::uint64_t carried = sum + carries[j];
      carries[j] = sum < open || carried < sum ? 1 : 0;
      open = carried | (open & ~matched);
    }
    const std::uint64_t rows = height == kBits ? ~std::uint64_t{0} : (std::uint64_t{1} << height) - 1;
    length += static_cast<std::size_t>(std::popcount(~open & rows));
  });
  return length;
}

std::optional<std::size_t> edit_distance(const Sequence& a, const Sequence& b) {
  if (is_too_long(a, b)) return std::nullopt;
  Blocks blocks(a, b);
  const auto& columns = blocks.columns();
  std::vector<std::int8_t> differences(columns.size(), 1);  // below the last block
  blocks.each([&](const std::vector<std::uint64_t>& masks, std::size_t height) {
    Column column;
    const std::uint64_t last_row = std::uint64_t{1} << (height - 1);
    for (std::size_t j = 0; j < columns.size(); ++j) {
      differences[j] = static_cast<std::int8_t>(column.step(masks[columns[j]], differences[j], last_row));
    }
  });
  auto distance = static_cast<std::int64_t>(std::min(a.size(), b.size()));
  for (const auto difference : differences) distance += difference;
  return static_cast<std::size_t>(distance);
}

}  // namespace assay::judges
