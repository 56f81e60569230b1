#pragma once
/// Scores, and the sentence that explains a failure.

#include <assay/core/check.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace assay::judges {

[[nodiscard]] Score passed(double value = 1);
[[nodiscard]] Score failed(std::string why, double value = 0);
/// Passed or failed with the sentence that says why, which a pass carries only where `explain_pass`.
[[nodiscard]] Score scored(double value, bool pass, std::string why, bool explain_pass);
[[nodiscard]] Score unscored(std::string why);
[[nodiscard]] Score broken(Error error);

/// The answer as an excerpt in quotes; where there is no text, what came instead: `nothing: the model refused`,
/// `nothing: the model called the tool 'search'`. Says when the answer was cut off at the token limit.
[[nodiscard]] std::string shown_answer(const CheckContext& context);
/// As above, around the byte offset `at` of the answer.
[[nodiscard]] std::string shown_answer(const CheckContext& context, std::size_t at);

/// A check that answers at once: `score` is the whole of it.
[[nodiscard]] CheckFn at_once(std::function<Score(const CheckContext&)> score);

}  // namespace assay::judges
