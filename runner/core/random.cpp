#include <assay/core/random.hpp>

namespace assay {

std::uint64_t mix(std::uint64_t key, std::uint64_t value) {
  std::uint64_t z = key + 0x9e3779b97f4a7c15ULL * (value + 1);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

std::uint64_t mix(std::uint64_t key, std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3ULL;
  }
  return mix(key, hash);
}

double uniform(std::uint64_t key) {
  return static_cast<double>(mix(key, 0) >> 11U) * 0x1.0p-53;
}

}  // namespace assay
