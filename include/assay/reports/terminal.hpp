#pragma once
/// What a person reads in the terminal at the end of a run, and verdict.json. Model text is hostile and is neutralised.

#include <assay/core/verdict.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace assay::reports {

struct Style {
  bool color = false;
  int width = 100;  ///< columns
};

/// A failing case for the list at the end of a run.
struct FailingCase {
  std::string suite;
  std::string id;
  std::string what;          ///< the reason: of the first required check that failed, or of the error
  std::uint32_t failed = 0;  ///< samples
  std::uint32_t samples = 0;
};

/// Verdict, reasons, gates with intervals, the worst failing cases, cost and latency, where the reports are.
[[nodiscard]] std::string terminal_summary(const Verdict& verdict, const std::vector<FailingCase>& worst,
                                           const std::vector<std::string>& files, const Style& style);

/// Writes verdict.json whole or not at all: temporary file, fsync, rename, fsync of the directory. Errors: `store`.
[[nodiscard]] Result<void> write_verdict(const std::filesystem::path& path, const Verdict& verdict);

/// A number with its unit for a person: `83.1 %`, `1.42 s`, `$0.0031`.
[[nodiscard]] std::string show_value(double value, Unit unit);

}  // namespace assay::reports
