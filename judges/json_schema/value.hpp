#pragma once
/// JSON values as JSON Schema compares them: 1 and 1.0 are one number.

#include <assay/core/json.hpp>

#include <string>

namespace assay::judges::schema {

/// Equal exactly for equal values; not JSON. Linear in the value's size.
[[nodiscard]] std::string value_key(const Json& value);

/// True for a number without a fraction: 1, 1.0, 1e300.
[[nodiscard]] bool is_integral(const Json& number);

/// Exact for 64-bit integers and doubles, also mixed.
[[nodiscard]] bool less(const Json& a, const Json& b);

/// Decimal arithmetic on the shortest decimal text of each number, so that 0.0075 is a multiple of 0.0001.
/// `divisor` is above 0.
[[nodiscard]] bool is_multiple(const Json& number, const Json& divisor);

}  // namespace assay::judges::schema
