#include <assay/reports/file.hpp>
#include <assay/reports/terminal.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace assay::reports {
namespace {

Error failed(const std::filesystem::path& path, std::string_view what) {
  return {ErrorKind::store,
          fmt::format("{} cannot be {} ({})", path.string(), what, std::generic_category().message(errno)),
          "check the permissions of the folder and the space on its disk; --out names another"};
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Some file systems cannot sync a folder; the rename itself is done by then.
void sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  (void)::fsync(descriptor);
  ::close(descriptor);
}

Result<void> replace_file(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::string temporary = path.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return failed(path, "written");
  bool good = write_all(descriptor, bytes) && ::fchmod(descriptor, 0644) == 0 && ::fsync(descriptor) == 0;
  good = ::close(descriptor) == 0 && good;
  if (!good || ::rename(temporary.c_str(), path.c_str()) != 0) {
    Error error = failed(path, "written");
    ::unlink(temporary.c_str());
    return error;
  }
  sync_folder(folder);
  return {};
}

/// To a pipe or a device, which cannot be replaced.
Result<void> write_through(const std::filesystem::path& path, std::string_view bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return failed(path, "written");
  const bool good = write_all(descriptor, bytes);
  return ::close(descriptor) == 0 && good ? Result<void>() : failed(path, "written");
}

}  // namespace

Result<void> write_whole(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) return write_through(path, bytes);
  code.clear();
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), code);
  if (code) {
    errno = code.value();
    return failed(path.parent_path(), "made");
  }
  return replace_file(path, bytes);
}

Result<void> write_verdict(const std::filesystem::path& path, const Verdict& verdict) {
  return write_whole(path, indented_json(verdict_json(verdict)));
}

}  // namespace assay::reports
