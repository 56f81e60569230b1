#include "runner/gate/claims.hpp"
#include "runner/gate/judges.hpp"
#include "runner/gate/reasons.hpp"
#include "runner/gate/slices.hpp"

#include <assay/core/digest.hpp>
#include <assay/gate/gate.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace assay::gate {

namespace {

/// What is being decided, step by step.
struct Deliberation {
  const Policy& policy;
  const RunEvidence& evidence;
  bool narrowed = false;
  bool finished = true;
  std::vector<std::string> faults;  ///< of the whole run: nothing it says can be trusted
  std::vector<std::string> suite_faults;
  std::vector<Judge> judges;
  std::vector<Row> rows;
  std::vector<std::string> warnings;
};

bool covers(const GateSpec& gate, const std::string& suite) {
  return gate.suites.empty() || std::find(gate.suites.begin(), gate.suites.end(), suite) != gate.suites.end();
}

void check_served(Deliberation& d) {
  const auto& served = d.evidence.served_models;
  const auto& expected = d.evidence.expected_served;
  if (served.size() > 1) {
    d.faults.push_back(fmt::format("the served model changed within the run: {}", fmt::join(served, ", ")));
  } else if (expected && !served.empty() && served.front() != *expected) {
    d.faults.push_back(fmt::format("the endpoint served model '{}', and the target's served_model is '{}'",
                                   served.front(), *expected));
  } else if (expected && served.empty()) {
    d.warnings.push_back(
        fmt::format("no reply named the model that served it, so served_model '{}' is unproved", *expected));
  }
}

/// Errors add up over suites, each of which may be within its own bound.
void check_errors(Deliberation& d) {
  std::uint64_t planned = 0;
  std::uint64_t errored = 0;
  for (const auto& suite : d.evidence.suites) {
    planned += suite.balance.planned;
    errored += suite.balance.errored;
    if (suite.balance.skipped > 0) d.finished = false;
  }
  const double allowed = d.policy.max_error_rate * static_cast<double>(planned);
  if (d.suite_faults.empty() && errored > 1 && static_cast<double>(errored) > allowed) {
    d.faults.push_back(fmt::format("{} of {} samples errored; at most {} may (max_error_rate {:g})", errored, planned,
                                   std::max(1.0, std::floor(allowed)), d.policy.max_error_rate));
  } else if (errored > 0) {
    d.warnings.push_back(
        fmt::format("{} of {} samples errored; they count as failures in lower bounds and as passes in upper ones",
                    errored, planned));
  }
}

void check_run(Deliberation& d) {
  if (d.evidence.stopped) d.faults.push_back(fmt::format("the run failed: {}", *d.evidence.stopped));
  const auto empty = [](const SuiteEvidence& suite) { return suite.rows.empty(); };
  if (!d.evidence.spent && std::all_of(d.evidence.suites.begin(), d.evidence.suites.end(), empty)) {
    d.faults.emplace_back("no case was run, so nothing was measured");
  }
  if (!(d.policy.alpha > 0 && d.policy.alpha <= 0.5)) d.faults.emplace_back("the policy's alpha is outside 0…0.5");
  check_served(d);
}

/// Fewer than 10 clusters: the t interval leans on too few draws.
void warn_of_clusters(Deliberation& d, const std::vector<Row>& rows) {
  const Row* least = nullptr;
  for (const auto& row : rows) {
    if (row.clusters > 0 && row.clusters < 10 && (!least || row.clusters < least->clusters)) least = &row;
  }
  if (!least) return;
  d.warnings.push_back(fmt::format(
      "gate '{}' of suite '{}' has {} clusters only, too few for a trustworthy interval: a cluster is one source "
      "(document, conversation, customer); categories are tags",
      least->result.id, least->result.suite, least->clusters));
}

/// Rows that rest on untrusted evidence are errors; a proven failure stands.
void distrust(std::vector<Row>& rows, const std::string& fault) {
  for (auto& row : rows) {
    if (row.proven_failure) continue;
    row.result.state = GateState::error;
    row.result.reason = fault;
    row.held_by = nullptr;
  }
}

/// Samples that have no row cannot be counted in any bound, so nothing is decided; a proven failure stands, and so does
/// what a judge left open.
void leave_open(std::vector<Row>& rows, std::uint64_t never_run, std::uint64_t planned) {
  for (auto& row : rows) {
    const auto state = row.result.state;
    const bool without_numbers = state == GateState::inconclusive && !row.result.estimate;
    if (row.proven_failure || row.held_by || state == GateState::error || without_numbers) continue;
    row.result.state = GateState::inconclusive;
    row.interval_open = false;
    row.result.reason = fmt::format("{} of {} samples were never run, so nothing is decided: resume the run{}",
                                    never_run, planned, so_far(row.result));
  }
}

Extent extent_of(const Deliberation& d) {
  if (d.evidence.spent) return Extent::cut_short;
  return d.narrowed ? Extent::narrowed : Extent::whole;
}

void decide_gates(Deliberation& d) {
  std::vector<SuiteView> views;
  for (const auto& suite : d.evidence.suites) {
    views.push_back(view_suite(suite, d.policy.max_error_rate, !d.narrowed));
    for (const auto& judge : d.judges) {
      if (judge.standing.suite == suite.id && !judge.why.empty()) views.back().doubted.push_back(&judge);
    }
    for (const auto& fault : {views.back().unusable, views.back().fault}) {
      if (fault) d.suite_faults.push_back(*fault);
    }
  }
  check_errors(d);
  std::vector<bool> decided(views.size(), false);
  for (const auto& gate : d.policy.gates) {
    bool used = false;
    for (std::size_t i = 0; i < views.size(); ++i) {
      const auto& view = views[i];
      if (!covers(gate, view.evidence->id)) continue;
      auto rows = rows_of(gate, d.policy.alpha, view, extent_of(d));
      used = used || !rows.empty();
      decided[i] = decided[i] || !rows.empty();
      warn_of_clusters(d, rows);
      if (view.never_run > 0) leave_open(rows, view.never_run, view.evidence->balance.planned);
      if (view.fault) distrust(rows, *view.fault);
      std::move(rows.begin(), rows.end(), std::back_inserter(d.rows));
    }
    if (used) continue;
    d.faults.push_back(fmt::format("gate '{}' decides nothing: it has no condition, or no suite of this run", gate.id));
  }
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (!decided[i]) d.faults.push_back(fmt::format("no gate decides suite '{}'", views[i].evidence->id));
  }
  if (!d.faults.empty()) distrust(d.rows, d.faults.front());
}

bool any(const std::vector<Row>& rows, GateState state) {
  return std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row.result.state == state; });
}

bool opens(const Row& row) {
  return row.result.state == GateState::inconclusive && row.result.blocking;
}

/// ERROR > BLOCK > INCONCLUSIVE > PASS, and a proven failure before all of them.
VerdictKind aggregate(const Deliberation& d) {
  const auto proven = [](const Row& row) { return row.proven_failure; };
  if (std::any_of(d.rows.begin(), d.rows.end(), proven)) return VerdictKind::block;
  if (!d.faults.empty() || !d.suite_faults.empty() || any(d.rows, GateState::error)) return VerdictKind::error;
  if (any(d.rows, GateState::block)) return VerdictKind::block;
  if (!d.finished || std::any_of(d.rows.begin(), d.rows.end(), opens)) return VerdictKind::inconclusive;
  return d.narrowed || d.evidence.spent ? VerdictKind::inconclusive : VerdictKind::pass;
}

ExitCode exit_of(const Deliberation& d, VerdictKind kind) {
  switch (kind) {
    case VerdictKind::pass:
    case VerdictKind::pass_with_waiver:
      return ExitCode::pass;
    case VerdictKind::block:
      return ExitCode::block;
    case VerdictKind::error:
      return ExitCode::error;
    case VerdictKind::inconclusive:
      break;
  }
  const bool only_intervals =
      std::all_of(d.rows.begin(), d.rows.end(), [](const Row& row) { return !opens(row) || row.interval_open; });
  const bool may_warn =
      d.policy.warn_on_inconclusive && only_intervals && d.finished && !d.narrowed && !d.evidence.spent;
  return may_warn ? ExitCode::pass : ExitCode::inconclusive;
}

std::string sentence(const GateResult& row) {
  const auto slice = row.slice.empty() ? std::string() : ", " + tags_text(row.slice);
  return fmt::format("{} ({}{}): {}", row.id, row.suite, slice, row.reason);
}

void add_rows(std::vector<std::string>& reasons, const Deliberation& d, GateState state, bool blocking_only = false) {
  const std::set<std::string> said(reasons.begin(), reasons.end());
  for (const auto& row : d.rows) {
    if (row.result.state != state || (blocking_only && !row.result.blocking)) continue;
    if (row.held_by && opens(row)) continue;
    if (!said.contains(row.result.reason)) reasons.push_back(sentence(row.result));
  }
}

/// What one judge leaves open, in one sentence however many rows that are.
void add_held(std::vector<std::string>& reasons, const Deliberation& d) {
  for (const auto& judge : d.judges) {
    std::vector<const Row*> held;
    std::vector<std::string> ids;
    for (const auto& row : d.rows) {
      if (row.held_by != &judge || !opens(row)) continue;
      held.push_back(&row);
      if (ids.empty() || ids.back() != row.result.id) ids.push_back(row.result.id);
    }
    if (held.size() == 1) reasons.push_back(sentence(held.front()->result));
    if (held.size() < 2) continue;
    reasons.push_back(fmt::format("{} ({}): {}", fmt::join(ids, ", "), judge.standing.suite, judge.why));
  }
}

std::string budget_text(const Deliberation& d) {
  std::uint64_t planned = 0;
  std::uint64_t skipped = 0;
  for (const auto& suite : d.evidence.suites) {
    planned += suite.balance.planned;
    skipped += suite.balance.skipped;
  }
  return fmt::format("a budget ended the run: {}; {} of {} samples were run", *d.evidence.spent, planned - skipped,
                     planned);
}

std::vector<std::string> reasons_of(const Deliberation& d, VerdictKind kind) {
  std::vector<std::string> reasons;
  if (kind == VerdictKind::pass) {
    add_rows(reasons, d, GateState::pass);
    if (!reasons.empty()) return reasons;
    return {"no gate that blocks is open, and none proved its claim: see the warnings"};
  }
  if (kind == VerdictKind::inconclusive) {
    if (d.evidence.spent) {
      reasons.push_back(budget_text(d));
    } else if (!d.finished) {
      reasons.emplace_back("the run is not whole: some samples were skipped");
    }
    if (d.narrowed) {
      reasons.emplace_back(
          "the run was narrowed by --where or --limit, so it cannot pass: run the whole suite for a verdict");
    }
    add_held(reasons, d);
    add_rows(reasons, d, GateState::inconclusive, true);
    return reasons;
  }
  if (kind == VerdictKind::block) add_rows(reasons, d, GateState::block);
  for (const auto* faults : {&d.faults, &d.suite_faults}) {
    for (const auto& fault : *faults) {
      if (std::find(reasons.begin(), reasons.end(), fault) == reasons.end()) reasons.push_back(fault);
    }
  }
  add_rows(reasons, d, GateState::error);
  if (kind == VerdictKind::error) add_rows(reasons, d, GateState::block);
  if (d.evidence.spent) reasons.push_back(budget_text(d));
  return reasons;
}

/// A floor that holds in the judge's eyes, and not once its errors are taken out.
void warn_of_corrections(Deliberation& d) {
  for (const auto& gate : d.policy.gates) {
    for (const auto& judge : d.judges) {
      const auto& s = judge.standing;
      if (!gate.floor || !gate.where.empty() || gate.by || gate.metric != s.metric + ".pass") continue;
      if (!covers(gate, s.suite) || !s.corrected || *s.corrected >= *gate.floor || *s.observed < *gate.floor) continue;
      d.warnings.push_back(fmt::format(
          "gate '{}' of suite '{}': judge '{}' passes {}; corrected for its errors {} is {:.4g}, between {:.4g} and "
          "{:.4g} "
          "with "
          "{} confidence in each bound (Rogan–Gladen), and the floor is {:g}",
          gate.id, s.suite, s.judge, show(*s.observed, Unit::share), gate.metric, *s.corrected,
          s.corrected_interval->first, s.corrected_interval->second, confidence(d.policy.alpha), *gate.floor));
    }
  }
}

void warn_of_judges(Deliberation& d) {
  std::vector<const Judge*> held;
  for (const auto& row : d.rows) {
    if (row.held_by) held.push_back(row.held_by);
  }
  for (auto& warning : judge_warnings(d.policy, d.evidence, d.judges, held)) d.warnings.push_back(std::move(warning));
  warn_of_corrections(d);
  if (const auto n = d.evidence.edited; n > 0) {
    d.warnings.push_back(
        fmt::format("{} by people", n == 1 ? "1 score was changed" : fmt::format("{} scores were changed", n)));
  }
}

void warn(Deliberation& d) {
  if (d.narrowed) {
    d.warnings.emplace_back(
        "the run was narrowed by --where or --limit: what it shows holds for these cases only, and it can be neither a "
        "baseline nor canary-ready");
  }
  if (d.evidence.replayed > 0) {
    const auto& oldest = d.evidence.oldest_replayed;
    d.warnings.push_back(fmt::format("{} {} from a cassette{}: they show what the model said then", d.evidence.replayed,
                                     d.evidence.replayed == 1 ? "sample comes" : "samples come",
                                     oldest ? fmt::format(", the oldest of {}", to_rfc3339(*oldest)) : ""));
  }
  warn_of_judges(d);
  for (const auto& row : d.rows) {
    if (row.result.state != GateState::inconclusive || row.result.blocking) continue;
    d.warnings.push_back(fmt::format("open, and not blocking: {}", sentence(row.result)));
  }
}

Canary canary_of(const Deliberation& d, VerdictKind kind) {
  Canary canary;
  if (kind != VerdictKind::pass) canary.missing.push_back(fmt::format("the verdict is {}, not PASS", name(kind)));
  if (d.narrowed) canary.missing.emplace_back("a run over the whole suite");
  if (d.evidence.replayed > 0) canary.missing.emplace_back(kFreshAnswers);
  canary.missing.emplace_back("a canary plan: this version has no `canary` section in its policy");
  return canary;
}

void describe_run(Verdict& verdict, const Deliberation& d) {
  const auto& evidence = d.evidence;
  verdict.run = evidence.run;
  verdict.meta = evidence.meta;
  verdict.target = evidence.target;
  verdict.model = evidence.model;
  const auto& served = evidence.served_models;
  if (!served.empty()) verdict.served_model = fmt::format("{}", fmt::join(served, ", "));
  verdict.candidate_digest = evidence.candidate_digest;
  verdict.policy_digest = d.policy.digest;
  verdict.where = evidence.where;
  verdict.limit = evidence.limit;
  verdict.replayed = evidence.replayed;
  verdict.oldest_replayed = evidence.oldest_replayed;
  verdict.cost = evidence.cost;
  verdict.timing = evidence.timing;
  verdict.seed = evidence.seed;
  for (const auto& suite : evidence.suites) {
    verdict.suites.push_back({suite.id, suite.kind, suite.digest, suite.prompt, suite.params, suite.balance});
  }
}

}  // namespace

Verdict decide(const Policy& policy, const RunEvidence& evidence, std::span<const Trust> trust) {
  Deliberation d{policy, evidence};
  d.narrowed = !evidence.where.empty() || evidence.limit.has_value();
  d.judges = standing_of(policy, evidence, trust);
  check_run(d);
  decide_gates(d);
  warn(d);
  Verdict verdict;
  describe_run(verdict, d);
  verdict.kind = aggregate(d);
  verdict.exit = exit_of(d, verdict.kind);
  verdict.reasons = reasons_of(d, verdict.kind);
  verdict.warnings = std::move(d.warnings);
  verdict.canary = canary_of(d, verdict.kind);
  for (auto& row : d.rows) verdict.gates.push_back(std::move(row.result));
  for (auto& judge : d.judges) verdict.judges.push_back(std::move(judge.standing));
  verdict.decision = to_string(sha256(canonical_json(decision_json(verdict))));
  return verdict;
}

}  // namespace assay::gate
