#pragma once
/// What a person reads in the terminal at the end of a run, and verdict.json. Text of models and users is hostile:
/// control characters become visible, and no line is a command to a CI runner (`::error::`, `##[…]`).

#include <assay/core/verdict.hpp>
#include <assay/reports/format.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace assay::reports {

/// A failing case for the list at the end of a run.
struct FailingCase {
  std::string suite;
  std::string id;
  std::string what;          ///< the reason: of the first required check that failed, or of the error
  std::uint32_t failed = 0;  ///< samples
  std::uint32_t samples = 0;
};

/// What of them is shown, and how many there are beside.
struct FailingCases {
  std::vector<FailingCase> worst;
  std::uint64_t others = 0;  ///< cases that failed beside these
  bool at_least = false;     ///< `others` is not all: more failed than was read
};

/// Verdict, reasons, gates with intervals, the worst failing cases, how far the judges may be believed, cost and
/// latency, where the reports are. No line is
/// wider than the style's width, but for the names of files.
[[nodiscard]] std::string terminal_summary(const Verdict& verdict, const FailingCases& failing,
                                           const std::vector<std::string>& files, const Style& style);

/// Writes verdict.json whole or not at all: temporary file, fsync, rename, fsync of the directory. Errors: `store`.
[[nodiscard]] Result<void> write_verdict(const std::filesystem::path& path, const Verdict& verdict);

}  // namespace assay::reports
