#pragma once
/// What is wrong with a waiver both where its file is read and where it is applied: the file may be read on another
/// day, or a waiver come from elsewhere.

#include <assay/gate/waivers.hpp>

#include <string_view>

namespace assay::gate {

/// Equal names of people and roles, whatever their case and the white space around them.
[[nodiscard]] bool same_word(std::string_view one, std::string_view other);

/// True where more than `kLongestWaiverDays` lie between. The last day counts to its end.
[[nodiscard]] bool runs_too_long(WallTime from, WallTime until);

}  // namespace assay::gate
