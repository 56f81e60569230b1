#include "judges/model/fence.hpp"

#include <assay/core/digest.hpp>

#include <fmt/format.h>

namespace assay::judges {

std::string fence_word(std::string_view salt, std::string_view text) {
  Sha256 hash;
  hash.update(fmt::format("{}:", salt.size()));  // so that no salt and text run together as another pair
  hash.update(salt);
  hash.update(text);
  constexpr std::size_t kDigits = 16;
  return to_hex(hash.finish()).substr(0, kDigits);
}

std::string fenced(std::string_view label, std::string_view salt, std::string_view text) {
  const auto word = fence_word(salt, text);
  return fmt::format("<{0} {1}>\n{2}\n</{0} {1}>", label, word, text);
}

}  // namespace assay::judges
