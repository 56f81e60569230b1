/// From a passed gate to traffic: what makes a run ready, and what a live stage says to do.

#include "tests/e2e/project.hpp"

#include <sys/resource.h>

#include <fstream>

namespace assay::e2e {
namespace {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ASSAY_SANITIZED 1
#endif
#endif

const std::string kPolicy =
    "version: 1\n"
    "gates:\n"
    "  - {id: overall, metric: pass_rate, floor: 0.8}\n"
    "canary:\n"
    "  stages: [0.05, 0.25, 0.5, 1.0]\n"
    "  failure_rate: 0.02\n"
    "  rollback: {to: \"sha256:old\"}\n"
    "  checklist: {runbook: \"https://run\", oncall: geo, kill_switch: flag-1, fallback: v6, dashboard: "
    "\"https://b\"}\n";

class Canary : public ::testing::Test {
 protected:
  void SetUp() override {
    project_.write("suite.yaml", numbered_suite(40, "owners: {quality: geo-team}\n"));
    project_.write("gate.yaml", kPolicy);
  }

  void run_suite(const std::string& policy = kPolicy, int code = 0) const {
    project_.write("gate.yaml", policy);
    const auto ended = project_.assay(
        {"run", "suite.yaml", "--url", stub_.url(), "--model", "m", "--gate", "gate.yaml", "--out", "out"});
    ASSERT_EQ(ended.code, code) << ended.out << ended.err;
  }

  [[nodiscard]] Finished canary(const std::string& data, const std::vector<std::string>& more = {},
                                const std::string& plan = "out/verdict.json") const {
    project_.write("live.jsonl", data);
    std::vector<std::string> list{"canary", plan, "--data", "live.jsonl", "--stage", "0.05"};
    list.insert(list.end(), more.begin(), more.end());
    return project_.assay(list);
  }

  /// One of 20 is the canary's; every so many requests of an arm fail.
  static std::string traffic(int requests, int canary_fails_every, int stable_fails_every = 50) {
    std::string out;
    int seen[2] = {0, 0};
    for (int i = 0; i < requests; ++i) {
      const bool canary = i % 20 == 0;
      const int every = canary ? canary_fails_every : stable_fails_every;
      const bool fails = ++seen[canary ? 0 : 1] % every == 0;
      out += std::string(R"({"arm": ")") + (canary ? "canary" : "stable") + R"(", "ok": )" +
             (fails ? "false" : "true") + ", \"latency_ms\": " + std::to_string(100 + i % 97) + ", \"score\": null}\n";
    }
    return out;
  }

  StubThread stub_;
  Project project_;
};

TEST_F(Canary, a_ready_verdict_holds_the_plan_as_data) {
  run_suite();
  const auto canary = json_of(project_.read("out/verdict.json")).at("canary");
  EXPECT_TRUE(canary.at("ready").get<bool>()) << canary;
  EXPECT_EQ(canary.at("missing"), Json::array());
  EXPECT_GE(canary.at("score").get<double>(), 95);
  EXPECT_EQ(canary.at("rollback").at("to"), "sha256:old");
  ASSERT_EQ(canary.at("stages").size(), 4u);
  EXPECT_EQ(canary.at("stages")[0].at("share"), 0.05);
  EXPECT_EQ(canary.at("stages")[0].at("min_requests"), 294);
  EXPECT_NEAR(canary.at("stages")[0].at("abort_at").get<double>(), 250, 1e-6);
  EXPECT_EQ(canary.at("stages")[0].at("p0"), 0.02);
}

TEST_F(Canary, promotes_holds_and_aborts_by_exit_code_and_as_data) {
  run_suite();
  struct Row {
    const char* action;
    int code;
    std::string data;
  };
  for (const auto& row : {Row{"promote", 0, traffic(20000, 50)}, Row{"hold", 2, traffic(1000, 50)},
                          Row{"abort", 1, traffic(20000, 8)}, Row{"hold", 2, traffic(20000, 5, 5)}}) {
    SCOPED_TRACE(row.action);
    const auto person = canary(row.data);
    EXPECT_EQ(person.code, row.code) << person.out << person.err;
    const auto ended = canary(row.data, {"--json"});
    EXPECT_EQ(ended.code, row.code) << ended.err;
    const auto json = json_of(ended.out);
    EXPECT_EQ(json.at("action"), row.action);
    EXPECT_EQ(json.at("exit_code"), row.code);
    EXPECT_EQ(json.at("rollback").at("to"), "sha256:old");
    EXPECT_EQ(json.at("candidate"), json_of(project_.read("out/verdict.json")).at("candidate").at("digest"));
    EXPECT_FALSE(json.at("reason").get<std::string>().empty());
    EXPECT_NE(json.dump().find(row.code == 1 ? "aborted at" : "more failure"), std::string::npos)
        << "the number that decides: " << json;
  }
}

TEST_F(Canary, takes_a_run_of_the_store_and_standard_input) {
  run_suite();
  project_.write("live.jsonl", traffic(20000, 50));
  const auto ended =
      test::run_process({"/bin/sh", "-c", program() + " canary latest --stage 5% --data - --json < live.jsonl"},
                        {.folder = project_.folder().path()});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(json_of(ended.out).at("action"), "promote");
}

TEST_F(Canary, a_plan_that_is_not_ready_is_refused_with_all_that_is_missing) {
  auto policy = kPolicy;
  policy.replace(policy.find("runbook: \"https://run\", "), 24, "");
  policy.replace(policy.find("  failure_rate: 0.02\n"), 21, "");
  run_suite(policy);
  const auto ended = canary(traffic(20000, 50));
  EXPECT_EQ(ended.code, 4);
  EXPECT_NE(ended.err.find("a runbook"), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("never from a suite"), std::string::npos) << ended.err;
  EXPECT_EQ(ended.out, "");
}

TEST_F(Canary, what_is_no_plan_or_no_stage_is_a_usage_error) {
  run_suite();
  const auto data = traffic(400, 50);
  EXPECT_EQ(canary(data, {}, "missing.json").code, 4);
  EXPECT_EQ(canary(data, {}, "nosuchrun").code, 4);
  EXPECT_EQ(canary(data, {}, "suite.yaml").code, 4);
  for (const std::string stage : {"0.1", "0", "-0.05", "nan", "1e400", "x", "2"}) {
    const auto ended = project_.assay({"canary", "out/verdict.json", "--data", "live.jsonl", "--stage=" + stage});
    EXPECT_EQ(ended.code, 4) << stage << ended.out;
    EXPECT_NE(ended.err.find("; help: "), std::string::npos) << ended.err;
  }
}

TEST_F(Canary, data_that_cannot_be_judged_is_exit_3_with_its_line_and_the_fix) {
  run_suite();
  const std::string good = "{\"arm\": \"canary\", \"ok\": true}\n{\"arm\": \"stable\", \"ok\": true}\n";
  struct Row {
    std::string data;
    const char* says;
  };
  const Row rows[] = {
      {"", "no request of the stage"},
      {traffic(20000, 50).substr(0, 0) + "{\"arm\": \"canary\", \"ok\": true}\n", "no request of the stable arm"},
      {"{\"arm\": \"canary\", \"requests\": 950, \"failures\": 1}\n{\"arm\": \"stable\", \"requests\": 50, "
       "\"failures\": 1}\n",
       "swapped"},
      {good + "not json\n", "live.jsonl:3"},
      {good + "{\"arm\": \"canary\", \"ok\": NaN}\n", "live.jsonl:3"},
      {good + "{\"arm\": \"canary\", \"ok\": true, \"latency_ms\": 1e999}\n", "too large"},
      {good + "{\"arm\": \"canary\", \"ok\": true, \"latency_ms\": -1}\n", "latency_ms cannot be -1"},
      {good + "{\"arm\": \"canary\", \"ok\": true, \"score\": 4}\n", "outside 0…1"},
      {good + "{\"arm\": \"canary\", \"ok\": true, \"latency\": 4}\n", "unknown field 'latency'"},
      {good + "{\"arm\": \"canary\", \"ok\": true, \"ok\": false}\n", "written twice"},
      {good + "{\"arm\": \"canary\", \"ok\": true, \"latncy_ms\": 4}\n", "did you mean 'latency_ms'"},
      {good + "{\"arm\": \"control\", \"ok\": true}\n", "there is no arm 'control'"},
      {good + "{\"arm\": \"canary\"}\n", "no `ok`"},
      {good + "{\"ok\": true}\n", "no `arm`"},
      {good + "{\"arm\": \"canary\", \"requests\": 10}\n", "both `requests` and `failures`"},
      {good + "{\"arm\": \"canary\", \"requests\": 10, \"failures\": 11}\n", "11 failures of 10"},
      {good + "{\"arm\": \"canary\", \"requests\": 1e30, \"failures\": 1}\n", "requests cannot be"},
      {good + "{\"arm\": \"canary\", \"requests\": 99999999999999999999, \"failures\": 1}\n", "requests cannot be"},
      {good + "{\"arm\": \"canary\", \"ok\": true, \"stage\": 0.07}\n", "0.07 is no stage of the plan"},
      {good + "{\"arm\": \"canary\", \"ok\": true, \"at\": \"yesterday\"}\n", "at is no time"},
      {good + "{\"arm\": \"canary\", \"ok\": true", "still being written"},
      {good + "[1, 2]\n", "not a JSON object"},
      {good + std::string(100'000, 'x') + "\n" + good, "longer than"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.says);
    const auto ended = canary(row.data);
    EXPECT_EQ(ended.code, 3) << ended.out << ended.err;
    EXPECT_EQ(ended.out, "");
    EXPECT_NE(ended.err.find(row.says), std::string::npos) << ended.err;
    EXPECT_NE(ended.err.find("; help: "), std::string::npos) << ended.err;
  }
  EXPECT_EQ(project_.assay({"canary", "out/verdict.json", "--stage", "0.05", "--data", "none.jsonl"}).code, 3);
  EXPECT_EQ(project_.assay({"canary", "out/verdict.json", "--stage", "0.05", "--data", "."}).code, 3);
}

TEST_F(Canary, hostile_text_reaches_no_terminal_as_it_is) {
  run_suite();
  const auto ended = canary(
      "{\"arm\": \"\\u001b[31m::error::x\", \"ok\": true}\n{\"\\u001b]0;owned\\u0007\": 1}\n\xff\xfe{\"arm\"\x01\n");
  EXPECT_EQ(ended.code, 3);
  EXPECT_EQ(ended.err.find('\x1b'), std::string::npos) << ended.err;
  EXPECT_EQ(ended.err.find("\n::error"), std::string::npos) << ended.err;
}

TEST_F(Canary, stages_of_one_file_are_judged_each_and_together) {
  run_suite();
  std::string data =
      "{\"arm\": \"canary\", \"stage\": 0.05, \"requests\": 1000, \"failures\": 20}\n"
      "{\"arm\": \"stable\", \"stage\": 0.05, \"requests\": 19000, \"failures\": 380}\n"
      "{\"arm\": \"canary\", \"stage\": 0.25, \"requests\": 2000, \"failures\": 160}\n"
      "{\"arm\": \"stable\", \"stage\": 0.25, \"requests\": 6000, \"failures\": 120}\n";
  const auto json = json_of(canary(data, {"--json"}).out);
  ASSERT_EQ(json.at("stages").size(), 2u);
  EXPECT_EQ(json.at("stages")[0].at("action"), "promote");
  EXPECT_EQ(json.at("stages")[1].at("action"), "abort");
  EXPECT_EQ(json.at("action"), "abort");
  EXPECT_NEAR(json.at("abort_at").get<double>(), 100, 1e-6);
}

TEST_F(Canary, a_long_file_takes_no_more_memory_than_a_short_one) {
  run_suite();
  const auto peak_kib = [] {
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    return usage.ru_maxrss;
  };
  ASSERT_EQ(canary(traffic(20000, 50)).code, 0);
  const auto few = peak_kib();
  const auto block = traffic(20000, 50);
  std::ofstream out(project_.folder() / "live.jsonl", std::ios::trunc);
  for (int i = 0; i < 20; ++i) out << block;
  out.close();
  const auto ended =
      project_.assay({"canary", "out/verdict.json", "--stage", "0.05", "--data", "live.jsonl", "--json"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(json_of(ended.out).at("records"), 400'000);
#ifndef ASSAY_SANITIZED
  EXPECT_LT(peak_kib() - few, 8 * 1024);
#endif
}

}  // namespace
}  // namespace assay::e2e
