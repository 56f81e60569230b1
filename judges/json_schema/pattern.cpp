#include "judges/json_schema/pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace assay::judges::schema {

namespace {

// ECMA 262 WhiteSpace and LineTerminator, as the inside of a character class, and everything else.
constexpr std::string_view kSpace =
    R"(\t\n\v\f\r \x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{FEFF})";
constexpr std::string_view kNotSpace =
    R"(\x{0}-\x{8}\x{E}-\x{1F}\x{21}-\x{9F}\x{A1}-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E})"
    R"(\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{FEFE}\x{FF00}-\x{10FFFF})";
constexpr std::string_view kDot = R"([^\n\r\x{2028}\x{2029}])";
constexpr std::string_view kAny = R"([\x{0}-\x{10FFFF}])";
constexpr std::string_view kNever = R"([^\x{0}-\x{10FFFF}])";

constexpr std::string_view kLinear = "patterns run in linear time (RE2)";

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::optional<std::uint32_t> hex(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Translator {
 public:
  explicit Translator(std::string_view source) : rest_(source) {}

  std::variant<std::string, PatternFault> run() {
    while (!rest_.empty() && !fault_) step();
    if (!fault_ && in_class_) fail("the character class '[' is not closed", "write `[…]`");
    if (fault_) return *fault_;
    return std::move(out_);
  }

 private:
  void fail(std::string message, std::string hint) { fault_ = PatternFault{std::move(message), std::move(hint)}; }

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  void copy() {
    out_ += rest_.front();
    rest_.remove_prefix(1);
  }

  void step() {
    if (take("\\")) {
      escape();
    } else if (in_class_) {
      class_member();
    } else if (take("[^]")) {
      out_ += kAny;
    } else if (take("[]")) {
      out_ += kNever;
    } else if (rest_.front() == '[') {
      in_class_ = true;
      copy();
      if (take("^")) out_ += '^';
    } else if (take(".")) {
      out_ += kDot;
    } else if (rest_.starts_with("(?")) {
      group();
    } else {
      copy();
    }
  }

  void class_member() {
    if (take("[")) {
      out_ += "\\[";  // RE2 would read `[:` as a POSIX class
    } else {
      in_class_ = rest_.front() != ']';
      copy();
    }
  }

  void group() {
    for (const std::string_view look : {"(?=", "(?!", "(?<=", "(?<!"}) {
      if (rest_.starts_with(look)) {
        return fail(fmt::format("look-around '{}' is not supported: {}", look, kLinear),
                    "say it with `allOf`, `not` and a pattern without look-around");
      }
    }
    if (take("(?<")) {
      out_ += "(?P<";
    } else {
      copy();
    }
  }

  void code_point(std::uint32_t value) {
    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
      return fail(fmt::format("'\\u{:04X}' is no character", value), "write a surrogate pair or `\\u{…}`");
    }
    out_ += fmt::format("\\x{{{:X}}}", value);
  }

  std::optional<std::uint32_t> take_hex(std::size_t digits) {
    const auto value = rest_.size() < digits ? std::nullopt : hex(rest_.substr(0, digits));
    if (value) rest_.remove_prefix(digits);
    return value;
  }

  void unicode() {
    if (take("{")) {
      const auto end = rest_.find('}');
      const auto value = end == std::string_view::npos ? std::nullopt : hex(rest_.substr(0, end));
      if (!value) return fail("'\\u{' needs hexadecimal digits and '}'", "write `\\u{1F600}`");
      rest_.remove_prefix(end + 1);
      return code_point(*value);
    }
    const auto high = take_hex(4);
    if (!high) return fail("'\\u' needs four hexadecimal digits", "write `\\u00E9` or `\\u{1F600}`");
    if (*high >= 0xD800 && *high <= 0xDBFF && take("\\u")) {
      const auto low = take_hex(4);
      if (!low || *low < 0xDC00 || *low > 0xDFFF) return fail("half a surrogate pair", "write `\\u{…}`");
      return code_point(0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00));
    }
    code_point(*high);
  }

  void property(char kind) {
    const auto end = rest_.find('}');
    if (!rest_.starts_with('{') || end == std::string_view::npos) {
      return fail(fmt::format("'\\{}' needs a property in braces", kind), "write `\\p{L}` or `\\p{Script=Greek}`");
    }
    std::string name(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    for (const std::string_view prefix : {"Script=", "sc=", "Script_Extensions=", "scx=", "General_Category=", "gc="}) {
      if (name.starts_with(prefix)) name.erase(0, prefix.size());
    }
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kLong{{{"Letter", "L"},
                                                                                          {"Lowercase_Letter", "Ll"},
                                                                                          {"Uppercase_Letter", "Lu"},
                                                                                          {"Mark", "M"},
                                                                                          {"Number", "N"},
                                                                                          {"Decimal_Number", "Nd"},
                                                                                          {"digit", "Nd"},
                                                                                          {"Punctuation", "P"},
                                                                                          {"punct", "P"},
                                                                                          {"Symbol", "S"},
                                                                                          {"Separator", "Z"},
                                                                                          {"Other", "C"}}};
    for (const auto& [from, to] : kLong) {
      if (name == from) name = to;
    }
    out_ += fmt::format("\\{}{{{}}}", kind, name);
  }

  void space(bool negated) {
    if (in_class_) {
      out_ += negated ? kNotSpace : kSpace;
    } else {
      out_ += fmt::format("[{}{}]", negated ? "^" : "", kSpace);
    }
  }

  void escape() {
    if (rest_.empty()) return fail("the pattern ends in a single '\\'", "write `\\\\` for a backslash");
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (!is_alnum(c)) return literal(c);
    if (c == 's' || c == 'S') return space(c == 'S');
    if (c == 'u') return unicode();
    if (c == 'p' || c == 'P') return property(c);
    if (std::string_view("dDwWtnvfr").find(c) != std::string_view::npos) return keep(c);
    if (c == 'b' && in_class_) return code_point(8);
    if ((c == 'b' || c == 'B') && !in_class_) return keep(c);
    if (c == '0' && (rest_.empty() || rest_.front() < '0' || rest_.front() > '9')) return code_point(0);
    if (c == 'c' && !rest_.empty() && is_alnum(rest_.front()) && rest_.front() > '9') {
      const auto letter = static_cast<std::uint32_t>(rest_.front());
      rest_.remove_prefix(1);
      return code_point(letter % 32);
    }
    if (c == 'x') {
      const auto value = take_hex(2);
      return value ? code_point(*value) : fail("'\\x' needs two hexadecimal digits", "write `\\x41`");
    }
    if ((c >= '1' && c <= '9') || c == 'k') {
      return fail(fmt::format("the back-reference '\\{}' is not supported: {}", c, kLinear), "list the alternatives");
    }
    fail(fmt::format("'\\{}' is not an escape of ECMA 262", c),
         "use `^` and `$` as anchors, and no escape for letters");
  }

  // Any character but a letter or digit stands for itself; RE2 knows ASCII punctuation only.
  void literal(char c) {
    if (static_cast<unsigned char>(c) < 0x80 && c != '_') out_ += '\\';
    out_ += c;
  }

  void keep(char c) {
    out_ += '\\';
    out_ += c;
  }

  std::string_view rest_;
  std::string out_;
  bool in_class_ = false;
  std::optional<PatternFault> fault_;
};

}  // namespace

std::variant<std::shared_ptr<const RE2>, PatternFault> compile_pattern(std::string_view ecma) {
  auto translated = Translator(ecma).run();
  if (auto* const fault = std::get_if<PatternFault>(&translated)) return std::move(*fault);
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  auto compiled = std::make_shared<const RE2>(std::get<std::string>(translated), options);
  if (!compiled->ok()) return PatternFault{compiled->error(), "patterns are ECMA 262 without look-around"};
  return compiled;
}

}  // namespace assay::judges::schema
