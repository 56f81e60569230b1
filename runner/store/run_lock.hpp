#pragma once
/// Says that a run is being executed. The kernel lets go of it however the process ends.

#include <assay/core/error.hpp>

#include <cstdint>
#include <filesystem>

namespace assay::store {

/// An advisory lock on `<store>.run-<id>.lock`, which is deleted when it is released in order.
class RunLock {
 public:
  /// Errors: `usage` if a live process holds it; `store` if the file cannot be made.
  [[nodiscard]] static Result<RunLock> take(const std::filesystem::path& store, std::int64_t run);

  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&& other) noexcept;
  ~RunLock() { release(); }

  void release();

 private:
  RunLock(int descriptor, std::filesystem::path file) : descriptor_(descriptor), file_(std::move(file)) {}
  int descriptor_ = -1;
  std::filesystem::path file_;
};

}  // namespace assay::store
