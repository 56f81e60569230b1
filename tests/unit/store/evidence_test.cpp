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

class Evidence : public ::testing::Test {
 protected:
  RunEvidence of(const RunHeader& run, const std::vector<Sample>& samples) {
    boost::asio::io_context loop;
    auto writer = store_->start(run, loop.get_executor());
    EXPECT_TRUE(writer);
    for (const Sample& sample : samples) give(**writer, sample);
    EXPECT_TRUE((*writer)->close(RunStatus::finished, 12.5, std::nullopt));
    auto evidence = store_->evidence(run.id);
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
  EXPECT_NEAR(*evidence.timing.e2e_ms.p50, 300, 1e-6);
  EXPECT_NEAR(*evidence.timing.e2e_ms.p95, 480, 1e-6);
  EXPECT_NEAR(*evidence.timing.ttft_ms.p99, 120, 1e-6);
  EXPECT_NEAR(*evidence.timing.itl_ms.p50, 30, 0.03);
  EXPECT_DOUBLE_EQ(evidence.timing.wall_s, 12.5);
  EXPECT_EQ(evidence.timing.concurrency, 16u);
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
