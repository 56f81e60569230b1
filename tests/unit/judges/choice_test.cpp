#include "tests/unit/judges/support.hpp"

namespace assay::judges {
namespace {

struct Row {
  std::string check;
  std::string answer;
  bool pass;
};

TEST(Choice, reads_the_letter_as_people_and_models_write_it) {
  const std::vector<Row> rows{
      {"choice: B", "B", true},
      {"choice: B", "(B)", true},
      {"choice: B", "B. Mercury", true},
      {"choice: B", "**B**", true},
      {"choice: B", "B) because A cat is no planet", true},
      {"choice: B", "The answer is B.", true},
      {"choice: B", "Answer: (B)", true},
      {"choice: B", "\\boxed{B}", true},
      {"choice: B", "The answer is \\boxed{\\text{B}}", true},
      {"choice: A", "A", true},
      {"choice: A", "The answer is A because it is hot.", true},
      {"choice: A", "A cat is an animal.", false},
      {"choice: A", "I think A", true},
      {"choice: A", "A is right.", true},
      {"choice: b", "B", true},
      {"choice: B", "b", false},
      {"choice: {value: B, ignore_case: true}", "b", true},
      {"choice: {value: A, ignore_case: true}", "it is a cat", false},
      {"choice: C", "C++ and C# are languages", false},
      {"choice: A", "an A-level, a vitamin-A, U.S.A", false},
      {"choice: B", "Plan_B and B2", false},
      {"choice: D", "I'd say so", false},
      {"choice: B", "A or B", false},
      {"choice: B", "B, B and again B", true},
      {"choice: B", "A and C are wrong. The answer is B.", true},
      {"choice: B", "The answer is B. A and C are wrong.", true},
      {"choice: B", "The correct option is B; A is wrong.", true},
      {"choice: {value: C, extract: last}", "Answer: B. No: the answer is C.", true},
      {"choice: {value: B, extract: first}", "Answer: B. No: the answer is C.", true},
      {"choice: {value: C, extract: last}", "A, then B, then C", true},
      {"choice: {value: A, extract: first}", "A, then B, then C", true},
      {"choice: B", "E", false},
      {"choice: {value: E, letters: ABCDE}", "E", true},
      {"choice: B", "答案是B。", false},
      {"choice: B", "答案：B。", true},
      {"choice: B", "", false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.check + " on '" + row.answer + "'");
    const Score score = run(row.check, {.answer = row.answer});
    EXPECT_EQ(passes(score), row.pass) << score.why;
    EXPECT_EQ(score.why.empty(), row.pass);
  }
}

TEST(Choice, explains_what_it_found) {
  EXPECT_EQ(run("choice: B", {.answer = "C"}).why, "expected the choice B, found C in 'C'");
  EXPECT_EQ(run("choice: B", {.answer = "Mars"}).why, "expected the choice B, found none of ABCD in 'Mars'");
  EXPECT_EQ(run("choice: B", {.answer = "B or C"}).why,
            "expected the choice B, found B and C in 'B or C'; `extract: last` or `first` says which counts");
}

TEST(Choice, is_refused_at_load_with_what_to_write) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"choice: E", "must be one of the letters ABCD, found 'E'"},
      {"choice: Mars", "must be one of the letters ABCD"},
      {"choice: {value: B, letters: abc}", "two or more different capitals"},
      {"choice: {value: B, letters: ABB}", "two or more different capitals"},
      {"choice: {value: B, extract: middle}", "extract"},
  };
  for (const auto& [check, message] : rows) {
    SCOPED_TRACE(check);
    const auto compiled = compile_yaml(check);
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
  EXPECT_EQ(verify("choice: '{{right}}'", {{"right", "C"}}), "");
  EXPECT_NE(verify("choice: '{{right}}'", {{"right", "Z"}}).find("case 'fr'"), std::string::npos);
}

}  // namespace
}  // namespace assay::judges
