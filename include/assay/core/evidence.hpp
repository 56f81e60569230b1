#pragma once
/// What a decision is made of: columns of numbers, in case order. Whoever collected them.

#include <assay/core/check.hpp>
#include <assay/core/sample.hpp>
#include <assay/core/texts.hpp>
#include <assay/core/time.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace assay {

enum class OutcomeKind : std::uint8_t { scored, unscored, endpoint_error, judge_error, skipped };

[[nodiscard]] std::string_view name(OutcomeKind kind);
[[nodiscard]] OutcomeKind kind_of(const Outcome& outcome);

/// One planned sample. Rows are sorted by (case, sample).
struct SampleRow {
  std::uint32_t case_index = 0;  ///< into SuiteEvidence::cases
  OutcomeKind outcome = OutcomeKind::skipped;
  bool pass = false;              ///< only where scored
  bool computed_failure = false;  ///< failed a required check that no judge feeds; known where scores are read
};

/// One case, as `CaseTable` shows it; valid until the table changes.
struct CaseView {
  std::uint32_t ordinal = 0;
  std::string_view id;
  std::string digest;        ///< `sha256:…`; empty where digests were not asked for
  std::string_view cluster;  ///< empty: a cluster of its own
  const Tags& tags;
};

/// The cases of a suite, in order. A million of them with ids of ten bytes take some 20 MB: ids lie in one piece,
/// clusters and tag sets are kept once. Digests, where they are given, take 33 bytes each.
class CaseTable {
 public:
  void add(std::uint32_t ordinal, std::string_view id, std::string_view digest, std::string_view cluster,
           const Tags& tags);
  /// With a number that `number_of` gave: quicker, where tags repeat.
  void add_numbered(std::uint32_t ordinal, std::string_view id, std::string_view digest, std::string_view cluster,
                    std::uint32_t tags);
  /// The number of a tag set, which is kept if it is new.
  std::uint32_t number_of(const Tags& tags);

  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] CaseView operator[](std::size_t at) const;
  [[nodiscard]] std::string_view id(std::size_t at) const { return ids_[at]; }
  /// Equal keys mean equal digests, and cost less to compare; empty where there is none.
  [[nodiscard]] std::string_view digest_key(std::size_t at) const;
  [[nodiscard]] std::uint32_t ordinal(std::size_t at) const;
  /// Equal numbers mean equal clusters; 0 is the empty one. Below `clusters()`.
  [[nodiscard]] std::uint32_t cluster_number(std::size_t at) const;
  [[nodiscard]] std::size_t clusters() const { return clusters_.size() + 1; }
  /// Equal numbers mean equal tag sets; it is the set's place in `tag_sets`.
  [[nodiscard]] std::uint32_t tags_number(std::size_t at) const;
  [[nodiscard]] const std::vector<Tags>& tag_sets() const { return tag_sets_; }

 private:
  Texts ids_;
  Texts digests_;                          // as packed; empty while all are
  std::string packed_;                     // room for the one that is added
  std::vector<std::uint32_t> ordinals_;    // empty while each is its place
  std::vector<std::uint32_t> cluster_of_;  // empty while all are 0
  std::vector<std::uint32_t> tag_set_of_;  // likewise
  DistinctTexts clusters_;
  std::vector<Tags> tag_sets_;
  std::unordered_multimap<std::size_t, std::uint32_t> by_hash_;  // of a tag set: its number
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

/// A metric that a judge feeds.
struct JudgedMetric {
  std::string metric;
  bool required = true;
  JudgeUse use;
  std::string model;  ///< of the judge
};

/// What people and the judge say of one answer of the run.
struct Overlap {
  std::string metric;
  bool people = false;  ///< their majority
  bool judge = false;
};

struct SuiteEvidence {
  std::string id;
  std::string kind = "golden";
  std::string digest;  ///< of the suite's cases and checks
  std::string prompt;  ///< digest of the messages
  std::string params;  ///< digest of the parameters
  std::optional<double> floor;
  std::map<std::string, std::string> owners;  ///< role → team
  CaseTable cases;
  std::vector<SampleRow> rows;
  std::vector<Column> columns;
  std::vector<JudgedMetric> judged;
  std::vector<Overlap> overlaps;  ///< of answers that people labelled
  Balance balance;

  [[nodiscard]] const Column* column(std::string_view metric) const;
};

/// Calls and money of a run; what was not measured is absent.
struct CostTotals {
  std::uint64_t calls = 0;
  std::uint64_t attempts = 0;
  std::uint64_t cached = 0;         ///< of the calls: taken from a cassette, not paid for
  std::uint64_t input_tokens = 0;   ///< paid for, warm-up included
  std::uint64_t output_tokens = 0;  ///< likewise
  std::optional<double> usd;        ///< likewise; absent where the cost of an answer is not known
  double least_usd = 0;             ///< what the others cost: `usd`, or less
  std::uint64_t uncounted = 0;      ///< answers, paid for, whose tokens the endpoint did not count
};

/// Percentiles of a latency metric in milliseconds; absent where nothing was measured.
struct Percentiles {
  std::optional<double> p50;
  std::optional<double> p95;
  std::optional<double> p99;
};

struct RunTiming {
  double wall_s = 0;
  std::uint32_t concurrency = 0;  ///< as set; with `auto` the mean number of attempts in flight
  std::uint64_t retried = 0;      ///< scored samples that took more than one attempt; percentiles leave none out
  Percentiles e2e_retried_ms;     ///< of those alone, last attempts
  Percentiles ttft_ms;
  Percentiles e2e_ms;
  Percentiles itl_ms;
};

/// Where a policy's looks ended a run. It has all samples of the cases whose `position` is below `fraction`, and
/// those of zero-tolerance gates.
struct StopPoint {
  std::uint32_t look = 0;   ///< from 1; of the cases
  std::uint32_t round = 0;  ///< of repeats after the last look; 0: none
  double fraction = 1;      ///< of the cases
  std::uint64_t saved = 0;  ///< samples of the plan that were not run
};

/// Where a case stands in the order of a run with looks: 0…1, evenly spread, the same on every machine.
[[nodiscard]] double position(std::uint64_t seed, std::string_view suite, std::string_view case_id);

/// Everything a verdict is made from.
struct RunEvidence {
  std::string run;
  std::string origin;  ///< of `assay score`: the run whose answers were scored
  WallTime started;
  std::string target;
  std::string model;
  std::vector<std::string> served_models;      ///< distinct, sorted; more than one within a run is an ERROR
  std::optional<std::string> expected_served;  ///< the target's `served_model`
  std::string candidate_digest;
  std::vector<std::pair<std::string, std::string>> meta;
  std::vector<std::pair<std::string, std::string>> where;  ///< narrowing by --where
  std::optional<std::uint64_t> limit;                      ///< narrowing by --limit
  std::optional<std::string> stopped;                      ///< why the run ended early (circuit breaker): an ERROR
  std::optional<std::string> spent;                        ///< which budget ended the run early: INCONCLUSIVE
  std::optional<StopPoint> stop;                           ///< by looks: what it left out was not needed
  std::uint64_t replayed = 0;                              ///< samples with an answer from a cassette
  std::optional<WallTime> oldest_replayed;
  std::uint64_t seed = 0;
  std::uint64_t edited = 0;  ///< scores that a person changed
  std::vector<SuiteEvidence> suites;
  CostTotals cost;
  RunTiming timing;

  /// The suite of an id; nullptr where the run has none.
  [[nodiscard]] const SuiteEvidence* suite(std::string_view id) const;
};

}  // namespace assay
