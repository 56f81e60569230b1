#pragma once
/// The bytes of a data set: read in large blocks, hashed as they pass, never all in memory.

#include <assay/core/digest.hpp>
#include <assay/core/error.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace assay::datasets {

/// A window that moves over a file. Not thread-safe.
class Source {
 public:
  /// Skips a UTF-8 BOM. Errors: `invalid` for a file that is missing, no regular file, or UTF-16 or UTF-32.
  [[nodiscard]] static Result<Source> open(const std::filesystem::path& path);

  /// The bytes read and not yet consumed. Valid until the next `fill`.
  [[nodiscard]] std::string_view window() const { return {buffer_.data() + begin_, end_ - begin_}; }
  /// Adds a block to the window; false at the end of the file.
  [[nodiscard]] Result<bool> fill();
  void consume(std::size_t bytes) { begin_ += bytes; }

  /// SHA-256 of the whole file; reads what is left of it.
  [[nodiscard]] DigestBytes digest();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] Place place(int line, int column) const { return Place{name_, line, column}; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  Source() = default;

  std::string name_;
  std::unique_ptr<std::FILE, Close> file_;
  Sha256 hash_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool at_end_ = false;
  bool hashed_ = false;
  DigestBytes digest_{};
};

/// The error for a record beyond `limit` bytes.
[[nodiscard]] Error too_long(const Place& at, std::size_t limit, std::string hint);

/// The place reached after reading `text` from `start` on. Columns count characters.
[[nodiscard]] Place advance(Place start, std::string_view text);

}  // namespace assay::datasets
