#include "runner/endpoints/process/child.hpp"

#include <assay/text/utf8.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

namespace assay::endpoints {

namespace {

Error system_error(std::string_view what, int number) {
  return {ErrorKind::transport, fmt::format("cannot start the program: {}: {}", what, std::strerror(number)),
          "lower `concurrency`, or raise the limits of processes and open files"};
}

// A file in memory, read from its start: a program that never reads it holds nobody up.
Result<Descriptor> file_of(std::string_view bytes) {
  Descriptor file(::memfd_create("assay-input", MFD_CLOEXEC));
  if (file.get() < 0) return system_error("memfd_create", errno);
  while (!bytes.empty()) {
    const auto written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return system_error("write", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return system_error("pipe", errno);
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

// How the process differs from ours before its program runs.
class Setup {
 public:
  Setup() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
  }
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;
  ~Setup() {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  }

  void streams(int input, int output, int errors) {
    ::posix_spawn_file_actions_adddup2(&actions, input, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output, 1);
    ::posix_spawn_file_actions_adddup2(&actions, errors, 2);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  }
  void folder(const std::filesystem::path& folder) {
    if (!folder.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  }
  void own_group_and_signals() {
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }

  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

Error not_started(const ProgramSpec& spec, int number) {
  if (number == EAGAIN || number == ENOMEM || number == EMFILE || number == ENFILE)
    return system_error("spawn", number);
  return {
      ErrorKind::invalid,
      fmt::format("the program {} does not start: {}", text::in_quotes(spec.file.string(), 200), std::strerror(number)),
      number == ENOENT ? "look at its folder and at the interpreter in its first line, `#!…`"
                       : "a script's first line names its interpreter: `#!/usr/bin/env python3`"};
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Result<Child> Child::start(const ProgramSpec& spec, std::string_view input) {
  const auto stdin_file = file_of(input);
  if (!stdin_file) return stdin_file.error();
  auto output = make_pipe();
  if (!output) return output.error();
  auto errors = make_pipe();
  if (!errors) return errors.error();
  Setup setup;
  setup.streams(stdin_file->get(), output->write.get(), errors->write.get());
  setup.folder(spec.folder);
  setup.own_group_and_signals();
  auto arguments = spec.arguments;
  auto environment = spec.environment;
  pid_t id = -1;
  const int failed = ::posix_spawn(&id, spec.file.c_str(), &setup.actions, &setup.attributes,
                                   pointers(arguments).data(), pointers(environment).data());
  if (failed != 0) return not_started(spec, failed);
  Child child(id);
  child.output = std::move(output->read);
  child.errors = std::move(errors->read);
  child.ended = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, id, 0)));
  if (child.ended.get() < 0) return system_error("pidfd_open (Linux 5.3 has it)", errno);
  return child;
}

Child::Child(Child&& other) noexcept
    : ended(std::move(other.ended)),
      output(std::move(other.output)),
      errors(std::move(other.errors)),
      id_(std::exchange(other.id_, -1)),
      status_(other.status_) {}

Child::~Child() {
  kill();
  (void)wait();
}

// Only before the wait: afterwards the number may be another group's.
void Child::kill() {
  if (id_ > 0) ::kill(-id_, SIGKILL);
}

int Child::wait() {
  while (id_ > 0) {
    const auto waited = ::waitpid(id_, &status_, 0);
    if (waited >= 0 || errno != EINTR) id_ = -1;
  }
  return status_;
}

}  // namespace assay::endpoints
