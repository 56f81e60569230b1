#include "runner/text/yaml_scan.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::text {

namespace {

// yaml-cpp holds every bracket that is open on to the end of the file in its queue, half a kilobyte each: 16 MB of '['
// would take gigabytes before the first callback. Brackets within text count too, so the bound is far above real files.
constexpr int kMaxOpenBrackets = 200'000;

bool too_many_brackets(std::string_view bytes) {
  int open = 0;
  for (const char c : bytes) {
    if (c == '[' || c == '{') ++open;
    if ((c == ']' || c == '}') && open > 0) --open;
    if (open > kMaxOpenBrackets) return true;
  }
  return false;
}

}  // namespace

std::optional<Error> unreadable(std::string_view bytes, const std::string& file, const Limits& limits) {
  if (bytes.size() > limits.bytes) {
    return Error{ErrorKind::invalid, fmt::format("the file is longer than {} bytes", limits.bytes),
                 "split it; many cases belong in a data set (.jsonl, .csv)", Place{file}};
  }
  if (const auto bad = find_invalid_utf8(bytes)) return not_utf8(bytes, place_at(bytes, *bad, file));
  if (too_many_brackets(bytes)) {
    return Error{ErrorKind::invalid, fmt::format("more than {} brackets are open at once", kMaxOpenBrackets),
                 "close them, or split the file", Place{file}};
  }
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    if ((c >= 0x20 && c != 0x7F) || c == '\t' || c == '\n') continue;
    if (c == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n') continue;
    const Place at = place_at(bytes, i, file);
    if (c == '\r' && i + 1 == bytes.size()) continue;
    if (c == '\0' && guess_encoding(bytes).starts_with("UTF-")) return not_utf8(bytes, at);
    if (c == '\r') {
      return Error{ErrorKind::invalid, "a carriage return without a line feed",
                   "convert the line ends: tr '\\r' '\\n' < FILE > FILE.lf", at};
    }
    return Error{ErrorKind::invalid, fmt::format("a raw control character (\\x{:02x})", c),
                 fmt::format("remove it, or write \"\\x{:02x}\" in double quotes", c), at};
  }
  return std::nullopt;
}

bool never_closed(std::string_view text) {
  int open = 0;
  for (const char c : text.substr(0, text.find('\n'))) {
    if (c == '[' || c == '{') ++open;
    if (c == ']' || c == '}') --open;
    if (open == 0) return false;
  }
  return true;
}

bool open_quote(std::string_view text) {
  while (text.starts_with('&') || text.starts_with('!')) {
    const std::size_t space = text.find_first_of(" \t\r\n");
    const std::size_t next = text.find_first_not_of(" \t\r\n", std::min(space, text.size()));
    text.remove_prefix(std::min(next, text.size()));
  }
  if (!text.starts_with('\'') && !text.starts_with('"')) return false;
  const char quote = text[0];
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 == text.size() || text[i + 1] != quote) return false;
      ++i;
    }
  }
  return true;
}

}  // namespace assay::text
