#include "tests/unit/store/judged.hpp"

#include <array>

namespace assay::store {
namespace {

using test::TempDir;

ScoreEdit edit(std::string case_id, std::string metric, bool pass, std::int64_t at = 1,
               std::optional<double> value = std::nullopt) {
  return {"capitals", std::move(case_id), 0, std::move(metric), pass, value, "read it", "ana", {at}};
}

class Edits : public ::testing::Test {
 protected:
  /// Of five cases: passes, fails, could not be told, a judge that erred, the endpoint failed. `size` is not required.
  void SetUp() override {
    std::vector<Sample> samples;
    for (std::uint32_t i = 0; i < 5; ++i) samples.push_back(judged_sample({0, i, 0}, i == 0));
    samples[2].scores[0] = {Unscored{"no verdict"}, "", ""};
    samples[2].outcome = outcome::Unscored{"no verdict"};
    const Error error{ErrorKind::judge, "the judge is down", "start it"};
    samples[3].scores = {{error, "", ""}, {Unscored{"empty"}, "", ""}};
    samples[3].outcome = outcome::JudgeError{error};
    samples[4].scores.clear();
    samples[4].outcome = outcome::EndpointError{error};
    write(*store_, judged_header("r1"), samples);
  }

  void change(const std::vector<ScoreEdit>& edits) {
    const auto done = store_->edit_scores("r1", edits);
    ASSERT_TRUE(done) << to_string(done.error());
  }
  std::string refused(const ScoreEdit& edit) {
    const auto done = store_->edit_scores("r1", std::array{edit});
    EXPECT_FALSE(done);
    if (done) return "";
    EXPECT_EQ(done.error().kind, ErrorKind::usage);
    return to_string(done.error());
  }
  RunEvidence evidence() { return *store_->evidence("r1", {}); }
  std::vector<StoredSample> samples(bool failures_first = false) {
    std::vector<StoredSample> all;
    EXPECT_TRUE(store_->samples("r1", {.failures_first = failures_first}, [&](const StoredSample& sample) {
      all.push_back(sample);
      return true;
    }));
    return all;
  }

  TempDir dir_;
  std::unique_ptr<Store> store_ = open(dir_ / "h.db");
};

TEST_F(Edits, change_the_score_and_what_its_sample_comes_to) {
  change({edit("case-0", "rubric", false), edit("case-1", "rubric", true, 1, 0.75), edit("case-2", "rubric", true)});
  const auto after = evidence();
  EXPECT_EQ(after.edited, 3u);
  const SuiteEvidence& suite = after.suites.at(0);
  ASSERT_EQ(suite.rows.size(), 5u);
  EXPECT_FALSE(suite.rows[0].pass);
  EXPECT_TRUE(suite.rows[1].pass);
  EXPECT_EQ(suite.rows[2].outcome, OutcomeKind::scored) << "what a judge could not tell, a person can";
  EXPECT_TRUE(suite.rows[2].pass);
  const Column* rubric = suite.column("rubric");
  EXPECT_EQ(rubric->values, (std::vector<double>{0, 0.75, 1, 0, 0}));
  EXPECT_EQ(rubric->known, (std::vector<std::uint8_t>{1, 1, 1, 2, 0}));
  EXPECT_EQ(suite.column("rubric.pass")->values, (std::vector<double>{0, 1, 1, 0, 0}));
  EXPECT_EQ(suite.column("score")->values, (std::vector<double>{0, 0.75, 1, 0, 0})) << "the only share is the score";
  EXPECT_EQ(suite.column("latency")->known, (std::vector<std::uint8_t>{1, 1, 1, 0, 0}));
  EXPECT_TRUE(suite.balance.holds());
  EXPECT_EQ(suite.balance.scored, 3u);
  EXPECT_EQ(suite.balance.unscored, 0u);
  EXPECT_EQ(suite.balance.errored, 2u);
}

TEST_F(Edits, are_shown_with_who_and_why) {
  change({edit("case-0", "rubric", false), edit("case-2", "rubric", true)});
  const auto all = samples();
  ASSERT_EQ(all.size(), 5u);
  EXPECT_FALSE(std::get<outcome::Scored>(all[0].outcome).pass);
  EXPECT_EQ(std::get<Scored>(all[0].scores.at(0).score.state).value, 0);
  EXPECT_EQ(all[0].scores[0].score.why, "changed by ana: read it");
  EXPECT_EQ(all[0].scores[0].score.details, R"({"votes":[5,4]})");
  EXPECT_EQ(std::get<Scored>(all[0].scores.at(1).score.state).value, 5) << "the other score stays";
  EXPECT_TRUE(std::get<outcome::Scored>(all[2].outcome).pass);
  EXPECT_EQ(std::get<outcome::JudgeError>(all[3].outcome).error.hint, "start it");
  std::vector<std::uint32_t> order;
  for (const StoredSample& sample : samples(true)) order.push_back(sample.unit.ordinal);
  EXPECT_EQ(order, (std::vector<std::uint32_t>{0, 1, 4, 3, 2})) << "failures first, as they are now";
}

TEST_F(Edits, the_newest_counts_and_older_ones_stay) {
  change({edit("case-1", "rubric", true, 7, 0.5)});
  change({edit("case-1", "rubric", false, 3)});
  EXPECT_TRUE(evidence().suites[0].rows[1].pass) << "newest by its moment";
  change({edit("case-1", "rubric", false, 7)});
  EXPECT_FALSE(evidence().suites[0].rows[1].pass) << "of one moment, the one that was added last";
  EXPECT_EQ(evidence().suites[0].column("rubric")->values[1], 0);
  EXPECT_EQ(evidence().edited, 1u);
  const auto all = *store_->score_edits("r1");
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].at, WallTime{3});
  EXPECT_EQ(all[1].value, 0.5);
  EXPECT_EQ(all[1].case_id, "case-1");
  EXPECT_EQ(all[1].by, "ana");
  EXPECT_EQ(all[1].reason, "read it");
  EXPECT_EQ(all[1].suite, "capitals");
}

TEST_F(Edits, of_a_score_that_is_not_required_leave_the_sample_as_it_is) {
  change({edit("case-0", "size", false), edit("case-1", "size", true, 1, 9)});
  const auto after = evidence();
  EXPECT_TRUE(after.suites[0].rows[0].pass);
  EXPECT_FALSE(after.suites[0].rows[1].pass);
  EXPECT_EQ(after.suites[0].column("size")->values[0], 5) << "its value stays as it was scored";
  EXPECT_EQ(after.suites[0].column("size.pass")->values[0], 0);
  EXPECT_EQ(after.suites[0].column("size")->values[1], 9);
}

TEST_F(Edits, a_proven_failure_decides_over_a_judge_that_erred) {
  std::vector<Sample> more;
  for (std::uint32_t i = 0; i < 2; ++i) {
    Sample sample = judged_sample({0, i, 0}, true);
    auto kase = std::make_shared<PlannedCase>(*sample.kase);
    kase->checks = {check("rubric", "rubric"), check("facts", "facts")};
    sample.kase = kase;
    sample.scores = {{Unscored{"empty"}, "", ""}, {Error{ErrorKind::judge, "down", "start it"}, "", ""}};
    sample.outcome = outcome::JudgeError{Error{ErrorKind::judge, "down", "start it"}};
    more.push_back(sample);
  }
  write(*store_, judged_header("r2"), more);
  ASSERT_TRUE(store_->edit_scores("r2", std::array{edit("case-0", "rubric", false), edit("case-1", "rubric", true)}));
  const auto after = *store_->evidence("r2", {});
  EXPECT_EQ(after.suites[0].rows[0].outcome, OutcomeKind::scored);
  EXPECT_FALSE(after.suites[0].rows[0].pass);
  EXPECT_EQ(after.suites[0].rows[1].outcome, OutcomeKind::judge_error) << "the other check still could not tell";
}

TEST_F(Edits, a_weighted_score_is_weighed_again) {
  auto half = std::make_shared<CompiledCheck>(*check("facts", "facts"));
  half->weight = 3;
  Sample sample = judged_sample({0, 0, 0}, true);
  auto kase = std::make_shared<PlannedCase>(*sample.kase);
  kase->checks = {check("rubric", "rubric"), half};
  sample.kase = kase;
  sample.scores = {{Scored{1, true}, "", ""}, {Scored{1, true}, "", ""}};
  write(*store_, judged_header("r2"), {sample});
  ASSERT_TRUE(store_->edit_scores("r2", std::array{edit("case-0", "rubric", false)}));
  EXPECT_EQ(store_->evidence("r2", {})->suites[0].column("score")->values[0], 0.75);
}

TEST_F(Edits, only_columns_that_are_wanted_are_changed) {
  change({edit("case-0", "rubric", false)});
  EvidenceQuery query;
  query.metrics = std::set<std::string, std::less<>>{"size"};
  auto some = store_->evidence("r1", query);
  ASSERT_TRUE(some) << to_string(some.error());
  EXPECT_EQ(some->suites[0].columns.size(), 1u);
  EXPECT_FALSE(some->suites[0].rows[0].pass);
}

TEST_F(Edits, of_what_the_run_has_not_are_refused_by_name) {
  ScoreEdit elsewhere = edit("case-0", "rubric", true);
  elsewhere.suite = "rivers";
  ScoreEdit other_sample = edit("case-0", "rubric", true);
  other_sample.sample = 4;
  const std::pair<ScoreEdit, const char*> rows[] = {
      {elsewhere, "the run has no such suite"},
      {edit("case-9", "rubric", true),
       "'rubric' of capitals/case-9, sample 0, cannot be changed: the run has no such case"},
      {other_sample, "the sample has no scores"},
      {edit("case-4", "rubric", true), "the sample has no scores"},
      {edit("case-0", "colour", true), "it has rubric, size"},
      {edit("case-0", "rubric", true, 1, 1.5), "1.5 is no share"},
      {edit("case-3", "size", true), "no value that could stay"},
  };
  for (const auto& [wrong, says] : rows) {
    const std::string text = refused(wrong);
    EXPECT_NE(text.find(says), std::string::npos) << text;
  }
  const auto both = std::array{edit("case-0", "rubric", false), edit("case-9", "rubric", true)};
  EXPECT_FALSE(store_->edit_scores("r1", both));
  EXPECT_TRUE(store_->score_edits("r1")->empty()) << "all of them or none";
  EXPECT_FALSE(store_->edit_scores("r9", both));
}

}  // namespace
}  // namespace assay::store
