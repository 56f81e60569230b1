/// What a request comes to with its configuration and the environment.

#include "runner/app/prepare.hpp"
#include "runner/app/request.hpp"
#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace assay::app {
namespace {

class FromConfiguration : public ::testing::Test {
 protected:
  FromConfiguration() {
    folder_.write(
        "assay.yaml",
        "version: 1\n"
        "targets:\n"
        "  t:\n"
        "    url: http://127.0.0.1:9/v1\n"
        "    model: m\n"
        "    api_key_env: NO_SUCH_KEY\n"
        "    headers: {x-team: geo, x-gateway: \"Bearer ${NO_SUCH_TOKEN}\"}\n"
        "    ca_file: nowhere.pem\n"
        "    prompts: {questions: {file: prompt.txt}}\n"
        "    price: {input_per_mtok: 1, output_per_mtok: 2}\n"
        "    limits: {concurrency: 64, requests_per_minute: 1000, tokens_per_minute: 90000, max_tokens: 999}\n"
        "  plain: {url: \"http://127.0.0.1:9/v1\", model: n, limits: {concurrency: auto}}\n");
    folder_.write("prompt.txt", "Answer: {{n}}");
    folder_.write("suite.yaml",
                  "version: 1\nsuite: questions\nmessages: [{user: \"Question {{n}}?\"}]\n"
                  "defaults: {checks: [{equals: ok}]}\n"
                  "cases:\n  - {id: q1, vars: {n: 1}}\n  - {id: q2, vars: {n: 2}}\n");
    request_.config = (folder_ / "assay.yaml").string();
    request_.suites = {(folder_ / "suite.yaml").string()};
    request_.target = "t";
  }

  std::optional<Settings> resolved() {
    diagnostics_ = {};
    return resolve(request_, environment_, diagnostics_);
  }

  test::TempDir folder_;
  RunRequest request_;
  std::map<std::string, std::string> variables_;
  Environment environment_ = [this](const std::string& name) -> std::optional<std::string> {
    const auto found = variables_.find(name);
    return found == variables_.end() ? std::nullopt : std::optional(found->second);
  };
  Diagnostics diagnostics_;
};

TEST_F(FromConfiguration, what_is_named_must_be_there) {
  EXPECT_FALSE(resolved());
  EXPECT_EQ(diagnostics_.error_count(), 2U);
}

TEST_F(FromConfiguration, a_replay_needs_no_key_no_header_variable_and_no_certificate) {
  request_.replay = "answers.cassette";
  const auto settings = resolved();
  ASSERT_TRUE(settings) << to_string(diagnostics_.errors().front());
  EXPECT_EQ(settings->target.api_key, "");
  EXPECT_EQ(settings->target.headers.at(1).second, "Bearer ");
  EXPECT_FALSE(settings->target.ca_file);
  EXPECT_TRUE(settings->secrets.empty()) << "an empty secret would redact everything";
}

TEST_F(FromConfiguration, a_replay_needs_to_know_the_model_and_not_the_address) {
  folder_.write("assay.yaml", "version: 1\ntargets:\n  t: {url: \"${NO_URL}\", model: \"${MODEL}\"}\n");
  request_.replay = "answers.cassette";
  EXPECT_FALSE(resolved());
  EXPECT_NE(diagnostics_.errors().front().message.find("MODEL"), std::string::npos);
  variables_ = {{"MODEL", "m"}};
  EXPECT_EQ(resolved()->target.model, "m");
}

TEST_F(FromConfiguration, a_replay_still_redacts_the_secrets_that_are_there) {
  request_.replay = "answers.cassette";
  variables_ = {{"NO_SUCH_KEY", "k-123"}, {"NO_SUCH_TOKEN", "t-456"}};
  EXPECT_EQ(resolved()->secrets, (std::vector<std::string>{"t-456", "k-123"}));
}

TEST_F(FromConfiguration, the_command_lines_concurrency_stands_over_the_targets) {
  request_.replay = "answers.cassette";
  EXPECT_EQ(resolved()->target.limits.concurrency, 64U);
  request_.concurrency = Concurrency{8};
  EXPECT_EQ(resolved()->target.limits.concurrency, 8U);
  request_.concurrency = Concurrency{};
  EXPECT_FALSE(resolved()->target.limits.concurrency);
}

TEST_F(FromConfiguration, a_shard_gets_its_share_of_what_is_per_minute_and_per_run) {
  variables_ = {{"NO_SUCH_KEY", "k"}, {"NO_SUCH_TOKEN", "t"}};
  request_.shard = store::Shard{2, 4};
  request_.max_cost = 10;
  request_.max_tokens = 2;
  const auto settings = resolved();
  ASSERT_TRUE(settings) << to_string(diagnostics_.errors().front());
  const auto& limits = settings->target.limits;
  EXPECT_EQ(limits.requests_per_minute, 250);
  EXPECT_EQ(limits.tokens_per_minute, 22500);
  EXPECT_EQ(limits.max_tokens, 249U);
  EXPECT_EQ(limits.concurrency, 64U) << "a number is taken as it stands";
  EXPECT_EQ(settings->budget.usd, 2.5);
  EXPECT_EQ(settings->budget.tokens, 1U) << "never nothing";
}

TEST_F(FromConfiguration, a_key_is_read_from_its_file_without_white_space) {
  folder_.write("assay.yaml", "version: 1\ntargets:\n  t: {url: u, model: m, api_key_file: secret/key}\n");
  std::filesystem::create_directory(folder_ / "secret");
  folder_.write("secret/key", "  sk-42 \n\n");
  const auto settings = resolved();
  ASSERT_TRUE(settings) << to_string(diagnostics_.errors().front());
  EXPECT_EQ(settings->target.api_key, "sk-42");
  EXPECT_EQ(settings->secrets, std::vector<std::string>{"sk-42"});
  folder_.write("secret/key", "sk-42\nsk-43\n");
  EXPECT_FALSE(resolved());
  EXPECT_EQ(diagnostics_.errors().front().message.find("sk-4"), std::string::npos) << "a key in an error";
}

class Load : public FromConfiguration, public ::testing::WithParamInterface<bool> {};

TEST_P(Load, of_auto_is_held_where_a_gate_reads_a_latency) {
  const bool latency = GetParam();
  folder_.write("gate.yaml", std::string("version: 1\ngates:\n  - {id: g, metric: ") +
                                 (latency ? "ttft_p50, max: 1s}\n" : "pass_rate, floor: 0.5}\n"));
  request_.target = "plain";
  request_.gate = (folder_ / "gate.yaml").string();
  const auto automatic = prepare(request_, environment_, diagnostics_);
  ASSERT_TRUE(automatic) << to_string(diagnostics_.errors().front());
  EXPECT_EQ(automatic->settings.held_for_latency, latency);
  EXPECT_EQ(automatic->settings.target.limits.most, latency ? 16U : 1024U);
  EXPECT_EQ(header_of(*automatic).concurrency, 0U);
  request_.concurrency = Concurrency{100};
  const auto fixed = prepare(request_, environment_, diagnostics_);
  ASSERT_TRUE(fixed);
  EXPECT_FALSE(fixed->settings.held_for_latency) << "a number is taken as it stands";
  EXPECT_EQ(header_of(*fixed).concurrency, 100U);
}

INSTANTIATE_TEST_SUITE_P(App, Load, ::testing::Bool());

TEST_F(FromConfiguration, the_baseline_is_another_target_without_what_was_set_on_the_candidate) {
  variables_ = {{"NO_SUCH_KEY", "k"}, {"NO_SUCH_TOKEN", "t"}};
  folder_.write("new.txt", "Other: {{n}}");
  request_.target = "plain";
  request_.against = "t";
  request_.prompts = {(folder_ / "new.txt").string()};
  request_.set = {"params.temperature=1"};
  const auto candidate = prepare(request_, environment_, diagnostics_);
  ASSERT_TRUE(candidate) << to_string(diagnostics_.errors().front());
  const auto baseline = prepare_baseline(*candidate, environment_, diagnostics_);
  ASSERT_TRUE(baseline) << to_string(diagnostics_.errors().front());
  auto one = header_of(*candidate);
  auto other = header_of(*baseline);
  link(one, other);
  EXPECT_EQ(one.model, "n");
  EXPECT_EQ(other.model, "m");
  EXPECT_FALSE(one.baseline);
  EXPECT_TRUE(other.baseline);
  EXPECT_EQ(one.beside, other.id);
  EXPECT_EQ(other.beside, one.id);
  EXPECT_EQ(one.options, other.options) << "either of them resumes both";
  EXPECT_EQ(one.policy_digest, other.policy_digest);
  EXPECT_EQ(one.suites.at(0).digest, other.suites.at(0).digest);
  EXPECT_EQ(one.suites.at(0).params_text, R"({"temperature":1})");
  EXPECT_EQ(other.suites.at(0).params_text, "{}");
  EXPECT_EQ(candidate->plan.suites.at(0).suite.messages.at(0).source, "Other: {{n}}");
  EXPECT_EQ(baseline->plan.suites.at(0).suite.messages.at(0).source, "Answer: {{n}}");
}

TEST_F(FromConfiguration, a_shard_without_a_case_is_a_run_with_nothing_to_do) {
  request_.target = "plain";
  std::uint64_t units = 0;
  for (std::uint32_t k = 1; k <= 8; ++k) {
    request_.shard = store::Shard{k, 8};
    const auto prepared = prepare(request_, environment_, diagnostics_);
    ASSERT_TRUE(prepared) << to_string(diagnostics_.errors().front());
    const auto header = header_of(*prepared);
    EXPECT_EQ(header.suites.at(0).whole, 2U);
    units += header.suites.at(0).planned;
  }
  EXPECT_EQ(units, 2U);
}

TEST_F(FromConfiguration, a_run_is_resumed_only_with_what_it_was_started_with) {
  request_.target = "plain";
  const auto before = header_of(*prepare(request_, environment_, diagnostics_));
  EXPECT_FALSE(what_changed(before, before));
  const std::vector<std::pair<std::string, std::function<void(store::RunHeader&)>>> changes{
      {"the api", [](auto& h) { h.api = "anthropic"; }}, {"the url", [](auto& h) { h.url = "http://other/v1"; }},
      {"the seed", [](auto& h) { h.seed = 8; }},         {"the shard", [](auto& h) { h.shard = store::Shard{1, 2}; }},
      {"the model", [](auto& h) { h.model = "other"; }}, {"the policy", [](auto& h) { h.policy_digest = "sha256:0"; }}};
  for (const auto& [what, change] : changes) {
    auto now = before;
    change(now);
    const auto error = what_changed(before, now);
    ASSERT_TRUE(error) << what;
    EXPECT_NE(error->message.find(what), std::string::npos) << error->message;
  }
}

}  // namespace
}  // namespace assay::app
