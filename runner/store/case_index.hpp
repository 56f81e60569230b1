#pragma once
/// Cases by their id: histories keep them by number only.

#include "runner/store/sqlite.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace assay::store {

struct CasePlace {
  std::uint32_t suite = 0;
  std::uint32_t ordinal = 0;
};

/// The cases of one run, as they were when it was read: 16 bytes for each.
class CaseIndex {
 public:
  [[nodiscard]] static Result<CaseIndex> read(Database& database, std::int64_t run);
  /// In plan order; one in each suite that has such a case. Errors: `store`.
  [[nodiscard]] Result<std::vector<CasePlace>> find(Database& database, std::string_view id) const;
  [[nodiscard]] std::int64_t run() const { return run_; }
  /// No case can come to the run any more.
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  struct Entry {
    std::uint64_t mark = 0;
    CasePlace place;
  };
  explicit CaseIndex(std::int64_t run) : run_(run) {}

  std::int64_t run_;
  bool complete_ = false;
  std::vector<Entry> entries_;
};

}  // namespace assay::store
