#pragma once
/// One code point at a time.

#include <cstddef>
#include <string>
#include <string_view>

namespace assay::text {

inline constexpr char32_t kReplacement = 0xFFFD;

/// A code point and its length in bytes. For malformed bytes `valid` is false, `code` U+FFFD and `size` the longest
/// part that could have begun a sequence (Unicode 15, §3.9, "maximal subpart").
struct Decoded {
  char32_t code = kReplacement;
  std::size_t size = 1;
  bool valid = false;
};

/// Decodes at `at`, which must be within `bytes`.
[[nodiscard]] Decoded decode(std::string_view bytes, std::size_t at);

/// Appends a code point as UTF-8.
void append(std::string& out, char32_t code);

/// The start of the code point that ends before `at`; `at` must not be 0.
[[nodiscard]] std::size_t previous(std::string_view utf8, std::size_t at);

}  // namespace assay::text
