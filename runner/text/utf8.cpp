#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <utility>

namespace assay::text {

namespace {

// The length of the ASCII run at `at`, eight bytes at a time.
std::size_t skip_ascii(std::string_view bytes, std::size_t at) {
  constexpr std::uint64_t kHighBits = 0x8080808080808080u;
  while (at + 8 <= bytes.size()) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, 8);
    if ((word & kHighBits) != 0) break;
    at += 8;
  }
  while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80) ++at;
  return at;
}

bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || (c >= 0x2000 && c <= 0x200A) ||
         c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x3000;
}

// Text in UTF-16 without a byte order mark: every other byte of Latin text is NUL.
std::string_view guess_utf16(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 4096);
  std::size_t nul[2] = {0, 0};
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '\0') ++nul[i % 2];
  }
  const std::size_t pairs = head.size() / 2;
  if (pairs == 0) return {};
  if (nul[1] * 2 >= pairs && nul[0] * 8 < pairs) return "UTF-16LE";
  if (nul[0] * 2 >= pairs && nul[1] * 8 < pairs) return "UTF-16BE";
  return {};
}

// A file name for a shell command.
std::string shell_word(std::string_view name) {
  constexpr std::string_view kPlain = "._-/+,:@%=";
  const bool plain = !name.empty() && std::ranges::all_of(name, [kPlain](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kPlain.find(c) != std::string_view::npos;
  });
  if (plain) return std::string(name);
  std::string word = "'";
  for (const char c : name) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + "'";
}

}  // namespace

std::optional<std::size_t> find_invalid_utf8(std::string_view bytes) {
  std::size_t at = skip_ascii(bytes, 0);
  while (at < bytes.size()) {
    const Decoded next = decode(bytes, at);
    if (!next.valid) return at;
    at = skip_ascii(bytes, at + next.size);
  }
  return std::nullopt;
}

std::string_view guess_encoding(std::string_view bytes) {
  using namespace std::string_view_literals;
  if (bytes.starts_with("\xFF\xFE\0\0"sv)) return "UTF-32LE";
  if (bytes.starts_with("\0\0\xFE\xFF"sv)) return "UTF-32BE";
  if (bytes.starts_with("\xFF\xFE"sv)) return "UTF-16LE";
  if (bytes.starts_with("\xFE\xFF"sv)) return "UTF-16BE";
  if (const auto utf16 = guess_utf16(bytes); !utf16.empty()) return utf16;
  // 0x80…0x9F are control characters in ISO-8859-1, which no text has, and quotes and dashes in Windows-1252.
  std::size_t at = 0;
  while (at < bytes.size()) {
    const Decoded next = decode(bytes, at);
    const auto byte = static_cast<unsigned char>(bytes[at]);
    if (!next.valid && byte >= 0x80 && byte <= 0x9F) return "WINDOWS-1252";
    at += next.size;
  }
  return "ISO-8859-1";
}

Error not_utf8(std::string_view bytes, Place at) {
  const std::string encoding(guess_encoding(bytes));
  const std::string file = at.file.empty() ? "FILE" : shell_word(excerpt(at.file, 400));
  std::filesystem::path converted(at.file.empty() ? "FILE" : excerpt(at.file, 400));
  const auto ending = converted.extension().string();
  converted.replace_extension(".utf8" + ending);  // an ending that is still read
  const std::string target = shell_word(converted.string());
  return Error{ErrorKind::invalid, "is not UTF-8 (looks like " + encoding + ")",
               "iconv -f " + encoding + " -t UTF-8 " + file + " > " + target, std::move(at)};
}

Place place_at(std::string_view bytes, std::size_t offset, const std::string& file) {
  const std::string_view before = bytes.substr(0, offset);
  const std::string_view line = before.substr(before.rfind('\n') + 1);  // npos + 1 is 0
  return Place{file, 1 + static_cast<int>(std::ranges::count(before, '\n')), 1 + static_cast<int>(count_chars(line))};
}

std::string_view without_bom(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

std::string to_valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t end = skip_ascii(bytes, at);
    out += bytes.substr(at, end - at);
    at = end;
    if (at == bytes.size()) break;
    const Decoded next = decode(bytes, at);
    if (next.valid) {
      out += bytes.substr(at, next.size);
    } else {
      append(out, kReplacement);
    }
    at += next.size;
  }
  return out;
}

std::size_t count_chars(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string_view trim(std::string_view utf8) {
  while (!utf8.empty()) {
    const Decoded first = decode(utf8, 0);
    if (!first.valid || !is_space(first.code)) break;
    utf8.remove_prefix(first.size);
  }
  while (!utf8.empty()) {
    const std::size_t start = previous(utf8, utf8.size());
    const Decoded last = decode(utf8, start);
    if (!last.valid || !is_space(last.code)) break;
    utf8 = utf8.substr(0, start);
  }
  return utf8;
}

}  // namespace assay::text
