/// What the engine promises beside speed: budgets that hold, a baseline that is run beside, limits that are found.

#include "tests/e2e/project.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

namespace assay::e2e {
namespace {

class Engine : public ::testing::Test {
 protected:
  void SetUp() override {
    project_.write("suite.yaml", numbered_suite(40));
    write_config("");
  }

  void write_config(const std::string& more, const std::string& gates = "floor: 0.8") const {
    project_.write("assay.yaml",
                   "version: 1\ntargets:\n"
                   "  v1: {url: \"" +
                       stub_.url() + "\", model: m1, price: {input_per_mtok: 1000, output_per_mtok: 1000}" + more +
                       "}\n  v2: {extends: v1, model: m2}\nsuites: [suite.yaml]\ngate: gate.yaml\n");
    project_.write("gate.yaml", "version: 1\ngates:\n  - {id: overall, metric: pass_rate, " + gates + "}\n");
  }

  Json run(const std::vector<std::string>& options, int code) {
    std::vector<std::string> list{"run", "--json", "--target", "v1"};
    list.insert(list.end(), options.begin(), options.end());
    const auto ended = project_.assay(list);
    EXPECT_EQ(ended.code, code) << ended.out << ended.err;
    said_ = ended.err;
    return json_of(ended.out);
  }

  [[nodiscard]] Json history() const { return json_of(project_.assay({"history", "--json"}).out); }
  /// Samples, of all runs.
  [[nodiscard]] int finished() const {
    int sum = 0;
    for (const auto& run : history()) sum += run.at("finished").get<int>();
    return sum;
  }

  std::string said_;
  StubThread stub_;
  Project project_;
};

TEST_F(Engine, a_spent_budget_is_inconclusive_with_what_was_reached_and_can_be_raised) {
  const auto whole = run({}, 0);
  const auto calls = stub_.requests();
  const auto spent = run({"--max-cost", "0.04", "--concurrency", "2"}, 2);
  EXPECT_EQ(spent.at("verdict"), "INCONCLUSIVE");
  const auto reasons = spent.at("reasons").dump();
  EXPECT_NE(reasons.find("max-cost"), std::string::npos) << reasons;
  EXPECT_LE(spent.at("cost").at("usd").get<double>(), 0.0401);
  EXPECT_GT(spent.at("suites")[0].at("scored"), 0);
  EXPECT_GT(spent.at("suites")[0].at("skipped"), 0);
  EXPECT_NE(said_.find("--resume"), std::string::npos) << said_;

  const auto run_id = spent.at("run").get<std::string>();
  EXPECT_EQ(json_of(project_.assay({"gate", run_id, "--json"}).out).at("decision"), spent.at("decision"));
  const auto raised = project_.assay({"run", "--resume", run_id, "--max-cost", "10", "--json"});
  EXPECT_EQ(raised.code, 0) << raised.err;
  EXPECT_EQ(json_of(raised.out).at("decision"), whole.at("decision"));
  EXPECT_EQ(stub_.requests(), 2 * calls) << "nothing was paid for twice";
}

TEST_F(Engine, tokens_of_the_run_and_of_the_target_are_budgets_too) {
  EXPECT_NE(run({"--max-tokens", "60", "--concurrency", "1"}, 2).at("reasons").dump().find("max-tokens"),
            std::string::npos);
  write_config(", limits: {max_tokens: 60, concurrency: 1}");
  const auto reasons = run({}, 2).at("reasons").dump();
  EXPECT_NE(reasons.find("v1"), std::string::npos) << reasons;
}

TEST_F(Engine, a_case_beyond_its_tokens_is_skipped_and_leaves_the_verdict_open) {
  write_config(", limits: {max_tokens_per_case: 2}");
  const auto report = run({}, 2);
  EXPECT_EQ(report.at("suites")[0].at("skipped"), 40);
  EXPECT_EQ(stub_.requests(), 0U);
}

TEST_F(Engine, when_time_is_up_the_run_ends_and_says_so) {
  stub_.set_hook([](const net::ServerRequest&, std::uint64_t before, net::WirePlan& plan) {
    if (before >= 10) plan = {net::Stall{}};
  });
  const auto started = std::chrono::steady_clock::now();
  const auto report = run({"--max-time", "1s", "--concurrency", "4"}, 2);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(30));
  EXPECT_EQ(report.at("suites")[0].at("scored"), 10);
  EXPECT_NE(report.at("reasons").dump().find("max-time"), std::string::npos);
}

TEST_F(Engine, a_budget_never_opens_a_gate_that_warns) {
  project_.write("gate.yaml",
                 "version: 1\non_inconclusive: warn\ngates:\n  - {id: o, metric: pass_rate, floor: 0.1}\n");
  run({"--max-cost", "0.04", "--concurrency", "1"}, 2);
}

TEST_F(Engine, a_baseline_beside_it_is_a_run_of_its_own_and_calls_alternate) {
  std::string order;
  stub_.set_hook([&](const net::ServerRequest& request, std::uint64_t, net::WirePlan&) {
    order += request.body.find("\"m1\"") != std::string::npos ? 'A' : 'B';
  });
  const auto report = run({"--against", "v2", "--concurrency", "1"}, 0);
  EXPECT_EQ(stub_.requests(), 80U);
  EXPECT_EQ(std::count(order.begin(), order.end(), 'A'), 40);
  int ahead = 0;
  for (const char side : order) {
    ahead += side == 'A' ? 1 : -1;
    EXPECT_LE(std::abs(ahead), 2) << order;
  }
  const auto runs = history();
  ASSERT_EQ(runs.size(), 2U);
  EXPECT_EQ(report.at("candidate").at("model"), "m1");
  for (const auto& each : runs) EXPECT_EQ(each.at("finished"), 40);
  const auto shown = project_.assay({"show", report.at("run").get<std::string>()});
  EXPECT_NE(shown.out.find("candidate of run"), std::string::npos) << shown.out;
}

TEST_F(Engine, a_pair_that_was_killed_goes_on_as_a_pair) {
  stub_.set_hook([](const net::ServerRequest&, std::uint64_t before, net::WirePlan& plan) {
    if (before >= 30) plan = {net::Stall{}};
  });
  auto process = project_.start({"run", "--target", "v1", "--against", "v2", "--concurrency", "2"});
  ASSERT_TRUE(stub_.wait_for_requests(31));
  for (int looks = 0; finished() < 30 && looks < 600; ++looks)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  process->send(SIGKILL);
  process->wait();
  const auto before = stub_.requests();
  stub_.set_hook({});
  const auto ended =
      project_.assay({"run", "--resume", "auto", "--target", "v1", "--against", "v2", "--concurrency", "2"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const auto runs = history();
  ASSERT_EQ(runs.size(), 2U);
  for (const auto& each : runs) EXPECT_EQ(each.at("finished"), 40) << each;
  EXPECT_EQ(stub_.requests(), before + 80U - 30U) << "only what was in flight is asked again";
}

TEST_F(Engine, a_baseline_that_changed_starts_a_new_pair) {
  run({"--against", "v2", "--max-cost", "0.04"}, 2);
  const auto config = project_.read("assay.yaml");
  project_.write("assay.yaml", config.substr(0, config.find("  v2:")) +
                                   "  v2: {extends: v1, model: m3}\nsuites: [suite.yaml]\ngate: gate.yaml\n");
  run({"--against", "v2", "--resume", "auto"}, 0);
  EXPECT_EQ(history().size(), 4U);
}

TEST_F(Engine, a_pair_of_two_models_runs_with_auto) {
  run({"--against", "v2", "--warmup", "2"}, 0);
  EXPECT_EQ(stub_.requests(), 80U + 4U);
}

TEST_F(Engine, warm_up_calls_are_paid_and_leave_no_sample) {
  const auto plain = run({}, 0);
  const auto calls = stub_.requests();
  const auto warmed = run({"--warmup", "5"}, 0);
  EXPECT_EQ(stub_.requests(), 2 * calls + 5);
  EXPECT_EQ(warmed.at("suites"), plain.at("suites"));
  EXPECT_EQ(warmed.at("cost").at("calls"), calls + 5);
  EXPECT_GT(warmed.at("cost").at("usd").get<double>(), plain.at("cost").at("usd").get<double>());
}

TEST_F(Engine, auto_is_the_default_and_its_history_is_shown) {
  const auto report = run({}, 0);
  EXPECT_GE(report.at("timing").at("concurrency"), 1);
  const auto shown = project_.assay({"show", "latest"});
  EXPECT_NE(shown.out.find("in flight (auto)"), std::string::npos) << shown.out;
  EXPECT_NE(shown.out.find("start"), std::string::npos) << shown.out;
}

TEST_F(Engine, where_a_gate_reads_a_latency_auto_is_held) {
  project_.write("gate.yaml", "version: 1\ngates:\n  - {id: slow, metric: latency_p50, max: 30s}\n");
  run({}, 0);
  EXPECT_NE(said_.find("at most 16 at a time"), std::string::npos) << said_;
}

TEST_F(Engine, a_key_may_stand_in_a_file) {
  std::string sent;
  stub_.set_hook([&](const net::ServerRequest& request, std::uint64_t, net::WirePlan&) {
    sent = request.header("authorization");
  });
  project_.write("key.txt", "sk-from-a-file\n");
  write_config(", api_key_file: key.txt");
  run({}, 0);
  EXPECT_EQ(stub_.requests(), 40U);  // what the hook wrote is seen after this
  EXPECT_EQ(sent, "Bearer sk-from-a-file");
}

TEST_F(Engine, retried_samples_are_reported_apart) {
  write_config(", retries: {max: 3, backoff: 1ms..2ms}");
  stub_.set_hook([](const net::ServerRequest&, std::uint64_t before, net::WirePlan& plan) {
    if (before % 4 == 0) plan = {net::Send{"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"}};
  });
  const auto report = run({"--concurrency", "1"}, 0);
  EXPECT_GT(report.at("timing").at("retried").at("samples"), 5);
  EXPECT_TRUE(report.at("timing").at("retried").at("e2e_ms").at("p50").is_number());
}

}  // namespace
}  // namespace assay::e2e
