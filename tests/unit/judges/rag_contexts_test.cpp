/// context_precision, context_relevancy, abstention; where contexts, question and reference come from.

#include "judges/model/rag/sentences.hpp"
#include "tests/unit/judges/rag_support.hpp"

namespace assay::judges {

namespace {

struct Precision {
  std::string_view name;
  std::vector<std::string> useful;
  double value;
};

TEST(ContextPrecision, is_average_precision) {
  const std::vector<Precision> rows{
      // The worked examples of Ragas' documentation (v0.1): the useful passage first, and second.
      {"ragas, high", {"useful", "useless"}, 1},
      {"ragas, low", {"useless", "useful"}, 0.5},
      {"all", {"useful", "useful", "useful"}, 1},
      {"none", {"useless", "useless"}, 0},
      {"a gap", {"useful", "useless", "useful"}, (1 + 2.0 / 3) / 2},
      {"at the end", {"useless", "useless", "useless", "useful"}, 0.25},
      {"one", {"useful"}, 1},
      {"useless at the end costs nothing", {"useful", "useful", "useless", "useless"}, 1},
      {"ranks 1, 3, 6",
       {"useful", "useless", "useful", "useless", "useless", "useful"},
       (1.0 / 1 + 2.0 / 3 + 3.0 / 6) / 3},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    Json contexts = Json::array();
    for (std::size_t i = 0; i < row.useful.size(); ++i) contexts.push_back(fmt::format("passage text {}", i));
    const auto outcome =
        judge("context_precision: {}", {.answer = "", .vars = {{"contexts", contexts}, {"reference", "r"}}},
              {{"useful", verdicts(row.useful)}});
    EXPECT_DOUBLE_EQ(outcome.value(), row.value);
    EXPECT_EQ(outcome.pass(), row.value == 1) << outcome.score.why;
  }
}

TEST(ContextPrecision, names_the_passage_that_is_in_the_way) {
  const Json vars = {{"contexts", {"wines", "Paris is the capital"}}, {"reference", "Paris"}};
  const auto outcome =
      judge("context_precision: {}", {.answer = "", .vars = vars}, {{"useful", verdicts({"useless", "useful"})}});
  EXPECT_EQ(outcome.score.why,
            "1 of 2 passages is useful for the reference; passage 1 is not: 'wines' (the judge: 'because 1')");
}

TEST(ContextPrecision, does_without_a_reference) {
  const auto outcome = judge("context_precision: {for: answer}",
                             {.answer = "Paris it is.", .vars = {{"contexts", {"Paris is the capital"}}}},
                             {{"useful", verdicts({"useful"})}});
  EXPECT_TRUE(outcome.pass());
  EXPECT_NE(outcome.shown("useful").find("Paris it is."), std::string::npos);
}

TEST(ContextRelevancy, is_the_share_of_sentences_on_topic) {
  // The worked example of promptfoo's documentation of context-relevance: 0.33.
  const Json vars = {{"question", "What is the capital of France?"},
                     {"contexts", {"Paris is the capital. France has great wine. The Eiffel Tower is in Paris."}}};
  const auto outcome = judge("context_relevancy: {threshold: 0.3}", {.answer = "", .vars = vars},
                             {{"verdicts/0", verdicts({"relevant", "irrelevant", "irrelevant"})}});
  EXPECT_EQ(outcome.value(), 1.0 / 3);
  EXPECT_TRUE(outcome.pass());
  const Json several = {{"question", "which?"},
                        {"contexts", {"One is it. Two is it.", "Three is it.", " ", "Four is it."}}};
  const auto over_all = judge("context_relevancy: {}", {.answer = "", .vars = several},
                              {{"verdicts/0", verdicts({"relevant", "relevant"})},
                               {"verdicts/1", verdicts({"irrelevant"})},
                               {"verdicts/2", verdicts({"relevant"})}});
  EXPECT_EQ(over_all.value(), 0.75);
  EXPECT_EQ(over_all.names(), (std::vector<std::string>{"verdicts/0", "verdicts/1", "verdicts/2"}));
}

TEST(ContextRelevancy, asks_fifty_sentences_at_a_time) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += fmt::format("Number {} stands here. ", i);
  const auto outcome =
      judge("context_relevancy: {}", {.answer = "", .vars = {{"question", "which?"}, {"contexts", {text}}}},
            {{"verdicts/0", verdicts(std::vector<std::string>(50, "relevant"))},
             {"verdicts/1", verdicts(std::vector<std::string>(10, "irrelevant"))}});
  EXPECT_EQ(outcome.value(), 50.0 / 60);
  EXPECT_EQ(outcome.score.why,
            "10 of 60 sentences in the contexts are off topic: in passage 1, 'Number 50 stands here.' (the judge: "
            "'because 1')");
}

struct Split {
  std::string_view text;
  std::vector<std::string_view> sentences;
};

TEST(Sentences, are_split_by_rule) {
  const std::vector<Split> rows{
      {"", {}},
      {" --- ", {}},
      {"One. Two! Three? Four", {"One.", "Two!", "Three?", "Four"}},
      {"Dr. Smith paid 3.14 e.g. in the U.S. to J. Doe. Then he left.",
       {"Dr. Smith paid 3.14 e.g. in the U.S. to J. Doe.", "Then he left."}},
      {"It is so. [1][2] And this. [3]", {"It is so. [1][2]", "And this. [3]"}},
      {"It is so [1]. And this [2, 3].", {"It is so [1].", "And this [2, 3]."}},
      {"He said \"Stop.\" She did not.", {"He said \"Stop.\"", "She did not."}},
      {"a line\nthat goes on. Next", {"a line\nthat goes on.", "Next"}},
      {"# Title\nText here\n\n- one\n- two\n1. First. Second.",
       {"# Title", "Text here", "- one", "- two", "1. First.", "Second."}},
      {"パリは首都です。東京ではない！", {"パリは首都です。", "東京ではない！"}},
      {"yes... and no. Wait?! Yes", {"yes... and no.", "Wait?!", "Yes"}},
      {"See No. 5 and Fig. 2. Is it? No. 5 is odd. No.", {"See No. 5 and Fig. 2.", "Is it?", "No. 5 is odd.", "No."}},
      {"Am I? I am. So it is.", {"Am I?", "I am.", "So it is."}},
  };
  for (const auto& row : rows) EXPECT_EQ(sentences_of(row.text), row.sentences) << row.text;
}

TEST(Sentences, of_hostile_texts_are_found_in_linear_time) {
  for (const std::string_view part : {".", " ", "\n", "[1", ". [", "a.", "1. ", "。", "\xff", "\"", "#\n"}) {
    std::string text;
    while (text.size() < 200'000) text += part;
    EXPECT_LE(sentences_of(text).size(), text.size());
  }
}

struct Abstain {
  std::string_view expect;
  std::string_view verdict;
  double value;
};

TEST(Abstention, compares_with_what_is_expected) {
  const std::vector<Abstain> rows{{"yes", "abstains", 1},
                                  {"yes", "answers", 0},
                                  {"no", "abstains", 0},
                                  {"no", "answers", 1},
                                  {"{{open}}", "abstains", 1}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.expect);
    const Json reply = {{"reason", "it says so"}, {"verdict", row.verdict}};
    const auto outcome =
        judge(fmt::format("abstention: '{}'", row.expect),
              {.answer = "The documents do not say.", .vars = {{"open", true}}}, {{"verdict", said(reply.dump())}});
    EXPECT_EQ(outcome.value(), row.value);
  }
  EXPECT_NE(compile_yaml("abstention: maybe", with_judges()).error().find("must be yes or no"), std::string::npos);
}

TEST(Abstention, takes_the_providers_word) {
  EXPECT_EQ(judge("abstention: yes", {.answer = "", .refusal = "No."}, Replies{}).value(), 1);
  EXPECT_EQ(judge("abstention: no", {.answer = "", .finish = Finish::content_filter}, Replies{}).value(), 0);
  EXPECT_NE(judge("abstention: yes", {.answer = "", .finish = Finish::length}, Replies{}).untold(), "");
}

const Replies kOneClaim{{"claims", claims({"c"})}, {"verdicts", verdicts({"supported"})}};

TEST(RagInputs, contexts_are_the_option_the_reply_or_the_var) {
  const auto shown = [](const std::string& yaml, const RagSample& sample) {
    return judge(yaml, sample, kOneClaim).shown("verdicts");
  };
  const Json vars = {{"contexts", {"of the var"}}, {"docs", {"of the option", "and more"}}};
  EXPECT_NE(shown("faithfulness: {}", {.answer = "a", .vars = vars}).find("of the var"), std::string::npos);
  EXPECT_NE(
      shown("faithfulness: {}", {.answer = "a", .vars = vars, .brought = {{"of the reply"}}}).find("of the reply"),
      std::string::npos);
  const auto both =
      shown("faithfulness: {contexts: '{{docs}}'}", {.answer = "a", .vars = vars, .brought = {{"of the reply"}}});
  EXPECT_NE(both.find("<passage 1 "), std::string::npos);
  EXPECT_NE(both.find("of the option"), std::string::npos);
  EXPECT_NE(both.find("<passage 2 "), std::string::npos);
  EXPECT_EQ(both.find("of the reply"), std::string::npos);
  EXPECT_NE(shown("faithfulness: {}", {.answer = "a", .vars = {{"contexts", "one text"}}}).find("one text"),
            std::string::npos);
}

TEST(RagInputs, without_contexts_nothing_is_scored) {
  const std::string check = "faithfulness: {}";
  EXPECT_EQ(judge(check, {.answer = "a"}, Replies{}).untold(),
            "there are no contexts: the target's reply brought none, and the case has no var 'contexts'");
  for (const Json& empty : {Json(nullptr), Json(""), Json::array(), Json::array({"", " "})}) {
    EXPECT_EQ(judge(check, {.answer = "a", .vars = {{"contexts", empty}}}, Replies{}).untold(),
              "the contexts are empty");
  }
  EXPECT_EQ(judge(check, {.answer = "a", .brought = {std::vector<std::string>{}}}, Replies{}).untold(),
            "the contexts are empty");
}

TEST(RagInputs, too_much_is_not_judged) {
  const std::vector<std::string> many(101, "p");
  EXPECT_EQ(judge("faithfulness: {}", {.answer = "a", .brought = many}, Replies{}).untold(),
            "the contexts are 101 passages, more than the 100 that are judged");
  const std::vector<std::string> large(2, std::string(600'000, 'p'));
  EXPECT_NE(judge("faithfulness: {}", {.answer = "a", .brought = large}, Replies{}).untold(), "");
  EXPECT_NE(judge("faithfulness: {}", {.answer = std::string(2'000'000, 'a'), .brought = {{"p"}}}, Replies{}).untold(),
            "");
}

TEST(RagInputs, contexts_from_nowhere_are_an_error_before_the_first_call) {
  auto env = with_judges();
  env.gives_contexts = false;
  const auto compiled = compile_yaml("faithfulness: {}", env);
  ASSERT_NE(compiled.check, nullptr) << compiled.error();
  const auto verified = compiled.check->verify({Json::object(), "fr", 1});
  ASSERT_FALSE(verified);
  EXPECT_NE(verified.error().message.find("case 'fr'"), std::string::npos);
  EXPECT_NE(verified.error().hint.find("{{docs}}"), std::string::npos);
  EXPECT_TRUE(compiled.check->verify({{{"contexts", {"p"}}}, "fr", 1}));
  EXPECT_FALSE(compiled.check->verify({{{"contexts", {{"a", "map"}}}}, "fr", 1}));
}

TEST(RagInputs, a_missing_reference_is_an_error_before_the_first_call) {
  const auto compiled = compile_yaml("context_recall: {}", with_judges());
  ASSERT_NE(compiled.check, nullptr) << compiled.error();
  const Json contexts = {"p"};
  EXPECT_TRUE(compiled.check->verify({{{"reference", "r"}, {"contexts", contexts}}, "fr", 1}));
  for (const Json& vars : {Json{{"contexts", contexts}}, Json{{"reference", ""}, {"contexts", contexts}}}) {
    const auto verified = compiled.check->verify({vars, "fr", 1});
    ASSERT_FALSE(verified);
    EXPECT_NE(to_string(verified.error()).find("suite.yaml:1"), std::string::npos) << to_string(verified.error());
  }
  const auto named = compile_yaml("context_recall: {reference: '{{gold}}'}", with_judges());
  ASSERT_NE(named.check, nullptr);
  EXPECT_FALSE(named.check->verify({{{"reference", "r"}}, "fr", 1}));
  EXPECT_TRUE(named.check->verify({{{"gold", "r"}}, "fr", 1}));
}

TEST(RagInputs, the_question_is_the_option_the_var_or_the_last_user_message) {
  const auto shown = [](const std::string& yaml, const Json& vars) {
    return judge(yaml, {.answer = "a", .vars = vars, .user = "from the user", .brought = {{"p"}}}, kOneClaim)
        .shown("claims");
  };
  EXPECT_NE(shown("faithfulness: {}", Json::object()).find("from the user"), std::string::npos);
  EXPECT_NE(shown("faithfulness: {}", {{"question", "from the var"}}).find("from the var"), std::string::npos);
  EXPECT_NE(shown("faithfulness: {question: 'on {{topic}}?'}", {{"topic", "wine"}}).find("on wine?"),
            std::string::npos);
}

}  // namespace

}  // namespace assay::judges
