#include "runner/stub/json_scan.hpp"

#include <assay/core/json.hpp>
#include <assay/text/utf8.hpp>

#include <cstdint>

namespace assay::stub {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::uint32_t hex4(std::string_view raw, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value * 16 + static_cast<std::uint32_t>(hex_value(raw[at + i]));
  return value;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto byte = [&out](std::uint32_t bits) { out += static_cast<char>(bits); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | (code >> 6));
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

/// Reads `\uXXXX` (and the low half that follows a high one) at `at`, the place after the `u`; returns the place after.
std::size_t append_unicode(std::string& out, std::string_view raw, std::size_t at) {
  const std::uint32_t high = hex4(raw, at);
  at += 4;
  if (high < 0xD800 || high > 0xDFFF) {
    append_utf8(out, high);
    return at;
  }
  const bool pair = high < 0xDC00 && raw.substr(at, 2) == "\\u";
  const std::uint32_t low = pair ? hex4(raw, at + 2) : 0;
  if (low < 0xDC00 || low > 0xDFFF) {
    append_utf8(out, 0xFFFD);
    return at;
  }
  append_utf8(out, 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00));
  return at + 6;
}

char plain_escape(char c) {
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
    default:
      return c;
  }
}

}  // namespace

bool JsonScan::fail() {
  failed_ = true;
  return false;
}

void JsonScan::skip_space() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
    ++at_;
  }
}

char JsonScan::peek() {
  skip_space();
  return at_ < text_.size() && !failed_ ? text_[at_] : '\0';
}

bool JsonScan::take(char expected) {
  if (peek() != expected) return fail();
  ++at_;
  return true;
}

bool JsonScan::enter(char open) {
  if (!take(open) || ++depth_ > kMaxJsonDepth) return fail();
  first_ = true;
  return true;
}

bool JsonScan::leave(char close) {
  if (peek() != close) return false;
  ++at_;
  --depth_;
  first_ = false;
  return true;
}

bool JsonScan::next_key(std::string_view& key) {
  if (failed_ || leave('}')) return false;
  if (!first_ && !take(',')) return false;
  first_ = false;
  return string(key) && take(':');
}

bool JsonScan::next_item() {
  if (failed_ || leave(']')) return false;
  if (!first_ && !take(',')) return false;
  first_ = false;
  return true;
}

bool JsonScan::escape() {
  const char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
  if (c == 'u') {
    if (text_.size() - at_ < 6) return fail();
    for (std::size_t i = 2; i < 6; ++i) {
      if (hex_value(text_[at_ + i]) < 0) return fail();
    }
    at_ += 6;
    return true;
  }
  if (c == '\0' || std::string_view("\"\\/bfnrt").find(c) == std::string_view::npos) return fail();
  at_ += 2;
  return true;
}

bool JsonScan::string(std::string_view& raw) {
  if (!take('"')) return false;
  const std::size_t begin = at_;
  bool ascii = true;
  while (at_ < text_.size()) {
    const auto c = static_cast<unsigned char>(text_[at_]);
    if (c == '"') {
      raw = text_.substr(begin, at_ - begin);
      ++at_;
      return ascii || !text::find_invalid_utf8(raw) || fail();
    }
    if (c < 0x20) return fail();
    ascii = ascii && c < 0x80;
    if (c != '\\') {
      ++at_;
    } else if (!escape()) {
      return false;
    }
  }
  return fail();
}

bool JsonScan::literal(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) return fail();
  at_ += word.size();
  return true;
}

bool JsonScan::boolean(bool& value) {
  const char c = peek();
  if (c != 't' && c != 'f') return fail();
  value = c == 't';
  return literal(value ? "true" : "false");
}

bool JsonScan::digits() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  return at_ > begin || fail();
}

bool JsonScan::number() {
  const auto here = [this] { return at_ < text_.size() ? text_[at_] : '\0'; };
  if (here() == '-') ++at_;
  if (here() == '0') {
    ++at_;
  } else if (!digits()) {
    return false;
  }
  if (here() == '.') {
    ++at_;
    if (!digits()) return false;
  }
  if (here() == 'e' || here() == 'E') {
    ++at_;
    if (here() == '+' || here() == '-') ++at_;
    if (!digits()) return false;
  }
  return true;
}

bool JsonScan::skip() {
  std::string_view ignored;
  switch (peek()) {
    case '{':
      for (enter('{'); next_key(ignored);) skip();
      return ok();
    case '[':
      for (enter('['); next_item();) skip();
      return ok();
    case '"':
      return string(ignored);
    case 't':
      return literal("true");
    case 'f':
      return literal("false");
    case 'n':
      return literal("null");
    default:
      return !failed_ && number();
  }
}

bool JsonScan::finished() {
  if (failed_) return false;
  skip_space();
  return at_ == text_.size() || fail();
}

std::string unescape(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t slash = raw.find('\\', at);
    out += raw.substr(at, slash - at);
    if (slash == std::string_view::npos) break;
    if (raw[slash + 1] == 'u') {
      at = append_unicode(out, raw, slash + 2);
    } else {
      out += plain_escape(raw[slash + 1]);
      at = slash + 2;
    }
  }
  return out;
}

void append_quoted(std::string& out, std::string_view utf8) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace assay::stub
