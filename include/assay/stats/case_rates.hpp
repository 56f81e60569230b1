#pragma once
/// How pass rates are spread over the cases of a suite: a Beta distribution, fitted and drawn from. Pure,
/// deterministic.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace assay::stats {

/// Beta(passes, fails), both above 0: mean passes/(passes + fails), the narrower the greater their sum.
struct BetaRates {
  double passes = 1;
  double fails = 1;

  [[nodiscard]] double mean() const { return passes / (passes + fails); }
};

/// What was seen of one case.
struct CaseCount {
  double passes = 0;
  double samples = 0;
};

/// The Beta distribution that cases are drawn from, by moments: m = (Σc+½)/(Σn+1) and the mean of c(n−c)/(n(n−1)) over
/// cases with two samples or more, which estimates E[p(1−p)] = m(1−m)·s/(s+1) without bias, s = passes + fails within
/// 0.01 and 1000. Nothing where no case has two samples: how a case repeats itself is not known then. Source: Griffiths
/// 1973, doi:10.2307/2529131 (beta-binomial by moments).
[[nodiscard]] std::optional<BetaRates> fit_rates(std::span<const CaseCount> cases);

/// The distribution with mean `rate` in which two samples of one case differ with chance `discordance`, as near to it
/// as that rate allows: 2m(1−m)·s/(s+1). 0 < rate < 1.
[[nodiscard]] BetaRates rates_of_discordance(double rate, double discordance);

/// What a case's rate may be after its samples were seen: Beta(passes + c, fails + n − c).
[[nodiscard]] BetaRates after(const BetaRates& prior, const CaseCount& seen);

/// Rates to draw from by look-up: the quantiles at the middles of `parts` equally likely parts, ascending.
[[nodiscard]] std::vector<double> rate_table(const BetaRates& rates, std::size_t parts = 512);

/// A draw: a pure function of `key`. The table is not empty.
[[nodiscard]] double draw_rate(std::span<const double> table, std::uint64_t key);

}  // namespace assay::stats
