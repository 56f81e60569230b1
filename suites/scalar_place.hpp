#pragma once
/// Where a character of a scalar stands in its file.

#include <assay/text/node.hpp>

namespace assay::suites {

/// The place of the character number `column` (from 1) of the scalar's text. Looks into the file again, so it is for
/// errors only; the node's own place where the text cannot be found as written (escapes, folded lines).
[[nodiscard]] Place place_in(const text::Node& node, int column);

}  // namespace assay::suites
