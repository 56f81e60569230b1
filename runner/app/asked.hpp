#pragma once
/// Whom the checks of a run ask: judges and programs, connected.

#include "runner/app/plan.hpp"
#include "runner/app/wiring.hpp"

#include <assay/cassette/cassette.hpp>
#include <assay/core/recall.hpp>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace assay::app {

/// A judge, or a program of a check.
struct Asked {
  Target target;                   ///< its limits, retries, price, parameters; `name` is what `Question::to` says
  Connection connection;           ///< without an endpoint in a replay
  std::unique_ptr<Recall> recall;  ///< nullptr without a cassette
};

/// Connects every judge of the settings and every program of the plan. Nothing is sent. `cassette` may be nullptr;
/// where the settings replay, nothing is connected.
[[nodiscard]] Result<std::deque<Asked>> connect_asked(const Plan& plan, const Wiring& wiring,
                                                      cassette::Cassette* cassette);

/// The ids of a plan's suites, in order.
[[nodiscard]] std::vector<std::string> suite_ids(const Plan& plan);

}  // namespace assay::app
