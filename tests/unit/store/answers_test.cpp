#include "tests/unit/store/judged.hpp"

namespace assay::store {
namespace {

using test::TempDir;

class Answers : public ::testing::Test {
 protected:
  void SetUp() override {
    RunHeader run = judged_header("r1");
    run.suites.push_back(run.suites[0]);
    run.suites[1].id = "rivers";
    std::vector<Sample> samples = {judged_sample({0, 0, 0}, true), judged_sample({0, 0, 1}, false),
                                   judged_sample({0, 7, 0}, false), judged_sample({1, 0, 0}, false)};
    samples.push_back(ended({0, 8, 0}, Error{ErrorKind::auth, "HTTP 401", "set LLM_KEY"}));
    samples.push_back(ended({0, 9, 0}, Error{ErrorKind::cancelled, "stopped", ""}));
    write(*store_, run, samples);
  }

  static Sample ended(UnitId unit, Error error) {
    Sample sample = scored_sample(unit, false);
    sample.transcript.steps[0].result = error;
    sample.transcript.steps[0].attempts[0].error = error;
    sample.scores.clear();
    sample.outcome = outcome::EndpointError{std::move(error)};
    return sample;
  }

  std::unique_ptr<Recall> answers(std::vector<std::string> suites = {"capitals"}) {
    auto made = store_->answers("r1", std::move(suites));
    EXPECT_TRUE(made) << to_string(made.error());
    return std::move(*made);
  }

  /// Asks for an answer of the case with this ordinal in run r1.
  static Result<std::optional<Step>> ask(Recall& from, std::uint32_t ordinal, std::uint32_t sample = 0,
                                         std::uint32_t suite = 0) {
    const auto kase = planned_case(ordinal);
    const UnitId unit{suite, 1000 + ordinal, sample};  // its place now
    return from.find({unit, *kase, "turn/1", Role::target, {kase->messages, "{}"}});
  }
  static std::string said(const Result<std::optional<Step>>& step) {
    if (!step) return to_string(step.error());
    if (!*step) return "to be sent";
    EXPECT_TRUE((*step)->replayed);
    const auto* response = std::get_if<Response>(&(*step)->result);
    return response != nullptr ? text_of(response->message) : std::get<Error>((*step)->result).message;
  }

  TempDir dir_;
  std::unique_ptr<Store> store_ = open(dir_ / "h.db");
};

TEST_F(Answers, are_found_by_suite_case_and_sample) {
  const auto from = answers({"rivers", "lakes", "capitals"});
  EXPECT_EQ(said(ask(*from, 0, 0, 2)), "Paris");
  EXPECT_EQ(said(ask(*from, 0, 1, 2)), "Lyon");
  EXPECT_EQ(said(ask(*from, 7, 0, 2)), "Lyon");
  EXPECT_EQ(said(ask(*from, 0, 0, 2)), "Paris") << "in any order";
  EXPECT_EQ(said(ask(*from, 0, 0, 0)), "Lyon");
  EXPECT_NE(said(ask(*from, 7, 0, 0)).find("run r1 has no such case"), std::string::npos);
  EXPECT_NE(said(ask(*from, 0, 0, 1)).find("no answer is stored for lakes/case-0"), std::string::npos);
}

TEST_F(Answers, come_whole) {
  const auto from = answers();
  const auto step = ask(*from, 0);
  ASSERT_TRUE(step && *step);
  const Sample given = judged_sample({0, 0, 0}, true);
  const auto& expected = std::get<Response>(given.transcript.steps[0].result);
  const auto& got = std::get<Response>((*step)->result);
  EXPECT_EQ((*step)->name, "turn/1");
  EXPECT_EQ(got.raw, expected.raw);
  EXPECT_EQ(got.timings.gaps, expected.timings.gaps);
  EXPECT_EQ(got.usage.input_tokens, expected.usage.input_tokens);
  EXPECT_EQ((*step)->attempts.size(), 1u);
}

TEST_F(Answers, a_final_error_is_given_as_it_was) {
  const auto from = answers();
  const auto step = ask(*from, 8);
  ASSERT_TRUE(step && *step);
  const auto& error = std::get<Error>((*step)->result);
  EXPECT_EQ(error.kind, ErrorKind::auth);
  EXPECT_EQ(error.hint, "set LLM_KEY");
}

TEST_F(Answers, what_is_not_there_is_a_miss_that_names_the_case) {
  const auto from = answers();
  const std::pair<Result<std::optional<Step>>, const char*> rows[] = {
      {ask(*from, 3), "no answer is stored for capitals/case-3, sample 0, turn/1: run r1 has no such case"},
      {ask(*from, 0, 2), "no answer is stored for capitals/case-0, sample 2, turn/1: run r1 was given none"},
      {ask(*from, 9), "no answer is stored for capitals/case-9, sample 0, turn/1: run r1 was given none"},
  };
  for (const auto& [step, says] : rows) {
    ASSERT_FALSE(step);
    EXPECT_EQ(step.error().kind, ErrorKind::replay_miss);
    EXPECT_EQ(step.error().message, says);
    EXPECT_FALSE(step.error().hint.empty());
  }
}

TEST_F(Answers, hold_for_the_messages_that_they_were_given_to) {
  const auto from = answers();
  const auto kase = planned_case(0);
  const UnitId unit{0, 0, 0};
  const auto asked = [&](const std::vector<Message>& messages) {
    return said(from->find({unit, *kase, "turn/1", Role::target, {messages, "{}"}}));
  };
  EXPECT_EQ(asked(kase->messages), "Paris");
  auto changed = kase->messages;
  changed[1].parts = {Text{"Capital of France? "}};
  EXPECT_NE(asked(changed).find("they differ in message 2"), std::string::npos) << asked(changed);
  auto longer = kase->messages;
  longer.push_back(longer[1]);
  EXPECT_NE(asked(longer).find("they differ in message 3"), std::string::npos) << asked(longer);
  EXPECT_NE(asked({kase->messages[0]}).find("they differ in message 2"), std::string::npos);
}

TEST_F(Answers, of_judges_are_asked_for_anew) {
  const auto from = answers();
  const auto kase = planned_case(0);
  const auto question = judged_sample({0, 0, 0}, true).transcript.steps[1].question;
  const UnitId unit{0, 0, 0};
  const auto step = from->find({unit, *kase, "check/0/grade", Role::judge, {question->messages, "{}"}});
  ASSERT_FALSE(step);
  EXPECT_EQ(step.error().kind, ErrorKind::replay_miss);
}

TEST_F(Answers, of_a_run_that_was_scored_are_those_of_its_origin) {
  RunHeader scored = judged_header("s1");
  scored.kind = RunKind::scored;
  scored.origin = "r1";
  const auto from = answers();
  Sample sample = judged_sample({0, 0, 0}, true);
  sample.transcript.steps[0] = **ask(*from, 0);
  write(*store_, scored, {sample});
  auto again = store_->answers("s1", {"capitals"});
  ASSERT_TRUE(again);
  EXPECT_EQ(said(ask(**again, 0)), "Paris");
}

TEST_F(Answers, of_a_run_that_is_not_there_are_an_error) {
  auto none = store_->answers("r9", {"capitals"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace assay::store
