#pragma once
/// A judged check that asks for a second opinion before it fails.

#include <assay/core/check.hpp>

namespace assay::judges {

/// `first`, and where it fails `second`, whose questions are fresh and stand under `kConfirmPrefix`. Both fail: the
/// failure of the first, with who confirmed it. The second passes: unscored. The second cannot tell, or cannot be
/// asked: that. `reversed`: the second is the same judge; the verdicts it is offered are listed from the other end too,
/// and it is no judge more. Else its judges join those of the check.
[[nodiscard]] CompiledCheck confirming(const CompiledCheck& first, const CompiledCheck& second, bool reversed);

}  // namespace assay::judges
