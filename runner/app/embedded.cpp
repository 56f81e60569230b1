#include "runner/app/embedded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

namespace assay::app {

namespace {

Result<void> write_file(const std::filesystem::path& file, std::string_view bytes) {
  std::error_code failed;
  std::filesystem::create_directories(file.parent_path(), failed);
  std::ofstream out(file, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (failed || !out) {
    return Error{
        ErrorKind::store, fmt::format("cannot write {}", file.string()), "choose a folder you may write to", {}};
  }
  return {};
}

}  // namespace

Result<void> write_embedded(std::span<const std::string_view> prefixes, std::string_view strip,
                            const std::filesystem::path& folder, bool keep) {
  for (const auto& embedded : embedded_files()) {
    const auto wanted = [&](std::string_view prefix) { return embedded.path.starts_with(prefix); };
    if (std::none_of(prefixes.begin(), prefixes.end(), wanted)) continue;
    auto path = embedded.path;
    if (path.starts_with(strip)) path.remove_prefix(strip.size());
    const auto file = folder / path;
    if (keep && std::filesystem::exists(file)) continue;
    if (const auto written = write_file(file, embedded.bytes); !written) return written;
  }
  return {};
}

}  // namespace assay::app
