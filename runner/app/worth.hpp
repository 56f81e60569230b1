#pragma once
/// From the scores of a calibration to what its judges are worth.

#include "runner/app/calibration.hpp"

#include <assay/reports/trust.hpp>
#include <assay/store/store.hpp>

#include <vector>

namespace assay::app {

/// One measurement for each check, judge and prompt, in the order in which the labels name them. Reads the run's
/// samples once. Errors: `store`.
[[nodiscard]] Result<std::vector<reports::TrustView>> measure_worth(store::Store& store, const store::RunHeader& run,
                                                                    const std::vector<CalibrationItem>& items,
                                                                    const std::vector<LabelledAnswer>& answers);

}  // namespace assay::app
