#include "runner/app/diff.hpp"

#include "runner/app/background.hpp"
#include "runner/app/file_kind.hpp"
#include "runner/app/request.hpp"
#include "runner/app/suite_diff.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::app {

namespace {

using gate::Difference;
using gate::Strength;

/// One of the two: a policy, or a configuration with its policy and suites.
struct Side {
  FileKind kind = FileKind::policy;
  gate::Policy policy;
  std::filesystem::path policy_file;  ///< empty: the configuration names none
  std::vector<std::filesystem::path> suites;
  Place at;
};

std::optional<Side> load_side(std::filesystem::path file, Diagnostics& diagnostics) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) file /= "assay.yaml";
  const auto document = text::load_yaml(file);
  if (!document) {
    diagnostics.error(document.error());
    return std::nullopt;
  }
  Side side{.kind = kind_of_file(*document), .at = document->place()};
  if (side.kind == FileKind::policy) {
    side.policy_file = file;
  } else if (side.kind == FileKind::config) {
    const auto config = load_config(file, diagnostics);
    if (!config) return std::nullopt;
    side.policy_file = config->gate.value_or("");
    side.suites = suite_files(*config, diagnostics);
  } else {
    diagnostics.error(document->place(), "this is no policy and no configuration",
                      "name two policies, two configurations, or two folders with an assay.yaml");
    return std::nullopt;
  }
  auto policy = side.policy_file.empty() ? std::optional(gate::default_policy())
                                         : gate::load_policy(side.policy_file, diagnostics);
  if (!policy) return std::nullopt;
  side.policy = *std::move(policy);
  return side;
}

const text::Node* gate_node(const text::Node& document, const std::string& id) {
  const auto* gates = document.find("gates");
  if (gates == nullptr) return nullptr;
  for (const auto& gate : gates->items) {
    const auto* name = gate.find("id");
    if (name != nullptr && name->scalar == id) return &gate;
  }
  return gates;
}

/// Where a key stands in the new policy, or what would hold it.
Place place_of(const text::Node& document, const Difference& difference) {
  const auto* at = &document;
  if (!difference.gate.empty()) {
    const auto* gate = gate_node(document, difference.gate);
    if (gate != nullptr) at = gate;
  }
  for (std::size_t from = 0; from <= difference.key.size();) {
    const auto dot = std::min(difference.key.find('.', from), difference.key.size());
    const auto* deeper = at->find(difference.key.substr(from, dot - from));
    if (deeper == nullptr) break;
    at = deeper;
    from = dot + 1;
  }
  return at->place();
}

/// The tags by which its gates choose cases.
std::set<std::string> tags_of(const gate::Policy& policy) {
  std::set<std::string> tags;
  for (const auto& gate : policy.gates) {
    for (const auto& [tag, value] : gate.where) tags.insert(tag);
    if (gate.by) tags.insert(*gate.by);
  }
  return tags;
}

std::vector<PlacedDifference> compare(const Side& older, const Side& newer, Diagnostics& diagnostics) {
  std::vector<PlacedDifference> found;
  const auto document =
      newer.policy_file.empty() ? Result<text::Node>(text::Node()) : text::load_yaml(newer.policy_file);
  for (auto& each : gate::differences(older.policy, newer.policy)) {
    auto at = newer.policy_file.empty() || !document ? newer.at : place_of(*document, each);
    found.push_back({std::move(each), std::move(at)});
  }
  for (auto& each : suite_differences(older.suites, newer.suites, tags_of(older.policy), diagnostics)) {
    if (each.at.file.empty()) each.at = newer.at;
    found.push_back(std::move(each));
  }
  return found;
}

/// A weakening, and the reason that stands beside it.
struct Weakened {
  const PlacedDifference* what;
  const gate::Weakening* reason;
};

struct Outcome {
  std::vector<Weakened> weaker;
  std::vector<const PlacedDifference*> others;
  std::size_t unexplained = 0;
};

Outcome weigh(const std::vector<PlacedDifference>& found, const gate::Waivers& waivers) {
  Outcome outcome;
  for (const auto& each : found) {
    if (each.difference.strength != Strength::weaker) {
      outcome.others.push_back(&each);
      continue;
    }
    const auto* reason = gate::explained(each.difference, waivers.weakenings);
    outcome.weaker.push_back({&each, reason});
    if (reason == nullptr) ++outcome.unexplained;
  }
  return outcome;
}

void print(const Outcome& outcome, const Side& newer, Console& console) {
  for (const auto& [what, reason] : outcome.weaker) {
    console.out << fmt::format("{}: weaker: {}\n", to_string(what->at), sentence(what->difference));
    if (reason != nullptr) {
      console.out << fmt::format("  explained: {} ({})\n", reason->reason, reason->by);
    } else {
      console.out << fmt::format("  no reason stands beside it; one would be:\n  {}\n",
                                 explanation_of(what->difference));
    }
  }
  for (const auto* each : outcome.others) {
    const bool stronger = each->difference.strength == Strength::stronger;
    console.out << fmt::format("{}: {}\n", stronger ? "stronger" : "changed", sentence(each->difference));
  }
  if (outcome.weaker.empty()) {
    console.out << "nothing is weaker\n";
    return;
  }
  console.out << fmt::format("{} weaker, {} of them without a reason\n", outcome.weaker.size(), outcome.unexplained);
  if (outcome.unexplained == 0) return;
  console.out << (newer.policy.waivers.empty()
                      ? std::string(
                            "reasons go under `weakenings:` of a waivers file: add `waivers: waivers.yaml` to the "
                            "policy\n")
                      : fmt::format("reasons go under `weakenings:` in {}\n",
                                    (newer.policy.folder / newer.policy.waivers).string()));
}

OrderedJson json_of(const PlacedDifference& each) {
  const auto& d = each.difference;
  const auto or_null = [](const std::string& text) { return text.empty() ? OrderedJson() : OrderedJson(text); };
  return {
      {"gate", or_null(d.gate)},           {"suite", or_null(d.suite)}, {"key", d.key}, {"from", d.from}, {"to", d.to},
      {"at", or_null(to_string(each.at))}, {"what", sentence(d)}};
}

void print_json(const Outcome& outcome, Console& console) {
  auto weaker = OrderedJson::array();
  auto stronger = OrderedJson::array();
  auto changed = OrderedJson::array();
  for (const auto& [what, reason] : outcome.weaker) {
    auto json = json_of(*what);
    json["reason"] = reason == nullptr ? OrderedJson() : OrderedJson(reason->reason);
    json["by"] = reason == nullptr ? OrderedJson() : OrderedJson(reason->by);
    weaker.push_back(std::move(json));
  }
  for (const auto* each : outcome.others) {
    (each->difference.strength == Strength::stronger ? stronger : changed).push_back(json_of(*each));
  }
  const OrderedJson all = {
      {"weaker", weaker}, {"unexplained", outcome.unexplained}, {"stronger", stronger}, {"changed", changed}};
  console.out << indented_json(all);
}

}  // namespace

ExitCode diff(const DiffRequest& request, Console& console) {
  Diagnostics diagnostics;
  const auto older = load_side(request.older, diagnostics);
  const auto newer = load_side(request.newer, diagnostics);
  if (older && newer && older->kind != newer->kind) {
    diagnostics.error(newer->at, "one of the two is a policy and the other a configuration", "name two of a kind");
  }
  const auto waivers = newer ? waivers_of(newer->policy, diagnostics) : std::nullopt;
  std::vector<PlacedDifference> found;
  if (diagnostics.ok()) found = compare(*older, *newer, diagnostics);
  app::print(diagnostics, console);
  if (!diagnostics.ok()) return ExitCode::usage;
  const auto outcome = weigh(found, *waivers);
  request.json ? print_json(outcome, console) : print(outcome, *newer, console);
  return outcome.unexplained > 0 ? ExitCode::block : ExitCode::pass;
}

}  // namespace assay::app
