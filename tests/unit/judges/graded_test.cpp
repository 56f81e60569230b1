#include "tests/unit/judges/judged.hpp"

namespace assay::judges {
namespace {

std::string reply(const std::string& verdict) {
  return Json{{"reason", "As the text says"}, {"verdict", verdict}}.dump();
}

TEST(Graded, gives_each_verdict_its_worth) {
  struct Row {
    std::string check;
    std::string verdict;
    double value;  // −1: not offered
    bool pass;
  };
  const std::vector<Row> rows{
      {"graded_qa: Paris", "correct", 1, true},
      {"graded_qa: Paris", "incorrect", 0, false},
      {"graded_qa: Paris", "partial", -1, false},
      {"graded_qa: {reference: Paris, partial: true}", "partial", 0.5, false},
      {"graded_qa: {reference: Paris, partial: true, threshold: 0.5}", "partial", 0.5, true},
      {"graded_qa: Paris", "C", -1, false},
      {"closed_qa: Names a city.", "yes", 1, true},
      {"closed_qa: Names a city.", "No.", 0, false},
      {"closed_qa: Names a city.", "Yes, but the answer violates the rest", -1, false},
      {"not: {closed_qa: Names a city.}", "no", 1, true},
      {"fact: Paris", "subset", 0.4, false},
      {"fact: Paris", "superset", 0.6, true},
      {"fact: Paris", "same", 1, true},
      {"fact: Paris", "disagree", 0, false},
      {"fact: Paris", "immaterial", 1, true},
      {"fact: {reference: Paris, threshold: 0.4}", "subset", 0.4, true},
      {"fact: Paris", "unknown", -1, false},
      {"fact: Paris", "", -1, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.check + " " + row.verdict);
    const auto judged = judge(row.check, {.answer = "Lyon"}, always(reply(row.verdict)));
    EXPECT_DOUBLE_EQ(value_of(judged.score), row.value);
    EXPECT_EQ(passes(judged.score), row.pass) << judged.score.why;
    EXPECT_EQ(judged.score.why.empty(), row.pass) << judged.score.why;
    EXPECT_EQ(judged.asked.size(), row.value < 0 ? 3u : 1u);
  }
}

TEST(Graded, says_the_verdict_and_the_reason) {
  const auto judged = judge("fact: Paris", {.answer = "Lyon"}, always(reply("disagree")));
  EXPECT_EQ(judged.score.why, "judged disagree: 'As the text says'");
  EXPECT_EQ(judged.score.details, R"({"verdict":"disagree"})");
  EXPECT_EQ(judge("not: {fact: Paris}", {.answer = "Paris"}, always("verdict: same")).score.why,
            "must not hold: judged same");
}

TEST(Graded, asks_with_what_it_was_given) {
  struct Row {
    std::string check;
    std::vector<std::string> holds;
    std::vector<std::string> lacks;
  };
  const std::vector<Row> rows{
      {"graded_qa: '{{gold}}'",
       {">\nParis\n</reference ", ">\nWhere?\n</question ", ">\nLyon\n</answer ", "\"correct\", \"incorrect\""},
       {"\"partial\"", "What counts"}},
      {"graded_qa: {reference: '{{gold}}', partial: true, criteria: The city alone.}",
       {"\"partial\": it says", "What counts as correct here:\nThe city alone."},
       {}},
      {"closed_qa: Names {{gold}}.", {"The criterion:\nNames Paris."}, {"<reference "}},
      {"closed_qa: {criteria: Is right., reference: '{{gold}}'}", {">\nParis\n</reference "}, {}},
      {"fact: '{{gold}}'", {"The expert's answer:\n<reference ", "\"immaterial\""}, {"What to look at"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.check);
    const auto judged = judge(row.check, {.answer = "Lyon", .vars = {{"gold", "Paris"}}}, always("verdict: yes"),
                              {{Author::user, {Text{"Where?"}}}});
    const auto& question = judged.asked.at(0).question;
    std::string all = text_of(question);
    const Json offered = Json::parse(question.schema).at("properties").at("verdict").at("enum");
    for (std::size_t i = 0; i < offered.size(); ++i) all += (i == 0 ? "" : ", ") + offered[i].dump();
    for (const auto& part : row.holds) EXPECT_NE(all.find(part), std::string::npos) << part << "\n" << all;
    for (const auto& part : row.lacks) EXPECT_EQ(all.find(part), std::string::npos) << part << "\n" << all;
  }
}

TEST(Graded, is_rendered_for_every_case) {
  for (const auto* const check : {"graded_qa: '{{a}}'", "closed_qa: '{{a}}'", "fact: '{{a}}'"}) {
    EXPECT_EQ(verify(check, {{"a", "x"}}, with_judges()), "");
    EXPECT_NE(verify(check, {{"b", "x"}}, with_judges()).find("case 'fr'"), std::string::npos);
    EXPECT_NE(verify(check, {{"a", ""}}, with_judges()).find("case 'fr'"), std::string::npos) << check;
  }
}

TEST(Graded, is_refused_at_load_without_what_it_needs) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"graded_qa: {criteria: c}", "needs the key 'reference'"},
      {"closed_qa: {reference: r}", "needs the key 'criteria'"},
      {"fact: {criteria: c}", "needs the key 'reference'"},
      {"fact: ''", "reference of 'fact' is empty"},
      {"closed_qa: {criteria: c, partial: true}", "partial"},
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
