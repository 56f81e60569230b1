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

OrderedJson gate_json(const GateResult& gate) {
  auto slice = OrderedJson::object();
  for (const auto& [key, value] : gate.slice) slice[key] = value;
  return {{"id", gate.id},
          {"suite", gate.suite},
          {"metric", gate.metric},
          {"slice", slice},
          {"n", gate.n},
          {"estimate", or_null(gate.estimate)},
          {"interval", interval_json(gate.interval)},
          {"alpha", gate.alpha},
          {"claim", gate.claim},
          {"state", name(gate.state)},
          {"method", gate.method},
          {"p", or_null(gate.p)},
          {"mde", or_null(gate.mde)},
          {"reason", gate.reason},
          {"waiver", or_null(gate.waiver)}};
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

OrderedJson canary_json(const Canary& canary) {
  return {{"ready", canary.ready},
          {"score", canary.score},
          {"missing", canary.missing},
          {"stages", OrderedJson::array()},
          {"rollback", nullptr}};
}

/// Without what only a replay lacks.
Canary but_for_the_replay(Canary canary) {
  const bool replayed = std::erase(canary.missing, kFreshAnswers) > 0;
  canary.ready = canary.ready || (replayed && canary.missing.empty());
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
  json["baseline"] = nullptr;
  json["policy"] = {{"digest", verdict.policy_digest}, {"sealed_at", verdict.policy_sealed_at}};
  json["selection"] = {{"where", pairs(verdict.where)}, {"limit", or_null(verdict.limit)}};
  json["replayed"] = replayed_json(verdict);
  json["suites"] = list(verdict.suites, suite_json);
  json["gates"] = list(verdict.gates, gate_json);
  json["judges"] = list(verdict.judges, judge_json);
  json["canary"] = canary_json(verdict.canary);
  json["cost"] = cost_json(verdict.cost);
  json["timing"] = timing_json(verdict.timing);
  json["waivers"] = OrderedJson::array();
  json["approvals"] = OrderedJson::array();
  json["seed"] = verdict.seed;
  json["created_at"] = verdict.created_at;
  return json;
}

Json decision_json(const Verdict& verdict) {
  const OrderedJson part = {{"verdict", name(verdict.kind)},
                            {"reasons", verdict.reasons},
                            {"suites", list(verdict.suites, suite_json)},
                            {"gates", list(verdict.gates, gate_json)},
                            {"canary", canary_json(but_for_the_replay(verdict.canary))},
                            {"policy", verdict.policy_digest}};
  return Json::parse(part.dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
}

}  // namespace assay
