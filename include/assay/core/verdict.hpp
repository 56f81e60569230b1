#pragma once
/// The answer: pass or block, with its evidence. Contract: verdict.json, schema `assay.verdict/1`.

#include <assay/core/evidence.hpp>
#include <assay/core/json.hpp>

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
  std::string reason;  ///< one sentence, with the number that would change it
  std::optional<std::string> waiver;
  Unit unit = Unit::share;
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

struct Canary {
  bool ready = false;
  double score = 0;  ///< 0…100
  std::vector<std::string> missing;
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
  Canary canary;
  std::uint64_t replayed = 0;  ///< samples with an answer from a cassette
  std::optional<WallTime> oldest_replayed;
  CostTotals cost;
  RunTiming timing;
  std::uint64_t seed = 0;
  std::string created_at;  ///< RFC 3339
};

/// verdict.json, keys in the contract's order.
[[nodiscard]] OrderedJson verdict_json(const Verdict& verdict);

/// The part that `decision` is the digest of: verdict, reasons, suites, gates, canary and policy digest, without ids,
/// clock times and where the answers came from. Equal evidence gives equal bytes in `canonical_json`.
[[nodiscard]] Json decision_json(const Verdict& verdict);

}  // namespace assay
