#include "runner/stats/normal.hpp"

#include <boost/math/distributions/normal.hpp>

#include <cmath>

namespace assay::stats {

double normal_quantile(double p) {
  if (p <= 0) return -HUGE_VAL;
  if (p >= 1) return HUGE_VAL;
  return boost::math::quantile(boost::math::normal(), p);
}

double normal_cdf(double z) {
  if (std::isinf(z)) return z > 0 ? 1 : 0;
  return boost::math::cdf(boost::math::normal(), z);
}

}  // namespace assay::stats
