#pragma once
/// From suites as data to a plan: compiled checks, rendered prompts, digests, the selection. The first of two passes
/// over the cases: it validates and hashes everything before a call is paid; the second (source.hpp) hands out the
/// units.

#include "runner/app/config.hpp"
#include "runner/app/confirm.hpp"

#include <assay/core/digest.hpp>
#include <assay/gate/gate.hpp>
#include <assay/judges/checks.hpp>
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
  std::optional<store::Shard> shard;   ///< of what `where` and `limit` leave

  [[nodiscard]] bool matches(const suites::Case& kase) const;
  /// True if the shard has the case. Depends on nothing but the two ids and the number of shards: another case moves
  /// none, and every machine draws alike.
  [[nodiscard]] bool has(std::string_view suite, std::string_view kase) const;
};

/// The candidate's share of a run: what replaces or adds to what the suites say.
struct Candidate {
  std::map<std::string, std::filesystem::path> prompts;  ///< prompt name → messages file
  std::optional<std::filesystem::path> only_prompt;      ///< replaces the one prompt that the suites have
  std::vector<std::string> named_prompts;                ///< named by hand: a suite must have them
  Json params = Json::object();                          ///< on top of the suite's
  std::optional<std::uint32_t> samples;
  bool has_price = false;
  bool known = true;                        ///< false: only validate, no target yet
  std::vector<judges::JudgeRef> judges;     ///< that checks may ask
  bool judges_known = true;                 ///< false: only validate, no configuration
  bool gives_contexts = true;               ///< the target's replies may say what they were made from
  std::vector<Confirmation> confirmations;  ///< of the policy; they are no part of a case's digest
};

/// A suite with its checks compiled and its cases counted.
struct PlannedSuite {
  suites::Suite suite;
  std::shared_ptr<const std::string> params;  ///< JSON text, merged
  std::vector<std::shared_ptr<const CompiledCheck>> default_checks;
  std::string default_checks_digest;  ///< part of every case's digest
  std::string digest;                 ///< of all cases and their checks
  std::string prompt_digest;
  std::string params_digest;
  std::string dataset_digest;     ///< empty without a data set
  std::uint64_t selected = 0;     ///< cases, of this shard
  std::uint64_t whole = 0;        ///< cases, of all shards
  std::vector<Program> programs;  ///< that its checks ask
  std::uint64_t content = 0;      ///< `mix_case` over the selected cases, in order
  gate::SuiteFacts facts;
  std::vector<store::StoredSuite::Metric> metrics;
  std::vector<JudgedMetric> judged;
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

  // The check as the policy wants it asked for this case; `plain` where it wants nothing more.
  std::shared_ptr<const CompiledCheck> confirmed(std::shared_ptr<const CompiledCheck> plain,
                                                 const suites::CheckSpec& spec, const std::string& canonical,
                                                 const Tags& tags, Diagnostics& diagnostics);

  const PlannedSuite& planned_;
  const Candidate& candidate_;
  std::vector<std::string> default_specs_;  // canonical
  std::unordered_map<std::string, std::shared_ptr<const CompiledCheck>> interned_;
  Sha256 digest_;  // of the case under way
};

/// Mixes what a case is (id, digest, tags, cluster) into `key`: how the second pass notices that a file changed.
[[nodiscard]] std::uint64_t mix_case(std::uint64_t key, const PlannedCase& kase);

struct Plan {
  std::vector<PlannedSuite> suites;
  std::uint64_t units = 0;        ///< samples of the selection, of this shard
  std::uint64_t cases = 0;        ///< likewise
  std::uint64_t whole = 0;        ///< samples of the selection, of all shards
  std::set<std::string> judges;   ///< that a check may ask, by name
  std::vector<Program> programs;  ///< likewise
};

/// Loads, compiles and checks everything; reads every case once, and keeps 8 to 24 bytes of each. Reports every fault
/// and returns nothing if there was one.
[[nodiscard]] std::optional<Plan> make_plan(const std::vector<std::filesystem::path>& files, const Candidate& candidate,
                                            const Selection& selection, Diagnostics& diagnostics);

}  // namespace assay::app
