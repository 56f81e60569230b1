/// Whole runs: many cases, kept connections, and what is read back of them.

#include "tests/integration/harness.hpp"

#include <set>

namespace assay::integration {
namespace {

TEST(Run, stores_each_sample_once_and_keeps_its_connections) {
  for (const bool stream : {true, false}) {
    SCOPED_TRACE(stream);
    RunSetup setup;
    setup.cases = 100;
    setup.samples = 3;
    setup.concurrency = 8;
    setup.stream = stream;
    const auto ran = run(setup);
    EXPECT_EQ(ran.summary.finished, 300u);
    EXPECT_EQ(ran.requests, 300u);
    EXPECT_LE(ran.connections, 8u);
    std::set<UnitId> units;
    for (const auto& sample : ran.samples) {
      units.insert(sample.unit);
      EXPECT_EQ(name(sample.outcome), "scored");
    }
    EXPECT_EQ(units.size(), 300u);
    const auto& balance = ran.evidence.suites.at(0).balance;
    EXPECT_EQ(balance.scored, 300u);
    EXPECT_EQ(ran.evidence.suites.at(0).cases.size(), 100u);
  }
}

TEST(Run, reads_back_the_answer_with_its_timings_usage_and_wire) {
  RunSetup setup;
  setup.script =
      "version: 1\nrules:\n  - {answer: ok then, served_model: m-2026, headers: {x-request-id: req-7}, "
      "usage: {input_tokens: 11, output_tokens: 3, cached_tokens: 4}, latency: {ttft: 20ms, per_token: 20ms}}\n";
  const auto streamed = run(setup);
  ASSERT_EQ(streamed.samples.size(), 1u);
  const auto* response = response_of(streamed.samples[0]);
  ASSERT_NE(response, nullptr);
  EXPECT_EQ(text_of(response->message), "ok then");
  EXPECT_EQ(response->served_model, "m-2026");
  EXPECT_EQ(response->request_id, "req-7");
  EXPECT_EQ(response->finish, Finish::stop);
  EXPECT_EQ(response->usage.input_tokens, 11);
  EXPECT_EQ(response->usage.output_tokens, 3);
  EXPECT_EQ(response->usage.cached_tokens, 4);
  ASSERT_TRUE(response->timings.ttft.has_value());
  EXPECT_GE(*response->timings.ttft, std::chrono::milliseconds(20));
  EXPECT_EQ(response->timings.gaps.size(), 1u);
  EXPECT_GE(response->timings.total, std::chrono::milliseconds(40));
  EXPECT_TRUE(response->timings.connect.has_value());
  EXPECT_NE(response->raw.find("[DONE]"), std::string::npos);

  setup.stream = false;
  const auto whole = run(setup);
  const auto* answer = response_of(whole.samples.at(0));
  ASSERT_NE(answer, nullptr);
  EXPECT_EQ(text_of(answer->message), "ok then");
  EXPECT_FALSE(answer->timings.ttft.has_value()) << "a whole answer has no first token";
  EXPECT_TRUE(answer->timings.gaps.empty());
  EXPECT_NE(answer->raw.find("chat.completion"), std::string::npos);
}

TEST(Run, takes_refusals_tool_calls_and_empty_answers_for_answers) {
  struct Row {
    const char* name;
    const char* rule;
  };
  const Row rows[] = {{"refusal", "refusal: I cannot., finish_reason: content_filter"},
                      {"tool call", "tool_calls: [{name: f, arguments: \"{not json\"}]"},
                      {"empty", "answer: \"\""},
                      {"cut", "answer: half, finish_reason: length"}};
  for (const auto& row : rows) {
    for (const bool stream : {true, false}) {
      SCOPED_TRACE(std::string(row.name) + (stream ? " streamed" : " whole"));
      RunSetup setup;
      setup.script = "version: 1\nrules:\n  - {" + std::string(row.rule) + "}\n";
      setup.stream = stream;
      const auto ran = run(setup);
      ASSERT_EQ(ran.samples.size(), 1u);
      const auto* scored = std::get_if<outcome::Scored>(&ran.samples[0].outcome);
      ASSERT_NE(scored, nullptr) << name(ran.samples[0].outcome);
      EXPECT_FALSE(scored->pass);
      EXPECT_EQ(attempts(ran.samples[0]).size(), 1u);
    }
  }
}

TEST(Run, one_bad_case_among_many_costs_only_itself) {
  RunSetup setup;
  setup.script =
      "version: 1\nrules:\n  - {when: {last_user: {equals: \"Question 7?\"}}, fault: {reset: within}}\n  - answer: "
      "ok\n";
  setup.cases = 40;
  const auto ran = run(setup);
  const auto& balance = ran.evidence.suites.at(0).balance;
  EXPECT_EQ(balance.scored, 39u);
  EXPECT_EQ(balance.errored, 1u);
  ASSERT_EQ(ran.samples.size(), 40u);
  EXPECT_NE(error_of(ran.samples[6]), nullptr);
}

}  // namespace
}  // namespace assay::integration
