#pragma once
/// `assay show`: the samples of a run, and one of them down to the wire.

#include <assay/core/sample.hpp>
#include <assay/reports/format.hpp>

#include <map>
#include <vector>

namespace assay::reports {

/// One sample in the list of a run.
struct SampleLine {
  std::string suite;
  std::string case_id;
  std::uint32_t sample = 0;
  Outcome outcome;
  std::optional<Duration> latency;
  std::string what;  ///< why it failed, or what was answered
};

[[nodiscard]] std::string sample_table(const std::vector<SampleLine>& lines, const Style& style);

/// A check's score.
struct ScoreView {
  std::string name;
  std::string metric;
  bool required = true;
  Unit unit = Unit::share;
  Score score;
};

/// One sample in full.
struct SampleView {
  std::string suite;
  std::string case_id;
  std::string case_digest;
  std::uint32_t sample = 0;
  Tags tags;
  std::vector<Message> messages;  ///< of the case, as asked
  Transcript transcript;
  std::vector<ScoreView> scores;
  Outcome outcome;
  std::optional<Price> price;
  std::map<std::string, Price, std::less<>> judge_prices;  ///< by name
};

/// How much of a sample is shown.
struct Detail {
  bool wire = false;       ///< the bodies as received; judges' only with `questions`
  bool questions = false;  ///< judges' questions whole, not their first lines
};

/// What was asked, every call with its attempts, what a judge was asked, what came back, and how it scored.
[[nodiscard]] std::string show_sample(const SampleView& view, const Detail& detail, const Style& style);

}  // namespace assay::reports
