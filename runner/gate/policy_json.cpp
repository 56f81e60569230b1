#include "runner/gate/policy_json.hpp"

#include <assay/core/digest.hpp>
#include <assay/gate/sampling.hpp>

namespace assay::gate {

namespace {

Json gate_json(const GateSpec& gate) {
  Json json = {{"id", gate.id},
               {"suites", gate.suites},
               {"metric", gate.metric},
               {"where", Json::object()},
               {"zero_tolerance", gate.zero_tolerance},
               {"min_n", gate.min_n}};
  for (const auto& [key, value] : gate.where) json["where"][key] = value;
  json["by"] = gate.by ? Json(*gate.by) : Json();
  json["floor"] = gate.floor ? Json(*gate.floor) : Json();
  json["max"] = gate.max ? Json(*gate.max) : Json();
  json["max_rate"] = gate.max_rate ? Json(*gate.max_rate) : Json();
  json["warn_if_open"] = gate.warn_if_open ? Json(*gate.warn_if_open) : Json();
  // Absent keys keep the digests of earlier policies.
  if (gate.at_least) json["at_least"] = *gate.at_least;
  if (gate.margin) json["margin"] = *gate.margin;
  if (gate.max_increase) json["max_increase"] = *gate.max_increase;
  if (gate.improvement) json["improvement"] = *gate.improvement;
  if (gate.confirm) json["confirm"] = *gate.confirm;
  if (gate.axis) json["axis"] = name(*gate.axis);
  return json;
}

Json judge_json(const JudgePolicy& judge) {
  Json json = {{"min_youden", judge.min_youden}, {"max_age_ns", nullptr}};
  if (judge.max_age) json["max_age_ns"] = judge.max_age->count();
  return json;
}

Json baseline_json(const BaselinePolicy& baseline) {
  Json json = {{"ref", baseline.ref}, {"bootstrap", baseline.bootstrap}};
  if (baseline.runs) json["runs"] = *baseline.runs;
  if (baseline.max_age) json["max_age_ns"] = baseline.max_age->count();
  if (!baseline.anchor.empty()) json["anchor"] = baseline.anchor;
  if (baseline.anchor_margin) json["anchor_margin"] = *baseline.anchor_margin;
  return json;
}

const char* spending_name(stats::Spending spending) {
  return spending == stats::Spending::pocock ? "pocock" : "obf";
}

Json sampling_json(const Sampling& sampling) {
  Json json = {{"looks", sampling.looks}, {"spending", spending_name(sampling.spending)}};
  if (sampling.repeat) {
    json["repeat"] = {{"max_rounds", sampling.repeat->max_rounds},
                      {"spending", spending_name(sampling.repeat->spending)}};
  }
  return json;
}

Json canary_json(const CanaryPolicy& canary) {
  Json json = {{"stages", canary.stages}, {"tolerated_ratio", canary.tolerated_ratio}, {"checklist", canary.checklist}};
  if (canary.failure_rate) json["failure_rate"] = *canary.failure_rate;
  if (canary.rollback) json["rollback"] = *canary.rollback;
  return json;
}

/// What the digest is of: not where the file lay.
Json sealed_json(const Policy& policy) {
  Json json = {{"alpha", policy.alpha},
               {"max_error_rate", policy.max_error_rate},
               {"warn_on_inconclusive", policy.warn_on_inconclusive},
               {"built_in", policy.built_in},
               {"gates", Json::array()}};
  if (policy.judge) json["judge"] = judge_json(*policy.judge);
  if (policy.baseline) json["baseline"] = baseline_json(*policy.baseline);
  if (policy.sampling) json["sampling"] = sampling_json(*policy.sampling);
  if (policy.canary) json["canary"] = canary_json(*policy.canary);
  if (!policy.signoff.empty()) json["signoff"] = policy.signoff;
  if (policy.replay_max_age) json["replay_max_age_ns"] = policy.replay_max_age->count();
  if (!policy.waivers.empty()) json["waivers"] = policy.waivers;
  for (const auto& gate : policy.gates) json["gates"].push_back(gate_json(gate));
  return json;
}

/// A key that is left out where it says nothing.
template <class T>
std::optional<T> if_there(const Json& json, const char* key) {
  if (!json.contains(key)) return std::nullopt;
  return json.at(key).get<T>();
}

std::optional<Duration> duration_if_there(const Json& json, const char* key) {
  const auto ns = if_there<std::int64_t>(json, key);
  return ns ? std::optional(Duration(*ns)) : std::nullopt;
}

template <class T>
std::optional<T> optional_at(const Json& json, const char* key) {
  const auto& value = json.at(key);
  if (value.is_null()) return std::nullopt;
  return value.get<T>();
}

std::optional<Axis> axis_from(const std::string& word) {
  for (const auto axis : {Axis::quality, Axis::safety, Axis::platform, Axis::cost}) {
    if (word == name(axis)) return axis;
  }
  return std::nullopt;
}

/// Throws nlohmann's exceptions for what is missing or of another type.
GateSpec gate_from(const Json& json) {
  GateSpec gate;
  gate.id = json.at("id").get<std::string>();
  gate.suites = json.at("suites").get<std::vector<std::string>>();
  gate.metric = json.at("metric").get<std::string>();
  for (const auto& [key, value] : json.at("where").items()) gate.where[key] = value.get<std::string>();
  gate.zero_tolerance = json.at("zero_tolerance").get<bool>();
  gate.min_n = json.at("min_n").get<std::uint64_t>();
  gate.by = optional_at<std::string>(json, "by");
  gate.floor = optional_at<double>(json, "floor");
  gate.max = optional_at<double>(json, "max");
  gate.max_rate = optional_at<double>(json, "max_rate");
  gate.warn_if_open = optional_at<bool>(json, "warn_if_open");
  gate.at_least = if_there<std::uint64_t>(json, "at_least");
  gate.margin = if_there<double>(json, "margin");
  gate.max_increase = if_there<double>(json, "max_increase");
  gate.improvement = if_there<double>(json, "improvement");
  gate.confirm = if_there<std::string>(json, "confirm");
  if (const auto axis = if_there<std::string>(json, "axis")) gate.axis = axis_from(*axis);
  return gate;
}

JudgePolicy judge_from(const Json& json) {
  JudgePolicy judge;
  judge.min_youden = json.at("min_youden").get<double>();
  if (const auto age = optional_at<std::int64_t>(json, "max_age_ns")) judge.max_age = Duration(*age);
  return judge;
}

BaselinePolicy baseline_from(const Json& json) {
  BaselinePolicy baseline;
  baseline.ref = json.at("ref").get<std::string>();
  baseline.bootstrap = json.at("bootstrap").get<bool>();
  baseline.runs = if_there<std::uint64_t>(json, "runs");
  baseline.max_age = duration_if_there(json, "max_age_ns");
  baseline.anchor = if_there<std::string>(json, "anchor").value_or("");
  baseline.anchor_margin = if_there<double>(json, "anchor_margin");
  return baseline;
}

stats::Spending spending_from(const Json& json) {
  return json.at("spending").get<std::string>() == "pocock" ? stats::Spending::pocock : stats::Spending::obrien_fleming;
}

Sampling sampling_from(const Json& json) {
  Sampling sampling;
  sampling.looks = json.at("looks").get<std::vector<double>>();
  sampling.spending = spending_from(json);
  if (!json.contains("repeat")) return sampling;
  const auto& repeat = json.at("repeat");
  sampling.repeat = {repeat.at("max_rounds").get<std::uint32_t>(), spending_from(repeat)};
  return sampling;
}

CanaryPolicy canary_from(const Json& json) {
  CanaryPolicy canary;
  canary.stages = json.at("stages").get<std::vector<double>>();
  canary.tolerated_ratio = json.at("tolerated_ratio").get<double>();
  canary.failure_rate = if_there<double>(json, "failure_rate");
  canary.rollback = if_there<std::string>(json, "rollback");
  canary.checklist = json.at("checklist").get<std::map<std::string, std::string>>();
  return canary;
}

Policy policy_from(const Json& json) {
  Policy policy;
  policy.alpha = json.at("alpha").get<double>();
  policy.max_error_rate = json.at("max_error_rate").get<double>();
  policy.warn_on_inconclusive = json.at("warn_on_inconclusive").get<bool>();
  policy.built_in = json.at("built_in").get<bool>();
  if (json.contains("judge")) policy.judge = judge_from(json.at("judge"));
  if (json.contains("baseline")) policy.baseline = baseline_from(json.at("baseline"));
  if (json.contains("sampling")) policy.sampling = sampling_from(json.at("sampling"));
  if (json.contains("canary")) policy.canary = canary_from(json.at("canary"));
  policy.signoff = if_there<std::vector<std::string>>(json, "signoff").value_or(std::vector<std::string>());
  policy.replay_max_age = duration_if_there(json, "replay_max_age_ns");
  policy.waivers = if_there<std::string>(json, "waivers").value_or("");
  policy.folder = if_there<std::string>(json, "folder").value_or("");
  for (const auto& gate : json.at("gates")) policy.gates.push_back(gate_from(gate));
  return policy;
}

Error unusable(std::string why) {
  return Error{ErrorKind::invalid, "the stored policy cannot be read: " + std::move(why),
               "decide with a policy file: `assay gate RUN --gate FILE`"};
}

}  // namespace

Json to_json(const Policy& policy) {
  auto json = sealed_json(policy);
  if (!policy.folder.empty()) json["folder"] = policy.folder.string();
  return json;
}

Result<Policy> policy_from_json(const Json& json) {
  try {
    auto policy = policy_from(json);
    if (!(policy.alpha > 0 && policy.alpha <= 0.5)) return unusable("alpha is outside 0…0.5");
    if (!(policy.max_error_rate >= 0 && policy.max_error_rate <= 1)) return unusable("max_error_rate is no share");
    seal(policy);
    return policy;
  } catch (const Json::exception& e) {
    return unusable(e.what());
  }
}

void seal(Policy& policy) {
  policy.digest = to_string(sha256(canonical_json(sealed_json(policy))));
  keep_levels(policy);
}

}  // namespace assay::gate
