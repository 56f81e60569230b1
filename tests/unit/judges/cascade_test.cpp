#include "tests/unit/judges/judged.hpp"

namespace assay::judges {
namespace {

const CompileEnv kTwo = with_judges({"cheap", "strong"});

std::string cascade(const std::string& rest = "") {
  return "cascade: {first: cheap, then: strong, check: {rubric: {criteria: Polite., scale: {1: rude, 5: polite}, pass: "
         "4}}" +
         rest + "}";
}

Reply reply_of(const std::string& given) {
  if (given == "!") return Error{ErrorKind::unavailable, "503", "", {}};
  return said(given == "?" ? "I cannot say" : R"({"reason": "so", "score": )" + given + "}");
}

Script grades(const std::string& cheap, const std::string& strong) {
  return [cheap, strong](const Ask& ask) { return reply_of(ask.question.to == "cheap" ? cheap : strong); };
}

struct Row {
  std::string cheap;
  std::string strong;
  std::string rest;
  double value;  // −1: could not tell
  std::string details;
};

TEST(Cascade, asks_the_second_judge_where_the_first_is_unsure) {
  const std::string between = ", unsure: {between: [0.25, 0.75]}";
  const std::vector<Row> rows{
      {"5", "1", between, 1, R"({"escalated":false,"first":1.0})"},
      {"1", "5", between, 0, R"({"escalated":false,"first":0.0})"},
      {"4", "1", between, 0, R"({"escalated":true,"first":0.75})"},  // both ends are unsure
      {"2", "5", between, 1, R"({"escalated":true,"first":0.25})"},
      {"3", "4", between, 0.75, R"({"escalated":true,"first":0.5})"},
      {"?", "5", between, 1, R"({"escalated":true,"first":null})"},
      {"!", "5", between, 1, R"({"escalated":true,"first":null})"},
      {"3", "?", between, -1, R"({"escalated":true,"first":0.5})"},
      {"3", "5", "", 0.5, R"({"escalated":false,"first":0.5})"},  // without `unsure` only what could not be told
      {"?", "5", "", 1, R"({"escalated":true,"first":null})"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.cheap + ", " + row.strong + row.rest);
    const auto judged = judge(cascade(row.rest), {.answer = "x"}, grades(row.cheap, row.strong), {}, kTwo);
    EXPECT_DOUBLE_EQ(value_of(judged.score), row.value) << judged.score.why;
    const Json details = Json::parse(judged.score.details);
    EXPECT_EQ((Json{{"escalated", details["escalated"]}, {"first", details["first"]}}).dump(), row.details);
    const bool escalated = row.details.find("true") != std::string::npos;
    EXPECT_EQ(judged.asked.back().question.to, escalated ? "strong" : "cheap");
    EXPECT_EQ(judged.asked.front().name, "0/grade");
  }
}

TEST(Cascade, keeps_what_the_check_inside_says_of_itself) {
  const std::string pairs =
      "cascade: {first: cheap, then: strong, unsure: {between: [0.5, 0.5]}, check: {pairwise: {other: y, criteria: "
      "c}}}";
  // The cheap one prefers whatever is first.
  const Script script = [](const Ask& ask) -> Reply {
    const bool first = ask.question.to == "cheap" || ask.name.ends_with("ab");
    return said(first ? R"({"verdict": "first"})" : R"({"verdict": "second"})");
  };
  const Score score = judge(pairs, {.answer = "x"}, script, {}, kTwo).score;
  EXPECT_EQ(score.details,
            R"({"consistent":true,"escalated":true,"first":0.5,"orders":["a","a"],"other_chars":1,"winner":"a"})");
}

TEST(Cascade, stands_in_combinators_and_enters_both_judges) {
  EXPECT_TRUE(passes(judge("not: {" + cascade() + "}", {.answer = "x"}, grades("1", "5"), {}, kTwo).score));
  const auto check = compile_yaml("any_of: [{" + cascade() + "}]", kTwo).check;
  ASSERT_EQ(check->judges.size(), 2u);
  EXPECT_EQ(check->judges[0].judge, "cheap");
  EXPECT_EQ(check->judges[1].judge, "strong");
}

TEST(Cascade, is_refused_at_load_with_what_to_write) {
  const std::string check = "check: {rubric: {criteria: c, scale: {1: a, 5: b}, pass: 4}}";
  const std::vector<std::pair<std::string, std::string>> rows{
      {"cascade: {then: strong, " + check + "}", "needs the key 'first'"},
      {"cascade: {first: cheap, " + check + "}", "needs the key 'then'"},
      {"cascade: {first: cheap, then: strong}", "needs the key 'check'"},
      {"cascade: {first: cheap, then: strange, " + check + "}", "there is no judge 'strange'"},
      {"cascade: {first: cheap, then: strong, check: {length: {max: 3}}}", "asks no judge"},
      {"cascade: {first: cheap, then: strong, unsure: [0.3, 0.8], " + check + "}", "unsure"},
      {"cascade: {first: cheap, then: strong, unsure: {betwen: [0.3, 0.8]}, " + check + "}", "between"},
      {"cascade: {first: cheap, then: strong, unsure: {between: [0.8, 0.3]}, " + check + "}", "the lower first"},
      {"cascade: {first: cheap, then: strong, unsure: {between: [0.3, 8]}, " + check + "}", "from 0 to 1"},
      {"cascade: {first: cheap, then: strong, unsure: {between: 0.3}, " + check + "}", "two scores"},
  };
  for (const auto& [yaml, message] : rows) {
    SCOPED_TRACE(yaml);
    const auto compiled = compile_yaml(yaml, kTwo);
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
}

TEST(Cascade, is_refused_again_where_its_fault_is_known_already) {
  const auto node = text::parse_yaml(cascade(), "suite.yaml");
  ASSERT_TRUE(node);
  const auto& [name, argument] = node->entries.at(0);
  Diagnostics diagnostics;
  for (int i = 0; i < 2; ++i) {  // two suites include one file
    EXPECT_EQ(compile(name.scalar, argument, name.place(), with_judges({"cheap"}), diagnostics), nullptr);
  }
  EXPECT_EQ(diagnostics.error_count(), 1u);
}

}  // namespace
}  // namespace assay::judges
