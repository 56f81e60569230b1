#pragma once
/// The decision: policy and evidence in, verdict out. Pure: no clock, no store, no call.

#include <assay/core/diagnostics.hpp>
#include <assay/core/evidence.hpp>
#include <assay/core/trust.hpp>
#include <assay/core/verdict.hpp>
#include <assay/gate/waivers.hpp>
#include <assay/stats/spending.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
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
  std::optional<double> margin;           ///< δ: not worse than the baseline by more, in the metric's unit; 0 < δ < 1
  std::optional<double> max_increase;  ///< of a metric that is better when lower: at most this share above the baseline
  std::optional<double> improvement;   ///< better than the baseline by more than this; 0 or more
  std::optional<std::string> confirm;  ///< zero tolerance on a judged metric: the judge that is asked a second time
  std::optional<Axis> axis;            ///< whose concern it is; unset: by the metric and the suite's kind
  std::uint64_t min_n = 0;
  std::optional<bool> warn_if_open;  ///< on_inconclusive of this gate; unset: warn for a gate with `by`, else fail
  Place at;
};

/// What a judge must have shown before its checks may decide. Contract §5.
struct JudgePolicy {
  double min_youden = 0;            ///< held against the one-sided 1−alpha lower bound, as a floor is
  std::optional<Duration> max_age;  ///< of its measurement, when the run starts
};

/// True where the gate is about that suite.
[[nodiscard]] bool covers(const GateSpec& gate, std::string_view suite);

inline constexpr std::uint64_t kBaselineRuns = 5;  // averaged, where the policy does not say how many

/// What a candidate is compared with. Contract §5.
struct BaselinePolicy {
  std::string ref;                      ///< a baseline's name, a run's id, `commit=SHA`; empty: only where one is named
  std::optional<std::uint64_t> runs;    ///< that are averaged, at most; unset: `kBaselineRuns`
  std::optional<Duration> max_age;      ///< of a run, when the candidate's starts
  std::string anchor;                   ///< a second one, pinned: many small losses add up; empty: none
  std::optional<double> anchor_margin;  ///< for every gate with a margin; set where there is an anchor
  bool bootstrap = false;               ///< a missing baseline is INCONCLUSIVE, not ERROR
};

/// Looks at a run under way. Without it a run is decided once, at its end.
struct Sampling {
  std::vector<double> looks;  ///< shares of the cases, ascending, the last is 1
  stats::Spending spending = stats::Spending::obrien_fleming;
  /// Rounds of one more sample each, after the last look, while a gate is open.
  struct Repeat {
    std::uint32_t max_rounds = 5;
    stats::Spending spending = stats::Spending::pocock;
  };
  std::optional<Repeat> repeat;  ///< of the cases that history shows flaky, and of no others
  std::vector<double> levels;    ///< of all looks and rounds, kept by `apply` (see sampling.hpp); no part of the digest
};

/// How traffic may grow once the gate is passed. Contract §5.
struct CanaryPolicy {
  std::vector<double> stages;                    ///< shares of traffic, ascending
  double tolerated_ratio = 2;                    ///< of the canary's failure rate to the stable one's; above 1
  std::optional<double> failure_rate;            ///< of live stable traffic, its upper bound; never from a suite
  std::optional<std::string> rollback;           ///< the digest that a rollback goes to
  std::map<std::string, std::string> checklist;  ///< what is there: runbook, oncall, kill_switch, fallback, dashboard
};

struct Policy {
  double alpha = 0.05;
  double max_error_rate = 0.02;
  std::optional<BaselinePolicy> baseline;
  std::optional<Sampling> sampling;
  std::optional<CanaryPolicy> canary;
  std::vector<std::string> signoff;        ///< roles that must sign before traffic
  std::optional<Duration> replay_max_age;  ///< replayed samples so young count as fresh
  std::string waivers;                     ///< file as written; empty: none
  std::filesystem::path folder;            ///< that the file is relative to; not part of the digest
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
  std::uint64_t cases = 0;                            ///< of the whole suite, before any filter; 0: not known
  std::uint64_t samples = 0;                          ///< of each case, as planned; 0: not known
  std::vector<Tags> tag_sets;                         ///< distinct combinations of tags in the whole suite
  std::vector<std::uint64_t> tag_counts;              ///< cases of each of them; empty: not known
  bool has_price = false;
};

/// Reads a policy file. Reports every fault, and warns of a baseline that no gate compares anything with. The waivers
/// file that it may name is not read.
[[nodiscard]] std::optional<Policy> load_policy(const std::filesystem::path& file, Diagnostics& diagnostics);

/// The policy without a file: a pass rate at least the suite's `floor` (0.8); where a baseline is named, `compared`,
/// also not worse than that by more than 0.05.
[[nodiscard]] Policy default_policy(bool compared = false);

/// Adds each suite's `floor` as a gate with id `floor` unless the policy has a pass_rate floor for that suite, and
/// reports what cannot be decided on these suites: a metric that nothing feeds, a `where` or `by` that matches no case,
/// a cost gate without a price, an unknown suite, a suite that no gate decides, a written margin that the whole suite
/// is too small for (`margin_least_n`, of the cases of the gate's `where`; not with `by`, whose slices are counted when
/// they are decided). Without a policy file and with `policy.baseline` each of those floors gets a margin of 0.05,
/// which is implied and may be too small. Sets the digest.
[[nodiscard]] Policy apply(const Policy& policy, const std::vector<SuiteFacts>& suites, Diagnostics& diagnostics);

/// True if a gate reads a latency metric (`latency_p…`, `ttft_p…`, `itl_p…`): the load must be known then.
[[nodiscard]] bool reads_latency(const Policy& policy);

/// True if a gate reads `flake_rate`: the cases' history and digests are needed then.
[[nodiscard]] bool reads_flakes(const Policy& policy);

/// The columns of evidence that `decide` reads for this policy, under the names it lists; what is read from outcomes
/// alone (`pass_rate`, `error_rate`) takes none. Beside them it reads the `.pass` of judged metrics.
[[nodiscard]] std::set<std::string, std::less<>> wanted_metrics(const Policy& policy);

/// The policy as JSON: stored beside the run, so that `gate RUN` can decide again.
[[nodiscard]] Json to_json(const Policy& policy);
[[nodiscard]] Result<Policy> policy_from_json(const Json& json);

/// A baseline or anchor as it was found.
struct BaselineEvidence {
  std::string ref;                       ///< as asked for
  bool beside = false;                   ///< `--against`: run together with the candidate
  std::vector<RunEvidence> runs;         ///< that may be compared, newest first, with their cases' digests
  std::vector<std::string> passed_over;  ///< one sentence for each run that may not
};

/// Why a run cannot be what `candidate` is compared with: another suite, too few cases in common, too old, another
/// judge. One sentence; nothing where it can. `max_age` counts from the candidate's start.
[[nodiscard]] std::optional<std::string> cannot_be_compared(const RunEvidence& run, const RunEvidence& candidate,
                                                            std::optional<Duration> max_age);

/// How a case did over the runs that history holds, of equal digests.
struct CaseRecord {
  std::string suite;
  std::string case_id;
  std::string digest;
  std::uint64_t runs = 0;
  std::uint64_t samples = 0;  ///< scored
  std::uint64_t passes = 0;
  std::uint64_t flips = 0;  ///< from one run to the next, oldest first, by whether most of its samples passed

  /// It has passed and failed: its next answer is not certain.
  [[nodiscard]] bool flaky() const { return passes > 0 && passes < samples; }
};

/// What is known beside the run itself.
struct Background {
  std::span<const Trust> trust;
  std::optional<BaselineEvidence> baseline;  ///< where one was asked for
  std::optional<BaselineEvidence> anchor;    ///< likewise
  std::vector<CaseRecord> history;           ///< where a gate reads `flake_rate`
  Waivers waivers;
  WallTime now;  ///< what waivers and quarantines expire by
};

/// Decides an applied policy. Equal values give an equal verdict. Leaves `created_at` and `policy_sealed_at` to the
/// caller. Never throws for evidence it cannot use: that is ERROR. A bound that does not exist (a p95 of 20 samples has
/// none above) is an infinity, which JSON shows as null. Metrics read these columns: `score`, `latency`, `ttft`, `itl`,
/// `cost`, `input_tokens`, `output_tokens`, `cache_hit_rate`, and a check's metric and its `.pass`. `p` is the
/// one-sided p-value against the claim: small where it holds.
///
/// `background.trust` holds the newest measurement of each judge and prompt. With `policy.judge`, a judge that is
/// unmeasured, stale or weak leaves gates that read its metrics open, whatever their intervals say; a failure that a
/// computed check proved stands. Without, it is a warning. The standing of each judge is in `Verdict::judges`, with
/// what its metric's `.pass` column shows where the evidence has it.
[[nodiscard]] Verdict decide(const Policy& policy, const RunEvidence& evidence, const Background& background = {});

/// JSON Schema (draft-07) of a policy file.
[[nodiscard]] OrderedJson policy_schema();

}  // namespace assay::gate
