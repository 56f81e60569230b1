#include "tests/unit/endpoints/fake_client.hpp"

#include <assay/core/json.hpp>
#include <assay/endpoints/openai_chat.hpp>
#include <assay/endpoints/output_form.hpp>

#include <gtest/gtest.h>

namespace assay::endpoints {
namespace {

using namespace std::chrono_literals;

const std::vector<Message> kAsked = {Message{Author::user, {Text{"grade this"}}}};
const Request kWithSchema{.messages = kAsked, .params = "{}", .schema = R"({"type":"object"})"};
const Request kWithBoth{.messages = kAsked, .params = "{}", .schema = R"({"type":"object"})", .logprobs = true};

const std::string kGood = R"({"choices":[{"message":{"content":"score: 4"},"finish_reason":"stop"}]})";
const std::string kTooLong = R"({"error":{"message":"the prompt is too long","code":"context_length_exceeded"}})";
const std::string kNoFormat = R"({"error":{"message":"response_format json_schema is not supported"}})";
const std::string kNoLogprobs = R"({"error":{"message":"logprobs are not available for this model"}})";

struct Judge {
  explicit Judge(OutputForm form, std::deque<std::pair<int, std::string>> answers = {}) {
    client.body = kGood;
    client.answers = std::move(answers);
    OpenAiChatOptions options;
    options.base_url = "http://h/v1";
    options.model = "m";
    options.stream = false;
    auto chat = make_openai_chat(client, options);
    endpoint = with_output_form(*std::move(chat), form, [this](std::string_view what) { learned.emplace_back(what); });
  }

  /// What the sent requests asked for beyond an answer: `s` a schema, `l` logprobs.
  [[nodiscard]] std::string wishes() const {
    std::string all;
    for (const auto& request : client.requests) {
      const auto body = Json::parse(request.body);
      if (!all.empty()) all += ' ';
      if (body.contains("response_format")) all += 's';
      if (body.contains("logprobs")) all += 'l';
      all += '.';
    }
    return all;
  }

  FakeClient client;
  std::vector<std::string> learned;
  std::unique_ptr<Endpoint> endpoint;
};

TEST(OutputForm, says_what_it_asks_for) {
  struct Row {
    OutputForm form;
    const char* wishes;
  };
  for (const auto& row : {Row{OutputForm::automatic, "s."}, {OutputForm::json_schema, "s."}, {OutputForm::text, "."}}) {
    Judge judge(row.form);
    EXPECT_EQ(text_of(ask(*judge.endpoint, kWithSchema)), "score: 4");
    EXPECT_EQ(judge.wishes(), row.wishes);
    EXPECT_TRUE(judge.learned.empty());
  }
}

TEST(OutputForm, automatic_asks_for_text_after_a_400_in_the_same_attempt_and_from_then_on) {
  Judge judge(OutputForm::automatic, {{400, R"({"error":"bad request"})"}});
  EXPECT_EQ(text_of(ask(*judge.endpoint, kWithSchema)), "score: 4");
  EXPECT_EQ(text_of(ask(*judge.endpoint, kWithSchema)), "score: 4");
  EXPECT_EQ(judge.wishes(), "s. . .");
  ASSERT_EQ(judge.learned.size(), 1U);
  EXPECT_NE(judge.learned[0].find("response_format"), std::string::npos);
}

TEST(OutputForm, other_statuses_count_where_they_name_the_schema) {
  struct Row {
    int status;
    std::string body;
    const char* wishes;
  };
  const Row rows[] = {{404, kNoFormat, "s. ."},
                      {422, R"({"detail":[{"loc":["body","response_format"],"msg":"extra fields"}]})", "s. ."},
                      {404, R"({"error":{"message":"model m not found"}})", "s."},
                      {422, R"({"detail":"no such thing"})", "s."},
                      {401, kNoFormat, "s."},
                      {500, kNoFormat, "s."}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.body);
    Judge judge(OutputForm::automatic, {{row.status, row.body}});
    const auto result = ask(*judge.endpoint, kWithSchema);
    EXPECT_EQ(judge.wishes(), row.wishes);
    EXPECT_EQ(result.status, judge.client.requests.size() == 2 ? 200 : row.status);
  }
}

TEST(OutputForm, a_400_for_another_reason_is_the_error_that_it_is_and_teaches_nothing) {
  Judge judge(OutputForm::automatic, {{400, kTooLong}, {400, kTooLong}});
  const auto result = ask(*judge.endpoint, kWithSchema);
  EXPECT_EQ(result.status, 400);
  EXPECT_NE(text_of(result).find("too long"), std::string::npos);
  EXPECT_TRUE(judge.learned.empty());
  EXPECT_EQ(text_of(ask(*judge.endpoint, kWithSchema)), "score: 4");
  EXPECT_EQ(judge.wishes(), "s. . s.");
}

TEST(OutputForm, a_400_to_a_request_without_a_schema_is_not_sent_again) {
  Judge judge(OutputForm::automatic, {{400, kNoFormat}});
  EXPECT_EQ(ask(*judge.endpoint, {.messages = kAsked}).status, 400);
  EXPECT_EQ(judge.wishes(), ".");
}

TEST(OutputForm, json_schema_insists) {
  Judge judge(OutputForm::json_schema, {{400, kNoFormat}});
  EXPECT_EQ(ask(*judge.endpoint, kWithSchema).status, 400);
  EXPECT_EQ(judge.wishes(), "s.");
}

TEST(OutputForm, logprobs_refused_by_name_are_dropped_in_every_form) {
  for (const auto form : {OutputForm::automatic, OutputForm::json_schema}) {
    Judge judge(form, {{400, kNoLogprobs}});
    EXPECT_EQ(text_of(ask(*judge.endpoint, kWithBoth)), "score: 4");
    EXPECT_EQ(text_of(ask(*judge.endpoint, kWithBoth)), "score: 4");
    EXPECT_EQ(judge.wishes(), "sl. s. s.");
    ASSERT_EQ(judge.learned.size(), 1U);
    EXPECT_NE(judge.learned[0].find("logprobs"), std::string::npos);
  }
}

TEST(OutputForm, both_may_be_refused_one_after_the_other) {
  Judge judge(OutputForm::automatic, {{400, kNoFormat}, {400, kNoLogprobs}});
  EXPECT_EQ(text_of(ask(*judge.endpoint, kWithBoth)), "score: 4");
  EXPECT_EQ(judge.wishes(), "sl. l. .");
  EXPECT_EQ(judge.learned.size(), 2U);
}

TEST(OutputForm, a_request_that_was_encoded_before_another_met_the_refusal_is_sent_as_text) {
  Judge judge(OutputForm::automatic, {{400, kNoFormat}});
  const auto early = judge.endpoint->encode(kWithSchema);
  EXPECT_EQ(text_of(ask(*judge.endpoint, kWithSchema)), "score: 4");
  EXPECT_EQ(text_of(attempt(*judge.endpoint, early)), "score: 4");
  EXPECT_EQ(judge.wishes(), "s. . .");
}

TEST(OutputForm, calls_in_flight_together_each_find_their_answer) {
  constexpr int kCalls = 8;
  Judge judge(OutputForm::automatic, std::deque<std::pair<int, std::string>>(kCalls, {400, kNoFormat}));
  const auto body = judge.endpoint->encode(kWithSchema);
  boost::asio::io_context loop(1);
  int answered = 0;
  for (int i = 0; i < kCalls; ++i) {
    boost::asio::co_spawn(loop, judge.endpoint->attempt(body), [&](const std::exception_ptr&, const AttemptResult& r) {
      answered += text_of(r) == "score: 4" ? 1 : 0;
    });
  }
  loop.run();
  EXPECT_EQ(answered, kCalls);
  EXPECT_EQ(judge.client.requests.size(), 2U * kCalls);
  EXPECT_EQ(judge.learned.size(), 1U);
}

TEST(OutputForm, times_are_those_of_the_answer) {
  Judge judge(OutputForm::automatic, {{400, std::string(700, ' ') + kNoFormat}});
  judge.client.piece = kGood.size();
  const auto result = ask(*judge.endpoint, kWithSchema);
  const auto* response = std::get_if<Response>(&result.result);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->timings.total, 1ms);  // the refusal took longer
  EXPECT_GT(result.duration, 10ms);         // but the attempt had both
}

TEST(OutputForm, a_response_format_of_the_params_is_left_alone) {
  Judge judge(OutputForm::automatic, {{400, kNoFormat}});
  auto request = kWithSchema;
  request.params = R"({"response_format":{"type":"json_object"}})";
  EXPECT_EQ(ask(*judge.endpoint, request).status, 400);
  EXPECT_EQ(judge.wishes(), "s.");
}

}  // namespace
}  // namespace assay::endpoints
