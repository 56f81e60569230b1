#pragma once
/// What checks that hold other checks have in common.

#include <assay/core/diagnostics.hpp>
#include <assay/text/node.hpp>

#include <initializer_list>
#include <string_view>

namespace assay::judges {

/// Reports keys that say what a check is to its case, within a check inside `outer`: there is no case there. False if
/// there was one.
[[nodiscard]] bool refuse_outer_keys(const text::Node& argument, std::string_view outer,
                                     std::initializer_list<std::string_view> keys, Diagnostics& diagnostics);

}  // namespace assay::judges
