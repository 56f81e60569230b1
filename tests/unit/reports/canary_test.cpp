#include <assay/reports/canary.hpp>

#include <gtest/gtest.h>

namespace assay::reports {
namespace {

LiveVerdict aborting() {
  LiveVerdict verdict;
  verdict.action = LiveAction::abort;
  verdict.reason = "the evidence against the canary reached 412, and it is aborted at 250";
  verdict.share = 0.05;
  verdict.evidence = 165;
  verdict.abort_at = 100;
  verdict.run = "r1";
  verdict.candidate = "sha256:new";
  verdict.rollback = "sha256:old";
  LiveStage stage;
  stage.share = 0.05;
  stage.action = LiveAction::abort;
  stage.reason = verdict.reason;
  stage.min_requests = 294;
  stage.evidence = 412;
  stage.abort_at = 250;
  stage.canary = {.requests = 1000, .failures = 80, .latency_p95_ms = 1420};
  stage.stable = {.requests = 19000, .failures = 380};
  stage.axes = {{.axis = "failures",
                 .state = AxisState::worse,
                 .method = "attribution",
                 .canary = 0.08,
                 .stable = 0.02,
                 .evidence = 1e9,
                 .abort_at = 357,
                 .sentence = "80 of 1000 canary requests failed"},
                {.axis = "score", .sentence = "the data holds no scores"}};
  verdict.stages = {stage};
  verdict.notes = {"::error::three records are out of the order of time"};
  return verdict;
}

TEST(CanaryReport, says_what_to_do_where_to_go_back_to_and_why) {
  const auto text = canary_report(aborting(), {.width = 80});
  EXPECT_TRUE(text.starts_with("ABORT\n")) << text;
  for (const char* part : {"roll back to sha256:old", "reached 412", "1,000", "8.0 %", "1.42 s", "worse: 80 of 1000",
                           "10⁹ or more", "unmeasured: the data holds no scores"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_EQ(text.find("\n::error"), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(CanaryReport, as_data_it_has_the_action_the_rollback_and_null_for_what_was_not_measured) {
  const auto json = canary_json(aborting());
  EXPECT_EQ(json.at("schema"), "assay.canary/1");
  EXPECT_EQ(json.at("action"), "abort");
  EXPECT_EQ(json.at("exit_code"), 1);
  EXPECT_EQ(json.at("rollback").at("to"), "sha256:old");
  const auto& stage = json.at("stages").at(0);
  EXPECT_EQ(stage.at("canary").at("failures"), 80);
  EXPECT_TRUE(stage.at("stable").at("latency_p95_ms").is_null());
  EXPECT_EQ(stage.at("axes").at(0).at("state"), "worse");
  EXPECT_EQ(stage.at("axes").at(1).at("state"), "unmeasured");
  EXPECT_TRUE(stage.at("axes").at(1).at("evidence").is_null());
  EXPECT_TRUE(json.at("from").is_null());
}

}  // namespace
}  // namespace assay::reports
