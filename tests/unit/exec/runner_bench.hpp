#pragma once
/// A runner on a real loop, over an endpoint that answers from a script and a journal in memory.

#include <assay/exec/runner.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

namespace assay::exec::scripted {

namespace asio = boost::asio;
using namespace std::chrono_literals;

inline AttemptResult good(std::string text) {
  AttemptResult result;
  Response response;
  response.message.parts.emplace_back(Text{std::move(text)});
  result.result = std::move(response);
  result.status = 200;
  return result;
}

inline AttemptResult bad(ErrorKind kind, std::string message = "it failed") {
  AttemptResult result;
  result.result = Error{kind, std::move(message), {}, {}};
  return result;
}

inline AttemptResult counted(std::string text, std::int64_t input, std::int64_t output) {
  auto result = good(std::move(text));
  std::get<Response>(result.result).usage = {.input_tokens = input, .output_tokens = output};
  return result;
}

/// Answers from a script by (body, how often that body was sent); hangs where the script says so, until `cancel`.
class ScriptedEndpoint : public Endpoint {
 public:
  std::function<std::optional<AttemptResult>(const std::string&, int)> script = [](const std::string& body, int) {
    return good(body);
  };
  std::function<void()> on_attempt = [] {};
  std::map<std::string, int> sent;
  int attempts = 0;
  int now_open = 0;
  int most_open = 0;

  [[nodiscard]] std::string encode(const Request& request) const override {
    return text_of(request.messages.back()) + std::string(request.params) + std::string(request.schema) +
           (request.logprobs ? " with logprobs" : "");
  }

  asio::awaitable<AttemptResult> attempt(const std::string& body) override {
    ++attempts;
    ++now_open;
    most_open = std::max(most_open, now_open);
    const int nth = ++sent[body];
    on_attempt();
    co_await asio::post(asio::use_awaitable);
    auto result = script(body, nth);
    if (!result) {
      const auto loop = co_await asio::this_coro::executor;
      asio::steady_timer hang(loop, asio::steady_timer::time_point::max());
      hanging_.insert(&hang);
      co_await hang.async_wait(asio::as_tuple(asio::use_awaitable));
      hanging_.erase(&hang);
      result = cancelled_ ? bad(ErrorKind::cancelled) : good(body);
    }
    --now_open;
    co_return std::move(*result);
  }

  void cancel() {
    cancelled_ = true;
    for (auto* timer : hanging_) timer->cancel();
  }
  void answer_all() {
    for (auto* timer : hanging_) timer->cancel();
  }
  [[nodiscard]] std::size_t hanging() const { return hanging_.size(); }

 private:
  std::set<asio::steady_timer*> hanging_;
  bool cancelled_ = false;
};

class MemoryJournal : public Journal {
 public:
  std::vector<std::pair<UnitId, Step>> steps;
  std::vector<Sample> samples;
  std::vector<std::string> log;
  std::optional<Error> broken;

  std::map<std::pair<UnitId, std::string>, Step> known;  ///< of an earlier process

  [[nodiscard]] const Step* find(const UnitId& unit, std::string_view call) const override {
    const auto found = known.find({unit, std::string(call)});
    return found == known.end() ? nullptr : &found->second;
  }
  void append(const UnitId& unit, const PlannedCase& kase, const Step& step) override {
    steps.emplace_back(unit, step);
    log.push_back("step " + kase.id + " " + step.name);
  }
  void finish(const Sample& sample) override {
    samples.push_back(sample);
    log.push_back("finish " + sample.kase->id);
  }
  asio::awaitable<Result<void>> room() override {
    if (broken) co_return *broken;
    co_return Result<void>();
  }
};

class ListSource : public UnitSource {
 public:
  std::deque<WorkUnit> units;
  std::optional<Error> error_at_end;
  int taken = 0;

  [[nodiscard]] Result<std::optional<WorkUnit>> next() override {
    if (units.empty() && error_at_end) return *error_at_end;
    if (units.empty()) return std::optional<WorkUnit>();
    ++taken;
    std::optional<WorkUnit> unit = std::move(units.front());
    units.pop_front();
    return unit;
  }
};

inline std::shared_ptr<const CompiledCheck> check_of(CheckFn run) {
  CompiledCheck check;
  check.name = check.metric = "fake";
  check.run = std::move(run);
  return std::make_shared<const CompiledCheck>(std::move(check));
}

inline WorkUnit unit_of(std::uint32_t ordinal, std::vector<std::shared_ptr<const CompiledCheck>> checks = {}) {
  auto kase = std::make_shared<PlannedCase>();
  kase->id = "c" + std::to_string(ordinal);
  kase->vars = Json::object();
  kase->messages = {Message{Author::user, {Text{kase->id}}}};
  kase->checks = std::move(checks);
  return WorkUnit{UnitId{0, ordinal, 0}, std::move(kase)};
}

/// Knows the answers to some prompts, and says what it lacks.
class FakeRecall : public Recall {
 public:
  std::set<std::string> holds;
  std::vector<std::string> asked;  ///< call and params
  bool may_send = false;
  std::string damaged;  ///< a case whose line cannot be read

  [[nodiscard]] Result<std::optional<Step>> find(const Asked& call) override {
    asked.push_back(std::string(call.call) + " " + std::string(call.request.params));
    if (call.kase.id == damaged) return Error{ErrorKind::invalid, "the line was changed"};
    if (holds.contains(call.kase.id)) {
      Step step;
      step.result = std::get<Response>(good("recorded").result);
      step.replayed = true;
      return std::optional(step);
    }
    if (may_send) return std::optional<Step>();
    return Error{ErrorKind::replay_miss, call.kase.id + " is not recorded"};
  }
};

/// A run on a real loop. Fails instead of hanging.
struct Bench {
  asio::io_context loop{1};
  ScriptedEndpoint endpoint;
  MemoryJournal journal;
  ListSource source;
  Lane lane;
  std::vector<Lane> more_lanes;
  Side side;
  Recall* recall = nullptr;
  RunOptions options;
  Observer observer;
  std::optional<Runner> runner;
  std::optional<RunSummary> summary;

  explicit Bench(std::uint32_t units) {
    for (std::uint32_t i = 0; i < units; ++i) source.units.push_back(unit_of(i));
    lane.name = "model";
    lane.limits.concurrency = 4;
    side.journal = &journal;
    side.target.endpoint = &endpoint;
    side.target.retries.least = 1ms;
    side.target.retries.most = 1ms;
  }

  void make() {
    side.target.recall = recall;
    std::vector<Lane> lanes{lane};
    lanes.insert(lanes.end(), more_lanes.begin(), more_lanes.end());
    runner.emplace(std::move(lanes), std::vector{side}, source, options, observer);
  }
  void start() {
    make();
    asio::co_spawn(loop, runner->run(), [this](std::exception_ptr e, RunSummary s) {
      EXPECT_FALSE(e);
      summary = std::move(s);
    });
  }
  /// Runs the loop until the run has ended or `until` holds.
  void spin(const std::function<bool()>& until = [] { return false; }) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!summary && !until() && std::chrono::steady_clock::now() < deadline) loop.run_one_for(1s);
  }
  const RunSummary& run() {
    start();
    spin();
    if (!summary) throw std::runtime_error("the run hangs");
    return *summary;
  }
};

}  // namespace assay::exec::scripted
