#include "runner/gate/metrics.hpp"

#include <assay/gate/gate.hpp>

namespace assay::gate {

namespace {

OrderedJson described(OrderedJson schema, const char* description) {
  schema["description"] = description;
  return schema;
}

OrderedJson on_inconclusive(const char* description) {
  return described({{"enum", {"fail", "warn"}}}, description);
}

OrderedJson scalar() {
  return {{"type", {"string", "number", "boolean"}}};
}

OrderedJson metric_schema() {
  OrderedJson known;
  for (const auto& name : builtin_metric_names()) known.push_back(name);
  OrderedJson schema = {{"type", "string"}, {"minLength", 1}, {"examples", known}};
  return described(std::move(schema), "A built-in metric, a check's name (or its `as`), or that with `.pass`.");
}

OrderedJson gate_properties() {
  OrderedJson p;
  p["id"] = described({{"type", "string"}, {"minLength", 1}}, "Names the gate in the verdict; unique.");
  p["suite"] = described({{"anyOf", {{{"type", "string"}}, {{"type", "array"}, {"items", {{"type", "string"}}}}}}},
                         "A suite's id, or a list; without it the gate is decided for every suite of the run.");
  p["metric"] = metric_schema();
  p["where"] = described({{"type", "object"}, {"additionalProperties", scalar()}},
                         "Tags that a case must have, all of them, with this text.");
  p["by"] = described({{"type", "string"}, {"minLength", 1}}, "A tag: one claim for each of its values.");
  p["floor"] = described({{"type", "number"}},
                         "Passes where the lower bound reaches it, blocks where the upper bound is below it.");
  p["max"] = described(
      {{"type", {"number", "string"}}, {"examples", {0.02, "1.5s"}}},
      "Passes where the upper bound is within it, blocks where the lower bound is above it. A duration has its unit.");
  p["zero_tolerance"] = described({{"type", "boolean"}}, "Blocks on one failing sample, passes on none.");
  p["max_rate"] = described({{"type", "number"}, {"exclusiveMinimum", 0}, {"exclusiveMaximum", 1}},
                            "With zero_tolerance: also enough cases to claim this rate of failure.");
  p["at_least"] = described({{"type", "integer"}, {"minimum", 1}, {"maximum", kMostRepeats}},
                            "For pass_rate and a check's `.pass`: a case passes if so many of its samples do.");
  p["min_n"] = described({{"type", "integer"}, {"minimum", 0}}, "With by: smaller slices are pooled as (small).");
  p["on_inconclusive"] =
      on_inconclusive("warn: this gate, open, does not open the verdict. Default: warn with `by`, else fail.");
  return p;
}

OrderedJson judge_schema() {
  OrderedJson schema = {
      {"type", "object"}, {"additionalProperties", false}, {"required", OrderedJson::array({"min_youden"})}};
  schema["properties"]["min_youden"] =
      described({{"type", "number"}, {"minimum", 0}, {"exclusiveMaximum", 1}, {"examples", {0.6}}},
                "Least TPR + TNR - 1 that its labels show with 1 - alpha confidence; 0 is chance, 1 is people.");
  schema["properties"]["max_age"] =
      described({{"type", "string"}, {"examples", {"90d"}}}, "Greatest age of its measurement when the run starts.");
  schema["examples"] = {{{"min_youden", 0.6}, {"max_age", "90d"}}};
  return described(std::move(schema), "What a judge must have shown before gates that read its checks may decide.");
}

OrderedJson gate_schema() {
  OrderedJson schema = {{"type", "object"}, {"additionalProperties", false}, {"required", {"id", "metric"}}};
  schema["properties"] = gate_properties();
  schema["anyOf"] = {{{"required", {"floor"}}},
                     {{"required", {"max"}}},
                     {{"required", {"zero_tolerance"}}, {"properties", {{"zero_tolerance", {{"const", true}}}}}}};
  schema["examples"] = {{{"id", "overall"}, {"metric", "pass_rate"}, {"floor", 0.8}}};
  return schema;
}

}  // namespace

OrderedJson policy_schema() {
  OrderedJson schema;
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  schema["title"] = "Assay gate policy";
  schema["type"] = "object";
  schema["additionalProperties"] = false;
  schema["required"] = OrderedJson::array({"version"});
  OrderedJson p;
  p["version"] = described({{"const", 1}}, "The version of this format.");
  p["alpha"] = described({{"type", "number"}, {"exclusiveMinimum", 0}, {"maximum", 0.5}, {"default", 0.05}},
                         "The chance of a wrong claim, on each side of each gate.");
  p["max_error_rate"] = described({{"type", "number"}, {"minimum", 0}, {"maximum", 1}, {"default", 0.02}},
                                  "More errored samples than this share, and more than one, is ERROR.");
  p["judge"] = judge_schema();
  p["gates"] = described({{"type", "array"}, {"items", gate_schema()}}, "Claims, decided in this order.");
  p["on_inconclusive"] =
      on_inconclusive("warn: exit 0 where all that is open is an interval of a whole, finished run.");
  schema["properties"] = std::move(p);
  return schema;
}

}  // namespace assay::gate
