#pragma once
/// Files as a cassette needs them: read anywhere, write at the end, nothing left behind.

#include <assay/core/error.hpp>

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace assay::cassette {

/// An open descriptor, closed with it.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor() { (void)close(); }

  [[nodiscard]] int get() const { return number_; }
  /// False if the disk reports what it had kept back.
  bool close();

 private:
  int number_ = -1;
};

/// A regular file, open for reading. It stays what it was when another file takes its name.
class InFile {
 public:
  /// Errors: `not_found`; `invalid` for a folder or a file that cannot be read.
  [[nodiscard]] static Result<InFile> open(const std::filesystem::path& path);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Fills `into`; gives how much of it the file had. Errors: `invalid`.
  [[nodiscard]] Result<std::size_t> read(std::uint64_t offset, std::span<char> into) const;
  /// Exactly `length` bytes. Errors: `invalid`, also for a file that has become shorter.
  [[nodiscard]] Result<std::string> bytes(std::uint64_t offset, std::size_t length) const;

 private:
  std::string name_;
  Descriptor descriptor_;
  std::uint64_t size_ = 0;
};

/// A temporary file beside `target`, written at its end through a buffer. Unless it takes the target's name, it goes
/// with this object. Errors: `store`, naming `target`; after one, every later call fails with it.
class TemporaryFile {
 public:
  [[nodiscard]] static Result<TemporaryFile> create(const std::filesystem::path& target);
  TemporaryFile(TemporaryFile&&) noexcept = default;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile();

  /// Gives up the name: the bytes live as long as this object, even if the process is killed.
  void hide();
  [[nodiscard]] Result<void> append(std::string_view bytes);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  /// Bytes that were appended.
  [[nodiscard]] Result<void> read(std::uint64_t offset, std::span<char> into);
  /// Syncs the file, gives it the target's name and syncs the folder.
  [[nodiscard]] Result<void> rename();

 private:
  TemporaryFile() = default;
  Result<void> flush();
  Error failed(int code);

  std::filesystem::path target_;
  std::string name_;  // empty: hidden, renamed or moved from
  Descriptor descriptor_;
  std::string buffer_;
  std::uint64_t size_ = 0;  // with the buffer
  Error error_;
  bool broken_ = false;
};

}  // namespace assay::cassette
