#pragma once
/// How an attacker writes a verdict so that a reader of bytes overlooks what a model reads.

#include <string>
#include <string_view>

namespace assay::judges {

/// `text` in a form: `json`, `upper`, `wide`, `spaced`, `lookalike`, `reversed`, `base64`, `tags` (attacks.yaml says
/// what each is), or `` for as it is. Terminates the program for another word: a bug in our own file, found by any
/// test.
[[nodiscard]] std::string in_form(std::string_view text, std::string_view form);

}  // namespace assay::judges
