#include "runner/stats/students_t.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <cmath>

namespace assay::stats {

double t_quantile(double p, double dof) {
  return boost::math::quantile(boost::math::students_t(dof), p);
}

double t_cdf(double distance, double standard_error, double dof) {
  if (!(standard_error > 0)) return distance >= 0 ? 1 : 0;
  const double t = distance / standard_error;
  if (std::isinf(t)) return t > 0 ? 1 : 0;
  return boost::math::cdf(boost::math::students_t(dof), t);
}

}  // namespace assay::stats
