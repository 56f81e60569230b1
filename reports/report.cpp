#include "reports/or_null.hpp"

#include <assay/reports/report.hpp>

#include <algorithm>

namespace assay::reports {
namespace {

int urgency(const GateResult& gate) {
  switch (gate.state) {
    case GateState::block:
      return gate.waiver ? 3 : 0;
    case GateState::error:
      return 1;
    case GateState::inconclusive:
      return gate.blocking ? 2 : 4;
    case GateState::pass:
      break;
  }
  return 5;
}

OrderedJson tags_json(const Tags& tags) {
  auto json = OrderedJson::object();
  for (const auto& [key, value] : tags) json[key] = value;
  return json;
}

OrderedJson case_json(const FailingCase& each) {
  return {{"suite", each.suite},
          {"case", each.id},
          {"tags", tags_json(each.tags)},
          {"samples", each.samples},
          {"failed", each.failed},
          {"outcome", name(each.outcome)},
          {"check", or_null(each.check)},
          {"why", each.what},
          {"answer", or_null(each.answer)},
          {"latency_s", or_null(each.latency_s)},
          {"flaky", each.flaky()},
          {"quarantined", each.quarantined},
          {"waivers", each.waivers},
          {"blocking_gates", each.blocked}};
}

}  // namespace

const QuarantineStanding* quarantine_of(const Verdict& verdict, std::string_view suite, std::string_view case_id) {
  const auto found = std::ranges::find_if(verdict.quarantine, [&](const QuarantineStanding& each) {
    return each.active && each.suite == suite && each.case_id == case_id;
  });
  return found == verdict.quarantine.end() ? nullptr : &*found;
}

const WaiverStanding* waiver_of(const Verdict& verdict, std::string_view id) {
  const auto found = std::ranges::find(verdict.waivers, id, &WaiverStanding::id);
  return found == verdict.waivers.end() ? nullptr : &*found;
}

std::vector<const GateResult*> failures_first(const Verdict& verdict) {
  std::vector<const GateResult*> rows;
  for (const GateResult& gate : verdict.gates) rows.push_back(&gate);
  std::ranges::sort(rows, [](const GateResult* a, const GateResult* b) {  // they lie in policy order
    return std::pair(urgency(*a), a) < std::pair(urgency(*b), b);
  });
  return rows;
}

OrderedJson report_json(const Report& report) {
  auto comparison = OrderedJson::array();
  const auto verdict = verdict_json(report.verdict);
  for (const auto& row : verdict.at("gates")) {
    if (!row.at("against").is_null()) comparison.push_back(row);
  }
  auto failing = OrderedJson::array();
  for (const FailingCase& each : report.failing.worst) failing.push_back(case_json(each));
  return {{"schema", "assay.report/1"},
          {"verdict", verdict},
          {"comparison", std::move(comparison)},
          {"failing",
           {{"cases", std::move(failing)}, {"others", report.failing.others}, {"at_least", report.failing.at_least}}}};
}

}  // namespace assay::reports
