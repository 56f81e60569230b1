#include "runner/app/demo.hpp"

#include "runner/app/embedded.hpp"
#include "runner/app/run.hpp"

#include <fmt/format.h>

#include <array>

namespace assay::app {

namespace {

ExitCode run_target(const std::filesystem::path& folder, const std::string& target, const Environment& environment,
                    Console& console) {
  RunRequest request;
  request.config = (folder / "suites/demo/assay.yaml").string();
  request.target = target;
  request.store = folder / "history.db";
  request.out = folder / "runs" / target;
  request.meta = {{"release", target}};
  return run(std::move(request), environment, console);
}

}  // namespace

ExitCode demo(const std::filesystem::path& folder, const Environment& environment, Console& console) {
  constexpr std::array<std::string_view, 2> kFiles{"suites/demo/", "datasets/"};
  if (const auto written = write_embedded(kFiles, "", folder, false); !written) return fail(written.error(), console);

  console.out << "1. The release in use, `stable`, is measured.\n\n";
  const auto stable = run_target(folder, "stable", environment, console);
  console.out << "\n2. A candidate, `worse`, is measured by the same suites and the same policy.\n\n";
  const auto worse = run_target(folder, "worse", environment, console);

  const auto store = (folder / "history.db").string();
  console.out << "\n3. Where to look next\n";
  console.out << fmt::format("   assay show release=worse --store {}         the failing cases, down to the wire\n",
                             store);
  console.out << fmt::format("   assay history --store {}                    both runs\n", store);
  console.out << fmt::format("   {}   the suites, the policy and the script of the model\n",
                             (folder / "suites/demo/").string());
  if (stable == ExitCode::pass && worse == ExitCode::block) return ExitCode::pass;
  console.err << fmt::format("error: the demo expected PASS and BLOCK, and got exit codes {} and {}\n",
                             static_cast<int>(stable), static_cast<int>(worse));
  return ExitCode::error;
}

ExitCode init(const std::filesystem::path& folder, Console& console) {
  std::error_code ignored;
  if (std::filesystem::exists(folder / "assay.yaml", ignored)) {
    return fail({ErrorKind::usage,
                 fmt::format("{} is there already", (folder / "assay.yaml").string()),
                 "choose another folder; nothing was written",
                 {}},
                console);
  }
  constexpr std::array<std::string_view, 1> kFiles{"suites/init/"};
  if (const auto written = write_embedded(kFiles, "suites/init/", folder, true); !written) {
    return fail(written.error(), console);
  }
  const bool here = folder == "." || folder.empty();
  console.out << fmt::format("made a project in {}\n\n", here ? "this folder" : folder.string());
  if (!here) console.out << fmt::format("  cd {}\n", folder.string());
  console.out << "  assay validate assay.yaml     all files, all errors at once\n"
                 "  assay run                     replay, score, decide; the exit code is the verdict\n"
                 "  assay show latest             what happened, case by case\n\n"
                 "Then point the target in assay.yaml at your own endpoint.\n";
  return ExitCode::pass;
}

}  // namespace assay::app
