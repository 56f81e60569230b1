/// A failure that counts is judged twice.

#include "tests/unit/judges/judged.hpp"

#include <algorithm>
#include <map>

namespace assay::judges {
namespace {

const std::string kRubric = "rubric: {judge: strict, criteria: Polite., scale: {1: rude, 3: cool, 5: polite}, pass: 4}";
const std::vector<std::string> kNames{"strict", "second", "third"};

CompileEnv confirmed_by(std::optional<std::string> judge) {
  CompileEnv env = with_judges(kNames);
  for (auto& ref : env.judges) ref.digest = "sha256:" + ref.name;
  env.judges.push_back({"vectors", "sha256:v", JudgeKind::embeddings});
  env.confirm = SecondOpinion{std::move(judge), {"gate.yaml", 3, 5}};
  return env;
}

// Replies by who is asked, first and again; `?` cannot be read, `!` cannot be asked.
Script replies(std::map<std::string, std::string> given) {
  return [given = std::move(given)](const Ask& ask) -> Reply {
    const auto again = ask.name.starts_with(kConfirmPrefix);
    const auto& reply = given.at(ask.question.to + (again ? " again" : ""));
    if (reply == "!") return Error{ErrorKind::unavailable, "503", "", {}};
    return said(reply == "?" ? "I cannot say" : R"({"reason": "so", "score": )" + reply + "}");
  };
}

std::string error_of(const Score& score) {
  const auto* const error = std::get_if<Error>(&score.state);
  return error == nullptr ? "" : error->message;
}

TEST(Confirming, a_pass_is_asked_once) {
  const auto judged = judge(kRubric, {.answer = "Hello"}, replies({{"strict", "5"}}), {}, confirmed_by("second"));
  EXPECT_TRUE(judged.pass());
  EXPECT_EQ(judged.names(), std::vector<std::string>{"grade"});
  EXPECT_EQ(judged.score.details.find("confirmed"), std::string::npos);
}

TEST(Confirming, a_failure_that_the_other_judge_sees_too_stands) {
  const auto judged = judge(kRubric, {.answer = "Go away"}, replies({{"strict", "3"}, {"second again", "1"}}), {},
                            confirmed_by("second"));
  EXPECT_EQ(judged.value(), 0.5) << "the first judge's score";
  EXPECT_FALSE(judged.pass());
  EXPECT_EQ(judged.names(), (std::vector<std::string>{"grade", "confirm/grade"}));
  EXPECT_EQ(judged.asked[1].question.to, "second");
  EXPECT_EQ(judged.score.why, "scored 3 on 1 to 5, 4 or more is needed: 'so'; confirmed by second");
  EXPECT_EQ(judged.score.details, R"({"confirmed":true,"hi":5,"lo":1,"pass":4,"score":3})");
}

TEST(Confirming, a_failure_that_the_other_judge_passes_could_not_be_told) {
  const auto judged =
      judge(kRubric, {.answer = "Well"}, replies({{"strict", "1"}, {"second again", "5"}}), {}, confirmed_by("second"));
  EXPECT_EQ(judged.untold(),
            "strict fails it (scored 1 on 1 to 5, 4 or more is needed: 'so'), and second passes it: not confirmed");
  EXPECT_EQ(judged.score.details, R"({"confirmed":false,"hi":5,"lo":1,"pass":4,"score":1})");
}

TEST(Confirming, a_second_judge_that_cannot_tell_leaves_it_untold) {
  const auto script = replies({{"strict", "1"}, {"second again", "?"}});
  const auto judged = judge(kRubric, {.answer = "Well"}, script, {}, confirmed_by("second"));
  EXPECT_NE(judged.untold().find(", and second could not tell: asked 3 times"), std::string::npos) << judged.untold();
  EXPECT_EQ(judged.names(), (std::vector<std::string>{"grade", "confirm/grade", "confirm/grade/2", "confirm/grade/3"}));
}

TEST(Confirming, a_second_judge_that_cannot_be_asked_is_an_error) {
  const auto script = replies({{"strict", "1"}, {"second again", "!"}});
  const auto judged = judge(kRubric, {.answer = "Well"}, script, {}, confirmed_by("second"));
  EXPECT_NE(error_of(judged.score).find(", and second could not be asked: "), std::string::npos)
      << error_of(judged.score);
}

TEST(Confirming, what_the_first_judge_cannot_tell_is_not_asked_again) {
  for (const auto* reply : {"?", "!"}) {
    const auto judged = judge(kRubric, {.answer = "Well"}, replies({{"strict", reply}}), {}, confirmed_by("second"));
    EXPECT_EQ(value_of(judged.score), -1);
    EXPECT_EQ(judged.names().back().find("confirm/"), std::string::npos);
  }
}

TEST(Confirming, only_the_second_opinion_is_asked_anew) {
  const auto script = replies({{"strict", "1"}, {"second again", "1"}});
  const auto judged = judge(kRubric, {.answer = "Well"}, script, {}, confirmed_by("second"));
  ASSERT_EQ(judged.asked.size(), 2U);
  EXPECT_FALSE(judged.asked[0].question.fresh);
  EXPECT_TRUE(judged.asked[1].question.fresh);
}

// Without a name, and where the name is the check's own judge.
TEST(Confirming, the_same_judge_reads_the_scale_from_the_other_end) {
  for (const auto& judge_named : {std::optional<std::string>(), std::optional<std::string>("strict")}) {
    const auto script = replies({{"strict", "1"}, {"strict again", "1"}});
    const auto judged = judge(kRubric, {.answer = "Well"}, script, {}, confirmed_by(judge_named));
    EXPECT_FALSE(judged.pass());
    EXPECT_NE(judged.shown("grade").find("1: rude\n3: cool\n5: polite"), std::string::npos) << judged.shown("grade");
    const auto again = judged.shown("confirm/grade");
    EXPECT_NE(again.find("5: polite\n3: cool\n1: rude"), std::string::npos) << again;
    EXPECT_NE(again.find("from 5 to 1"), std::string::npos) << again;
    EXPECT_NE(judged.asked[1].question.schema.find("[5,4,3,2,1]"), std::string::npos);
    EXPECT_TRUE(judged.score.why.ends_with("; confirmed by strict, asked a second time")) << judged.score.why;
  }
}

TEST(Confirming, verdicts_in_words_are_listed_from_the_last_to_the_first) {
  const auto script = [](const Ask&) -> Reply { return said(R"({"reason": "so", "verdict": "no"})"); };
  const auto judged = judge("closed_qa: {judge: strict, criteria: Names a date.}", {.answer = "Soon"}, script, {},
                            confirmed_by(std::nullopt));
  EXPECT_FALSE(judged.pass());
  EXPECT_NE(judged.asked[0].question.schema.find(R"(["yes","no"])"), std::string::npos);
  EXPECT_NE(judged.asked[1].question.schema.find(R"(["no","yes"])"), std::string::npos);
  EXPECT_EQ(judged.shown("grade").find("on offer"), std::string::npos);
  EXPECT_NE(judged.shown("confirm/grade").find(R"(from the last to the first: "no", "yes".)"), std::string::npos);
}

TEST(Confirming, a_named_judge_is_one_more_and_the_content_stays) {
  const auto plain = compile_yaml(kRubric, [] {
    auto env = confirmed_by({});
    env.confirm.reset();
    return env;
  }());
  const auto named = compile_yaml(kRubric, confirmed_by("second"));
  const auto same = compile_yaml(kRubric, confirmed_by({}));
  ASSERT_TRUE(plain.check && named.check && same.check);
  EXPECT_EQ(named.check->content, plain.check->content);
  EXPECT_EQ(same.check->content, plain.check->content);
  EXPECT_EQ(same.check->judges, plain.check->judges);
  ASSERT_EQ(named.check->judges.size(), 2U);
  EXPECT_EQ(named.check->judges[1].judge, "second");
  EXPECT_EQ(named.check->judges[1].prompt, plain.check->judges[0].prompt) << "what is measured of it elsewhere counts";
}

// The whole is confirmed, never what is inside: `not` fails where that passes.
TEST(Confirming, a_check_around_a_judged_one_is_confirmed_as_a_whole) {
  const std::string negated = "not: {" + kRubric + "}";
  const auto unconfirmed =
      judge(negated, {.answer = "Well"}, replies({{"strict", "5"}, {"second again", "1"}}), {}, confirmed_by("second"));
  EXPECT_NE(unconfirmed.untold().find("not confirmed"), std::string::npos) << unconfirmed.untold();
  const auto passing = judge(negated, {.answer = "Well"}, replies({{"strict", "1"}}), {}, confirmed_by("second"));
  EXPECT_TRUE(passing.pass());
}

TEST(Confirming, a_panel_is_confirmed_by_one_call_of_the_judge_named) {
  const auto judged = judge(
      "panel: {judges: [strict, second], min: 2, check: {rubric: {criteria: Polite., scale: {1: rude, 5: polite}}}}",
      {.answer = "Well"}, replies({{"strict", "1"}, {"second", "1"}, {"third again", "1"}}), {}, confirmed_by("third"));
  EXPECT_FALSE(judged.pass());
  EXPECT_EQ(judged.names(), (std::vector<std::string>{"0/grade", "1/grade", "confirm/grade"}));
}

TEST(Confirming, a_threshold_decides_both_times) {
  const auto judged =
      judge("rubric: {judge: strict, criteria: Polite., scale: {1: rude, 5: polite}, threshold: 0.5}",
            {.answer = "Well"}, replies({{"strict", "2"}, {"second again", "3"}}), {}, confirmed_by("second"));
  EXPECT_NE(judged.untold().find("second passes it"), std::string::npos) << judged.untold();
}

TEST(Confirming, a_computed_check_is_not_asked) {
  const auto compiled = compile_yaml("contains: Paris", confirmed_by("nobody"));
  ASSERT_NE(compiled.check, nullptr) << compiled.error();
  EXPECT_FALSE(passes(run(*compiled.check, {.answer = "Lyon"})));
}

TEST(Confirming, a_judge_that_will_not_do_is_reported_where_it_is_asked_for) {
  for (const auto& [name, message] :
       {std::pair("secnd", "there is no judge 'secnd'"),
        std::pair("vectors", "the judge 'vectors' gives embeddings, and cannot be asked")}) {
    const auto compiled = compile_yaml(kRubric, confirmed_by(name));
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_EQ(compiled.diagnostics.error_count(), 1U);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
    EXPECT_TRUE(compiled.error().starts_with("gate.yaml:3")) << compiled.error();
  }
}

}  // namespace
}  // namespace assay::judges
