#include "runner/gate/difference.hpp"
#include "runner/gate/least_alpha.hpp"

#include <algorithm>

namespace assay::gate {

namespace {

double clamped(const Compared& compared, double bound) {
  return std::clamp(bound, compared.least, compared.greatest);
}

/// One kind of data each: its bounds, and the p-values that go with them.
struct Tango {
  const PairedPasses& passes;

  [[nodiscard]] double lower(double alpha) const { return stats::tango_lower(passes.low, alpha); }
  [[nodiscard]] double upper(double alpha) const { return stats::tango_upper(passes.high, alpha); }
  [[nodiscard]] double p_at_least(double bound) const { return stats::tango_p_at_least(passes.low, bound); }
  [[nodiscard]] double p_at_most(double bound) const { return stats::tango_p_at_most(passes.high, bound); }
};

struct Delta {
  const PairedGains& gains;
  double floor_low = 0;
  double floor_high = 0;

  [[nodiscard]] double lower(double alpha) const { return stats::delta_lower(gains.low, alpha, floor_low); }
  [[nodiscard]] double upper(double alpha) const { return stats::delta_upper(gains.high, alpha, floor_high); }
  [[nodiscard]] double p_at_least(double bound) const { return stats::delta_p_at_least(gains.low, bound, floor_low); }
  [[nodiscard]] double p_at_most(double bound) const { return stats::delta_p_at_most(gains.high, bound, floor_high); }
};

struct Fieller {
  stats::PairedMeans low;
  stats::PairedMeans high;

  [[nodiscard]] double lower(double alpha) const { return stats::fieller(low, alpha).low; }
  [[nodiscard]] double upper(double alpha) const { return stats::fieller(high, alpha).high; }
  [[nodiscard]] double p_at_least(double bound) const { return stats::fieller_p_at_least(low, bound); }
  [[nodiscard]] double p_at_most(double bound) const { return stats::fieller_p_at_most(high, bound); }
};

struct Bonferroni {
  const Apart& apart;
  bool better_low = false;

  [[nodiscard]] double lower(double alpha) const {
    const auto& [ours, theirs, ratio] = apart;
    if (!ratio && better_low) return gate::lower_bound(theirs, alpha / 2) - gate::upper_bound(ours, alpha / 2);
    if (!ratio) return gate::lower_bound(ours, alpha / 2) - gate::upper_bound(theirs, alpha / 2);
    const double most = gate::upper_bound(theirs, alpha / 2);
    return most > 0 ? gate::lower_bound(ours, alpha / 2) / most : 0;
  }
  [[nodiscard]] double upper(double alpha) const {
    const auto& [ours, theirs, ratio] = apart;
    if (!ratio && better_low) return gate::upper_bound(theirs, alpha / 2) - gate::lower_bound(ours, alpha / 2);
    if (!ratio) return gate::upper_bound(ours, alpha / 2) - gate::lower_bound(theirs, alpha / 2);
    const double least = gate::lower_bound(theirs, alpha / 2);
    return least > 0 ? gate::upper_bound(ours, alpha / 2) / least : HUGE_VAL;
  }
  [[nodiscard]] double p_at_least(double bound) const {
    return least_alpha([&](double alpha) { return lower(alpha) > bound; });
  }
  [[nodiscard]] double p_at_most(double bound) const {
    return least_alpha([&](double alpha) { return upper(alpha) <= bound; });
  }
};

/// With at least the spread that passes have at the margin; for harm a quarter of it, as in `harm_floor`.
stats::PairedMeans floored(const stats::PairedMeans& means, const PairedRatio& ratio, double floor, double cases) {
  auto result = means;
  if (ratio.passes && cases > 0) {
    result.var_numerator += ratio.passes->weight * std::max(0.0, floor / cases - ratio.passes->variance);
  }
  return result;
}

Fieller fieller_of(const PairedRatio& ratio, double increase, double cases) {
  const double margin = ratio.passes ? ratio.passes->rate * increase / (1 + increase) : 0;
  return {floored(ratio.low, ratio, stats::harm_floor(margin), cases),
          floored(ratio.high, ratio, stats::margin_floor(margin), cases)};
}

/// `what` of the method that the data take.
template <class What>
double with_method(const Compared& compared, const Floors& floors, What what) {
  if (const auto* passes = std::get_if<PairedPasses>(&compared.data)) return what(Tango{*passes});
  if (const auto* gains = std::get_if<PairedGains>(&compared.data)) {
    return what(Delta{*gains, gains->share ? floors.low : 0, gains->share ? floors.high : 0});
  }
  if (const auto* ratio = std::get_if<PairedRatio>(&compared.data)) {
    return what(fieller_of(*ratio, floors.increase, static_cast<double>(compared.cases)));
  }
  return what(Bonferroni{std::get<Apart>(compared.data), compared.better_low});
}

}  // namespace

double lower_bound(const Compared& compared, double alpha, const Floors& floors) {
  return clamped(compared, with_method(compared, floors, [&](const auto& method) { return method.lower(alpha); }));
}

double upper_bound(const Compared& compared, double alpha, const Floors& floors) {
  return clamped(compared, with_method(compared, floors, [&](const auto& method) { return method.upper(alpha); }));
}

double p_at_least(const Compared& compared, double bound, const Floors& floors) {
  return with_method(compared, floors, [&](const auto& method) { return method.p_at_least(bound); });
}

double p_at_most(const Compared& compared, double bound, const Floors& floors) {
  return with_method(compared, floors, [&](const auto& method) { return method.p_at_most(bound); });
}

std::optional<double> standard_error(const Compared& compared, double floor) {
  const auto n = static_cast<double>(compared.cases);
  if (n == 0) return std::nullopt;
  double square = 0;
  if (const auto* passes = std::get_if<PairedPasses>(&compared.data)) {
    const auto& counts = passes->low;
    const double mean = (counts.gained - counts.lost) / n;
    square = ((counts.gained + counts.lost) / n - mean * mean) / n;
  } else if (const auto* gains = std::get_if<PairedGains>(&compared.data); gains && gains->low.mean.dof > 0) {
    square = gains->low.mean.standard_error * gains->low.mean.standard_error;
    if (!gains->share) floor = 0;
  } else {
    return std::nullopt;
  }
  const double error = std::sqrt(std::max(square, floor / n));
  return error > 0 ? std::optional(error) : std::nullopt;
}

std::string method_name(const Compared& compared) {
  const std::string clustered = compared.clusters > 0 ? "-clustered" : "";
  if (std::holds_alternative<PairedPasses>(compared.data)) return "tango";
  if (std::holds_alternative<PairedGains>(compared.data)) return "t-paired" + clustered;
  if (std::holds_alternative<PairedRatio>(compared.data)) return "fieller-paired" + clustered;
  return "bonferroni";
}

}  // namespace assay::gate
