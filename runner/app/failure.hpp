#pragma once
/// Why a stored sample did not pass, in one sentence.

#include <assay/store/store.hpp>

#include <string>

namespace assay::app {

/// True unless the sample was scored and passed.
[[nodiscard]] bool failed(const store::StoredSample& sample);

/// The error with its hint, why it is unscored or skipped, or the first required check that failed; empty for a pass.
[[nodiscard]] std::string failure_text(const store::StoredSample& sample);

}  // namespace assay::app
