#include "tests/unit/judges/support.hpp"

namespace assay::judges {
namespace {

struct Row {
  std::string options;
  std::string answer;
  std::string predicted;  // "" for none of the set
};

TEST(Classification, finds_the_label_of_the_answer) {
  const std::vector<Row> rows{
      {"", "spam", "spam"},
      {"", " spam\n", "spam"},
      {"", "\"spam\".", "spam"},
      {"", "**spam**", "spam"},
      {"", "Spam", ""},
      {", ignore_case: true", "SPAM", "spam"},
      {"", "It is spam", ""},
      {"", "not spam", "not spam"},
      {"", "", ""},
      {"", "eggs", ""},
      {", extract: first", "It is spam, not ham", "spam"},
      {", extract: last", "It is spam, no: ham", "ham"},
      {", extract: first", "not spam", "not spam"},  // of two that overlap the longer
      {", extract: last", "not spam", "not spam"},
      {", extract: last", "spam spammer hamster", "spam"},
      {", extract: last", "spam, or non-ham", "spam"},
      {", extract: last", "spam_ham", ""},
      {", extract: first", "- ham\n- spam", "ham"},
      {", extract: last", "nothing", ""},
      {", extract: line", "It looks like spam.\nham", "ham"},
      {", extract: line", "I think: no\nLabel: **ham**\n\n", "ham"},
      {", extract: line", "ham\nbecause of the spam", ""},
      {", extract: first, ignore_case: true", "SPAM!", "spam"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.answer + row.options);
    const std::string check = "classification: {value: spam, labels: [spam, ham, not spam]" + row.options + "}";
    const Score score = run(check, {.answer = row.answer});
    EXPECT_EQ(passes(score), row.predicted == "spam");
    EXPECT_DOUBLE_EQ(value_of(score), row.predicted == "spam" ? 1 : 0);
    const std::string label = row.predicted.empty() ? "null" : "\"" + row.predicted + "\"";
    EXPECT_EQ(score.details, R"({"expected":"spam","predicted":)" + label + "}");
  }
}

TEST(Classification, finds_labels_in_scripts_without_spaces) {
  const Score score = run("classification: {value: 是, labels: [是, 否], extract: first}", {.answer = "答案是肯定的"});
  EXPECT_TRUE(passes(score)) << score.why;
}

TEST(Classification, says_what_came_instead) {
  const std::string check = "classification: {value: spam, labels: [spam, ham]}";
  EXPECT_EQ(run(check, {.answer = "ham"}).why, "expected the label 'spam', found 'ham' in 'ham'");
  EXPECT_EQ(run(check, {.answer = "eggs"}).why, "expected the label 'spam', found none of 'spam', 'ham' in 'eggs'");
  EXPECT_EQ(run("not: {" + check + "}", {.answer = "spam"}).why, "must not hold: the label is 'spam': 'spam'");
}

TEST(Classification, the_expected_label_is_one_of_the_set) {
  const std::string check = "classification: {value: '{{label}}', labels: [spam, ham], ignore_case: true}";
  EXPECT_EQ(verify(check, {{"label", "Spam"}}), "");
  EXPECT_NE(
      verify(check, {{"label", "eggs"}}).find("case 'fr': the value of 'classification' must be one of the labels"),
      std::string::npos);
  EXPECT_EQ(run(check, {.answer = "SPAM", .vars = {{"label", "Spam"}}}).details,
            R"({"expected":"spam","predicted":"spam"})");  // as the set writes it
  const std::vector<std::pair<std::string, std::string>> rows{
      {"classification: {value: a}", "needs the key 'labels'"},
      {"classification: {labels: [a, b]}", "needs the key 'value'"},
      {"classification: {value: c, labels: [a, b]}", "must be one of the labels 'a', 'b'"},
      {"classification: {value: a, labels: [a]}", "two or more different texts"},
      {"classification: {value: a, labels: [a, a]}", "two or more different texts"},
      {"classification: {value: a, labels: [a, A], ignore_case: true}", "two or more different texts"},
      {"classification: {value: a, labels: [a, '']}", "two or more different texts"},
      {"classification: {value: a, labels: [a, b], extract: middle}", "extract"},
  };
  for (const auto& [yaml, message] : rows) {
    const auto compiled = compile_yaml(yaml);
    EXPECT_EQ(compiled.check, nullptr) << yaml;
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
}

}  // namespace
}  // namespace assay::judges
