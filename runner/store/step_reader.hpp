#pragma once
/// Calls as they were answered.

#include "runner/store/bodies.hpp"
#include "runner/store/sqlite.hpp"

#include <assay/core/sample.hpp>

#include <memory>
#include <vector>

namespace assay::store {

/// A step with its place in its sample.
struct PlacedStep {
  std::uint32_t seq = 0;
  Step step;
};

/// Reads the steps of one sample of a run after another.
class StepReader {
 public:
  enum class Of { all, target };
  [[nodiscard]] static Result<StepReader> make(Database& database, std::int64_t run, Of of = Of::all);
  /// In the order of their places, whole. Errors: `store`.
  [[nodiscard]] Result<std::vector<PlacedStep>> read(const UnitId& unit);

 private:
  StepReader(Database& database, std::int64_t run) : run_(run), bodies_(database) {}
  Result<PlacedStep> read_step(const UnitId& unit);
  Result<std::shared_ptr<const Question>> read_question();
  Result<Response> read_response();
  Result<Message> read_message(std::string_view raw);
  Result<void> read_attempts(const UnitId& unit, PlacedStep& to);

  std::int64_t run_;
  Unpacker bodies_;
  Statement steps_;
  Statement attempts_;
};

/// Kind, message and hint in three columns from `first`.
[[nodiscard]] Error error_at(const Statement& row, int first);

}  // namespace assay::store
