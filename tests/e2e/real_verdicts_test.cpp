/// Four verdicts on what a real model of 135 million parameters answered: see tests/cassettes/easy/README.md.

#include "tests/e2e/project.hpp"

namespace assay::e2e {
namespace {

const std::filesystem::path kSource = ASSAY_SOURCE_DIR;

class RealVerdicts : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::copy(kSource / "bench/easy", project_.folder().path());
    project_.write("assay.yaml",
                   "version: 1\ntargets:\n  real: {api: openai-chat, url: \"http://127.0.0.1:9/v1\", "
                   "model: smollm2-135m-instruct, stream: false}\n");
  }

  /// The verdict on one of the recorded runs.
  [[nodiscard]] Json verdict(const std::string& name, const std::string& gate,
                             const std::vector<std::string>& more = {}) const {
    std::vector<std::string> list{
        "run",    "easy.yaml", "--target", "real",
        "--gate", gate,        "--replay", kSource / "tests/cassettes/easy" / (name + ".jsonl"),
        "--out",  "out"};
    list.insert(list.end(), more.begin(), more.end());
    const auto ended = project_.assay(list);
    const auto json = json_of(project_.read("out/verdict.json"));
    EXPECT_EQ(ended.code, json.at("exit_code")) << ended.err;
    return json;
  }

  [[nodiscard]] static Json overall(const Json& verdict) {
    for (const auto& gate : verdict.at("gates")) {
      if (gate.at("id") == "overall" && gate.at("against") == "baseline") return gate;
    }
    ADD_FAILURE() << "no comparison in " << verdict.dump();
    return nullptr;
  }

  Project project_;
};

TEST_F(RealVerdicts, the_same_again_passes_and_two_that_are_worse_are_blocked) {
  const auto baseline = verdict("baseline", "floor.yaml");
  EXPECT_EQ(baseline.at("verdict"), "PASS");
  ASSERT_EQ(project_.assay({"baseline", "set", "released", "latest"}).code, 0);

  const auto same = verdict("same", "gate.yaml");
  EXPECT_EQ(same.at("verdict"), "PASS") << same.at("reasons");
  EXPECT_NEAR(overall(same).at("estimate").get<double>(), -2.0 / 223, 1e-12) << "batching is not quite deterministic";

  const auto hot = verdict("hot", "gate.yaml", {"--set", "params.temperature=1.2"});
  EXPECT_EQ(hot.at("verdict"), "BLOCK") << hot.at("reasons");
  EXPECT_EQ(overall(hot).at("state"), "block");

  const auto damaged = verdict("damaged", "gate.yaml", {"--prompt", "damaged.yaml"});
  EXPECT_EQ(damaged.at("verdict"), "BLOCK") << damaged.at("reasons");
  EXPECT_EQ(overall(damaged).at("state"), "block");
  EXPECT_EQ(damaged.at("baseline").at("common"), 223) << "a changed prompt is gated, not void";
}

}  // namespace
}  // namespace assay::e2e
