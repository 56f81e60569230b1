#pragma once
/// One program as the system sees it: started without a shell, in a process group of its own, and gone with it.

#include <assay/core/error.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::endpoints {

/// A file descriptor, closed with it.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

struct ProgramSpec {
  std::filesystem::path file;  ///< where it is
  std::vector<std::string> arguments;
  std::filesystem::path folder;          ///< empty: here
  std::vector<std::string> environment;  ///< `NAME=value`, all it gets
};

/// A running program. Ends with the object: its group is killed, and nothing of it is left to wait for.
class Child {
 public:
  /// Its standard input is `input`, whole; it inherits nothing else, and no signal is blocked or ignored. Errors:
  /// `invalid` for a file that the system does not run, `transport` where there are too many processes or files.
  [[nodiscard]] static Result<Child> start(const ProgramSpec& spec, std::string_view input);

  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();

  /// Readable once it has ended.
  Descriptor ended;
  /// What it writes; reading does not wait.
  Descriptor output;
  Descriptor errors;

  /// Kills what is left of its group.
  void kill();
  /// Waits for the end, and gives the status as waitpid does. At once after `ended` or `kill`.
  [[nodiscard]] int wait();

 private:
  explicit Child(int id) : id_(id) {}

  int id_ = -1;  ///< of the process and its group; -1: waited for
  int status_ = 0;
};

}  // namespace assay::endpoints
