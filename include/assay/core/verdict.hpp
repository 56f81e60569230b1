#pragma once
/// The answer: pass or block, with its evidence. Contract: verdict.json, schema `assay.verdict/1`.

#include <assay/core/evidence.hpp>
#include <assay/core/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay {

enum class VerdictKind { pass, pass_with_waiver, block, inconclusive, error };

/// `PASS`, `PASS_WITH_WAIVER`, `BLOCK`, `INCONCLUSIVE`, `ERROR`.
[[nodiscard]] std::string_view name(VerdictKind kind);

enum class GateState { pass, block, inconclusive, error };

[[nodiscard]] std::string_view name(GateState state);

/// Whose concern a gate is. Its name is the role of `owners` that is shown; that of `safety` is `security`.
enum class Axis { quality, safety, platform, cost };

[[nodiscard]] std::string_view name(Axis axis);

/// What a row's claim is about.
enum class Against { nothing, baseline, anchor };

/// One claim, decided. `interval` is [L, U], each a one-sided 1−alpha bound in the metric's unit.
struct GateResult {
  std::string id;
  std::string suite;
  std::string metric;
  Tags slice;
  std::uint64_t n = 0;  ///< cases
  std::optional<double> estimate;
  std::optional<std::pair<double, double>> interval;
  double alpha = 0.05;
  std::string claim;  ///< `pass_rate >= 0.8`
  GateState state = GateState::error;
  bool blocking = true;  ///< false: its own `on_inconclusive: warn`; an open row does not open the verdict
  std::string method;    ///< `wilson`, `clopper-pearson`, `t`, `order-statistics`, …
  std::optional<double> p;
  std::optional<double> mde;
  std::string reason;                 ///< one sentence, with the number that would change it
  std::optional<std::string> waiver;  ///< the id of the one that covers it
  Unit unit = Unit::share;
  Axis axis = Axis::quality;
  std::string owner;                   ///< of the suite, for that axis; empty: nobody is named
  Against against = Against::nothing;  ///< with a baseline, `estimate` and `interval` are of the difference
  std::optional<double> margin;        ///< of a claim against a baseline
  std::optional<std::pair<double, double>>
      of;                     ///< of a comparison: what the candidate and the baseline have themselves
  bool repeats_help = false;  ///< open, and more samples of the same cases may decide it; not in verdict.json
};

/// What a candidate was compared with. `common` counts cases of all suites.
struct BaselineStanding {
  std::string ref;
  std::vector<std::string> runs;  ///< newest first
  double age_s = 0;               ///< of the newest, when the candidate started
  std::uint64_t common = 0;
  std::vector<std::string> added;    ///< `suite/case`: in the candidate only
  std::vector<std::string> removed;  ///< in the baseline only
  std::vector<std::string> changed;  ///< in both, with another digest
};

/// A run that its policy's looks ended: no more evidence was needed, or none was left to take.
struct StopStanding {
  std::uint32_t look = 0;     ///< 0: before the first, after the cases of zero-tolerance gates
  std::uint32_t looks = 0;    ///< planned
  std::uint32_t round = 0;    ///< of repeats of flaky cases; 0: none
  double fraction = 1;        ///< of the cases, by then
  std::uint64_t samples = 0;  ///< that were run
  std::uint64_t saved = 0;    ///< samples of the plan that were not needed
  std::string reason;
};

/// A waiver of the policy's file, whether it covers anything or not.
struct WaiverStanding {
  std::string id;
  std::string gate;
  std::string suite;
  Tags slice;
  std::string state;  ///< `used`, `unused`, `expired`, `refused`
  std::string why;    ///< of the last two, and of a waiver whose limit is passed
  std::string reason;
  std::string author;
  std::string approver;
  std::string role;
  std::string ticket;
  std::string expires;  ///< RFC 3339
};

struct ApprovalStanding {
  std::string role;
  std::string by;
  std::string at;  ///< RFC 3339
};

/// A case that no gate counts for now.
struct QuarantineStanding {
  std::string suite;
  std::string case_id;
  std::string owner;
  std::string reason;
  std::string expires;  ///< RFC 3339
  bool active = true;   ///< false: expired, and counted again
};

struct SuiteSummary {
  std::string id;
  std::string kind;
  std::string digest;
  std::string prompt;
  std::string params;
  Balance balance;
};

/// What is known of a judge that a verdict rests on. In verdict.json: `judges`.
struct JudgeStanding {
  std::string suite;
  std::string metric;
  std::string judge;
  std::string model;
  std::string state;  ///< `trusted`, `unmeasured`, `stale`, `weak`, `measured` (no policy asks for more)
  std::optional<double> tpr;
  std::optional<double> tnr;
  std::optional<double> youden;        ///< TPR + TNR − 1
  std::optional<double> youden_lower;  ///< its one-sided 1−alpha lower bound: what a policy's minimum is held against
  std::uint64_t labels = 0;            ///< that it was measured on, unscored ones included
  std::optional<double> age_s;         ///< of the measurement, when the run started
  std::optional<double> observed;      ///< share that it passes, the mean over cases
  std::optional<double> corrected;     ///< that share corrected for its errors (Rogan–Gladen)
  std::optional<std::pair<double, double>> corrected_interval;
  std::uint64_t people_labels = 0;    ///< answers of this run that people labelled
  std::optional<double> with_people;  ///< the share from their labels and the judge's word on the rest (PPI++)
  std::optional<std::pair<double, double>> with_people_interval;
};

/// One step of traffic, and what it takes to go on or back.
struct CanaryStage {
  double share = 0;                     ///< of traffic
  std::uint64_t min_requests = 0;       ///< of the canary, before it may be promoted
  double abort_at = 0;                  ///< the evidence (e-value) from which it is aborted: 1/alpha
  double alpha = 0;                     ///< the chance that a healthy canary is aborted at this stage
  std::optional<double> p0;             ///< the stable failure rate that is expected
  std::uint64_t failures = 0;           ///< among `min_requests`, that are too many: for engines that keep no state
  std::uint64_t expected_requests = 0;  ///< of a canary `tolerated_ratio` times as bad, until it is aborted
};

struct Canary {
  bool ready = false;
  double score = 0;     ///< 0…100: 100·(1 − the greatest p of a blocking gate), less for waivers; 0 on BLOCK and ERROR
  std::string weakest;  ///< the gate that sets the score, and its headroom; empty: there is none
  std::vector<std::string> missing;
  std::vector<std::string> unsigned_roles;  ///< sign-offs that are missing: they are no part of the decision
  std::vector<CanaryStage> stages;
  double tolerated_ratio = 2;
  std::optional<std::string> rollback;  ///< the digest to go back to
  std::map<std::string, std::string> checklist;
};

/// What a run with replayed samples lacks of a canary. It is no part of the decision: a replay of equal evidence gives
/// an equal one.
inline constexpr std::string_view kFreshAnswers = "fresh answers: some came from a cassette";

struct Verdict {
  std::string run;
  VerdictKind kind = VerdictKind::error;
  ExitCode exit = ExitCode::error;
  std::string decision;  ///< SHA-256 of `decision_json`
  std::vector<std::pair<std::string, std::string>> meta;
  std::vector<std::string> reasons;
  std::vector<std::string> warnings;
  std::string target;
  std::string model;
  std::optional<std::string> served_model;
  std::string candidate_digest;
  std::string policy_digest;
  std::string policy_sealed_at;  ///< RFC 3339
  std::vector<std::pair<std::string, std::string>> where;
  std::optional<std::uint64_t> limit;
  std::vector<SuiteSummary> suites;
  std::vector<GateResult> gates;
  std::vector<JudgeStanding> judges;
  std::optional<BaselineStanding> baseline;
  std::optional<BaselineStanding> anchor;
  std::optional<StopStanding> stop;
  std::vector<WaiverStanding> waivers;
  std::string waivers_digest;  ///< of the file; empty without one
  std::vector<ApprovalStanding> approvals;
  std::vector<QuarantineStanding> quarantine;
  Canary canary;
  std::uint64_t replayed = 0;  ///< samples with an answer from a cassette
  std::optional<WallTime> oldest_replayed;
  CostTotals cost;
  RunTiming timing;
  std::uint64_t seed = 0;
  std::string created_at;  ///< RFC 3339
  std::string prev_hash;   ///< of the verdict that the history took before this one; set by the store
};

/// verdict.json, keys in the contract's order.
[[nodiscard]] OrderedJson verdict_json(const Verdict& verdict);

/// What `verdict_json` wrote, read back; keys that are missing keep their defaults, a bound that is null is an
/// infinity. Errors: `invalid` for JSON of another schema or shape.
[[nodiscard]] Result<Verdict> verdict_from_json(const Json& json);

/// The part that `decision` is the digest of: verdict, reasons, suites, gates, canary and policy digest, without ids,
/// clock times and where the answers came from. Equal evidence gives equal bytes in `canonical_json`.
[[nodiscard]] Json decision_json(const Verdict& verdict);

}  // namespace assay
