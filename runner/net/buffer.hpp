#pragma once
/// Bytes read and not used yet, in one piece.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace assay::net {

/// A growing buffer with a used part in the middle. Views are valid until the next `prepare`.
class Buffer {
 public:
  [[nodiscard]] std::string_view readable() const { return {data_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }

  void consume(std::size_t n) {
    begin_ += n;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  void clear() { begin_ = end_ = 0; }

  /// Makes room for at least `n` more bytes; `free()` tells how many fit.
  void prepare(std::size_t n) {
    if (capacity_ - end_ >= n) return;
    if (begin_ > 0) {
      std::memmove(data_.get(), data_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
      if (capacity_ - end_ >= n) return;
    }
    const std::size_t grown = std::max({kFirst, capacity_ * 2, end_ + n});
    auto bigger = std::make_unique_for_overwrite<char[]>(grown);
    if (end_ > 0) std::memcpy(bigger.get(), data_.get(), end_);
    data_ = std::move(bigger);
    capacity_ = grown;
  }
  [[nodiscard]] char* tail() { return data_.get() + end_; }
  [[nodiscard]] std::size_t free() const { return capacity_ - end_; }
  void commit(std::size_t n) { end_ += n; }

  /// Gives the memory of an unusually large message back.
  void shrink() {
    if (!empty() || capacity_ <= 16 * kFirst) return;
    data_.reset();
    capacity_ = 0;
  }

 private:
  static constexpr std::size_t kFirst = 8192;

  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace assay::net
