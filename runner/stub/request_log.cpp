#include <assay/stub/stub.hpp>
#include <assay/text/utf8.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace assay::stub {

Result<std::shared_ptr<RequestLog>> RequestLog::open(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) {
    return Error{ErrorKind::usage,
                 "cannot write the log " + text::in_quotes(file.string()) + ": " + std::strerror(errno),
                 "name a file in a folder that exists and may be written"};
  }
  return std::shared_ptr<RequestLog>(new RequestLog(descriptor));
}

RequestLog::~RequestLog() {
  ::close(descriptor_);
}

void RequestLog::write(std::string_view line) {
  ssize_t written = -1;
  do {
    written = ::write(descriptor_, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  if (written != static_cast<ssize_t>(line.size())) ++lost_;
}

}  // namespace assay::stub
