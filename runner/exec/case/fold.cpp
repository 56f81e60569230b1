#include "runner/exec/case/fold.hpp"

#include <assay/core/fold.hpp>

#include <vector>

namespace assay::exec {

Outcome fold(std::span<const std::shared_ptr<const CompiledCheck>> checks, std::span<const Score> scores) {
  std::vector<CheckScore> all;
  all.reserve(checks.size());
  for (std::size_t i = 0; i < checks.size(); ++i) {
    all.push_back({checks[i]->required, checks[i]->unit, checks[i]->better, checks[i]->weight, &scores[i].state});
  }
  return assay::fold(all);
}

}  // namespace assay::exec
