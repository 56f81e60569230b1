#pragma once
/// Checks inside a check: their questions, their scores, and what they read.

#include <assay/core/check.hpp>
#include <assay/core/diagnostics.hpp>
#include <assay/text/node.hpp>

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

namespace assay::judges {

using Members = std::vector<std::shared_ptr<const CompiledCheck>>;

/// The answers whose names begin with `prefix`, without it.
[[nodiscard]] Answers answers_under(std::string_view prefix, const Answers& answers);

/// The step with its questions under `prefix`.
[[nodiscard]] CheckStep step_under(std::string_view prefix, CheckStep step);

/// A member's step. Its questions are asked, and answered, under its number: `0/grade`.
[[nodiscard]] CheckStep run_member(const Members& members, std::size_t member, const CheckContext& context,
                                   const Answers& answers);

/// The scores of all, or what some of them still ask.
[[nodiscard]] std::variant<std::vector<Score>, std::vector<Ask>> run_members(const Members& members,
                                                                             const CheckContext& context,
                                                                             const Answers& answers);

/// Reports keys that say what a check is to its case, within a check inside `outer`: there is no case there. False if
/// there was one.
[[nodiscard]] bool refuse_outer_keys(const text::Node& argument, std::string_view outer,
                                     std::initializer_list<std::string_view> keys, Diagnostics& diagnostics);

/// Enters what the members read and whom they ask into the check that holds them, and verifies it by them.
void set_members(CompiledCheck& check, const Members& members);

}  // namespace assay::judges
