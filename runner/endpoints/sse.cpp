#include "runner/endpoints/sse.hpp"

#include <cstring>

namespace assay::endpoints {

namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

// The place of the first CR or LF; two memchr beat a byte loop on long lines.
std::size_t find_line_end(std::string_view bytes) {
  const auto* lf = static_cast<const char*>(std::memchr(bytes.data(), '\n', bytes.size()));
  const std::size_t up_to = lf ? static_cast<std::size_t>(lf - bytes.data()) : bytes.size();
  const auto* cr = static_cast<const char*>(std::memchr(bytes.data(), '\r', up_to));
  if (cr) return static_cast<std::size_t>(cr - bytes.data());
  return lf ? up_to : std::string_view::npos;
}

}  // namespace

std::optional<SseEvent> SseParser::next(std::string_view& bytes) {
  if (dispatched_) {
    dispatched_ = false;
    type_.clear();
  }
  while (!bytes.empty() && !failed_) {
    if (after_cr_) {
      after_cr_ = false;
      if (bytes.front() == '\n') {
        bytes.remove_prefix(1);
        continue;
      }
    }
    const auto end = find_line_end(bytes);
    if (end == std::string_view::npos) {
      keep_partial_line(bytes);
      bytes = {};
      return std::nullopt;
    }
    const auto piece = bytes.substr(0, end);
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);

    const bool in_place = line_.empty();
    if (!in_place) line_.append(piece);
    auto line = in_place ? piece : std::string_view(line_);
    if (first_line_ && line.starts_with(kBom)) line.remove_prefix(kBom.size());
    first_line_ = false;
    const bool blank = line.empty();
    if (!blank) take_line(line, in_place);
    line_.clear();
    if (blank) {
      auto event = dispatch();
      if (event) return event;
    }
  }
  if (!data_view_.empty() && data_view_.data() != data_.data()) {
    data_.assign(data_view_);
    data_view_ = data_;
  }
  return std::nullopt;
}

void SseParser::reset() {
  line_.clear();
  data_.clear();
  data_view_ = {};
  type_.clear();
  has_data_ = after_cr_ = failed_ = dispatched_ = false;
  first_line_ = true;
}

void SseParser::keep_partial_line(std::string_view bytes) {
  if (line_.size() + bytes.size() > kMaxBytes) failed_ = true;
  if (failed_) return;
  line_.append(bytes);
  if (!data_view_.empty() && data_view_.data() != data_.data()) {
    data_.assign(data_view_);
    data_view_ = data_;
  }
}

void SseParser::take_line(std::string_view line, bool in_place) {
  const auto colon = line.find(':');
  const auto field = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") add_data(value, in_place);
  if (field == "event") type_.assign(value);
}

void SseParser::add_data(std::string_view value, bool in_place) {
  if (data_view_.size() + value.size() + 1 > kMaxBytes) {
    failed_ = true;
    return;
  }
  if (!has_data_ && in_place) {
    data_view_ = value;
  } else if (!has_data_) {
    data_.assign(value);
    data_view_ = data_;
  } else {
    if (data_view_.data() != data_.data()) data_.assign(data_view_);
    data_ += '\n';
    data_ += value;
    data_view_ = data_;
  }
  has_data_ = true;
}

std::optional<SseEvent> SseParser::dispatch() {
  if (!has_data_) {
    type_.clear();
    return std::nullopt;
  }
  const SseEvent event{type_, data_view_};
  data_view_ = {};
  has_data_ = false;
  dispatched_ = true;
  return event;
}

}  // namespace assay::endpoints
