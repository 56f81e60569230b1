#pragma once
/// Where a command writes. Standard output belongs to results, standard error to progress and errors.

#include <assay/core/diagnostics.hpp>

#include <ostream>

namespace assay::app {

struct Console {
  std::ostream& out;
  std::ostream& err;
  bool out_color = false;
  bool err_terminal = false;
  int width = 100;
};

/// Prints every error and warning, one a line, and how many there were.
void print(const Diagnostics& diagnostics, Console& console);

/// Prints one error and gives its exit code.
ExitCode fail(const Error& error, Console& console);

}  // namespace assay::app
