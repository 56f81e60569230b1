#pragma once
/// A file that an option names.

#include <assay/judges/checks.hpp>

#include <filesystem>

namespace assay::judges {

/// The path, relative to the file that names it; to `env.base_dir` where there is none there.
[[nodiscard]] std::filesystem::path resolve_option_file(const text::Node& name, const CompileEnv& env);

}  // namespace assay::judges
