#pragma once
/// Human labels as files: JSONL or CSV, one judgement a record. Contract §8.

#include <assay/core/diagnostics.hpp>
#include <assay/core/trust.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace assay::app {

/// What a text of an exported CSV gets a ' in front of, which is taken off where the file is read: most spreadsheets
/// take such a cell for a formula, and a text that has one must keep it.
inline constexpr std::string_view kFormula = "=+-@\t\r'";

/// A label, and the record that it stands in.
struct LabelRecord {
  Label label;
  Place at;
};

/// Reads a file of labels. A record needs `suite`, `case` and `check`, `pass` or `score`, and `run` (with `sample`, 0
/// without it) or `answer`; a record of an export that nobody filled in (neither `pass` nor `score`) is skipped. Where
/// `by` or `at` is missing, these are taken. Reports every fault with its line, unknown fields among them.
[[nodiscard]] std::vector<LabelRecord> read_labels(const std::filesystem::path& file, const std::string& by,
                                                   WallTime at, Diagnostics& diagnostics);

/// An answer that people labelled, with all they said of it.
struct LabelledAnswer {
  std::string suite;
  std::string case_id;
  std::string run;  ///< empty: `answer` is it
  std::uint32_t sample = 0;
  std::optional<std::string> answer;
  std::optional<std::string> question;
  std::vector<Label> labels;
  Place at;  ///< of the first
};

/// Puts the labels of one answer together, in the order of their first mention.
[[nodiscard]] std::vector<LabelledAnswer> group(const std::vector<LabelRecord>& records);

}  // namespace assay::app
