#pragma once
/// Evidence written as words: each case a string of samples, `p` pass, `f` fail, `e` errored, `u` unscored, `s`
/// skipped.

#include <assay/core/evidence.hpp>
#include <assay/gate/gate.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace assay::gate::testing {

struct SuiteBuilder {
  SuiteEvidence suite;

  explicit SuiteBuilder(std::string id = "capitals") { suite.id = std::move(id); }

  SuiteBuilder& add(std::string_view samples, const Tags& tags = {}, std::string_view cluster = {},
                    std::string id = {}) {
    const auto index = static_cast<std::uint32_t>(suite.cases.size());
    suite.cases.add(index, id.empty() ? "c" + std::to_string(index) : id, "sha256:0", cluster, tags);
    for (const char c : samples) add_sample(index, c);
    return *this;
  }

  SuiteBuilder& add_many(int n, std::string_view samples, const Tags& tags = {}) {
    for (int i = 0; i < n; ++i) add(samples, tags);
    return *this;
  }

  /// A column with one value a sample; none where a value is negative.
  SuiteBuilder& column(std::string metric, Unit unit, std::vector<double> values, Direction better = Direction::up) {
    Column column{std::move(metric), unit, better, std::move(values), {}};
    for (auto& value : column.values) {
      column.known.push_back(value >= 0 || value != value ? 1 : 0);
    }
    suite.columns.push_back(std::move(column));
    return *this;
  }

 private:
  void add_sample(std::uint32_t index, char c) {
    auto& b = suite.balance;
    ++b.planned;
    SampleRow row{index, OutcomeKind::scored, c == 'p'};
    if (c == 'e') row.outcome = OutcomeKind::endpoint_error;
    if (c == 'j') row.outcome = OutcomeKind::judge_error;
    if (c == 'u') row.outcome = OutcomeKind::unscored;
    if (c == 's') row.outcome = OutcomeKind::skipped;
    ++(c == 'e' || c == 'j' ? b.errored : c == 'u' ? b.unscored : c == 's' ? b.skipped : b.scored);
    suite.rows.push_back(row);
  }
};

inline RunEvidence run_of(std::vector<SuiteEvidence> suites) {
  RunEvidence run;
  run.run = "r1";
  run.target = "stub";
  run.model = "m";
  run.served_models = {"m"};
  run.suites = std::move(suites);
  return run;
}

inline GateSpec floor_gate(double floor, std::string metric = "pass_rate") {
  GateSpec gate;
  gate.id = "overall";
  gate.metric = std::move(metric);
  gate.floor = floor;
  return gate;
}

inline GateSpec max_gate(double max, std::string metric) {
  GateSpec gate;
  gate.id = "ceiling";
  gate.metric = std::move(metric);
  gate.max = max;
  return gate;
}

inline GateSpec zero_gate(Tags where = {}) {
  GateSpec gate;
  gate.id = "critical";
  gate.metric = "pass_rate";
  gate.zero_tolerance = true;
  gate.where = std::move(where);
  return gate;
}

inline Policy policy_of(std::vector<GateSpec> gates) {
  Policy policy;
  policy.gates = std::move(gates);
  return policy;
}

inline Verdict decide_one(const SuiteBuilder& builder, GateSpec gate) {
  return decide(policy_of({std::move(gate)}), run_of({builder.suite}));
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace assay::gate::testing
