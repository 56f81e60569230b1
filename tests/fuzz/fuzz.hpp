#pragma once
/// What the fuzz targets share.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace assay::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// A broken promise is a crash, with or without assertions.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace assay::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
