#pragma once
/// One call of a case: recalled, or sent with all its attempts.

#include "runner/exec/driver/state.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>

namespace assay::exec {

/// Gives the call's step, journalled. Nothing if the run stopped before the call was over; then the attempts made so
/// far are journalled, since they may have been paid for.
boost::asio::awaitable<std::optional<Step>> make_call(RunState& run, Slot& slot, const WorkUnit& unit,
                                                      const Call& call);

/// Sends the unit's prompt once, with retries, and journals nothing. Nothing if the run stopped.
boost::asio::awaitable<std::optional<Step>> send_prompt(RunState& run, Slot& slot, const WorkUnit& unit);

}  // namespace assay::exec
