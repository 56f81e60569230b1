#include <assay/stats/proportion.hpp>
#include <assay/stats/youden.hpp>

#include <cmath>

namespace assay::stats {

std::optional<double> youden_lower(const Labelled& labelled, double alpha) {
  if (labelled.good <= 0 || labelled.bad <= 0) return std::nullopt;
  const double tpr = labelled.good_passed / labelled.good;
  const double tnr = labelled.bad_failed / labelled.bad;
  const double below_tpr = tpr - wilson_lower(labelled.good_passed, labelled.good, alpha);
  const double below_tnr = tnr - wilson_lower(labelled.bad_failed, labelled.bad, alpha);
  return tpr + tnr - 1 - std::hypot(below_tpr, below_tnr);
}

}  // namespace assay::stats
