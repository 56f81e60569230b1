#include "runner/app/console.hpp"

#include <fmt/format.h>

namespace assay::app {

void print(const Diagnostics& diagnostics, Console& console) {
  for (const auto& warning : diagnostics.warnings()) {
    auto text = to_string(warning);
    if (const auto at = text.find("error: "); at != std::string::npos) text.replace(at, 5, "warning");
    console.err << text << '\n';
  }
  for (const auto& error : diagnostics.errors()) console.err << to_string(error) << '\n';
  if (diagnostics.ok()) return;
  const auto hidden = diagnostics.error_count() - diagnostics.errors().size();
  console.err << fmt::format("{} error{}{}\n", diagnostics.error_count(), diagnostics.error_count() == 1 ? "" : "s",
                             hidden > 0 ? fmt::format(", {} not shown", hidden) : "");
}

ExitCode fail(const Error& error, Console& console) {
  console.err << to_string(error) << '\n';
  return exit_code(error.kind);
}

}  // namespace assay::app
