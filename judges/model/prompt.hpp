#pragma once
/// The prompts that judges are asked with: versioned files of ours, built into the binary.

#include <assay/core/json.hpp>
#include <assay/core/transcript.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace assay::judges {

/// The text of `prompts/NAME.txt`. Terminates the program for a name that is not there: a bug, found by any test.
[[nodiscard]] std::string_view prompt_text(std::string_view name);

/// The messages of a prompt file over `vars` (an object): a line `[system]` or `[user]` starts a message, what follows
/// is a template (`{{criteria}}`, `{{#claims}}…{{/claims}}`). Values are never expanded again. Errors: `internal` for a
/// variable that the prompt names and nobody gave.
[[nodiscard]] Result<std::vector<Message>> render_prompt(std::string_view name, const Json& vars);

}  // namespace assay::judges
