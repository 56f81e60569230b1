#include "runner/gate/pairing.hpp"

#include <bit>
#include <functional>
#include <string_view>

namespace assay::gate {

namespace {

/// Case by id: a table of four bytes a place, at most half full.
class CaseIndex {
 public:
  explicit CaseIndex(const CaseTable& cases) : cases_(cases), places_(std::bit_ceil(2 * cases.size() + 1), 0) {
    for (std::uint32_t c = 0; c < cases.size(); ++c) places_[place_of(cases.id(c))] = c + 1;
  }

  [[nodiscard]] std::uint32_t find(std::string_view id) const {
    const auto found = places_[place_of(id)];
    return found == 0 ? kAbsent : found - 1;
  }

 private:
  [[nodiscard]] std::size_t place_of(std::string_view id) const {
    const std::size_t mask = places_.size() - 1;
    std::size_t at = std::hash<std::string_view>()(id) & mask;
    while (places_[at] != 0 && cases_.id(places_[at] - 1) != id) at = (at + 1) & mask;
    return at;
  }

  const CaseTable& cases_;
  std::vector<std::uint32_t> places_;  // case + 1, or 0
};

/// Where both runs have their cases in one order, as they mostly do, no index is made.
class CaseFinder {
 public:
  explicit CaseFinder(const CaseTable& cases) : cases_(cases) {}

  std::uint32_t find(std::string_view id) {
    if (next_ < cases_.size() && cases_.id(next_) == id) return next_++;
    if (!index_) index_.emplace(cases_);
    const auto found = index_->find(id);
    if (found != kAbsent) next_ = found + 1;
    return found;
  }

 private:
  const CaseTable& cases_;
  std::uint32_t next_ = 0;
  std::optional<CaseIndex> index_;
};

bool narrowed(const RunEvidence& run) {
  return !run.where.empty() || run.limit.has_value();
}

}  // namespace

bool was_to_have(const RunEvidence& candidate, const SuiteEvidence& suite, std::string_view case_id) {
  if (narrowed(candidate) || candidate.spent) return false;
  return !candidate.stop || position(candidate.seed, suite.id, case_id) < candidate.stop->fraction;
}

Pairs pair_cases(const RunEvidence& candidate, const SuiteEvidence& suite, const SuiteEvidence& other) {
  Pairs pairs;
  pairs.of.assign(suite.cases.size(), kAbsent);
  CaseFinder finder(suite.cases);
  for (std::uint32_t theirs = 0; theirs < other.cases.size(); ++theirs) {
    const auto id = other.cases.id(theirs);
    const auto ours = finder.find(id);
    if (ours == kAbsent) {
      if (was_to_have(candidate, suite, id)) pairs.removed.push_back(theirs);
      continue;
    }
    const auto digest = suite.cases.digest_key(ours);
    const bool equal = !digest.empty() && digest == other.cases.digest_key(theirs);
    pairs.of[ours] = equal ? theirs : kOtherDigest;
    pairs.common += equal ? 1 : 0;
    if (!equal) pairs.changed.emplace_back(ours, theirs);
  }
  return pairs;
}

}  // namespace assay::gate
