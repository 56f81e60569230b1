#pragma once
/// A candidate beside runs that it is compared with, in the words of `SuiteBuilder`.

#include "tests/unit/gate/evidence_builder.hpp"

#include <assay/core/random.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace assay::gate::testing {

inline constexpr std::int64_t kDayMs = 86'400'000;

/// Started on day 100 unless said otherwise.
inline RunEvidence run_named(std::string id, SuiteBuilder builder, std::int64_t day = 100) {
  auto run = run_of({std::move(builder.suite)});
  run.run = std::move(id);
  run.started = {day * kDayMs};
  run.timing.concurrency = 8;
  return run;
}

inline GateSpec margin_gate(double margin, std::string metric = "pass_rate") {
  GateSpec gate;
  gate.id = "overall";
  gate.metric = std::move(metric);
  gate.margin = margin;
  return gate;
}

inline GateSpec increase_gate(double share, std::string metric) {
  GateSpec gate;
  gate.id = "dearer";
  gate.metric = std::move(metric);
  gate.max_increase = share;
  return gate;
}

inline GateSpec improvement_gate(double least, std::string metric = "pass_rate") {
  GateSpec gate;
  gate.id = "better";
  gate.metric = std::move(metric);
  gate.improvement = least;
  return gate;
}

inline Policy compared_policy(std::vector<GateSpec> gates) {
  auto policy = policy_of(std::move(gates));
  policy.baseline = BaselinePolicy{};
  policy.baseline->ref = "main";
  return policy;
}

inline Background against(std::vector<RunEvidence> runs) {
  Background background;
  background.baseline = BaselineEvidence{"main", false, std::move(runs), {}};
  return background;
}

/// A candidate and a baseline run with so many cases of each kind.
struct Pair {
  RunEvidence candidate;
  RunEvidence baseline;
};

inline Pair paired(int both, int gained, int lost, int neither) {
  SuiteBuilder ours;
  SuiteBuilder theirs;
  ours.add_many(both + gained, "p").add_many(lost + neither, "f");
  theirs.add_many(both, "p").add_many(gained, "f").add_many(lost, "p").add_many(neither, "f");
  return {run_named("candidate", ours), run_named("b1", theirs, 90)};
}

inline Verdict decide_pair(const Pair& pair, GateSpec gate) {
  return decide(compared_policy({std::move(gate)}), pair.candidate, against({pair.baseline}));
}

/// Samples of each case, drawn for itself: pass with the chance of its place in `rates`.
inline SuiteBuilder drawn(const std::vector<double>& rates, int samples, std::uint64_t key) {
  SuiteBuilder builder;
  for (std::size_t c = 0; c < rates.size(); ++c) {
    std::string word;
    for (int s = 0; s < samples; ++s) {
      word += uniform(mix(mix(key, c), static_cast<std::uint64_t>(s))) < rates[c] ? 'p' : 'f';
    }
    builder.add(word);
  }
  return builder;
}

inline bool any_contains(const std::vector<std::string>& texts, std::string_view part) {
  return std::any_of(texts.begin(), texts.end(), [&](const auto& text) { return contains(text, part); });
}

}  // namespace assay::gate::testing
