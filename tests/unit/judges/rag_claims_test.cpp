/// faithfulness, answer_relevancy, context_recall, factual_correctness, noise_sensitivity: worked numbers.

#include "tests/unit/judges/rag_support.hpp"

namespace assay::judges {

namespace {

const Json kEinstein = {
    {"question", "Where and when was Einstein born?"},
    {"contexts", {"Albert Einstein (born 14 March 1879) was a German-born theoretical physicist."}}};

struct Faith {
  std::string_view name;
  std::string_view options;
  std::vector<std::string> given;
  double value;
  bool pass;
};

TEST(Faithfulness, is_the_share_of_supported_claims) {
  const std::vector<Faith> rows{
      // The worked example of Ragas' documentation: of `born in Germany`, `born on 20th March 1879` one is inferable.
      {"ragas", "{}", {"supported", "contradicted"}, 0.5, false},
      // promptfoo's documentation of context-faithfulness: of the capital and its residents one is in the context.
      {"promptfoo", "{}", {"supported", "not_found"}, 0.5, false},
      {"exactly one", "{}", {"supported", "supported", "supported"}, 1, true},
      {"exactly nought", "{}", {"contradicted"}, 0, false},
      {"a third", "{}", {"not_found", "supported", "contradicted"}, 1.0 / 3, false},
      // DeepEval's definition: verdicts other than `no` / all verdicts.
      {"deepeval", "{counts: not_contradicted}", {"supported", "not_found", "contradicted", "supported"}, 0.75, false},
      {"deepeval, none contradicted", "{counts: not_contradicted}", {"not_found", "not_found"}, 1, true},
      {"a threshold decides", "{threshold: 0.5}", {"supported", "contradicted"}, 0.5, true},
      {"a threshold decides against", "{threshold: 0.6}", {"supported", "contradicted"}, 0.5, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const std::vector<std::string> texts{"Einstein was born in Germany.", "Einstein was born on 20th March 1879.", "c",
                                         "d"};
    Json list = Json::array();
    for (std::size_t i = 0; i < row.given.size(); ++i) list.push_back({{"id", i + 1}, {"text", texts[i]}});
    const auto outcome = judge(fmt::format("faithfulness: {}", row.options),
                               {.answer = "Einstein was born in Germany on 20th March 1879.", .vars = kEinstein},
                               {{"claims", said(Json{{"claims", list}}.dump())}, {"verdicts", verdicts(row.given)}});
    EXPECT_EQ(outcome.value(), row.value);
    EXPECT_EQ(outcome.pass(), row.pass) << outcome.score.why;
    EXPECT_EQ(outcome.names(), (std::vector<std::string>{"claims", "verdicts"}));
  }
}

TEST(Faithfulness, says_which_claim_fails_and_why) {
  const auto outcome = judge("faithfulness: {}", {.answer = "Einstein was born in Ulm in 1878.", .vars = kEinstein},
                             {{"claims", claims({"Einstein was born in Ulm.", "Einstein was born in 1878."})},
                              {"verdicts", verdicts({"not_found", "contradicted"})}});
  EXPECT_EQ(outcome.score.why,
            "the contexts do not support 2 of 2 claims: they contradict 'Einstein was born in 1878.' (the judge: "
            "'because 2')");
  EXPECT_EQ(Json::parse(outcome.score.details),
            (Json{{"claims", 2}, {"supported", 0}, {"contradicted", 1}, {"not_found", 1}}));
}

TEST(Faithfulness, a_plain_pass_says_nothing) {
  const auto outcome =
      judge("faithfulness: {}", {.answer = "Einstein was a physicist.", .vars = kEinstein},
            {{"claims", claims({"Einstein was a physicist."})}, {"verdicts", verdicts({"supported"})}});
  EXPECT_TRUE(outcome.pass());
  EXPECT_EQ(outcome.score.why, "");
}

TEST(Faithfulness, an_answer_without_claims_is_unscored) {
  const auto none =
      judge("faithfulness: {}", {.answer = "I do not know.", .vars = kEinstein}, {{"claims", claims({})}});
  EXPECT_EQ(none.untold(), "the judge finds no claim in the answer");
  const auto empty = judge("faithfulness: {}", {.answer = " \n", .vars = kEinstein}, Replies{});
  EXPECT_EQ(empty.untold(), "there is nothing to judge in an empty answer");
  EXPECT_TRUE(empty.asked.empty());
}

TEST(AnswerRelevancy, is_the_share_of_statements_on_topic) {
  const Json vars = {{"question", "What is the return policy?"}};
  const RagSample sample{.answer = "30 days, full refund. We also sell socks.", .vars = vars};
  const auto all =
      judge("answer_relevancy: {}", sample,
            {{"claims", claims({"30 days", "full refund"})}, {"verdicts", verdicts({"relevant", "Relevant"})}});
  EXPECT_EQ(all.value(), 1);
  EXPECT_TRUE(all.pass());
  const auto some = judge("answer_relevancy: {}", sample,
                          {{"claims", claims({"30 days", "full refund", "We sell socks."})},
                           {"verdicts", verdicts({"relevant", "relevant", "irrelevant"})}});
  EXPECT_EQ(some.value(), 2.0 / 3);
  EXPECT_EQ(some.score.why, "1 of 3 statements is off topic: 'We sell socks.' (the judge: 'because 3')");
  EXPECT_EQ(judge("answer_relevancy: {}", {.answer = "", .vars = vars}, Replies{}).value(), 0);
}

TEST(AnswerRelevancy, needs_a_question) {
  EXPECT_NE(judge("answer_relevancy: {}", {.answer = "30 days."}, Replies{}).untold(), "");
  const auto outcome = judge("answer_relevancy: {}", {.answer = "30 days.", .user = "What is the return policy?"},
                             {{"claims", claims({"30 days"})}, {"verdicts", verdicts({"relevant"})}});
  EXPECT_NE(outcome.shown("claims").find("What is the return policy?"), std::string::npos);
}

TEST(ContextRecall, is_the_share_of_the_references_claims_in_the_contexts) {
  // The worked example of Ragas' documentation (v0.1): the low recall context names Western Europe, not the capital.
  const Json vars = {
      {"question", "Where is France and what is it's capital?"},
      {"reference", "France is in Western Europe and its capital is Paris."},
      {"contexts", {"France, in Western Europe, encompasses medieval cities.", "Renowned for its wines."}}};
  const auto outcome = judge("context_recall: {}", {.answer = "the answer plays no part", .vars = vars},
                             {{"claims", claims({"France is in Western Europe.", "The capital of France is Paris."})},
                              {"verdicts", verdicts({"supported", "not_found"})}});
  EXPECT_EQ(outcome.value(), 0.5);
  EXPECT_EQ(outcome.score.why,
            "1 of the reference's 2 claims is not in the contexts: 'The capital of France is Paris.' (the judge: "
            "'because 2')");
  EXPECT_EQ(outcome.shown("claims").find("plays no part"), std::string::npos);
  EXPECT_EQ(judge("context_recall: {}", {.answer = "", .vars = vars},
                  {{"claims", claims({"a", "b"})}, {"verdicts", verdicts({"supported", "supported"})}})
                .value(),
            1);
}

struct Fact {
  std::string_view name;
  double beta;
  std::vector<std::string> answer;     ///< verdicts on the answer's claims
  std::vector<std::string> reference;  ///< on the reference's
  double value;
};

TEST(FactualCorrectness, is_an_f_score_of_claims) {
  const std::vector<Fact> rows{
      // Ragas' documentation: `The Eiffel Tower is located in Paris.` against a reference that adds its height.
      // TP 1, FP 0, FN 1: F1 = 0.67.
      {"ragas", 1, {"supported"}, {"supported", "not_found"}, 2.0 / 3},
      {"the same", 1, {"supported", "supported"}, {"supported"}, 1},
      {"nothing right", 1, {"contradicted"}, {"not_found"}, 0},
      // (1 + β²) TP / ((1 + β²) TP + β² FN + FP) with TP 1, FP 1, FN 3
      {"beta 1", 1, {"supported", "not_found"}, {"not_found", "not_found", "not_found"}, 2.0 / 6},
      {"beta 2", 2, {"supported", "not_found"}, {"not_found", "not_found", "not_found"}, 5.0 / 18},
      {"beta 0.5", 0.5, {"supported", "not_found"}, {"not_found", "not_found", "not_found"}, 1.25 / 3},
      {"beta 0 is precision", 0, {"supported", "not_found"}, {"not_found", "not_found", "not_found"}, 0.5},
      {"beta 0.1 is exact", 0.1, {"supported", "supported"}, {"supported", "supported"}, 1},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto list = [](const std::vector<std::string>& of) {
      Json all = Json::array();
      for (const auto& one : of) all.push_back({{"id", all.size() + 1}, {"text", "claim " + one}});
      return said(Json{{"claims", all}}.dump());
    };
    const auto outcome = judge(fmt::format("factual_correctness: {{beta: {}}}", row.beta),
                               {.answer = "In Paris.", .vars = {{"reference", "In Paris, 1000 ft high."}}},
                               {{"claims/answer", list(row.answer)},
                                {"claims/reference", list(row.reference)},
                                {"verdicts/answer", verdicts(row.answer)},
                                {"verdicts/reference", verdicts(row.reference)}});
    EXPECT_DOUBLE_EQ(outcome.value(), row.value) << outcome.score.why;
    EXPECT_EQ(outcome.pass(), row.value == 1);
  }
}

TEST(FactualCorrectness, the_first_text_that_cannot_be_judged_is_the_one_it_names) {
  const RagSample sample{.answer = "Hm.", .vars = {{"reference", "Well."}}};
  EXPECT_EQ(judge("factual_correctness: {}", sample, {{"claims/answer", claims({})}, {"claims/reference", claims({})}})
                .untold(),
            "the judge finds no claim in the answer");
  const auto down =
      judge("factual_correctness: {}", sample,
            {{"claims/answer", Error{ErrorKind::transport, "no route"}}, {"claims/reference", claims({})}});
  EXPECT_TRUE(std::holds_alternative<Error>(down.score.state)) << "asking again may help";
}

TEST(FactualCorrectness, says_what_is_wrong_and_what_is_missing) {
  const auto outcome = judge("factual_correctness: {}", {.answer = "In Rome.", .vars = {{"reference", "In Paris."}}},
                             {{"claims/answer", claims({"It is in Rome."})},
                              {"claims/reference", claims({"It is in Paris."})},
                              {"verdicts/answer", verdicts({"contradicted"})},
                              {"verdicts/reference", verdicts({"not_found"})}});
  EXPECT_EQ(outcome.score.why,
            "1 of the answer's 1 claim is not in the reference: 'It is in Rome.' (the judge: 'because 1'); 1 of the "
            "reference's 1 claim is not in the answer: 'It is in Paris.' (the judge: 'because 1')");
  EXPECT_EQ(judge("factual_correctness: {}", {.answer = "", .vars = {{"reference", "In Paris."}}}, Replies{}).value(),
            0);
}

// The worked example of Ragas' documentation: the Life Insurance Corporation of India. Three claims, of which the third
// is not in the reference and comes from the third passage.
const Json kInsurance = {
    {"reference", "LIC is the largest insurer in India, established in 1956, with large investments."},
    {"contexts",
     {"LIC was established in 1956.", "LIC is the largest insurance company in India.",
      "LIC contributes to the financial stability of the country.", "The Indian economy grows."}}};

Replies insurance(const std::vector<std::string>& useful) {
  return {{"claims", claims({"LIC is the largest insurer.", "LIC has investments.", "LIC contributes to stability."})},
          {"verdicts/reference", verdicts({"supported", "supported", "not_found"})},
          {"useful", verdicts(useful)},
          {"verdicts/1", verdicts({"not_found"})},
          {"verdicts/2", verdicts({"not_found"})},
          {"verdicts/3", verdicts({"supported"})},
          {"verdicts/4", verdicts({"not_found"})}};
}

struct Noise {
  std::string_view name;
  std::string_view options;
  std::vector<std::string> useful;
  double value;
  bool pass;
};

TEST(NoiseSensitivity, is_the_share_of_wrong_claims_that_a_passage_led_to) {
  const std::vector<std::string> relevant{"useful", "useful", "useful", "useless"};
  const std::vector<std::string> stray{"useful", "useful", "useless", "useless"};
  const std::vector<Noise> rows{
      {"ragas", "{}", relevant, 1.0 / 3, false},
      {"ragas, irrelevant", "{from: irrelevant}", relevant, 0, true},
      {"from an irrelevant one", "{}", stray, 0, true},
      {"from an irrelevant one, asked", "{from: irrelevant}", stray, 1.0 / 3, false},
      {"any", "{from: any}", stray, 1.0 / 3, false},
      {"up to max", "{max: 0.4}", relevant, 1.0 / 3, true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto outcome = judge(fmt::format("noise_sensitivity: {}", row.options),
                               {.answer = "LIC is …", .vars = kInsurance}, insurance(row.useful));
    EXPECT_EQ(outcome.value(), row.value);
    EXPECT_EQ(outcome.pass(), row.pass) << outcome.score.why;
  }
}

TEST(NoiseSensitivity, names_the_passage_and_asks_about_wrong_claims_only) {
  const auto outcome = judge("noise_sensitivity: {}", {.answer = "LIC is …", .vars = kInsurance},
                             insurance({"useful", "useful", "useful", "useless"}));
  EXPECT_EQ(outcome.score.why,
            "1 of the answer's 3 claims is not in the reference and from a passage: passage 3 (relevant) says "
            "'LIC contributes to stability.' (the judge: 'because 1')");
  EXPECT_EQ(outcome.names(), (std::vector<std::string>{"claims", "verdicts/reference", "useful", "verdicts/1",
                                                       "verdicts/2", "verdicts/3"}));
  const auto right =
      judge("noise_sensitivity: {}", {.answer = "LIC is …", .vars = kInsurance},
            {{"claims", claims({"LIC is the largest insurer."})}, {"verdicts/reference", verdicts({"supported"})}});
  EXPECT_EQ(right.value(), 0);
  EXPECT_TRUE(right.pass());
}

TEST(NoiseSensitivity, is_better_the_lower) {
  const auto compiled = compile_yaml("noise_sensitivity: {}", with_judges());
  ASSERT_NE(compiled.check, nullptr) << compiled.error();
  EXPECT_EQ(compiled.check->better, Direction::down);
  EXPECT_NE(compile_yaml("noise_sensitivity: {threshold: 0.5}", with_judges()).error().find("max: 0.2"),
            std::string::npos);
  // Inside a group nothing wrong counts 1.
  const auto group =
      judge("all_of: [{noise_sensitivity: {}}]", {.answer = "LIC is …", .vars = kInsurance},
            {{"0/claims", claims({"LIC is the largest insurer."})}, {"0/verdicts/reference", verdicts({"supported"})}});
  EXPECT_EQ(group.value(), 1);
  EXPECT_TRUE(group.pass());
}

}  // namespace

}  // namespace assay::judges
