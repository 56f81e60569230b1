#include "tests/unit/judges/support.hpp"

namespace assay::judges {
namespace {

using std::chrono::milliseconds;

TEST(Length, counts_characters_words_and_lines) {
  struct Row {
    std::string check;
    std::string answer;
    double value;
    bool pass;
  };
  const std::vector<Row> rows{
      {"length: {max: 5}", "héllo", 5, true},
      {"length: {max: 4}", "héllo", 5, false},
      {"length: {min: 1}", "", 0, false},
      {"length: {min: 0}", "", 0, true},
      {"length: {min: 3, max: 3, unit: chars}", "日本語", 3, true},
      {"length: {max: 4}", " a b ", 5, false},
      {"length: {max: 3, unit: words}", "one  two\tthree\n", 3, true},
      {"length: {max: 2, unit: words}", "one two three", 3, false},
      {"length: {max: 9, unit: words}", " \n ", 0, true},
      {"length: {max: 9, unit: words}",
       "a\xc2\xa0"
       "b\xe3\x80\x80"
       "c",
       3, true},
      {"length: {max: 9, unit: words}", "日本語", 1, true},
      {"length: {max: 2, unit: lines}", "a\nb\n", 2, true},
      {"length: {max: 2, unit: lines}", "a\n\nb", 3, false},
      {"length: {min: 1, unit: lines}", "\n", 1, true},
      {"length: {min: 1, unit: lines}", "", 0, false},
      {"length: {max: '{{n}}'}", "abc", 3, true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.check + " on '" + row.answer + "'");
    const Score score = run(row.check, {.answer = row.answer, .vars = {{"n", 3}}});
    EXPECT_EQ(value_of(score), row.value);
    EXPECT_EQ(passes(score), row.pass) << score.why;
    EXPECT_EQ(score.why.empty(), row.pass);
  }
  EXPECT_EQ(run("length: {max: 1, unit: words}", {.answer = "one two"}).why,
            "expected at most 1 words, got 2 in 'one two'");
}

TEST(Length, has_the_unit_it_counts_and_a_direction) {
  const auto words = compile_yaml("length: {max: 3, unit: words}");
  EXPECT_EQ(words.check->unit, Unit::words);
  EXPECT_EQ(words.check->better, Direction::down);
  EXPECT_EQ(compile_yaml("length: {min: 3}").check->better, Direction::up);
  EXPECT_EQ(compile_yaml("length: {min: 3, max: 5}").check->better, Direction::down);
}

TEST(Latency, compares_the_last_answer_with_the_limit) {
  Sample sample{.answer = "x"};
  sample.response.timings.total = milliseconds(1500);
  sample.response.timings.ttft = milliseconds(250);
  const Score in_time = run("latency: {max: 1.5s}", sample);
  EXPECT_TRUE(passes(in_time));
  EXPECT_DOUBLE_EQ(value_of(in_time), 1.5);
  const Score late = run("latency: {max: 1s}", sample);
  EXPECT_FALSE(passes(late));
  EXPECT_EQ(late.why, "a latency of 1.5 s is above the limit of 1 s");
  EXPECT_TRUE(passes(run("ttft: {max: 250ms}", sample)));
  EXPECT_DOUBLE_EQ(value_of(run("ttft: {max: 100ms}", sample)), 0.25);
}

TEST(Ttft, is_unscored_where_nothing_was_streamed) {
  const Score score = run("ttft: {max: 1s}", {.answer = "x"});
  ASSERT_TRUE(std::holds_alternative<Unscored>(score.state));
  EXPECT_EQ(std::get<Unscored>(score.state).why,
            "there is no time to first token: the answer held no text, or was not streamed");
}

TEST(Cost, is_usage_times_price) {
  Sample sample{.answer = "x"};
  sample.price = Price{.input_per_mtok = 0.5, .output_per_mtok = 2, .cached_per_mtok = std::nullopt};
  sample.response.usage.input_tokens = 1000;
  sample.response.usage.output_tokens = 500;
  const Score score = run("cost: {max: 0.0015}", sample);
  EXPECT_NEAR(value_of(score), 0.0015, 1e-12);
  EXPECT_FALSE(passes(run("cost: {max: 0.001}", sample)));
  EXPECT_EQ(run("cost: {max: 0.001}", sample).why, "a cost of 0.0015 USD is above the limit of 0.001 USD");
}

TEST(Cost, is_unscored_without_usage_and_refused_without_a_price) {
  Sample sample{.answer = "x"};
  sample.price = Price{.input_per_mtok = 0.5, .output_per_mtok = 2, .cached_per_mtok = std::nullopt};
  EXPECT_TRUE(std::holds_alternative<Unscored>(run("cost: {max: 1}", sample).state));
  sample.price.reset();
  EXPECT_TRUE(std::holds_alternative<Unscored>(run("cost: {max: 1}", sample).state));
  const auto refused = compile_yaml("cost: {max: 1}", {.has_price = false, .target_known = true});
  EXPECT_EQ(refused.check, nullptr);
  EXPECT_NE(refused.error().find("check 'cost' needs the target's price"), std::string::npos);
  EXPECT_NE(compile_yaml("cost: {max: 1}", {.has_price = true}).check, nullptr);
  EXPECT_NE(compile_yaml("cost: {max: 1}", {.target_known = false}).check, nullptr);
}

TEST(MeasureChecks, are_refused_at_load_with_what_to_write) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"latency: 30s",
       "suite.yaml:1:10: error: check 'latency' takes options, found '30s'; help: write `latency: {max: 30s}`"},
      {"latency: {max: 30}", "must be a duration"},
      {"latency: {}", "check 'latency' needs the key 'max'"},
      {"ttft: {max: soon}", "must be a duration"},
      {"cost: {max: -1}", "must be a number of at least 0"},
      {"length: {}", "check 'length' needs `min` or `max`"},
      {"length: 600", "write `length: {max: 600}`"},
      {"length: {min: 5, max: 3}", "the min of 'length', 5, is above its max, 3"},
      {"length: {max: few}", "must be a number of at least 0, found 'few'"},
      {"length: {max: 5, unit: word}", "did you mean 'words'?"},
      {"length: {max: 5, threshold: 0.5}", "check 'length' counts chars, and takes no threshold"},
  };
  for (const auto& [check, message] : rows) {
    SCOPED_TRACE(check);
    const auto compiled = compile_yaml(check, {.has_price = true});
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
  EXPECT_NE(verify("length: {min: '{{a}}', max: 3}", {{"a", 5}}).find("case 'fr': the min of 'length', 5"),
            std::string::npos);
}

}  // namespace
}  // namespace assay::judges
