#include "tests/unit/store/fixture.hpp"

namespace assay::store {
namespace {

using test::TempDir;

class Baselines : public ::testing::Test {
 protected:
  void add(const std::string& id, std::int64_t started = 0, RunKind kind = RunKind::measured,
           const std::string& origin = "") {
    RunHeader run = header(id);
    run.started.unix_ms += started;
    run.kind = kind;
    run.origin = origin;
    finished_run(*store_, run);
  }

  TempDir dir_;
  std::unique_ptr<Store> store_ = open(dir_ / "h.db");
};

std::vector<std::string> runs_of(const Result<std::vector<BaselineRow>>& rows) {
  std::vector<std::string> runs;
  if (!rows) return {to_string(rows.error())};
  for (const BaselineRow& row : *rows) runs.push_back(row.name + ":" + row.run);
  return runs;
}

using Names = std::vector<std::string>;

TEST_F(Baselines, a_series_is_appended_to_and_each_run_stands_once_where_it_was_set_last) {
  for (const char* id : {"a1", "a2", "a3"}) add(id);
  ASSERT_TRUE(store_->add_baseline({"main", "a1", {10}, ""}));
  ASSERT_TRUE(store_->add_baseline({"main", "a2", {20}, "the gate was wrong"}));
  ASSERT_TRUE(store_->add_baseline({"ga", "a3", {30}, ""}));
  EXPECT_EQ(runs_of(store_->baselines("main")), (Names{"main:a2", "main:a1"}));
  EXPECT_EQ(store_->baselines("main")->front().reason, "the gate was wrong");
  EXPECT_EQ(store_->baselines("main")->front().at, WallTime{20});
  ASSERT_TRUE(store_->add_baseline({"main", "a1", {40}, "again"}));
  EXPECT_EQ(runs_of(store_->baselines("main")), (Names{"main:a1", "main:a2"}));
  EXPECT_EQ(store_->baselines("main")->front().reason, "again");
  EXPECT_EQ(runs_of(store_->baselines(std::nullopt)), (Names{"ga:a3", "main:a1", "main:a2"}));
  EXPECT_EQ(runs_of(store_->baselines("other")), Names{});
  EXPECT_EQ(runs_of(open(dir_ / "h.db")->baselines("ga")), Names{"ga:a3"});
}

TEST_F(Baselines, a_run_that_is_not_there_and_a_name_that_means_something_else_are_refused) {
  add("a1");
  auto missing = store_->add_baseline({"main", "a", {10}, ""});  // no prefix
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::not_found);
  for (const char* name : {"", "latest", "commit=abc"}) {
    SCOPED_TRACE(name);
    auto refused = store_->add_baseline({name, "a1", {10}, ""});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  }
  EXPECT_TRUE(store_->baselines(std::nullopt)->empty());
}

TEST_F(Baselines, a_name_is_a_run_after_an_exact_id_and_before_the_beginning_of_one) {
  for (const char* id : {"a1", "a2", "b1"}) add(id);
  ASSERT_TRUE(store_->add_baseline({"main", "a1", {10}, ""}));
  ASSERT_TRUE(store_->add_baseline({"main", "a2", {20}, ""}));
  ASSERT_TRUE(store_->add_baseline({"b", "a1", {10}, ""}));
  ASSERT_TRUE(store_->add_baseline({"a2", "b1", {10}, ""}));
  struct Row {
    const char* asked;
    const char* found;
  };
  for (const Row& row : {Row{"main", "a2"}, Row{"b", "a1"}, Row{"a2", "a2"}, Row{"b1", "b1"}}) {
    SCOPED_TRACE(row.asked);
    const auto found = store_->find(row.asked, false);
    ASSERT_TRUE(found) << to_string(found.error());
    EXPECT_EQ(found->header.id, row.found);
  }
  EXPECT_FALSE(store_->find("mai", false));  // a name has no short form
}

TEST_F(Baselines, runs_that_score_a_run_anew_are_found_newest_first) {
  add("m1");
  add("s1", 10, RunKind::scored, "m1");
  add("s2", 20, RunKind::scored, "m1");
  add("s3", 30, RunKind::scored, "s2");
  add("c1", 40, RunKind::calibration, "m1");
  const auto scored = store_->scored_of("m1");
  ASSERT_TRUE(scored);
  ASSERT_EQ(scored->size(), 2u);
  EXPECT_EQ(scored->at(0).header.id, "s2");
  EXPECT_EQ(scored->at(1).header.id, "s1");
  EXPECT_TRUE(store_->scored_of("s3")->empty());
}

}  // namespace
}  // namespace assay::store
