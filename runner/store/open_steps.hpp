#pragma once
/// The calls of samples that did not finish yet: their places, and what an earlier process recorded of them.

#include "runner/store/sqlite.hpp"

#include <assay/core/sample.hpp>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::store {

class OpenSteps {
 public:
  /// Where a call is recorded.
  struct Place {
    std::uint32_t seq = 0;
    bool replaces = false;  ///< what an earlier process recorded there
  };

  /// Takes in what an earlier process recorded.
  void add(const UnitId& unit, std::uint32_t seq, Step step);

  /// What an earlier process recorded of a call and this one has not replaced; nullptr if nothing.
  [[nodiscard]] const Step* find(const UnitId& unit, std::string_view call) const;
  /// The place of a call that is about to be recorded: the one it has, else the next. Ends what `find` gave.
  [[nodiscard]] Place place(const UnitId& unit, std::string_view call);
  /// The sample has finished: lets go of its steps.
  void close(const UnitId& unit) { units_.erase(unit); }
  /// Samples that are not closed.
  [[nodiscard]] std::size_t size() const { return units_.size(); }

 private:
  struct Earlier {
    std::string call;
    std::uint32_t seq = 0;
    std::optional<Step> step;  // until it is replaced
  };
  struct Unit {
    std::uint32_t next = 0;
    std::vector<Earlier> earlier;
  };
  struct Hash {
    std::size_t operator()(const UnitId& unit) const;
  };
  boost::unordered_flat_map<UnitId, Unit, Hash> units_;
};

/// Marks an unfinished run as running and forgets the samples that are to be run again; their calls stay. `failed`: the
/// run ended by itself, and why stands in `stopped`. Within the caller's transaction. Errors: `store`.
[[nodiscard]] Result<void> reopen_run(Database& database, std::int64_t run, bool failed);

/// The steps of a run's samples that did not finish. Errors: `store`.
[[nodiscard]] Result<OpenSteps> load_open_steps(Database& database, std::int64_t run);

}  // namespace assay::store
