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

/// What compiling a check may look at.
struct CompileEnv {
  std::string base_dir;      ///< paths in options are relative to it
  bool has_price = false;    ///< the target has a price
  bool target_known = true;  ///< false while validating a suite alone: what depends on the target is not refused
};

/// One row of the table.
struct CheckKind {
  std::string_view name;
  std::string_view doc;  ///< one paragraph: definition, range, edge cases
  Unit unit = Unit::share;
  Direction better = Direction::up;
  /// JSON Schema of the options mapping's own keys (`as`, `required`, … are added by the table).
  Json (*options)();
  /// Schema of the short form (`name: argument`), null if there is none.
  Json (*short_form)();
  /// Compiles the options. Returns nothing after reporting into the reader's diagnostics.
  std::optional<CompiledCheck> (*make)(const text::Node& argument, const CompileEnv& env, Diagnostics& diagnostics);
};

/// All checks, in the order of the documentation.
[[nodiscard]] std::span<const CheckKind> check_table();

/// Compiles `name: argument` with the generic options `as`, `threshold`, `weight`, `required`. Unknown names get
/// did-you-mean; names of checks that come later are refused by name. Returns nothing after reporting.
[[nodiscard]] std::shared_ptr<const CompiledCheck> compile(const std::string& name, const text::Node& argument,
                                                           const Place& at, const CompileEnv& env,
                                                           Diagnostics& diagnostics);

/// JSON Schema of one row's argument: short form and options, with the generic keys.
[[nodiscard]] Json argument_schema(const CheckKind& kind);

}  // namespace assay::judges
