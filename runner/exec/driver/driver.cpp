#include "runner/exec/call/call_machine.hpp"
#include "runner/exec/case/case_machine.hpp"
#include "runner/exec/driver/state.hpp"

#include <assay/core/random.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace assay::exec {

namespace asio = boost::asio;

namespace {

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
// An endpoint that answers without waiting (a replay) must not keep signals and timers from being heard.
constexpr std::uint32_t kUnitsBetweenYields = 32;

std::uint64_t call_key(std::uint64_t seed, const UnitId& unit, std::string_view call) {
  return mix(mix(mix(mix(seed, unit.suite), unit.ordinal), unit.sample), call);
}

AttemptResult attempt_that_threw(const std::exception& e) {
  AttemptResult result;
  result.started = wall_now();
  result.result = Error{ErrorKind::internal, std::string("the endpoint failed: ") + e.what(), "please report this"};
  return result;
}

// One attempt; a bug in the endpoint is an error like any other.
asio::awaitable<AttemptResult> attempt(Endpoint& endpoint, const std::string& body) {
  try {
    co_return co_await endpoint.attempt(body);
  } catch (const std::exception& e) {
    co_return attempt_that_threw(e);
  }
}

// Counts a call as in flight while it lives.
class InFlight {
 public:
  explicit InFlight(std::uint32_t& count) : count_(count) { ++count_; }
  ~InFlight() { --count_; }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  std::uint32_t& count_;
};

// Performs one call of the target with all its attempts. The slot is held while it waits for a retry: with a fixed
// number of slots that bounds the load on an endpoint in trouble. Nothing if the run stopped before the call was over.
asio::awaitable<std::optional<Step>> call_target(RunState& run, Slot& slot, const UnitId& unit, const Call& call) {
  if (run.stopping) co_return std::nullopt;
  slot.body = run.endpoint.encode(Request{call.messages, call.params});
  CallMachine machine(run.options.retries, call_key(run.options.seed, unit, call.name));
  const InFlight in_flight(run.in_flight);
  while (true) {
    auto result = co_await attempt(run.endpoint, slot.body);
    const auto* error = std::get_if<Error>(&result.result);
    const bool failed = error != nullptr;
    if (failed && error->kind == ErrorKind::cancelled && run.stopping) co_return std::nullopt;
    auto action = machine.answered(std::move(result), SteadyClock::now());
    if (auto* done = std::get_if<Done>(&action)) {
      if (failed) run.note_failed_attempt(done->step.attempts.back());
      co_return std::move(done->step);
    }
    run.note_failed_attempt(machine.attempts().back());
    if (run.stopping) co_return std::nullopt;
    slot.timer.expires_after(std::get<Sleep>(action).duration);
    slot.sleeping = true;
    co_await slot.timer.async_wait(kNoThrow);
    slot.sleeping = false;
    if (run.stopping) co_return std::nullopt;
    std::ignore = machine.woke(SteadyClock::now());
  }
}

Step unanswered(Error error) {
  Step step;
  step.result = std::move(error);
  return step;
}

asio::awaitable<std::optional<Step>> perform(RunState& run, Slot& slot, const UnitId& unit, const Call& call) {
  std::optional<Step> step;
  if (call.role == Role::target) {
    step = co_await call_target(run, slot, unit, call);
  } else {
    step = unanswered(Error{ErrorKind::judge, "no judge is configured to answer this check", "remove the check"});
  }
  if (!step) co_return std::nullopt;
  step->name = call.name;
  step->role = call.role;
  step->context = call.role == Role::target ? static_cast<std::uint32_t>(call.messages.size()) : 0;
  if (call.role == Role::target) run.note_call(*step);
  co_return step;
}

// Drives one unit to its end, or gives it up unfinished where the run stops. Checks run inline, calls of one case one
// after the other; the machine would bear both elsewhere.
asio::awaitable<void> drive(RunState& run, Slot& slot, WorkUnit unit) {
  CaseMachine machine(std::move(unit), run.options.price ? &*run.options.price : nullptr);
  auto& actions = slot.actions;
  actions.clear();
  machine.on(Begin{}, actions);
  for (std::size_t i = 0; i < actions.size(); ++i) {
    Action action = std::move(actions[i]);
    if (auto* call = std::get_if<Call>(&action)) {
      auto step = co_await perform(run, slot, machine.unit().id, *call);
      if (!step) co_return;
      run.journal.append(machine.unit().id, *machine.unit().kase, *step);
      machine.on(Called{std::move(*step)}, actions);
    } else if (const auto* check = std::get_if<RunCheck>(&action)) {
      machine.on(Checked{check->check, machine.run_check(check->check)}, actions);
    } else {
      run.note_finished(std::get<Finish>(action).sample);
    }
  }
}

// The next unit, once the journal has room for it; nothing at the end, or when the run stops.
asio::awaitable<std::optional<WorkUnit>> next_unit(RunState& run) {
  if (run.stopping) co_return std::nullopt;
  auto room = co_await run.journal.room();
  if (!room) run.end(StopReason::store, room.error());
  if (run.stopping) co_return std::nullopt;
  auto next = run.source.next();
  if (!next) {
    run.end(StopReason::source, next.error());
    co_return std::nullopt;
  }
  co_return std::move(*next);
}

asio::awaitable<void> work(RunState& run, Slot& slot) {
  for (std::uint32_t units = 1;; ++units) {
    auto unit = co_await next_unit(run);
    if (!unit) co_return;
    co_await drive(run, slot, std::move(*unit));
    if (units % kUnitsBetweenYields == 0) co_await asio::post(asio::use_awaitable);
  }
}

}  // namespace

asio::awaitable<void> run_slot(RunState& run, Slot& slot) {
  try {
    co_await work(run, slot);
  } catch (const std::exception& e) {
    run.end(StopReason::internal,
            Error{ErrorKind::internal, std::string("the runner failed: ") + e.what(), "please report this"});
  }
}

}  // namespace assay::exec
