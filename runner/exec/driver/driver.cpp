#include "runner/exec/case/case_machine.hpp"
#include "runner/exec/driver/call.hpp"
#include "runner/exec/driver/state.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace assay::exec {

namespace asio = boost::asio;

namespace {

// An endpoint that answers without waiting (a replay) must not keep signals and timers from being heard.
constexpr std::uint32_t kUnitsBetweenYields = 32;

double tokens_of(const Step& step) {
  const auto* response = std::get_if<Response>(&step.result);
  if (response == nullptr) return 0;
  return static_cast<double>(response->usage.input_tokens.value_or(0) + response->usage.output_tokens.value_or(0));
}

double input_tokens_of(const Call& call) {
  std::size_t bytes = 0;
  for (const auto& message : call.messages) bytes += text_of(message).size();
  return TokenEstimate::input(bytes);
}

// One unit under way.
class Drive {
 public:
  Drive(RunState& run, Slot& slot, WorkUnit unit)
      : run_(run), slot_(slot), unit_(unit), machine_(std::move(unit), price(run, unit_)) {}

  // To its end, or given up unfinished where the run stops. Calls of one case are made one after the other.
  asio::awaitable<void> to_end() {
    auto& actions = slot_.actions;
    actions.clear();
    machine_.on(Begin{}, actions);
    for (std::size_t i = 0; i < actions.size(); ++i) {
      Action action = std::move(actions[i]);
      if (auto* finish = std::get_if<Finish>(&action)) {
        run_.note_finished(finish->sample, unit_.side);
      } else if (cut_short_) {
        continue;
      } else if (auto* call = std::get_if<Call>(&action)) {
        if (too_dear(*call)) continue;
        auto step = co_await make_call(run_, slot_, unit_, *call);
        if (!step) co_return;
        tokens_ += tokens_of(*step);
        machine_.on(Called{std::move(*step)}, actions);
      } else {
        co_await check(std::get<RunCheck>(action).check);
      }
    }
  }

 private:
  static const Price* price(const RunState& run, const WorkUnit& unit) {
    const auto& of = run.sides[unit.side].target.price;
    return of ? &*of : nullptr;
  }

  // True if the sample's tokens, its judges' among them, do not suffice for the call: the sample ends.
  bool too_dear(const Call& call) {
    const auto most = run_.lane_of(run_.sides[unit_.side].target).lane.limits.max_tokens_case;
    if (!most || tokens_ + input_tokens_of(call) <= static_cast<double>(*most)) return false;
    cut_short_ = true;
    machine_.on(
        Stop{"max_tokens_per_case: call " + call.name + " would go beyond " + std::to_string(*most) + " tokens"},
        slot_.actions);
    return true;
  }

  asio::awaitable<void> check(std::size_t at) {
    CheckStep step;
    if (machine_.bytes_to_read(at) < run_.options.heavy_answer) {
      step = machine_.run_check(at);
    } else {
      const std::function<void()> work = [&] { step = machine_.run_check(at); };
      co_await run_.workers.run(work);
    }
    machine_.on(Checked{at, std::move(step)}, slot_.actions);
  }

  RunState& run_;
  Slot& slot_;
  const WorkUnit unit_;
  CaseMachine machine_;
  double tokens_ = 0;
  bool cut_short_ = false;
};

// The next unit, once the journal has room for it; nothing at the end, or when the run stops.
asio::awaitable<std::optional<WorkUnit>> next_unit(RunState& run) {
  for (const auto& side : run.sides) {
    if (run.stopping) co_return std::nullopt;
    auto room = co_await side.journal->room();
    if (!room) run.end(StopReason::store, room.error());
  }
  if (run.stopping || run.exhausted) co_return std::nullopt;
  auto next = run.source.next();
  if (!next) {
    run.end(StopReason::source, next.error());
    co_return std::nullopt;
  }
  if (!*next) run.exhausted = true;
  co_return std::move(*next);
}

asio::awaitable<void> work(RunState& run, Slot& slot) {
  for (std::uint32_t units = 1;; ++units) {
    auto unit = co_await next_unit(run);
    if (!unit) co_return;
    Drive drive(run, slot, std::move(*unit));
    co_await drive.to_end();
    if (units % kUnitsBetweenYields == 0) co_await asio::post(asio::use_awaitable);
  }
}

Error failed(const std::exception& e) {
  return {ErrorKind::internal, std::string("the runner failed: ") + e.what(), "please report this"};
}

void add(WarmUp& total, const Step& step, const std::optional<Price>& price) {
  ++total.calls;
  total.attempts += step.attempts.size();
  const auto* response = std::get_if<Response>(&step.result);
  if (response == nullptr) return;
  total.input_tokens += static_cast<std::uint64_t>(response->usage.input_tokens.value_or(0));
  total.output_tokens += static_cast<std::uint64_t>(response->usage.output_tokens.value_or(0));
  if (price) total.usd += cost_usd(response->usage, *price).value_or(0);
}

}  // namespace

asio::awaitable<void> run_slot(RunState& run, Slot& slot) {
  // A slot is started by another one that notes a limit or goes to sleep: not in the middle of its work.
  co_await asio::post(asio::use_awaitable);
  try {
    co_await work(run, slot);
  } catch (const std::exception& e) {
    run.end(StopReason::internal, failed(e));
  }
}

asio::awaitable<void> warm_up(RunState& run) {
  if (run.options.warmup.empty()) co_return;
  run.slots.push_back(std::make_unique<Slot>(co_await asio::this_coro::executor));
  auto& slot = *run.slots.back();
  for (const auto& unit : run.options.warmup) {
    if (run.stopping) co_return;
    const auto& target = run.sides[unit.side].target;
    if (target.endpoint == nullptr) continue;
    const auto step = co_await send_prompt(run, slot, unit);
    if (step) add(run.summary.warmup[unit.side], *step, target.price);
  }
}

}  // namespace assay::exec
