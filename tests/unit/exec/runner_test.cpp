#include "tests/unit/exec/runner_bench.hpp"

#include <mutex>
#include <thread>

namespace assay::exec {
namespace {

using namespace scripted;

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
  bench.side.target.retries.least = 1h;
  bench.side.target.retries.most = 1h;
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
  bench.side.target.retries.least = 1h;
  bench.side.target.retries.most = 1h;
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
  bench.side.target.endpoint = &instant;
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
  bench.side.target.retries.least = bench.side.target.retries.most = 1h;
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
  second.target.endpoint = &beside;
  second.target.lane = 1;
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
