#pragma once
/// Threads beside the loop, for scoring that would stall it.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <functional>
#include <optional>

namespace assay::exec {

/// Starts its threads with the first piece of work: most runs need none.
class Workers {
 public:
  /// Runs `work` on a thread and comes back to the caller's loop. `work` must not throw and lives in the caller.
  boost::asio::awaitable<void> run(const std::function<void()>& work);

 private:
  std::optional<boost::asio::thread_pool> pool_;
};

}  // namespace assay::exec
