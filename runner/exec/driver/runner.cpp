#include "runner/exec/driver/state.hpp"

#include <assay/exec/runner.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <set>
#include <utility>

namespace assay::exec {

namespace asio = boost::asio;

RunState::RunState(std::vector<Lane> models, std::vector<Side> all, UnitSource& units, RunOptions how, Observer who)
    : bounds(std::move(models)),
      sides(std::move(all)),
      source(units),
      options(std::move(how)),
      observer(std::move(who)),
      budget(options.budget, {.usd = options.spent_usd, .tokens = options.spent_tokens}) {
  summary.warmup.resize(sides.size());
}

const Peer* RunState::peer_of(std::uint32_t side, const Call& call) const {
  const auto& from = sides[side];
  if (call.role == Role::target) return &from.target;
  const auto found = std::find_if(from.judges.begin(), from.judges.end(),
                                  [&](const Peer& judge) { return judge.name == call.question->to; });
  return found == from.judges.end() ? nullptr : &*found;
}

std::uint32_t RunState::in_flight() const {
  std::uint32_t sum = 0;
  for (const auto& lane : lanes) sum += lane->limiter.in_flight();
  return sum;
}

std::uint32_t RunState::limit() const {
  std::uint32_t sum = 0;
  for (const auto& lane : lanes) sum += lane->limiter.limit();
  return sum;
}

// Judges' lanes say nothing of the load under which the targets' times were taken.
double RunState::mean_in_flight() const {
  std::set<std::size_t> targets;
  for (const auto& side : sides) targets.insert(side.target.lane);
  double busy = 0;
  double attempts = 0;
  for (const auto lane : targets) {
    busy = std::max(busy, lanes[lane]->busy_s());
    attempts += lanes[lane]->attempt_s();
  }
  return busy > 0 ? attempts / busy : 0;
}

void RunState::start(const asio::any_io_executor& loop) {
  joined.emplace(loop, TimePoint::max());
  for (auto& each : bounds) lanes.push_back(std::make_unique<LaneState>(std::move(each), loop));
  for (const auto& lane : lanes) note_limits(*lane);
  watch_time();
}

void RunState::widen() {
  const auto wanted = std::max(1U, limit());
  const auto allowed = wanted + std::min(sleeping, wanted);
  while (open && !stopping && !exhausted && running < allowed) start_slot();
}

void RunState::start_slot() {
  ++running;
  slots.push_back(std::make_unique<Slot>(joined->get_executor()));
  asio::co_spawn(joined->get_executor(), run_slot(*this, *slots.back()),
                 [this](const std::exception_ptr&) { slot_ended(); });
}

void RunState::end(StopReason reason, std::optional<Error> error) {
  if (summary.stopped == StopReason::none) {
    summary.stopped = reason;
    summary.error = std::move(error);
  }
  stopping = true;
  for (const auto& lane : lanes) lane->stop_waiting();
  for (const auto& slot : slots) wake(*slot);
}

void RunState::end_soon(StopReason reason, std::optional<Error> error) {
  end(reason, std::move(error));
  start_grace();
}

void RunState::start_grace() {
  if (!joined || grace) return;
  grace.emplace(joined->get_executor(), options.grace);
  // The handler may already be queued when the run ends, and the run be gone when it is called.
  grace->async_wait([this, run = std::weak_ptr(under_way)](boost::system::error_code ec) {
    if (!ec && !run.expired() && observer.abandon) observer.abandon();
  });
}

void RunState::watch_time() {
  if (!options.max_time) return;
  time_up.emplace(joined->get_executor(), *options.max_time);
  time_up->async_wait([this, run = std::weak_ptr(under_way)](boost::system::error_code ec) {
    if (ec || run.expired()) return;
    end_soon(StopReason::budget,
             Error{ErrorKind::budget, "max-time: the run took " + in_seconds(*options.max_time), "raise --max-time"});
  });
}

bool RunState::goes_on() {
  if (stopping) return false;
  const auto more = source.more();
  if (!more) end(StopReason::source, more.error());
  exhausted = !more || !*more;
  return !exhausted;
}

void RunState::slot_ended() {
  if (--running == 0) joined->cancel();
}

void RunState::note_failed_attempt(const Attempt& attempt) const {
  if (observer.failed_attempt) observer.failed_attempt(attempt);
}

void RunState::note_limits(LaneState& lane) {
  const auto changes = lane.limiter.take_changes();
  if (changes.empty()) return;
  if (observer.limit_changed && !lane.lane.limits.concurrency) {
    for (const auto& change : changes) {
      observer.limit_changed({lane.lane.name, wall_now(), change.limit, change.in_flight, change.cause});
    }
  }
  widen();
}

void RunState::note_call(LaneState& lane, const Step& step) {
  const auto* error = std::get_if<Error>(&step.result);
  if (error == nullptr) {
    lane.failures_in_row = 0;
    return;
  }
  if (++lane.failures_in_row != options.breaker) return;
  Error last = *error;
  last.message =
      "stopped after " + std::to_string(lane.failures_in_row) + " final failures in a row; the last: " + last.message;
  end(StopReason::breaker, std::move(last));
}

void RunState::note_miss(const Error& error) {
  ++summary.misses;
  if (!summary.missed) summary.missed = error;
}

void RunState::note_finished(const Sample& sample, std::uint32_t side) {
  sides[side].journal->finish(sample);
  ++summary.finished;
  if (observer.finished) observer.finished(sample, side);
}

struct Runner::State : RunState {
  using RunState::RunState;
};

Runner::Runner(std::vector<Lane> lanes, std::vector<Side> sides, UnitSource& source, RunOptions options,
               Observer observer)
    : state_(std::make_unique<State>(std::move(lanes), std::move(sides), source, std::move(options),
                                     std::move(observer))) {}

Runner::~Runner() = default;

asio::awaitable<RunSummary> Runner::run() {
  // Slots hold references into this run: it must outlive them, so it does not let itself be cancelled.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  auto& state = *state_;
  state.start(co_await asio::this_coro::executor);
  co_await warm_up(state);
  state.open = true;
  do {
    state.widen();
    while (state.running > 0) co_await state.joined->async_wait(asio::as_tuple(asio::use_awaitable));
  } while (state.goes_on());
  state.under_way.reset();
  state.grace.reset();
  state.time_up.reset();
  state.summary.mean_in_flight = state.mean_in_flight();
  co_return std::move(state.summary);
}

void Runner::stop() {
  state_->end_soon(StopReason::signal, std::nullopt);
}

std::uint32_t Runner::in_flight() const {
  return state_->in_flight();
}

std::uint32_t Runner::limit() const {
  return state_->limit();
}

}  // namespace assay::exec
