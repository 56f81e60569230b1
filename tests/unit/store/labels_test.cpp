#include "tests/unit/store/fixture.hpp"

#include <array>

namespace assay::store {
namespace {

using test::TempDir;

Label label(std::string run, std::string case_id, std::string by, std::int64_t at) {
  Label made;
  made.suite = "capitals";
  made.case_id = std::move(case_id);
  made.run = std::move(run);
  made.sample = 1;
  made.check = "rubric";
  made.pass = true;
  made.by = std::move(by);
  made.at = {at};
  return made;
}

std::string names(const std::vector<Label>& labels) {
  std::string all;
  for (const Label& each : labels) all += each.run + "/" + each.case_id + " " + each.by + "; ";
  return all;
}

TEST(Labels, come_back_as_they_were_and_oldest_first) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  Label free = label("", "x", "ben", 1);
  free.answer = "Paris, \"of course\"";
  free.question = "capital?";
  Label score = label("r1", "b", "ana", 5);
  score.pass.reset();
  score.score = 0.25;
  ASSERT_TRUE(store->add_labels(std::array{label("r1", "a", "ana", 9), score, free, label("r2", "a", "ana", 3)}));
  const auto labels = store->labels("r1");
  ASSERT_TRUE(labels) << to_string(labels.error());
  EXPECT_EQ(names(*labels), "r1/b ana; r1/a ana; ");
  EXPECT_FALSE(labels->at(0).pass);
  EXPECT_EQ(labels->at(0).score, 0.25);
  EXPECT_EQ(labels->at(0).sample, 1u);
  EXPECT_EQ(labels->at(0).check, "rubric");
  EXPECT_EQ(labels->at(0).suite, "capitals");
  EXPECT_EQ(labels->at(0).at, WallTime{5});
  EXPECT_EQ(labels->at(1).pass, true);
  EXPECT_FALSE(labels->at(1).answer);
  const auto without = *store->labels("");
  ASSERT_EQ(without.size(), 1u);
  EXPECT_EQ(without[0].answer, free.answer);
  EXPECT_EQ(without[0].question, free.question);
}

TEST(Labels, an_equal_one_is_kept_once) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  const Label one = label("r1", "a", "ana", 1);
  Label other = one;
  other.pass = false;
  Label later = one;
  later.at = {2};
  ASSERT_TRUE(store->add_labels(std::array{one, one, other}));
  ASSERT_TRUE(store->add_labels(std::array{later, one}));
  EXPECT_EQ(store->labels("r1")->size(), 3u);
}

TEST(Labels, of_answers_hold_for_the_runs_that_score_them) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  finished_run(*store, header("r1"));
  RunHeader scored = header("s1");
  scored.kind = RunKind::scored;
  scored.origin = "r1";
  finished_run(*store, scored);
  ASSERT_TRUE(store->add_labels(
      std::array{label("s1", "b", "ben", 2), label("r1", "a", "ana", 3), label("r1", "c", "cat", 1)}));
  EXPECT_EQ(names(*store->labels("s1")), "r1/c cat; s1/b ben; r1/a ana; ");
  EXPECT_EQ(names(*store->labels("r1")), "r1/c cat; r1/a ana; ");
}

}  // namespace
}  // namespace assay::store
