#pragma once
/// Collects every fault of a file, so that a person mends them in one go.

#include <assay/core/error.hpp>

#include <string>
#include <vector>

namespace assay {

/// Errors and warnings found while reading user files. Not thread-safe. Keeps at most `kMax` of each and counts the
/// rest, so that a hostile file cannot fill the memory.
class Diagnostics {
 public:
  static constexpr std::size_t kMax = 200;

  void error(Place at, std::string message, std::string hint = {}, ErrorKind kind = ErrorKind::invalid);
  void error(Error error);
  void warning(Place at, std::string message, std::string hint = {});

  [[nodiscard]] bool ok() const { return error_count_ == 0; }
  [[nodiscard]] std::size_t error_count() const { return error_count_; }
  [[nodiscard]] const std::vector<Error>& errors() const { return errors_; }
  [[nodiscard]] const std::vector<Error>& warnings() const { return warnings_; }

 private:
  std::vector<Error> errors_;
  std::vector<Error> warnings_;
  std::size_t error_count_ = 0;
};

}  // namespace assay
