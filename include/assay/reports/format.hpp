#pragma once
/// Numbers as a person reads them.

#include <assay/core/check.hpp>
#include <assay/core/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace assay::reports {

/// How text goes to a terminal.
struct Style {
  bool color = false;
  int width = 100;  ///< columns
};

/// A number with its unit for a person: `83.1 %`, `1.42 s`, `$0.0031`. A share that is not whole is never shown as 0 or
/// 100 %; `–` for what is not finite.
[[nodiscard]] std::string show_value(double value, Unit unit);

/// `[80.2 %, 85.7 %]`; `–` for none.
[[nodiscard]] std::string show_interval(const std::optional<std::pair<double, double>>& interval, Unit unit);

/// `420 µs`, `320 ms`, `1.42 s`, `2 min 5 s`, `1 h 3 min`.
[[nodiscard]] std::string show_duration(Duration duration);

/// `1,319`.
[[nodiscard]] std::string show_count(std::uint64_t count);

/// `950`, `12.3k`, `4.5M`, `1.2G`: for a line that changes.
[[nodiscard]] std::string show_short(std::uint64_t count);

}  // namespace assay::reports
