#include "runner/cli/commands.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <iostream>

namespace {

int terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 100;
  return size.ws_col;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error like any other
  try {
    const auto environment = assay::app::process_environment();
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    assay::app::Console console{.out = std::cout,
                                .err = std::cerr,
                                .out_color = terminal && !environment("NO_COLOR"),
                                .err_terminal = isatty(STDERR_FILENO) == 1 && !environment("CI"),
                                .width = terminal ? terminal_width() : 100};
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto code = assay::cli::main(arguments, environment, console);
    std::cout.flush();
    if (!std::cout) {
      std::cerr << "error: standard output cannot be written\n";
      return static_cast<int>(assay::ExitCode::error);
    }
    return static_cast<int>(code);
  } catch (const std::exception& bug) {
    std::cerr << "error: internal: " << bug.what() << "; help: report this as a bug\n";
  }
  return static_cast<int>(assay::ExitCode::error);
}
