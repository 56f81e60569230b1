#include <assay/core/verdict.hpp>

#include <algorithm>
#include <array>
#include <limits>

namespace assay {

namespace {

constexpr std::string_view kSchema = "assay.verdict/1";

// Throws Json::exception where a value is there and of another type.
template <class T>
void read(const Json& from, const char* key, T& into) {
  const auto found = from.find(key);
  if (found != from.end() && !found->is_null()) found->get_to(into);
}

template <class T>
void read(const Json& from, const char* key, std::optional<T>& into) {
  const auto found = from.find(key);
  if (found != from.end() && !found->is_null()) into = found->get<T>();
}

const Json& at(const Json& from, const char* key) {
  static const Json kNothing = Json::object();
  const auto found = from.find(key);
  return found == from.end() || found->is_null() ? kNothing : *found;
}

template <class T, class F>
void read_list(const Json& from, const char* key, std::vector<T>& into, F one) {
  for (const auto& each : at(from, key)) {
    (void)each.get_ref<const Json::object_t&>();  // throws for what is none
    into.push_back(one(each));
  }
}

/// The value whose name it is; the last one for a name that is unknown.
template <class E, std::size_t N>
E named(const Json& from, const char* key, const std::array<E, N>& all) {
  std::string word;
  read(from, key, word);
  const auto found = std::find_if(all.begin(), all.end(), [&](E each) { return name(each) == word; });
  return found == all.end() ? all.back() : *found;
}

void read_pairs(const Json& from, const char* key, std::vector<std::pair<std::string, std::string>>& into) {
  const auto& object = at(from, key);
  for (const auto& [name, value] : object.items()) into.emplace_back(name, value.get<std::string>());
}

void read_tags(const Json& from, Tags& into) {
  const auto& object = at(from, "slice");
  for (const auto& [name, value] : object.items()) into.emplace(name, value.get<std::string>());
}

void read_interval(const Json& from, const char* key, std::optional<std::pair<double, double>>& into) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  const auto& bounds = at(from, key);
  if (bounds.size() != 2) return;
  into = {bounds[0].is_null() ? -kNone : bounds[0].get<double>(),
          bounds[1].is_null() ? kNone : bounds[1].get<double>()};
}

SuiteSummary suite_of(const Json& json) {
  SuiteSummary suite;
  read(json, "id", suite.id);
  read(json, "kind", suite.kind);
  read(json, "digest", suite.digest);
  read(json, "prompt", suite.prompt);
  read(json, "params", suite.params);
  read(json, "planned", suite.balance.planned);
  read(json, "scored", suite.balance.scored);
  read(json, "unscored", suite.balance.unscored);
  read(json, "errored", suite.balance.errored);
  read(json, "skipped", suite.balance.skipped);
  return suite;
}

void read_comparison(const Json& json, GateResult& gate) {
  std::string against;
  read(json, "against", against);
  if (against == "baseline") gate.against = Against::baseline;
  if (against == "anchor") gate.against = Against::anchor;
  read(json, "margin", gate.margin);
  std::optional<double> candidate;
  std::optional<double> baseline;
  read(json, "candidate", candidate);
  read(json, "baseline", baseline);
  if (candidate && baseline) gate.of = {*candidate, *baseline};
}

GateResult gate_of(const Json& json) {
  constexpr std::array kStates{GateState::pass, GateState::block, GateState::inconclusive, GateState::error};
  constexpr std::array kUnits{Unit::seconds, Unit::usd,   Unit::tokens, Unit::chars,
                              Unit::words,   Unit::lines, Unit::number, Unit::share};
  constexpr std::array kAxes{Axis::safety, Axis::platform, Axis::cost, Axis::quality};
  GateResult gate;
  read(json, "id", gate.id);
  read(json, "suite", gate.suite);
  read(json, "metric", gate.metric);
  read_tags(json, gate.slice);
  read(json, "n", gate.n);
  read(json, "estimate", gate.estimate);
  read_interval(json, "interval", gate.interval);
  read(json, "alpha", gate.alpha);
  read(json, "claim", gate.claim);
  gate.state = named(json, "state", kStates);
  read(json, "blocking", gate.blocking);
  gate.unit = named(json, "unit", kUnits);
  read(json, "method", gate.method);
  read(json, "p", gate.p);
  read(json, "mde", gate.mde);
  read(json, "reason", gate.reason);
  read(json, "waiver", gate.waiver);
  gate.axis = named(json, "axis", kAxes);
  read(json, "owner", gate.owner);
  read_comparison(json, gate);
  return gate;
}

JudgeStanding judge_of(const Json& json) {
  JudgeStanding judge;
  read(json, "suite", judge.suite);
  read(json, "metric", judge.metric);
  read(json, "judge", judge.judge);
  read(json, "model", judge.model);
  read(json, "state", judge.state);
  read(json, "tpr", judge.tpr);
  read(json, "tnr", judge.tnr);
  read(json, "youden", judge.youden);
  read(json, "youden_lower", judge.youden_lower);
  read(json, "labels", judge.labels);
  read(json, "age_s", judge.age_s);
  read(json, "observed", judge.observed);
  read(json, "corrected", judge.corrected);
  read_interval(json, "corrected_interval", judge.corrected_interval);
  read(json, "people_labels", judge.people_labels);
  read(json, "with_people", judge.with_people);
  read_interval(json, "with_people_interval", judge.with_people_interval);
  return judge;
}

void read_baseline(const Json& json, const char* key, std::optional<BaselineStanding>& into) {
  const auto& from = at(json, key);
  if (from.empty()) return;
  auto& baseline = into.emplace();
  read(from, "ref", baseline.ref);
  read(from, "runs", baseline.runs);
  read(from, "age_s", baseline.age_s);
  read(from, "common", baseline.common);
  read(from, "added", baseline.added);
  read(from, "removed", baseline.removed);
  read(from, "changed", baseline.changed);
}

void read_stop(const Json& json, std::optional<StopStanding>& into) {
  const auto& from = at(json, "stop");
  if (from.empty()) return;
  auto& stop = into.emplace();
  read(from, "look", stop.look);
  read(from, "looks", stop.looks);
  read(from, "round", stop.round);
  read(from, "fraction", stop.fraction);
  read(from, "samples", stop.samples);
  read(from, "saved", stop.saved);
  read(from, "reason", stop.reason);
}

WaiverStanding waiver_of(const Json& json) {
  WaiverStanding waiver;
  read(json, "id", waiver.id);
  read(json, "gate", waiver.gate);
  read(json, "suite", waiver.suite);
  read_tags(json, waiver.slice);
  read(json, "state", waiver.state);
  read(json, "why", waiver.why);
  read(json, "reason", waiver.reason);
  read(json, "author", waiver.author);
  read(json, "approver", waiver.approver);
  read(json, "role", waiver.role);
  read(json, "ticket", waiver.ticket);
  read(json, "expires", waiver.expires);
  return waiver;
}

ApprovalStanding approval_of(const Json& json) {
  ApprovalStanding approval;
  read(json, "role", approval.role);
  read(json, "by", approval.by);
  read(json, "at", approval.at);
  return approval;
}

QuarantineStanding quarantine_of(const Json& json) {
  QuarantineStanding each;
  read(json, "suite", each.suite);
  read(json, "case", each.case_id);
  read(json, "owner", each.owner);
  read(json, "reason", each.reason);
  read(json, "expires", each.expires);
  read(json, "active", each.active);
  return each;
}

CanaryStage stage_of(const Json& json) {
  CanaryStage stage;
  read(json, "share", stage.share);
  read(json, "min_requests", stage.min_requests);
  read(json, "abort_at", stage.abort_at);
  read(json, "alpha", stage.alpha);
  read(json, "p0", stage.p0);
  read(json, "abort_failures", stage.failures);
  read(json, "expected_requests", stage.expected_requests);
  read(json, "expected_requests", stage.expected_requests);
  return stage;
}

void read_canary(const Json& json, Canary& canary) {
  constexpr std::string_view kUnsigned = "the sign-off of ";
  const auto& from = at(json, "canary");
  read(from, "ready", canary.ready);
  read(from, "score", canary.score);
  read(from, "weakest", canary.weakest);
  read(from, "weakest", canary.weakest);
  for (const auto& each : at(from, "missing")) {
    auto what = each.get<std::string>();
    const bool role = what.starts_with(kUnsigned);
    (role ? canary.unsigned_roles : canary.missing).push_back(role ? what.substr(kUnsigned.size()) : what);
  }
  read(from, "tolerated_ratio", canary.tolerated_ratio);
  read_list(from, "stages", canary.stages, stage_of);
  read(at(from, "rollback"), "to", canary.rollback);
  read(from, "checklist", canary.checklist);
}

Percentiles percentiles_of(const Json& json) {
  Percentiles p;
  read(json, "p50", p.p50);
  read(json, "p95", p.p95);
  read(json, "p99", p.p99);
  return p;
}

void read_counts(const Json& json, Verdict& verdict) {
  const auto& cost = at(json, "cost");
  read(cost, "calls", verdict.cost.calls);
  read(cost, "attempts", verdict.cost.attempts);
  read(cost, "cached", verdict.cost.cached);
  read(cost, "input_tokens", verdict.cost.input_tokens);
  read(cost, "output_tokens", verdict.cost.output_tokens);
  read(cost, "usd", verdict.cost.usd);
  const auto& timing = at(json, "timing");
  read(timing, "wall_s", verdict.timing.wall_s);
  read(timing, "concurrency", verdict.timing.concurrency);
  read(at(timing, "retried"), "samples", verdict.timing.retried);
  verdict.timing.e2e_retried_ms = percentiles_of(at(at(timing, "retried"), "e2e_ms"));
  verdict.timing.ttft_ms = percentiles_of(at(timing, "ttft_ms"));
  verdict.timing.e2e_ms = percentiles_of(at(timing, "e2e_ms"));
  verdict.timing.itl_ms = percentiles_of(at(timing, "itl_ms"));
}

void read_origin(const Json& json, Verdict& verdict) {
  const auto& candidate = at(json, "candidate");
  read(candidate, "target", verdict.target);
  read(candidate, "model", verdict.model);
  read(candidate, "served_model", verdict.served_model);
  read(candidate, "digest", verdict.candidate_digest);
  read(at(json, "policy"), "digest", verdict.policy_digest);
  read(at(json, "policy"), "sealed_at", verdict.policy_sealed_at);
  read_pairs(at(json, "selection"), "where", verdict.where);
  read(at(json, "selection"), "limit", verdict.limit);
  read(at(json, "replayed"), "samples", verdict.replayed);
  std::string oldest;
  read(at(json, "replayed"), "oldest", oldest);
  verdict.oldest_replayed = from_rfc3339(oldest);
}

Verdict read_verdict(const Json& json) {
  constexpr std::array kKinds{VerdictKind::pass, VerdictKind::pass_with_waiver, VerdictKind::block,
                              VerdictKind::inconclusive, VerdictKind::error};
  Verdict verdict;
  read(json, "run", verdict.run);
  verdict.kind = named(json, "verdict", kKinds);
  verdict.exit = static_cast<ExitCode>(json.at("exit_code").get<int>());
  read(json, "decision", verdict.decision);
  read_pairs(json, "meta", verdict.meta);
  read(json, "reasons", verdict.reasons);
  read(json, "warnings", verdict.warnings);
  read_origin(json, verdict);
  read_baseline(json, "baseline", verdict.baseline);
  read_baseline(json, "anchor", verdict.anchor);
  read_stop(json, verdict.stop);
  read_list(json, "suites", verdict.suites, suite_of);
  read_list(json, "gates", verdict.gates, gate_of);
  read_list(json, "judges", verdict.judges, judge_of);
  read_canary(json, verdict.canary);
  read_counts(json, verdict);
  read_list(json, "waivers", verdict.waivers, waiver_of);
  read(json, "waivers_digest", verdict.waivers_digest);
  read_list(json, "approvals", verdict.approvals, approval_of);
  read_list(json, "quarantine", verdict.quarantine, quarantine_of);
  read(json, "seed", verdict.seed);
  read(json, "created_at", verdict.created_at);
  read(json, "prev_hash", verdict.prev_hash);
  return verdict;
}

}  // namespace

Result<Verdict> verdict_from_json(const Json& json) {
  try {
    if (json.is_object() && json.value("schema", "") == kSchema) return read_verdict(json);
  } catch (const Json::exception&) {  // a value of another type
  }
  return Error{ErrorKind::invalid,
               "this is no verdict of schema assay.verdict/1",
               "name the verdict.json that `assay run` or `assay gate` wrote",
               {}};
}

}  // namespace assay
