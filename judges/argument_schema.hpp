#pragma once

#include <assay/judges/checks.hpp>

namespace assay::judges {

/// As `argument_schema(kind)`; `outermost` false leaves out what a check inside `not` does not take.
[[nodiscard]] Json argument_schema(const CheckKind& kind, bool outermost);

}  // namespace assay::judges
