#pragma once
/// The decision: policy and evidence in, verdict out. Pure: no clock, no store, no call.

#include <assay/core/diagnostics.hpp>
#include <assay/core/evidence.hpp>
#include <assay/core/trust.hpp>
#include <assay/core/verdict.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace assay::gate {

/// One gate as written.
struct GateSpec {
  std::string id;
  std::vector<std::string> suites;  ///< empty: every suite of the run
  std::string metric;
  Tags where;
  std::optional<std::string> by;
  std::optional<double> floor;
  std::optional<double> max;     ///< in the metric's unit (seconds for durations)
  bool max_is_duration = false;  ///< written as `1.5s`; `apply` refuses it for a metric that is no duration
  bool zero_tolerance = false;
  std::optional<double> max_rate;
  std::optional<std::uint64_t> at_least;  ///< a case passes if so many of its samples do, else as the share that do
  std::uint64_t min_n = 0;
  std::optional<bool> warn_if_open;  ///< on_inconclusive of this gate; unset: warn for a gate with `by`, else fail
  Place at;
};

/// What a judge must have shown before its checks may decide. Contract §5.
struct JudgePolicy {
  double min_youden = 0;            ///< held against the one-sided 1−alpha lower bound, as a floor is
  std::optional<Duration> max_age;  ///< of its measurement, when the run starts
};

struct Policy {
  double alpha = 0.05;
  double max_error_rate = 0.02;
  std::optional<JudgePolicy> judge;
  bool warn_on_inconclusive = false;
  std::vector<GateSpec> gates;
  std::string digest;     ///< SHA-256 of the canonical JSON of the policy as it applies
  bool built_in = false;  ///< no policy file: the suite's floor (0.8)
};

/// What a suite offers to a policy, known before the first call.
struct SuiteFacts {
  std::string id;
  std::optional<double> floor;
  std::vector<std::pair<std::string, Unit>> metrics;  ///< what its checks feed
  std::uint64_t cases = 0;                            ///< of the whole suite, before any filter
  std::uint64_t samples = 0;                          ///< of each case, as planned; 0: not known
  std::vector<Tags> tag_sets;                         ///< distinct combinations of tags in the whole suite
  bool has_price = false;
};

/// Reads a policy file. Reports every fault; keys of later versions are refused by name.
[[nodiscard]] std::optional<Policy> load_policy(const std::filesystem::path& file, Diagnostics& diagnostics);

/// The policy without a file: a pass rate at least the suite's `floor` (0.8).
[[nodiscard]] Policy default_policy();

/// Adds each suite's `floor` as a gate with id `floor` unless the policy has a pass_rate floor for that suite, and
/// reports what cannot be decided on these suites: a metric that nothing feeds, a `where` or `by` that matches no case,
/// a cost gate without a price, an unknown suite, a suite that no gate decides. Sets the digest.
[[nodiscard]] Policy apply(const Policy& policy, const std::vector<SuiteFacts>& suites, Diagnostics& diagnostics);

/// True if a gate reads a latency metric (`latency_p…`, `ttft_p…`, `itl_p…`): the load must be known then.
[[nodiscard]] bool reads_latency(const Policy& policy);

/// The columns of evidence that `decide` reads for this policy, under the names it lists; what is read from outcomes
/// alone (`pass_rate`, `error_rate`) takes none. Beside them it reads the `.pass` of judged metrics.
[[nodiscard]] std::set<std::string, std::less<>> wanted_metrics(const Policy& policy);

/// The policy as JSON: stored beside the run, so that `gate RUN` can decide again.
[[nodiscard]] Json to_json(const Policy& policy);
[[nodiscard]] Result<Policy> policy_from_json(const Json& json);

/// Decides an applied policy. Equal values give an equal verdict. Leaves `created_at` and `policy_sealed_at` to the
/// caller. Never throws for evidence it cannot use: that is ERROR. A bound that does not exist (a p95 of 20 samples has
/// none above) is an infinity, which JSON shows as null. Metrics read these columns: `score`, `latency`, `ttft`, `itl`,
/// `cost`, `input_tokens`, `output_tokens`, `cache_hit_rate`, and a check's metric and its `.pass`. `p` is the
/// one-sided p-value against the claim: small where it holds.
///
/// `trust` holds the newest measurement of each judge and prompt. With `policy.judge`, a judge that is unmeasured,
/// stale or weak leaves gates that read its metrics open, whatever their intervals say; a failure that a computed check
/// proved stands. Without, it is a warning. The standing of each judge is in `Verdict::judges`, with what its metric's
/// `.pass` column shows where the evidence has it.
[[nodiscard]] Verdict decide(const Policy& policy, const RunEvidence& evidence, std::span<const Trust> trust = {});

/// JSON Schema (draft-07) of a policy file.
[[nodiscard]] OrderedJson policy_schema();

}  // namespace assay::gate
