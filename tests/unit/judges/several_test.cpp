#include "tests/unit/judges/support.hpp"

namespace assay::judges {
namespace {

// `ttft` cannot tell where nothing was streamed.
struct Row {
  std::string check;
  double value;  // −1: could not tell
  bool pass;
};

TEST(Several, combine_scores) {
  const std::vector<Row> rows{
      {"all_of: [{contains: a}, {contains: b}]", 1, true},
      {"all_of: [{contains: a}, {contains: x}]", 0.5, false},
      {"all_of: [{contains: {value: a, weight: 3}}, {contains: x}]", 0.75, false},
      {"all_of: {checks: [{contains: a}, {contains: x}], threshold: 0.5}", 0.5, true},
      {"all_of: {checks: [{contains: {value: a, weight: 3}}, {contains: x}], threshold: 0.8}", 0.75, false},
      {"all_of: [{contains_all: {value: [a, x], threshold: 0.5}}, {contains: b}]", 0.75, true},
      {"all_of: [{length: {max: 9}}, {length: {max: 1}}]", 0.5, false},
      {"all_of: [{contains: a}, {ttft: {max: 1s}}]", -1, false},
      {"all_of: [{contains: x}, {ttft: {max: 1s}}]", 0, false},
      {"all_of: {checks: [{contains: x}, {ttft: {max: 1s}}], threshold: 0.5}", -1, false},
      {"any_of: [{contains: x}, {contains: b}]", 1, true},
      {"any_of: [{contains: x}, {contains: y}]", 0, false},
      {"any_of: [{contains_all: [a, x]}, {contains: y}]", 0.5, false},
      {"any_of: {checks: [{contains_all: [a, x]}, {contains: y}], threshold: 0.5}", 0.5, true},
      {"any_of: [{contains: x}, {ttft: {max: 1s}}]", -1, false},
      {"any_of: [{contains: a}, {ttft: {max: 1s}}]", 1, true},
      {"at_least: {count: 2, checks: [{contains: a}, {contains: b}, {contains: x}]}", 2.0 / 3, true},
      {"at_least: {count: 2, checks: [{contains: a}, {contains: y}, {contains: x}]}", 1.0 / 3, false},
      {"at_least: {count: 2, checks: [{contains: a}, {contains: y}, {ttft: {max: 1s}}]}", -1, false},
      {"at_least: {count: 1, checks: [{contains: a}, {contains: y}, {ttft: {max: 1s}}]}", 0.5, true},
      {"at_least: {count: 3, checks: [{contains: a}, {contains: y}, {ttft: {max: 1s}}]}", 0.5, false},
      {"any_of: [{all_of: [{contains: a}, {contains: b}]}, {equals: x}]", 1, true},
      {"any_of: [{not: {contains: a}}, {not: {contains: x}}]", 1, true},
      {"not: {any_of: [{contains: x}, {contains: y}]}", 1, true},
      {"not: {any_of: [{contains: a}, {contains: y}]}", 0, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.check);
    const Score score = run(row.check, {.answer = "a b"});
    EXPECT_DOUBLE_EQ(value_of(score), row.value);
    EXPECT_EQ(passes(score), row.pass) << score.why;
    EXPECT_EQ(score.why.empty(), row.pass) << score.why;
  }
}

TEST(Several, say_which_check_failed_and_why) {
  EXPECT_EQ(run("all_of: [{contains: a}, {equals: b}]", {.answer = "a"}).why,
            "1 of 2 checks pass, all are needed: equals: expected 'b', got 'a'");
  EXPECT_EQ(run("any_of: [{equals: x}, {equals: b}]", {.answer = "a"}).why,
            "0 of 2 checks pass, 1 is needed: equals: expected 'x', got 'a'; equals: expected 'b', got 'a'");
  EXPECT_EQ(run("not: {any_of: [{equals: a}, {equals: b}]}", {.answer = "a"}).why,
            "must not hold: 1 of 2 checks pass: equals: the answer equals 'a': 'a'");
  EXPECT_EQ(
      run("all_of: {checks: [{contains_all: {value: [a, b, c], threshold: 0.3}}], threshold: 0.9}", {.answer = "a"})
          .why.find("the score 0.3333 is below the threshold 0.9: 1 of 1 checks pass: contains_all"),
      0u);
  const Score open = run("all_of: [{contains: a}, {ttft: {max: 1s}}]", {.answer = "a"});
  EXPECT_EQ(std::get<Unscored>(open.state).why,
            "a check inside could not tell: there is no time to first token: the answer held no text, or was not "
            "streamed");
}

TEST(Several, are_rendered_for_every_case) {
  EXPECT_EQ(verify("any_of: [{equals: '{{a}}'}, {number: '{{n}}'}]", {{"a", "x"}, {"n", 4}}), "");
  EXPECT_NE(verify("any_of: [{equals: '{{a}}'}, {number: '{{n}}'}]", {{"a", "x"}}).find("case 'fr'"),
            std::string::npos);
}

TEST(Several, are_refused_at_load_with_what_to_write) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"all_of: []", "check 'all_of' takes a list of checks, found an empty one"},
      {"all_of: {contains: a}", "check 'all_of' needs the key 'checks'"},
      {"any_of: contains", "takes a list of checks, found 'contains'"},
      {"any_of: [contains]", "a check inside 'any_of' is `name: argument`, found 'contains'"},
      {"any_of: [{contains: a, equals: b}]", "a check inside 'any_of' is `name: argument`"},
      {"any_of: [{contain: a}]", "did you mean 'contains'?"},
      {"any_of: [{use: polite}]", "shared checks cannot be used inside 'any_of'"},
      {"any_of: [{contains: {value: a, as: b}}]", "'as' belongs to `any_of`"},
      {"any_of: [{contains: {value: a, required: false}}]", "'required' belongs to `any_of`"},
      {"all_of: [{contains: {value: a, weight: 0}}]", "the checks inside 'all_of' weigh nothing"},
      {"at_least: {checks: [{contains: a}]}", "needs the key 'count'"},
      {"at_least: {count: 2, checks: [{contains: a}]}", "2 of 1 checks cannot pass"},
      {"at_least: {count: 0, checks: [{contains: a}]}", "count"},
      {"at_least: [{contains: a}]", "check 'at_least' takes options"},
  };
  for (const auto& [check, message] : rows) {
    SCOPED_TRACE(check);
    const auto compiled = compile_yaml(check);
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
}

}  // namespace
}  // namespace assay::judges
