#include "judges/model/weighting.hpp"
#include "tests/unit/judges/judged.hpp"

#include <cmath>
#include <limits>

namespace assay::judges {
namespace {

using Top = std::vector<std::pair<std::string, double>>;

TokenLogprob token(std::string text, Top top = {}, double probability = 1) {
  for (auto& [other, p] : top) p = std::log(p);
  return {std::move(text), std::log(probability), std::move(top)};
}

// Expected values by hand: Σ s·p / Σ p.
TEST(Weighting, is_the_mean_of_the_scores_offered) {
  struct Row {
    std::vector<TokenLogprob> tokens;
    int given;
    double mean;  // −1: none
  };
  const std::vector<Row> rows{
      {{token("4", {{"4", 0.6}, {"5", 0.4}})}, 4, 4.4},
      {{token("{\""), token("score"), token("\":"), token(" 4", {{" 4", 0.5}, {" 3", 0.25}, {" 5", 0.25}}), token("}")},
       4,
       4},
      {{token("4", {{"4", 0.5}, {" 4", 0.25}, {"2", 0.25}})}, 4, 3.5},
      {{token("4", {{"4", 0.5}, {"9", 0.3}, {"0", 0.1}, {"four", 0.1}})}, 4, 4},  // only what is offered
      {{token("4", {{"5", 0.5}}, 0.5)}, 4, 4.5},                                  // the given one is not among the top
      {{token("4", {{"1", 1}}), token("x"), token("4", {{"4", 0.5}, {"5", 0.5}})}, 4, 4.5},  // the last one counts
      {{token("4")}, 4, 4},
      {{token("5", {{"5", 1}})}, 4, -1},
      {{token("44", {{"4", 1}})}, 4, -1},
      {{}, 4, -1},
  };
  for (const auto& row : rows) {
    const auto mean = weighted_score({row.tokens}, row.given, 1, 5);
    EXPECT_NEAR(mean.value_or(-1), row.mean, 1e-12);
  }
}

TEST(Weighting, withstands_probabilities_that_are_none) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(weighted_score({{{"4", nan, {{"4", -inf}, {"5", nan}}}}}, 4, 1, 5));
  const auto mean = weighted_score({{{"4", 0, {{"4", 800}, {"5", inf}, {"2", -1e300}}}}}, 4, 1, 5);
  ASSERT_TRUE(mean);
  EXPECT_DOUBLE_EQ(*mean, 4);
}

const std::string kCheck = "g_eval: {criteria: 'Coherence', steps: [Find the topic., 'Look at {{what}}.'], pass: 4}";
const Sample kSample{.answer = "A text.", .vars = {{"what", "the order"}}};

Script with_logprobs(std::string text, std::vector<TokenLogprob> tokens) {
  return [=](const Ask&) -> Reply {
    Response response = said(text);
    response.message.parts.emplace_back(Logprobs{tokens});
    return response;
  };
}

TEST(GEval, weights_the_score_where_the_judge_gives_probabilities) {
  const auto judged =
      judge(kCheck, kSample, with_logprobs("score: 4", {token("4", {{"4", 0.5}, {"5", 0.25}, {"3", 0.25}})}));
  EXPECT_DOUBLE_EQ(value_of(judged.score), 0.75);
  EXPECT_TRUE(passes(judged.score));
  const auto lower = judge(
      kCheck, kSample, with_logprobs("{\"reason\": \"Jumps\", \"score\": 4}", {token("4", {{"4", 0.6}, {"2", 0.4}})}));
  EXPECT_NEAR(value_of(lower.score), 0.55, 1e-12);
  EXPECT_FALSE(passes(lower.score));
  EXPECT_EQ(lower.score.why, "scored 3.2 on 1 to 5, 4 is needed: 'Jumps'");
  const auto details = Json::parse(lower.score.details);
  EXPECT_EQ(details.at("score"), 4);
  EXPECT_EQ(details.at("weighted"), true);
  EXPECT_NEAR(details.at("mean").get<double>(), 3.2, 1e-12);
}

TEST(GEval, takes_the_score_as_given_without_them_and_says_so) {
  const auto judged = judge(kCheck, kSample, always("score: 4"));
  EXPECT_DOUBLE_EQ(value_of(judged.score), 0.75);
  EXPECT_TRUE(passes(judged.score));
  EXPECT_EQ(Json::parse(judged.score.details).at("weighted"), false);
}

TEST(GEval, asks_for_its_steps_in_order_and_for_probabilities) {
  const auto judged = judge(kCheck, kSample, always("score: 4"));
  ASSERT_EQ(judged.asked.size(), 1u);
  const auto& question = judged.asked[0].question;
  EXPECT_TRUE(question.logprobs);
  EXPECT_NE(question.schema.find("\"enum\":[1,2,3,4,5]"), std::string::npos);
  EXPECT_NE(text_of(question).find("\n1. Find the topic.\n2. Look at the order.\n"), std::string::npos);
}

TEST(GEval, passes_from_its_mark_or_threshold) {
  EXPECT_TRUE(passes(judge("g_eval: {criteria: c, steps: [s], threshold: 0.5}", kSample, always("score: 3")).score));
  EXPECT_FALSE(passes(judge("g_eval: {criteria: c, steps: [s], threshold: 0.6}", kSample, always("score: 3")).score));
  const auto half = "g_eval: {criteria: c, steps: [s], scale: {0: bad, 1: good}, pass: 0.5}";
  EXPECT_TRUE(passes(judge(half, kSample, with_logprobs("score: 1", {token("1", {{"1", 0.6}, {"0", 0.4}})})).score));
}

TEST(GEval, is_rendered_for_every_case) {
  EXPECT_EQ(verify("g_eval: {criteria: c, steps: ['{{a}}'], pass: 3}", {{"a", "x"}}, with_judges()), "");
  EXPECT_NE(verify("g_eval: {criteria: c, steps: [s, '{{b}}'], pass: 3}", {{"a", "x"}}, with_judges()).find("'b'"),
            std::string::npos);
}

TEST(GEval, is_refused_at_load_with_what_to_write) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"g_eval: {criteria: c, pass: 3}", "needs the key 'steps'; help: write `steps: ["},
      {"g_eval: {criteria: c, steps: Look, pass: 3}", "`steps` is a list of texts, found 'Look'"},
      {"g_eval: {criteria: c, steps: [' '], pass: 3}", "step 1 of 'g_eval' is empty"},
      {"g_eval: {criteria: c, steps: [s]}", "needs the score from which it passes; help: write `pass: 4`"},
      {"g_eval: {criteria: c, steps: [s], pass: 5.5}", "5.5 cannot be reached on a scale from 1 to 5"},
      {"g_eval: {criteria: c, steps: [s], pass: 1}", "1 lets every score pass"},
      {"g_eval: {criteria: c, steps: [s], scale: {0: bad, 10: good}, pass: 5}",
       "from 0 to 10, and a score must be one digit"},
      {"g_eval: {criteria: c, steps: [s], scale: {-1: bad, 1: good}, pass: 1}", "a score must be one digit"},
      {"g_eval: {steps: [s], pass: 3}", "needs the key 'criteria'"},
  };
  for (const auto& [check, message] : rows) {
    SCOPED_TRACE(check);
    const auto compiled = compile_yaml(check, with_judges());
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
}

}  // namespace
}  // namespace assay::judges
