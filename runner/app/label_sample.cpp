#include "runner/app/label_sample.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace assay::app {

namespace {

struct Stratum {
  std::vector<Drawable> members;
  std::uint64_t taken = 0;
  double remainder = 0;  // of its share, beyond whole answers
};

// As many as are asked for, in proportion; what whole numbers leave goes where most is missing.
void allot(std::map<std::string, Stratum>& strata, std::uint64_t size, std::uint64_t count) {
  std::uint64_t given = 0;
  std::vector<Stratum*> by_remainder;
  for (auto& [name, stratum] : strata) {
    const double share =
        static_cast<double>(count) * static_cast<double>(stratum.members.size()) / static_cast<double>(size);
    stratum.taken = static_cast<std::uint64_t>(share);
    stratum.remainder = share - static_cast<double>(stratum.taken);
    given += stratum.taken;
    by_remainder.push_back(&stratum);
  }
  std::sort(by_remainder.begin(), by_remainder.end(), [](const Stratum* a, const Stratum* b) {
    return std::tie(b->remainder, a->members.front().stratum) < std::tie(a->remainder, b->members.front().stratum);
  });
  for (auto* stratum : by_remainder) {
    if (given == count) break;
    if (stratum->taken == stratum->members.size()) continue;
    ++stratum->taken;
    ++given;
  }
}

bool earlier(const Drawable& a, const Drawable& b) {
  return std::tie(a.key, a.unit) < std::tie(b.key, b.unit);
}

}  // namespace

std::vector<UnitId> draw(std::vector<Drawable> all, std::uint64_t count) {
  const auto size = static_cast<std::uint64_t>(all.size());
  if (size == 0) return {};
  std::map<std::string, Stratum> strata;
  for (auto& each : all) strata[each.stratum].members.push_back(std::move(each));
  allot(strata, size, std::min(count, size));
  std::vector<Drawable> drawn;
  for (auto& [name, stratum] : strata) {
    std::sort(stratum.members.begin(), stratum.members.end(), earlier);
    drawn.insert(drawn.end(), stratum.members.begin(),
                 stratum.members.begin() + static_cast<std::ptrdiff_t>(stratum.taken));
  }
  std::sort(drawn.begin(), drawn.end(), earlier);
  std::vector<UnitId> units;
  units.reserve(drawn.size());
  for (const auto& each : drawn) units.push_back(each.unit);
  return units;
}

}  // namespace assay::app
