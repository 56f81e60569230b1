#pragma once
/// The formats that are asserted.

#include <string>
#include <string_view>

namespace assay::judges::schema {

struct Format {
  std::string_view name;
  bool (*matches)(std::string_view text);
};

/// `date`, `time`, `date-time` (RFC 3339), `email` (RFC 5321, ASCII), `uuid` (RFC 4122), `uri` (RFC 3986, absolute),
/// `ipv4`, `ipv6` (RFC 4291, no zone). nullptr for any other name.
[[nodiscard]] const Format* find_format(std::string_view name);

/// `date, time, …`
[[nodiscard]] std::string format_names();

}  // namespace assay::judges::schema
