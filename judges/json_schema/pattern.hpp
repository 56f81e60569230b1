#pragma once
/// ECMA 262 patterns on RE2, which runs in linear time.

#include <re2/re2.h>

#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace assay::judges::schema {

struct PatternFault {
  std::string message;
  std::string hint;
};

/// Translates what differs: `\s`, `.`, `\cX`, `\uXXXX`, `\u{…}`, `\0`, `[^]`, `[]`, `\p{Script=…}`, `(?<name>`.
/// Refused: look-around, back-references, escapes that ECMA does not have, repetitions beyond RE2's 1000.
[[nodiscard]] std::variant<std::shared_ptr<const RE2>, PatternFault> compile_pattern(std::string_view ecma);

}  // namespace assay::judges::schema
