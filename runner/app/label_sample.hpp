#pragma once
/// Which answers of a run people are asked to label: a stratified sample, drawn by seed. Pure.

#include <assay/core/sample.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace assay::app {

/// An answer that may be drawn. `stratum` is what it is like (suite, what the judge said, a tag); `key` orders the
/// draw.
struct Drawable {
  UnitId unit;
  std::string stratum;
  std::uint64_t key = 0;
};

/// `count` of them (all if there are fewer), each stratum in proportion to its size, by largest remainder: rates of the
/// sample are rates of the run without weights. In the order of `key`, which tells nothing of the strata. Source:
/// Cochran, Sampling Techniques, 1977, §5.5.
[[nodiscard]] std::vector<UnitId> draw(std::vector<Drawable> all, std::uint64_t count);

}  // namespace assay::app
