#include "datasets/source.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace assay::datasets {

namespace {

constexpr std::size_t kBlock = 256u << 10;

Error unreadable(const std::string& name, std::string why, std::string hint) {
  return Error{ErrorKind::invalid, fmt::format("cannot read the data set: {}", why), std::move(hint),
               Place{name, 0, 0}};
}

// UTF-16 and UTF-32 text shows by its mark or by the zero bytes of its first letters.
bool is_wide(std::string_view head) {
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) return true;
  return head.substr(0, 4).find('\0') != std::string_view::npos;
}

}  // namespace

Result<Source> Source::open(const std::filesystem::path& path) {
  Source source;
  source.name_ = path.string();
  std::error_code ec;
  const auto status = std::filesystem::status(path, ec);
  if (!std::filesystem::exists(status)) {
    return unreadable(source.name_, "there is no such file",
                      "check the path; it is relative to the file that names it");
  }
  if (!std::filesystem::is_regular_file(status)) {
    return unreadable(source.name_, "it is not a regular file", "name a file; a data set is read twice");
  }
  source.file_.reset(std::fopen(source.name_.c_str(), "rbe"));
  if (!source.file_) {
    return unreadable(source.name_, std::generic_category().message(errno), "check the permissions of the file");
  }
  std::setvbuf(source.file_.get(), nullptr, _IONBF, 0);
  const auto filled = source.fill();
  if (!filled) return filled.error();
  if (is_wide(source.window())) return text::not_utf8(source.window(), source.place(1, 1));
  if (source.window().starts_with("\xEF\xBB\xBF")) source.consume(3);
  return source;
}

Result<bool> Source::fill() {
  if (at_end_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < kBlock) buffer_.resize(std::max(end_ + kBlock, buffer_.size() * 2));
  const auto got = std::fread(buffer_.data() + end_, 1, kBlock, file_.get());
  if (got == 0) {
    at_end_ = true;
    if (std::ferror(file_.get()) != 0) {
      return unreadable(name_, std::generic_category().message(errno), "check the disk, then try again");
    }
    return false;
  }
  hash_.update({buffer_.data() + end_, got});
  end_ += got;
  return true;
}

DigestBytes Source::digest() {
  while (!at_end_) {
    begin_ = end_;
    if (const auto more = fill(); !more || !*more) break;
  }
  if (!hashed_) digest_ = hash_.finish();
  hashed_ = true;
  return digest_;
}

Error too_long(const Place& at, std::size_t limit, std::string hint) {
  const auto size = limit % (1u << 20) == 0 ? fmt::format("{} MiB", limit >> 20) : fmt::format("{} bytes", limit);
  return Error{ErrorKind::invalid, fmt::format("a record is longer than {}", size), std::move(hint), at};
}

Place advance(Place start, std::string_view text) {
  for (const char c : text) {
    if (c == '\n') {
      ++start.line;
      start.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0u) != 0x80u) {
      ++start.column;
    }
  }
  return start;
}

}  // namespace assay::datasets
