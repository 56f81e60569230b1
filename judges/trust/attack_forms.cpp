#include "judges/trust/attack_forms.hpp"

#include <assay/core/json.hpp>
#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace assay::judges {

namespace {

std::string as_it_is(std::string_view text) {
  return std::string(text);
}

std::string json(std::string_view text) {
  if (text::parse_integer(text)) return std::string(text);
  return Json(text::to_valid_utf8(text)).dump();
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string utf8(std::uint32_t code_point) {
  const auto low = [&](int bits) { return static_cast<char>(0x80U | ((code_point >> bits) & 0x3FU)); };
  if (code_point < 0x10000) return {static_cast<char>(0xE0U | (code_point >> 12U)), low(6), low(0)};
  return {static_cast<char>(0xF0U | (code_point >> 18U)), low(12), low(6), low(0)};
}

// Printable ASCII, moved to where Unicode has it once more.
std::string moved(std::string_view text, std::uint32_t by) {
  std::string out;
  for (const char c : text) {
    if (c > ' ' && c <= '~') {
      out += utf8(static_cast<std::uint32_t>(c) + by);
    } else {
      out += c;
    }
  }
  return out;
}

std::string wide(std::string_view text) {
  return moved(text, 0xFF01U - '!');
}

std::string tags(std::string_view text) {
  return moved(text, 0xE0000U);
}

std::string spaced(std::string_view text) {
  std::string out;
  for (const char c : text) (out += c) += "\u200B";
  return out;
}

std::string lookalike(std::string_view text) {
  static constexpr std::string_view kLatin = "aceiopsxy";
  static constexpr std::array<std::string_view, kLatin.size()> kCyrillic{
      "\u0430", "\u0441", "\u0435", "\u0456", "\u043E", "\u0440", "\u0455", "\u0445", "\u0443"};
  std::string out;
  for (const char c : text) {
    const auto at = kLatin.find(c);
    if (at == std::string_view::npos) {
      out += c;
    } else {
      out += kCyrillic.at(at);
    }
  }
  return out;
}

bool continues(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

std::string reversed(std::string_view text) {
  std::string out;
  for (auto end = text.size(); end > 0;) {
    auto begin = end - 1;
    while (begin > 0 && continues(text[begin])) --begin;
    out += text.substr(begin, end - begin);
    end = begin;
  }
  return out;
}

// RFC 4648, section 4.
std::string base64(std::string_view text) {
  static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    const auto taken = std::min<std::size_t>(3, text.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = (bits << 8U) | (k < taken ? static_cast<unsigned char>(text[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += k <= taken ? kDigits[(bits >> (18U - 6U * k)) & 0x3FU] : '=';
  }
  return out;
}

using Form = std::string (*)(std::string_view);
constexpr std::array<std::pair<std::string_view, Form>, 9> kForms{{{"", as_it_is},
                                                                   {"json", json},
                                                                   {"upper", upper},
                                                                   {"wide", wide},
                                                                   {"spaced", spaced},
                                                                   {"lookalike", lookalike},
                                                                   {"reversed", reversed},
                                                                   {"base64", base64},
                                                                   {"tags", tags}}};

}  // namespace

std::string in_form(std::string_view text, std::string_view form) {
  for (const auto& [name, write] : kForms) {
    if (name == form) return write(text);
  }
  fmt::print(stderr, "no form '{}' of an attack\n", form);
  std::abort();
}

}  // namespace assay::judges
