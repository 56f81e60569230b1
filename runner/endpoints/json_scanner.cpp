#include "runner/endpoints/json_scanner.hpp"

#include <assay/core/json.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace assay::endpoints {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6U));
    put(0x80 | (c & 0x3FU));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12U));
    put(0x80 | ((c >> 6U) & 0x3FU));
    put(0x80 | (c & 0x3FU));
  } else {
    put(0xF0 | (c >> 18U));
    put(0x80 | ((c >> 12U) & 0x3FU));
    put(0x80 | ((c >> 6U) & 0x3FU));
    put(0x80 | (c & 0x3FU));
  }
}

char simple_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '"':
    case '\\':
    case '/':
      return c;
    default:
      return 0;
  }
}

}  // namespace

void JsonScanner::space() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
    ++at_;
  }
}

void JsonScanner::fail(bool cut_off) {
  if (!ok_) return;
  ok_ = false;
  cut_off_ = cut_off;
}

bool JsonScanner::expect(char c) {
  space();
  if (!ok_) return false;
  if (at_ == text_.size()) {
    fail(true);
    return false;
  }
  if (text_[at_] != c) {
    fail();
    return false;
  }
  ++at_;
  return true;
}

JsonScanner::Kind JsonScanner::peek() {
  space();
  if (!ok_) return Kind::none;
  if (at_ == text_.size()) {
    fail(true);
    return Kind::none;
  }
  switch (text_[at_]) {
    case '{':
      return Kind::object;
    case '[':
      return Kind::array;
    case '"':
      return Kind::string;
    case 't':
    case 'f':
      return Kind::boolean;
    case 'n':
      return Kind::null;
    default:
      if (text_[at_] == '-' || is_digit(text_[at_])) return Kind::number;
      fail();
      return Kind::none;
  }
}

bool JsonScanner::enter(Kind kind, char open) {
  if (peek() != kind) {
    skip();
    return false;
  }
  if (++depth_ > kMaxJsonDepth) {
    fail();
    return false;
  }
  first_ = true;
  return expect(open);
}

bool JsonScanner::enter_object() {
  return enter(Kind::object, '{');
}

bool JsonScanner::enter_array() {
  return enter(Kind::array, '[');
}

std::optional<std::string_view> JsonScanner::next_key() {
  space();
  if (ok_ && at_ < text_.size() && text_[at_] == '}') {
    ++at_;
    --depth_;
    first_ = false;
    return std::nullopt;
  }
  if (!first_ && !expect(',')) return std::nullopt;
  first_ = false;
  if (!expect('"')) return std::nullopt;
  std::string_view key = plain_run();
  if (at_ < text_.size() && text_[at_] == '"') {
    ++at_;
  } else {
    key_ = key;
    if (!string_body(&key_)) return std::nullopt;
    key = key_;
  }
  if (!expect(':')) return std::nullopt;
  return key;
}

bool JsonScanner::next_item() {
  space();
  if (ok_ && at_ < text_.size() && text_[at_] == ']') {
    ++at_;
    --depth_;
    first_ = false;
    return false;
  }
  if (!first_ && !expect(',')) return false;
  first_ = false;
  return peek() != Kind::none;
}

bool JsonScanner::read_string(std::string& out) {
  if (peek() != Kind::string) {
    skip();
    return false;
  }
  ++at_;
  return string_body(&out);
}

std::optional<std::int64_t> JsonScanner::read_count() {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  const auto value = read_number();
  if (!value || !(*value >= 0) || *value > kExact || *value != std::trunc(*value)) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<double> JsonScanner::read_number() {
  if (peek() != Kind::number) {
    skip();
    return std::nullopt;
  }
  const auto text = number();
  double value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  return ok_ && ec == std::errc() ? std::optional(value) : std::nullopt;
}

void JsonScanner::skip() {
  switch (peek()) {
    case Kind::object:
      enter_object();
      while (next_key()) skip();
      break;
    case Kind::array:
      enter_array();
      while (next_item()) skip();
      break;
    case Kind::string:
      ++at_;
      string_body(nullptr);
      break;
    case Kind::number:
      number();
      break;
    case Kind::boolean:
      literal(text_[at_] == 't' ? "true" : "false");
      break;
    case Kind::null:
      literal("null");
      break;
    case Kind::none:
      break;
  }
}

std::string_view JsonScanner::raw() {
  space();
  const auto from = at_;
  skip();
  return ok_ ? text_.substr(from, at_ - from) : std::string_view();
}

bool JsonScanner::at_end() {
  space();
  return at_ == text_.size();
}

// The part of a string up to its next quote or backslash.
std::string_view JsonScanner::plain_run() {
  const auto rest = text_.substr(at_);
  const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c == '"' || c == '\\'; });
  const auto size = static_cast<std::size_t>(end - rest.begin());
  at_ += size;
  return rest.substr(0, size);
}

bool JsonScanner::string_body(std::string* out) {
  while (ok_) {
    const auto run = plain_run();
    if (out) out->append(run);
    if (at_ == text_.size()) break;
    if (text_[at_++] == '"') return true;
    if (!escape(out)) return false;
  }
  fail(true);
  return false;
}

// After the backslash.
bool JsonScanner::escape(std::string* out) {
  if (at_ == text_.size()) {
    fail(true);
    return false;
  }
  const char c = text_[at_++];
  if (c != 'u') {
    const char plain = simple_escape(c);
    if (plain == 0) fail();
    if (out && ok_) *out += plain;
    return ok_;
  }
  auto unit = hex4();
  if (!unit) return false;
  std::uint32_t code = *unit;
  if (code >= 0xD800 && code < 0xE000) {
    std::uint32_t low = 0;
    const auto back = at_;
    if (code < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
      at_ += 2;
      unit = hex4();
      if (!unit) return false;
      low = *unit;
    }
    if (low >= 0xDC00 && low < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
    } else {
      code = 0xFFFD;
      at_ = back;
    }
  }
  if (out) append_utf8(*out, code);
  return true;
}

std::optional<std::uint32_t> JsonScanner::hex4() {
  std::uint32_t code = 0;
  const auto digits = text_.substr(at_, 4);
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
  if (digits.size() == 4 && ec == std::errc() && end == digits.data() + 4) {
    at_ += 4;
    return code;
  }
  fail(digits.size() < 4 && (digits.empty() || end == digits.data() + digits.size()));
  return std::nullopt;
}

bool JsonScanner::literal(std::string_view word) {
  const auto here = text_.substr(at_, word.size());
  at_ += here.size();
  if (here == word) return true;
  fail(here.size() < word.size() && word.starts_with(here));
  return false;
}

std::string_view JsonScanner::number() {
  const auto from = at_;
  const auto digits = [this] {
    const auto start = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    if (at_ == start) fail(at_ == text_.size());
    return at_ - start;
  };
  if (text_[at_] == '-') ++at_;
  const bool zero = at_ < text_.size() && text_[at_] == '0';
  if (digits() > 1 && zero) fail();
  if (at_ < text_.size() && text_[at_] == '.') {
    ++at_;
    digits();
  }
  if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    ++at_;
    if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
    digits();
  }
  return text_.substr(from, at_ - from);
}

void append_json_string(std::string& out, std::string_view text) {
  std::string valid;
  if (text::find_invalid_utf8(text)) {
    valid = text::to_valid_utf8(text);
    text = valid;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.substr(from, i - from));
    from = i + 1;
    if (c == '\n') {
      out += "\\n";
    } else if (c >= 0x20) {
      out += '\\';
      out += text[i];
    } else {
      out += "\\u00";
      out += kHex[c >> 4U];
      out += kHex[c & 0xFU];
    }
  }
  out.append(text.substr(from));
  out += '"';
}

}  // namespace assay::endpoints
