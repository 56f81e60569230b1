#pragma once
/// Runs one plan, or two side by side, on one loop: signals, progress, the end of a run. Decides nothing.

#include "runner/app/asked.hpp"
#include "runner/app/console.hpp"
#include "runner/app/progress.hpp"

#include <assay/exec/runner.hpp>
#include <assay/store/store.hpp>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <span>
#include <vector>

namespace assay::app {

/// One side as it is executed. Whoever asks one endpoint for one model shares its limits, targets and judges alike.
struct ExecuteSide {
  const Target* target = nullptr;
  const Connection* connection = nullptr;
  store::RunWriter* writer = nullptr;
  Recall* recall = nullptr;  ///< nullptr without a cassette
};

struct ExecuteOptions {
  std::uint64_t seed = 0;
  std::uint64_t planned = 0;   ///< samples of all sides
  std::uint64_t finished = 0;  ///< of them, before this process
  bool progress = true;
  exec::BudgetLimits budget;
  double spent_usd = 0;  ///< by earlier processes of these runs
  double spent_tokens = 0;
  std::optional<Duration> max_time;
  std::vector<WorkUnit> warmup;
  std::function<Standing()> standing;  ///< of a run with looks; else empty
};

struct Execution {
  exec::RunSummary summary;
  int signal = 0;  ///< SIGINT or SIGTERM, 0 for none
  double wall_s = 0;
};

/// Runs every unit of `source`, writing to the sides' histories. A first signal stops politely, a second one ends the
/// process. `asked` is whom the checks of all sides ask.
[[nodiscard]] Result<Execution> execute(std::span<const ExecuteSide> sides, const std::deque<Asked>& asked,
                                        ExecuteOptions options, exec::UnitSource& source, boost::asio::io_context& loop,
                                        Console& console);

}  // namespace assay::app
