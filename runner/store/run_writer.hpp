#pragma once
/// The writer of one run: the loop fills a batch, one thread commits it.

#include "runner/store/open_steps.hpp"
#include "runner/store/rows.hpp"
#include "runner/store/run_lock.hpp"

#include <assay/store/store.hpp>

namespace assay::store {

/// What the history already holds of a run that is taken up again.
struct Known {
  std::vector<CheckKind> kinds;
  std::vector<std::vector<bool>> cases;  ///< [suite][ordinal]
  OpenSteps open;
  std::uint64_t limits = 0;  ///< how many rows
};

struct WriterOptions {
  std::int64_t run = 0;
  Prices prices;
  std::size_t suites = 0;
  Known known;
  std::size_t backlog = std::size_t{16} << 20;  ///< bytes not yet committed beyond which `room` waits
};

/// `database` belongs to the writer from now on. Errors: `store`.
[[nodiscard]] Result<std::unique_ptr<RunWriter>> make_run_writer(Database database, RunLock lock, WriterOptions options,
                                                                 boost::asio::any_io_executor loop);

}  // namespace assay::store
