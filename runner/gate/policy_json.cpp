#include "runner/gate/policy_json.hpp"

#include <assay/core/digest.hpp>

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
  if (gate.at_least) json["at_least"] = *gate.at_least;  // absent keys keep the digests of earlier policies
  return json;
}

Json judge_json(const JudgePolicy& judge) {
  Json json = {{"min_youden", judge.min_youden}, {"max_age_ns", nullptr}};
  if (judge.max_age) json["max_age_ns"] = judge.max_age->count();
  return json;
}

template <class T>
std::optional<T> optional_at(const Json& json, const char* key) {
  const auto& value = json.at(key);
  if (value.is_null()) return std::nullopt;
  return value.get<T>();
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
  if (json.contains("at_least")) gate.at_least = json.at("at_least").get<std::uint64_t>();
  return gate;
}

JudgePolicy judge_from(const Json& json) {
  JudgePolicy judge;
  judge.min_youden = json.at("min_youden").get<double>();
  if (const auto age = optional_at<std::int64_t>(json, "max_age_ns")) judge.max_age = Duration(*age);
  return judge;
}

Policy policy_from(const Json& json) {
  Policy policy;
  policy.alpha = json.at("alpha").get<double>();
  policy.max_error_rate = json.at("max_error_rate").get<double>();
  policy.warn_on_inconclusive = json.at("warn_on_inconclusive").get<bool>();
  policy.built_in = json.at("built_in").get<bool>();
  if (json.contains("judge")) policy.judge = judge_from(json.at("judge"));
  for (const auto& gate : json.at("gates")) policy.gates.push_back(gate_from(gate));
  return policy;
}

Error unusable(std::string why) {
  return Error{ErrorKind::invalid, "the stored policy cannot be read: " + std::move(why),
               "decide with a policy file: `assay gate RUN --gate FILE`"};
}

}  // namespace

Json to_json(const Policy& policy) {
  Json json = {{"alpha", policy.alpha},
               {"max_error_rate", policy.max_error_rate},
               {"warn_on_inconclusive", policy.warn_on_inconclusive},
               {"built_in", policy.built_in},
               {"gates", Json::array()}};
  if (policy.judge) json["judge"] = judge_json(*policy.judge);
  for (const auto& gate : policy.gates) json["gates"].push_back(gate_json(gate));
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
  policy.digest = to_string(sha256(canonical_json(to_json(policy))));
}

}  // namespace assay::gate
