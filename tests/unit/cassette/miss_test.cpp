#include "tests/unit/cassette/calls.hpp"

namespace assay::cassette::test {
namespace {

constexpr std::string_view kFrance = "What is the capital of France?";

std::vector<Call> recorded() {
  return {call("fr", 0, std::string(kFrance), "Paris"), call("fr", 1, std::string(kFrance), "Paris"),
          call("jp", 0, "What is the capital of Japan?", "Tokyo"),
          call("poem", 0, "Write a poem about the sea and the wind", "Waves")};
}

struct Row {
  const char* name;
  void (*change)(Call&);
  const char* message;
};

const std::vector<Row> kRows{
    {"a parameter", [](Call& c) { c.params = R"({"temperature":0.2})"; },
     "no answer is recorded for capitals/fr, sample 0, turn/1; the nearest request, in line 2 (of the same call), "
     "differs "
     "in params.temperature (recorded 0, asked 0.2)"},
    {"a parameter more and one less", [](Call& c) { c.params = R"({"stop":{"at":["x"]}})"; },
     "no answer is recorded for capitals/fr, sample 0, turn/1; the nearest request, in line 2 (of the same call), "
     "differs "
     "in params.stop (recorded nothing, asked {\"at\":[\"x\"]}), params.temperature (recorded 0, asked nothing)"},
    {"a message", [](Call& c) { c.messages = {user("What is the capital of Francia?")}; },
     "no answer is recorded for capitals/fr, sample 0, turn/1; the nearest request, in line 2 (of the same call), "
     "differs "
     "in message 1 (recorded 'What is the capital of France?', asked 'What is the capital of Francia?')"},
    {"a message more", [](Call& c) { c.messages.push_back(user("Sure?")); },
     "no answer is recorded for capitals/fr, sample 0, turn/1; the nearest request, in line 2 (of the same call), "
     "differs "
     "in the number of messages (recorded 1, asked 2)"},
    {"an author", [](Call& c) { c.messages.front().author = Author::system; },
     "no answer is recorded for capitals/fr, sample 0, turn/1; the nearest request, in line 2 (of the same call), "
     "differs "
     "in message 1's author (recorded user, asked system)"},
    {"a sample", [](Call& c) { c.sample = 3; },
     "no answer is recorded for capitals/fr, sample 3, turn/1; the nearest request, in line 2 (of the same call), "
     "differs "
     "in sample (recorded 0 to 1, asked 3)"},
    {"a call",
     [](Call& c) {
       c.step.name = "turn/2";
       c.messages = {user("And of Spain?")};
     },
     "no answer is recorded for capitals/fr, sample 0, turn/2; the nearest request, in line 2 (of capitals/fr, sample "
     "0, "
     "turn/1), differs in message 1 (recorded 'What is the capital of France?', asked 'And of Spain?')"},
    {"a case",
     [](Call& c) {
       c.case_id = "it";
       c.messages = {user("Write a poem about the sea")};
     },
     "no answer is recorded for capitals/it, sample 0, turn/1; the nearest request, in line 5 (of capitals/poem, "
     "sample "
     "0, turn/1), differs in message 1 (recorded 'Write a poem about the sea and the wind', asked 'Write a poem about "
     "the sea')"},
};

TEST(Miss, names_the_nearest_request_and_what_differs) {
  const TempDir folder;
  Asker asker(record(folder, recorded()));
  for (const Row& row : kRows) {
    Call asked = recorded().front();
    row.change(asked);
    const Error error = asker.miss(asked);
    EXPECT_EQ(error.kind, ErrorKind::replay_miss) << row.name;
    EXPECT_EQ(error.message, row.message) << row.name;
    EXPECT_NE(error.hint.find("--cassette"), std::string::npos) << row.name;
    EXPECT_EQ(error.at.file, (folder / "calls.jsonl").string()) << row.name;
  }
}

TEST(Miss, another_model_or_host_is_said) {
  const TempDir folder;
  Asker asker(record(folder, recorded()), Missing::is_an_error, {"openai-chat", "llm.example.com", "model-2"});
  EXPECT_NE(asker.miss(recorded().front())
                .message.find("differs in model (recorded 'model-1', asked 'model-2'), host (recorded 'local', asked "
                              "'llm.example.com')"),
            std::string::npos);
}

TEST(Miss, a_difference_deep_in_a_long_message_is_shown_where_it_is) {
  const TempDir folder;
  const std::string padding(5000, 'x');
  Asker asker(record(folder, {call("fr", 0, padding + " the old words " + padding, "Paris")}));
  const std::string message = asker.miss(call("fr", 0, padding + " the new words " + padding, "")).message;
  EXPECT_NE(message.find("the old words"), std::string::npos);
  EXPECT_NE(message.find("the new words"), std::string::npos);
  EXPECT_LT(message.size(), 500U);
}

TEST(Miss, hostile_names_and_texts_are_harmless_to_show) {
  const TempDir folder;
  Asker asker(record(folder, {call("\x1b[2J", 0, "\x1b]0;title\x07 one", "")}));
  Call asked = call("\x1b[2J", 0, "\x1b]0;title\x07 two", "");
  asked.params = "{\"\x1b\":1}";
  EXPECT_EQ(asker.miss(asked).message.find('\x1b'), std::string::npos);
}

TEST(Miss, an_empty_cassette_says_so) {
  const TempDir folder;
  Asker asker(record(folder, {}));
  EXPECT_EQ(asker.size(), 0U);
  EXPECT_EQ(asker.miss(call("fr", 0, "capital?", "")).message,
            "no answer is recorded for capitals/fr, sample 0, turn/1: the cassette holds no calls");
}

TEST(Miss, a_judge_s_call_is_found_among_the_calls_of_its_case) {
  const TempDir folder;
  Call grade = call("fr", 0, "Grade this: Paris", "score: 5");
  grade.step.name = "check/0/grade";
  grade.step.role = Role::judge;
  Asker asker(record(folder, {call("fr", 0, std::string(kFrance), "Paris"), grade}));
  grade.messages = {user("Grade this: Lyon")};
  EXPECT_NE(asker.miss(grade).message.find("(of the same call), differs in message 1 (recorded 'Grade this: Paris'"),
            std::string::npos);
}

TEST(Miss, names_another_form_of_answer) {
  const TempDir folder;
  Asker asker(record(folder, {judged("fr", "grade", R"({"type":"object"})")}));
  const auto says = [&](const Call& asked) { return asker.miss(asked).message; };
  EXPECT_TRUE(says(judged("fr", "grade")).ends_with("differs in the schema of the answer (recorded one, asked none)"))
      << says(judged("fr", "grade"));
  EXPECT_TRUE(says(judged("fr", "grade", "{}", true))
                  .ends_with("differs in the schema of the answer, logprobs (recorded not wanted, asked wanted)"))
      << says(judged("fr", "grade", "{}", true));
}

}  // namespace
}  // namespace assay::cassette::test
