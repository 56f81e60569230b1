#include <assay/core/random.hpp>
#include <assay/gate/population.hpp>
#include <assay/gate/sampling.hpp>

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

namespace assay::gate {

namespace {

double total(std::span<const double> rates) {
  return std::accumulate(rates.begin(), rates.end(), 0.0);
}

/// Cases of one cluster share their fate; a case without one has its own.
std::uint64_t fate_of(const CaseTable& cases, std::size_t at, std::uint64_t key) {
  const auto cluster = cases.cluster_number(at);
  return cluster == 0 ? mix(mix(key, "case"), at) : mix(mix(key, "cluster"), cluster);
}

void break_cases(const SuiteEvidence& suite, std::vector<double>& rates, const std::vector<std::size_t>& among,
                 double loss, std::uint64_t key) {
  double to_lose = 0;
  for (const auto at : among) to_lose += rates[at];
  if (to_lose <= 0) return;
  const double chance = std::min(1.0, loss * static_cast<double>(rates.size()) / to_lose);
  for (const auto at : among) {
    if (uniform(fate_of(suite.cases, at, key)) < chance) rates[at] = 0;
  }
}

/// The cases of one value of the tag.
std::vector<std::size_t> pick_slice(const SuiteEvidence& suite, std::span<const double> rates, const Injury& injury,
                                    std::uint64_t key) {
  std::map<std::string, std::vector<std::size_t>> slices;
  const auto& sets = suite.cases.tag_sets();
  for (std::size_t at = 0; at < suite.cases.size(); ++at) {
    const auto& tags = sets[suite.cases.tags_number(at)];
    if (const auto found = tags.find(injury.tag); found != tags.end()) slices[found->second].push_back(at);
  }
  std::vector<const std::vector<std::size_t>*> enough;
  const std::vector<std::size_t>* greatest = nullptr;
  double most = -1;
  for (const auto& [value, members] : slices) {
    double passes = 0;
    for (const auto at : members) passes += rates[at];
    if (passes >= injury.loss * static_cast<double>(rates.size())) enough.push_back(&members);
    if (passes > most) greatest = &members;
    most = std::max(most, passes);
  }
  if (!enough.empty()) {
    return *enough[static_cast<std::size_t>(uniform(mix(key, "slice")) * static_cast<double>(enough.size()))];
  }
  return greatest != nullptr ? *greatest : std::vector<std::size_t>{};
}

/// Which cases of each suite run before the first look; empty: none.
using FirstCases = std::vector<std::vector<bool>>;

FirstCases first_cases(const Policy& policy, const RunEvidence& whole) {
  FirstCases firsts;
  for (const auto& suite : whole.suites) {
    auto& of_suite = firsts.emplace_back();
    for (std::size_t at = 0; at < suite.cases.size(); ++at) {
      PlannedCase kase;
      kase.tags = suite.cases[at].tags;
      of_suite.push_back(comes_first(policy, suite.id, kase));
    }
  }
  return firsts;
}

/// How much of a run there is at a look.
struct Extent {
  std::uint32_t samples = 1;  ///< of each case, at most
  double fraction = 1;        ///< of the cases
  const FirstCases* firsts = nullptr;
};

SuiteEvidence part_of(const SuiteEvidence& whole, std::uint64_t seed, const std::vector<bool>* firsts,
                      const Extent& extent) {
  SuiteEvidence part;
  part.id = whole.id;
  part.kind = whole.kind;
  part.digest = whole.digest;
  part.prompt = whole.prompt;
  part.params = whole.params;
  part.floor = whole.floor;
  part.owners = whole.owners;
  part.judged = whole.judged;
  std::size_t row = 0;
  for (std::size_t at = 0; at < whole.cases.size(); ++at) {
    const auto kase = whole.cases[at];
    const bool in = (firsts != nullptr && (*firsts)[at]) || extent.fraction >= 1 ||
                    position(seed, whole.id, kase.id) < extent.fraction;
    const auto index = static_cast<std::uint32_t>(part.cases.size());
    if (in) part.cases.add(kase.ordinal, kase.id, kase.digest, kase.cluster, kase.tags);
    for (std::uint32_t sample = 0; row < whole.rows.size() && whole.rows[row].case_index == at; ++row, ++sample) {
      if (!in || sample >= extent.samples) continue;
      part.rows.push_back(whole.rows[row]);
      part.rows.back().case_index = index;
    }
  }
  part.balance = {part.rows.size(), part.rows.size(), 0, 0, 0};
  return part;
}

std::uint64_t rows_of(const RunEvidence& run) {
  std::uint64_t rows = 0;
  for (const auto& suite : run.suites) rows += suite.rows.size();
  return rows;
}

/// Decides on what there is at a moment.
Decided decide_part(const Policy& policy, const RunEvidence& whole, const Extent& extent,
                    const std::optional<StopPoint>& stop, const Background& background) {
  RunEvidence part;
  part.run = whole.run;
  part.started = whole.started;
  part.target = whole.target;
  part.model = whole.model;
  part.served_models = whole.served_models;
  part.candidate_digest = whole.candidate_digest;
  part.seed = whole.seed;
  part.stop = stop;
  for (std::size_t i = 0; i < whole.suites.size(); ++i) {
    const bool any = extent.firsts != nullptr && !extent.firsts->empty();
    part.suites.push_back(part_of(whole.suites[i], whole.seed, any ? &(*extent.firsts)[i] : nullptr, extent));
  }
  const auto samples = rows_of(part);
  return {decide(policy, part, background), samples};
}

}  // namespace

void draw_samples(SuiteEvidence& suite, std::span<const double> rates, std::uint64_t key, double together) {
  const auto shared = mix(key, "together");
  for (std::size_t i = 0; i < suite.rows.size(); ++i) {
    auto& row = suite.rows[i];
    const auto own = mix(key, i);
    const auto cluster = suite.cases.cluster_number(row.case_index);
    const bool follows = cluster != 0 && together > 0 && uniform(mix(own, "follows")) < together;
    const double drawn = uniform(follows ? mix(shared, cluster) : own);
    row.outcome = OutcomeKind::scored;
    row.pass = drawn < rates[row.case_index];
    row.computed_failure = false;
  }
  suite.balance = {suite.rows.size(), suite.rows.size(), 0, 0, 0};
}

std::vector<double> injured(const SuiteEvidence& suite, std::span<const double> rates, const Injury& injury,
                            std::uint64_t key) {
  std::vector<double> worse(rates.begin(), rates.end());
  switch (injury.harm) {
    case Harm::none:
      break;
    case Harm::broken: {
      std::vector<std::size_t> all(worse.size());
      std::iota(all.begin(), all.end(), std::size_t{0});
      break_cases(suite, worse, all, injury.loss, key);
      break;
    }
    case Harm::diffuse: {
      const double left = total(rates);
      const double share = left > 0 ? std::min(1.0, injury.loss * static_cast<double>(rates.size()) / left) : 0;
      for (auto& rate : worse) rate *= 1 - share;
      break;
    }
    case Harm::slice:
      break_cases(suite, worse, pick_slice(suite, rates, injury, key), injury.loss, key);
      break;
  }
  return worse;
}

double as_judged(double rate, double tpr, double tnr) {
  return rate * tpr + (1 - rate) * (1 - tnr);
}

Decided decide_as_run(const Policy& policy, const RunEvidence& whole, std::uint32_t samples,
                      const Background& background) {
  const auto looks = looks_of(policy);
  const auto firsts = any_comes_first(policy) ? first_cases(policy, whole) : FirstCases{};
  if (looks.empty()) return decide_part(policy, whole, {samples, 1, nullptr}, std::nullopt, background);
  if (!firsts.empty()) {
    const StopPoint before{.fraction = 0};
    auto decided = decide_part(policy, whole, {samples, 0, &firsts}, before, background);
    if (onward(policy, before, decided.verdict) == Onward::stop) return decided;
  }
  Decided decided;
  for (const auto& look : looks) {
    const StopPoint at{.look = look.look, .round = look.round, .fraction = look.fraction};
    decided = decide_part(policy, whole, {samples + look.round, look.fraction, &firsts}, at, background);
    const auto on = onward(policy, at, decided.verdict);
    if (on == Onward::stop || (on == Onward::repeats && decided.samples == rows_of(whole))) break;
  }
  return decided;
}

}  // namespace assay::gate
