#pragma once
/// What a gate could show on a run that is only planned. Chances are 0…1; what is not known is absent.

#include <assay/core/check.hpp>
#include <assay/core/sample.hpp>
#include <assay/core/verdict.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// What a true loss of that size leads to.
struct LossForecast {
  double loss = 0;   ///< a positive number, in the metric's unit
  double block = 0;  ///< the chance that harm is proved; with `by`, after Holm, where one slice alone loses
  double pass = 0;   ///< the chance that the claim passes all the same
};

/// One claim on one slice.
struct GateForecast {
  std::string id;
  std::string suite;
  std::string metric;
  Tags slice;
  std::string claim;
  Unit unit = Unit::share;
  Against against = Against::nothing;
  bool blocking = true;
  std::uint64_t n = 0;         ///< cases
  std::uint64_t clusters = 0;  ///< 0: no two cases share one
  double alpha = 0.05;
  std::optional<double> bound;          ///< the floor, ceiling or rate that is claimed
  std::optional<double> margin;         ///< δ
  std::optional<double> expected;       ///< the metric itself, from history
  std::optional<double> pass;           ///< the chance to pass: as in history; against a baseline, if nothing changed
  std::optional<double> false_block;    ///< against a baseline: the chance that an unchanged candidate is blocked
  std::vector<LossForecast> losses;     ///< of δ/2, δ and 2δ
  std::optional<double> mde;            ///< the least loss that is proved 80 % of the time
  std::optional<double> least_rate;     ///< of a floor: the least true rate that passes 80 % of the time
  std::optional<double> discordance;    ///< the variance of one case's difference where nothing changed
  bool assumed = false;                 ///< the discordance is not from history
  std::uint64_t known = 0;              ///< cases that the discordance was taken from
  std::optional<std::uint64_t> least;   ///< cases (samples for a quantile) below which nothing can pass
  std::optional<std::uint64_t> enough;  ///< at which it passes 80 % of the time: as in history, or unchanged
  std::string note;                     ///< one sentence: why nothing is said, or what stands in the way
};

/// What looks would spare a run whose candidate did not change.
struct LooksForecast {
  double fraction = 1;          ///< of the cases, expected
  std::vector<double> decided;  ///< the chance that the run is decided by each look
  std::string slowest;          ///< the gate that is decided last
};

}  // namespace assay
