#pragma once
/// Which language a text is in, by the Compact Language Detector 2. Pure functions, thread-safe, linear in the text.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace assay::judges {

/// A language that can be told: ISO 639-1 code (`zh-Hant` for Chinese in traditional characters; 639-2 where there is
/// no shorter one) and English name.
struct Language {
  std::string_view code;
  std::string_view name;
};

/// All of them, by code.
[[nodiscard]] std::span<const Language> languages();

/// The language of a code in any case, also under its other names (`iw`, `nb`, `fil`, `zh-Hans`, `zh-TW`); nullptr if
/// it cannot be told.
[[nodiscard]] const Language* find_language(std::string_view code);

/// The language of the greater part of the text; nullptr where the detector is not sure: short texts, numbers, code.
[[nodiscard]] const Language* guess_language(std::string_view utf8);

}  // namespace assay::judges
