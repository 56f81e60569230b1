#include "tests/support/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

namespace assay::test {

namespace {

struct Pipe {
  std::array<int, 2> ends{-1, -1};

  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
};

std::vector<std::string> environment_words(const ProcessOptions& options) {
  std::vector<std::string> words;
  for (const char* kept : {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LLVM_PROFILE_FILE"}) {
    if (const char* value = std::getenv(kept)) words.push_back(std::string(kept) + "=" + value);
  }
  words.push_back("HOME=" + options.folder.string());
  for (const auto& [name, value] : options.environment) words.push_back(name + "=" + value);
  return words;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> list;
  for (const auto& word : words) list.push_back(const_cast<char*>(word.c_str()));
  list.push_back(nullptr);
  return list;
}

// Reads what there is; closes at the end of the stream.
void drain(int& descriptor, std::string& into) {
  std::array<char, 65536> buffer{};
  const auto got = ::read(descriptor, buffer.data(), buffer.size());
  if (got > 0) {
    into.append(buffer.data(), static_cast<std::size_t>(got));
  } else if (got == 0 || errno != EINTR) {
    ::close(descriptor);
    descriptor = -1;
  }
}

}  // namespace

Process::Process(const std::vector<std::string>& command, const ProcessOptions& options)
    : deadline_(std::chrono::steady_clock::now() + options.timeout) {
  const Pipe out;
  const Pipe err;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err.ends[1], 2);
  // Signals that a test runner ignores must not be ignored by the program under test.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&defaults, signal);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);

  const auto words = environment_words(options);
  const auto error = ::posix_spawnp(&pid_, command.front().c_str(), &actions, &attributes, pointers(command).data(),
                                    pointers(words).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  ::close(out.ends[1]);
  ::close(err.ends[1]);
  out_ = out.ends[0];
  err_ = err.ends[0];
  if (error != 0) throw std::runtime_error(command.front() + " cannot be started: " + std::strerror(error));
}

Process::~Process() {
  if (!reaped_) reap(true);
  if (out_ >= 0) ::close(out_);
  if (err_ >= 0) ::close(err_);
}

void Process::send(int signal) const {
  if (!reaped_) ::kill(pid_, signal);
}

// One wait for output. False when both streams have ended or the time is over.
bool Process::pump() {
  if (out_ < 0 && err_ < 0) return false;
  std::array<pollfd, 2> set{pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now()).count();
  if (left <= 0) return false;
  const int ready = ::poll(set.data(), set.size(), static_cast<int>(left));
  if (ready < 0) return errno == EINTR;
  if (set[0].revents != 0) drain(out_, finished_.out);
  if (set[1].revents != 0) drain(err_, finished_.err);
  return true;
}

bool Process::wait_for(std::string_view text) {
  const auto seen = [&] {
    return finished_.out.find(text) != std::string::npos || finished_.err.find(text) != std::string::npos;
  };
  while (!seen()) {
    if (!pump()) return seen();
  }
  return true;
}

void Process::reap(bool kill_first) {
  if (kill_first) ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  if (WIFEXITED(status)) finished_.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) finished_.code = 128 + WTERMSIG(status);
}

Finished Process::wait() {
  while (pump()) {
  }
  const bool late = out_ >= 0 || err_ >= 0;
  if (!reaped_) reap(late);
  if (late) {
    finished_.code = -1;
    finished_.err += "\n<killed: its time was over>\n";
  }
  return finished_;
}

Finished run_process(const std::vector<std::string>& command, const ProcessOptions& options) {
  return Process(command, options).wait();
}

}  // namespace assay::test
