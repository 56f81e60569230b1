#include "runner/app/validate.hpp"

#include "runner/app/plan.hpp"
#include "runner/app/request.hpp"
#include "runner/app/target.hpp"

#include <assay/stub/stub.hpp>

#include <fmt/format.h>

#include <set>

namespace assay::app {

namespace {

enum class FileKind { suite, config, policy, script, checks, unknown };

// A file says what it is by the keys that only its kind has.
FileKind kind_of_file(const text::Node& document) {
  if (document.find("suite") != nullptr || document.find("cases") != nullptr) return FileKind::suite;
  if (document.find("targets") != nullptr || document.find("judges") != nullptr || document.find("suites") != nullptr)
    return FileKind::config;
  if (document.find("gates") != nullptr) return FileKind::policy;
  if (document.find("rules") != nullptr) return FileKind::script;
  if (document.find("checks") != nullptr) return FileKind::checks;
  return FileKind::unknown;
}

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
    case FileKind::script:
      ++sorted.others;
      (void)stub::load_script(file, diagnostics);
      return;
    case FileKind::checks:
      return diagnostics.error(document->place(), "shared checks are validated with the suite that includes them",
                               "validate that suite");
    case FileKind::unknown:
      return diagnostics.error(
          document->place(), "this is no suite, configuration, policy or stub script",
          "a suite has `suite:`, a configuration `targets:`, a policy `gates:`, a script `rules:`");
  }
}

// A suite may be named by itself and by a configuration.
void drop_repeated(std::vector<std::filesystem::path>& files) {
  std::set<std::filesystem::path> seen;
  std::error_code ignored;
  std::erase_if(
      files, [&](const auto& file) { return !seen.insert(std::filesystem::weakly_canonical(file, ignored)).second; });
}

void check_policies(const Sorted& sorted, const std::optional<Plan>& plan, Diagnostics& diagnostics) {
  for (const auto& file : sorted.policies) {
    const auto policy = gate::load_policy(file, diagnostics);
    if (!policy || !plan || plan->suites.empty()) continue;
    std::vector<gate::SuiteFacts> facts;
    for (const auto& suite : plan->suites) facts.push_back(suite.facts);
    (void)gate::apply(*policy, facts, diagnostics);
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
  const auto plan = make_plan(sorted.suites, candidate, {}, diagnostics);
  check_policies(sorted, plan, diagnostics);
  print(diagnostics, console);
  if (!diagnostics.ok()) return ExitCode::usage;
  console.out << fmt::format("valid: {} suites with {} cases, {} policies, {} other files\n", sorted.suites.size(),
                             plan ? plan->cases : 0, sorted.policies.size(), sorted.others);
  return ExitCode::pass;
}

}  // namespace assay::app
