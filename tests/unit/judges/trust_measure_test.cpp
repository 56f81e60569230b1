#include <assay/judges/measure.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace assay::judges {
namespace {

Label label(bool pass) {
  Label said;
  said.pass = pass;
  return said;
}

Label label(double score) {
  Label said;
  said.score = score;
  return said;
}

Score says(bool pass) {
  return Score{Scored{pass ? 1.0 : 0.0, pass}, {}, {}};
}

Score says(double value) {
  return Score{Scored{value, value >= 0.5}, {}, {}};
}

LabelledAnswer judged(bool people, std::vector<Score> repeats) {
  return LabelledAnswer{.labels = {label(people)}, .repeats = std::move(repeats), .tags = {}, .chars = 0};
}

void add(std::vector<LabelledAnswer>& to, int times, const LabelledAnswer& answer) {
  to.insert(to.end(), static_cast<std::size_t>(times), answer);
}

Measurement measured(const std::vector<LabelledAnswer>& answers, const PeopleScale& scale = {}) {
  return measure(Trust{}, scale, answers);
}

// The table of 50 grant proposals of Wikipedia's "Cohen's kappa": 20 and 15 agree, κ = 0.4.
TEST(MeasureTrust, counts_decisions_and_gives_a_published_kappa) {
  std::vector<LabelledAnswer> answers;
  add(answers, 20, judged(true, {says(true)}));
  add(answers, 5, judged(true, {says(false)}));
  add(answers, 10, judged(false, {says(true)}));
  add(answers, 15, judged(false, {says(false)}));
  add(answers, 2, judged(false, {Score{Unscored{"no verdict"}, {}, {}}}));
  add(answers, 3, judged(false, {Score{Error{ErrorKind::timeout, "too slow"}, {}, {}}}));
  add(answers, 1, judged(true, {}));
  const auto [trust, undecided, failed] = measured(answers);
  EXPECT_EQ(trust.all.true_pass, 20U);
  EXPECT_EQ(trust.all.false_fail, 5U);
  EXPECT_EQ(trust.all.false_pass, 10U);
  EXPECT_EQ(trust.all.true_fail, 15U);
  EXPECT_EQ(trust.all.unscored, 2U);
  EXPECT_EQ(failed, 4U) << "not the judge's word, and in no rate";
  EXPECT_EQ(undecided, 0U);
  EXPECT_NEAR(*trust.kappa, 0.4, 1e-12);
  EXPECT_NEAR(*trust.all.sensitivity(), 0.8, 1e-12);
  EXPECT_NEAR(*trust.all.specificity(), 0.6, 1e-12);
}

TEST(MeasureTrust, says_who_was_measured) {
  Trust of;
  of.use.judge = "strict";
  of.suite = "capitals";
  of.injections = 90;
  of.all.true_pass = 7;  // of an earlier measurement
  const auto trust = measure(of, {}, std::vector{judged(true, {says(true)})}).trust;
  EXPECT_EQ(trust.use.judge, "strict");
  EXPECT_EQ(trust.suite, "capitals");
  EXPECT_EQ(trust.injections, 90U);
  EXPECT_EQ(trust.all.true_pass, 1U);
}

// Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, section A: ten articles, two observers, α = 0.095.
TEST(MeasureTrust, alpha_over_pass_is_krippendorff_s_binary_example) {
  const std::array<bool, 10> people{false, true, false, false, false, false, false, false, true, false};
  const std::array<bool, 10> judge{true, true, true, false, false, true, false, false, false, false};
  std::vector<LabelledAnswer> answers;
  for (std::size_t i = 0; i < people.size(); ++i) answers.push_back(judged(people[i], {says(judge[i])}));
  EXPECT_NEAR(*measured(answers).trust.alpha, 1 - 19.0 * 4 / (14 * 6), 1e-12);

  std::vector<LabelledAnswer> among_people;
  for (std::size_t i = 0; i < people.size(); ++i) {
    among_people.push_back({.labels = {label(people[i]), label(judge[i])}, .repeats = {}, .tags = {}});
  }
  EXPECT_NEAR(*measured(among_people).trust.people_alpha, 0.095, 5e-4);
}

TEST(MeasureTrust, alpha_is_over_scores_where_people_scored_every_answer) {
  // People score 1…5, the judge 0…1: in the same order throughout, so that ranks agree although values do not.
  std::vector<LabelledAnswer> answers;
  for (int i = 1; i <= 5; ++i) {
    answers.push_back(
        LabelledAnswer{.labels = {label(static_cast<double>(i))}, .repeats = {says((i - 1) / 4.0)}, .tags = {}});
  }
  const PeopleScale scale{.low = 1, .high = 5, .pass_mark = 3};
  auto trust = measured(answers, scale).trust;
  EXPECT_EQ(trust.all.true_pass, 3U) << "3 and better pass";
  EXPECT_EQ(trust.all.true_fail, 2U);
  EXPECT_NEAR(*trust.alpha, 1, 1e-12);
  answers[0].repeats = {says(0.25)};
  trust = measured(answers, scale).trust;
  EXPECT_LT(*trust.alpha, 1) << "passes agree, scores do not";
  EXPECT_GT(*trust.alpha, 0.8);
  answers.push_back(judged(true, {says(true)}));
  EXPECT_EQ(*measured(answers, scale).trust.alpha, 1) << "one label without a score: over pass";
}

TEST(MeasureTrust, people_decide_by_majority_and_may_be_undecided) {
  struct Row {
    const char* what;
    std::vector<Label> labels;
    PeopleScale scale;
    Confusion counts;
    std::uint64_t undecided;
  };
  const PeopleScale marked{.low = 1, .high = 5, .pass_mark = 4};
  const Row rows[] = {
      {"two of three", {label(true), label(true), label(false)}, {}, {.true_pass = 1}, 0},
      {"one of three", {label(true), label(false), label(false)}, {}, {.false_pass = 1}, 0},
      {"a tie", {label(true), label(false)}, {}, {}, 1},
      {"no label", {}, {}, {}, 1},
      {"scores without a pass mark", {label(5.0)}, {.low = 1, .high = 5}, {}, 1},
      {"at the mark", {label(4.0)}, marked, {.true_pass = 1}, 0},
      {"below the mark", {label(3.9)}, marked, {.false_pass = 1}, 0},
      {"pass and score count alike", {label(5.0), label(true), label(1.0)}, marked, {.true_pass = 1}, 0},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const auto [trust, undecided, failed] = measured({{.labels = row.labels, .repeats = {says(true)}}}, row.scale);
    EXPECT_EQ(trust.all.true_pass, row.counts.true_pass);
    EXPECT_EQ(trust.all.false_pass, row.counts.false_pass);
    EXPECT_EQ(undecided, row.undecided);
    EXPECT_EQ(failed, 0U);
  }
}

TEST(MeasureTrust, the_first_repeat_that_reached_the_judge_decides) {
  const Score down = Score{Error{ErrorKind::unavailable, "down"}, {}, {}};
  const Score dumb = Score{Unscored{"no verdict"}, {}, {}};
  EXPECT_EQ(measured({judged(true, {says(false), says(true), says(true)})}).trust.all.false_fail, 1U)
      << "not the majority of repeats";
  EXPECT_EQ(measured({judged(true, {down, says(true)})}).trust.all.true_pass, 1U);
  EXPECT_EQ(measured({judged(true, {dumb, says(true)})}).trust.all.unscored, 1U);
}

TEST(MeasureTrust, self_consistency_counts_pairs_of_repeats) {
  // 3 repeats: 1 of 3 pairs agrees; 2 repeats: the one pair agrees; single and unscored ones give no pair. 2 of 4.
  const std::vector<LabelledAnswer> answers{judged(true, {says(true), says(true), says(false)}),
                                            judged(false, {says(false), says(false)}), judged(true, {says(true)}),
                                            judged(true, {says(true), Score{Unscored{"?"}, {}, {}}})};
  EXPECT_NEAR(*measured(answers).trust.self_consistency, 0.5, 1e-12);
  EXPECT_FALSE(measured({judged(true, {says(true)})}).trust.self_consistency);
}

// Shrout and Fleiss 1979, Intraclass correlations, tables 2 and 3: six targets, four ratings each; one-way mean squares
// between 11.24, within 6.26.
TEST(MeasureTrust, variance_is_split_as_in_a_published_analysis) {
  const double ratings[6][4] = {{9, 2, 5, 8}, {6, 1, 3, 2}, {8, 4, 6, 8}, {7, 1, 2, 6}, {10, 5, 6, 9}, {6, 2, 4, 7}};
  std::vector<LabelledAnswer> answers;
  for (const auto& row : ratings) {
    auto& answer = answers.emplace_back(judged(true, {}));
    for (const double value : row) answer.repeats.push_back(says(value));
  }
  const auto trust = measured(answers).trust;
  EXPECT_NEAR(*trust.judge_variance, 6.26, 0.005);
  EXPECT_NEAR(*trust.answer_variance, (11.24 - 6.26) / 4, 0.005);
}

TEST(MeasureTrust, variance_edges) {
  struct Row {
    const char* what;
    std::vector<LabelledAnswer> answers;
    std::optional<double> judge, answer;
  };
  const Row rows[] = {
      {"no repeats", {judged(true, {says(0.1)}), judged(true, {says(0.9)})}, {}, {}},
      {"one answer", {judged(true, {says(0.0), says(1.0)})}, 0.5, {}},
      {"a judge that never wavers",
       {judged(true, {says(0.0), says(0.0)}), judged(true, {says(1.0), says(1.0)})},
       0,
       0.5},
      {"never below 0", {judged(true, {says(0.0), says(1.0)}), judged(true, {says(0.0), says(1.0)})}, 0.5, 0},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const auto trust = measured(row.answers).trust;
    ASSERT_EQ(trust.judge_variance.has_value(), row.judge.has_value());
    ASSERT_EQ(trust.answer_variance.has_value(), row.answer.has_value());
    if (row.judge) EXPECT_NEAR(*trust.judge_variance, *row.judge, 1e-12);
    if (row.answer) EXPECT_NEAR(*trust.answer_variance, *row.answer, 1e-12);
  }
}

LabelledAnswer compared(const std::string& details) {
  return judged(true, {Score{Scored{1, true}, {}, details}});
}

TEST(MeasureTrust, positions_are_weighed_where_both_orders_were_asked) {
  const std::vector<LabelledAnswer> answers{
      compared(R"({"orders": ["a", "a"], "winner": "a"})"),
      compared(R"({"orders": ["tie", "tie"], "winner": "tie"})"),
      compared(R"({"orders": ["a", "b"], "winner": "tie"})"),    // the first place won twice
      compared(R"({"orders": ["b", "tie"], "winner": "tie"})"),  // the second place won once
      compared(R"({"orders": ["a"], "winner": "a"})"),           // counts for nothing, and so do the rest
      compared("not JSON"),
      judged(true, {says(true)})};
  const auto trust = measured(answers).trust;
  EXPECT_NEAR(*trust.position_consistency, 0.5, 1e-12);
  EXPECT_NEAR(*trust.first_preference, 2.0 / 3, 1e-12);
  EXPECT_FALSE(measured({judged(true, {says(true)})}).trust.position_consistency);
}

TEST(MeasureTrust, verbosity_is_the_correlation_of_length_and_excess) {
  // The lengths and excesses of SciPy's example of spearmanr, as far as ranks go: ρ = 0.8207826816681233.
  const double excess[] = {-0.4, -0.2, 0.0, 0.2, 0.0};
  std::vector<LabelledAnswer> answers;
  for (int i = 0; i < 5; ++i) {
    answers.push_back({.labels = {label(5.0)}, .repeats = {says(0.5 + excess[i])}, .tags = {}, .chars = 100.0 * i});
  }
  const PeopleScale scale{.low = 0, .high = 10, .pass_mark = 5};
  EXPECT_NEAR(*measured(answers, scale).trust.verbosity, 0.8207826816681233, 1e-12);
  EXPECT_FALSE(measured({answers[0], answers[1]}, scale).trust.verbosity) << "two answers show nothing";
  for (auto& answer : answers) answer.chars = 7;
  EXPECT_FALSE(measured(answers, scale).trust.verbosity) << "nor do equal lengths";
}

TEST(MeasureTrust, slices_of_five_labelled_answers_or_more) {
  std::vector<LabelledAnswer> answers;
  auto hard = judged(false, {says(true)});
  hard.tags = {{"level", "hard"}, {"topic", "law"}};
  auto easy = judged(true, {says(true)});
  easy.tags = {{"level", "easy"}};
  add(answers, 5, hard);
  add(answers, 4, easy);
  auto mute = hard;
  mute.tags = {{"topic", "mute"}};
  mute.repeats = {Score{Unscored{"?"}, {}, {}}};
  add(answers, 5, mute);
  auto split = easy;
  split.labels = {label(true), label(false)};
  add(answers, 3, split);  // undecided: not a fifth of `easy`
  const auto slices = measured(answers).trust.slices;
  ASSERT_EQ(slices.size(), 3U);
  EXPECT_EQ(slices[0].tag + "=" + slices[0].value, "level=hard");
  EXPECT_EQ(slices[0].counts.false_pass, 5U);
  EXPECT_EQ(slices[0].counts.youden(), std::nullopt);
  EXPECT_EQ(slices[1].tag + "=" + slices[1].value, "topic=law");
  EXPECT_EQ(slices[2].counts.unscored, 5U);
}

TEST(MeasureTrust, what_was_not_measured_is_absent) {
  struct Row {
    const char* what;
    std::vector<LabelledAnswer> answers;
    bool sensitivity, specificity;
  };
  const Row rows[] = {
      {"nothing", {}, false, false},
      {"all unscored", std::vector(6, judged(true, {Score{}})), false, false},
      {"no bad answer", std::vector(6, judged(true, {says(true)})), true, false},
      {"no good answer", std::vector(6, judged(false, {says(false)})), false, true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const auto trust = measured(row.answers).trust;
    EXPECT_EQ(trust.all.sensitivity().has_value(), row.sensitivity);
    EXPECT_EQ(trust.all.specificity().has_value(), row.specificity);
    EXPECT_FALSE(trust.all.youden());
    EXPECT_FALSE(trust.kappa) << "one class only says nothing of agreement";
    EXPECT_FALSE(trust.alpha);
    EXPECT_FALSE(trust.people_alpha);
    EXPECT_FALSE(trust.self_consistency);
    EXPECT_FALSE(trust.verbosity);
    EXPECT_FALSE(trust.first_preference);
  }
}

}  // namespace
}  // namespace assay::judges
