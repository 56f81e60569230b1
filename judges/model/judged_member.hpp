#pragma once
/// A judged check inside a check that says who judges.

#include <assay/judges/checks.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace assay::judges {

/// Compiles `entry` (`{rubric: {…}}`, without a `judge`) for the judge that `judge` names, inside the check `outer`.
/// Nothing after reporting; what is in `diagnostics` already is not reported again.
[[nodiscard]] std::shared_ptr<const CompiledCheck> compile_judged_member(const text::Node& entry,
                                                                         const text::Node& judge,
                                                                         std::string_view outer, const CompileEnv& env,
                                                                         Diagnostics& diagnostics);

/// As above, for `env.other_judge`: what the outer check is as a second opinion, where one judge is all it takes.
[[nodiscard]] std::optional<CompiledCheck> compile_for_other_judge(const text::Node& entry, std::string_view outer,
                                                                   const CompileEnv& env, Diagnostics& diagnostics);

/// JSON Schema of such an entry.
[[nodiscard]] Json judged_member_schema();

}  // namespace assay::judges
