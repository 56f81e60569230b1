#pragma once
/// Who made a model, as far as its name tells: judges tend to prefer answers of their own kind.

#include <string_view>

namespace assay::gate {

/// `OpenAI` for `gpt-4o`, `openai/gpt-5-mini` or `ft:gpt-4o:acme`; empty for a name that tells nothing. A family's name
/// counts at the start of any word of the model's name; where there are several, the first.
[[nodiscard]] std::string_view vendor_of(std::string_view model);

}  // namespace assay::gate
