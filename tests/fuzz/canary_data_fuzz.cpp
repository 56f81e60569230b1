// Any bytes as live traffic: records that hold together or errors with a line and a fix, and a judgement that is either
// an error or finite numbers; nothing but requests of the canary promotes it.

#include "runner/app/canary_data.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <assay/gate/readiness.hpp>
#include <assay/reports/canary.hpp>
#include <assay/text/utf8.hpp>

#include <cmath>
#include <sstream>
#include <string>

namespace {

assay::gate::LivePlan small_plan() {
  assay::gate::CanaryPolicy policy;
  policy.stages = {0.05, 0.5, 1.0};
  policy.failure_rate = 0.1;
  assay::gate::LivePlan plan;
  plan.stages = assay::gate::stages_of(policy);
  return plan;
}

void check(const assay::gate::LiveRecord& record) {
  using assay::fuzz::require;
  require(record.stage < 3 && record.failures <= record.requests && record.requests <= 1'000'000'000'000);
  require(!record.latency_ms || (*record.latency_ms >= 0 && std::isfinite(*record.latency_ms)));
  require(!record.score || (*record.score >= 0 && *record.score <= 1));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using assay::fuzz::require;
  static const auto plan = small_plan();
  assay::app::CanaryStages stages{{0.05, 0.5, 1.0}, size % 3};
  auto judged = plan;
  judged.stage = stages.otherwise;
  assay::gate::LiveJudge judge(judged);
  std::istringstream in{std::string(assay::fuzz::text_of(data, size))};
  assay::Diagnostics diagnostics;
  std::uint64_t requests = 0;
  assay::app::read_live_data(in, "data", stages, diagnostics, [&](const assay::gate::LiveRecord& record) {
    check(record);
    requests += record.arm == assay::gate::Arm::canary ? record.requests : 0;
    judge.add(record);
  });
  for (const auto& error : diagnostics.errors()) {
    require(error.at.line >= 1 && !error.message.empty() && !error.hint.empty());
    require(!assay::text::find_invalid_utf8(error.message) && !assay::text::find_invalid_utf8(error.hint));
  }
  const auto verdict = judge.verdict();
  if (!verdict) return 0;
  require(verdict->action != assay::LiveAction::promote || requests >= plan.stages[0].min_requests);
  require(std::isfinite(verdict->evidence) && verdict->evidence >= 0);
  const auto json =
      assay::reports::canary_json(*verdict).dump(-1, ' ', false, assay::OrderedJson::error_handler_t::strict);
  require(!json.empty() && !assay::reports::canary_report(*verdict, {}).empty());
  return 0;
}
