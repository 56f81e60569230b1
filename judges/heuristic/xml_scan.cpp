#include "judges/heuristic/xml_scan.hpp"

#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <unordered_set>
#include <vector>

namespace assay::judges {

namespace {

// Char of XML 1.0, §2.2.
bool is_char(char32_t c) {
  return c == 0x9 || c == 0xA || c == 0xD || (c >= 0x20 && c <= 0xD7FF) || (c >= 0xE000 && c <= 0xFFFD) ||
         (c >= 0x10000 && c <= 0x10FFFF);
}

struct Range {
  char32_t first;
  char32_t last;
};

// NameStartChar and NameChar of XML 1.0, fifth edition, §2.3.
bool starts_name(char32_t c) {
  static constexpr std::array kBeyond{
      Range{0xC0, 0xD6},     Range{0xD8, 0xF6},     Range{0xF8, 0x2FF},    Range{0x370, 0x37D},
      Range{0x37F, 0x1FFF},  Range{0x200C, 0x200D}, Range{0x2070, 0x218F}, Range{0x2C00, 0x2FEF},
      Range{0x3001, 0xD7FF}, Range{0xF900, 0xFDCF}, Range{0xFDF0, 0xFFFD}, Range{0x10000, 0xEFFFF},
  };
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
  return std::ranges::any_of(kBeyond, [c](const Range& range) { return c >= range.first && c <= range.last; });
}

bool continues_name(char32_t c) {
  return starts_name(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == 0xB7 || (c >= 0x300 && c <= 0x36F) ||
         c == 0x203F || c == 0x2040;
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// Reads a document from left to right. Each `read_…` is false after the first fault.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<XmlFault> run() {
    read_document();
    return std::move(fault_);
  }

 private:
  bool fail(std::size_t at, std::string message) {
    if (!fault_) fault_ = XmlFault{.at = at, .message = std::move(message)};
    return false;
  }

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] bool sees(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  bool skip_space() {
    const auto before = at_;
    while (!done() && is_space(text_[at_])) ++at_;
    return at_ > before;
  }

  bool read_document() {
    if (const auto bad = text::find_invalid_utf8(text_)) return fail(*bad, "bytes that are not UTF-8");
    if (sees("\xEF\xBB\xBF")) at_ += 3;
    if (sees("<?xml") && at_ + 5 < text_.size() && is_space(text_[at_ + 5]) && !read_declaration()) return false;
    while (!done()) {
      if (text_[at_] == '<' ? !read_markup() : !read_text()) return false;
    }
    if (!open_.empty()) {
      return fail(text_.size(), fmt::format("<{}> is not closed", text::excerpt(open_.back(), 40)));
    }
    return seen_root_ || fail(0, "there is no element");
  }

  bool read_declaration() {
    const auto end = text_.find("?>", at_);
    if (end == std::string_view::npos) return fail(at_, "the XML declaration is not closed");
    const auto begin = at_;
    at_ += 5;
    std::vector<std::string_view> names;
    std::vector<std::string_view> values;
    while (skip_space() && at_ < end) {
      std::string_view name;
      std::string_view value;
      if (!read_attribute(name, value)) return false;
      names.push_back(name);
      values.push_back(value);
    }
    if (at_ != end) return fail(at_, "the XML declaration is malformed");
    at_ = end + 2;
    return declares_well(names, values) || fail(begin, "the XML declaration is malformed or names another encoding");
  }

  static bool declares_well(const std::vector<std::string_view>& names, const std::vector<std::string_view>& values) {
    if (names.empty() || names[0] != "version" || !values[0].starts_with("1.") || values[0].size() < 3) return false;
    if (values[0].find_first_not_of("0123456789", 2) != std::string_view::npos) return false;
    std::size_t next = 1;
    if (next < names.size() && names[next] == "encoding" && text::fold_case(values[next++]) != "utf-8") return false;
    if (next < names.size() && names[next] == "standalone") {
      const auto standalone = values[next++];
      if (standalone != "yes" && standalone != "no") return false;
    }
    return next == names.size();
  }

  bool read_markup() {
    if (sees("<!--")) return read_comment();
    if (sees("<?")) return read_instruction();
    if (sees("<![CDATA[")) return read_cdata();
    if (sees("<!")) return fail(at_, "a document type or declaration is not read");
    return sees("</") ? read_end_tag() : read_start_tag();
  }

  // Characters from here to `end`, which is where `text_` has the closing sign.
  bool read_chars(std::size_t end) {
    while (at_ < end) {
      const auto next = text::decode(text_, at_);
      if (!is_char(next.code)) return fail(at_, "a character that XML does not allow");
      at_ += next.size;
    }
    return true;
  }

  bool read_comment() {
    const auto begin = at_;
    at_ += 4;
    const auto end = text_.find("--", at_);
    if (end == std::string_view::npos) return fail(begin, "a comment is not closed");
    if (!text_.substr(end).starts_with("-->")) return fail(end, "`--` within a comment");
    if (!read_chars(end)) return false;
    at_ = end + 3;
    return true;
  }

  bool read_instruction() {
    const auto begin = at_;
    at_ += 2;
    std::string_view target;
    if (!read_name(target)) return false;
    if (text::fold_case(target) == "xml") return fail(begin, "an XML declaration that is not at the start");
    const auto end = text_.find("?>", at_);
    if (end == std::string_view::npos) return fail(begin, "a processing instruction is not closed");
    if (end != at_ && !is_space(text_[at_])) return fail(at_, "a processing instruction is malformed");
    if (!read_chars(end)) return false;
    at_ = end + 2;
    return true;
  }

  bool read_cdata() {
    const auto begin = at_;
    if (open_.empty()) return fail(at_, "text outside the root element");
    at_ += 9;
    const auto end = text_.find("]]>", at_);
    if (end == std::string_view::npos) return fail(begin, "a CDATA section is not closed");
    if (!read_chars(end)) return false;
    at_ = end + 3;
    return true;
  }

  bool read_name(std::string_view& name) {
    const auto begin = at_;
    while (!done()) {
      const auto next = text::decode(text_, at_);
      if (at_ == begin ? !starts_name(next.code) : !continues_name(next.code)) break;
      at_ += next.size;
    }
    name = text_.substr(begin, at_ - begin);
    return !name.empty() || fail(begin, "a name is missing");
  }

  bool read_attribute(std::string_view& name, std::string_view& value) {
    if (!read_name(name)) return false;
    skip_space();
    if (!sees("=")) return fail(at_, fmt::format("the attribute {} has no value", text::in_quotes(name, 40)));
    ++at_;
    skip_space();
    const char quote = done() ? '\0' : text_[at_];
    if (quote != '"' && quote != '\'') return fail(at_, "an attribute's value is not in quotes");
    const auto begin = ++at_;
    while (!done() && text_[at_] != quote) {
      if (text_[at_] == '<') return fail(at_, "`<` within an attribute's value");
      if (!read_character()) return false;
    }
    if (done()) return fail(begin - 1, "an attribute's value is not closed");
    value = text_.substr(begin, at_ - begin);
    ++at_;
    return true;
  }

  bool read_start_tag() {
    const auto begin = at_;
    if (open_.empty() && seen_root_) return fail(at_, "a second root element");
    seen_root_ = true;
    ++at_;
    std::string_view element;
    if (!read_name(element)) return false;
    std::unordered_set<std::string_view> names;
    while (true) {
      const bool space = skip_space();
      if (done()) return fail(begin, "a tag is not closed");
      if (sees("/>")) {
        at_ += 2;
        return true;
      }
      if (sees(">")) break;
      if (!space) return fail(at_, "a tag is malformed");
      std::string_view name;
      std::string_view value;
      const auto attribute = at_;
      if (!read_attribute(name, value)) return false;
      if (!names.insert(name).second) return fail(attribute, fmt::format("{} twice", text::in_quotes(name, 40)));
    }
    ++at_;
    open_.push_back(element);
    return true;
  }

  bool read_end_tag() {
    const auto begin = at_;
    at_ += 2;
    std::string_view name;
    if (!read_name(name)) return false;
    skip_space();
    if (!sees(">")) return fail(begin, "a tag is not closed");
    ++at_;
    if (open_.empty()) return fail(begin, fmt::format("</{}> closes nothing", text::excerpt(name, 40)));
    if (open_.back() != name) {
      return fail(begin,
                  fmt::format("</{}> where </{}> is due", text::excerpt(name, 40), text::excerpt(open_.back(), 40)));
    }
    open_.pop_back();
    return true;
  }

  bool read_text() {
    while (!done() && text_[at_] != '<') {
      if (open_.empty()) {
        if (!skip_space()) return fail(at_, "text outside the root element");
        continue;
      }
      if (sees("]]>")) return fail(at_, "`]]>` within text");
      if (!read_character()) return false;
    }
    return true;
  }

  // One character, or a reference to one.
  bool read_character() {
    if (text_[at_] == '&') return read_reference();
    const auto next = text::decode(text_, at_);
    if (!is_char(next.code)) return fail(at_, "a character that XML does not allow");
    at_ += next.size;
    return true;
  }

  bool read_reference() {
    const auto begin = at_;
    for (const std::string_view entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;"}) {
      if (!sees(entity)) continue;
      at_ += entity.size();
      return true;
    }
    if (!sees("&#")) return fail(begin, "`&` that is no predefined entity: write `&amp;`");
    at_ += 2;
    const bool hex = sees("x");
    if (hex) ++at_;
    std::uint32_t code = 0;
    const auto digits = at_;
    for (; !done() && text_[at_] != ';'; ++at_) {
      const int digit = digit_of(text_[at_], hex);
      if (digit < 0) return fail(begin, "a character reference is malformed");
      code = std::min<std::uint32_t>(code * (hex ? 16 : 10) + static_cast<std::uint32_t>(digit), 0x110000);
    }
    if (done() || at_ == digits) return fail(begin, "a character reference is malformed");
    ++at_;
    return is_char(code) || fail(begin, "a reference to a character that XML does not allow");
  }

  static int digit_of(char c, bool hex) {
    if (c >= '0' && c <= '9') return c - '0';
    if (hex && c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (hex && c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;
  bool seen_root_ = false;
  std::optional<XmlFault> fault_;
};

}  // namespace

std::optional<XmlFault> find_xml_fault(std::string_view text) {
  return Scanner(text).run();
}

}  // namespace assay::judges
