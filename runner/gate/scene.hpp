#pragma once
/// What the claims of one gate on one suite are decided on.

#include "runner/gate/claims.hpp"
#include "runner/gate/slices.hpp"

namespace assay::gate {

struct Scene {
  const GateSpec& gate;
  const Terms& terms;
  const SuiteView& view;
  Metric metric;
  MetricReader reader;
  KnownRange known{};  ///< of the candidate's values, once the view is known to be usable
};

/// The metric as this suite has it; a check's metric that has no column keeps its name.
[[nodiscard]] Scene make_scene(const GateSpec& gate, const Terms& terms, const SuiteView& view);

/// The same metric of another run of the suite.
[[nodiscard]] MetricReader reader_of(const Metric& metric, const SuiteView& view);

/// A row with what is known of it before anything is measured.
[[nodiscard]] Row blank(const Scene& scene, const Claim& claim, const Tags& slice);

/// A row that is open, or an error, whatever was measured.
[[nodiscard]] Row without_numbers(const Scene& scene, const Claim& claim, const Tags& slice, GateState state,
                                  std::string reason);

/// Why a pool of small slices cannot pass.
[[nodiscard]] std::string too_small(const Scene& scene, std::uint64_t cases);

/// `1.5 s`, `0.05`: a bound as claims write it.
[[nodiscard]] std::string number(double value, Unit unit);

/// ` where topic=t3, at least 2 passes a case`: what a claim is about.
[[nodiscard]] std::string where_text(const GateSpec& gate);

/// Whose concern the gate is, unless it says so itself: safety in an adversarial suite, platform for latencies and
/// errors, cost for money, tokens and caches, else quality.
[[nodiscard]] Axis axis_of(const GateSpec& gate, const Metric& metric, const SuiteEvidence& suite);

}  // namespace assay::gate
