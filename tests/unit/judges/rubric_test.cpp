#include "tests/unit/judges/judged.hpp"

namespace assay::judges {
namespace {

const std::string kRubric =
    "rubric: {criteria: Names the refund window., scale: {1: wrong, 3: vague, '5': names the window}, pass: 4}";

const std::vector<Message> kDialogue{{Author::system, {Text{"You are the shop's assistant."}}},
                                     {Author::user, {Text{"Hello"}}},
                                     {Author::assistant, {Text{"Hi!"}}},
                                     {Author::user, {Text{"May I send it back?"}}}};

std::string reply(int score) {
  return Json{{"reason", "It says so"}, {"score", score}}.dump();
}

TEST(Rubric, scores_on_its_scale_and_passes_from_its_mark) {
  struct Row {
    std::string check;
    int score;
    double value;
    bool pass;
  };
  const std::vector<Row> rows{
      {kRubric, 1, 0, false},
      {kRubric, 2, 0.25, false},  // every number between may be given
      {kRubric, 4, 0.75, true},
      {kRubric, 5, 1, true},
      {"rubric: Stays polite.", 0, 0, false},
      {"rubric: Stays polite.", 1, 1, true},
      {"rubric: {criteria: c, scale: {1: bad, 5: good}}", 4, 0.75, false},  // the highest, where no mark is set
      {"rubric: {criteria: c, scale: {-2: bad, 2: good}, pass: 0}", 0, 0.5, true},
      {"rubric: {criteria: c, scale: {10: good, 0: bad}, pass: 10}", 7, 0.7, false},
      {"rubric: {criteria: c, scale: {1: bad, 5: good}, threshold: 0.5}", 3, 0.5, true},
      {"not: {rubric: Is rude.}", 0, 1, true},
      {"not: {rubric: Is rude.}", 1, 0, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.check);
    const auto judged = judge(row.check, {.answer = "30 days"}, always(reply(row.score)));
    EXPECT_DOUBLE_EQ(value_of(judged.score), row.value);
    EXPECT_EQ(passes(judged.score), row.pass) << judged.score.why;
    EXPECT_EQ(judged.score.why.empty(), row.pass) << judged.score.why;
    EXPECT_EQ(judged.asked.size(), 1u);
  }
}

TEST(Rubric, says_why_it_fails_and_keeps_what_was_given) {
  const auto judged = judge(kRubric, {.answer = "soon"}, always(R"({"reason": "No\nwindow is named", "score": 2})"));
  EXPECT_EQ(judged.score.why, "scored 2 on 1 to 5, 4 or more is needed: 'No⏎window is named'");
  EXPECT_EQ(judged.score.details, R"({"hi":5,"lo":1,"pass":4,"score":2})");
  EXPECT_EQ(judge("rubric: polite", {.answer = "x"}, always("score: 0")).score.why, "scored 0 on 0 to 1, 1 is needed");
}

TEST(Rubric, says_what_the_judge_said_where_the_mark_is_reached_and_the_threshold_is_not) {
  const std::string scale = "scale: {1: bad, 5: good}, pass: 2";
  const auto judged = judge("rubric: {criteria: c, " + scale + ", threshold: 0.9}", {.answer = "x"}, always(reply(4)));
  EXPECT_EQ(judged.score.why,
            "the score 0.75 is below the threshold 0.9: scored 4 on 1 to 5, 2 or more is needed: 'It says so'");
  EXPECT_EQ(
      judge("g_eval: {criteria: c, steps: [Look.], " + scale + ", threshold: 0.9}", {.answer = "x"}, always(reply(4)))
          .score.why,
      "the score 0.75 is below the threshold 0.9: scored 4 on 1 to 5, 2 is needed: 'It says so'");
  EXPECT_EQ(judge("fact: {reference: Paris, threshold: 0.9}", {.answer = "x"},
                  always(R"({"reason": "More than that", "verdict": "superset"})"))
                .score.why,
            "the score 0.6 is below the threshold 0.9: judged superset: 'More than that'");
}

TEST(Rubric, asks_for_the_reason_first_and_for_a_score_of_the_scale) {
  const auto judged = judge(kRubric, {.answer = "30 days"}, always(reply(5)));
  ASSERT_EQ(judged.asked.size(), 1u);
  const auto& [name, question] = judged.asked[0];
  EXPECT_EQ(name, "grade");
  EXPECT_EQ(question.to, "strict");
  EXPECT_FALSE(question.logprobs);
  EXPECT_EQ(Json::parse(question.schema), Json::parse(R"({"type": "object", "additionalProperties": false,
    "required": ["reason", "score"], "properties":
    {"reason": {"type": "string"}, "score": {"type": "integer", "enum": [1, 2, 3, 4, 5]}}})"));
  EXPECT_LT(question.schema.find("\"reason\":"), question.schema.find("\"score\":"));
}

TEST(Rubric, shows_the_last_user_message_the_reference_and_the_answer_fenced) {
  const auto judged =
      judge("rubric: {criteria: 'As {{topic}} asks.', reference: '{{expected}}', scale: {1: '{{low}}', 2: b}}",
            {.answer = "30 days", .vars = {{"topic", "Ana"}, {"expected", "a month"}, {"low", "bad"}}},
            always(reply(2)), kDialogue);
  const auto text = text_of(judged.asked.at(0).question);
  for (const auto* const part : {"As Ana asks.", "\n1: bad\n2: b\n", ">\nMay I send it back?\n</question ",
                                 ">\na month\n</reference ", ">\n30 days\n</answer "}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_EQ(text.find("Hello"), std::string::npos);
  EXPECT_EQ(text.find("shop"), std::string::npos);
  EXPECT_EQ(text.find("{{"), std::string::npos);
}

TEST(Rubric, may_see_the_conversation) {
  const auto judged =
      judge("rubric: {criteria: polite, sees: conversation}", {.answer = "Yes"}, always("score: 1"), kDialogue);
  const auto text = text_of(judged.asked.at(0).question);
  const auto system = text.find(">\nYou are the shop's assistant.\n</system ");
  const auto first = text.find(">\nHello\n</user ");
  const auto second = text.find(">\nHi!\n</assistant ");
  const auto third = text.find(">\nMay I send it back?\n</user ");
  const auto answer = text.find(">\nYes\n</answer ");
  EXPECT_LT(system, first);
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_LT(third, answer);
  EXPECT_NE(answer, std::string::npos);
}

TEST(Rubric, judges_what_an_answer_without_text_says_instead) {
  Sample sample{.answer = ""};
  sample.response.message.parts = {Refusal{"I must decline"}};
  const auto judged = judge("rubric: declines politely", sample, always("score: 1"));
  EXPECT_NE(text_of(judged.asked.at(0).question).find(">\nI must decline\n</answer "), std::string::npos);
  EXPECT_TRUE(passes(judge("rubric: says nothing", {.answer = ""}, always("score: 1")).score));
}

TEST(Rubric, is_unscored_where_no_reply_gives_a_score_that_was_offered) {
  for (const auto* const bad : {"", "score: 6", "score: 0", "score: 3.5", R"({"score": "high"})", "five"}) {
    const auto judged = judge(kRubric, {.answer = "x"}, always(bad));
    EXPECT_TRUE(std::holds_alternative<Unscored>(judged.score.state)) << bad;
    EXPECT_EQ(judged.asked.size(), 3u);
  }
  const auto later = judge(kRubric, {.answer = "x"}, in_order({"score: 6", reply(5)}));
  EXPECT_TRUE(passes(later.score));
  ASSERT_EQ(later.asked.size(), 2u);
  EXPECT_NE(text_of(later.asked[1].question).find("its `score` is none of 1 to 5"), std::string::npos);
}

TEST(Rubric, is_unscored_without_a_question_where_the_answer_is_too_long) {
  const auto judged = judge(kRubric, {.answer = std::string((1u << 20) + 1, 'x')}, always(reply(5)));
  EXPECT_TRUE(std::holds_alternative<Unscored>(judged.score.state));
  EXPECT_TRUE(judged.asked.empty());
}

TEST(Rubric, is_an_error_where_the_judge_cannot_be_reached) {
  const auto judged =
      judge(kRubric, {.answer = "x"}, [](const Ask&) { return Error{ErrorKind::transport, "refused"}; });
  EXPECT_TRUE(std::holds_alternative<Error>(judged.score.state));
  EXPECT_EQ(judged.asked.size(), 1u);
}

TEST(Rubric, works_inside_other_checks) {
  const auto compiled =
      compile_yaml("all_of: [{rubric: {criteria: a, judge: one}}, {contains: x}, {rubric: {criteria: b, judge: two}}]",
                   with_judges({"one", "two"}));
  ASSERT_NE(compiled.check, nullptr) << compiled.error();
  EXPECT_EQ(compiled.check->judges.size(), 2u);
  EXPECT_FALSE(compiled.check->content.empty());
  const auto judged = judge(*compiled.check, {.answer = "x"}, {}, [](const Ask& ask) -> Reply {
    return said(ask.question.to == "two" && ask.name == "2/grade" ? "nothing" : "score: 1");
  });
  ASSERT_EQ(judged.asked.size(), 3u);
  EXPECT_EQ(judged.asked[0].name, "0/grade");
  EXPECT_EQ(judged.asked[1].name, "2/grade");
  EXPECT_EQ(judged.asked[2].name, "2/grade/2");
  EXPECT_TRUE(passes(judged.score)) << judged.score.why;
}

TEST(Rubric, is_rendered_for_every_case) {
  EXPECT_EQ(verify("rubric: 'As {{a}} asks'", {{"a", "x"}}, with_judges()), "");
  for (const auto* const check : {"rubric: 'As {{b}} asks'", "rubric: {criteria: c, reference: '{{b}}'}",
                                  "rubric: {criteria: c, scale: {0: '{{b}}', 1: d}}", "rubric: '{{empty}}'"}) {
    const auto fault = verify(check, {{"a", "x"}, {"empty", " "}}, with_judges());
    EXPECT_NE(fault.find("case 'fr'"), std::string::npos) << check << fault;
  }
}

TEST(Rubric, is_refused_at_load_with_what_to_write) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"rubric: {judge: strict}", "needs the key 'criteria'"},
      {"rubric: ' '", "criteria of 'rubric' is empty"},
      {"rubric: {criteria: c, scale: {1: bad}}", "says what its lowest and its highest score mean"},
      {"rubric: {criteria: c, scale: [bad, good]}", "a scale is a mapping, found a list"},
      {"rubric: {criteria: c, scale: {low: bad, high: good}}", "'low' is no score of a scale"},
      {"rubric: {criteria: c, scale: {1: bad, 1.5: good}}", "'1.5' is no score of a scale"},
      {"rubric: {criteria: c, scale: {1: bad, 3:, 5: good}}", "does not say what 3 means"},
      {"rubric: {criteria: c, scale: {0: bad, 500: good}}", "at most 101 scores"},
      {"rubric: {criteria: c, scale: {'1': bad, '+1': worse, 5: good}}", "stands twice"},
      {"rubric: {criteria: c, scale: {1: bad, 5: good}, pass: 6}", "6 cannot be reached on a scale from 1 to 5"},
      {"rubric: {criteria: c, scale: {1: bad, 5: good}, pass: 1}", "1 lets every score pass"},
      {"rubric: {criteria: c, scale: {1: bad, 5: good}, pass: high}", "pass"},
      {"rubric: {criteria: c, sees: all}", "sees"},
      {"rubric: {criteria: c, referense: r}", "did you mean 'reference'?"},
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
