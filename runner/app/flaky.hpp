#pragma once
/// Which cases of a suite cannot be relied on, how the suite's pass rate went, and what of it is the judges' doing.

#include "runner/app/console.hpp"

#include <assay/reports/flaky.hpp>
#include <assay/store/store.hpp>

#include <cstdint>
#include <string>

namespace assay::app {

/// Over the newest `runs` finished runs of the suite. Errors: `not_found` where the history has none; `store`.
[[nodiscard]] Result<reports::FlakyView> flakiness(store::Store& store, const std::string& suite, std::uint64_t runs);

}  // namespace assay::app
