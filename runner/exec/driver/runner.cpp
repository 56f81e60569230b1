#include "runner/exec/driver/state.hpp"

#include <assay/exec/runner.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace assay::exec {

namespace asio = boost::asio;

void RunState::end(StopReason reason, std::optional<Error> error) {
  if (summary.stopped == StopReason::none) {
    summary.stopped = reason;
    summary.error = std::move(error);
  }
  stopping = true;
  for (const auto& slot : slots) {
    if (slot->sleeping) slot->timer.cancel();
  }
}

void RunState::stop() {
  end(StopReason::signal, std::nullopt);
  start_grace();
}

void RunState::start_grace() {
  if (!joined || running == 0 || grace) return;
  grace.emplace(joined->get_executor(), options.grace);
  // The handler may already be queued when the run ends, and the run be gone when it is called.
  grace->async_wait([this, run = std::weak_ptr(under_way)](boost::system::error_code ec) {
    if (!ec && !run.expired() && observer.abandon) observer.abandon();
  });
}

void RunState::slot_ended() {
  if (--running > 0) return;
  joined->cancel();
}

void RunState::note_failed_attempt(const Attempt& attempt) const {
  if (observer.failed_attempt) observer.failed_attempt(attempt);
}

void RunState::note_call(const Step& step) {
  const auto* error = std::get_if<Error>(&step.result);
  if (!error) {
    failures_in_row = 0;
    return;
  }
  if (++failures_in_row != options.breaker) return;
  Error last = *error;
  last.message =
      "stopped after " + std::to_string(failures_in_row) + " final failures in a row; the last: " + last.message;
  end(StopReason::breaker, std::move(last));
}

void RunState::note_finished(const Sample& sample) {
  journal.finish(sample);
  ++summary.finished;
  if (observer.finished) observer.finished(sample);
}

struct Runner::State : RunState {};

Runner::Runner(Endpoint& endpoint, Journal& journal, UnitSource& source, RunOptions options, Observer observer)
    : state_(new State{{endpoint, journal, source, std::move(options), std::move(observer)}}) {}

Runner::~Runner() = default;

asio::awaitable<RunSummary> Runner::run() {
  // Slots hold references into this run: it must outlive them, so it does not let itself be cancelled.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  const auto loop = co_await asio::this_coro::executor;
  auto& state = *state_;
  state.joined.emplace(loop, asio::steady_timer::time_point::max());
  const auto slots = std::max(1U, state.options.concurrency);
  state.running = slots;
  for (std::uint32_t i = 0; i < slots; ++i) {
    state.slots.push_back(std::make_unique<Slot>(loop));
    asio::co_spawn(loop, run_slot(state, *state.slots.back()), [&state](std::exception_ptr) { state.slot_ended(); });
  }
  while (state.running > 0) co_await state.joined->async_wait(asio::as_tuple(asio::use_awaitable));
  state.under_way.reset();
  state.grace.reset();
  co_return std::move(state.summary);
}

void Runner::stop() {
  state_->stop();
}

std::uint32_t Runner::in_flight() const {
  return state_->in_flight;
}

}  // namespace assay::exec
