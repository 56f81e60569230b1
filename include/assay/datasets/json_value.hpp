#pragma once
/// One JSON value of a data set, read so that nothing a person wrote is lost.

#include <assay/core/json.hpp>

#include <string_view>

namespace assay::datasets {

/// Parses one value that starts at `start`. A number that JSON would write otherwise than the text does (`1.10`, `1e3`,
/// `-0`, more digits than a double holds) stays as text. Errors: `invalid` with the place: malformed text, a key that
/// is there twice, more than `kMaxJsonDepth` levels.
[[nodiscard]] Result<Json> parse_value(std::string_view text, const Place& start);

}  // namespace assay::datasets
