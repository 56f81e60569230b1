#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

#include <array>
#include <cstdint>

namespace assay::text {

namespace {

// CaseFolding.txt (Unicode 15), status C and S, as ranges. `step` 1: every letter folds by `offset`; `step` 2: every
// other one, from the first.
struct FoldRange {
  char32_t first;
  char32_t last;
  char32_t step;
  std::int32_t offset;
};

constexpr std::array kFolds{
    FoldRange{0xB5, 0xB5, 1, 775},    FoldRange{0xC0, 0xD6, 1, 32},     FoldRange{0xD8, 0xDE, 1, 32},
    FoldRange{0x100, 0x12E, 2, 1},    FoldRange{0x132, 0x136, 2, 1},    FoldRange{0x139, 0x147, 2, 1},
    FoldRange{0x14A, 0x176, 2, 1},    FoldRange{0x178, 0x178, 1, -121}, FoldRange{0x179, 0x17D, 2, 1},
    FoldRange{0x17F, 0x17F, 1, -268}, FoldRange{0x370, 0x372, 2, 1},    FoldRange{0x376, 0x376, 1, 1},
    FoldRange{0x37F, 0x37F, 1, 116},  FoldRange{0x386, 0x386, 1, 38},   FoldRange{0x388, 0x38A, 1, 37},
    FoldRange{0x38C, 0x38C, 1, 64},   FoldRange{0x38E, 0x38F, 1, 63},   FoldRange{0x391, 0x3A1, 1, 32},
    FoldRange{0x3A3, 0x3AB, 1, 32},   FoldRange{0x3C2, 0x3C2, 1, 1},    FoldRange{0x3CF, 0x3CF, 1, 8},
    FoldRange{0x3D0, 0x3D0, 1, -30},  FoldRange{0x3D1, 0x3D1, 1, -25},  FoldRange{0x3D5, 0x3D5, 1, -15},
    FoldRange{0x3D6, 0x3D6, 1, -22},  FoldRange{0x3D8, 0x3EE, 2, 1},    FoldRange{0x3F0, 0x3F0, 1, -54},
    FoldRange{0x3F1, 0x3F1, 1, -48},  FoldRange{0x3F4, 0x3F4, 1, -60},  FoldRange{0x3F5, 0x3F5, 1, -64},
    FoldRange{0x3F7, 0x3F7, 1, 1},    FoldRange{0x3F9, 0x3F9, 1, -7},   FoldRange{0x3FA, 0x3FA, 1, 1},
    FoldRange{0x3FD, 0x3FF, 1, -130}, FoldRange{0x400, 0x40F, 1, 80},   FoldRange{0x410, 0x42F, 1, 32},
    FoldRange{0x460, 0x480, 2, 1},    FoldRange{0x48A, 0x4BE, 2, 1},    FoldRange{0x4C0, 0x4C0, 1, 15},
    FoldRange{0x4C1, 0x4CD, 2, 1},    FoldRange{0x4D0, 0x52E, 2, 1},
};

char32_t fold(char32_t code) {
  for (const FoldRange& range : kFolds) {
    if (code < range.first) return code;
    if (code > range.last) continue;
    if ((code - range.first) % range.step != 0) return code;
    return static_cast<char32_t>(static_cast<std::int32_t>(code) + range.offset);
  }
  return code;
}

}  // namespace

std::string fold_case(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  std::size_t at = 0;
  while (at < utf8.size()) {
    const char c = utf8[at];
    if (static_cast<unsigned char>(c) < 0x80) {
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
      ++at;
      continue;
    }
    const Decoded next = decode(utf8, at);
    if (next.valid) {
      append(out, fold(next.code));
    } else {
      out += utf8.substr(at, next.size);
    }
    at += next.size;
  }
  return out;
}

}  // namespace assay::text
