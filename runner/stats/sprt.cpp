#include <assay/stats/sprt.hpp>

#include <cmath>

namespace assay::stats {

namespace {

double log_bad(const Sprt& test) {
  return std::log((1 - test.beta) / test.alpha);
}

double log_good(const Sprt& test) {
  return std::log(test.beta / (1 - test.alpha));
}

}  // namespace

double sprt_log_ratio(const Sprt& test, double passes, double failures) {
  return passes * std::log(test.bad / test.good) + failures * std::log((1 - test.bad) / (1 - test.good));
}

SprtState sprt(const Sprt& test, double passes, double failures) {
  const double ratio = sprt_log_ratio(test, passes, failures);
  if (ratio >= log_bad(test)) return SprtState::bad;
  return ratio <= log_good(test) ? SprtState::good : SprtState::open;
}

SprtCases sprt_expected_cases(const Sprt& test) {
  const auto mean_step = [&](double rate) { return sprt_log_ratio(test, rate, 1 - rate); };
  const double end_if_good = test.alpha * log_bad(test) + (1 - test.alpha) * log_good(test);
  const double end_if_bad = (1 - test.beta) * log_bad(test) + test.beta * log_good(test);
  return {end_if_good / mean_step(test.good), end_if_bad / mean_step(test.bad)};
}

}  // namespace assay::stats
