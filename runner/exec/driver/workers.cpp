#include "runner/exec/driver/workers.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <thread>
#include <utility>

namespace assay::exec {

namespace asio = boost::asio;

asio::awaitable<void> Workers::run(const std::function<void()>& work) {
  if (!pool_) pool_.emplace(std::max(1U, std::thread::hardware_concurrency() / 2));
  const auto loop = co_await asio::this_coro::executor;
  const auto start = [&](auto handler) {
    // The loop must not run dry while the answer is away.
    asio::post(*pool_, [&work, loop, guard = asio::make_work_guard(loop), handler = std::move(handler)]() mutable {
      work();
      asio::post(loop, std::move(handler));
    });
  };
  co_await asio::async_initiate<decltype(asio::use_awaitable), void()>(start, asio::use_awaitable);
}

}  // namespace assay::exec
