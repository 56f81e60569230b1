#include "runner/store/run_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace assay::store {
namespace {

/// False if the file was deleted, or replaced, between our opening and our locking it.
bool still_there(int descriptor, const std::filesystem::path& file) {
  struct stat ours{};
  struct stat named{};
  return fstat(descriptor, &ours) == 0 && stat(file.c_str(), &named) == 0 && ours.st_ino == named.st_ino &&
         ours.st_dev == named.st_dev;
}

/// One history, one name: a link to it must not be a way around the lock.
std::filesystem::path real_name(const std::filesystem::path& store) {
  std::error_code failed;
  auto real = std::filesystem::canonical(store, failed);
  return failed ? store : real;
}

}  // namespace

Result<RunLock> RunLock::take(const std::filesystem::path& store, std::int64_t run) {
  const std::filesystem::path file = fmt::format("{}.run-{}.lock", real_name(store).string(), run);
  for (;;) {
    const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) {
      return Error{ErrorKind::store,
                   fmt::format("{} cannot be made ({})", file.string(), std::generic_category().message(errno)),
                   "check the permissions of the folder"};
    }
    RunLock lock(descriptor, file);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      const int code = errno;
      ::close(std::exchange(lock.descriptor_, -1));
      if (code == EWOULDBLOCK) return Error{ErrorKind::usage, "the run is being executed by a live process"};
      return Error{ErrorKind::store,
                   fmt::format("{} cannot be locked ({})", file.string(), std::generic_category().message(code))};
    }
    if (still_there(descriptor, file)) return lock;
    ::close(std::exchange(lock.descriptor_, -1));
  }
}

RunLock::RunLock(RunLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), file_(std::move(other.file_)) {}

RunLock& RunLock::operator=(RunLock&& other) noexcept {
  if (this == &other) return *this;
  release();
  descriptor_ = std::exchange(other.descriptor_, -1);
  file_ = std::move(other.file_);
  return *this;
}

void RunLock::release() {
  if (descriptor_ < 0) return;
  ::unlink(file_.c_str());  // before the lock goes, so that nobody holds one on a deleted file
  ::close(std::exchange(descriptor_, -1));
}

}  // namespace assay::store
