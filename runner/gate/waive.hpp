#pragma once
/// What people let pass, and what they signed.

#include "runner/gate/deliberation.hpp"

#include <vector>

namespace assay::gate {

/// Names the waiver on every blocked row that one covers, warns of those that are ignored, and says of each what became
/// of it. A row keeps its state; an ERROR or an open row has no waiver.
[[nodiscard]] std::vector<WaiverStanding> apply_waivers(Deliberation& d);

/// The signatures under exactly this decision, and the required roles that are missing: no traffic without them. The
/// verdict's decision is known by now, and stays.
void apply_signoffs(const Policy& policy, const Waivers& waivers, Verdict& verdict);

/// A block that is let pass.
[[nodiscard]] bool waived(const Row& row);

}  // namespace assay::gate
