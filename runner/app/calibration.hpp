#pragma once
/// What a calibration asks: labelled answers, and the same with planted verdicts, as units of a run of their own.

#include "runner/app/labels.hpp"
#include "runner/app/plan.hpp"

#include <assay/core/recall.hpp>
#include <assay/exec/runner.hpp>
#include <assay/store/store.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::app {

/// One answer to be judged.
struct CalibrationItem {
  std::shared_ptr<const PlannedCase> kase;  ///< with the checks to measure only
  Response answer;
  std::size_t labelled = 0;           ///< place in the list of labelled answers
  std::optional<std::string> attack;  ///< id of the verdict planted in it
};

/// What is to be measured.
struct CalibrationScope {
  std::optional<std::string> check;  ///< only this metric
  std::optional<std::uint64_t> limit;
  std::uint32_t repeats = 1;
  bool injection = true;
};

/// The items of a plan's only suite, in the order of the labels; planted ones behind them. Answers that a label names
/// by run are read from `store`, which may be nullptr. Reports labels that fit nothing: a suite or case that is not
/// there, a check that no judge feeds, an answer that is not stored.
[[nodiscard]] std::vector<CalibrationItem> make_items(const Plan& plan, const Candidate& candidate,
                                                      const std::vector<LabelledAnswer>& answers,
                                                      const CalibrationScope& scope, store::Store* store,
                                                      Diagnostics& diagnostics);

/// Unit (0, place of the item, repeat), but for those in `done`, which is sorted. `items` outlives it.
[[nodiscard]] std::unique_ptr<exec::UnitSource> make_item_source(const std::vector<CalibrationItem>& items,
                                                                 std::uint32_t repeats, std::vector<UnitId> done);

/// Gives each unit its item's answer. `items` outlives it.
[[nodiscard]] std::unique_ptr<Recall> make_item_recall(const std::vector<CalibrationItem>& items);

}  // namespace assay::app
