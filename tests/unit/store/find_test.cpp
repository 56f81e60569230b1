#include "tests/unit/store/fixture.hpp"

namespace assay::store {
namespace {

using test::TempDir;

class Find : public ::testing::Test {
 protected:
  void SetUp() override {
    add("ab-1", 100, RunStatus::finished, "one");
    add("ab-2", 200, RunStatus::failed, "two");
    add("cd-3", 300, RunStatus::interrupted, "two");
  }

  void add(const char* id, std::int64_t started, RunStatus status, const char* commit) {
    RunHeader run = header(id);
    run.started = {started};
    run.meta = {{"commit", commit}, {"branch", "main"}};
    finished_run(*store_, run, 2, 0, status);
  }

  std::string found(std::string_view text, bool unfinished) {
    auto run = store_->find(text, unfinished);
    return run ? run->header.id : "error: " + run.error().message + "; " + run.error().hint;
  }

  TempDir dir_;
  std::unique_ptr<Store> store_ = open(dir_ / "h.db");
};

TEST_F(Find, a_run_as_a_person_writes_it) {
  struct Row {
    const char* text;
    bool unfinished;
    const char* id;
  };
  const Row rows[] = {
      {"ab-1", false, "ab-1"},        {"ab-1", true, "ab-1"},       {"cd", false, "cd-3"},
      {"latest", false, "ab-2"},      {"latest", true, "cd-3"},     {"commit=one", false, "ab-1"},
      {"branch=main", false, "ab-2"}, {"commit=two", true, "cd-3"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(found(row.text, row.unfinished), row.id);
  }
}

TEST_F(Find, of_a_pair_the_candidate_is_meant) {
  RunHeader baseline = header("ef-4");
  baseline.started = {400};
  baseline.meta = {{"commit", "two"}};
  baseline.baseline = true;
  finished_run(*store_, baseline, 2, 0, RunStatus::finished);
  EXPECT_EQ(found("latest", false), "ab-2");
  EXPECT_EQ(found("commit=two", false), "ab-2");
  EXPECT_EQ(found("ef-4", false), "ef-4") << "by its own id it is found";
}

TEST_F(Find, a_calibration_is_found_by_its_id_only) {
  RunHeader calibration = header("ef-4");
  calibration.started = {400};
  calibration.meta = {{"commit", "two"}};
  calibration.kind = RunKind::calibration;
  finished_run(*store_, calibration, 2, 0, RunStatus::finished);
  calibration.id = "gh-5";
  finished_run(*store_, calibration, 2, 0, RunStatus::interrupted);
  RunHeader scored = header("ij-6");
  scored.started = {250};
  scored.kind = RunKind::scored;
  scored.origin = "ab-1";
  finished_run(*store_, scored, 2, 0, RunStatus::finished);
  EXPECT_EQ(found("latest", false), "ij-6");
  EXPECT_EQ(found("latest", true), "cd-3");
  EXPECT_EQ(found("commit=two", false), "ab-2");
  EXPECT_EQ(found("ef", false), "ef-4");
  std::vector<std::string> ids;
  for (const RunRow& run : *store_->history("capitals", 10)) ids.push_back(run.header.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"cd-3", "ij-6", "ab-2", "ab-1"}));
}

TEST_F(Find, what_is_not_there_is_answered_with_what_is) {
  struct Row {
    const char* text;
    bool unfinished;
    ErrorKind kind;
    const char* says;
  };
  const Row rows[] = {
      {"ab", false, ErrorKind::usage, "'ab' is the beginning of 2 runs"},
      {"ab-9", false, ErrorKind::not_found, "did you mean 'ab-"},
      {"nothing-like-it", false, ErrorKind::not_found, "the history holds cd-3 (interrupted, 1970-01-01T00:00:00Z)"},
      {"commit=nine", false, ErrorKind::not_found, "no finished run with commit=nine"},
      {"", false, ErrorKind::usage, "RUN is empty"},
      {"x\x1b[31m", false, ErrorKind::not_found, "there is no run"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    auto run = store_->find(row.text, row.unfinished);
    ASSERT_FALSE(run);
    EXPECT_EQ(run.error().kind, row.kind);
    const std::string text = to_string(run.error());
    EXPECT_NE(text.find(row.says), std::string::npos) << text;
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
  }
}

TEST_F(Find, a_whole_id_wins_over_a_longer_one) {
  add("ab", 50, RunStatus::finished, "x");
  EXPECT_EQ(found("ab", false), "ab");
}

TEST_F(Find, history_is_newest_first_and_by_suite) {
  RunHeader other = header("zz");
  other.started = {50};
  other.suites[0].id = "rivers";
  finished_run(*store_, other);
  auto all = store_->history(std::nullopt, 10);
  ASSERT_TRUE(all);
  std::vector<std::string> ids;
  for (const RunRow& run : *all) ids.push_back(run.header.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"cd-3", "ab-2", "ab-1", "zz"}));
  EXPECT_EQ(store_->history("rivers", 10)->size(), 1u);
  EXPECT_EQ(store_->history(std::nullopt, 2)->size(), 2u);
}

TEST(Runs, a_header_comes_back_as_it_was) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  RunHeader run = header("r1");
  run.where = {{"severity", "critical"}};
  run.limit = 7;
  run.expected_served = "small-1";
  run.sealed = {42};
  run.api = "openai-chat";
  run.shard = Shard{2, 5};
  run.beside = "r0";
  run.baseline = true;
  run.kind = RunKind::scored;
  run.origin = "r-first";
  run.judges = {
      {"strict", "sha256:j", "openai-chat", "judge-1", "https://llm.example.com/v1", R"({"seed":1})", Price{1, 2, 0.5}},
      {"plain", "sha256:k", "openai-chat", "judge-2", "stub:j.yaml", "{}", std::nullopt}};
  run.suites[0].judged = {{"rubric", false, {"strict", "sha256:j", "sha256:p"}, "judge-1"}};
  run.suites[0].params_text = R"({"temperature":0})";
  run.suites[0].whole = 40;
  finished_run(*store, run, 4, 1);
  auto row = store->find("r1", false);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->header.meta, run.meta);
  EXPECT_EQ(row->header.where, run.where);
  EXPECT_EQ(row->header.limit, run.limit);
  EXPECT_EQ(row->header.expected_served, run.expected_served);
  EXPECT_EQ(row->header.seed, run.seed);
  EXPECT_EQ(row->header.sealed, run.sealed);
  EXPECT_EQ(row->header.options, run.options);
  ASSERT_TRUE(row->header.price);
  EXPECT_EQ(row->header.price->output_per_mtok, 10.0);
  EXPECT_FALSE(row->header.price->cached_per_mtok);
  EXPECT_EQ(row->header.api, run.api);
  EXPECT_EQ(row->header.shard, run.shard);
  EXPECT_EQ(row->header.beside, run.beside);
  EXPECT_TRUE(row->header.baseline);
  EXPECT_EQ(row->header.kind, RunKind::scored);
  EXPECT_EQ(row->header.origin, "r-first");
  ASSERT_EQ(row->header.judges.size(), 2u);
  EXPECT_EQ(row->header.judges[0].name, "strict");
  EXPECT_EQ(row->header.judges[0].digest, "sha256:j");
  EXPECT_EQ(row->header.judges[0].url, "https://llm.example.com/v1");
  EXPECT_EQ(row->header.judges[0].params, R"({"seed":1})");
  EXPECT_EQ(row->header.judges[0].price->cached_per_mtok, 0.5);
  EXPECT_EQ(row->header.judges[1].model, "judge-2");
  EXPECT_FALSE(row->header.judges[1].price);
  ASSERT_EQ(row->header.suites.at(0).judged.size(), 1u);
  const JudgedMetric& judged = row->header.suites[0].judged[0];
  EXPECT_EQ(judged.metric, "rubric");
  EXPECT_FALSE(judged.required);
  EXPECT_EQ(judged.use, run.suites[0].judged[0].use);
  EXPECT_EQ(judged.model, "judge-1");
  EXPECT_EQ(store->evidence("r1", {})->suites.at(0).judged.size(), 1u);
  ASSERT_EQ(row->header.suites.size(), 1u);
  EXPECT_EQ(row->header.suites[0].params_text, run.suites[0].params_text);
  EXPECT_EQ(row->header.suites[0].whole, 40u);
  EXPECT_EQ(row->header.suites[0].floor, 0.8);
  ASSERT_EQ(row->header.suites[0].metrics.size(), 2u);
  EXPECT_EQ(row->header.suites[0].metrics[1].unit, Unit::chars);
  EXPECT_EQ(row->status, RunStatus::finished);
  EXPECT_EQ(row->finished, 4u);
  EXPECT_DOUBLE_EQ(row->wall_s, 1.5);
  EXPECT_TRUE(row->ended);
  EXPECT_FALSE(row->verdict);
}

TEST(Runs, the_newest_verdict_counts_and_older_ones_stay) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  finished_run(*store, header("r1"));
  EXPECT_EQ(*store->verdict_text("r1"), "");
  Verdict verdict;
  verdict.run = "r1";
  verdict.kind = VerdictKind::block;
  verdict.decision = "sha256:1";
  verdict.reasons = {"not utf-8: \xff"};
  ASSERT_TRUE(store->add_verdict("r1", verdict));
  verdict.kind = VerdictKind::pass;
  ASSERT_TRUE(store->add_verdict("r1", verdict));
  EXPECT_EQ(store->find("r1", false)->verdict, "PASS");
  EXPECT_NE(store->verdict_text("r1")->find("\"PASS\""), std::string::npos);
  EXPECT_FALSE(store->add_verdict("r2", verdict));
}

}  // namespace
}  // namespace assay::store
