#include "tests/unit/judges/judged.hpp"

namespace assay::judges {
namespace {

CompileEnv with_vectors() {
  CompileEnv env = with_judges({"strict"});
  env.judges.push_back({"vectors", "sha256:2", JudgeKind::embeddings});
  return env;
}

const std::string kCheck = "embedding: {value: Paris, threshold: 0.8}";

Score embedded(const std::string& check, const std::string& reply) {
  return judge(check, {.answer = "x"}, always(reply), {}, with_vectors()).score;
}

struct Row {
  std::string reply;
  double value;  // −1: could not tell
};

TEST(Embedding, is_the_cosine_of_answer_and_reference) {
  const std::vector<Row> rows{
      {"[[1,0],[1,0]]", 1},
      {"[[1,0],[5,0]]", 1},
      {"[[3,4],[4,3]]", 0.96},
      {"[[1,0],[0,1]]", 0},
      {"[[1,0],[-1,0]]", 0},  // a negative cosine counts 0
      {"[[1,2,3],[4,5,6]]", 0.974631846197076},
      {"[[1e200,1e200],[1e200,1e200]]", 1},  // no square overflows
      {"[[1e-200,0],[1e-200,1e-200]]", 0.7071067811865476},
      {"[[1,0],[1,0,0]]", -1},
      {"[[1,0]]", -1},
      {"[[1,0],[1,0],[1,0]]", -1},
      {"[[0,0],[1,0]]", -1},
      {"[[],[]]", -1},
      {"[[1,\"0\"],[1,0]]", -1},
      {"[[1,null],[1,0]]", -1},
      {"[[1,NaN],[1,0]]", -1},
      {"[[1,1e999],[1,0]]", -1},
      {"[1,0]", -1},
      {"{\"data\": []}", -1},
      {"1.0", -1},
      {"", -1},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.reply);
    const Score score = embedded(kCheck, row.reply);
    EXPECT_NEAR(value_of(score), row.value, 1e-12) << score.why;
    EXPECT_EQ(passes(score), row.value >= 0.8);
    EXPECT_EQ(std::holds_alternative<Unscored>(score.state), row.value < 0);
    EXPECT_EQ(score.why.empty(), row.value >= 0.8);
  }
}

TEST(Embedding, of_several_references_the_nearest_counts) {
  const Score score = embedded("embedding: {value: [far, near], threshold: 0.99}", "[[3,4],[1,0],[4,3]]");
  EXPECT_DOUBLE_EQ(value_of(score), 0.96);
  EXPECT_EQ(score.why, "the score 0.96 is below the threshold 0.99: the cosine similarity with 'near' is 0.96: 'x'");
}

TEST(Embedding, asks_for_one_text_a_message_and_only_once) {
  const auto judged =
      judge("embedding: {value: [a, b], threshold: 0.5}", {.answer = "x"}, always("nonsense"), {}, with_vectors());
  ASSERT_EQ(judged.asked.size(), 1u);
  const auto& question = judged.asked[0].question;
  EXPECT_EQ(question.to, "vectors");
  ASSERT_EQ(question.messages.size(), 3u);
  EXPECT_EQ(assay::text_of(question.messages[0]), "x");
  EXPECT_EQ(assay::text_of(question.messages[2]), "b");
}

TEST(Embedding, an_empty_answer_is_not_asked_about) {
  const auto judged = judge(kCheck, {.answer = " \n"}, always(""), {}, with_vectors());
  EXPECT_DOUBLE_EQ(value_of(judged.score), 0);
  EXPECT_TRUE(judged.asked.empty());
}

TEST(Embedding, a_judge_that_cannot_be_asked_is_an_error) {
  const Script down = [](const Ask&) -> Reply { return Error{ErrorKind::auth, "401", "", {}}; };
  EXPECT_TRUE(std::holds_alternative<Error>(judge(kCheck, {.answer = "x"}, down, {}, with_vectors()).score.state));
  EXPECT_FALSE(passes(embedded("not: {" + kCheck + "}", "[[1,0],[1,0]]")));
}

TEST(Embedding, is_refused_at_load_with_what_to_write) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"embedding: {value: a}", "needs a `threshold`"},
      {"embedding: {threshold: 0.5}", "needs the key 'value'"},
      {"embedding: {value: [], threshold: 0.5}", "1 to 100 texts"},
      {"embedding: {value: '', threshold: 0.5}", "empty"},
      {"embedding: {value: a, threshold: 0.5, judge: strict}", "gives no embeddings"},
  };
  for (const auto& [yaml, message] : rows) {
    const auto compiled = compile_yaml(yaml, with_vectors());
    EXPECT_EQ(compiled.check, nullptr) << yaml;
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
  EXPECT_NE(compile_yaml(kCheck, with_judges()).error().find("openai-embeddings"), std::string::npos);
}

}  // namespace
}  // namespace assay::judges
