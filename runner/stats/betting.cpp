#include <assay/stats/betting.hpp>

#include <algorithm>
#include <cmath>

namespace assay::stats {

namespace {

/// The mean and variance of the values so far, with a prior worth one value.
struct Running {
  double n = 0;
  double sum = 0;
  double squares = 0;

  double mean() const { return (0.5 + sum) / (n + 1); }
  double variance() const { return (0.25 + squares) / (n + 1); }

  void add(double value) {
    ++n;
    sum += value;
    squares += std::pow(value - mean(), 2);
  }
};

/// What the mean of the values to come is, if that of all is `mean`.
double mean_to_come(double mean, const Running& seen, double population) {
  if (population <= 0) return mean;
  return (population * mean - seen.sum) / (population - seen.n);
}

bool in_range(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value >= 0 && value <= 1; });
}

/// One bet: log(1 + stake·edge); a mean to come outside 0…1 is impossible on the side it left.
void bet(Capital& capital, double value, double mean, double stake, double cap) {
  if (mean < 0) {
    capital.log_up = HUGE_VAL;
  } else if (mean > 0) {
    capital.log_up += std::log1p(std::min(stake, cap / mean) * (value - mean));
  } else if (value > 0) {
    capital.log_up = HUGE_VAL;
  }
  if (mean > 1) {
    capital.log_down = HUGE_VAL;
  } else if (mean < 1) {
    capital.log_down += std::log1p(std::min(stake, cap / (1 - mean)) * (mean - value));
  } else if (value < 1) {
    capital.log_down = HUGE_VAL;
  }
  capital.most_up = std::max(capital.most_up, capital.log_up);
  capital.most_down = std::max(capital.most_down, capital.log_down);
}

/// The border between `inside` and `outside`, to 1e-9.
template <class Excluded>
double border(double outside, double inside, Excluded excluded) {
  if (!excluded(outside)) return outside;
  while (std::abs(inside - outside) > 1e-9) {
    const double middle = (inside + outside) / 2;
    (excluded(middle) ? outside : inside) = middle;
  }
  return outside;
}

}  // namespace

void observe(MeanEvidence& evidence, double value) {
  const double x = value > 0 ? std::min(value, 1.0) : 0;  // a NaN is 0
  const double m = evidence.null_mean;
  const double mean = (evidence.prior_mean + evidence.sum) / (evidence.n + 1);
  const double variance = (evidence.prior_variance + evidence.squares) / (evidence.n + 1);
  if (m > 0 && m < 1 && mean > m) {
    const double edge = mean - m;
    const double stake = std::min(edge / (variance + edge * edge), evidence.cap / m);
    evidence.log_wealth += std::log1p(stake * (x - m));
    evidence.log_most = std::max(evidence.log_most, evidence.log_wealth);
  }
  ++evidence.n;
  evidence.sum += x;
  evidence.squares += std::pow(x - (evidence.prior_mean + evidence.sum) / (evidence.n + 1), 2);
}

double anytime_p(const MeanEvidence& evidence) {
  return std::min(1.0, std::exp(-evidence.log_most));
}

Capital betting_capital(std::span<const double> values, double mean, double alpha, double cap,
                        std::uint64_t population) {
  Capital capital;
  Running seen;
  const auto all = static_cast<double>(population);
  for (const double value : values) {
    const double t = seen.n + 1;
    const double stake = std::sqrt(2 * std::log(1 / alpha) / (seen.variance() * t * std::log1p(t)));
    bet(capital, value, mean_to_come(mean, seen, all), stake, cap);
    seen.add(value);
  }
  return capital;
}

std::optional<Interval> betting_bounds(std::span<const double> values, double alpha, double cap,
                                       std::uint64_t population) {
  if (!in_range(values) || (population > 0 && values.size() > population)) return std::nullopt;
  if (values.empty()) return Interval{};
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  // Of a known number of values the rest can at worst be all 0, at best all 1.
  const auto all = static_cast<double>(population);
  const double least = population > 0 ? sum / all : 0;
  const double greatest = population > 0 ? (sum + all - n) / all : 1;
  const double enough = std::log(1 / alpha);
  const auto capital = [&](double m) { return betting_capital(values, m, alpha, cap, population); };
  return Interval{border(least, mean, [&](double m) { return capital(m).most_up >= enough; }),
                  border(greatest, mean, [&](double m) { return capital(m).most_down >= enough; })};
}

}  // namespace assay::stats
