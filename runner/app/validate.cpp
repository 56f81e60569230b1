#include "runner/app/validate.hpp"

#include "runner/app/background.hpp"
#include "runner/app/file_kind.hpp"
#include "runner/app/plan.hpp"
#include "runner/app/request.hpp"
#include "runner/app/target.hpp"

#include <assay/stub/stub.hpp>

#include <fmt/format.h>

#include <set>

namespace assay::app {

namespace {

struct Sorted {
  std::vector<std::filesystem::path> suites;
  std::vector<std::filesystem::path> policies;
  std::optional<Config> config;
  std::size_t others = 0;
};

void sort_config(const std::filesystem::path& file, Sorted& sorted, Diagnostics& diagnostics) {
  ++sorted.others;
  auto config = load_config(file, diagnostics);
  if (!config) return;
  for (auto& suite : suite_files(*config, diagnostics)) sorted.suites.push_back(std::move(suite));
  if (config->gate) sorted.policies.push_back(*config->gate);
  sorted.config = std::move(config);
}

// The judges that suites may name are those of the configuration: one that is validated too, else assay.yaml.
void know_judges(Sorted& sorted, const Environment& environment, Candidate& candidate, Diagnostics& diagnostics) {
  if (!sorted.config) sorted.config = find_config(std::nullopt, diagnostics);
  candidate.judges_known = sorted.config.has_value();
  if (sorted.config) candidate.judges = judge_refs(sorted.config->judges, environment);
}

void sort_file(const std::filesystem::path& file, Sorted& sorted, Diagnostics& diagnostics) {
  const auto document = text::load_yaml(file);
  if (!document) return diagnostics.error(document.error());
  switch (kind_of_file(*document)) {
    case FileKind::suite:
      sorted.suites.push_back(file);
      return;
    case FileKind::config:
      return sort_config(file, sorted, diagnostics);
    case FileKind::policy:
      sorted.policies.push_back(file);
      return;
    case FileKind::waivers:
      ++sorted.others;
      (void)gate::load_waivers(file, diagnostics);
      return;
    case FileKind::script:
      ++sorted.others;
      (void)stub::load_script(file, diagnostics);
      return;
    case FileKind::checks:
      return diagnostics.error(document->place(), "shared checks are validated with the suite that includes them",
                               "validate that suite");
    case FileKind::unknown:
      return diagnostics.error(document->place(),
                               "this is no suite, configuration, policy, waivers file or stub script",
                               "a suite has `suite:`, a configuration `targets:`, a policy `gates:`, a waivers file "
                               "`waivers:`, a script `rules:`");
  }
}

// A suite may be named by itself and by a configuration.
void drop_repeated(std::vector<std::filesystem::path>& files) {
  std::set<std::filesystem::path> seen;
  std::error_code ignored;
  std::erase_if(
      files, [&](const auto& file) { return !seen.insert(std::filesystem::weakly_canonical(file, ignored)).second; });
}

/// A policy that could be read, and what it has judged twice.
struct LoadedPolicy {
  gate::Policy policy;
  std::vector<Confirmation> confirmations;
};

std::vector<LoadedPolicy> load_policies(const Sorted& sorted, const Candidate& candidate, Diagnostics& diagnostics) {
  std::vector<LoadedPolicy> all;
  for (const auto& file : sorted.policies) {
    auto policy = gate::load_policy(file, diagnostics);
    if (!policy) continue;
    (void)waivers_of(*policy, diagnostics);
    auto confirmations = confirmations_of(*policy, candidate.judges, candidate.judges_known, diagnostics);
    all.push_back({*std::move(policy), std::move(confirmations)});
  }
  return all;
}

void check_policies(const std::vector<LoadedPolicy>& policies, const Plan& plan, Diagnostics& diagnostics) {
  if (plan.suites.empty()) return;
  std::vector<gate::SuiteFacts> facts;
  for (const auto& suite : plan.suites) facts.push_back(suite.facts);
  for (const auto& each : policies) {
    check_confirmations(each.confirmations, plan, diagnostics);
    (void)gate::apply(each.policy, facts, diagnostics);
  }
}

}  // namespace

ExitCode validate(const std::vector<std::filesystem::path>& files, const Environment& environment, Console& console) {
  Diagnostics diagnostics;
  Sorted sorted;
  for (const auto& file : files) sort_file(file, sorted, diagnostics);
  drop_repeated(sorted.suites);
  drop_repeated(sorted.policies);
  Candidate candidate;
  candidate.known = false;
  know_judges(sorted, environment, candidate, diagnostics);
  const auto policies = load_policies(sorted, candidate, diagnostics);
  if (policies.size() == 1) candidate.confirmations = policies.front().confirmations;
  const auto plan = make_plan(sorted.suites, candidate, {}, diagnostics);
  if (plan) check_policies(policies, *plan, diagnostics);
  print(diagnostics, console);
  if (!diagnostics.ok()) return ExitCode::usage;
  const auto counted = [](std::uint64_t n, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", n, n == 1 ? one : many);
  };
  console.out << fmt::format("valid: {} with {}, {}, {}\n", counted(sorted.suites.size(), "suite", "suites"),
                             counted(plan ? plan->cases : 0, "case", "cases"),
                             counted(sorted.policies.size(), "policy", "policies"),
                             counted(sorted.others, "other file", "other files"));
  return ExitCode::pass;
}

}  // namespace assay::app
