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
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>

namespace assay::exec {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

AttemptResult good(std::string text) {
  AttemptResult result;
  Response response;
  response.message.parts.emplace_back(Text{std::move(text)});
  result.result = std::move(response);
  result.status = 200;
  return result;
}

AttemptResult bad(ErrorKind kind, std::string message = "it failed") {
  AttemptResult result;
  result.result = Error{kind, std::move(message), {}, {}};
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
    return text_of(request.messages.back()) + std::string(request.params);
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

std::shared_ptr<const CompiledCheck> check_of(CheckFn run) {
  CompiledCheck check;
  check.name = check.metric = "fake";
  check.run = std::move(run);
  return std::make_shared<const CompiledCheck>(std::move(check));
}

WorkUnit unit_of(std::uint32_t ordinal, std::vector<std::shared_ptr<const CompiledCheck>> checks = {}) {
  auto kase = std::make_shared<PlannedCase>();
  kase->id = "c" + std::to_string(ordinal);
  kase->vars = Json::object();
  kase->messages = {Message{Author::user, {Text{kase->id}}}};
  kase->checks = std::move(checks);
  return WorkUnit{UnitId{0, ordinal, 0}, std::move(kase)};
}

/// A run on a real loop. Fails instead of hanging.
struct Bench {
  asio::io_context loop{1};
  ScriptedEndpoint endpoint;
  MemoryJournal journal;
  ListSource source;
  Lane lane;
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
    side.endpoint = &endpoint;
    side.retries.least = 1ms;
    side.retries.most = 1ms;
  }

  void make() {
    side.recall = recall;
    runner.emplace(std::vector{lane}, std::vector{side}, source, options, observer);
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

TEST(Runner, runs_every_unit_once_and_journals_each_step_before_its_sample) {
  Bench bench(100);
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::none);
  EXPECT_FALSE(summary.error);
  EXPECT_EQ(summary.finished, 100U);
  EXPECT_EQ(bench.endpoint.attempts, 100);
  ASSERT_EQ(bench.journal.samples.size(), 100U);
  std::set<UnitId> seen;
  for (const auto& sample : bench.journal.samples) {
    seen.insert(sample.unit);
    EXPECT_EQ(assay::name(sample.outcome), "scored");
    EXPECT_EQ(text_of(last_answer(sample.transcript)->message), sample.kase->id + "{}");
  }
  EXPECT_EQ(seen.size(), 100U);
  for (const auto& [unit, step] : bench.journal.steps) {
    EXPECT_EQ(step.name, "turn/1");
    EXPECT_EQ(step.role, Role::target);
    EXPECT_EQ(step.context, 1U);
  }
  std::set<std::string> stepped;
  for (const auto& line : bench.journal.log) {
    if (line.starts_with("step ")) stepped.insert(line.substr(5, line.rfind(' ') - 5));
    if (line.starts_with("finish ")) {
      EXPECT_TRUE(stepped.contains(line.substr(7))) << line;
    }
  }
}

TEST(Runner, keeps_to_its_number_of_slots) {
  for (const std::uint32_t slots : {1U, 3U, 16U}) {
    SCOPED_TRACE(slots);
    Bench bench(60);
    bench.lane.limits.concurrency = slots;
    bench.run();
    EXPECT_EQ(bench.endpoint.most_open, static_cast<int>(slots));
  }
}

TEST(Runner, more_slots_than_units_is_no_trouble) {
  Bench bench(2);
  bench.lane.limits.concurrency = 64;
  EXPECT_EQ(bench.run().finished, 2U);
}

TEST(Runner, an_empty_source_ends_at_once) {
  Bench bench(0);
  EXPECT_EQ(bench.run().finished, 0U);
}

TEST(Runner, passes_the_params_on) {
  Bench bench(0);
  auto unit = unit_of(0);
  auto kase = std::make_shared<PlannedCase>(*unit.kase);
  kase->params = std::make_shared<const std::string>(R"({"temperature":0})");
  bench.source.units.push_back(WorkUnit{unit.id, std::move(kase)});
  bench.run();
  EXPECT_EQ(bench.endpoint.sent.begin()->first, R"(c0{"temperature":0})");
}

TEST(Runner, retries_and_reports_each_failed_attempt) {
  Bench bench(10);
  bench.endpoint.script = [](const std::string& body, int nth) -> std::optional<AttemptResult> {
    return nth <= 2 ? bad(ErrorKind::unavailable) : good(body);
  };
  int failed = 0;
  bench.observer.failed_attempt = [&](const Attempt& attempt) {
    ++failed;
    EXPECT_TRUE(attempt.error);
  };
  int finished = 0;
  bench.observer.finished = [&](const Sample&, std::uint32_t) { ++finished; };
  bench.run();
  EXPECT_EQ(failed, 20);
  EXPECT_EQ(finished, 10);
  for (const auto& sample : bench.journal.samples) {
    EXPECT_EQ(assay::name(sample.outcome), "scored");
    EXPECT_EQ(sample.transcript.steps.at(0).attempts.size(), 3U);
  }
}

TEST(Runner, an_endpoint_error_ends_its_sample_and_no_other) {
  Bench bench(9);
  bench.endpoint.script = [](const std::string& body, int) -> std::optional<AttemptResult> {
    return body.starts_with("c3") ? bad(ErrorKind::rejected, "no") : good(body);
  };
  EXPECT_EQ(bench.run().finished, 9U);
  int errors = 0;
  for (const auto& sample : bench.journal.samples) {
    if (const auto* e = std::get_if<outcome::EndpointError>(&sample.outcome)) {
      ++errors;
      EXPECT_EQ(sample.kase->id, "c3");
      EXPECT_EQ(e->error.message, "no");
    }
  }
  EXPECT_EQ(errors, 1);
}

TEST(Runner, an_endpoint_that_throws_is_an_internal_error) {
  Bench bench(1);
  bench.endpoint.script = [](const std::string&, int) -> std::optional<AttemptResult> {
    throw std::runtime_error("boom");
  };
  bench.run();
  ASSERT_EQ(bench.journal.samples.size(), 1U);
  const auto& error = std::get<outcome::EndpointError>(bench.journal.samples[0].outcome).error;
  EXPECT_EQ(error.kind, ErrorKind::internal);
  EXPECT_NE(error.message.find("boom"), std::string::npos);
}

TEST(Runner, a_judge_nobody_configured_is_a_judge_error) {
  Bench bench(0);
  const auto asks = [](const CheckContext&, const Answers& answers) -> CheckStep {
    if (answers.empty()) return std::vector<Ask>{Ask{"grade", {}}};
    return Score{std::get<Error>(answers.begin()->second), {}};
  };
  bench.source.units.push_back(unit_of(0, {check_of(asks)}));
  bench.run();
  ASSERT_EQ(bench.journal.samples.size(), 1U);
  EXPECT_EQ(assay::name(bench.journal.samples[0].outcome), "judge_error");
  ASSERT_EQ(bench.journal.steps.size(), 2U);
  EXPECT_EQ(bench.journal.steps[1].second.name, "check/0/grade");
  EXPECT_EQ(bench.journal.steps[1].second.role, Role::judge);
}

TEST(Runner, the_breaker_stops_after_failures_in_a_row) {
  Bench bench(1000);
  bench.options.breaker = 20;
  bench.endpoint.script = [](const std::string&, int) { return bad(ErrorKind::auth, "wrong key"); };
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::breaker);
  ASSERT_TRUE(summary.error);
  EXPECT_EQ(summary.error->kind, ErrorKind::auth);
  EXPECT_EQ(summary.error->message, "stopped after 20 final failures in a row; the last: wrong key");
  EXPECT_GE(summary.finished, 20U);
  EXPECT_LE(summary.finished, 20U + *bench.lane.limits.concurrency);
  EXPECT_LE(bench.source.taken, 24);
}

TEST(Runner, one_answer_resets_the_breaker) {
  Bench bench(100);
  bench.lane.limits.concurrency = 1;
  bench.options.breaker = 3;
  int call = 0;
  bench.endpoint.script = [&](const std::string& body, int) -> std::optional<AttemptResult> {
    return ++call % 3 == 0 ? good(body) : bad(ErrorKind::rejected);
  };
  EXPECT_EQ(bench.run().stopped, StopReason::none);
  EXPECT_EQ(bench.summary->finished, 100U);
}

TEST(Runner, the_breaker_can_be_switched_off) {
  Bench bench(50);
  bench.options.breaker = 0;
  bench.endpoint.script = [](const std::string&, int) { return bad(ErrorKind::rejected); };
  EXPECT_EQ(bench.run().finished, 50U);
}

TEST(Runner, when_the_breaker_opens_calls_that_wait_for_a_retry_are_left_unfinished) {
  Bench bench(10);
  bench.lane.limits.concurrency = 2;
  bench.options.breaker = 3;
  bench.side.retries.least = 1h;
  bench.side.retries.most = 1h;
  bench.endpoint.script = [](const std::string& body, int) {
    return bad(body.starts_with("c0") ? ErrorKind::unavailable : ErrorKind::rejected);
  };
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::breaker);
  EXPECT_GE(summary.finished, 3U);
  EXPECT_LE(summary.finished, 4U) << "one may have been in flight beside the last failure";
  for (const auto& sample : bench.journal.samples) EXPECT_NE(sample.kase->id, "c0");
  const auto left = std::find_if(bench.journal.steps.begin(), bench.journal.steps.end(),
                                 [](const auto& entry) { return entry.first.ordinal == 0; });
  ASSERT_NE(left, bench.journal.steps.end());
  EXPECT_EQ(std::get<Error>(left->second.result).kind, ErrorKind::cancelled) << "not an answer";
  EXPECT_EQ(left->second.attempts.size(), 1U) << "but its attempts may have been paid for";
}

TEST(Runner, stop_lets_calls_in_flight_finish) {
  Bench bench(10);
  bench.options.grace = 1h;
  bench.endpoint.script = [](const std::string&, int) { return std::optional<AttemptResult>(); };
  bench.start();
  bench.spin([&] { return bench.endpoint.hanging() == 4; });
  EXPECT_EQ(bench.runner->in_flight(), 4U);
  bench.runner->stop();
  bench.endpoint.answer_all();
  bench.spin();
  ASSERT_TRUE(bench.summary);
  EXPECT_EQ(bench.summary->stopped, StopReason::signal);
  EXPECT_EQ(bench.summary->finished, 4U);
  EXPECT_EQ(bench.endpoint.attempts, 4) << "no new call";
  EXPECT_EQ(bench.runner->in_flight(), 0U);
}

TEST(Runner, after_the_grace_calls_in_flight_are_abandoned_unfinished) {
  Bench bench(10);
  bench.options.grace = 10ms;
  bench.endpoint.script = [](const std::string& body, int) -> std::optional<AttemptResult> {
    if (body.starts_with("c0")) return good(body);
    return std::nullopt;
  };
  int abandoned = 0;
  bench.observer.abandon = [&] {
    ++abandoned;
    bench.endpoint.cancel();
  };
  bench.start();
  bench.spin([&] { return bench.endpoint.hanging() == 4; });
  bench.runner->stop();
  bench.runner->stop();
  bench.spin();
  ASSERT_TRUE(bench.summary);
  EXPECT_EQ(abandoned, 1);
  EXPECT_EQ(bench.summary->finished, 1U);
  ASSERT_EQ(bench.journal.samples.size(), 1U);
  EXPECT_EQ(bench.journal.samples[0].kase->id, "c0");
  ASSERT_EQ(bench.journal.steps.size(), 5U) << "but for their attempts, which may be billed all the same";
  for (const auto& [unit, step] : bench.journal.steps) EXPECT_EQ(step.attempts.size(), 1U);
}

TEST(Runner, stop_wakes_calls_that_wait_for_a_retry) {
  Bench bench(4);
  bench.side.retries.least = 1h;
  bench.side.retries.most = 1h;
  bench.endpoint.script = [](const std::string&, int) { return bad(ErrorKind::rate_limited); };
  int failed = 0;
  bench.observer.failed_attempt = [&](const Attempt&) { ++failed; };
  bench.start();
  bench.spin([&] { return failed == 4; });
  EXPECT_EQ(bench.runner->in_flight(), 0U) << "no permit is held across a wait";
  bench.runner->stop();
  bench.spin();
  ASSERT_TRUE(bench.summary);
  EXPECT_EQ(bench.summary->finished, 0U);
  EXPECT_EQ(bench.journal.steps.size(), 4U) << "attempts are kept";
  EXPECT_TRUE(bench.journal.samples.empty());
}

TEST(Runner, stop_while_a_case_is_checked_finishes_that_case_and_takes_no_other) {
  Bench bench(0);
  Bench* b = &bench;
  const auto stops = [b](const CheckContext&, const Answers&) -> CheckStep {
    b->runner->stop();
    return Score{Scored{1, true}, {}};
  };
  bench.source.units.push_back(unit_of(0, {check_of(stops)}));
  bench.source.units.push_back(unit_of(1));
  bench.lane.limits.concurrency = 1;
  bench.run();
  EXPECT_EQ(bench.summary->stopped, StopReason::signal);
  EXPECT_EQ(bench.summary->finished, 1U) << "a case that needs no further call is finished";
  EXPECT_EQ(bench.source.taken, 1);
}

TEST(Runner, stop_before_the_run_takes_nothing) {
  Bench bench(5);
  bench.make();
  bench.runner->stop();
  asio::co_spawn(bench.loop, bench.runner->run(), [&](std::exception_ptr, RunSummary s) { bench.summary = s; });
  bench.spin();
  ASSERT_TRUE(bench.summary);
  EXPECT_EQ(bench.summary->stopped, StopReason::signal);
  EXPECT_EQ(bench.source.taken, 0);
}

TEST(Runner, stop_is_heard_between_units_that_never_wait) {
  Bench bench(0);
  class Instant : public Endpoint {
   public:
    [[nodiscard]] std::string encode(const Request&) const override { return {}; }
    asio::awaitable<AttemptResult> attempt(const std::string&) override { co_return good("x"); }
  } instant;
  for (std::uint32_t i = 0; i < 5000; ++i) bench.source.units.push_back(unit_of(i));
  bench.side.endpoint = &instant;
  Runner runner({bench.lane}, {bench.side}, bench.source, bench.options, {});
  asio::co_spawn(bench.loop, runner.run(), [&](std::exception_ptr, RunSummary s) { bench.summary = s; });
  asio::post(bench.loop, [&] { asio::post(bench.loop, [&] { runner.stop(); }); });
  bench.spin();
  ASSERT_TRUE(bench.summary);
  EXPECT_EQ(bench.summary->stopped, StopReason::signal);
  EXPECT_LT(bench.summary->finished, 5000U);
}

TEST(Runner, a_broken_store_stops_the_run) {
  Bench bench(10);
  bench.lane.limits.concurrency = 1;
  bench.observer.finished = [&](const Sample& sample, std::uint32_t) {
    if (sample.kase->id == "c2") bench.journal.broken = Error{ErrorKind::store, "disk full", {}, {}};
  };
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::store);
  ASSERT_TRUE(summary.error);
  EXPECT_EQ(summary.error->message, "disk full");
  EXPECT_EQ(summary.finished, 3U);
}

TEST(Runner, a_source_that_fails_stops_the_run) {
  Bench bench(3);
  bench.source.error_at_end = Error{ErrorKind::invalid, "bad record", {}, {}};
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::source);
  EXPECT_EQ(summary.error->message, "bad record");
  EXPECT_EQ(summary.finished, 3U) << "what is under way is finished";
}

TEST(Runner, an_observer_that_throws_ends_the_run_as_internal) {
  Bench bench(10);
  bench.observer.finished = [](const Sample&, std::uint32_t) { throw std::runtime_error("boom"); };
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::internal);
  EXPECT_NE(summary.error->message.find("boom"), std::string::npos);
}

TEST(Runner, a_slot_that_waits_for_a_retry_makes_room_for_another) {
  Bench bench(3);
  bench.lane.limits.concurrency = 1;
  bench.side.retries.least = bench.side.retries.most = 1h;
  bench.endpoint.script = [](const std::string& body, int) {
    return body.starts_with("c0") ? bad(ErrorKind::unavailable) : good(body);
  };
  bench.start();
  bench.spin([&] { return bench.journal.samples.size() == 2; });
  EXPECT_EQ(bench.endpoint.most_open, 1);
  bench.runner->stop();
  bench.spin();
  EXPECT_EQ(bench.summary->finished, 2U);
}

TEST(Runner, what_the_journal_holds_is_not_asked_again) {
  Bench bench(3);
  Step answered;
  answered.name = "turn/1";
  answered.result = std::get<Response>(good("from before").result);
  bench.journal.known.emplace(std::pair(UnitId{0, 1, 0}, "turn/1"), answered);
  bench.run();
  EXPECT_EQ(bench.endpoint.attempts, 2);
  EXPECT_EQ(bench.journal.steps.size(), 2U) << "and not recorded again";
  ASSERT_EQ(bench.journal.samples.size(), 3U);
  for (const auto& sample : bench.journal.samples) {
    if (sample.unit.ordinal != 1) continue;
    EXPECT_EQ(text_of(last_answer(sample.transcript)->message), "from before");
  }
}

TEST(Runner, attempts_of_an_earlier_process_count_but_are_no_retries) {
  Bench bench(1);
  Step left;
  left.name = "turn/1";
  left.result = Error{ErrorKind::cancelled, "stopped"};
  left.attempts.resize(4);
  bench.journal.known.emplace(std::pair(UnitId{0, 0, 0}, "turn/1"), left);
  bench.side.retries.max = 1;
  bench.endpoint.script = [](const std::string& body, int nth) {
    return nth == 1 ? bad(ErrorKind::unavailable) : good(body);
  };
  bench.run();
  ASSERT_EQ(bench.journal.steps.size(), 1U);
  EXPECT_EQ(bench.journal.steps[0].second.attempts.size(), 6U);
  EXPECT_EQ(assay::name(bench.journal.samples.at(0).outcome), "scored");
}

/// Knows the answers to some prompts, and says what it lacks.
class FakeRecall : public Recall {
 public:
  std::set<std::string> holds;
  bool may_send = false;
  std::string damaged;  ///< a case whose line cannot be read

  [[nodiscard]] Result<std::optional<Step>> find(const Asked& asked) override {
    if (asked.kase.id == damaged) return Error{ErrorKind::invalid, "the line was changed"};
    if (holds.contains(asked.kase.id)) {
      Step step;
      step.result = std::get<Response>(good("recorded").result);
      step.replayed = true;
      return std::optional(step);
    }
    if (may_send) return std::optional<Step>();
    return Error{ErrorKind::replay_miss, asked.kase.id + " is not recorded"};
  }
};

TEST(Runner, a_replay_sends_nothing_and_counts_what_is_missing) {
  Bench bench(30);
  FakeRecall recall;
  for (int i = 0; i < 5; ++i) recall.holds.insert("c" + std::to_string(i));
  bench.recall = &recall;
  bench.options.breaker = 3;
  const auto& summary = bench.run();
  EXPECT_EQ(bench.endpoint.attempts, 0);
  EXPECT_EQ(summary.stopped, StopReason::none) << "misses open no breaker: all are to be known";
  EXPECT_EQ(summary.finished, 30U);
  EXPECT_EQ(summary.misses, 25U);
  EXPECT_EQ(summary.missed->message, "c5 is not recorded");
  EXPECT_TRUE(bench.journal.steps[0].second.replayed);
  EXPECT_EQ(bench.journal.steps[0].second.name, "turn/1");
}

TEST(Runner, a_damaged_line_of_a_cassette_is_a_miss_also_where_calls_may_be_sent) {
  for (const bool may_send : {false, true}) {
    Bench bench(5);
    FakeRecall recall;
    for (int i = 0; i < 5; ++i) recall.holds.insert("c" + std::to_string(i));
    recall.damaged = "c3";
    recall.may_send = may_send;
    bench.recall = &recall;
    const auto& summary = bench.run();
    EXPECT_EQ(bench.endpoint.attempts, 0);
    EXPECT_EQ(summary.misses, 1U);
    EXPECT_EQ(summary.missed->message, "the line was changed");
  }
}

TEST(Runner, with_a_cassette_only_what_is_missing_is_sent) {
  Bench bench(10);
  FakeRecall recall;
  recall.holds = {"c1", "c2"};
  recall.may_send = true;
  bench.recall = &recall;
  EXPECT_EQ(bench.run().misses, 0U);
  EXPECT_EQ(bench.endpoint.attempts, 8);
}

AttemptResult counted(std::string text, std::int64_t input, std::int64_t output) {
  auto result = good(std::move(text));
  std::get<Response>(result.result).usage = {.input_tokens = input, .output_tokens = output};
  return result;
}

TEST(Runner, a_spent_budget_stops_the_run_and_finishes_what_is_in_flight) {
  Bench bench(1000);
  bench.side.price = Price{.input_per_mtok = 1e6, .output_per_mtok = 1e6};  // a dollar a token
  bench.options.budget.usd = 100;
  bench.endpoint.script = [](const std::string& body, int) { return counted(body, 4, 6); };
  bench.lane.limits.concurrency = 1;
  auto kase = std::make_shared<PlannedCase>(*bench.source.units[0].kase);
  kase->params = std::make_shared<const std::string>(R"({"max_tokens": 6})");
  bench.source.units[0].kase = kase;
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::budget);
  EXPECT_EQ(summary.error->kind, ErrorKind::budget);
  EXPECT_NE(summary.error->message.find("100"), std::string::npos) << summary.error->message;
  EXPECT_GE(summary.finished, 9U);
  EXPECT_LE(summary.finished, 10U) << "100 dollars, 10 a call";
  EXPECT_EQ(bench.journal.samples.size(), summary.finished);
}

TEST(Runner, a_budget_knows_what_earlier_processes_spent) {
  Bench bench(10);
  bench.options.budget.tokens = 100;
  bench.options.spent_tokens = 100;
  EXPECT_EQ(bench.run().stopped, StopReason::budget);
  EXPECT_EQ(bench.endpoint.attempts, 0);
}

TEST(Runner, a_lane_has_a_token_budget_of_its_own) {
  Bench bench(100);
  bench.lane.limits.max_tokens = 1000;
  bench.lane.limits.concurrency = 2;
  bench.endpoint.script = [](const std::string& body, int) { return counted(body, 50, 50); };
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::budget);
  EXPECT_NE(summary.error->message.find("model"), std::string::npos) << "names the target: " << summary.error->message;
  EXPECT_LE(summary.finished, 11U);
  EXPECT_GE(summary.finished, 5U);
}

TEST(Runner, a_prompt_beyond_the_tokens_of_a_case_is_not_sent) {
  Bench bench(2);
  auto kase = std::make_shared<PlannedCase>(*bench.source.units[1].kase);
  kase->messages = {Message{Author::user, {Text{std::string(4000, 'x')}}}};
  bench.source.units[1].kase = kase;
  bench.lane.limits.max_tokens_case = 900;
  EXPECT_EQ(bench.run().finished, 2U);
  EXPECT_EQ(bench.endpoint.attempts, 1);
  for (const auto& sample : bench.journal.samples) {
    if (sample.unit.ordinal == 0) continue;
    ASSERT_EQ(assay::name(sample.outcome), "skipped");
    EXPECT_NE(std::get<outcome::Skipped>(sample.outcome).why.find("900"), std::string::npos);
  }
}

TEST(Runner, when_time_is_up_calls_in_flight_get_the_grace_and_no_more) {
  Bench bench(10);
  bench.options.max_time = 20ms;
  bench.options.grace = 10ms;
  bench.endpoint.script = [](const std::string&, int) { return std::optional<AttemptResult>(); };
  bench.observer.abandon = [&] { bench.endpoint.cancel(); };
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::budget);
  EXPECT_EQ(summary.error->kind, ErrorKind::budget);
  EXPECT_EQ(summary.finished, 0U);
  EXPECT_EQ(bench.endpoint.attempts, 4);
}

TEST(Runner, warm_up_calls_are_paid_and_leave_no_sample) {
  Bench bench(2);
  bench.side.price = Price{.input_per_mtok = 1e6, .output_per_mtok = 1e6};
  bench.endpoint.script = [](const std::string& body, int) { return counted(body, 3, 4); };
  bench.options.warmup = {unit_of(0), unit_of(1), unit_of(0)};
  bench.lane.limits.concurrency.reset();
  int most_open_in_warmup = 0;
  bench.endpoint.on_attempt = [&] {
    if (bench.endpoint.attempts == 3) most_open_in_warmup = bench.endpoint.most_open;
  };
  const auto& summary = bench.run();
  EXPECT_EQ(most_open_in_warmup, 1) << "a sample was asked beside a warm-up call";
  EXPECT_EQ(bench.endpoint.attempts, 5);
  EXPECT_EQ(bench.journal.samples.size(), 2U);
  EXPECT_EQ(bench.journal.steps.size(), 2U);
  ASSERT_EQ(summary.warmup.size(), 1U);
  EXPECT_EQ(summary.warmup[0].calls, 3U);
  EXPECT_EQ(summary.warmup[0].output_tokens, 12U);
  EXPECT_DOUBLE_EQ(summary.warmup[0].usd, 21);
}

TEST(Runner, two_sides_share_a_lane_and_keep_journals_of_their_own) {
  Bench bench(0);
  for (std::uint32_t i = 0; i < 8; ++i) {
    auto unit = unit_of(i / 2);
    unit.side = i % 4 == 1 || i % 4 == 2 ? 1 : 0;  // A B B A
    bench.source.units.push_back(unit);
  }
  MemoryJournal other;
  bench.lane.limits.concurrency = 1;
  auto beside = bench.side;
  beside.journal = &other;
  Runner runner({bench.lane}, {bench.side, beside}, bench.source, bench.options, {});
  asio::co_spawn(bench.loop, runner.run(), [&](std::exception_ptr, RunSummary s) { bench.summary = s; });
  bench.spin();
  ASSERT_TRUE(bench.summary);
  EXPECT_EQ(bench.endpoint.most_open, 1);
  EXPECT_EQ(bench.journal.samples.size(), 4U);
  EXPECT_EQ(other.samples.size(), 4U);
  std::vector<std::uint32_t> cases;
  for (const auto& sample : other.samples) cases.push_back(sample.unit.ordinal);
  EXPECT_EQ(cases, (std::vector<std::uint32_t>{0, 1, 2, 3}));
}

TEST(Runner, two_sides_with_lanes_of_their_own_start_once_both_are_there) {
  Bench bench(0);
  for (std::uint32_t i = 0; i < 40; ++i) {
    auto unit = unit_of(i / 2);
    unit.side = i % 2;
    bench.source.units.push_back(unit);
  }
  MemoryJournal other;
  ScriptedEndpoint beside;
  bench.lane.limits.concurrency.reset();
  auto second = bench.side;
  second.journal = &other;
  second.endpoint = &beside;
  second.lane = 1;
  Runner runner({bench.lane, bench.lane}, {bench.side, second}, bench.source, bench.options, {});
  asio::co_spawn(bench.loop, runner.run(), [&](std::exception_ptr, RunSummary s) { bench.summary = s; });
  bench.spin();
  ASSERT_TRUE(bench.summary);
  EXPECT_EQ(bench.endpoint.attempts, 20);
  EXPECT_EQ(beside.attempts, 20);
}

TEST(Runner, a_long_answer_is_scored_beside_the_loop) {
  Bench bench(0);
  const auto loop_thread = std::this_thread::get_id();
  std::map<std::string, bool> on_loop;
  std::mutex mutex;
  const auto notes = [&](const CheckContext& context, const Answers&) -> CheckStep {
    const std::lock_guard lock(mutex);
    on_loop[std::string(context.scope.id)] = std::this_thread::get_id() == loop_thread;
    return Score{Scored{1, true}, {}};
  };
  bench.source.units = {unit_of(0, {check_of(notes)}), unit_of(1, {check_of(notes), check_of(notes)})};
  bench.options.heavy_answer = 1000;
  bench.endpoint.script = [](const std::string& body, int) {
    return good(body.starts_with("c1") ? std::string(5000, 'x') : body);
  };
  EXPECT_EQ(bench.run().finished, 2U);
  EXPECT_TRUE(on_loop.at("c0"));
  EXPECT_FALSE(on_loop.at("c1"));
  for (const auto& sample : bench.journal.samples) EXPECT_EQ(assay::name(sample.outcome), "scored");
}

TEST(Runner, auto_finds_what_an_endpoint_bears_and_tells_its_changes) {
  Bench bench(600);
  bench.lane.limits.concurrency.reset();
  bench.lane.limits.most = 64;
  bench.endpoint.script = [&](const std::string& body, int) {
    return bench.endpoint.now_open > 24 ? bad(ErrorKind::rate_limited) : good(body);
  };
  std::vector<LimitChange> changes;
  bench.observer.limit_changed = [&](const LimitChange& change) { changes.push_back(change); };
  EXPECT_EQ(bench.run().finished, 600U);
  EXPECT_LE(bench.endpoint.most_open, 64);
  ASSERT_FALSE(changes.empty());
  EXPECT_EQ(changes[0].cause, LimitCause::start);
  EXPECT_EQ(changes[0].target, "model");
  for (const auto& sample : bench.journal.samples) EXPECT_EQ(assay::name(sample.outcome), "scored");
}

}  // namespace
}  // namespace assay::exec
