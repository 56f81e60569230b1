#include "suites/reading.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <unordered_map>

namespace assay::suites {

namespace {

void read_vars(text::MapReader& reader, Case& kase) {
  const auto* vars = reader.get("vars");
  if (vars == nullptr) return;
  if (vars->is_map()) {
    kase.vars = text::to_json(*vars);
  } else {
    reader.diagnostics().error(vars->place(), fmt::format("vars is a mapping, not {}", text::describe(*vars)),
                               "write vars: {country: France}");
  }
}

Case read_case(const text::Node& node, std::uint32_t ordinal, const Uses& uses, bool has_defaults,
               Diagnostics& diagnostics) {
  Case kase;
  kase.ordinal = ordinal;
  kase.row = ordinal + 1;
  kase.at = node.place();
  const auto* id = node.find("id");
  const bool named = id != nullptr && id->is_scalar();
  text::MapReader reader(node,
                         named ? fmt::format("case {}", text::in_quotes(id->scalar)) : fmt::format("case {}", kase.row),
                         diagnostics);
  if (!node.is_map()) return kase;
  static_cast<void>(reader.require("id", "fr"));
  if (auto text = reader.string("id")) {
    kase.id = std::move(*text);
    kase.at = id->place();
    if (auto fault = case_id_fault(kase.id)) {
      diagnostics.error(kase.at, std::move(*fault), "write a short text of its own: id: fr");
      kase.id.clear();
    }
  }
  read_vars(reader, kase);
  for (auto& [key, value] : reader.string_map("tags")) kase.tags.emplace(std::move(key), std::move(value));
  if (auto cluster = reader.string("cluster")) kase.cluster = std::move(*cluster);
  const auto* checks = reader.get("checks");
  if (checks != nullptr) kase.checks = read_checks(*checks, uses, diagnostics);
  if (!has_defaults && (checks == nullptr || (checks->is_seq() && checks->items.empty()))) {
    diagnostics.error(
        kase.at, fmt::format("case {} has no check", named ? text::in_quotes(id->scalar) : std::to_string(kase.row)),
        "add checks: [{contains: Paris}] to the case, or to defaults; what nothing scores cannot pass");
  }
  reader.finish();
  return kase;
}

}  // namespace

std::vector<Case> read_cases(const text::Node& list, const Uses& uses, bool has_defaults, Diagnostics& diagnostics) {
  std::vector<Case> cases;
  if (!list.is_seq() || list.items.empty()) {
    diagnostics.error(
        list.place(),
        list.is_seq() ? "cases is an empty list" : fmt::format("cases is a list, not {}", text::describe(list)),
        "write cases: [{id: fr, vars: {country: France}}]");
    return cases;
  }
  cases.reserve(list.items.size());
  std::unordered_map<std::string, Place> seen;
  for (const auto& node : list.items) {
    auto kase = read_case(node, static_cast<std::uint32_t>(cases.size()), uses, has_defaults, diagnostics);
    if (!kase.id.empty()) {
      const auto [at, fresh] = seen.try_emplace(kase.id, kase.at);
      if (!fresh) {
        diagnostics.error(kase.at,
                          fmt::format("the case id {} is also at {}", text::in_quotes(kase.id), to_string(at->second)),
                          "give every case an id of its own");
      }
    }
    cases.push_back(std::move(kase));
  }
  return cases;
}

}  // namespace assay::suites
