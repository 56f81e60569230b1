#pragma once
/// Runs a real program as a person would: arguments, environment and folder in; exit code and both streams out.

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace assay::test {

struct ProcessOptions {
  std::filesystem::path folder = ".";
  /// Beside PATH and what sanitizers read; nothing else is inherited.
  std::map<std::string, std::string> environment;
  /// After which the program is killed.
  std::chrono::seconds timeout{120};
};

/// A program that ended. `code` is 128 + signal where a signal ended it, -1 where the time was over.
struct Finished {
  int code = -1;
  std::string out;
  std::string err;
};

/// A program under way. Killed on destruction.
class Process {
 public:
  /// Throws std::runtime_error if it cannot be started.
  Process(const std::vector<std::string>& command, const ProcessOptions& options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  void send(int signal) const;
  /// Reads until standard output or standard error holds `text`; false if the program ended or its time was over first.
  bool wait_for(std::string_view text);
  /// What was read until now.
  [[nodiscard]] const Finished& so_far() const { return finished_; }
  /// Reads both streams to their end and waits for the end of the program.
  Finished wait();

 private:
  bool pump();
  void reap(bool kill_first);

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::chrono::steady_clock::time_point deadline_;
  Finished finished_;
  bool reaped_ = false;
};

[[nodiscard]] Finished run_process(const std::vector<std::string>& command, const ProcessOptions& options);

}  // namespace assay::test
