#include "judges/model/judged_member.hpp"

#include "judges/members.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ranges>

namespace assay::judges {

namespace {

// Checks that hold others; none of them asks by itself.
constexpr std::array<std::string_view, 6> kHolders{"not", "all_of", "any_of", "at_least", "panel", "cascade"};

bool takes_judge(const CheckKind& kind) {
  if (std::ranges::find(kHolders, kind.name) != kHolders.end()) return false;
  const Json options = kind.options();
  return options.contains("properties") && options["properties"].contains("judge");
}

text::Node key_at(std::string_view key, const text::Node& like) {
  text::Node node;
  node.kind = text::Node::Kind::scalar;
  node.scalar = std::string(key);
  node.file = like.file;
  node.line = like.line;
  node.column = like.column;
  return node;
}

// The argument as a mapping of options that names the judge.
text::Node with_judge(const CheckKind& kind, const text::Node& argument, const text::Node& judge) {
  text::Node options = argument;
  const bool own = argument.is_map() && (kind.is_options == nullptr || kind.is_options(argument));
  if (!own) {
    options = key_at("", argument);
    options.kind = text::Node::Kind::mapping;
    if (!argument.is_null()) options.entries.push_back({key_at(kind.short_key, argument), argument});
  }
  options.entries.push_back({key_at("judge", judge), judge});
  return options;
}

bool is_entry(const text::Node& entry, std::string_view outer, Diagnostics& diagnostics) {
  if (entry.is_map() && entry.entries.size() == 1) return true;
  diagnostics.error(entry.place(),
                    fmt::format("the check inside '{}' is `name: argument`, found {}", outer, text::describe(entry)),
                    "write `check: {rubric: {criteria: …, scale: {…}, pass: …}}`");
  return false;
}

bool may_be_inside(const CheckKind& kind, const text::Node& argument, const Place& at, std::string_view outer,
                   Diagnostics& diagnostics) {
  if (!takes_judge(kind)) {
    diagnostics.error(at, fmt::format("check '{}' inside '{}' asks no judge", kind.name, outer),
                      "write one that does: `check: {rubric: {…}}`");
    return false;
  }
  if (const auto* const judge = argument.find("judge")) {
    diagnostics.error(judge->place(), fmt::format("`{}` says who judges, not the check inside", outer),
                      "take `judge` out");
    return false;
  }
  return refuse_outer_keys(argument, outer, {"as", "weight", "required"}, diagnostics);
}

// A check that is compiled for several judges has its faults once.
void merge(const Diagnostics& from, Diagnostics& into) {
  for (const auto& error : from.errors()) {
    const auto same = [&](const Error& known) { return known.at == error.at && known.message == error.message; };
    if (!std::ranges::any_of(into.errors(), same)) into.error(error);
  }
  for (const auto& warning : from.warnings()) {
    const auto same = [&](const Error& known) { return known.at == warning.at && known.message == warning.message; };
    if (!std::ranges::any_of(into.warnings(), same)) into.warning(warning.at, warning.message, warning.hint);
  }
}

}  // namespace

std::shared_ptr<const CompiledCheck> compile_judged_member(const text::Node& entry, const text::Node& judge,
                                                           std::string_view outer, const CompileEnv& env,
                                                           Diagnostics& diagnostics) {
  Diagnostics own;
  std::shared_ptr<const CompiledCheck> check;
  if (is_entry(entry, outer, own)) {
    const auto& [name, argument] = entry.entries.front();
    const auto* const kind = find_check(name.scalar);
    if (kind == nullptr) {
      check = compile(name.scalar, argument, name.place(), env, own);  // says what it should be
    } else if (may_be_inside(*kind, argument, name.place(), outer, own)) {
      check = compile(name.scalar, with_judge(*kind, argument, judge), name.place(), env, own);
    }
  }
  merge(own, diagnostics);
  return check;
}

std::optional<CompiledCheck> compile_for_other_judge(const text::Node& entry, std::string_view outer,
                                                     const CompileEnv& env, Diagnostics& diagnostics) {
  const auto judge = key_at(*env.other_judge, entry);
  const auto check = compile_judged_member(entry, judge, outer, env, diagnostics);
  return check == nullptr ? std::nullopt : std::optional(*check);
}

Json judged_member_schema() {
  Json names = Json::array();
  for (const auto& kind : check_table() | std::views::filter(takes_judge)) names.push_back(kind.name);
  Json outer = Json::array();
  for (const char* key : {"as", "weight", "required", "judge"}) outer.push_back({{"required", {key}}});
  const Json inside = {{"propertyNames", {{"enum", names}}},
                       {"additionalProperties", {{"not", {{"type", "object"}, {"anyOf", outer}}}}}};
  return {{"description", "The judged check, without a `judge`"},
          {"allOf", {Json{{"$ref", "#/definitions/check"}}, inside}},
          {"examples",
           {Json{{"rubric", {{"criteria", "Polite."}, {"scale", {{"1", "rude"}, {"5", "polite"}}}, {"pass", 4}}}}}}};
}

}  // namespace assay::judges
