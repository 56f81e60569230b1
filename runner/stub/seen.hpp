#pragma once
/// Counts how often a request was seen, in bounded memory.

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace assay::stub {

/// Two generations of counts: when the young one is full, the old one is forgotten. A request that is seen again within
/// `kGeneration` other ones is always counted right.
class SeenCounts {
 public:
  static constexpr std::size_t kGeneration = 1u << 17;

  /// How often `request` was seen before this time.
  std::uint32_t next(std::uint64_t request) {
    if (young_.size() >= kGeneration) {
      old_ = std::move(young_);
      young_.clear();
    }
    const auto [entry, fresh] = young_.try_emplace(request, 0);
    if (fresh) {
      const auto before = old_.find(request);
      if (before != old_.end()) entry->second = before->second;
    }
    return entry->second++;
  }

 private:
  std::unordered_map<std::uint64_t, std::uint32_t> young_;
  std::unordered_map<std::uint64_t, std::uint32_t> old_;
};

}  // namespace assay::stub
