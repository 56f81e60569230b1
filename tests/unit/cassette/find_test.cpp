#include "tests/unit/cassette/calls.hpp"

namespace assay::cassette::test {
namespace {

TEST(Find, goes_by_what_is_asked_and_not_by_who_asks) {
  const TempDir folder;
  const auto file = record(folder, {call("fr", 0, "capital of France?", "Paris")});
  Call renamed = call("france", 0, "capital of France?", "");
  renamed.step.name = "turn/7";
  Asker asker(file, Missing::is_an_error, kPeer, "atlas");
  const auto found = asker.find(renamed);
  ASSERT_TRUE(found.has_value() && found->has_value());
  EXPECT_EQ(text_of(std::get<Response>((*found)->result).message), "Paris");
  EXPECT_EQ((*found)->name, "turn/7");
}

TEST(Find, samples_are_different_answers) {
  const TempDir folder;
  Asker asker(record(folder, {call("fr", 0, "capital?", "Paris"), call("fr", 1, "capital?", "Lyon")}));
  EXPECT_EQ(asker.answer(call("fr", 0, "capital?", "")), "Paris");
  EXPECT_EQ(asker.answer(call("fr", 1, "capital?", "")), "Lyon");
}

TEST(Find, of_equal_requests_the_own_one_is_given_else_the_first) {
  const TempDir folder;
  Call second_turn = call("b", 0, "go on", "b, second turn");
  second_turn.step.name = "turn/2";
  Asker asker(record(
      folder, {call("c", 0, "go on", "c"), second_turn, call("b", 0, "go on", "b"), call("a", 0, "go on", "a")}));
  EXPECT_EQ(asker.answer(call("a", 0, "go on", "")), "a");
  EXPECT_EQ(asker.answer(call("b", 0, "go on", "")), "b");
  EXPECT_EQ(asker.answer(second_turn), "b, second turn");
  EXPECT_EQ(asker.answer(call("c", 0, "go on", "")), "c");
  EXPECT_EQ(asker.answer(call("unknown", 0, "go on", "")), "a");
}

TEST(Find, a_recorded_failure_is_replayed_but_sent_again_where_calls_may_be_sent) {
  const TempDir folder;
  const auto file = record(folder, {failed(call("fr", 0, "capital?", ""), ErrorKind::auth)});
  const Call asked = call("fr", 0, "capital?", "");
  EXPECT_EQ(Asker(file).answer(asked), "failed: the endpoint answered 401");
  EXPECT_EQ(Asker(file, Missing::is_sent).answer(asked), "to be sent");
}

TEST(Find, another_answer_to_the_same_request_stands_in_for_a_failure) {
  const TempDir folder;
  const auto file =
      record(folder, {failed(call("fr", 0, "capital?", ""), ErrorKind::auth), call("fr-2", 0, "capital?", "Paris")});
  EXPECT_EQ(Asker(file, Missing::is_sent).answer(call("fr", 0, "capital?", "")), "Paris");
}

TEST(Find, what_is_not_there_is_sent_where_calls_may_be_sent) {
  const TempDir folder;
  Asker asker(record(folder, {call("fr", 0, "capital?", "Paris")}), Missing::is_sent);
  EXPECT_EQ(asker.answer(call("fr", 0, "population?", "")), "to be sent");
  EXPECT_EQ(asker.answer(call("fr", 0, "capital?", "")), "Paris");
}

TEST(Find, works_among_many) {
  const TempDir folder;
  std::vector<Call> calls;
  for (int i = 0; i < 3000; ++i) {
    const std::string id = std::to_string(i);
    calls.push_back(call(id, 0, "question " + id, "answer " + id));
  }
  Asker asker(record(folder, calls));
  EXPECT_EQ(asker.size(), 3000U);
  for (const Call& each : calls) EXPECT_EQ("wire of " + asker.answer(each), std::get<Response>(each.step.result).raw);
}

TEST(Find, a_judge_is_found_by_its_own_peer_and_form) {
  const TempDir folder;
  const Peer judge{"openai-chat", "llm.example.com", "judge-1"};
  const Peer program{"command", "local", "program:1f"};
  auto recorder = Recorder::create(folder / "calls.jsonl");
  ASSERT_TRUE(recorder.has_value());
  ASSERT_TRUE((*recorder)->add(kPeer, call("fr", 0, "capital?", "Paris")).has_value());
  ASSERT_TRUE((*recorder)->add(judge, judged("fr", "grade", R"({"type":"object"})")).has_value());
  ASSERT_TRUE((*recorder)->add(program, judged("fr", "{}", "", false, R"({"score":1})")).has_value());
  ASSERT_TRUE((*recorder)->commit().has_value());

  Asker asker(folder / "calls.jsonl", Missing::is_sent, judge);
  EXPECT_EQ(asker.answer(judged("fr", "grade", R"({"type":"object"})")), "5");
  EXPECT_EQ(asker.answer(judged("fr", "grade")), "to be sent") << "another form of answer is another request";
  EXPECT_EQ(asker.answer(judged("fr", "grade", R"({"type":"object"})", true)), "to be sent");
  EXPECT_EQ(Asker(folder / "calls.jsonl", Missing::is_sent).answer(judged("fr", "grade", R"({"type":"object"})")),
            "to be sent")
      << "another peer";
  EXPECT_EQ(Asker(folder / "calls.jsonl", Missing::is_sent, program).answer(judged("fr", "{}")), R"({"score":1})");
  const auto found = asker.find(judged("jp", "grade", R"({"type":"object"})"));
  ASSERT_TRUE(found.has_value() && found->has_value()) << "by what is asked, not by who asks";
  EXPECT_EQ((*found)->role, Role::judge);
}

}  // namespace
}  // namespace assay::cassette::test
