#include "tests/unit/judges/judged.hpp"

#include <map>
#include <set>

namespace assay::judges {
namespace {

const CompileEnv kThree = with_judges({"a", "b", "c", "d"});

std::string panel(const std::string& judges, const std::string& rest = "") {
  return "panel: {judges: [" + judges +
         "], check: {rubric: {criteria: Polite., scale: {1: rude, 5: polite}, pass: 4}}" + rest + "}";
}

std::string grade(const std::string& score) {
  return R"({"reason": "so", "score": )" + score + "}";
}

// Judges by name: a grade; `?` cannot be read, `!` cannot be asked.
Script judges(std::map<std::string, std::string> grades) {
  return [grades = std::move(grades)](const Ask& ask) -> Reply {
    const auto& given = grades.at(ask.question.to);
    if (given == "!") return Error{ErrorKind::unavailable, "503", "", {}};
    return said(given == "?" ? "I cannot say" : grade(given));
  };
}

struct Row {
  std::map<std::string, std::string> grades;
  std::string rest;
  double value;  // −1: could not tell, −2: an error
  bool pass;
  std::string details;
};

double value_or_error(const Score& score) {
  return std::holds_alternative<Error>(score.state) ? -2 : value_of(score);
}

TEST(Panel, the_majority_of_those_that_told_decides) {
  const std::vector<Row> rows{
      {{{"a", "5"}, {"b", "4"}, {"c", "1"}},
       "",
       1.75 / 3,
       true,
       R"({"values":[1.0,0.75,0.0],"votes":[true,true,false]})"},
      {{{"a", "5"}, {"b", "3"}, {"c", "1"}},
       "",
       1.5 / 3,
       false,
       R"({"values":[1.0,0.5,0.0],"votes":[true,false,false]})"},
      {{{"a", "5"}, {"b", "5"}, {"c", "?"}}, "", 1, true, R"({"values":[1.0,1.0,null],"votes":[true,true,null]})"},
      {{{"a", "5"}, {"b", "5"}, {"c", "!"}}, "", 1, true, R"({"values":[1.0,1.0,null],"votes":[true,true,null]})"},
      {{{"a", "5"}, {"b", "1"}, {"c", "?"}}, "", -1, false, R"({"values":[1.0,0.0,null],"votes":[true,false,null]})"},
      {{{"a", "5"}, {"b", "1"}, {"c", "?"}},
       ", tie: fail",
       0.5,
       false,
       R"({"values":[1.0,0.0,null],"votes":[true,false,null]})"},
      {{{"a", "5"}, {"b", "1"}, {"c", "?"}},
       ", tie: pass",
       0.5,
       true,
       R"({"values":[1.0,0.0,null],"votes":[true,false,null]})"},
      {{{"a", "5"}, {"b", "1"}, {"c", "?"}},
       ", threshold: 0.5",
       0.5,
       true,
       R"({"values":[1.0,0.0,null],"votes":[true,false,null]})"},
      {{{"a", "5"}, {"b", "?"}, {"c", "?"}}, "", -1, false, R"({"values":[1.0,null,null],"votes":[true,null,null]})"},
      {{{"a", "5"}, {"b", "?"}, {"c", "!"}}, "", -2, false, R"({"values":[1.0,null,null],"votes":[true,null,null]})"},
      {{{"a", "5"}, {"b", "?"}, {"c", "!"}},
       ", min: 1",
       1,
       true,
       R"({"values":[1.0,null,null],"votes":[true,null,null]})"},
      {{{"a", "5"}, {"b", "5"}, {"c", "?"}},
       ", min: 3",
       -1,
       false,
       R"({"values":[1.0,1.0,null],"votes":[true,true,null]})"},
      {{{"a", "?"}, {"b", "?"}, {"c", "?"}}, "", -1, false, R"({"values":[null,null,null],"votes":[null,null,null]})"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.details + row.rest);
    const Score score = judge(panel("a, b, c", row.rest), {.answer = "x"}, judges(row.grades), {}, kThree).score;
    EXPECT_DOUBLE_EQ(value_or_error(score), row.value) << score.why;
    EXPECT_EQ(passes(score), row.pass) << score.why;
    EXPECT_EQ(score.details, row.details);
    EXPECT_EQ(score.why.empty(), row.pass) << score.why;
  }
}

TEST(Panel, asks_each_judge_under_a_name_of_its_own) {
  const auto judged = judge(panel("a, b, a"), {.answer = "x"}, judges({{"a", "5"}, {"b", "5"}}), {}, kThree);
  ASSERT_EQ(judged.asked.size(), 3u);
  std::vector<std::string> names;
  for (const auto& ask : judged.asked) names.push_back(ask.name + " " + ask.question.to);
  EXPECT_EQ(names, (std::vector<std::string>{"0/grade a", "1/grade b", "2/grade a"}));
  EXPECT_EQ(judged.asked[0].question, judged.asked[2].question);  // the same question, asked twice
}

TEST(Panel, says_how_the_votes_fell) {
  const auto script = judges({{"a", "1"}, {"b", "5"}, {"c", "1"}, {"d", "?"}});
  const auto why = judge(panel("a, b, c, d"), {.answer = "x"}, script, {}, kThree).score.why;
  EXPECT_EQ(why.find("1 of 4 judges pass it, 1 could not tell: a: "), 0u) << why;
  EXPECT_NE(why.find("; c: "), std::string::npos) << why;
  const auto few = judge(panel("a, d, d"), {.answer = "x"}, script, {}, kThree).score.why;
  EXPECT_EQ(few.find("1 of 3 judges could tell, 2 must: "), 0u) << few;
}

TEST(Panel, holds_any_check_that_asks_and_stands_in_any_combinator) {
  const std::string pairs =
      "panel: {judges: [a, b], tie: pass, check: {pairwise: {other: y, criteria: c, at_least: win}}}";
  const Script firsts = [](const Ask& ask) -> Reply {
    const bool likes_it = ask.question.to == "a";
    return said(likes_it == ask.name.ends_with("ab") ? R"({"verdict": "first"})" : R"({"verdict": "second"})");
  };
  const Score both = judge(pairs, {.answer = "x"}, firsts, {}, kThree).score;
  EXPECT_EQ(both.details, R"({"values":[1.0,0.0],"votes":[true,false]})");
  EXPECT_TRUE(passes(both));
  const auto script = judges({{"a", "1"}, {"b", "1"}});
  EXPECT_TRUE(passes(judge("not: {" + panel("a, b") + "}", {.answer = "x"}, script, {}, kThree).score));
  const auto inside = judge("any_of: [{contains: q}, {" + panel("a, b") + "}]", {.answer = "x"},
                            judges({{"a", "5"}, {"b", "5"}}), {}, kThree);
  EXPECT_TRUE(passes(inside.score));
  EXPECT_EQ(inside.asked.front().name, "1/0/grade");
}

TEST(Panel, enters_its_judges_into_the_check) {
  const auto once = compile_yaml(panel("a, b"), kThree).check;
  const auto twice = compile_yaml(panel("a, b, a"), kThree).check;
  EXPECT_EQ(once->judges.size(), 2u);
  EXPECT_EQ(twice->judges.size(), 2u);
  EXPECT_EQ(once->judges[0].prompt, once->judges[1].prompt);
  EXPECT_NE(once->content, twice->content);
  EXPECT_EQ(compile_yaml("all_of: [{" + panel("a, b") + "}]", kThree).check->judges, once->judges);
}

TEST(Panel, is_refused_at_load_with_what_to_write) {
  const std::string rubric = "rubric: {criteria: c, scale: {1: a, 5: b}, pass: 4}";
  const std::vector<std::pair<std::string, std::string>> rows{
      {"panel: {check: {" + rubric + "}}", "needs the key 'judges'"},
      {"panel: {judges: [a, b]}", "needs the key 'check'"},
      {"panel: {judges: [a], check: {" + rubric + "}}", "a panel is a list of two judges or more"},
      {"panel: {judges: a, check: {" + rubric + "}}", "a panel is a list of two judges or more"},
      {"panel: {judges: [a, x], check: {" + rubric + "}}", "there is no judge 'x'"},
      {"panel: {judges: [a, b], check: {contains: x}}", "check 'contains' inside 'panel' asks no judge"},
      {"panel: {judges: [a, b], check: {rubrik: {}}}", "did you mean 'rubric'?"},
      {"panel: {judges: [a, b], check: [rubric]}", "the check inside 'panel' is `name: argument`"},
      {"panel: {judges: [a, b], check: {" + panel("a, b") + "}}", "check 'panel' inside 'panel' asks no judge"},
      {"panel: {judges: [a, b], check: {rubric: {judge: a, criteria: c, scale: {1: a, 5: b}, pass: 4}}}",
       "`panel` says who judges"},
      {"panel: {judges: [a, b], check: {rubric: {as: x, criteria: c, scale: {1: a, 5: b}, pass: 4}}}",
       "write `panel: {check: …, as: …}`"},
      {"panel: {judges: [a, b], min: 3, check: {" + rubric + "}}", "3 of 2 judges cannot tell"},
      {"panel: {judges: [a, b], rule: all, check: {" + rubric + "}}", "majority"},
      {"panel: {judges: [a, b], tie: maybe, check: {" + rubric + "}}", "tie"},
  };
  for (const auto& [check, message] : rows) {
    SCOPED_TRACE(check);
    const auto compiled = compile_yaml(check, kThree);
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
  const auto once = compile_yaml("panel: {judges: [a, b, c], check: {rubric: {criteria: c, pass: 4}}}", kThree);
  EXPECT_EQ(once.diagnostics.error_count(), 1u);  // one fault of the check inside, not one for each judge
}

}  // namespace
}  // namespace assay::judges
