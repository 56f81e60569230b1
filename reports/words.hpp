#pragma once
/// Numbers and facts of a verdict in the words that all reports use. Names and reasons in them are hostile still.

#include <assay/core/verdict.hpp>

#include <string>

namespace assay::reports {

/// `continent=asia, severity=critical`.
[[nodiscard]] std::string slice_text(const Tags& slice);

/// `overall (capitals, continent=asia): pass_rate >= 0.8`.
[[nodiscard]] std::string row_name(const GateResult& gate);

/// `pass_rate ≥ 0.8`: shorter by a column than in verdict.json.
[[nodiscard]] std::string claim_text(std::string claim);

/// `83.1 %`; of a comparison the difference: `-2.1 pp`, or of a share of the baseline's value `+4.0 %`.
[[nodiscard]] std::string show_estimate(const GateResult& gate);
[[nodiscard]] std::string show_bounds(const GateResult& gate);

/// Of a comparison: `98.3 % → 91.2 %`, the baseline's own value and the candidate's.
[[nodiscard]] std::string show_sides(const GateResult& gate);

/// Of a comparison: how much worse the candidate may be, `5.0 pp` or `10.0 %`; the claim where it has no margin.
[[nodiscard]] std::string show_margin(const GateResult& gate);

/// What a row that does not pass wants to be known by: its owner; empty where nobody is named or it passes.
[[nodiscard]] std::string owner_text(const GateResult& gate);

/// `320 ms`, `2 min 5 s`, `12 d`.
[[nodiscard]] std::string age_text(double seconds);

/// `main: 5 runs, the newest 2 d old · 220 cases in common, 1 added, 0 removed, 2 changed`.
[[nodiscard]] std::string baseline_text(const BaselineStanding& baseline);

/// `at look 2 of 4, after 60 % of the cases: every blocking gate was decided; 200 samples were not needed`.
[[nodiscard]] std::string stop_text(const StopStanding& stop);

/// `W-12 used on overall (capitals) until 2026-12-15, by ben, approved by ana · why it does not hold`.
[[nodiscard]] std::string waiver_text(const WaiverStanding& waiver);

/// `capitals/jp until 2026-12-01, owner geo: reason`.
[[nodiscard]] std::string quarantine_text(const QuarantineStanding& quarantine);

/// Whether the policy plans a canary: what one lacks is nothing to say of a release without.
[[nodiscard]] bool has_canary(const Canary& canary);

/// All that is missing, sign-offs too.
[[nodiscard]] std::vector<std::string> missing_of(const Canary& canary);

/// `ready, score 98.2 of 100`, `not ready, …`.
[[nodiscard]] std::string canary_text(const Canary& canary);

/// `1,319 planned: 1,300 scored, …`.
[[nodiscard]] std::string balance_text(const Balance& balance);
[[nodiscard]] std::string cost_text(const CostTotals& cost);
/// `, 16 in flight`; empty for a replay, where nothing was.
[[nodiscard]] std::string in_flight_text(const RunTiming& timing);
/// `p50 / p95 / p99: first token …`; empty where nothing was measured.
[[nodiscard]] std::string latency_text(const RunTiming& timing);
/// `last attempts 1.2 s / 2 s / 3 s`; empty without all three.
[[nodiscard]] std::string percentiles_text(std::string_view title, const Percentiles& ms);

}  // namespace assay::reports
