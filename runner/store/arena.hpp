#pragma once
/// Bytes that live together: copied in once, dropped all at once.

#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace assay::store {

/// Keeps copies of texts in blocks that are used again after `clear`, so that a batch of small rows costs no
/// allocation, on whichever thread it is made or dropped. A large text gets a block of its own. What `keep` gives is
/// valid until `clear`, also when the arena is moved.
class Arena {
 public:
  [[nodiscard]] std::string_view keep(std::string_view text) {
    if (text.empty()) return {};
    char* to = room(text.size());
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  /// `size` bytes to be filled by the caller.
  [[nodiscard]] char* room(std::size_t size) {
    if (size > kBlock / 4) return large_.emplace_back(std::make_unique_for_overwrite<char[]>(size)).get();
    if (used_ + size > kBlock || blocks_.empty()) {
      if (!blocks_.empty()) ++at_;
      if (at_ == blocks_.size()) blocks_.push_back(std::make_unique_for_overwrite<char[]>(kBlock));
      used_ = 0;
    }
    char* to = blocks_[at_].get() + used_;
    used_ += size;
    return to;
  }

  void clear() {
    large_.clear();
    if (blocks_.size() > kMostKept) blocks_.resize(kMostKept);
    at_ = 0;
    used_ = 0;
  }

 private:
  static constexpr std::size_t kBlock = std::size_t{64} << 10;
  static constexpr std::size_t kMostKept = 64;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<std::unique_ptr<char[]>> large_;
  std::size_t at_ = 0;
  std::size_t used_ = 0;
};

}  // namespace assay::store
