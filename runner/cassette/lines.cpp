#include "runner/cassette/lines.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <cstring>
#include <optional>

namespace assay::cassette {
namespace {

constexpr std::size_t kWindow = 1U << 20U;
constexpr std::size_t kStart = 64U << 10U;  // of a line that is longer than the window: enough for its head
constexpr std::string_view kFamily = "assay.cassette/";

struct Line {
  Spot spot;
  std::string_view start;  ///< all of it, or the first `kStart` bytes; until the next line
  char last = '\0';
  bool ended = false;  ///< by a line end

  [[nodiscard]] bool whole() const { return start.size() == spot.length; }
};

class Walk {
 public:
  explicit Walk(const InFile& file) : file_(file) {}

  Result<std::optional<Line>> next() {
    if (at_ == size_) {
      auto more = refill();
      if (!more) return more.error();
      if (size_ == 0) return std::nullopt;
    }
    const char* end = line_end(at_);
    if (end == nullptr && at_ != 0) {
      auto more = refill();
      if (!more) return more.error();
      end = line_end(at_);
    }
    ++line_;
    if (end == nullptr && size_ == kWindow) return long_line();
    const std::size_t stop = end == nullptr ? size_ : static_cast<std::size_t>(end - window_.data());
    const std::string_view text(window_.data() + at_, stop - at_);
    const Line line = finish(window_at_ + at_, text.size(), text, text.empty() ? '\0' : text.back(), end != nullptr);
    at_ = end == nullptr ? stop : stop + 1;
    return line;
  }

 private:
  /// Moves what is left to the front and fills the rest.
  Result<void> refill() {
    const std::size_t left = size_ - at_;
    if (left > 0) std::memmove(window_.data(), window_.data() + at_, left);
    window_at_ += at_;
    at_ = 0;
    const auto got = file_.read(window_at_ + left, std::span(window_).subspan(left));
    if (!got) return got.error();
    size_ = left + *got;
    return {};
  }

  [[nodiscard]] const char* line_end(std::size_t from) const {
    return static_cast<const char*>(std::memchr(window_.data() + from, '\n', size_ - from));
  }

  Result<std::optional<Line>> long_line() {
    const std::uint64_t offset = window_at_;
    start_.assign(window_, 0, kStart);
    char last = '\0';
    for (;;) {
      const char* end = line_end(0);
      const std::size_t stop = end == nullptr ? size_ : static_cast<std::size_t>(end - window_.data());
      if (stop > 0) last = window_[stop - 1];
      at_ = end == nullptr ? stop : stop + 1;
      const std::uint64_t length = window_at_ + stop - offset;
      if (length > kMaxLine) return at_line(too_long(), file_, line_);
      if (end != nullptr || size_ < kWindow) return finish(offset, length, start_, last, end != nullptr);
      auto more = refill();
      if (!more) return more.error();
    }
  }

  static Error too_long() {
    return {ErrorKind::invalid, fmt::format("the line is longer than {} MiB", kMaxLine >> 20U),
            "remove the line: its call is missing then, and can be recorded anew"};
  }

  Line finish(std::uint64_t offset, std::uint64_t length, std::string_view start, char last, bool ended) const {
    // A file that went through a checkout with CRLF line ends stays readable.
    if (last == '\r' && start.size() == length) {
      start.remove_suffix(1);
      --length;
      last = start.empty() ? '\0' : start.back();
    }
    return {{offset, static_cast<std::uint32_t>(length), line_}, start, last, ended};
  }

  const InFile& file_;
  std::string window_ = std::string(kWindow, '\0');
  std::string start_;
  std::uint64_t window_at_ = 0;  // of the window in the file
  std::size_t at_ = 0;           // of the next line in the window
  std::size_t size_ = 0;         // of the window's bytes
  std::uint32_t line_ = 0;
};

Error no_cassette(std::string_view first) {
  Error error{ErrorKind::invalid,
              fmt::format("the file is no cassette: its first line is not {{\"schema\":\"{}\"}}", kSchema),
              "name a file that `assay run --record FILE` wrote"};
  if (first.starts_with("\x28\xB5\x2F\xFD")) error.hint = "it is compressed: `zstd -d FILE` first";
  if (first.starts_with("\x1F\x8B")) error.hint = "it is compressed: `gunzip FILE` first";
  return error;
}

Result<void> check_header(const InFile& file, const std::optional<Line>& line) {
  const std::string_view text = line ? line->start : "";
  const auto json = parse_json(text);
  const auto* schema = json && json->is_object() && json->contains("schema") ? &json->at("schema") : nullptr;
  if (schema == nullptr || !schema->is_string()) return at_line(no_cassette(text), file, 1);
  const auto& found = schema->get_ref<const std::string&>();
  if (found == kSchema) return {};
  if (!found.starts_with(kFamily)) return at_line(no_cassette(text), file, 1);
  return at_line({ErrorKind::invalid,
                  fmt::format("the cassette is of form {}, and this version reads {}", text::in_quotes(found), kSchema),
                  "use the version of assay that wrote it, or record it anew"},
                 file, 1);
}

Result<void> parse_head(const InFile& file, const Line& line, Head& head) {
  const auto text = file.bytes(line.spot.offset, line.spot.length);
  if (!text) return text.error();
  const auto json = parse_json(*text);
  if (!json) {
    Error error{ErrorKind::invalid, "the line is " + json.error().message,
                "take the line back as it was, or remove it"};
    if (!line.ended) error = {ErrorKind::invalid, "the last line is cut off", "remove it, or copy the file again"};
    if (line.spot.length == 0) error = {ErrorKind::invalid, "the line is empty", "remove it"};
    error.at.column = json.error().at.column;
    return at_line(error, file, line.spot.line);
  }
  auto found = head_of(*json);
  if (!found) return at_line(found.error(), file, line.spot.line);
  head = std::move(*found);
  return {};
}

}  // namespace

Error at_line(Error error, const InFile& file, std::uint32_t line) {
  error.at.file = file.name();
  error.at.line = static_cast<int>(line);
  return error;
}

Result<void> check_first_line(const InFile& file) {
  Walk walk(file);  // the line is a view into it
  const auto line = walk.next();
  return line ? check_header(file, *line) : line.error();
}

Result<void> for_each_call(const InFile& file, const std::function<Result<void>(const Head&, const Spot&)>& each) {
  Walk walk(file);
  auto line = walk.next();
  if (!line) return line.error();
  if (auto good = check_header(file, *line); !good) return good;
  Head head;
  for (;;) {
    line = walk.next();
    if (!line) return line.error();
    if (!*line) return {};
    const Line& found = **line;
    if (!found.ended || found.last != '}' || !scan_head(found.start, head)) {
      if (auto good = parse_head(file, found, head); !good) return good;
    }
    if (auto good = each(head, found.spot); !good) return good;
  }
}

}  // namespace assay::cassette
