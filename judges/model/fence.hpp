#pragma once
/// Marks text that a judge must read as data: nothing inside can end the mark.

#include <initializer_list>
#include <string>
#include <string_view>

namespace assay::judges {

/// A word for the fence around `text`: 16 hex digits of a SHA-256 over `salt` (the prompt's digest) and the text. Who
/// writes the text cannot put the word into it, as each change changes the word; equal texts give equal words, so that
/// a replay finds its call. Source: docs/decisions/008-judges.md.
[[nodiscard]] std::string fence_word(std::string_view salt, std::string_view text);

/// `<answer 3f9a…>`, the text, `</answer 3f9a…>`, each on lines of their own.
[[nodiscard]] std::string fenced(std::string_view label, std::string_view salt, std::string_view text);

}  // namespace assay::judges
