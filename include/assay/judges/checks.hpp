#pragma once
/// The check table: every check is one row and one file. Pure functions only; no port, no clock.

#include <assay/core/check.hpp>
#include <assay/core/diagnostics.hpp>
#include <assay/text/node.hpp>
#include <assay/text/reader.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay::judges {

enum class JudgeKind { chat, embeddings };

/// A judge of the configuration, as far as a check needs to know it.
struct JudgeRef {
  std::string name;
  std::string digest;  ///< `JudgeUse::digest`
  JudgeKind kind = JudgeKind::chat;
  std::string model;  ///< as shown
};

/// Who is asked a second time before a judged failure counts: the judge named, else the check's own with its scale
/// reversed.
struct SecondOpinion {
  std::optional<std::string> judge;
  Place at;  ///< where it is asked for; faults of it are reported there
};

/// A second opinion's questions have names under this prefix: `confirm/grade`.
inline constexpr std::string_view kConfirmPrefix = "confirm/";

/// What compiling a check may look at.
struct CompileEnv {
  std::string base_dir;      ///< paths in options are relative to the file that names them; without one, to this
  bool has_price = false;    ///< the target has a price
  bool target_known = true;  ///< false while validating a suite alone: what depends on the target is not refused
  std::vector<JudgeRef> judges;
  bool judges_known = true;    ///< false while validating a suite without a configuration: any name will do
  bool gives_contexts = true;  ///< the target's replies may bring `Contexts`
  bool explain_pass = false;   ///< scores that pass carry a sentence too; `not` needs it of the check it turns round
  bool has_threshold = false;  ///< `threshold` decides over the check's score, not the check (set by `compile`)
  std::optional<SecondOpinion> confirm;    ///< of a check that asks a judge; of others it is ignored
  std::optional<std::string> other_judge;  ///< asked in place of the check's own (set by `compile`, for `confirm`)
  bool reversed = false;                   ///< scales are listed from the other end (likewise)
};

/// One row of the table.
struct CheckKind {
  std::string_view name;
  std::string_view doc;      ///< one paragraph: definition, range, edge cases
  std::string_view example;  ///< as in a suite: `latency: {max: 30s}`
  Unit unit = Unit::share;
  Direction better = Direction::up;
  /// The option that the short form (`name: argument`) stands for; "" if there is no short form.
  std::string_view short_key;
  /// JSON Schema of the options mapping: an object schema with its own keys (`as`, `required`, … are added by
  /// `argument_schema`).
  Json (*options)();
  /// Schema of the short form, null if there is none.
  Json (*short_form)();
  /// Compiles the options, a mapping without the generic keys. Returns nothing after reporting into `diagnostics`.
  std::optional<CompiledCheck> (*make)(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics);
  /// Tells a mapping of options from a mapping that is itself the short form; nullptr: every mapping is options.
  bool (*is_options)(const text::Node& argument) = nullptr;
};

/// All checks, in the order of the documentation.
[[nodiscard]] std::span<const CheckKind> check_table();

/// The row of a name; nullptr if there is none.
[[nodiscard]] const CheckKind* find_check(std::string_view name);

/// Compiles `name: argument` with the generic options `as`, `threshold`, `weight`, `required`. Unknown names get
/// did-you-mean; names of checks that come later are refused by name. Returns nothing after reporting.
///
/// With `env.confirm` a check that asks a judge asks a second time where it fails, by calls that no cache answers: it
/// fails if the second opinion fails too, with `"confirmed": true` in its details, and is unscored if that passes. A
/// named judge joins `judges`; `content` stays what it is without.
[[nodiscard]] std::shared_ptr<const CompiledCheck> compile(const std::string& name, const text::Node& argument,
                                                           const Place& at, const CompileEnv& env,
                                                           Diagnostics& diagnostics);

/// JSON Schema of one row's argument: short form and options, with the generic keys.
[[nodiscard]] Json argument_schema(const CheckKind& kind);

}  // namespace assay::judges
