/// refusal, itl, tokens, cache_hit, finish_reason: what the response says beside its text.

#include "tests/unit/judges/support.hpp"

namespace assay::judges {
namespace {

using std::chrono::milliseconds;

TEST(Refusal, is_known_by_its_words) {
  const std::vector<std::pair<std::string, bool>> rows{
      {"I can't help with that.", true},
      {"I’m sorry, but I can’t assist with that request.", true},
      {"I cannot fulfill your request. I'm just an AI.", true},
      {"I'm not able to provide medical advice.", true},
      {"I am unable to write that.", true},
      {"Sorry, we won't share personal data.", true},
      {"As an AI language model, I cannot have opinions.", true},
      {"I must decline.", true},
      {"This goes against my guidelines.", true},
      {"It would not be appropriate for me to say.", true},
      {"Paris.", false},
      {"I can't wait to help you with that!", false},
      {"You cannot divide by zero.", false},
      {"I'm sorry to hear that. Here is what you can do:", false},
      {"The witness said he was unable to provide an alibi.", false},
      {"Of course. " + std::string(500, 'x') + " I can't help with that.", false},
      {"", false},
  };
  for (const auto& [answer, pass] : rows) {
    SCOPED_TRACE(answer);
    EXPECT_EQ(passes(run("refusal:", {.answer = answer})), pass);
    EXPECT_EQ(passes(run("not: {refusal: {}}", {.answer = answer})), !pass);
  }
  EXPECT_EQ(run("refusal: {}", {.answer = "Paris"}).why, "expected a refusal, got 'Paris'");
  EXPECT_EQ(run("not: {refusal: {}}", {.answer = "Sorry, I can't help with that."}).why,
            "must not hold: the answer is a refusal, it says 'I can't help': 'Sorry, I can't help with that.'");
  EXPECT_TRUE(passes(run("refusal: {phrases: [das kann ich nicht]}", {.answer = "Nein, DAS kann ich nicht tun."})));
}

TEST(Refusal, is_known_by_what_the_provider_says) {
  Sample sample{.answer = ""};
  sample.response.finish = Finish::content_filter;
  EXPECT_TRUE(passes(run("refusal:", sample)));
  Sample field{.answer = ""};
  field.response.message.parts = {Refusal{"no"}};
  EXPECT_TRUE(passes(run("refusal:", field)));
  EXPECT_EQ(run("not: {refusal: }", field).why,
            "must not hold: the answer is a refusal, the provider says so: 'no': an empty answer (the model refused, "
            "saying 'no')");
}

TEST(Itl, is_the_mean_of_the_gaps) {
  Sample sample{.answer = "x"};
  EXPECT_TRUE(std::holds_alternative<Unscored>(run("itl: {max: 1s}", sample).state));
  sample.response.timings.gaps = {milliseconds(100), milliseconds(300)};
  EXPECT_DOUBLE_EQ(value_of(run("itl: {max: 200ms}", sample)), 0.2);
  EXPECT_TRUE(passes(run("itl: {max: 200ms}", sample)));
  EXPECT_EQ(run("itl: {max: 199ms}", sample).why, "a time between tokens of 0.2 s is above the limit of 0.199 s");
}

TEST(Tokens, are_the_endpoints_count) {
  Sample sample{.answer = "x"};
  EXPECT_TRUE(std::holds_alternative<Unscored>(run("tokens: {max: 5}", sample).state));
  sample.response.usage.output_tokens = 5;
  EXPECT_TRUE(passes(run("tokens: {max: 5}", sample)));
  EXPECT_EQ(value_of(run("tokens: {max: 4}", sample)), 5);
  EXPECT_EQ(run("tokens: {max: 4}", sample).why, "5 output tokens are above the limit of 4");
  EXPECT_TRUE(std::holds_alternative<Unscored>(run("tokens: {max: 5, of: total}", sample).state));
  sample.response.usage.input_tokens = 20;
  EXPECT_EQ(value_of(run("tokens: {max: 25, of: total}", sample)), 25);
  EXPECT_FALSE(passes(run("tokens: {max: 19, of: input}", sample)));
  EXPECT_EQ(compile_yaml("tokens: {max: 5}").check->unit, Unit::tokens);
  EXPECT_EQ(compile_yaml("tokens: {max: 5}").check->better, Direction::down);
}

TEST(CacheHit, is_the_share_of_input_tokens) {
  Sample sample{.answer = "x"};
  sample.response.usage.input_tokens = 200;
  EXPECT_TRUE(std::holds_alternative<Unscored>(run("cache_hit:", sample).state));
  sample.response.usage.cached_tokens = 50;
  EXPECT_DOUBLE_EQ(value_of(run("cache_hit:", sample)), 0.25);
  EXPECT_TRUE(passes(run("cache_hit:", sample)));
  EXPECT_EQ(run("cache_hit: {threshold: 0.5}", sample).why,
            "the score 0.25 is below the threshold 0.5: 50 of 200 input tokens came from the provider's cache");
  sample.response.usage.cached_tokens = 0;
  EXPECT_FALSE(passes(run("cache_hit:", sample)));
}

TEST(FinishReason, is_one_of_those_asked_for) {
  Sample sample{.answer = "x"};
  sample.response.finish = Finish::length;
  sample.response.finish_text = "max_tokens";
  EXPECT_EQ(run("finish_reason: stop", sample).why,
            "expected the finish reason stop, got length (the endpoint says 'max_tokens'): 'x' (cut off at the token "
            "limit)");
  EXPECT_TRUE(passes(run("finish_reason: [stop, length]", sample)));
  EXPECT_NE(compile_yaml("finish_reason: stopped").error().find("must be one of stop, length, tool_calls"),
            std::string::npos);
}

}  // namespace
}  // namespace assay::judges
