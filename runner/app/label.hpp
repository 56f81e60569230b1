#pragma once
/// `assay label`: answers out to people and their judgements back, and scores that a person changes.

#include "runner/app/console.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace assay::app {

struct LabelRequest {
  std::string run;
  std::filesystem::path store = ".assay/history.db";
  std::optional<std::filesystem::path> out;  ///< export to it, .jsonl or .csv; without one JSONL to standard output
  std::uint64_t count = 100;
  std::optional<std::string> check;  ///< the metric; unset: all that a judge feeds
  std::optional<std::string> by_tag;
  std::uint64_t seed = 0;
  std::optional<std::filesystem::path> import;
  std::optional<std::string> edit;  ///< SUITE/CASE
  std::uint32_t sample = 0;         ///< of the edit
  std::optional<bool> pass;         ///< likewise
  std::optional<double> score;      ///< likewise
  std::string reason;               ///< likewise
  std::string author;               ///< of labels without one, and of the edit
};

[[nodiscard]] ExitCode label(const LabelRequest& request, Console& console);

}  // namespace assay::app
