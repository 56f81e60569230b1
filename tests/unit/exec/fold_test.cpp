#include "runner/exec/case/fold.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::exec {
namespace {

struct Check {
  ScoreState state;
  bool required = true;
  double weight = 1;
  Unit unit = Unit::share;
  Direction better = Direction::up;
};

Outcome folded(const std::vector<Check>& checks) {
  std::vector<std::shared_ptr<const CompiledCheck>> compiled;
  std::vector<Score> scores;
  for (const auto& check : checks) {
    CompiledCheck c;
    c.required = check.required;
    c.weight = check.weight;
    c.unit = check.unit;
    c.better = check.better;
    compiled.push_back(std::make_shared<const CompiledCheck>(std::move(c)));
    scores.push_back(Score{check.state, {}});
  }
  return fold(compiled, scores);
}

const ScoreState kPass = Scored{1, true};
const ScoreState kFail = Scored{0, false};
const ScoreState kUnsure = Unscored{"unsure"};
const ScoreState kBroken = Error{ErrorKind::judge, "broken", {}, {}};

TEST(Fold, is_a_three_valued_and_over_the_required_checks) {
  struct Row {
    const char* what;
    std::vector<Check> checks;
    const char* outcome;
    bool pass = false;
  };
  const Row rows[] = {
      {"no check", {}, "scored", true},
      {"all pass", {{kPass}, {kPass}}, "scored", true},
      {"one fails", {{kPass}, {kFail}}, "scored", false},
      {"a failure beats an unscored one before it", {{kUnsure}, {kFail}}, "scored", false},
      {"a failure beats a broken judge before it", {{kBroken}, {kFail}}, "scored", false},
      {"a broken judge beats an unscored one before it", {{kUnsure}, {kBroken}}, "judge_error"},
      {"unscored beats a pass", {{kPass}, {kUnsure}}, "unscored"},
      {"a check that is not required decides nothing", {{kPass}, {kFail, false}}, "scored", true},
      {"nor if it is broken", {{kPass}, {kBroken, false}}, "scored", true},
      {"nor if it is unscored", {{kPass}, {kUnsure, false}}, "scored", true},
      {"none is required", {{kFail, false}}, "scored", true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const auto outcome = folded(row.checks);
    EXPECT_EQ(name(outcome), row.outcome);
    if (const auto* scored = std::get_if<outcome::Scored>(&outcome)) {
      EXPECT_EQ(scored->pass, row.pass);
    }
  }
}

TEST(Fold, carries_the_reason_of_the_first_check_that_could_not_tell) {
  const auto unscored = folded({{kUnsure}, {Unscored{"later"}}});
  EXPECT_EQ(std::get<outcome::Unscored>(unscored).why, "unsure");
  const auto broken = folded({{kBroken}, {Error{ErrorKind::judge, "later", {}, {}}}});
  EXPECT_EQ(std::get<outcome::JudgeError>(broken).error.message, "broken");
}

TEST(Fold, scores_the_weighted_mean_of_shares) {
  struct Row {
    const char* what;
    std::vector<Check> checks;
    double score;
  };
  const Row rows[] = {
      {"weights", {{Scored{1, true}, true, 3}, {Scored{0, false}, true, 1}}, 0.75},
      {"other units do not count", {{Scored{0.5, true}}, {Scored{700, true}, true, 1, Unit::chars}}, 0.5},
      {"no share: a pass is 1", {{Scored{700, true}, true, 1, Unit::chars}}, 1},
      {"no share: a failure is 0", {{Scored{9, false}, true, 1, Unit::seconds}}, 0},
      {"one that is not required counts", {{Scored{1, true}}, {Scored{0, false}, false}}, 0.5},
      {"one that could not tell does not", {{Scored{0, false}}, {kUnsure}, {Scored{1, true}}}, 0.5},
      {"of a share that is better low, what is left of 1",
       {{Scored{1, true}}, {Scored{0.25, false}, true, 1, Unit::share, Direction::down}},
       0.875},
      {"no weight at all", {{Scored{0.3, true}, true, 0}}, 1},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    EXPECT_DOUBLE_EQ(std::get<outcome::Scored>(folded(row.checks)).score, row.score);
  }
}

}  // namespace
}  // namespace assay::exec
