#include "reports/escape.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <optional>

namespace assay::reports {
namespace {

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

// U+FFFE and U+FFFF are no characters of XML 1.0; all others that are none were made visible.
std::string xml_characters(std::string text) {
  replace_all(text, "\xEF\xBF\xBE", "\xEF\xBF\xBD");
  replace_all(text, "\xEF\xBF\xBF", "\xEF\xBF\xBD");
  replace_all(text, "[[ATTACHMENT", "[ [ATTACHMENT");  // GitLab and Jenkins open the file that it names
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

// What begins a list or underlines a heading at the start of a line, and where a backslash mends it. Headings and
// quotations are mended wherever their signs stand.
std::optional<std::size_t> block_mark(std::string_view text) {
  const auto ends = [&](std::size_t at) { return at >= text.size() || text[at] == ' '; };
  if (text.empty()) return std::nullopt;
  const char first = text.front();
  if (std::string_view("+-=").find(first) != std::string_view::npos) {
    return ends(1) || text[1] == first ? std::optional<std::size_t>(0) : std::nullopt;
  }
  const auto digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || !ends(digits + 1)) return std::nullopt;
  return text[digits] == '.' || text[digits] == ')' ? std::optional(digits) : std::nullopt;
}

// The signs at the start that GitHub looks for in finished text, where a backslash does not help: a mention, a
// reference, a formula, an address that becomes a link.
std::size_t size_of_reference(std::string_view text) {
  if (text.starts_with("://")) return 3;
  if (text.starts_with("www.") || text.starts_with("WWW.")) return 4;
  if (text.starts_with('$')) return text.size() > 1 && text[1] >= '0' && text[1] <= '9' ? 0 : 1;  // an amount is none
  return text.starts_with('@') || text.starts_with('#') ? 1 : 0;
}

}  // namespace

std::string xml_line(std::string_view hostile, std::size_t most) {
  return xml_characters(text::excerpt(hostile, most));
}

std::string xml_lines(std::string_view hostile, std::size_t most) {
  std::string out;
  std::size_t left = most;
  while (left > 0) {
    const auto end = hostile.find('\n');
    std::string_view line = hostile.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string shown = text::excerpt(line, left);
    out += shown;
    left -= std::min(left, text::count_chars(shown) + 1);
    if (end == std::string_view::npos) break;
    out += '\n';
    hostile.remove_prefix(end + 1);
    if (left == 0) out += "…";
  }
  return xml_characters(std::move(out));
}

std::string md_text(std::string_view hostile, std::size_t most) {
  const std::string shown = text::excerpt(hostile, most);
  std::string out;
  out.reserve(shown.size() + 16);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const char c = shown[i];
    if (const auto size = size_of_reference(std::string_view(shown).substr(i)); size > 0) {
      ((out += '`') += shown.substr(i, size)) += '`';
      i += size - 1;
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (std::string_view("\\`*_[]~|$").find(c) != std::string_view::npos) {
      (out += '\\') += c;
    } else {
      out += c;
    }
  }
  if (const auto at = block_mark(shown)) out.insert(*at, 1, '\\');
  return out;
}

std::string md_code(std::string_view hostile, std::size_t most) {
  std::string shown = text::excerpt(hostile, most);
  if (shown.empty()) return shown;
  replace_all(shown, "|", "¦");
  std::size_t longest = 0;
  std::size_t here = 0;
  for (const char c : shown) longest = std::max(longest, here = c == '`' ? here + 1 : 0);
  const std::string fence(longest + 1, '`');
  const bool padded = shown.front() == '`' || shown.back() == '`' || shown.front() == ' ' || shown.back() == ' ';
  return fence + (padded ? " " : "") + shown + (padded ? " " : "") + fence;
}

}  // namespace assay::reports
