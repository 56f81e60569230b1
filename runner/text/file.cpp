#include <assay/text/file.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace assay::text {

namespace {

Error unreadable(const std::filesystem::path& path, std::string_view why) {
  return Error{ErrorKind::invalid, fmt::format("cannot read {}: {}", in_quotes(path.string(), 200), why),
               "check the path (relative paths start at the file that names them) and its permissions",
               Place{path.string(), 0, 0}};
}

}  // namespace

Result<std::string> read_bytes(const std::filesystem::path& path, std::size_t max_bytes) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return unreadable(path, "it is a folder");
  errno = 0;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) return unreadable(path, std::generic_category().message(errno));
  std::string bytes;
  char buffer[1 << 16];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, file.get())) {
    if (bytes.size() + count > max_bytes) {
      return Error{ErrorKind::invalid, fmt::format("the file is longer than {} bytes", max_bytes),
                   "split it; many cases belong in a data set (.jsonl, .csv)", Place{path.string(), 0, 0}};
    }
    bytes.append(buffer, count);
  }
  if (std::ferror(file.get()) != 0) return unreadable(path, std::generic_category().message(errno));
  return bytes;
}

Result<std::string> read_text(const std::filesystem::path& path, std::size_t max_bytes) {
  auto bytes = read_bytes(path, max_bytes);
  if (!bytes) return bytes.error();
  if (const auto bad = find_invalid_utf8(*bytes)) return not_utf8(*bytes, place_at(*bytes, *bad, path.string()));
  return std::string(without_bom(*bytes));
}

}  // namespace assay::text
