#include "runner/app/merge.hpp"

#include "runner/app/prepare.hpp"

#include <assay/store/merge.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::app {

ExitCode merge(const MergeRequest& request, Console& console) {
  std::error_code ignored;
  const bool itself = std::any_of(request.from.begin(), request.from.end(), [&](const auto& file) {
    return std::filesystem::equivalent(file, request.into, ignored);
  });
  if (itself) {
    return fail({ErrorKind::usage, fmt::format("{} is both read and written", request.into.string()),
                 "name another file with -o"},
                console);
  }
  const auto run = new_run_id(wall_now());
  if (const auto merged = store::merge(request.from, request.into, run); !merged) return fail(merged.error(), console);
  console.out << run << '\n';
  console.err << fmt::format("decide with: assay gate {} --store '{}'\n", run, request.into.string());
  return ExitCode::pass;
}

}  // namespace assay::app
