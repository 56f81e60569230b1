#include <assay/core/verdict.hpp>

namespace assay {

namespace {

template <class T>
OrderedJson or_null(const std::optional<T>& value) {
  return value ? OrderedJson(*value) : OrderedJson();
}

OrderedJson pairs(const std::vector<std::pair<std::string, std::string>>& entries) {
  auto object = OrderedJson::object();
  for (const auto& [key, value] : entries) object[key] = value;
  return object;
}

OrderedJson suite_json(const SuiteSummary& suite) {
  return {{"id", suite.id},
          {"kind", suite.kind},
          {"digest", suite.digest},
          {"prompt", suite.prompt},
          {"params", suite.params},
          {"planned", suite.balance.planned},
          {"scored", suite.balance.scored},
          {"unscored", suite.balance.unscored},
          {"errored", suite.balance.errored},
          {"skipped", suite.balance.skipped}};
}

OrderedJson interval_json(const std::optional<std::pair<double, double>>& interval) {
  return interval ? OrderedJson::array({interval->first, interval->second}) : OrderedJson();
}

OrderedJson against_json(Against against) {
  if (against == Against::nothing) return nullptr;
  return against == Against::baseline ? "baseline" : "anchor";
}

OrderedJson tags_json(const Tags& tags) {
  auto json = OrderedJson::object();
  for (const auto& [key, value] : tags) json[key] = value;
  return json;
}

OrderedJson gate_json(const GateResult& gate) {
  return {{"id", gate.id},
          {"suite", gate.suite},
          {"metric", gate.metric},
          {"slice", tags_json(gate.slice)},
          {"n", gate.n},
          {"estimate", or_null(gate.estimate)},
          {"interval", interval_json(gate.interval)},
          {"alpha", gate.alpha},
          {"claim", gate.claim},
          {"state", name(gate.state)},
          {"blocking", gate.blocking},
          {"unit", name(gate.unit)},
          {"method", gate.method},
          {"p", or_null(gate.p)},
          {"mde", or_null(gate.mde)},
          {"reason", gate.reason},
          {"waiver", or_null(gate.waiver)},
          {"axis", name(gate.axis)},
          {"owner", gate.owner.empty() ? OrderedJson() : OrderedJson(gate.owner)},
          {"against", against_json(gate.against)},
          {"margin", or_null(gate.margin)},
          {"candidate", gate.of ? OrderedJson(gate.of->first) : OrderedJson()},
          {"baseline", gate.of ? OrderedJson(gate.of->second) : OrderedJson()}};
}

OrderedJson judge_json(const JudgeStanding& judge) {
  return {{"suite", judge.suite},
          {"metric", judge.metric},
          {"judge", judge.judge},
          {"model", judge.model},
          {"state", judge.state},
          {"tpr", or_null(judge.tpr)},
          {"tnr", or_null(judge.tnr)},
          {"youden", or_null(judge.youden)},
          {"youden_lower", or_null(judge.youden_lower)},
          {"labels", judge.labels},
          {"age_s", or_null(judge.age_s)},
          {"observed", or_null(judge.observed)},
          {"corrected", or_null(judge.corrected)},
          {"corrected_interval", interval_json(judge.corrected_interval)},
          {"people_labels", judge.people_labels},
          {"with_people", or_null(judge.with_people)},
          {"with_people_interval", interval_json(judge.with_people_interval)}};
}

template <class T, class F>
OrderedJson list(const std::vector<T>& items, F to) {
  auto array = OrderedJson::array();
  for (const auto& item : items) array.push_back(to(item));
  return array;
}

OrderedJson baseline_json(const std::optional<BaselineStanding>& baseline) {
  if (!baseline) return nullptr;
  return {{"ref", baseline->ref},        {"runs", baseline->runs},   {"age_s", baseline->age_s},
          {"common", baseline->common},  {"added", baseline->added}, {"removed", baseline->removed},
          {"changed", baseline->changed}};
}

OrderedJson stop_json(const std::optional<StopStanding>& stop) {
  if (!stop) return nullptr;
  return {{"look", stop->look},       {"looks", stop->looks}, {"round", stop->round},  {"fraction", stop->fraction},
          {"samples", stop->samples}, {"saved", stop->saved}, {"reason", stop->reason}};
}

OrderedJson waiver_json(const WaiverStanding& waiver) {
  return {{"id", waiver.id},
          {"gate", waiver.gate},
          {"suite", waiver.suite},
          {"slice", tags_json(waiver.slice)},
          {"state", waiver.state},
          {"why", waiver.why},
          {"reason", waiver.reason},
          {"author", waiver.author},
          {"approver", waiver.approver},
          {"role", waiver.role},
          {"ticket", waiver.ticket},
          {"expires", waiver.expires}};
}

OrderedJson approval_json(const ApprovalStanding& approval) {
  return {{"role", approval.role}, {"by", approval.by}, {"at", approval.at}};
}

OrderedJson quarantine_json(const QuarantineStanding& each) {
  return {{"suite", each.suite},   {"case", each.case_id},    {"owner", each.owner},
          {"reason", each.reason}, {"expires", each.expires}, {"active", each.active}};
}

OrderedJson stage_json(const CanaryStage& stage) {
  return {{"share", stage.share},
          {"min_requests", stage.min_requests},
          {"abort_at", stage.abort_at},
          {"alpha", stage.alpha},
          {"p0", or_null(stage.p0)},
          {"abort_failures", stage.failures},
          {"expected_requests", stage.expected_requests}};
}

OrderedJson canary_json(const Canary& canary) {
  auto missing = canary.missing;
  for (const auto& role : canary.unsigned_roles) missing.push_back("the sign-off of " + role);
  OrderedJson rollback;
  if (canary.rollback) rollback = {{"to", *canary.rollback}};
  auto checklist = OrderedJson::object();
  for (const auto& [key, value] : canary.checklist) checklist[key] = value;
  return {{"ready", canary.ready},
          {"score", canary.score},
          {"weakest", canary.weakest.empty() ? OrderedJson() : OrderedJson(canary.weakest)},
          {"missing", missing},
          {"tolerated_ratio", canary.tolerated_ratio},
          {"stages", list(canary.stages, stage_json)},
          {"rollback", rollback},
          {"checklist", checklist}};
}

/// Without what only a replay lacks, and without signatures, which stand under a decision.
Canary as_decided(Canary canary) {
  const bool replayed = std::erase(canary.missing, kFreshAnswers) > 0;
  const bool unsigned_only = !canary.unsigned_roles.empty();
  canary.unsigned_roles.clear();
  canary.ready = canary.ready || ((replayed || unsigned_only) && canary.missing.empty());
  return canary;
}

OrderedJson replayed_json(const Verdict& verdict) {
  OrderedJson oldest;
  if (verdict.oldest_replayed) oldest = to_rfc3339(*verdict.oldest_replayed);
  return {{"samples", verdict.replayed}, {"oldest", oldest}};
}

OrderedJson percentiles_json(const Percentiles& p) {
  return {{"p50", or_null(p.p50)}, {"p95", or_null(p.p95)}, {"p99", or_null(p.p99)}};
}

OrderedJson cost_json(const CostTotals& cost) {
  return {{"calls", cost.calls},
          {"attempts", cost.attempts},
          {"cached", cost.cached},
          {"input_tokens", cost.input_tokens},
          {"output_tokens", cost.output_tokens},
          {"usd", or_null(cost.usd)}};
}

OrderedJson timing_json(const RunTiming& timing) {
  return {{"wall_s", timing.wall_s},
          {"concurrency", timing.concurrency},
          {"retried", {{"samples", timing.retried}, {"e2e_ms", percentiles_json(timing.e2e_retried_ms)}}},
          {"ttft_ms", percentiles_json(timing.ttft_ms)},
          {"e2e_ms", percentiles_json(timing.e2e_ms)},
          {"itl_ms", percentiles_json(timing.itl_ms)}};
}

}  // namespace

std::string_view name(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::pass:
      return "PASS";
    case VerdictKind::pass_with_waiver:
      return "PASS_WITH_WAIVER";
    case VerdictKind::block:
      return "BLOCK";
    case VerdictKind::inconclusive:
      return "INCONCLUSIVE";
    case VerdictKind::error:
      return "ERROR";
  }
  return "ERROR";
}

std::string_view name(Axis axis) {
  switch (axis) {
    case Axis::quality:
      return "quality";
    case Axis::safety:
      return "safety";
    case Axis::platform:
      return "platform";
    case Axis::cost:
      return "cost";
  }
  return "quality";
}

std::string_view name(GateState state) {
  switch (state) {
    case GateState::pass:
      return "pass";
    case GateState::block:
      return "block";
    case GateState::inconclusive:
      return "inconclusive";
    case GateState::error:
      return "error";
  }
  return "error";
}

OrderedJson verdict_json(const Verdict& verdict) {
  OrderedJson json;
  json["schema"] = "assay.verdict/1";
  json["run"] = verdict.run;
  json["verdict"] = name(verdict.kind);
  json["exit_code"] = static_cast<int>(verdict.exit);
  json["decision"] = verdict.decision;
  json["meta"] = pairs(verdict.meta);
  json["reasons"] = verdict.reasons;
  json["warnings"] = verdict.warnings;
  json["candidate"] = {{"target", verdict.target},
                       {"model", verdict.model},
                       {"served_model", or_null(verdict.served_model)},
                       {"digest", verdict.candidate_digest}};
  json["baseline"] = baseline_json(verdict.baseline);
  json["anchor"] = baseline_json(verdict.anchor);
  json["policy"] = {{"digest", verdict.policy_digest}, {"sealed_at", verdict.policy_sealed_at}};
  json["selection"] = {{"where", pairs(verdict.where)}, {"limit", or_null(verdict.limit)}};
  json["replayed"] = replayed_json(verdict);
  json["stop"] = stop_json(verdict.stop);
  json["suites"] = list(verdict.suites, suite_json);
  json["gates"] = list(verdict.gates, gate_json);
  json["judges"] = list(verdict.judges, judge_json);
  json["canary"] = canary_json(verdict.canary);
  json["cost"] = cost_json(verdict.cost);
  json["timing"] = timing_json(verdict.timing);
  json["waivers"] = list(verdict.waivers, waiver_json);
  json["waivers_digest"] = verdict.waivers_digest.empty() ? OrderedJson() : OrderedJson(verdict.waivers_digest);
  json["approvals"] = list(verdict.approvals, approval_json);
  json["quarantine"] = list(verdict.quarantine, quarantine_json);
  json["seed"] = verdict.seed;
  json["created_at"] = verdict.created_at;
  json["prev_hash"] = verdict.prev_hash.empty() ? OrderedJson() : OrderedJson(verdict.prev_hash);
  return json;
}

Json decision_json(const Verdict& verdict) {
  const OrderedJson part = {{"verdict", name(verdict.kind)},
                            {"reasons", verdict.reasons},
                            {"suites", list(verdict.suites, suite_json)},
                            {"gates", list(verdict.gates, gate_json)},
                            {"canary", canary_json(as_decided(verdict.canary))},
                            {"policy", verdict.policy_digest}};
  return Json::parse(part.dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
}

}  // namespace assay
