#pragma once
/// The screen of `assay plan`, and the same as JSON.

#include <assay/core/forecast.hpp>
#include <assay/core/json.hpp>
#include <assay/reports/format.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay::reports {

/// A suite of the planned run.
struct PlannedSuiteLine {
  std::string suite;
  std::uint64_t cases = 0;  ///< of the selection
  std::uint64_t whole = 0;  ///< of the suite
  std::uint32_t samples = 1;
  std::uint64_t calls = 0;    ///< of the target
  std::uint64_t runs = 0;     ///< of history, that know its cases
  std::uint64_t known = 0;    ///< cases that they know
  std::string basis;          ///< where tokens and latency are taken from: a run; empty: guessed
  std::string basis_differs;  ///< in what that run differs: `prompt`, `model`; empty: in neither
};

/// Somebody who will be asked. What is not known is absent.
struct WorkLine {
  std::string role;  ///< `target`, `baseline`, `judge`
  std::string name;
  std::string model;
  std::uint64_t calls = 0;
  std::optional<double> input_tokens;
  std::optional<double> output_tokens;
  std::optional<double> usd;
  std::optional<double> seconds;  ///< within its limits
  /// Without history: one call for each judged check, a token for 4 characters, an answer as long as `max_tokens` lets
  /// it be.
  bool guessed = false;
  std::string pace;  ///< what the time is made of: `16 in flight, 1.42 s a call`, `3,000 requests a minute`
};

/// Everything that `assay plan` shows.
struct ForecastView {
  std::string target;
  std::string model;
  std::string policy;  ///< its file, or what stands in for one
  std::vector<PlannedSuiteLine> suites;
  std::vector<WorkLine> work;
  std::optional<double> usd;      ///< of all of them
  std::optional<double> seconds;  ///< of the slowest
  std::string opponent;           ///< whom margins are against: `main, mean of 5 runs`; empty: nobody
  std::vector<GateForecast> gates;
  std::optional<LooksForecast> looks;
  std::uint64_t spared = 0;  ///< calls, by looks
  std::vector<std::string> notes;
};

/// No line is wider than the style's width.
[[nodiscard]] std::string forecast_text(const ForecastView& view, const Style& style);

[[nodiscard]] OrderedJson forecast_json(const ForecastView& view);

}  // namespace assay::reports
