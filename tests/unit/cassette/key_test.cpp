#include "tests/unit/cassette/calls.hpp"

#include <assay/core/digest.hpp>
#include <assay/core/json.hpp>

namespace assay::cassette::test {
namespace {

std::string key(const Peer& peer, const std::vector<Message>& messages, std::string_view params,
                std::uint32_t sample = 0) {
  return key_of(peer, {messages, params}, sample);
}

TEST(Key, parameters_are_compared_as_values) {
  const std::vector<Message> ask{user("hi")};
  const std::string base = key(kPeer, ask, R"({"a":1,"temperature":0})");
  EXPECT_EQ(key(kPeer, ask, R"({ "temperature": 0.0, "a": 1 })"), base);
  EXPECT_EQ(key(kPeer, ask, ""), key(kPeer, ask, "{}"));
  EXPECT_NE(key(kPeer, ask, R"({"a":1,"temperature":0.2})"), base);
  EXPECT_NE(key(kPeer, ask, R"({"a":"1","temperature":0})"), base);
}

TEST(Key, everything_that_is_asked_counts) {
  const std::vector<Message> ask{user("hi")};
  const std::string base = key(kPeer, ask, "{}");
  EXPECT_NE(key({"anthropic", "local", "model-1"}, ask, "{}"), base);
  EXPECT_NE(key({"openai-chat", "llm.example.com", "model-1"}, ask, "{}"), base);
  EXPECT_NE(key({"openai-chat", "local", "model-2"}, ask, "{}"), base);
  EXPECT_NE(key(kPeer, ask, "{}", 1), base);
  EXPECT_NE(key(kPeer, {user("hi ")}, "{}"), base);
  EXPECT_NE(key(kPeer, {{Author::system, {Text{"hi"}}}}, "{}"), base);
  EXPECT_NE(key(kPeer, {user("hi"), user("hi")}, "{}"), base);
  EXPECT_NE(key(kPeer, {{Author::user, {Text{"h"}, Text{"i"}}}}, "{}"), base);
}

TEST(Key, the_form_of_answer_that_a_judge_is_asked_for_counts) {
  const std::vector<Message> ask{user("hi")};
  const auto with = [&](std::string_view schema, bool logprobs) {
    return key_of(kPeer, {.messages = ask, .schema = schema, .logprobs = logprobs}, 0);
  };
  const std::string base = key(kPeer, ask, "{}");
  EXPECT_EQ(with("", false), base) << "keys of older recordings stay";
  EXPECT_NE(with(R"({"type":"object"})", false), base);
  EXPECT_NE(with("", true), base);
  EXPECT_NE(with(R"({"type":"object"})", true), with(R"({"type":"object"})", false));
  EXPECT_NE(with(R"({"type":"array"})", false), with(R"({"type":"object"})", false));
  EXPECT_EQ(with(R"({ "b":1, "a":2 })", false), with(R"({"a":2,"b":1})", false)) << "compared as values";
}

// Contexts and logprobs come with an answer: where it is said again, they are not sent.
TEST(Key, what_is_said_about_an_answer_does_not_count) {
  const Message plain{Author::assistant, {Text{"Paris"}}};
  const Message more{Author::assistant, {Text{"Paris"}, Contexts{{"a"}}, Logprobs{{{"Paris", -0.5, {}}}}}};
  EXPECT_EQ(key(kPeer, {user("hi"), more}, "{}"), key(kPeer, {user("hi"), plain}, "{}"));
}

TEST(Key, covers_the_judges_fields_of_the_line_as_canonical_json) {
  const TempDir folder;
  const Call graded = judged("fr", "grade this", R"({"type":"object","minimum":1.50})", true);
  const Json line = Json::parse(lines_of(record(folder, {graded})).at(1));
  Json hashed;
  for (const char* field : {"api", "host", "logprobs", "messages", "model", "params", "sample", "schema"}) {
    hashed[field] = line.at(field);
  }
  EXPECT_EQ(line.at("key"), to_string(sha256(canonical_json(hashed))));
}

// Whoever holds the file can check it with any JSON library.
TEST(Key, is_the_digest_of_six_fields_of_the_line_as_canonical_json) {
  const TempDir folder;
  Call odd = call("fr", 3, "tab\t, quote \", \x01 and \xff", "Paris");
  odd.messages.push_back({Author::assistant, {ToolUse{"t1", "search", "{\"q\":1}"}, Refusal{"no"}}});
  odd.messages.push_back({Author::tool, {}});
  odd.params = R"({"z": 1.50, "a": {"y": null, "b": [true]}})";
  const Json line = Json::parse(lines_of(record(folder, {odd})).at(1));
  Json six;
  for (const char* field : {"api", "host", "messages", "model", "params", "sample"}) six[field] = line.at(field);
  EXPECT_EQ(line.at("key"), to_string(sha256(canonical_json(six))));
}

// The corpus file was written, and its keys made, by a few lines of Python.
TEST(Key, made_by_another_program_is_the_same) {
  Asker asker(std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/fuzz/corpus/cassette_file/two_calls");
  EXPECT_EQ(asker.answer(call("fr", 0, "capital of France?", "")), "Paris");
  Asker judge(std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/fuzz/corpus/cassette_file/judge", Missing::is_an_error,
              {"openai-chat", "local", "judge-1"});
  EXPECT_EQ(judge.answer(judged("fr", "grade this", R"({"type":"object"})", true)), R"({"score":5})");
}

TEST(UrlClass, is_local_or_the_host) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"stub:script.yaml", "local"},
      {"http://127.0.0.1:8080/v1", "local"},
      {"http://127.9.9.9/v1", "local"},
      {"http://[::1]:80", "local"},
      {"http://[0:0:0:0:0:0:0:1]", "local"},
      {"HTTP://LocalHost:1/v1", "local"},
      {"http://model.localhost/", "local"},
      {"https://API.Example.com:8443/v1?x=1", "api.example.com"},
      {"http://10.0.0.7/v1", "10.0.0.7"},
      {"http://127.example.com", "127.example.com"},
      {"https://[2001:db8::1]/v1", "2001:db8::1"},
  };
  for (const auto& [url, expected] : table) EXPECT_EQ(url_class(url), expected) << url;
}

TEST(UrlClass, never_repeats_a_password) {
  EXPECT_EQ(url_class("https://user:secret@example.com/v1"), "");
}

}  // namespace
}  // namespace assay::cassette::test
