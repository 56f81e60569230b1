#include "runner/cassette/index.hpp"

#include "runner/cassette/key.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <tuple>

namespace assay::cassette {
namespace {

std::uint32_t fold(std::size_t hash) {
  return static_cast<std::uint32_t>(hash ^ (hash >> 32U));
}

}  // namespace

std::uint32_t mark_of_case(std::string_view suite, std::string_view case_id) {
  const std::hash<std::string_view> hash;
  return fold(hash(case_id) * 31 + hash(suite));
}

std::uint32_t mark_of_call(std::string_view call) {
  return fold(std::hash<std::string_view>()(call));
}

void Index::add(const Head& head, const Spot& spot) {
  entries_.push_back({short_key(head.key), spot.offset, mark_of_case(head.suite, head.case_id), mark_of_call(head.call),
                      spot.length, spot.line});
}

void Index::seal() {
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return std::tie(a.key, a.line) < std::tie(b.key, b.line); });
  const auto bits = std::max(1U, static_cast<unsigned>(std::bit_width(entries_.size())));
  shift_ = 64 - bits;
  buckets_.assign((std::size_t{1} << bits) + 1, 0);
  for (const Entry& each : entries_) ++buckets_[(each.key >> shift_) + 1];
  std::partial_sum(buckets_.begin(), buckets_.end(), buckets_.begin());
}

std::span<const Entry> Index::of_key(std::uint64_t key) const {
  const std::size_t bucket = key >> shift_;
  const auto first = entries_.begin() + buckets_[bucket];
  const auto last = entries_.begin() + buckets_[bucket + 1];
  const auto [from, to] =
      std::equal_range(first, last, Entry{.key = key}, [](const Entry& a, const Entry& b) { return a.key < b.key; });
  return {from, to};
}

std::vector<const Entry*> Index::of_case(std::uint32_t case_mark, std::uint32_t call_mark, std::size_t most) {
  const auto order = [this](std::uint32_t at) {
    const Entry& entry = entries_[at];
    return std::tie(entry.case_mark, entry.call_mark, entry.line);
  };
  if (by_case_.size() != entries_.size()) {
    by_case_.resize(entries_.size());
    std::iota(by_case_.begin(), by_case_.end(), 0U);
    std::sort(by_case_.begin(), by_case_.end(), [&](std::uint32_t a, std::uint32_t b) { return order(a) < order(b); });
  }
  const auto at_least = [&](std::uint32_t call) {
    return std::lower_bound(by_case_.begin(), by_case_.end(), std::pair(case_mark, call),
                            [this](std::uint32_t at, const std::pair<std::uint32_t, std::uint32_t>& wanted) {
                              return std::pair(entries_[at].case_mark, entries_[at].call_mark) < wanted;
                            });
  };
  std::vector<const Entry*> found;
  const auto take = [&](auto from, bool same_call) {
    for (; from != by_case_.end() && found.size() < most; ++from) {
      const Entry& entry = entries_[*from];
      if (entry.case_mark != case_mark || (same_call && entry.call_mark != call_mark)) return;
      if (same_call || entry.call_mark != call_mark) found.push_back(&entry);
    }
  };
  take(at_least(call_mark), true);
  take(at_least(0), false);
  return found;
}

std::vector<const Entry*> Index::some(std::size_t most) const {
  std::vector<const Entry*> found;
  const std::size_t step = std::max<std::size_t>(1, (entries_.size() + most - 1) / most);
  for (std::size_t at = 0; at < entries_.size(); at += step) found.push_back(&entries_[at]);
  return found;
}

}  // namespace assay::cassette
