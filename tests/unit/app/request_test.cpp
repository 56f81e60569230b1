/// What makes two runs the same, and what a resume takes from where.

#include "runner/app/request.hpp"

#include <gtest/gtest.h>

namespace assay::app {
namespace {

using namespace std::chrono_literals;

RunRequest full() {
  RunRequest request;
  request.suites = {"/s/a.yaml", "/s/b.yaml"};
  request.target = "v7";
  request.against = "v6";
  request.prompts = {"support=/p/new.txt"};
  request.set = {"params.temperature=0"};
  request.config = "/c/assay.yaml";
  request.gate = "none";
  request.samples = 3;
  request.limit = 100;
  request.where = {{"topic", "t1"}};
  request.shard = store::Shard{2, 8};
  request.concurrency = Concurrency{32};
  request.seed = 7;
  request.warmup = 5;
  request.record = "/r/answers.cassette";
  request.max_cost = 2.5;
  request.max_time = 90min;
  request.max_tokens = 1'000'000;
  return request;
}

TEST(StoredRequest, says_all_that_was_asked_for) {
  const auto stored = to_json(full());
  const auto back = resumed_request(stored, {});
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(to_json(*back), stored);
  EXPECT_EQ(back->shard, (store::Shard{2, 8}));
  EXPECT_EQ(back->max_time, Duration(90min));
}

TEST(StoredRequest, tells_auto_from_a_number_and_from_nothing) {
  RunRequest request;
  EXPECT_FALSE(resumed_request(to_json(request), {})->concurrency);
  request.concurrency = Concurrency{};
  const auto automatic = resumed_request(to_json(request), {});
  ASSERT_TRUE(automatic->concurrency);
  EXPECT_FALSE(automatic->concurrency->fixed);
  request.concurrency = Concurrency{4};
  EXPECT_EQ(resumed_request(to_json(request), {})->concurrency->fixed, 4U);
}

TEST(StoredRequest, keeps_paths_that_hold_from_any_folder) {
  RunRequest request;
  request.replay = "answers.cassette";
  const auto back = resumed_request(to_json(request), {});
  EXPECT_EQ(back->replay, std::filesystem::absolute("answers.cassette").string());
}

// What an older version wrote: fewer keys, no budget.
TEST(StoredRequest, of_an_older_version_reads) {
  const auto stored = parse_json(R"({"suites": ["/s/a.yaml"], "target": "v7", "url": null, "model": null,
    "api_key_env": null, "prompts": [], "set": [], "config": null, "gate": null, "samples": null, "limit": null,
    "where": [], "concurrency": 8, "seed": null})");
  const auto back = resumed_request(*stored, {});
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(back->target, "v7");
  EXPECT_EQ(back->concurrency->fixed, 8U);
  EXPECT_FALSE(back->shard);
  EXPECT_TRUE(same_run(*stored, *back));
}

TEST(StoredRequest, that_is_damaged_is_an_error) {
  EXPECT_EQ(resumed_request(Json{{"suites", 7}}, {}).error().kind, ErrorKind::store);
  EXPECT_EQ(resumed_request(Json{{"where", {{"one"}}}}, {}).error().kind, ErrorKind::store);
  EXPECT_EQ(resumed_request(Json::array(), {}).error().kind, ErrorKind::store);
}

TEST(Resume, takes_the_stored_budgets_unless_they_are_given_anew) {
  RunRequest given;
  given.max_cost = 10;
  const auto back = resumed_request(to_json(full()), given);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->max_cost, 10);
  EXPECT_EQ(back->max_tokens, 1'000'000U);
  EXPECT_TRUE(same_run(to_json(full()), *back));
}

struct Difference {
  const char* key;
  void (*change)(RunRequest&);
};

void PrintTo(const Difference& difference, std::ostream* out) {
  *out << difference.key;
}

class Differs : public ::testing::TestWithParam<Difference> {};

TEST_P(Differs, from_the_stored_run_and_is_refused_by_name) {
  auto other = full();
  GetParam().change(other);
  EXPECT_FALSE(same_run(to_json(full()), other));
  const auto refused = resumed_request(to_json(full()), other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_NE(refused.error().message.find(GetParam().key), std::string::npos) << refused.error().message;
}

INSTANTIATE_TEST_SUITE_P(App, Differs,
                         ::testing::Values(Difference{"against", [](RunRequest& r) { r.against = "v5"; }},
                                           Difference{"shard", [](RunRequest& r) { r.shard = store::Shard{3, 8}; }},
                                           Difference{"concurrency",
                                                      [](RunRequest& r) { r.concurrency = Concurrency{}; }},
                                           Difference{"warmup", [](RunRequest& r) { r.warmup = 6; }},
                                           Difference{"record", [](RunRequest& r) { r.record = "/r/other"; }},
                                           Difference{"replay", [](RunRequest& r) { r.replay = "/r/other"; }},
                                           Difference{"cassette", [](RunRequest& r) { r.cassette = "/r/other"; }}),
                         [](const auto& param) { return param.param.key; });

TEST(Shard, is_read_as_k_of_n) {
  EXPECT_EQ(*parse_shard("1/1"), (store::Shard{1, 1}));
  EXPECT_EQ(*parse_shard("1000/1000"), (store::Shard{1000, 1000}));
  for (const auto* wrong : {"", "/", "1", "0/4", "5/4", "1/0", "1/1001", "-1/4", "1/4/2", "a/b", " 1/4"}) {
    EXPECT_FALSE(parse_shard(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace assay::app
