#include "runner/gate/checklist.hpp"
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

OrderedJson between_0_and_1() {
  return {{"type", "number"}, {"exclusiveMinimum", 0}, {"exclusiveMaximum", 1}};
}

OrderedJson text(OrderedJson examples) {
  return {{"type", "string"}, {"minLength", 1}, {"examples", std::move(examples)}};
}

OrderedJson object() {
  return {{"type", "object"}, {"additionalProperties", false}};
}

void add_comparison(OrderedJson& p) {
  p["margin"] = described(between_0_and_1(),
                          "Not worse than the baseline by more, in the metric's unit; for what is better when higher.");
  p["max_increase"] = described({{"type", "number"}, {"exclusiveMinimum", 0}, {"examples", {0.1}}},
                                "At most this share above the baseline, for metrics that are better when lower.");
  p["improvement"] =
      described({{"type", "number"}, {"minimum", 0}}, "Better than the baseline by more than this: a claim to win.");
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
  p["min_n"] =
      described({{"anyOf", {{{"type", "integer"}, {"minimum", 0}}, {{"const", "auto"}}}}},
                "With by: smaller slices are pooled as (small). auto: the least that the margin or floor takes.");
  add_comparison(p);
  p["confirm"] = described({{"type", "string"}, {"minLength", 1}},
                           "With zero_tolerance on a judged metric: the judge that is asked before a failure blocks.");
  p["axis"] = described({{"enum", {"quality", "safety", "platform", "cost"}}},
                        "Whose concern it is: the owner that is shown, and for safety who may waive it.");
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

OrderedJson baseline_schema() {
  auto schema = object();
  auto& p = schema["properties"];
  p["ref"] =
      described(text({"main", "commit=3fa9c2"}), "A baseline's name, a run, or commit=SHA; --baseline is over it.");
  p["runs"] = described({{"type", "integer"}, {"minimum", 1}, {"maximum", 100}, {"default", kBaselineRuns}},
                        "So many of its newest comparable runs are averaged.");
  p["max_age"] = described(text({"14d"}), "Greatest age of such a run when the candidate's starts.");
  p["anchor"] = described(text({"ga-2026-09"}), "A second baseline that stays: many small losses add up.");
  p["anchor_margin"] = described(between_0_and_1(), "Against the anchor, for every gate with a margin.");
  p["bootstrap"] =
      described({{"type", "boolean"}, {"default", false}}, "A missing baseline is INCONCLUSIVE, not ERROR.");
  schema["dependencies"] = {{"anchor", {"anchor_margin"}}, {"anchor_margin", {"anchor"}}};
  schema["examples"] = {{{"ref", "main"}, {"runs", 5}, {"max_age", "14d"}}};
  return described(std::move(schema), "What a candidate is compared with.");
}

OrderedJson shares() {
  return {{"type", "array"},
          {"items", {{"type", "number"}, {"exclusiveMinimum", 0}, {"maximum", 1}}},
          {"minItems", 1},
          {"uniqueItems", true}};
}

OrderedJson spending(const char* otherwise) {
  return described({{"enum", {"obf", "pocock"}}, {"default", otherwise}},
                   "How alpha is spent over the looks: obf (O'Brien-Fleming) late, pocock evenly.");
}

OrderedJson sampling_schema() {
  auto repeat = object();
  repeat["properties"]["max_rounds"] = described({{"type", "integer"}, {"minimum", 1}, {"maximum", 20}, {"default", 5}},
                                                 "Samples more of a case, at most.");
  repeat["properties"]["spending"] = spending("pocock");
  repeat["properties"]["only"] = described({{"const", "history_flaky"}}, "Cases that have passed and failed before.");
  auto schema = object();
  schema["required"] = OrderedJson::array({"looks"});
  schema["properties"]["looks"] = described(shares(), "Shares of the cases after which it is decided; the last is 1.");
  schema["properties"]["spending"] = spending("obf");
  schema["properties"]["repeat"] =
      described(std::move(repeat), "Rounds of one more sample after the last look, while a gate is open.");
  schema["examples"] = {{{"looks", {0.4, 0.6, 0.8, 1.0}}, {"spending", "obf"}}};
  return described(std::move(schema), "Looks at a run under way; without it a run is decided once, at its end.");
}

OrderedJson canary_schema() {
  auto rollback = object();
  rollback["required"] = OrderedJson::array({"to"});
  rollback["properties"]["to"] = described({{"type", "string"}, {"pattern", "^sha256:."}}, "The digest to go back to.");
  auto checklist = object();
  for (const auto& item : kChecklist) {
    checklist["properties"][item.key] = described({{"type", "string"}, {"minLength", 1}}, "Where it is, or who.");
  }
  auto schema = object();
  schema["required"] = OrderedJson::array({"stages"});
  auto& p = schema["properties"];
  p["stages"] = described(shares(), "Shares of traffic, ascending.");
  p["tolerated_ratio"] = described({{"type", "number"}, {"exclusiveMinimum", 1}, {"default", 2}},
                                   "Of the canary's failure rate to the stable one's.");
  p["failure_rate"] = described(between_0_and_1(), "Of live stable traffic, its upper bound; never from a suite.");
  p["rollback"] = described(std::move(rollback), "Where a rollback goes.");
  p["checklist"] = described(std::move(checklist), "What must be there before traffic.");
  schema["examples"] = {{{"stages", {0.05, 0.25, 0.5, 1.0}}, {"tolerated_ratio", 2}, {"failure_rate", 0.02}}};
  return described(std::move(schema), "How traffic may grow once the gate is passed.");
}

OrderedJson signoff_schema() {
  auto schema = object();
  schema["required"] = OrderedJson::array({"required"});
  schema["properties"]["required"] =
      described({{"type", "array"},
                 {"items", {{"type", "string"}, {"minLength", 1}}},
                 {"minItems", 1},
                 {"uniqueItems", true},
                 {"examples", OrderedJson::array({OrderedJson::array({"quality", "platform"})})}},
                "Roles that must sign a decision before traffic.");
  return described(std::move(schema), "Signatures stand in the waivers file, each under one decision.");
}

OrderedJson replay_schema() {
  auto schema = object();
  schema["required"] = OrderedJson::array({"max_age"});
  schema["properties"]["max_age"] = described(text({"7d"}), "Replayed samples so young count as fresh.");
  return described(std::move(schema), "Without it a run with replayed samples is never canary-ready.");
}

OrderedJson gate_schema() {
  OrderedJson schema = {{"type", "object"}, {"additionalProperties", false}, {"required", {"id", "metric"}}};
  schema["properties"] = gate_properties();
  schema["anyOf"] = {{{"required", {"floor"}}},
                     {{"required", {"max"}}},
                     {{"required", {"margin"}}},
                     {{"required", {"max_increase"}}},
                     {{"required", {"improvement"}}},
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
  p["baseline"] = baseline_schema();
  p["gates"] = described({{"type", "array"}, {"items", gate_schema()}}, "Claims, decided in this order.");
  p["on_inconclusive"] =
      on_inconclusive("warn: exit 0 where all that is open is an interval of a whole, finished run.");
  p["sampling"] = sampling_schema();
  p["waivers"] = described(text({"waivers.yaml"}), "The file of waivers, sign-offs, quarantine and weakenings.");
  p["signoff"] = signoff_schema();
  p["canary"] = canary_schema();
  p["replay"] = replay_schema();
  schema["properties"] = std::move(p);
  return schema;
}

}  // namespace assay::gate
