#pragma once
/// The rows of a run, from one history into another.

#include "runner/store/batch.hpp"
#include "runner/store/sqlite.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace assay::store {

/// Copies the rows of several runs into one run of `into`, within the caller's transaction: cases, calls, samples,
/// scores and what people made of them, and the history of limits. Bodies, dictionaries and checks get numbers of their
/// own there.
class RunCopy {
 public:
  RunCopy(Database& into, std::int64_t run) : into_(into), run_(run) {}

  /// Errors: `store`; `usage` if a case is there already.
  [[nodiscard]] Result<void> add(Database& from, std::int64_t run);

 private:
  struct Table;
  struct Source;
  Result<void> copy(const Source& source, const Table& table);
  Result<void> edit(const Source& source, const Table& table, const Statement& row, Statement& insert);
  Result<void> copy_checks(Source& source);
  Result<std::int64_t> coding(const Source& source, std::int64_t coding);
  Error why_refused(const Error& error, const Table& table, const Statement& row);

  Database& into_;
  const std::int64_t run_;
  std::vector<CheckKind> kinds_;
  std::map<std::pair<const Database*, std::int64_t>, std::int64_t> dictionaries_;
};

}  // namespace assay::store
