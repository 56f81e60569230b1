#pragma once
/// The tables, as they came to be.

#include <span>

namespace assay::store {

/// The schema that the first entry of `migrations` makes; version 1 was never released.
inline constexpr int kFirstVersion = 2;

/// SQL, one entry for each version, to be applied in order.
[[nodiscard]] std::span<const char* const> migrations();

}  // namespace assay::store
