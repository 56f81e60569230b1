#pragma once
/// One gate of a policy file.

#include <assay/core/diagnostics.hpp>
#include <assay/gate/gate.hpp>
#include <assay/text/node.hpp>

namespace assay::gate {

/// Reads one gate and reports every fault; `alpha` is the policy's, for `min_n: auto`.
[[nodiscard]] GateSpec read_gate(const text::Node& node, double alpha, Diagnostics& diagnostics);

/// True if a claim of the gate is about a baseline.
[[nodiscard]] bool compares(const GateSpec& gate);

}  // namespace assay::gate
