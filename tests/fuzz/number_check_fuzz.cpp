// Numbers in any text come one after the other, have the value that the C library reads, and are found again when they
// stand alone.

#include "judges/heuristic/number_scan.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <cmath>
#include <cstdlib>
#include <string>

namespace {

double read_by_strtod(std::string_view number) {
  std::string plain;
  for (const char c : number) {
    if ((c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E') plain += c;
    if ((c == '-' || c == '+') && !plain.empty()) plain += c;
  }
  return std::strtod(plain.c_str(), nullptr);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = assay::fuzz::text_of(data, size);
  std::size_t last = 0;
  for (auto found = assay::judges::next_number(text, 0); found; found = assay::judges::next_number(text, last)) {
    assay::fuzz::require(found->begin >= last && found->begin < found->end && found->end <= size);
    last = found->end;
    const auto number = text.substr(found->begin, found->end - found->begin);
    const double expected = read_by_strtod(number);
    // Between 0 and the least normal number, both may choose.
    const bool tiny = expected < 1e-300 && std::abs(found->value) < 1e-300;
    assay::fuzz::require(tiny || std::abs(found->value) == expected);
    const auto alone = assay::judges::whole_number(number);
    assay::fuzz::require(alone && *alone == found->value);
  }
  return 0;
}
