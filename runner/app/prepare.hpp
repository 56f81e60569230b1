#pragma once
/// Everything about a run that is known before its first call: from a request to a plan, a sealed policy and a header.

#include "runner/app/plan.hpp"
#include "runner/app/request.hpp"

#include <assay/gate/gate.hpp>
#include <assay/store/store.hpp>

#include <optional>

namespace assay::app {

struct Prepared {
  RunRequest request;
  Settings settings;
  Plan plan;
  gate::Policy policy;
};

/// Resolves, plans and applies the policy. Reports every fault and returns nothing if there was one; nothing is called
/// or stored.
[[nodiscard]] std::optional<Prepared> prepare(RunRequest request, const Environment& environment,
                                              Diagnostics& diagnostics);

/// The run as it would start now, under a new id.
[[nodiscard]] store::RunHeader header_of(const Prepared& prepared);

/// A run may go on only with what it was started with: the first thing that differs, as an error of kind `usage`.
[[nodiscard]] std::optional<Error> what_changed(const store::RunHeader& before, const store::RunHeader& now);

}  // namespace assay::app
