#pragma once
/// P-values of bounds without a closed form.

namespace assay::gate {

/// The level, by bisection, from which `reaches(alpha)` is true: what a bound that narrows with alpha just reaches. 1
/// where it does not at 0.5.
template <class Reaches>
double least_alpha(Reaches reaches) {
  double low = 0;
  double high = 0.5;
  if (!reaches(high)) return 1;
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    (reaches(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace assay::gate
