#pragma once
/// Where the calls of a cassette lie: 32 bytes each, found by key, or by who asked.

#include "runner/cassette/lines.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace assay::cassette {

/// One call. Names are kept as digests only: the line itself tells whether they were really meant.
struct Entry {
  std::uint64_t key = 0;  ///< the first eight bytes of the key
  std::uint64_t offset = 0;
  std::uint32_t case_mark = 0;  ///< of suite and case
  std::uint32_t call_mark = 0;  ///< of the call's name
  std::uint32_t length = 0;
  std::uint32_t line = 0;

  [[nodiscard]] Spot spot() const { return {offset, length, line}; }
};

[[nodiscard]] std::uint32_t mark_of_case(std::string_view suite, std::string_view case_id);
[[nodiscard]] std::uint32_t mark_of_call(std::string_view call);

class Index {
 public:
  void add(const Head& head, const Spot& spot);
  /// Call once, after the last `add`.
  void seal();

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// The calls of a key, in the order of the file. Constant time: keys are digests, so that each of the buckets holds
  /// about one.
  [[nodiscard]] std::span<const Entry> of_key(std::uint64_t key) const;
  /// At most `most` calls of a case, those of the call's name first. The order it takes is made when first needed.
  [[nodiscard]] std::vector<const Entry*> of_case(std::uint32_t case_mark, std::uint32_t call_mark, std::size_t most);
  /// At most `most` calls from all over the file.
  [[nodiscard]] std::vector<const Entry*> some(std::size_t most) const;

 private:
  std::vector<Entry> entries_;          // by key, then line
  std::vector<std::uint32_t> buckets_;  // where the entries begin whose key has these leading bits
  unsigned shift_ = 63;
  std::vector<std::uint32_t> by_case_;  // by case, call, line
};

}  // namespace assay::cassette
