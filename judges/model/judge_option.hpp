#pragma once
/// What the options of all judged checks have in common.

#include "judges/options.hpp"

#include <assay/core/check.hpp>
#include <assay/judges/checks.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace assay::judges {

/// The judge of a check: `judge: strict`, or the only one of its kind that is configured. Reports an unknown name (with
/// did-you-mean), one of the wrong kind, none configured, and several without a choice. Where judges are not known
/// (`validate` without a configuration) any name is taken. `env.other_judge` takes its place.
[[nodiscard]] std::optional<JudgeRef> read_judge(OptionReader& reader, const CompileEnv& env,
                                                 JudgeKind kind = JudgeKind::chat);

/// The use of `judge` with the prompts named and these options (as written, `judge` and the generic keys aside): the
/// prompt's digest changes where the prompt's text, the criteria, the scale or the pass mark change; with `threshold`,
/// `compile` enters that too.
[[nodiscard]] JudgeUse use_of(const JudgeRef& judge, std::initializer_list<std::string_view> prompts,
                              const text::Node& options);

/// Enters the use into the check: `judges`, and `content`, so that a case's digest covers its judges and prompts.
void set_judge(CompiledCheck& check, const JudgeUse& use);

/// JSON Schema of the option `judge`.
[[nodiscard]] Json judge_option_schema();

}  // namespace assay::judges
