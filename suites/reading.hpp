#pragma once
/// What the parts of a suite file are read with. Every function reports into `Diagnostics` and goes on.

#include <assay/suites/suite.hpp>
#include <assay/text/reader.hpp>

#include <functional>

namespace assay::suites {

/// Demands `version: 1`.
void read_version(text::MapReader& reader);

/// True for the names of suites and prompts: letters, digits, `.`, `_`, `-`, at most 128.
[[nodiscard]] bool is_name(std::string_view text);

/// Why `id` cannot be a case's id (empty, too long, control characters); nothing if it can.
[[nodiscard]] std::optional<std::string> case_id_fault(std::string_view id);

/// A path as the file `from` names it.
[[nodiscard]] std::filesystem::path resolve(const std::filesystem::path& from, std::string_view named);

/// The items of a list of scalars, or the scalar itself, with their places.
[[nodiscard]] std::vector<const text::Node*> scalars(const text::Node& node, std::string_view what,
                                                     Diagnostics& diagnostics);

/// What `use` may name. `complete` is false where an included file has faults: then an unknown name is not one more.
struct Uses {
  const SharedChecks& shared;
  bool complete = true;
};

/// Reads a list of checks, with `use` replaced by what it names.
[[nodiscard]] std::vector<CheckSpec> read_checks(const text::Node& list, const Uses& uses, Diagnostics& diagnostics);

/// Reads the files that `include` names, and those that they include.
[[nodiscard]] SharedChecks read_includes(const text::Node& include, const std::filesystem::path& file,
                                         Diagnostics& diagnostics);

/// Reads `messages`: a list, or `{file: …}` relative to `file`.
[[nodiscard]] std::vector<MessageTemplate> read_messages(const text::Node& node, const std::filesystem::path& file,
                                                         Diagnostics& diagnostics);

/// Reads the inline cases; `has_defaults` says that the suite has checks for every case.
[[nodiscard]] std::vector<Case> read_cases(const text::Node& list, const Uses& uses, bool has_defaults,
                                           Diagnostics& diagnostics);

/// Reads `dataset` and looks whether its file can be opened.
[[nodiscard]] std::optional<DatasetSpec> read_dataset(const text::Node& node, const std::filesystem::path& file,
                                                      Diagnostics& diagnostics);

}  // namespace assay::suites
