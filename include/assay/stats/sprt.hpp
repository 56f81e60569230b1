#pragma once
/// Wald's sequential probability ratio test of a pass rate. Pure and deterministic.

namespace assay::stats {

/// Two rates to tell apart: 0 < bad < good < 1; 0 < alpha, beta < 0.5.
struct Sprt {
  double good = 0.95;
  double bad = 0.90;
  double alpha = 0.05;  ///< chance that a good rate is called bad
  double beta = 0.05;   ///< chance that a bad rate is called good
};

enum class SprtState { open, good, bad };

/// log of the likelihood of the bad rate over the good one: passes·ln(bad/good) + failures·ln((1−bad)/(1−good)).
[[nodiscard]] double sprt_log_ratio(const Sprt& test, double passes, double failures);

/// Bad from ln((1−beta)/alpha) on, good from ln(beta/(1−alpha)) down, else open. May be looked at after every case; the
/// errors hold to a little overshoot, on the safe side. For independent cases. Source: Wald 1945,
/// doi:10.1214/aoms/1177731118.
[[nodiscard]] SprtState sprt(const Sprt& test, double passes, double failures);

/// Wald's expected number of cases until it stops, under each rate; a little low, as it leaves out the overshoot.
struct SprtCases {
  double under_good = 0;
  double under_bad = 0;
};
[[nodiscard]] SprtCases sprt_expected_cases(const Sprt& test);

}  // namespace assay::stats
