#pragma once
/// The policy as JSON, and its digest.

#include <assay/gate/gate.hpp>

namespace assay::gate {

/// Sets the digest to that of the policy as it stands.
void seal(Policy& policy);

}  // namespace assay::gate
