#pragma once
/// What a decision is made of: columns of numbers, in case order. Whoever collected them.

#include <assay/core/check.hpp>
#include <assay/core/sample.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay {

enum class OutcomeKind : std::uint8_t { scored, unscored, endpoint_error, judge_error, skipped };

[[nodiscard]] std::string_view name(OutcomeKind kind);
[[nodiscard]] OutcomeKind kind_of(const Outcome& outcome);

/// One planned sample. Rows are sorted by (case, sample).
struct SampleRow {
  std::uint32_t case_index = 0;  ///< into SuiteEvidence::cases
  OutcomeKind outcome = OutcomeKind::skipped;
  bool pass = false;  ///< only where scored
};

struct CaseRow {
  std::uint32_t ordinal = 0;
  std::string id;
  std::string digest;
  std::string cluster;  ///< empty: a cluster of its own
  Tags tags;
};

/// One metric over the rows: `values[i]` belongs to row i and counts only where `known[i]` is 1. Elsewhere `known[i]`
/// is 2 where the check belongs to the case and could not tell, and 0 where there is no such check or no answer came.
struct Column {
  std::string metric;  ///< a check's metric, its `.pass`, `score`, `latency`, `ttft`, `itl`, `cost`, `input_tokens`, …
  Unit unit = Unit::share;
  Direction better = Direction::up;
  std::vector<double> values;
  std::vector<std::uint8_t> known;
};

/// planned = scored + unscored + errored + skipped, always. Counts samples.
struct Balance {
  std::uint64_t planned = 0;
  std::uint64_t scored = 0;
  std::uint64_t unscored = 0;
  std::uint64_t errored = 0;
  std::uint64_t skipped = 0;

  [[nodiscard]] bool holds() const { return planned == scored + unscored + errored + skipped; }
};

struct SuiteEvidence {
  std::string id;
  std::string kind = "golden";
  std::string digest;  ///< of the suite's cases and checks
  std::string prompt;  ///< digest of the messages
  std::string params;  ///< digest of the parameters
  std::optional<double> floor;
  std::vector<CaseRow> cases;
  std::vector<SampleRow> rows;
  std::vector<Column> columns;
  Balance balance;

  [[nodiscard]] const Column* column(std::string_view metric) const;
};

/// Calls and money of a run; what was not measured is absent.
struct CostTotals {
  std::uint64_t calls = 0;
  std::uint64_t attempts = 0;
  std::uint64_t cached = 0;
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::optional<double> usd;
};

/// Percentiles of a latency metric in milliseconds; absent where nothing was measured.
struct Percentiles {
  std::optional<double> p50;
  std::optional<double> p95;
  std::optional<double> p99;
};

struct RunTiming {
  double wall_s = 0;
  std::uint32_t concurrency = 0;
  Percentiles ttft_ms;
  Percentiles e2e_ms;
  Percentiles itl_ms;
};

/// Everything a verdict is made from.
struct RunEvidence {
  std::string run;
  std::string target;
  std::string model;
  std::vector<std::string> served_models;      ///< distinct, sorted; more than one within a run is an ERROR
  std::optional<std::string> expected_served;  ///< the target's `served_model`
  std::string candidate_digest;
  std::vector<std::pair<std::string, std::string>> meta;
  std::vector<std::pair<std::string, std::string>> where;  ///< narrowing by --where
  std::optional<std::uint64_t> limit;                      ///< narrowing by --limit
  std::optional<std::string> stopped;                      ///< why the run ended early (circuit breaker)
  std::uint64_t seed = 0;
  std::vector<SuiteEvidence> suites;
  CostTotals cost;
  RunTiming timing;
};

}  // namespace assay
