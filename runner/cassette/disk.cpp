#include "runner/cassette/disk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace assay::cassette {
namespace {

constexpr std::size_t kBuffer = 1U << 20U;
constexpr std::string_view kEnding = ".tmp";

std::string reason(int code) {
  return std::generic_category().message(code);
}

Error unreadable(const std::string& name, std::string_view why) {
  return {ErrorKind::invalid, fmt::format("{} cannot be read ({})", name, why), "check the path and its permissions"};
}

/// Some file systems cannot sync a folder; the rename itself is done by then.
void sync_folder(const std::filesystem::path& folder) {
  const Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open.get() >= 0) (void)::fsync(open.get());
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : ".";
}

}  // namespace

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

bool Descriptor::close() {
  return number_ < 0 || ::close(std::exchange(number_, -1)) == 0;
}

Result<InFile> InFile::open(const std::filesystem::path& path) {
  InFile file;
  file.name_ = path.string();
  file.descriptor_ = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.descriptor_.get() < 0 && errno == ENOENT) {
    return Error{ErrorKind::not_found, fmt::format("there is no cassette {}", file.name_),
                 "check the path, or record one with --record " + file.name_};
  }
  if (file.descriptor_.get() < 0) return unreadable(file.name_, reason(errno));
  struct stat status{};
  if (::fstat(file.descriptor_.get(), &status) != 0) return unreadable(file.name_, reason(errno));
  if (!S_ISREG(status.st_mode)) return unreadable(file.name_, "it is no regular file");
  file.size_ = static_cast<std::uint64_t>(status.st_size);
  return file;
}

Result<std::size_t> InFile::read(std::uint64_t offset, std::span<char> into) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count =
        ::pread(descriptor_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return unreadable(name_, reason(errno));
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Result<std::string> InFile::bytes(std::uint64_t offset, std::size_t length) const {
  std::string text(length, '\0');
  const auto got = read(offset, text);
  if (!got) return got.error();
  if (*got != length) return unreadable(name_, "it has become shorter since it was opened");
  return text;
}

Result<TemporaryFile> TemporaryFile::create(const std::filesystem::path& target) {
  TemporaryFile file;
  file.target_ = target;
  std::error_code code;
  std::filesystem::create_directories(folder_of(target), code);
  if (code) return file.failed(code.value());
  if (std::filesystem::is_directory(target, code)) return file.failed(EISDIR);
  std::string name = target.string() + ".XXXXXX" + std::string(kEnding);
  file.descriptor_ = Descriptor(::mkostemps(name.data(), static_cast<int>(kEnding.size()), O_CLOEXEC));
  if (file.descriptor_.get() < 0) return file.failed(errno);
  file.name_ = std::move(name);
  return file;
}

TemporaryFile::~TemporaryFile() {
  hide();
}

void TemporaryFile::hide() {
  if (!name_.empty()) ::unlink(name_.c_str());
  name_.clear();
}

Error TemporaryFile::failed(int code) {
  broken_ = true;
  error_ = {ErrorKind::store, fmt::format("{} cannot be written ({})", target_.string(), reason(code)),
            "check the permissions of the folder and the space on its disk, or name another file"};
  return error_;
}

Result<void> TemporaryFile::append(std::string_view bytes) {
  if (broken_) return error_;
  size_ += bytes.size();
  buffer_ += bytes;
  return buffer_.size() < kBuffer ? Result<void>() : flush();
}

Result<void> TemporaryFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t count = ::write(descriptor_.get(), rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed(count < 0 ? errno : EIO);
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  buffer_.clear();
  if (buffer_.capacity() > 4 * kBuffer) buffer_.shrink_to_fit();  // one huge line is no reason to keep its size
  return {};
}

Result<void> TemporaryFile::read(std::uint64_t offset, std::span<char> into) {
  if (broken_) return error_;
  if (auto done = flush(); !done) return done;
  std::size_t at = 0;
  while (at < into.size()) {
    const ssize_t count =
        ::pread(descriptor_.get(), into.data() + at, into.size() - at, static_cast<off_t>(offset + at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed(count < 0 ? errno : EIO);
    at += static_cast<std::size_t>(count);
  }
  return {};
}

Result<void> TemporaryFile::rename() {
  if (broken_) return error_;
  if (auto done = flush(); !done) return done;
  if (::fchmod(descriptor_.get(), 0644) != 0 || ::fsync(descriptor_.get()) != 0) return failed(errno);
  if (!descriptor_.close()) return failed(errno);
  if (::rename(name_.c_str(), target_.c_str()) != 0) return failed(errno);
  name_.clear();
  sync_folder(folder_of(target_));
  return {};
}

}  // namespace assay::cassette
