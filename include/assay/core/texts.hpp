#pragma once
/// Many short texts in little memory.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Texts in one piece, by place: their bytes and some four more for each.
class Texts {
 public:
  void add(std::string_view text);
  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  /// Valid until the next `add`.
  [[nodiscard]] std::string_view operator[](std::size_t at) const;

 private:
  // An end counts from where its block of texts begins, so that 32 bits do.
  static constexpr std::size_t kBlock = 64;
  std::string bytes_;
  std::vector<std::uint64_t> begins_;
  std::vector<std::uint32_t> ends_;
};

/// Distinct texts, numbered from 0 in the order in which they were first seen.
class DistinctTexts {
 public:
  /// The number of a text, which is kept if it is new.
  std::uint32_t number(std::string_view text);
  [[nodiscard]] std::size_t size() const { return texts_.size(); }
  [[nodiscard]] std::string_view operator[](std::size_t at) const { return texts_[at]; }

 private:
  void grow();
  [[nodiscard]] std::size_t slot_of(std::string_view text) const;
  Texts texts_;
  std::vector<std::uint32_t> slots_;  // number + 1, or 0; a power of two, at most half full
};

}  // namespace assay
