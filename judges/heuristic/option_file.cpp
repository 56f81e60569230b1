#include "judges/heuristic/option_file.hpp"

namespace assay::judges {

namespace fs = std::filesystem;

fs::path resolve_option_file(const text::Node& name, const CompileEnv& env) {
  const fs::path path(name.scalar);
  if (path.is_absolute()) return path;
  const std::string file = name.place().file;
  const fs::path beside = file.empty() ? fs::path() : fs::path(file).parent_path() / path;
  std::error_code ignored;
  return file.empty() || (!fs::exists(beside, ignored) && fs::exists(fs::path(env.base_dir) / path, ignored))
             ? fs::path(env.base_dir) / path
             : beside;
}

}  // namespace assay::judges
