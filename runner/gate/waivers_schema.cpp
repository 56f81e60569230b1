#include <assay/gate/waivers.hpp>

#include <algorithm>

namespace assay::gate {

namespace {

OrderedJson described(OrderedJson schema, const char* description) {
  schema["description"] = description;
  return schema;
}

OrderedJson text(const char* description) {
  return described({{"type", "string"}, {"minLength", 1}}, description);
}

OrderedJson scalar(const char* description) {
  return described({{"type", {"string", "number", "boolean"}}}, description);
}

OrderedJson date(const char* description) {
  return described({{"type", "string"}, {"pattern", "^[0-9]{4}-[0-9]{2}-[0-9]{2}"}}, description);
}

/// A list of mappings with these keys and no others; those named in `optional` may be left out.
OrderedJson list_of(OrderedJson properties, const std::vector<std::string>& optional, const char* description) {
  OrderedJson item = {{"type", "object"}, {"additionalProperties", false}};
  item["required"] = OrderedJson::array();
  for (const auto& [key, value] : properties.items()) {
    if (std::find(optional.begin(), optional.end(), key) == optional.end()) item["required"].push_back(key);
  }
  item["properties"] = std::move(properties);
  return described({{"type", "array"}, {"items", std::move(item)}}, description);
}

OrderedJson waiver_list() {
  OrderedJson p;
  p["id"] = text("Names the waiver in the verdict; unique.");
  p["gate"] = text("The gate's id.");
  p["suite"] = text("Only rows of this suite.");
  p["slice"] = described({{"type", "object"}, {"additionalProperties", scalar("A tag's value.")}},
                         "Exactly this slice; without it rows without a slice.");
  p["candidate"] = text("Only this candidate: its digest.");
  p["limit"] = described({{"type", {"number", "string"}}, {"examples", {0.74, "2s"}}},
                         "The worst estimate that is let pass, in the metric's unit.");
  p["reason"] = text("Why it may pass.");
  p["author"] = text("Who asks.");
  p["approver"] = text("Who approves; not the author.");
  p["role"] = text("The approver's: quality, platform, cost, or security, which a safety gate takes.");
  p["ticket"] = text("Where it will be mended.");
  p["created"] = date("When it was approved.");
  p["expires"] = date("Its last day, at most 30 days from its creation, or from now.");
  return list_of(std::move(p), {"suite", "slice", "candidate", "created"}, "Blocks that are let pass for a while.");
}

OrderedJson signoff_list() {
  OrderedJson p;
  p["decision"] = text("The `decision` of a verdict.json.");
  p["role"] = text("One of the policy's `signoff.required`.");
  p["by"] = text("Who signs.");
  p["at"] = date("When.");
  p["candidate"] = text("The candidate's digest; without it any candidate with that decision.");
  return list_of(std::move(p), {"candidate"}, "Signatures, each under one decision.");
}

OrderedJson quarantine_list() {
  OrderedJson p;
  p["suite"] = text("The suite's id.");
  p["case"] = text("The case's id.");
  p["owner"] = text("Who mends it.");
  p["reason"] = text("Why nobody can rely on it.");
  p["expires"] = date("Its last day.");
  return list_of(std::move(p), {}, "Cases that are run and shown, and count in no gate but those of zero tolerance.");
}

OrderedJson weakening_list() {
  OrderedJson p;
  p["gate"] = text("The gate's id.");
  p["suite"] = text("The suite's id, for what is weaker in a suite.");
  p["key"] = text("What is weaker, as `assay gate --diff` names it.");
  p["from"] = scalar("What it was; none for what was not there.");
  p["to"] = scalar("What it is.");
  p["reason"] = text("Why it may be weaker.");
  p["by"] = text("Who says so.");
  return list_of(std::move(p), {"gate", "suite"}, "Why the policy may be weaker than it was.");
}

}  // namespace

OrderedJson waivers_schema() {
  OrderedJson schema;
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  schema["title"] = "Assay waivers";
  schema["type"] = "object";
  schema["additionalProperties"] = false;
  schema["required"] = OrderedJson::array({"version"});
  auto& p = schema["properties"];
  p["version"] = described({{"const", 1}}, "The version of this format.");
  p["waivers"] = waiver_list();
  p["signoffs"] = signoff_list();
  p["quarantine"] = quarantine_list();
  p["weakenings"] = weakening_list();
  return schema;
}

}  // namespace assay::gate
