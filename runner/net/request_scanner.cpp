#include "runner/net/request_scanner.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace assay::net {

namespace {

constexpr std::size_t kMaxChunkLine = 4096;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool token_char(char c) {
  return c > ' ' && c < 127 && c != ':' && c != '"' && c != '(' && c != ')' && c != ',' && c != '/' && c != ';' &&
         c != '<' && c != '=' && c != '>' && c != '?' && c != '@' && c != '[' && c != '\\' && c != ']' && c != '{' &&
         c != '}';
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), token_char);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool parse_number(std::string_view digits, int base, std::uint64_t& to) {
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), to, base);
  return ec == std::errc() && end == digits.data() + digits.size();
}

std::size_t find(std::string_view text, std::string_view what, std::size_t from) {
  if (text.size() - from < what.size()) return std::string_view::npos;
  const void* at = ::memmem(text.data() + from, text.size() - from, what.data(), what.size());
  return at == nullptr ? std::string_view::npos : static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
}

}  // namespace

void RequestScanner::reset() {
  fields_.clear();
  decoded_.clear();
  searched_ = head_size_ = size_ = chunk_at_ = 0;
  length_ = chunk_left_ = 0;
  head_done_ = has_length_ = chunked_ = expects_continue_ = false;
  keep_alive_ = true;
  chunk_ = Chunk::size;
}

RequestScanner::State RequestScanner::bad(int status, std::string_view reason) {
  status_ = status;
  reason_ = reason;
  return State::bad;
}

RequestScanner::State RequestScanner::scan(std::string_view buffer) {
  buffer_ = buffer;
  if (!head_done_) {
    std::size_t begin = 0;
    while (buffer.substr(begin).starts_with("\r\n")) begin += 2;  // RFC 9112 §2.2
    const auto end = find(buffer, "\r\n\r\n", std::max(searched_, begin));
    const std::size_t seen = end == std::string_view::npos ? buffer.size() : end;
    if (seen > kMaxHeader) return bad(431, "the header is larger than 64 KiB");
    if (end == std::string_view::npos) {
      searched_ = buffer.size() < 3 ? 0 : buffer.size() - 3;
      return State::more;
    }
    head_size_ = end + 4;
    status_ = 400;
    reason_ = "the request is malformed";
    searched_ = begin;
    if (!scan_head()) return State::bad;
    head_done_ = true;
    chunk_at_ = head_size_;
  }
  return chunked_ ? scan_chunks() : scan_length_body();
}

bool RequestScanner::scan_head() {
  const std::size_t last = head_size_ - 2;
  std::size_t begin = searched_;
  std::size_t end = find(buffer_, "\r\n", begin);
  if (!scan_request_line(begin, end)) return false;
  for (begin = end + 2; begin < last; begin = end + 2) {
    end = find(buffer_, "\r\n", begin);
    if (!scan_field(begin, end)) return false;
  }
  if (chunked_ && has_length_) {
    reason_ = "it has both Content-Length and Transfer-Encoding";
    return false;
  }
  if (length_ > max_body_) {
    status_ = 413;
    reason_ = "the body is too large";
    return false;
  }
  return true;
}

bool RequestScanner::scan_request_line(std::size_t begin, std::size_t end) {
  const auto line = buffer_.substr(begin, end - begin);
  const auto first = line.find(' ');
  const auto second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos) return false;
  const auto version = line.substr(second + 1);
  method_ = {begin, first};
  target_ = {begin + first + 1, second - first - 1};
  if (!is_token(method()) || target_.size == 0) return false;
  const auto address = target();
  if (std::any_of(address.begin(), address.end(), [](char c) { return c < '!' || c > '~'; })) return false;
  if (version == "HTTP/1.1") return true;
  if (version == "HTTP/1.0") {
    keep_alive_ = false;
    return true;
  }
  if (version.starts_with("HTTP/")) {
    status_ = 505;
    reason_ = "only HTTP/1.1 is spoken";
  }
  return false;
}

bool RequestScanner::scan_field(std::size_t begin, std::size_t end) {
  const auto line = buffer_.substr(begin, end - begin);
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return false;
  const auto value = trimmed(line.substr(colon + 1));
  // A lone CR, LF or NUL is where readers come to disagree.
  if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) return false;
  if (fields_.size() >= kMaxFields) {
    status_ = 431;
    reason_ = "there are too many headers";
    return false;
  }
  const auto value_at = value.empty() ? begin : static_cast<std::size_t>(value.data() - buffer_.data());
  fields_.push_back(Field{{begin, colon}, {value_at, value.size()}});
  return apply(fields_.back());
}

bool RequestScanner::apply(const Field& field) {
  const auto name = field.name.in(buffer_);
  const auto value = field.value.in(buffer_);
  switch (name.size()) {
    case 6:
      if (same_name(name, "expect")) expects_continue_ = same_name(value, "100-continue");
      return true;
    case 10:
      return same_name(name, "connection") ? apply_connection(value) : true;
    case 14: {
      if (!same_name(name, "content-length")) return true;
      std::uint64_t length = 0;
      if (value.starts_with('-') || !parse_number(value, 10, length)) return false;
      if (has_length_ && length != length_) return false;
      has_length_ = true;
      length_ = length;
      return true;
    }
    case 17:
      if (!same_name(name, "transfer-encoding")) return true;
      if (!same_name(value, "chunked") || chunked_) {
        status_ = 501;
        reason_ = "the only transfer encoding known is chunked";
        return false;
      }
      chunked_ = true;
      return true;
    default:
      return true;
  }
}

bool RequestScanner::apply_connection(std::string_view value) {
  while (!value.empty()) {
    const auto comma = std::min(value.find(','), value.size());
    const auto option = trimmed(value.substr(0, comma));
    if (same_name(option, "close")) keep_alive_ = false;
    if (same_name(option, "keep-alive")) keep_alive_ = true;
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return true;
}

RequestScanner::State RequestScanner::scan_length_body() {
  if (buffer_.size() - head_size_ < length_) return State::more;
  size_ = head_size_ + static_cast<std::size_t>(length_);
  return State::ready;
}

bool RequestScanner::scan_chunk_size(std::string_view line) {
  const auto digits = trimmed(line.substr(0, line.find(';')));
  return !digits.empty() && digits.size() <= 15 && parse_number(digits, 16, chunk_left_) && digits.front() != '-';
}

RequestScanner::State RequestScanner::scan_chunks() {
  // Tiny chunks cost more than they carry; that must not fill the memory.
  if (chunk_at_ - head_size_ > 8 * max_body_ + kMaxHeader) return bad(413, "the body is too large");
  for (;;) {
    if (chunk_ == Chunk::data) {
      const auto n = std::min<std::uint64_t>(chunk_left_, buffer_.size() - chunk_at_);
      decoded_.append(buffer_.substr(chunk_at_, static_cast<std::size_t>(n)));
      chunk_at_ += static_cast<std::size_t>(n);
      chunk_left_ -= n;
      if (chunk_left_ > 0) return State::more;
      chunk_ = Chunk::data_end;
    }
    const auto end = find(buffer_, "\r\n", chunk_at_);
    const bool whole = end != std::string_view::npos;
    // Of a line that is not whole, the last byte may be the half of its end.
    const std::size_t size = whole ? end - chunk_at_ : buffer_.size() - chunk_at_;
    if (size > kMaxChunkLine + (whole ? 0 : 1)) return bad(400, "a line between two chunks is too long");
    if (!whole) return State::more;
    const auto line = buffer_.substr(chunk_at_, end - chunk_at_);
    chunk_at_ = end + 2;
    if (chunk_ == Chunk::data_end) {
      if (!line.empty()) return bad(400, "a chunk is longer than it says");
      chunk_ = Chunk::size;
    } else if (chunk_ == Chunk::size) {
      if (!scan_chunk_size(line)) return bad(400, "the size of a chunk is malformed");
      if (chunk_left_ > max_body_ - decoded_.size()) return bad(413, "the body is too large");
      chunk_ = chunk_left_ == 0 ? Chunk::trailer : Chunk::data;
    } else if (line.empty()) {
      size_ = chunk_at_;
      return State::ready;
    }
  }
}

std::string_view RequestScanner::body() const {
  return chunked_ ? std::string_view(decoded_) : buffer_.substr(head_size_, static_cast<std::size_t>(length_));
}

std::string_view RequestScanner::header(std::string_view name) const {
  for (const Field& field : fields_) {
    if (same_name(field.name.in(buffer_), name)) return field.value.in(buffer_);
  }
  return {};
}

}  // namespace assay::net
