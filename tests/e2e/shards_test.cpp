/// A run in parts, on machines that know nothing of each other, and the same decision.

#include "tests/e2e/project.hpp"

#include <csignal>

namespace assay::e2e {
namespace {

class Shards : public ::testing::Test {
 protected:
  void SetUp() override {
    project_.write("suite.yaml", numbered_suite(60));
    stub_.set_hook([](const net::ServerRequest& request, std::uint64_t, net::WirePlan& plan) {
      if (request.body.find("Question 13?") == std::string::npos) return;
      plan = {net::Send{"HTTP/1.1 400 Bad\r\ncontent-length: 0\r\n\r\n"}};
    });
  }

  [[nodiscard]] Finished run(const std::vector<std::string>& options) const {
    std::vector<std::string> list{"run", "suite.yaml", "--url", stub_.url(), "--model", "m", "--quiet"};
    list.insert(list.end(), options.begin(), options.end());
    return project_.assay(list);
  }
  [[nodiscard]] Finished shard(int index, int count, const std::vector<std::string>& options = {}) const {
    std::vector<std::string> list{"--shard", std::to_string(index) + "/" + std::to_string(count), "--store",
                                  store(index)};
    list.insert(list.end(), options.begin(), options.end());
    return run(list);
  }
  static std::string store(int index) { return "shard-" + std::to_string(index) + ".db"; }
  [[nodiscard]] Finished merge(const std::vector<int>& shards, const std::string& into = "whole.db") const {
    std::vector<std::string> list{"merge"};
    for (const int index : shards) list.push_back(store(index));
    list.insert(list.end(), {"-o", into});
    return project_.assay(list);
  }

  StubThread stub_;
  Project project_;
};

TEST_F(Shards, merged_they_decide_as_one_run) {
  const auto whole = run({"--record", "calls.jsonl", "--json"});
  EXPECT_EQ(whole.code, 0) << whole.err;
  const auto before = stub_.requests();
  for (int index = 1; index <= 3; ++index) {
    const auto ended = shard(index, 3, {"--replay", "calls.jsonl", "--out", "out"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_FALSE(project_.has("out/verdict.json")) << "a shard does not decide";
  }
  EXPECT_EQ(stub_.requests(), before);
  const auto merged = merge({1, 2, 3});
  ASSERT_EQ(merged.code, 0) << merged.err;
  const auto id = merged.out.substr(0, merged.out.find('\n'));
  const auto decided = project_.assay({"gate", id, "--store", "whole.db", "--json"});
  EXPECT_EQ(decided.code, 0) << decided.err;
  EXPECT_EQ(json_of(decided.out).at("decision"), json_of(whole.out).at("decision"));
  EXPECT_EQ(json_of(decided.out).at("suites"), json_of(whole.out).at("suites"));
}

TEST_F(Shards, every_case_is_asked_once_and_another_case_moves_none) {
  for (int index = 1; index <= 4; ++index) EXPECT_EQ(shard(index, 4).code, 0);
  EXPECT_EQ(stub_.requests(), 60U);
  const auto before = stub_.bodies();
  project_.write("suite.yaml", numbered_suite(61));
  EXPECT_EQ(run({"--shard", "2/4", "--store", "again.db"}).code, 0);
  int moved = 0;
  for (const auto& [body, times] : stub_.bodies()) {
    const auto found = before.find(body);
    if (found == before.end()) moved += body.find("Question 61?") == std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(moved, 0);
}

TEST_F(Shards, a_shard_alone_is_not_decided) {
  EXPECT_EQ(shard(1, 2).code, 0);
  const auto ended = project_.assay({"gate", "latest", "--store", store(1)});
  EXPECT_EQ(ended.code, 4);
  EXPECT_NE(ended.err.find("assay merge"), std::string::npos) << ended.err;
}

TEST_F(Shards, one_that_is_resumed_although_it_is_finished_ends_well) {
  const auto first = shard(1, 2);
  const auto calls = stub_.requests();
  const auto id = first.out.substr(0, first.out.find('\n'));
  const auto again = project_.assay({"run", "--resume", id, "--store", store(1)});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(stub_.requests(), calls);
}

TEST_F(Shards, a_gap_an_overlap_and_a_mixture_are_refused_by_name) {
  for (int index = 1; index <= 3; ++index) EXPECT_EQ(shard(index, 3).code, 0);
  const auto gap = merge({1, 3});
  EXPECT_EQ(gap.code, 4);
  EXPECT_NE(gap.err.find("2"), std::string::npos) << gap.err;
  EXPECT_FALSE(project_.has("whole.db")) << "nothing is left behind";
  EXPECT_EQ(project_.assay({"merge", store(1), store(1), store(2), store(3), "-o", "whole.db"}).code, 4);

  project_.write("suite.yaml", numbered_suite(60, "    - length: {max: 100}\n"));
  EXPECT_EQ(run({"--shard", "2/3", "--store", "other.db"}).code, 0);
  const auto mixed = project_.assay({"merge", store(1), "other.db", store(3), "-o", "whole.db"});
  EXPECT_EQ(mixed.code, 4);
  EXPECT_NE(mixed.err.find("suite"), std::string::npos) << mixed.err;
}

TEST_F(Shards, one_that_was_not_finished_is_named) {
  EXPECT_EQ(shard(1, 2).code, 0);
  stub_.set_hook([](const net::ServerRequest&, std::uint64_t, net::WirePlan& plan) { plan = {net::Stall{}}; });
  auto process = project_.start(
      {"run", "suite.yaml", "--url", stub_.url(), "--model", "m", "--shard", "2/2", "--store", store(2)});
  ASSERT_TRUE(stub_.wait_for_requests(stub_.requests() + 1));
  process->send(SIGKILL);
  process->wait();
  const auto ended = merge({1, 2});
  EXPECT_EQ(ended.code, 4);
  EXPECT_NE(ended.err.find("--resume"), std::string::npos) << ended.err;
}

}  // namespace
}  // namespace assay::e2e
