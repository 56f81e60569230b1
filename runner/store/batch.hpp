#pragma once
/// What the loop hands to the writer thread, and how it becomes rows.

#include "runner/store/sqlite.hpp"

#include <assay/store/store.hpp>

namespace assay::store {

/// A check as scores refer to it: once a suite, not once a sample.
struct CheckKind {
  std::uint32_t suite = 0;
  std::uint32_t kind = 0;
  std::string name;
  std::string metric;
  bool required = true;
  Unit unit = Unit::share;
  Direction better = Direction::up;
};

struct CaseItem {
  UnitId unit;  ///< its sample does not count
  std::uint64_t row = 0;
  std::string id;
  std::string digest;
  std::string cluster;
  std::string tags;      ///< JSON
  std::string vars;      ///< JSON
  std::string messages;  ///< JSON
};

struct StepItem {
  UnitId unit;
  std::uint32_t seq = 0;  ///< within its sample
  Step step;
};

struct ScoreItem {
  std::uint32_t kind = 0;
  Score score;
};

/// The numbers of a sample that evidence is made of; absent where not measured.
struct SampleItem {
  UnitId unit;
  Outcome outcome;
  std::optional<Duration> latency;
  std::optional<Duration> ttft;
  std::optional<double> itl_s;  ///< mean gap
  std::optional<double> cost_usd;
  std::optional<std::int64_t> input_tokens;
  std::optional<std::int64_t> output_tokens;
  std::optional<std::int64_t> cached_tokens;
  std::vector<ScoreItem> scores;
};

/// Committed as one transaction.
struct Batch {
  std::vector<CheckKind> kinds;
  std::vector<CaseItem> cases;
  std::vector<StepItem> steps;
  std::vector<SampleItem> samples;
  std::size_t bytes = 0;

  [[nodiscard]] bool empty() const { return kinds.empty() && cases.empty() && steps.empty() && samples.empty(); }
  void clear();
};

/// The numbers of a finished sample, without its scores.
[[nodiscard]] SampleItem measure(const Sample& sample, const std::optional<Price>& price);

/// The prepared statements of one run.
class BatchWriter {
 public:
  [[nodiscard]] static Result<BatchWriter> make(Database& database, std::int64_t run, std::optional<Price> price);
  /// All of it in one transaction. Errors: `store`; then nothing of it was written.
  [[nodiscard]] Result<void> write(const Batch& batch);

 private:
  BatchWriter(Database& database, std::int64_t run, std::optional<Price> price)
      : database_(&database), run_(run), price_(price) {}
  Result<void> write_kind(const CheckKind& kind);
  Result<void> write_case(const CaseItem& item);
  Result<void> write_step(const StepItem& item);
  Result<std::int64_t> write_body(const Response& response);
  Result<void> write_attempts(const StepItem& item);
  Result<void> write_sample(const SampleItem& item);
  Result<void> write_score(const UnitId& unit, std::uint32_t place, const ScoreItem& item);

  Database* database_;
  std::int64_t run_;
  std::optional<Price> price_;
  Statement kind_;
  Statement case_body_;
  Statement case_;
  Statement step_body_;
  Statement step_;
  Statement attempt_;
  Statement sample_;
  Statement score_;
};

}  // namespace assay::store
