/// Answers that were paid for once: recorded, replayed without a connection, and only what is missing asked again.

#include "tests/e2e/project.hpp"

#include <sstream>

namespace assay::e2e {
namespace {

class Cassette : public ::testing::Test {
 protected:
  void SetUp() override {
    project_.write("suite.yaml", numbered_suite(30));
    write_config("m");
    project_.environment = {{"STUB_URL", stub_.url()}, {"KEY", "sk-for-the-test"}};
    // Answers that no replay could guess, a failure, and a call that needs a retry.
    stub_.set_hook([](const net::ServerRequest& request, std::uint64_t, net::WirePlan& plan) {
      const auto asks = [&](std::string_view n) {
        return request.body.find("Question " + std::string(n) + "?") != std::string::npos;
      };
      if (asks("7")) plan = {net::Send{"HTTP/1.1 400 Bad\r\ncontent-length: 0\r\n\r\n"}};
    });
  }

  void write_config(const std::string& model) const {
    project_.write("assay.yaml", "version: 1\ntargets:\n  t:\n    url: ${STUB_URL}\n    model: " + model +
                                     "\n    api_key_env: KEY\n    price: {input_per_mtok: 1, output_per_mtok: 2}\n"
                                     "    retries: {max: 1, backoff: 1ms..2ms}\nsuites: [suite.yaml]\n"
                                     "gate: gate.yaml\n");
    project_.write("gate.yaml",
                   "version: 1\nmax_error_rate: 0.2\ngates:\n  - {id: overall, metric: pass_rate, floor: 0.6}\n");
  }

  Json run(const std::vector<std::string>& options, int code) const {
    std::vector<std::string> list{"run", "--json", "--quiet"};
    list.insert(list.end(), options.begin(), options.end());
    const auto ended = project_.assay(list);
    EXPECT_EQ(ended.code, code) << ended.out << ended.err;
    last_error_ = ended.err;
    return json_of(ended.out);
  }

  static std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }

  mutable std::string last_error_;
  StubThread stub_;
  Project project_;
};

TEST_F(Cassette, a_replay_makes_no_connection_needs_no_key_and_decides_alike) {
  const auto recorded = run({"--record", "calls.jsonl"}, 0);
  const auto before = stub_.requests();
  project_.environment = {};  // neither address nor key
  const auto replayed = run({"--replay", "calls.jsonl"}, 0);
  EXPECT_EQ(stub_.requests(), before);
  EXPECT_EQ(replayed.at("decision"), recorded.at("decision"));
  EXPECT_EQ(replayed.at("suites"), recorded.at("suites"));
  EXPECT_EQ(replayed.at("gates"), recorded.at("gates"));
  EXPECT_EQ(replayed.at("replayed").at("samples"), 30) << "a recorded failure is replayed, too";
  EXPECT_TRUE(replayed.at("replayed").at("oldest").is_string());
  EXPECT_EQ(replayed.at("cost").at("cached"), 30);
  EXPECT_EQ(replayed.at("cost").at("usd"), 0) << "nothing was paid";
  EXPECT_FALSE(replayed.at("canary").at("ready").get<bool>());
  EXPECT_EQ(recorded.at("replayed").at("samples"), 0);
  EXPECT_TRUE(recorded.at("replayed").at("oldest").is_null());
}

TEST_F(Cassette, what_was_replayed_is_recorded_as_it_was) {
  run({"--record", "calls.jsonl"}, 0);
  const auto before = lines_of(project_.read("calls.jsonl"));
  run({"--cassette", "calls.jsonl"}, 0);
  const auto after = lines_of(project_.read("calls.jsonl"));
  ASSERT_EQ(before.size(), 31U);
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool failed = before[i].find("Question 7?") != std::string::npos;  // asked again, at another time
    EXPECT_EQ(before[i] != after[i], failed) << before[i] << '\n' << after[i];
    EXPECT_EQ(after[i].find("sk-for-the-test"), std::string::npos);
  }
}

TEST_F(Cassette, a_call_that_it_lacks_is_an_error_that_names_the_nearest) {
  run({"--record", "calls.jsonl"}, 0);
  const auto before = stub_.requests();
  project_.write("suite.yaml", numbered_suite(32));
  const auto missed = run({"--replay", "calls.jsonl"}, 3);
  EXPECT_EQ(missed.at("verdict"), "ERROR");
  const auto reasons = missed.at("reasons").dump();
  EXPECT_NE(reasons.find("2 calls cannot be replayed"), std::string::npos) << reasons;
  EXPECT_NE(reasons.find("case-31"), std::string::npos) << reasons;
  EXPECT_EQ(stub_.requests(), before);

  run({"--cassette", "calls.jsonl"}, 0);
  // Two new cases; the recorded failure is no answer, so it is asked again.
  EXPECT_EQ(stub_.requests(), before + 3);
  EXPECT_EQ(run({"--replay", "calls.jsonl"}, 0).at("suites")[0].at("planned"), 32);
}

TEST_F(Cassette, a_miss_is_said_with_the_file_and_what_to_do) {
  run({"--record", "calls.jsonl"}, 0);
  project_.write("suite.yaml", numbered_suite(31));
  const auto ended = project_.assay({"run", "--replay", "calls.jsonl"});
  EXPECT_EQ(ended.code, 3) << ended.out;
  EXPECT_NE(ended.err.find("calls.jsonl: error: no answer is recorded for"), std::string::npos) << ended.err;
  EXPECT_NE(ended.err.find("help: --cassette calls.jsonl"), std::string::npos) << ended.err;
}

TEST_F(Cassette, a_file_that_cannot_be_written_is_said_before_any_call) {
  project_.write("not-a-folder", "");
  const auto before = stub_.requests();
  const auto ended = project_.assay({"run", "--record", "not-a-folder/calls.jsonl"});
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_NE(ended.err.find("not-a-folder/calls.jsonl cannot be written"), std::string::npos) << ended.err;
  EXPECT_EQ(stub_.requests(), before);
  EXPECT_FALSE(project_.has(".assay"));
}

TEST_F(Cassette, another_model_or_parameter_is_another_call) {
  run({"--record", "calls.jsonl"}, 0);
  const auto other = run({"--replay", "calls.jsonl", "--set", "params.temperature=1.2"}, 3);
  EXPECT_NE(other.at("reasons").dump().find("temperature"), std::string::npos) << other.at("reasons");
  write_config("m2");
  const auto model = run({"--replay", "calls.jsonl"}, 3);
  EXPECT_NE(model.at("reasons").dump().find("m2"), std::string::npos) << model.at("reasons");
}

TEST_F(Cassette, each_sample_of_a_case_has_an_answer_of_its_own) {
  const auto recorded = run({"--record", "calls.jsonl", "--samples", "3"}, 0);
  EXPECT_EQ(run({"--replay", "calls.jsonl", "--samples", "3"}, 0).at("decision"), recorded.at("decision"));
  run({"--replay", "calls.jsonl", "--samples", "4"}, 3);
}

TEST_F(Cassette, a_cassette_that_is_not_there_begins_with_the_first_run) {
  run({"--cassette", "new.jsonl"}, 0);
  EXPECT_TRUE(project_.has("new.jsonl"));
  const auto before = stub_.requests();
  run({"--cassette", "new.jsonl"}, 0);
  EXPECT_EQ(stub_.requests(), before + 1) << "only the failed one";
}

TEST_F(Cassette, a_damaged_file_is_said_with_its_line_and_nothing_is_called) {
  run({"--record", "calls.jsonl"}, 0);
  const auto before = stub_.requests();
  auto text = project_.read("calls.jsonl");
  project_.write("calls.jsonl", text.substr(0, text.size() - 40));
  const auto ended = project_.assay({"run", "--replay", "calls.jsonl"});
  EXPECT_EQ(ended.code, 4) << ended.err;
  EXPECT_NE(ended.err.find("calls.jsonl:31"), std::string::npos) << ended.err;
  EXPECT_EQ(project_.assay({"run", "--replay", "missing.jsonl"}).code, 4);
  EXPECT_EQ(stub_.requests(), before);
}

// 200 problems of GSM8K as a real model answered them: see tests/cassettes/gsm8k/README.md.
TEST(RecordedRun, of_a_real_model_is_replayed_offline_verdict_and_all) {
  const std::filesystem::path source = std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/cassettes/gsm8k";
  Project project;
  std::filesystem::copy(source, project.folder().path());
  const auto expected = json_of(project.read("expected.json"));
  std::string decision;
  for (const char* time : {"once", "twice"}) {
    SCOPED_TRACE(time);
    const auto ended = project.assay({"run", "--replay", "smollm2.jsonl", "--json", "--quiet"});
    EXPECT_EQ(ended.code, expected.at("exit_code")) << ended.err;
    const auto report = json_of(ended.out);
    EXPECT_EQ(report.at("verdict"), expected.at("verdict"));
    EXPECT_EQ(report.at("candidate").at("served_model"), expected.at("served_model"));
    for (const auto& [key, value] : expected.at("suite").items())
      EXPECT_EQ(report.at("suites")[0].at(key), value) << key;
    const auto& gate = report.at("gates")[0];
    for (const char* key : {"n", "estimate", "state", "method"}) EXPECT_EQ(gate.at(key), expected.at("gate").at(key));
    for (const std::size_t end : {0U, 1U}) {
      EXPECT_NEAR(gate.at("interval")[end].get<double>(), expected.at("gate").at("interval")[end].get<double>(), 1e-6);
    }
    if (!decision.empty()) {
      EXPECT_EQ(report.at("decision"), decision);
    }
    decision = report.at("decision").get<std::string>();
  }
}

}  // namespace
}  // namespace assay::e2e
