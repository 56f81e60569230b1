#include "runner/gate/baseline.hpp"

#include "runner/gate/deliberation.hpp"
#include "runner/gate/looks.hpp"
#include "runner/gate/reasons.hpp"
#include "runner/gate/slices.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace assay::gate {

namespace {

constexpr std::size_t kMostNames = 20;  // in one sentence

/// A run that is not whole shows what it is for its own cases only.
bool unfinished(const RunEvidence& run) {
  return std::any_of(run.suites.begin(), run.suites.end(),
                     [](const SuiteEvidence& suite) { return suite.balance.skipped > 0; });
}

/// Why a run cannot be anybody's baseline, or not this candidate's, whatever its cases are.
std::optional<std::string> unfit(const RunEvidence& run, const RunEvidence& candidate,
                                 std::optional<Duration> max_age) {
  if (run.run == candidate.run) return "is the candidate itself";
  const auto answers = [](const RunEvidence& each) { return each.origin.empty() ? each.run : each.origin; };
  if (answers(run) == answers(candidate)) return "has the candidate's own answers, scored otherwise";
  if (run.stopped) return fmt::format("failed: {}", *run.stopped);
  if (unfinished(run)) return "is not whole: some of its samples were never run";
  if (run.served_models.size() > 1) {
    return fmt::format("was served by several models: {}", fmt::join(run.served_models, ", "));
  }
  const bool narrowed = !run.where.empty() || run.limit;
  if (narrowed && (run.where != candidate.where || run.limit != candidate.limit)) {
    return "was narrowed by --where or --limit";
  }
  const auto age = std::chrono::milliseconds(candidate.started.unix_ms - run.started.unix_ms);
  if (max_age && age > *max_age) {
    return fmt::format("of {} is older than max_age {}", to_rfc3339(run.started), duration_text(*max_age));
  }
  return std::nullopt;
}

std::set<std::pair<std::string, std::string>> uses_of(const SuiteEvidence& suite, const std::string& metric) {
  std::set<std::pair<std::string, std::string>> uses;
  for (const auto& judged : suite.judged) {
    if (judged.metric == metric) uses.emplace(judged.use.digest, judged.use.prompt);
  }
  return uses;
}

/// The metric that another judge, or the same with another prompt, feeds.
std::optional<std::string> judged_otherwise(const SuiteEvidence& suite, const SuiteEvidence& other) {
  for (const auto& judged : suite.judged) {
    if (uses_of(suite, judged.metric) != uses_of(other, judged.metric)) return judged.metric;
  }
  return std::nullopt;
}

/// Why a suite of the run cannot be compared with the candidate's.
std::optional<std::string> unlike(const SuiteEvidence& suite, const SuiteEvidence& other, const Pairs& pairs) {
  if (const auto metric = judged_otherwise(suite, other)) {
    return fmt::format("was judged otherwise: {} of suite '{}' has another judge or prompt", *metric, suite.id);
  }
  if (pairs.enough()) return std::nullopt;
  return fmt::format(
      "has {} of {} cases of suite '{}' in common with the candidate, fewer than 90 % ({} changed, {} removed)",
      pairs.common, pairs.expected(), suite.id, pairs.changed.size(), pairs.removed.size());
}

std::string lacks(const std::string& suite) {
  return fmt::format("has no suite '{}'", suite);
}

std::string with_name(const RunEvidence& run, const std::string& why) {
  return fmt::format("run '{}' {}", run.run, why);
}

/// The sentence why it cannot be used for that suite; nothing where it was added.
std::optional<std::string> add_run(SuiteBaseline& baseline, const RunEvidence& run, const RunEvidence& candidate,
                                   const SuiteEvidence& suite, double max_error_rate) {
  const auto* other = run.suite(suite.id);
  if (!other) return lacks(suite.id);
  BaselineRun added{&run, view_suite(*other, max_error_rate, false), {}};
  for (const auto& fault : {added.view.unusable, added.view.fault}) {
    if (fault) return "cannot be used: " + *fault;
  }
  count_alike(added.view, run);
  added.pairs = pair_cases(candidate, suite, *other);
  if (auto why = unlike(suite, *other, added.pairs)) return why;
  baseline.runs.push_back(std::move(added));
  return std::nullopt;
}

std::string kind_of(Against against) {
  return against == Against::anchor ? "anchor" : "baseline";
}

/// Whether the sentences are about runs that are there, or about there being none.
bool any_run(const std::vector<std::string>& passed_over) {
  return std::any_of(passed_over.begin(), passed_over.end(), [](const auto& why) { return why.starts_with("run "); });
}

/// Why a suite has nothing to be compared with, and what to do.
std::string none_text(Against against, const std::string& ref, const std::string& suite,
                      const std::vector<std::string>& why) {
  const auto kind = kind_of(against);
  const auto set = fmt::format("`assay baseline set {} RUN`", ref);
  if (why.empty()) return fmt::format("{} '{}' has no run: name one with {}", kind, ref, set);
  if (!any_run(why)) return fmt::format("{}: name one with {}", fmt::join(why, "; "), set);
  return fmt::format("no run of {} '{}' can be compared on suite '{}': {}; name another with {}", kind, ref, suite,
                     fmt::join(why, "; "), set);
}

void explain_none(SuiteBaseline& baseline, Against against, const Policy& policy, const BaselineEvidence* found,
                  const std::string& suite, const std::vector<std::string>& why) {
  if (!policy.baseline && !found) {
    baseline.why_none =
        "nothing to compare with: the policy names no baseline (`baseline: {ref: main}`), and no --baseline was given";
    return;
  }
  if (found && found->beside) {
    baseline.why_none =
        fmt::format("the run beside it cannot be compared on suite '{}': {}", suite, fmt::join(why, "; "));
    return;
  }
  const bool anchor = against == Against::anchor;
  const auto ref = found ? found->ref : anchor ? policy.baseline->anchor : policy.baseline->ref;
  if (ref.empty()) {
    baseline.why_none = "nothing to compare with: the policy's `baseline` has no `ref`, and no --baseline was given";
  } else {
    baseline.why_none = none_text(against, ref, suite, why);
  }
  const bool bootstrap = policy.baseline && policy.baseline->bootstrap;
  const bool drifted = anchor && any_run(why);
  baseline.tolerated = bootstrap || drifted;
  baseline.blocking = !drifted;
  if (!bootstrap && !anchor) baseline.why_none += ", or write `bootstrap: true` while there is none";
}

std::string name_in(const SuiteEvidence& suite, std::size_t kase) {
  return fmt::format("{}/{}", suite.id, suite.cases.id(kase));
}

/// A case that the candidate has and no run of the baseline was without by its own looks.
bool is_added(const SuiteBaseline& baseline, const SuiteEvidence& suite, std::uint32_t kase) {
  return std::all_of(baseline.runs.begin(), baseline.runs.end(), [&](const BaselineRun& run) {
    return run.pairs.of[kase] == kAbsent && was_to_have(*run.run, suite, suite.cases.id(kase));
  });
}

void describe_suite(BaselineStanding& standing, const SuiteBaseline& baseline, const SuiteEvidence& suite) {
  if (baseline.runs.empty()) return;
  for (std::uint32_t c = 0; c < suite.cases.size(); ++c) {
    const auto at = [&](const BaselineRun& run) { return run.pairs.of[c]; };
    const auto& runs = baseline.runs;
    if (std::any_of(runs.begin(), runs.end(), [&](const auto& run) { return at(run) < kOtherDigest; })) {
      ++standing.common;
    } else if (std::any_of(runs.begin(), runs.end(), [&](const auto& run) { return at(run) == kOtherDigest; })) {
      standing.changed.push_back(name_in(suite, c));
    } else if (is_added(baseline, suite, c)) {
      standing.added.push_back(name_in(suite, c));
    }
  }
  const auto& newest = baseline.runs.front();
  for (const auto kase : newest.pairs.removed) standing.removed.push_back(name_in(*newest.view.evidence, kase));
}

BaselineStanding describe(const Baseline& baseline, const BaselineEvidence& found, const RunEvidence& candidate) {
  BaselineStanding standing;
  standing.ref = found.ref;
  for (const auto& run : found.runs) {
    const bool used = std::any_of(baseline.suites.begin(), baseline.suites.end(), [&](const SuiteBaseline& suite) {
      return std::any_of(suite.runs.begin(), suite.runs.end(),
                         [&](const BaselineRun& each) { return each.run == &run; });
    });
    if (!used) continue;
    if (standing.runs.empty()) {
      standing.age_s = std::max(0.0, static_cast<double>(candidate.started.unix_ms - run.started.unix_ms) * 1e-3);
    }
    standing.runs.push_back(run.run);
  }
  for (std::size_t i = 0; i < candidate.suites.size(); ++i) {
    describe_suite(standing, baseline.suites[i], candidate.suites[i]);
  }
  return standing;
}

bool failed(const SuiteView& view, std::uint32_t kase) {
  for (auto row = view.first_row[kase]; row < view.first_row[kase + 1]; ++row) {
    const auto& sample = view.evidence->rows[row];
    if (sample.outcome == OutcomeKind::scored && !sample.pass) return true;
  }
  return false;
}

bool under_zero_tolerance(const Policy& policy, const SuiteEvidence& suite, std::uint32_t kase) {
  const auto& tags = suite.cases.tag_sets()[suite.cases.tags_number(kase)];
  return std::any_of(policy.gates.begin(), policy.gates.end(), [&](const GateSpec& gate) {
    return gate.zero_tolerance && covers(gate, suite.id) && matches(tags, gate.where);
  });
}

std::string names(const std::vector<std::string>& all) {
  const auto shown = std::min(all.size(), kMostNames);
  auto text = fmt::format("{}", fmt::join(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (all.size() > shown) text += fmt::format(" and {} more", all.size() - shown);
  return text;
}

void warn_of(std::vector<std::string>& warnings, const std::vector<std::string>& cases, std::string_view what,
             std::string_view how) {
  if (cases.empty()) return;
  warnings.push_back(fmt::format("{} that {} {} {}: {}",
                                 cases.size() == 1 ? "1 case" : fmt::format("{} cases", cases.size()), what,
                                 cases.size() == 1 ? "was" : "were", how, names(cases)));
}

/// To take a failing case away, or to write it anew, must not be silent.
void warn_of_gone(Baseline& baseline, const Policy& policy) {
  constexpr std::string_view kRemoved = "removed since";
  constexpr std::string_view kChanged = "changed since, and not compared";
  std::vector<std::string> failing[2];
  std::vector<std::string> required[2];
  for (const auto& suite : baseline.suites) {
    if (suite.runs.empty()) continue;
    const auto& newest = suite.runs.front();
    const auto look_at = [&](std::uint32_t kase, int how) {
      if (failed(newest.view, kase)) failing[how].push_back(name_in(*newest.view.evidence, kase));
      if (under_zero_tolerance(policy, *newest.view.evidence, kase)) {
        required[how].push_back(name_in(*newest.view.evidence, kase));
      }
    };
    for (const auto kase : newest.pairs.removed) look_at(kase, 0);
    for (const auto& [ours, theirs] : newest.pairs.changed) look_at(theirs, 1);
  }
  for (const int how : {0, 1}) {
    warn_of(baseline.warnings, failing[how], "failed in the baseline", how == 0 ? kRemoved : kChanged);
    warn_of(baseline.warnings, required[how], "a zero-tolerance gate covered", how == 0 ? kRemoved : kChanged);
  }
}

void warn_of_few(Baseline& baseline, const Policy& policy, const BaselineEvidence& found) {
  if (found.beside || !policy.baseline || !policy.baseline->runs || baseline.against == Against::anchor) return;
  const auto asked = *policy.baseline->runs;
  if (baseline.standing->runs.empty() || baseline.standing->runs.size() >= asked) return;
  baseline.warnings.push_back(fmt::format("{} '{}' has {} of the {} runs that the policy averages",
                                          kind_of(baseline.against), found.ref, baseline.standing->runs.size(), asked));
}

}  // namespace

std::optional<std::string> cannot_be_compared(const RunEvidence& run, const RunEvidence& candidate,
                                              std::optional<Duration> max_age) {
  if (const auto why = unfit(run, candidate, max_age)) return with_name(run, *why);
  std::vector<std::string> reasons;
  for (const auto& suite : candidate.suites) {
    const auto* other = run.suite(suite.id);
    auto why = other ? unlike(suite, *other, pair_cases(candidate, suite, *other)) : lacks(suite.id);
    if (!why) return std::nullopt;
    reasons.push_back(std::move(*why));
  }
  return with_name(run,
                   reasons.empty() ? "has nothing to be compared with" : fmt::format("{}", fmt::join(reasons, ", ")));
}

Baseline find_baseline(Against against, const Policy& policy, const RunEvidence& candidate,
                       const Background& background) {
  Baseline baseline;
  baseline.against = against;
  const auto& found = against == Against::anchor ? background.anchor : background.baseline;
  const bool ages = against == Against::baseline && policy.baseline && found && !found->beside;
  const auto max_age = ages ? policy.baseline->max_age : std::nullopt;
  const std::uint64_t most = policy.baseline ? policy.baseline->runs.value_or(kBaselineRuns) : kBaselineRuns;
  std::set<std::string> passed_over;
  for (const auto& suite : candidate.suites) {
    auto& here = baseline.suites.emplace_back();
    auto why = found ? found->passed_over : std::vector<std::string>();
    for (std::size_t i = 0; found && i < found->runs.size() && here.runs.size() < most; ++i) {
      auto fault = unfit(found->runs[i], candidate, max_age);
      if (!fault) fault = add_run(here, found->runs[i], candidate, suite, policy.max_error_rate);
      if (fault) why.push_back(with_name(found->runs[i], *fault));
    }
    if (here.runs.empty()) explain_none(here, against, policy, found ? &*found : nullptr, suite.id, why);
    if (!here.runs.empty()) passed_over.insert(why.begin(), why.end());
  }
  if (!found) return baseline;
  baseline.standing = describe(baseline, *found, candidate);
  if (!baseline.standing->runs.empty()) {
    for (const auto& why : passed_over) {
      baseline.warnings.push_back(fmt::format("{} '{}': {}, so it was passed over", kind_of(against), found->ref, why));
    }
  }
  warn_of_few(baseline, policy, *found);
  if (against == Against::baseline) warn_of_gone(baseline, policy);
  return baseline;
}

}  // namespace assay::gate
