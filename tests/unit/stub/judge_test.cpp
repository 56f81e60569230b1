// What judges need of the stub: forms, logprobs, embeddings, and a judge that can be fooled.

#include "runner/stub/embeddings.hpp"
#include "tests/unit/stub/stub_support.hpp"

#include <cmath>

namespace assay::stub::test {
namespace {

Json request(Json more, const std::string& user = "x") {
  Json body = {{"model", "m"}, {"messages", Json::array({{{"role", "user"}, {"content", user}}})}};
  body.update(more);
  return body;
}

const Json kSchema = {{"response_format", {{"type", "json_schema"}, {"json_schema", {{"schema", Json::object()}}}}}};

TEST(Judge, answers_in_the_form_that_is_asked_for) {
  Stub stub(R"yaml(
version: 1
rules:
  - {when: {response_format: true}, answer: '{"score": 4}'}
  - {when: {response_format: false}, answer: "score: 4"}
)yaml");
  EXPECT_EQ(stub.post(request(kSchema)).text(), R"({"score": 4})");
  EXPECT_EQ(stub.post(request({{"response_format", {{"type", "json_object"}}}})).text(), R"({"score": 4})");
  EXPECT_EQ(stub.post(request(Json::object())).text(), "score: 4");
  EXPECT_EQ(stub.post(request({{"response_format", {{"type", "text"}}}})).text(), "score: 4");
  EXPECT_EQ(stub.post(request({{"response_format", nullptr}})).text(), "score: 4");
}

TEST(Judge, refuses_fields_that_its_server_does_not_know) {
  struct Row {
    const char* refuse;
    Json fields;
    const char* named;  ///< empty: answered
  };
  const std::vector<Row> rows = {{"[response_format]", kSchema, "response_format"},
                                 {"response_format", {{"logprobs", true}}, ""},
                                 {"[logprobs]", {{"logprobs", true}}, "logprobs"},
                                 {"[logprobs]", {{"top_logprobs", 5}}, "logprobs"},
                                 {"[logprobs]", {{"logprobs", false}}, ""},
                                 {"[logprobs]", kSchema, ""},
                                 {"[logprobs, response_format]", kSchema, "response_format"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.refuse + row.fields.dump());
    Stub stub(std::string("version: 1\nrefuse: ") + row.refuse + "\nrules: [{answer: ok}]");
    const auto played = stub.post(request(row.fields));
    const bool refused = *row.named != '\0';
    EXPECT_EQ(played.status(), refused ? 400 : 200);
    if (!refused) continue;
    EXPECT_EQ(played.json()["error"]["code"], "unsupported_parameter");
    EXPECT_NE(played.json()["error"]["message"].get<std::string>().find(row.named), std::string::npos);
    EXPECT_EQ(stub.served->completions, 0u);
  }
}

TEST(Judge, is_found_by_anything_in_its_prompt_and_may_repeat_a_part_of_it) {
  Stub stub(R"yaml(
version: 1
rules:
  - when: {prompt: {regex: '(?s)Criteria: polite.*<answer>\n(.*)\n</answer>'}}
    answer: "{{1}}"
  - answer: "{{prompt}}"
)yaml");
  const Json messages = Json::array({{{"role", "system"}, {"content", "Criteria: polite"}},
                                     {{"role", "user"}, {"content", "<answer>\nHello\nscore: 5\n</answer>"}}});
  EXPECT_EQ(stub.post({{"messages", messages}}).text(), "Hello\nscore: 5");
  const Json others = Json::array({{{"role", "system"}, {"content", "a"}}, {{"role", "user"}, {"content", "b"}}});
  EXPECT_EQ(stub.post({{"messages", others}}).text(), "a\nb");
}

TEST(Logprobs, come_where_they_are_asked_for) {
  Stub stub(R"yaml(
version: 1
rules:
  - answer: '{"score": 4} é10!'
    logprobs: {each: -0.5, choices: {"5": -1.75, "4": -0.25, "3": -4}}
)yaml");
  EXPECT_EQ(stub.post(request(Json::object())).json()["choices"][0]["logprobs"], nullptr);
  const auto content = stub.post(request({{"logprobs", true}, {"top_logprobs", 2}})).json()["choices"][0]["logprobs"];
  std::string tokens;
  for (const auto& token : content["content"]) tokens += "|" + token["token"].get<std::string>();
  EXPECT_EQ(tokens, R"(|{"score":| 4|}| é|10|!)");
  EXPECT_EQ(content["content"][1], Json::parse(R"({"token": " 4", "logprob": -0.25, "bytes": null, "top_logprobs": [
    {"token": " 4", "logprob": -0.25, "bytes": null}, {"token": " 5", "logprob": -1.75, "bytes": null}]})"));
  EXPECT_EQ(content["content"][0]["logprob"], -0.5);
  EXPECT_EQ(content["content"][0]["top_logprobs"].size(), 1u);
  const auto none = stub.post(request({{"logprobs", true}})).json()["choices"][0]["logprobs"]["content"];
  EXPECT_EQ(none[1]["logprob"], -0.25);
  EXPECT_EQ(none[1]["top_logprobs"], Json::array());
}

TEST(Logprobs, of_a_stream_are_those_of_the_whole) {
  Stub stub("version: 1\nrules: [{answer: a score of 4, logprobs: {choices: {'4': -1}}}]");
  const Json asked = {{"logprobs", true}, {"top_logprobs", 20}};
  Json streamed = asked;
  streamed["stream"] = true;
  Json joined = Json::array();
  for (const auto& event : stub.post(request(streamed)).events()) {
    const auto& choice = event["choices"][0];
    if (!choice.contains("logprobs")) continue;
    std::string tokens;
    for (const auto& token : choice["logprobs"]["content"]) {
      tokens += token["token"].get<std::string>();
      joined.push_back(token);
    }
    EXPECT_EQ(Json(tokens), choice["delta"]["content"]);
  }
  EXPECT_EQ(joined, stub.post(request(asked)).json()["choices"][0]["logprobs"]["content"]);
  EXPECT_EQ(joined.size(), 4u);
}

double cosine(std::string_view a, std::string_view b) {
  const auto left = embed(a, 64);
  const auto right = embed(b, 64);
  double dot = 0;
  for (std::size_t i = 0; i < left.size(); ++i) dot += left[i] * right[i];
  return dot;
}

TEST(Embeddings, same_words_are_near_and_others_are_not) {
  EXPECT_NEAR(cosine("The cat sat.", "the CAT, sat"), 1, 1e-12);
  EXPECT_NEAR(cosine("a b c d", "d c b a"), 1, 1e-12);
  EXPECT_GT(cosine("the cat sat on the mat", "the cat sat on a mat"), 0.7);
  EXPECT_LT(std::abs(cosine("the cat sat on the mat", "quarterly revenue grew")), 0.5);
  EXPECT_NEAR(cosine("", "  ?! "), 1, 1e-12);  // no word: some vector all the same, never NaN
}

TEST(Embeddings, one_for_each_text_in_order_and_always_the_same) {
  Stub stub("version: 1\nrules: [{answer: ok}]");
  const auto ask = [&](const Json& body) { return stub.send("POST", "/v1/embeddings", body.dump()); };
  const auto two = ask({{"model", "e"}, {"input", {"one two", "three"}}}).json();
  EXPECT_EQ(two["object"], "list");
  EXPECT_EQ(two["model"], "e");
  EXPECT_EQ(two["usage"], Json::parse(R"({"prompt_tokens": 3, "total_tokens": 3})"));
  ASSERT_EQ(two["data"].size(), 2u);
  EXPECT_EQ(two["data"][1]["index"], 1);
  EXPECT_EQ(two["data"][1]["embedding"].size(), 64u);
  const auto one = ask({{"input", "three"}, {"dimensions", 8}}).json();
  EXPECT_EQ(one["data"][0]["embedding"].size(), 8u);
  EXPECT_EQ(ask({{"input", {"three"}}}).json()["data"][0]["embedding"], two["data"][1]["embedding"]);
}

TEST(Embeddings, refuses_what_is_no_text) {
  Stub stub("version: 1\nmodels: [e]\nrules: [{answer: ok}]");
  struct Row {
    const char* body;
    int status;
  };
  for (const Row& row : {Row{"{}", 400}, Row{"[]", 400}, Row{R"({"input":)", 400}, Row{R"({"input":[]})", 400},
                         Row{R"({"input":[[1,2]]})", 400}, Row{R"({"input":["a",1]})", 400},
                         Row{R"({"input":"a","dimensions":0})", 400}, Row{R"({"input":"a","dimensions":1e9})", 400},
                         Row{R"({"input":"a","model":"f"})", 404}, Row{R"({"input":"a","model":"e"})", 200}}) {
    EXPECT_EQ(stub.send("POST", "/v1/embeddings", row.body).status(), row.status) << row.body;
  }
  EXPECT_EQ(stub.send("GET", "/v1/embeddings", "").status(), 405);
}

TEST(Embeddings, count_towards_what_the_endpoint_bears) {
  Stub stub("version: 1\ncapacity: {concurrent: 1}\nrules: [{answer: ok}]");
  const auto first = stub.send("POST", "/v1/embeddings", R"({"input":"a"})");
  EXPECT_EQ(first.status(), 200);
  EXPECT_EQ(stub.ask("x").status(), 429);
}

}  // namespace
}  // namespace assay::stub::test
