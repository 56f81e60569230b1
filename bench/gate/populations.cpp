#include "bench/gate/populations.hpp"

#include <assay/core/digest.hpp>
#include <assay/core/random.hpp>
#include <assay/stats/case_rates.hpp>

#include <fmt/format.h>

namespace assay::bench {

namespace {

Kinds mixed(const std::string& name, double steady, double shaky, double failing) {
  Kinds kinds{name, {}, 0};
  for (const auto& [share, rates] : {std::pair{steady, stats::BetaRates{60, 1}}, {shaky, {6, 2}}, {failing, {1, 4}}}) {
    kinds.kinds.push_back({share, stats::rate_table(rates)});
    kinds.mean += share * rates.mean();
  }
  return kinds;
}

}  // namespace

double Kinds::rate(std::uint64_t key) const {
  double left = uniform(mix(key, "kind"));
  for (const auto& kind : kinds) {
    if (left < kind.share) return stats::draw_rate(kind.table, mix(key, "rate"));
    left -= kind.share;
  }
  return stats::draw_rate(kinds.back().table, mix(key, "rate"));
}

Kinds noisy() {
  return mixed("noisy", 0.70, 0.20, 0.10);
}

Kinds quiet() {
  return mixed("quiet", 0.92, 0.06, 0.02);
}

SuiteEvidence plan_suite(std::uint32_t n, std::uint32_t slices, std::uint32_t cluster_size) {
  SuiteEvidence suite;
  suite.id = "simulated";
  suite.digest = to_string(sha256("simulated"));
  suite.prompt = to_string(sha256("prompt"));
  suite.params = to_string(sha256("params"));
  for (std::uint32_t i = 0; i < n; ++i) {
    const auto id = fmt::format("c{:04}", i);
    const Tags tags = slices == 0 ? Tags{} : Tags{{"topic", fmt::format("t{}", i % slices)}};
    const auto cluster = cluster_size == 0 ? std::string() : fmt::format("d{}", i / cluster_size);
    suite.cases.add(i, id, to_string(sha256(id)), cluster, tags);
    suite.rows.push_back({i, OutcomeKind::scored, true, false});
  }
  suite.balance = {n, n, 0, 0, 0};
  return suite;
}

RunEvidence run_of(const std::string& id, SuiteEvidence suite) {
  RunEvidence run;
  run.run = id;
  run.target = "simulated";
  run.model = "simulated";
  run.served_models = {"simulated"};
  run.suites.push_back(std::move(suite));
  return run;
}

}  // namespace assay::bench
