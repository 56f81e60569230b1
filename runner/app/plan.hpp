#pragma once
/// From suites as data to units of work: compiled checks, rendered prompts, digests, the selection. Two passes over the
/// cases: the first validates and hashes everything before a call is paid, the second hands out the units.

#include "runner/app/config.hpp"

#include <assay/exec/runner.hpp>
#include <assay/gate/gate.hpp>
#include <assay/store/store.hpp>
#include <assay/suites/suite.hpp>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace assay::app {

/// Which cases are run. `where` matches tags as text (all must match); the key `id` matches the case's id.
struct Selection {
  std::vector<std::pair<std::string, std::string>> where;
  std::optional<std::uint64_t> limit;  ///< cases of each suite

  [[nodiscard]] bool matches(const suites::Case& kase) const;
};

/// The candidate's share of a run: what replaces or adds to what the suites say.
struct Candidate {
  std::map<std::string, std::filesystem::path> prompts;  ///< prompt name → messages file
  std::optional<std::filesystem::path> only_prompt;      ///< replaces the one prompt that the suites have
  std::vector<std::string> named_prompts;                ///< named by hand: a suite must have them
  Json params = Json::object();                          ///< on top of the suite's
  std::optional<std::uint32_t> samples;
  bool has_price = false;
  bool known = true;  ///< false: only validate, no target yet
};

/// A suite with its checks compiled and its cases counted.
struct PlannedSuite {
  suites::Suite suite;
  std::shared_ptr<const std::string> params;  ///< JSON text, merged
  std::vector<std::shared_ptr<const CompiledCheck>> default_checks;
  std::string default_checks_json;  ///< canonical, for case digests
  std::string digest;               ///< of all cases and their checks
  std::string prompt_digest;
  std::string params_digest;
  std::string dataset_digest;  ///< empty without a data set
  std::uint64_t selected = 0;  ///< cases
  gate::SuiteFacts facts;
  std::vector<store::StoredSuite::Metric> metrics;
};

/// Turns one case into what the runner needs, compiling each distinct check of the records once. Not thread-safe.
class CaseCompiler {
 public:
  CaseCompiler(const PlannedSuite& planned, const Candidate& candidate);

  /// Compiles the checks and renders the prompt. Reports every fault; returns nothing if there was one.
  std::shared_ptr<const PlannedCase> compile(suites::Case kase, Diagnostics& diagnostics);

 private:
  std::shared_ptr<const CompiledCheck> intern(const suites::CheckSpec& spec, const std::string& canonical,
                                              Diagnostics& diagnostics);

  const PlannedSuite& planned_;
  const Candidate& candidate_;
  std::unordered_map<std::string, std::shared_ptr<const CompiledCheck>> interned_;
};

struct Plan {
  std::vector<PlannedSuite> suites;
  std::uint64_t units = 0;  ///< samples of the selection
  std::uint64_t cases = 0;
};

/// Loads, compiles and checks everything; reads every case once. Reports every fault and returns nothing if there was
/// one.
[[nodiscard]] std::optional<Plan> make_plan(const std::vector<std::filesystem::path>& files, const Candidate& candidate,
                                            const Selection& selection, Diagnostics& diagnostics);

/// The second pass: units in order (suite, case, sample), but for those in `done`. The references outlive the source.
[[nodiscard]] std::unique_ptr<exec::UnitSource> make_source(const Plan& plan, const Candidate& candidate,
                                                            const Selection& selection, std::set<UnitId> done);

}  // namespace assay::app
