#include "tests/unit/judges/support.hpp"

#include <cmath>
#include <limits>

namespace assay::judges {
namespace {

Sample with_logprobs(const std::vector<double>& logprobs) {
  Sample sample{.answer = "x"};
  Logprobs given;
  for (const double logprob : logprobs) given.tokens.push_back({.token = "x", .logprob = logprob, .top = {}});
  sample.response.message.parts.emplace_back(given);
  return sample;
}

struct Row {
  std::vector<double> logprobs;
  double value;  // −1: could not tell
};

TEST(Perplexity, is_exp_of_minus_the_mean_logprob) {
  const std::vector<Row> rows{
      {{0, 0, 0}, 1},
      {{std::log(0.5), std::log(0.5)}, 2},
      {{std::log(0.25), 0}, 2},
      {{-0.1, -0.2, -2.3}, 2.3789677},  // e^(2.6/3)
      {{}, -1},
      {{0.5}, -1},
      {{std::numeric_limits<double>::quiet_NaN()}, -1},
      {{-std::numeric_limits<double>::infinity(), 0}, -1},
      {{-9999, 0}, -1},
  };
  for (const auto& row : rows) {
    const Score score = run("perplexity: {max: 2}", with_logprobs(row.logprobs));
    EXPECT_NEAR(value_of(score), row.value, 1e-6) << score.why;
    EXPECT_EQ(passes(score), row.value > 0 && row.value <= 2);
  }
  EXPECT_EQ(run("perplexity: {max: 2}", with_logprobs({-1.5})).why, "a perplexity of 4.482 is above the limit of 2");
}

TEST(Perplexity, without_logprobs_says_how_to_get_them) {
  const Score score = run("perplexity: {max: 2}", {.answer = "x"});
  EXPECT_NE(std::get<Unscored>(score.state).why.find("`params: {logprobs: true}`"), std::string::npos);
}

TEST(Perplexity, is_a_plain_number_of_which_less_is_better) {
  const auto compiled = compile_yaml("perplexity: {max: 2}");
  EXPECT_EQ(compiled.check->unit, Unit::number);
  EXPECT_EQ(compiled.check->better, Direction::down);
  EXPECT_NE(compile_yaml("perplexity: {max: 2, threshold: 0.5}").error().find("takes no threshold"), std::string::npos);
  EXPECT_NE(compile_yaml("perplexity: {}").error().find("needs the key 'max'"), std::string::npos);
}

}  // namespace
}  // namespace assay::judges
