#pragma once
/// Cases as they were given to the target.

#include "runner/store/bodies.hpp"
#include "runner/store/sqlite.hpp"

#include <assay/core/sample.hpp>

#include <string>
#include <vector>

namespace assay::store {

struct StoredCase {
  std::string suite;  ///< its id
  std::string id;
  std::string digest;
  Tags tags;
  Json vars;
  std::vector<Message> messages;
};

/// Reads one case of a run after another.
class CaseReader {
 public:
  [[nodiscard]] static Result<CaseReader> make(Database& database, std::int64_t run);
  /// Errors: `store`, also for a case that is not there.
  [[nodiscard]] Result<StoredCase> read(std::uint32_t suite, std::uint32_t ordinal);

 private:
  CaseReader(Database& database, std::int64_t run) : run_(run), bodies_(database) {}
  Result<StoredCase> read_row();

  std::int64_t run_;
  Unpacker bodies_;
  Statement query_;
};

}  // namespace assay::store
