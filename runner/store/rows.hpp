#pragma once
/// How a batch becomes rows.

#include "runner/store/batch.hpp"
#include "runner/store/bodies.hpp"
#include "runner/store/sqlite.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay::store {

/// What calls cost, where that is known.
struct Prices {
  std::optional<Price> target;
  std::map<std::string, Price, std::less<>> judges;  ///< by name
};

/// The prepared statements of one run.
class BatchWriter {
 public:
  [[nodiscard]] static Result<BatchWriter> make(Database& database, std::int64_t run, Prices prices);
  /// All of it in one transaction. Errors: `store`; then nothing of it was written.
  [[nodiscard]] Result<void> write(const Batch& batch);

 private:
  BatchWriter(Database& database, std::int64_t run, Prices prices)
      : database_(&database), prices_(std::move(prices)), packer_(database, run) {}
  Result<void> prepare(std::int64_t run);
  Result<void> write_rows(const Batch& batch);
  Result<void> write_kind(const CheckKind& kind);
  Result<void> write_case(const CaseItem& item);
  Result<void> write_case_body(const CaseItem& item);
  Result<void> write_step(const Batch& batch, const StepItem& item);
  Result<void> forget_step(const StepItem& item);
  using Number = std::optional<std::int64_t>;
  Result<Number> write_question(const StepItem& item);
  Result<void> write_answered(const StepItem& item, const AnswerItem& answer, Number question);
  Result<void> write_failed(const StepItem& item, Number question);
  [[nodiscard]] std::optional<double> usd(const StepItem& item, const Usage& usage) const;
  Result<std::int64_t> write_body(const StepItem& item, const AnswerItem& answer);
  Result<void> write_attempts(const Batch& batch, const StepItem& item);
  Result<void> write_sample(const SampleItem& item);
  Result<void> write_scores(const Batch& batch);
  Result<void> write_plain_scores();
  Result<void> write_other_score(const UnitId& unit, std::size_t place, const ScoreItem& item);
  Result<void> write_details(const UnitId& unit, std::size_t place, const ScoreItem& item);
  Result<void> write_limit(const LimitItem& item);

  Database* database_;
  Prices prices_;
  Packer packer_;
  std::string scratch_;
  struct PlainScore {
    UnitId unit;
    std::size_t place = 0;
    const ScoreItem* item = nullptr;
  };
  std::vector<PlainScore> gathered_;
  Statement kind_;
  Statement case_body_;
  Statement case_;
  Statement step_body_;
  Statement question_body_;
  Statement answered_;
  Statement failed_;
  Statement forget_body_;
  Statement forget_question_;
  Statement forget_attempts_;
  Statement forget_step_;
  Statement attempt_;
  Statement scored_sample_;
  Statement sample_;
  Statement plain_score_;
  Statement plain_scores_;  // several at once
  Statement score_;
  Statement details_;
  Statement limit_;
};

}  // namespace assay::store
