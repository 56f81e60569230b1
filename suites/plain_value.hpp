#pragma once
/// Values that are passed on to an endpoint.

#include <assay/core/json.hpp>
#include <assay/text/node.hpp>

namespace assay::suites {

/// The node as JSON, with every plain number as a number, however it is written: `1.10` is 1.1, `1e-3` is 0.001. Quoted
/// scalars stay text. (`text::to_json` keeps what a person wrote; a provider wants a number.)
[[nodiscard]] Json plain_value(const text::Node& node);

}  // namespace assay::suites
