#pragma once
/// Scores as the checks gave them, and as people changed them.

#include "runner/store/sqlite.hpp"

#include <assay/store/store.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace assay::store {

struct WeighedScore {
  StoredScore stored;
  Direction better = Direction::up;
  double weight = 1;
};

/// Reads the scores of one sample of a run after another, without edits.
class ScoreReader {
 public:
  [[nodiscard]] static Result<ScoreReader> make(Database& database, std::int64_t run);
  /// In the order of the checks. Errors: `store`.
  [[nodiscard]] Result<std::vector<WeighedScore>> read(const UnitId& unit);

 private:
  explicit ScoreReader(std::int64_t run) : run_(run) {}
  WeighedScore read_row();

  std::int64_t run_;
  Statement query_;
};

/// The newest edit of a score.
struct Edit {
  bool pass = false;
  std::optional<double> value;
  std::string by;
  std::string reason;
};
using Edits = std::map<std::string, Edit, std::less<>>;  // by metric

/// Reads what people changed of one sample after another.
class EditReader {
 public:
  [[nodiscard]] static Result<EditReader> make(Database& database, std::int64_t run);
  /// Errors: `store`.
  [[nodiscard]] Result<Edits> read(const UnitId& unit);

 private:
  explicit EditReader(std::int64_t run) : run_(run) {}

  std::int64_t run_;
  Statement query_;
};

/// Puts the edits in the scores' places.
void apply_edits(const Edits& edits, std::vector<WeighedScore>& scores);

}  // namespace assay::store
