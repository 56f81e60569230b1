#include "tests/unit/store/fixture.hpp"

namespace assay::store {
namespace {

using test::TempDir;

Sample failed_call(UnitId unit) {
  Sample sample = scored_sample(unit, false);
  Step step;
  step.name = "turn/1";
  step.context = 2;
  const Error error{ErrorKind::unavailable, "HTTP 503 six times", "see whether the server is up"};
  step.result = error;
  for (int i = 0; i < 6; ++i) {
    Attempt attempt;
    attempt.status = 503;
    attempt.error = error;
    step.attempts.push_back(attempt);
  }
  sample.transcript.steps = {step};
  sample.scores.clear();
  sample.outcome = outcome::EndpointError{error};
  return sample;
}

Sample unscored(UnitId unit) {
  Sample sample = scored_sample(unit, true);
  sample.scores[0] = {Unscored{"the judge could not tell"}, ""};
  sample.outcome = outcome::Unscored{"the judge could not tell"};
  return sample;
}

Ending whole() {
  Ending ending;
  ending.wall_s = 12.5;
  return ending;
}

Sample replayed(UnitId unit, std::int64_t recorded_ms) {
  Sample sample = scored_sample(unit, true);
  Step& step = sample.transcript.steps[0];
  step.replayed = true;
  step.attempts[0].started = {recorded_ms};
  return sample;
}

/// Answered by its second attempt, after `ms`.
Sample retried(UnitId unit, int ms) {
  Sample sample = scored_sample(unit, true);
  Step& step = sample.transcript.steps[0];
  Attempt failed;
  failed.started = {1'600'000'000'000};
  failed.duration = std::chrono::seconds(30);
  failed.status = 503;
  failed.error = Error{ErrorKind::unavailable, "HTTP 503"};
  step.attempts.insert(step.attempts.begin(), failed);
  std::get<Response>(step.result).timings.total = std::chrono::milliseconds(ms);
  return sample;
}

std::vector<std::string> names(const SuiteEvidence& suite) {
  std::vector<std::string> all;
  for (const Column& column : suite.columns) all.push_back(column.metric);
  return all;
}

class Evidence : public ::testing::Test {
 protected:
  RunEvidence of(const RunHeader& run, const std::vector<Sample>& samples, const Ending& ending = whole(),
                 const EvidenceQuery& query = {}) {
    boost::asio::io_context loop;
    auto writer = store_->start(run, loop.get_executor());
    EXPECT_TRUE(writer);
    for (const Sample& sample : samples) give(**writer, sample);
    EXPECT_TRUE((*writer)->close(ending));
    auto evidence = store_->evidence(run.id, query);
    EXPECT_TRUE(evidence) << to_string(evidence.error());
    return *evidence;
  }

  TempDir dir_;
  std::unique_ptr<Store> store_ = open(dir_ / "h.db");
};

TEST_F(Evidence, every_planned_sample_is_counted_once) {
  const auto evidence = of(header("r1", 10), {scored_sample({0, 4, 1}, false), scored_sample({0, 4, 0}, true),
                                              failed_call({0, 2, 0}), unscored({0, 7, 0})});
  const SuiteEvidence& suite = evidence.suites.at(0);
  EXPECT_EQ(suite.balance.planned, 10u);
  EXPECT_EQ(suite.balance.scored, 2u);
  EXPECT_EQ(suite.balance.unscored, 1u);
  EXPECT_EQ(suite.balance.errored, 1u);
  EXPECT_EQ(suite.balance.skipped, 6u);
  EXPECT_TRUE(suite.balance.holds());
}

TEST_F(Evidence, more_samples_than_planned_do_not_balance) {
  const auto evidence = of(header("r1", 1), {scored_sample({0, 0, 0}, true), scored_sample({0, 1, 0}, true)});
  EXPECT_FALSE(evidence.suites.at(0).balance.holds());
}

TEST_F(Evidence, a_run_that_its_looks_ended_planned_what_they_let_run) {
  Ending stopped = whole();
  stopped.stop = StopPoint{2, 0, 0.6, 7};
  const auto evidence =
      of(header("r1", 10), {scored_sample({0, 0, 0}, true), failed_call({0, 1, 0}), unscored({0, 2, 0})}, stopped);
  ASSERT_TRUE(evidence.stop);
  EXPECT_EQ(evidence.stop->look, 2u);
  EXPECT_EQ(evidence.stop->round, 0u);
  EXPECT_DOUBLE_EQ(evidence.stop->fraction, 0.6);
  EXPECT_EQ(evidence.stop->saved, 7u);
  const Balance& balance = evidence.suites.at(0).balance;
  EXPECT_EQ(balance.planned, 3u);
  EXPECT_EQ(balance.skipped, 0u);
  EXPECT_TRUE(balance.holds());
  const auto row = store_->find("r1", false);
  EXPECT_EQ(row->status, RunStatus::finished);
  EXPECT_EQ(row->stop->saved, 7u);
  EXPECT_FALSE(of(header("r2", 3), {scored_sample({0, 0, 0}, true)}).stop);
}

TEST_F(Evidence, samples_of_repeat_rounds_are_rows_like_any_other) {
  Ending stopped = whole();
  stopped.stop = StopPoint{4, 2, 1, 0};
  const auto evidence = of(header("r1", 2),
                           {scored_sample({0, 0, 0}, true), scored_sample({0, 1, 0}, false),
                            scored_sample({0, 1, 1}, true), scored_sample({0, 1, 2}, true)},
                           stopped);
  const SuiteEvidence& suite = evidence.suites.at(0);
  EXPECT_EQ(suite.rows.size(), 4u);
  EXPECT_EQ(suite.cases.size(), 2u);
  EXPECT_EQ(suite.balance.planned, 4u);
  EXPECT_TRUE(suite.balance.holds());
}

TEST_F(Evidence, names_the_owners_of_a_suite) {
  RunHeader run = header("r1");
  run.suites[0].owners = {{"quality", "geo"}, {"cost", "finance"}};
  EXPECT_EQ(of(run, {}).suites.at(0).owners, run.suites[0].owners);
  EXPECT_EQ(store_->find("r1", false)->header.suites.at(0).owners, run.suites[0].owners);
}

TEST_F(Evidence, rows_are_in_case_order_whatever_the_order_of_arrival) {
  const auto evidence = of(header("r1", 10), {scored_sample({0, 4, 1}, false), scored_sample({0, 4, 0}, true),
                                              failed_call({0, 2, 0}), unscored({0, 7, 0})});
  const SuiteEvidence& suite = evidence.suites.at(0);
  ASSERT_EQ(suite.cases.size(), 3u);
  EXPECT_EQ(suite.cases[0].id, "case-2");
  EXPECT_EQ(suite.cases[1].ordinal, 4u);
  EXPECT_EQ(suite.cases[2].tags.at("severity"), "minor");
  ASSERT_EQ(suite.rows.size(), 4u);
  EXPECT_EQ(suite.rows[0].outcome, OutcomeKind::endpoint_error);
  EXPECT_TRUE(suite.rows[1].pass);
  EXPECT_FALSE(suite.rows[2].pass);
  EXPECT_EQ(suite.rows[2].case_index, 1u);
  EXPECT_EQ(suite.rows[3].outcome, OutcomeKind::unscored);
}

// 2: the check belongs to the case and could not tell.
TEST_F(Evidence, columns_know_only_what_was_measured) {
  const auto evidence =
      of(header("r1", 3), {scored_sample({0, 0, 0}, false), failed_call({0, 1, 0}), unscored({0, 2, 0})});
  const SuiteEvidence& suite = evidence.suites.at(0);
  struct Row {
    const char* metric;
    std::vector<int> known;
    double first;
    Unit unit;
  };
  const Row rows[] = {
      {"contains", {1, 0, 2}, 0.0, Unit::share},       {"contains.pass", {1, 0, 2}, 0.0, Unit::share},
      {"size", {1, 0, 1}, 4.0, Unit::chars},           {"size.pass", {1, 0, 1}, 1.0, Unit::share},
      {"score", {1, 0, 0}, 0.0, Unit::share},          {"latency", {1, 0, 0}, 0.5, Unit::seconds},
      {"ttft", {1, 0, 0}, 0.12, Unit::seconds},        {"itl", {1, 0, 0}, 0.02, Unit::seconds},
      {"cost", {1, 0, 1}, 0.0003, Unit::usd},          {"input_tokens", {1, 0, 1}, 100, Unit::tokens},
      {"output_tokens", {1, 0, 1}, 20, Unit::tokens},  {"cached_tokens", {1, 0, 1}, 40, Unit::tokens},
      {"cache_hit_rate", {1, 0, 1}, 0.4, Unit::share},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.metric);
    const Column* column = suite.column(row.metric);
    ASSERT_NE(column, nullptr);
    EXPECT_EQ(std::vector<int>(column->known.begin(), column->known.end()), row.known);
    EXPECT_NEAR(column->values.at(0), row.first, 1e-12);
    EXPECT_EQ(column->unit, row.unit);
  }
}

TEST_F(Evidence, totals_count_all_attempts_and_money_only_where_known) {
  const auto priced = of(header("r1", 2), {scored_sample({0, 0, 0}, true), failed_call({0, 1, 0})});
  EXPECT_EQ(priced.cost.calls, 2u);
  EXPECT_EQ(priced.cost.attempts, 7u);
  EXPECT_EQ(priced.cost.input_tokens, 100u);
  EXPECT_EQ(priced.cost.output_tokens, 20u);
  ASSERT_TRUE(priced.cost.usd);
  EXPECT_NEAR(*priced.cost.usd, 0.0003, 1e-12);

  RunHeader free = header("r2", 1);
  free.price.reset();
  EXPECT_FALSE(of(free, {scored_sample({0, 0, 0}, true)}).cost.usd);

  Sample uncounted = scored_sample({0, 1, 0}, true);
  std::get<Response>(uncounted.transcript.steps[0].result).usage = {};
  const auto partly = of(header("r3", 2), {scored_sample({0, 0, 0}, true), uncounted});
  EXPECT_FALSE(partly.cost.usd);
  EXPECT_NEAR(partly.cost.least_usd, 0.0003, 1e-12) << "a budget counts what is known";
  EXPECT_EQ(partly.suites[0].column("cost")->known[1], 0);
}

TEST_F(Evidence, timing_is_over_scored_samples) {
  std::vector<Sample> samples;
  for (std::uint32_t i = 0; i < 5; ++i) {
    Sample sample = scored_sample({0, i, 0}, true);
    auto& timings = std::get<Response>(sample.transcript.steps[0].result).timings;
    timings.total = std::chrono::milliseconds(100 * (i + 1));
    timings.gaps = {std::chrono::milliseconds(10 * (i + 1))};
    samples.push_back(sample);
  }
  samples.push_back(unscored({0, 9, 0}));
  const auto evidence = of(header("r1", 6), samples);
  EXPECT_NEAR(*evidence.timing.e2e_ms.p50, 300, 0.3);
  EXPECT_NEAR(*evidence.timing.e2e_ms.p95, 480, 0.48);
  EXPECT_NEAR(*evidence.timing.ttft_ms.p99, 120, 0.12);
  EXPECT_NEAR(*evidence.timing.itl_ms.p50, 30, 0.03);
  EXPECT_DOUBLE_EQ(evidence.timing.wall_s, 12.5);
  EXPECT_EQ(evidence.timing.concurrency, 16u);
}

TEST_F(Evidence, holds_the_wanted_columns_only) {
  const std::vector<Sample> samples = {scored_sample({0, 0, 0}, false), unscored({0, 1, 0})};
  EvidenceQuery none;
  none.metrics.emplace();
  const auto bare = of(header("r1", 2), samples, whole(), none);
  EXPECT_TRUE(bare.suites[0].columns.empty());
  EXPECT_EQ(bare.suites[0].rows.size(), 2u);
  EXPECT_NEAR(*bare.timing.e2e_ms.p50, 500, 0.5) << "timing needs no column";
  EXPECT_EQ(bare.suites[0].cases[0].digest, "");

  EvidenceQuery some;
  some.metrics = {"contains.pass", "cost", "no-such-metric"};
  some.digests = true;
  const auto part = of(header("r2", 2), samples, whole(), some);
  EXPECT_EQ(names(part.suites[0]), (std::vector<std::string>{"cost", "contains.pass"}));
  EXPECT_EQ(part.suites[0].cases[0].digest, planned_case(0)->digest);
  const auto all = of(header("r3", 2), samples);
  for (const auto* metric : {"cost", "contains.pass"}) {
    EXPECT_EQ(part.suites[0].column(metric)->values, all.suites[0].column(metric)->values);
    EXPECT_EQ(part.suites[0].column(metric)->known, all.suites[0].column(metric)->known);
  }
}

TEST_F(Evidence, what_was_replayed_was_not_paid_for) {
  const auto mixed = of(header("r1", 3), {scored_sample({0, 0, 0}, true), replayed({0, 1, 0}, 1'500'000'000'000),
                                          replayed({0, 2, 0}, 1'400'000'000'000)});
  EXPECT_EQ(mixed.replayed, 2u);
  ASSERT_TRUE(mixed.oldest_replayed);
  EXPECT_EQ(mixed.oldest_replayed->unix_ms, 1'400'000'000'000);
  EXPECT_EQ(mixed.cost.calls, 3u);
  EXPECT_EQ(mixed.cost.cached, 2u);
  EXPECT_EQ(mixed.cost.attempts, 1u);
  EXPECT_EQ(mixed.cost.input_tokens, 100u);
  EXPECT_NEAR(*mixed.cost.usd, 0.0003, 1e-12);
  EXPECT_EQ(mixed.suites[0].column("cost")->known, (std::vector<std::uint8_t>{1, 1, 1})) << "a gate on cost sees usage";

  const auto offline = of(header("r2", 1), {replayed({0, 0, 0}, 1'500'000'000'000)});
  EXPECT_EQ(*offline.cost.usd, 0);
  EXPECT_EQ(of(header("r3", 1), {scored_sample({0, 0, 0}, true)}).oldest_replayed, std::nullopt);
}

TEST_F(Evidence, the_oldest_replayed_attempt_may_have_failed) {
  Sample sample = retried({0, 0, 0}, 100);
  sample.transcript.steps[0].replayed = true;
  EXPECT_EQ(of(header("r1", 2), {sample, replayed({0, 1, 0}, 1'650'000'000'000)}).oldest_replayed->unix_ms,
            1'600'000'000'000);
}

TEST_F(Evidence, retried_samples_are_counted_apart_and_left_in) {
  const auto evidence = of(header("r1", 4), {scored_sample({0, 0, 0}, true), retried({0, 1, 0}, 800),
                                             failed_call({0, 2, 0}), retried({0, 3, 0}, 900)});
  EXPECT_EQ(evidence.timing.retried, 2u) << "a sample that errored is not scored";
  EXPECT_NEAR(*evidence.timing.e2e_retried_ms.p50, 850, 0.85);
  EXPECT_NEAR(*evidence.timing.e2e_ms.p50, 800, 0.8);
}

TEST_F(Evidence, an_ending_says_load_budget_and_warm_up) {
  RunHeader run = header("r1", 2);
  run.concurrency = 0;
  Ending ending = whole();
  ending.status = RunStatus::failed;
  ending.spent = "--max-cost 1 USD";
  ending.load = 42;
  ending.warmup = {2, 3, 50, 10, 0.5};
  const auto evidence = of(run, {scored_sample({0, 0, 0}, true)}, ending);
  EXPECT_EQ(evidence.spent, "--max-cost 1 USD");
  EXPECT_FALSE(evidence.stopped);
  EXPECT_EQ(evidence.timing.concurrency, 42u) << "auto: what it was";
  EXPECT_EQ(evidence.cost.calls, 3u);
  EXPECT_EQ(evidence.cost.attempts, 4u);
  EXPECT_EQ(evidence.cost.input_tokens, 150u);
  EXPECT_EQ(evidence.cost.output_tokens, 30u);
  EXPECT_NEAR(*evidence.cost.usd, 0.5003, 1e-12);
  const auto cost = store_->cost("r1");
  ASSERT_TRUE(cost) << to_string(cost.error());
  EXPECT_EQ(cost->attempts, 4u);
  EXPECT_EQ(cost->usd, evidence.cost.usd);
}

TEST_F(Evidence, a_run_without_samples_has_nothing_measured) {
  const auto evidence = of(header("r1", 3), {});
  EXPECT_EQ(evidence.suites[0].balance.skipped, 3u);
  EXPECT_TRUE(evidence.suites[0].rows.empty());
  EXPECT_FALSE(evidence.timing.e2e_ms.p50);
  EXPECT_FALSE(evidence.timing.itl_ms.p50);
  EXPECT_FALSE(evidence.cost.usd);
  EXPECT_TRUE(evidence.served_models.empty());
}

TEST_F(Evidence, served_models_are_distinct_and_sorted) {
  std::vector<Sample> samples;
  for (std::uint32_t i = 0; i < 4; ++i) {
    samples.push_back(scored_sample({0, i, 0}, true));
    std::get<Response>(samples.back().transcript.steps[0].result).served_model = i % 2 == 0 ? "b" : "a";
  }
  EXPECT_EQ(of(header("r1", 4), samples).served_models, (std::vector<std::string>{"a", "b"}));
}

TEST_F(Evidence, suites_of_a_run_are_apart) {
  RunHeader run = header("r1", 1);
  run.suites.push_back(run.suites[0]);
  run.suites[1].id = "rivers";
  run.suites[1].planned = 2;
  const auto evidence =
      of(run, {scored_sample({1, 0, 0}, false), scored_sample({0, 0, 0}, true), scored_sample({1, 1, 0}, true)});
  ASSERT_EQ(evidence.suites.size(), 2u);
  EXPECT_EQ(evidence.suites[0].rows.size(), 1u);
  ASSERT_EQ(evidence.suites[1].rows.size(), 2u);
  EXPECT_FALSE(evidence.suites[1].rows[0].pass);
  EXPECT_EQ(evidence.suites[1].column("contains")->values[1], 1.0);
}

}  // namespace
}  // namespace assay::store
