#include "runner/gate/slices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace assay::gate {

namespace {

const Tags& tags_of(const SuiteView& view, std::size_t kase) {
  const auto& cases = view.evidence->cases;
  return cases.tag_sets()[cases.tags_number(kase)];
}

/// Which tag sets match; empty where nothing is asked for.
std::vector<bool> matching(const SuiteView& view, const Tags& where) {
  std::vector<bool> matched;
  if (where.empty()) return matched;
  for (const auto& tags : view.evidence->cases.tag_sets()) matched.push_back(matches(tags, where));
  return matched;
}

/// Where no sample of a case was answered, nothing tells a metric that the case has not from one that is missing: then
/// it counts as missing, which can only open a gate.
bool applies(const SuiteView& view, std::size_t kase, const MetricReader& reader) {
  double value = 0;
  bool elsewhere = false;
  for (auto row = view.first_row[kase]; row < view.first_row[kase + 1]; ++row) {
    const auto cell = reader.read(row, value);
    if (cell == Cell::known) return true;
    elsewhere = elsewhere || cell == Cell::none;
  }
  return !elsewhere && view.first_row[kase] < view.first_row[kase + 1];
}

/// Slices of a tag in the order they are shown.
std::vector<Slice> group(const SuiteView& view, const std::string& tag, const std::vector<std::uint32_t>& cases) {
  std::map<std::string_view, Slice> by_value;
  Slice without;
  for (const auto kase : cases) {
    const auto& tags = tags_of(view, kase);
    const auto found = tags.find(tag);
    auto& slice = found == tags.end() ? without : by_value[found->second];
    slice.cases.push_back(kase);
  }
  std::vector<Slice> slices;
  for (auto& [value, slice] : by_value) {
    slice.tags[tag] = std::string(value);
    slices.push_back(std::move(slice));
  }
  if (!without.cases.empty()) {
    without.tags[tag] = "(none)";
    slices.push_back(std::move(without));
  }
  return slices;
}

std::vector<Slice> pool_small(std::vector<Slice> slices, const std::string& tag, std::uint64_t min_n) {
  std::vector<Slice> kept;
  Slice pool;
  for (auto& slice : slices) {
    if (slice.cases.size() >= min_n) {
      kept.push_back(std::move(slice));
    } else {
      pool.cases.insert(pool.cases.end(), slice.cases.begin(), slice.cases.end());
    }
  }
  if (pool.cases.empty()) return kept;
  std::sort(pool.cases.begin(), pool.cases.end());
  pool.tags[tag] = kSmallSlices;
  pool.small = true;
  kept.push_back(std::move(pool));
  return kept;
}

}  // namespace

bool matches(const Tags& tags, const Tags& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& want) {
    const auto found = tags.find(want.first);
    return found != tags.end() && found->second == want.second;
  });
}

std::string tags_text(const Tags& tags) {
  std::string text;
  for (const auto& [key, value] : tags) text += fmt::format("{}{}={}", text.empty() ? "" : ", ", key, value);
  return text;
}

std::vector<Slice> cut(const SuiteView& view, const GateSpec& gate, const MetricReader& reader, Cases which) {
  const auto matched = matching(view, gate.where);
  const bool leave_out = which == Cases::counted && !view.set_aside.empty();
  std::vector<std::uint32_t> cases;
  for (std::uint32_t c = 0; c < view.evidence->cases.size(); ++c) {
    if (!matched.empty() && !matched[view.evidence->cases.tags_number(c)]) continue;
    if (leave_out && view.set_aside[c]) continue;
    if (applies(view, c, reader)) cases.push_back(c);
  }
  if (cases.empty()) return {};
  if (gate.by) return pool_small(group(view, *gate.by, cases), *gate.by, gate.min_n);
  std::vector<Slice> whole(1);
  whole.front().cases = std::move(cases);
  return whole;
}

}  // namespace assay::gate
