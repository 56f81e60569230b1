#include "runner/exec/driver/call.hpp"

#include "runner/exec/call/call_machine.hpp"

#include <assay/core/random.hpp>

#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace assay::exec {

namespace asio = boost::asio;

namespace {

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

Request request_of(const Peer& peer, const Call& call) {
  if (call.role == Role::target) return {.messages = call.messages, .params = call.params};
  return {.messages = call.messages,
          .params = peer.params,
          .schema = call.question->schema,
          .logprobs = call.question->logprobs};
}

Spending estimate_of(const LaneState& lane, const std::optional<Price>& price, std::size_t body_bytes,
                     std::string_view params) {
  const double input = TokenEstimate::input(body_bytes);
  const double output = lane.estimate.output(params);
  Spending spending{.usd = 0, .tokens = input + output};
  if (price) {
    spending.usd = (input * price->input_per_mtok + output * price->output_per_mtok) * 1e-6;
  }
  return spending;
}

// What was not counted is taken to be as estimated: a budget errs on the careful side.
Spending actual_of(const std::optional<Price>& price, const Step& step, const Spending& estimate) {
  const auto* response = std::get_if<Response>(&step.result);
  if (response == nullptr) return {};
  const auto& usage = response->usage;
  Spending actual = estimate;
  if (usage.input_tokens || usage.output_tokens) {
    actual.tokens = static_cast<double>(usage.input_tokens.value_or(0) + usage.output_tokens.value_or(0));
  }
  if (price) actual.usd = cost_usd(usage, *price).value_or(estimate.usd);
  return actual;
}

// A reservation in the run's budget and the lane's; settled with nothing spent unless `settle` was called.
class Reserved {
 public:
  Reserved(RunState& run, const Peer& peer, std::size_t body_bytes, std::string_view params)
      : run_(run), lane_(run.lane_of(peer)), price_(peer.price), body_bytes_(body_bytes), params_(params) {}
  ~Reserved() {
    if (held_) settle({});
  }
  Reserved(const Reserved&) = delete;
  Reserved& operator=(const Reserved&) = delete;

  // False if the run stops first; it stops where nothing is left.
  asio::awaitable<bool> take(Slot& slot) {
    while (!run_.stopping) {
      const auto answer = ask();
      if (answer == Budget::Answer::granted) co_return held_ = true;
      if (answer == Budget::Answer::spent) co_return false;
      run_.for_budget.push_back(&slot);
      co_await wait(slot, TimePoint::max());
    }
    co_return false;
  }

  void settle(const Spending& actual) {
    held_ = false;
    lane_.budget.settle(estimate_, actual);
    run_.budget.settle(estimate_, actual);
    for (auto* slot : std::exchange(run_.for_budget, {})) wake(*slot);
  }

  [[nodiscard]] const Spending& estimate() const { return estimate_; }

 private:
  Budget::Answer ask() {
    estimate_ = estimate_of(lane_, price_, body_bytes_, params_);
    if (!lane_.estimate.known()) estimate_ = run_.budget.within(lane_.budget.within(estimate_));
    auto answer = lane_.budget.reserve(estimate_);
    if (answer == Budget::Answer::spent) end(lane_.lane.name + ": " + lane_.budget.why());
    if (answer != Budget::Answer::granted) return answer;
    answer = run_.budget.reserve(estimate_);
    if (answer == Budget::Answer::granted) return answer;
    lane_.budget.settle(estimate_, {});
    if (answer == Budget::Answer::spent) end(run_.budget.why());
    return answer;
  }

  void end(std::string why) {
    run_.end(StopReason::budget, Error{ErrorKind::budget, std::move(why), "raise the budget, and resume the run"});
  }

  RunState& run_;
  LaneState& lane_;
  const std::optional<Price>& price_;
  std::size_t body_bytes_;
  std::string_view params_;
  Spending estimate_;
  bool held_ = false;
};

// Counts a slot that waits before a retry: another one may work meanwhile.
class Sleeping {
 public:
  explicit Sleeping(RunState& run) : run_(run) {
    ++run_.sleeping;
    run_.widen();
  }
  ~Sleeping() { --run_.sleeping; }
  Sleeping(const Sleeping&) = delete;
  Sleeping& operator=(const Sleeping&) = delete;

 private:
  RunState& run_;
};

// How a call ended: with its step, or, where the run stopped first, with the attempts made so far.
struct Sent {
  std::optional<Step> done;
  std::vector<Attempt> attempts;
};

asio::awaitable<Sent> send(RunState& run, Slot& slot, const Peer& peer, const WorkUnit& unit, const Call& call,
                           std::vector<Attempt> earlier) {
  auto& lane = run.lane_of(peer);
  const auto request = request_of(peer, call);
  slot.body = peer.endpoint->encode(request);
  Reserved reserved(run, peer, slot.body.size(), request.params);
  CallMachine machine(peer.retries, call_key(run.options.seed, unit.id, call.name), std::move(earlier));
  const bool affordable = co_await reserved.take(slot);
  if (!affordable) co_return Sent{{}, machine.attempts()};
  slot.tokens = reserved.estimate().tokens;
  for (bool first = true;; first = false) {
    const auto permit = co_await lane.acquire(slot, call.role);
    if (!permit || run.stopping) {
      if (permit) lane.release(*permit, {.result = Error{ErrorKind::cancelled, {}}}, false, SteadyClock::now());
      co_return Sent{{}, machine.attempts()};
    }
    auto result = co_await attempt(*peer.endpoint, slot.body);
    const auto now = SteadyClock::now();
    lane.release(*permit, result, first, now);
    run.note_limits(lane);
    const auto* error = std::get_if<Error>(&result.result);
    const bool failed = error != nullptr;
    const bool abandoned = failed && error->kind == ErrorKind::cancelled && run.stopping;
    auto action = machine.answered(std::move(result), now);
    if (auto* done = std::get_if<Done>(&action)) {
      if (abandoned) co_return Sent{{}, std::move(done->step.attempts)};  // it may be billed all the same
      if (failed) run.note_failed_attempt(done->step.attempts.back());
      reserved.settle(actual_of(peer.price, done->step, reserved.estimate()));
      co_return Sent{std::move(done->step), {}};
    }
    run.note_failed_attempt(machine.attempts().back());
    if (run.stopping) co_return Sent{{}, machine.attempts()};
    {
      const Sleeping sleeping(run);
      co_await wait(slot, SteadyClock::now() + std::get<Sleep>(action).duration);
    }
    if (run.stopping) co_return Sent{{}, machine.attempts()};
    std::ignore = machine.woke(SteadyClock::now());
  }
}

Step unanswered(Error error) {
  Step step;
  step.result = std::move(error);
  return step;
}

// What is to be asked anew is taken from a cassette only where nothing may be sent.
bool asked_anew(const Peer& peer, const Call& call) {
  return call.question != nullptr && call.question->fresh && peer.endpoint != nullptr;
}

// From a cassette, or the error that says what is missing. Nothing if the call is to be sent.
std::optional<Step> recall(RunState& run, const Peer& peer, const WorkUnit& unit, const Call& call) {
  if (peer.recall == nullptr || asked_anew(peer, call)) return std::nullopt;
  auto found = peer.recall->find({unit.id, *unit.kase, call.name, call.role, request_of(peer, call)});
  if (found) return std::move(*found);
  // A line that is damaged answers as little as one that is missing, and says nothing of the endpoint either.
  Error miss = found.error();
  miss.kind = ErrorKind::replay_miss;
  run.note_miss(miss);
  return unanswered(std::move(miss));
}

Error not_configured(const Call& call) {
  return {ErrorKind::judge, "the judge `" + call.question->to + "` is not configured",
          "declare it under `judges:` in the configuration"};
}

std::optional<Error> cannot_send(const Peer& peer) {
  if (peer.endpoint != nullptr) return std::nullopt;
  return Error{ErrorKind::internal, "a call was to be sent where nothing may be sent", "please report this"};
}

void give_name(Step& step, const Call& call) {
  step.name = call.name;
  step.role = call.role;
  step.question = call.question;
  step.context = call.role == Role::target ? static_cast<std::uint32_t>(call.messages.size()) : 0;
}

void keep_attempts(RunState& run, const WorkUnit& unit, const Call& call, std::vector<Attempt> attempts) {
  if (attempts.empty()) return;
  Step step = unanswered(Error{ErrorKind::cancelled, "the run stopped before the call was over"});
  step.attempts = std::move(attempts);
  give_name(step, call);
  run.sides[unit.side].journal->append(unit.id, *unit.kase, step);
}

// From the journal of an earlier process; nothing if the call is still to be made, but for what it cost so far.
std::optional<Step> journalled(const Journal& journal, const WorkUnit& unit, const Call& call,
                               std::vector<Attempt>& earlier) {
  const auto* known = journal.find(unit.id, call.name);
  if (known == nullptr) return std::nullopt;
  const auto* error = std::get_if<Error>(&known->result);
  if (error == nullptr || error->kind != ErrorKind::cancelled) return *known;
  earlier = known->attempts;
  return std::nullopt;
}

// Recalled, refused or sent; nothing if the run stopped first.
asio::awaitable<std::optional<Step>> answer(RunState& run, Slot& slot, const WorkUnit& unit, const Call& call,
                                            std::vector<Attempt> earlier) {
  const auto* peer = run.peer_of(unit.side, call);
  if (peer == nullptr) co_return unanswered(not_configured(call));
  if (auto known = recall(run, *peer, unit, call)) co_return known;
  if (auto refused = cannot_send(*peer)) co_return unanswered(*std::move(refused));
  auto sent = co_await send(run, slot, *peer, unit, call, std::move(earlier));
  if (!sent.done) {
    keep_attempts(run, unit, call, std::move(sent.attempts));
    co_return std::nullopt;
  }
  run.note_call(run.lane_of(*peer), *sent.done);
  co_return std::move(sent.done);
}

}  // namespace

asio::awaitable<std::optional<Step>> make_call(RunState& run, Slot& slot, const WorkUnit& unit, const Call& call) {
  auto& journal = *run.sides[unit.side].journal;
  std::vector<Attempt> earlier;
  if (auto known = journalled(journal, unit, call, earlier)) co_return known;
  if (run.stopping) co_return std::nullopt;
  auto step = co_await answer(run, slot, unit, call, std::move(earlier));
  if (!step) co_return std::nullopt;
  give_name(*step, call);
  journal.append(unit.id, *unit.kase, *step);
  co_return step;
}

asio::awaitable<std::optional<Step>> send_prompt(RunState& run, Slot& slot, const WorkUnit& unit) {
  const auto& kase = *unit.kase;
  const Call call{"warmup", Role::target, kase.messages, kase.params ? std::string_view(*kase.params) : "{}"};
  auto sent = co_await send(run, slot, run.sides[unit.side].target, unit, call, {});
  co_return std::move(sent.done);
}

}  // namespace assay::exec
