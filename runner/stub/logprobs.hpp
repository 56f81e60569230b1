#pragma once
/// The `logprobs` of an answer, as OpenAI writes them. Pure.

#include "runner/stub/script.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace assay::stub {

/// `{"content": […], "refusal": null}` for these pieces of the text, at most `top` alternatives each. Digits are tokens
/// of their own, as in a model's vocabulary: ` "score": 4}` is ` "score":`, ` 4`, `}`.
[[nodiscard]] std::string logprobs_json(std::span<const std::string_view> pieces, const LogprobSpec& spec,
                                        std::uint32_t top);

}  // namespace assay::stub
