#pragma once
/// Finds what could be a verdict in any text: JSON objects with a key, and lines `key: value`. Linear.

#include <assay/core/json.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::judges {

/// One that was found: an object with the key, or `{key: text}` of a line.
struct Verdict {
  Json object;
  std::size_t begin = 0;  ///< byte offset
};

/// What a text holds, in order.
struct Verdicts {
  std::vector<Verdict> found;
  bool broken = false;        ///< an object begins (`{"name":`) that is none to the end
  bool twice = false;         ///< an object names a key twice
  bool other_object = false;  ///< an object stands there, without the key
};

/// One JSON object, whole text. Nothing if it is none, is nested more than `kMaxJsonDepth` deep, or names a key twice,
/// which `twice` then says.
[[nodiscard]] std::optional<Json> parse_object(std::string_view text, bool& twice);

/// Objects that lie within others are none of their own. With `lines` also lines outside objects: `score: 4`,
/// `**Score:** 4/5`; the key in any case, the value up to the end of the line.
[[nodiscard]] Verdicts find_verdicts(std::string_view text, std::string_view key, bool lines);

}  // namespace assay::judges
