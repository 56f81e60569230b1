#include "runner/gate/judges.hpp"

#include "runner/gate/metrics.hpp"
#include "runner/gate/reasons.hpp"
#include "runner/gate/vendor.hpp"

#include <assay/stats/ppi.hpp>
#include <assay/stats/rogan_gladen.hpp>
#include <assay/stats/youden.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace assay::gate {

namespace {

constexpr std::string_view kCalibrate = "`assay calibrate SUITE --labels FILE`";

/// The newest measurement of this judge with this prompt: of this metric of this suite, else of any.
const Trust* find(std::span<const Trust> all, const SuiteEvidence& suite, const JudgedMetric& judged) {
  const Trust* best = nullptr;
  const auto here = [&](const Trust& each) { return each.suite == suite.id && each.metric == judged.metric; };
  for (const auto& each : all) {
    if (each.use.digest != judged.use.digest || each.use.prompt != judged.use.prompt) continue;
    const bool better = !best || (here(each) != here(*best) ? here(each) : each.at.unix_ms > best->at.unix_ms);
    if (better) best = &each;
  }
  return best;
}

std::uint64_t labels_of(const Confusion& all) {
  return all.true_pass + all.false_fail + all.true_fail + all.false_pass + all.unscored;
}

stats::Labelled labelled(const Confusion& all) {
  return {static_cast<double>(all.true_pass + all.false_fail), static_cast<double>(all.true_pass),
          static_cast<double>(all.true_fail + all.false_pass), static_cast<double>(all.true_fail)};
}

/// The mean over cases of the share of its samples that the judge passes, and how many cases that are.
struct Observed {
  double share = 0;
  double cases = 0;
};

Observed observe(const SuiteEvidence& suite, const Column& pass) {
  Observed observed;
  double sum = 0;
  for (std::size_t row = 0; row < suite.rows.size() && row < pass.known.size();) {
    const auto kase = suite.rows[row].case_index;
    double known = 0;
    double passes = 0;
    for (; row < suite.rows.size() && row < pass.known.size() && suite.rows[row].case_index == kase; ++row) {
      if (pass.known[row] != 1) continue;
      known += 1;
      passes += pass.values[row] >= 0.5 ? 1 : 0;
    }
    if (known == 0) continue;
    sum += passes / known;
    observed.cases += 1;
  }
  if (observed.cases > 0) observed.share = sum / observed.cases;
  return observed;
}

void describe_trust(Judge& judge, const Policy& policy, const RunEvidence& evidence) {
  auto& standing = judge.standing;
  const auto& all = judge.trust->all;
  standing.tpr = all.sensitivity();
  standing.tnr = all.specificity();
  standing.youden = all.youden();
  standing.youden_lower = stats::youden_lower(labelled(all), policy.alpha);
  standing.labels = labels_of(all);
  standing.age_s = std::max(0.0, static_cast<double>(evidence.started.unix_ms - judge.trust->at.unix_ms) * 1e-3);
}

void describe_answers(Judge& judge, const SuiteEvidence& suite, double alpha) {
  if (!judge.pass) return;
  const auto observed = observe(suite, *judge.pass);
  if (observed.cases == 0) return;
  auto& standing = judge.standing;
  standing.observed = observed.share;
  if (!judge.trust || !standing.tpr || !standing.tnr) return;
  const auto counts = labelled(judge.trust->all);
  const stats::JudgeRates rates{*standing.tnr, *standing.tpr, counts.bad, counts.good};
  const auto corrected = stats::rogan_gladen(observed.share, observed.cases, rates, alpha);
  if (!corrected) return;
  standing.corrected = corrected->rate;
  standing.corrected_interval = {corrected->interval.low, corrected->interval.high};
}

constexpr std::size_t kLeastLabels = 20;  // below, their spread is not known well enough for an interval

/// The share from people's labels of this run's answers and the judge's word on the others. Answers are taken as
/// independent: with several samples a case the interval is a little narrow.
/// Where people changed scores, what the judge said is no longer to be seen, and nothing is estimated.
void describe_people(Judge& judge, const RunEvidence& evidence, const SuiteEvidence& suite, double alpha) {
  std::vector<double> people;
  std::vector<double> judged;
  for (const auto& overlap : suite.overlaps) {
    if (overlap.metric != judge.standing.metric) continue;
    people.push_back(overlap.people ? 1 : 0);
    judged.push_back(overlap.judge ? 1 : 0);
  }
  judge.standing.people_labels = people.size();
  if (people.size() < kLeastLabels || !judge.pass || evidence.edited > 0) return;
  // Of the others only how many pass matters: what the judge says of all, less what it says of those labelled.
  double passes = 0;
  double all = 0;
  for (std::size_t row = 0; row < judge.pass->known.size(); ++row) {
    if (judge.pass->known[row] != 1) continue;
    all += 1;
    passes += judge.pass->values[row] >= 0.5 ? 1 : 0;
  }
  const double others = all - static_cast<double>(judged.size());
  const double others_pass = passes - std::accumulate(judged.begin(), judged.end(), 0.0);
  if (others < 2 || others_pass < 0 || others_pass > others) return;
  std::vector<double> unlabelled(static_cast<std::size_t>(others), 0);
  std::fill_n(unlabelled.begin(), static_cast<std::size_t>(others_pass), 1.0);
  const auto estimate = stats::ppi(people, judged, unlabelled);
  if (!estimate) return;
  const auto interval = stats::ppi_interval(*estimate, alpha);
  judge.standing.with_people = std::clamp(estimate->mean, 0.0, 1.0);
  judge.standing.with_people_interval = {interval.low, interval.high};
}

/// `Youden 0.72, at least 0.61 with 95 % confidence (TPR 0.9, TNR 0.82, 120 labels)`
std::string shown(const JudgeStanding& standing, double alpha) {
  if (!standing.youden || !standing.youden_lower) return fmt::format("{} labels", standing.labels);
  return fmt::format("Youden {:.2f}, at least {:.2f} with {} confidence (TPR {:.2f}, TNR {:.2f}, {} labels)",
                     *standing.youden, *standing.youden_lower, confidence(alpha), *standing.tpr, *standing.tnr,
                     standing.labels);
}

/// About how many labels like these bring the bound to `least`; nothing where no sensible number does.
std::optional<std::uint64_t> labels_needed(const stats::Labelled& now, double least, double alpha) {
  constexpr double kMostTimes = 1000;
  const auto reaches = [&](double times) {
    const auto low = stats::youden_lower(
        {now.good * times, now.good_passed * times, now.bad * times, now.bad_failed * times}, alpha);
    return low && *low >= least;
  };
  double few = 1;
  double enough = kMostTimes;
  if (!reaches(enough)) return std::nullopt;
  for (int i = 0; i < 40; ++i) {
    const double middle = (few + enough) / 2;
    (reaches(middle) ? enough : few) = middle;
  }
  return static_cast<std::uint64_t>(std::ceil(enough * (now.good + now.bad)));
}

/// What would make a weak judge a trusted one.
std::string remedy(const Judge& judge, const Policy& policy) {
  const double least = policy.judge->min_youden;
  if (*judge.standing.youden < least) return "it takes a better judge or prompt";
  const auto needed = labels_needed(labelled(judge.trust->all), least, policy.alpha);
  return needed ? fmt::format("about {} labels like these would", *needed) : "more labels would narrow it";
}

/// Bounds decide here as everywhere: a judge passes by luck on few labels as easily as a candidate on few cases.
void judge_the_judge(Judge& judge, const Policy& policy) {
  auto& s = judge.standing;
  const auto who = fmt::format("judge '{}' may not decide on '{}'", s.judge, s.metric);
  if (!judge.trust) {
    s.state = "unmeasured";
    judge.why = fmt::format("{}: it was never measured with this prompt; {} measures it", who, kCalibrate);
  } else if (policy.judge->max_age && *s.age_s > to_seconds(*policy.judge->max_age)) {
    s.state = "stale";
    judge.why = fmt::format("{}: its measurement, {}, is older than max_age {}; {} measures it again", who,
                            shown(s, policy.alpha), duration_text(*policy.judge->max_age), kCalibrate);
  } else if (!s.youden || !s.youden_lower) {
    s.state = "weak";
    judge.why = fmt::format(
        "{}: among its {} labels is no {} answer that it could tell, so its {} is not known; {} "
        "with more labels shows it",
        who, s.labels, s.tpr ? "bad" : "good", s.tpr ? "TNR" : "TPR", kCalibrate);
  } else if (*s.youden_lower < policy.judge->min_youden) {
    s.state = "weak";
    judge.why = fmt::format("{}: {}, which does not show min_youden {:g}: {}; {} measures it again", who,
                            shown(s, policy.alpha), policy.judge->min_youden, remedy(judge, policy), kCalibrate);
  } else {
    s.state = "trusted";
  }
}

Judge make_judge(const Policy& policy, const RunEvidence& evidence, const SuiteEvidence& suite,
                 const JudgedMetric& judged, std::span<const Trust> trust) {
  Judge judge;
  judge.required = judged.required;
  judge.pass = suite.column(judged.metric + ".pass");
  judge.trust = find(trust, suite, judged);
  auto& standing = judge.standing;
  standing.suite = suite.id;
  standing.metric = judged.metric;
  standing.judge = judged.use.judge;
  standing.model = judged.model;
  if (judge.trust) describe_trust(judge, policy, evidence);
  describe_answers(judge, suite, policy.alpha);
  describe_people(judge, evidence, suite, policy.alpha);
  if (policy.judge) {
    judge_the_judge(judge, policy);
  } else {
    standing.state = judge.trust ? "measured" : "unmeasured";
  }
  return judge;
}

/// `'polite' of capitals, 'kind' of capitals and 3 more`
std::string places(const std::vector<const Judge*>& judges) {
  constexpr std::size_t kNamed = 3;
  std::set<std::string> seen;
  std::vector<std::string> names;
  for (const auto* judge : judges) {
    auto name = fmt::format("'{}' of {}", judge->standing.metric, judge->standing.suite);
    if (seen.insert(name).second) names.push_back(std::move(name));
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamed); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > kNamed ? fmt::format("{} and {} more", text, names.size() - kNamed) : text;
}

/// The judges that a test picks, under their names, in order of their first use.
template <class Test>
std::vector<std::pair<std::string, std::vector<const Judge*>>> by_name(const std::vector<Judge>& judges, Test test) {
  std::vector<std::pair<std::string, std::vector<const Judge*>>> groups;
  for (const auto& judge : judges) {
    if (!test(judge)) continue;
    const auto& name = judge.standing.judge;
    auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) { return group.first == name; });
    if (found == groups.end()) found = groups.insert(groups.end(), {name, {}});
    found->second.push_back(&judge);
  }
  return groups;
}

void warn_of_unmeasured(std::vector<std::string>& warnings, const std::vector<Judge>& judges) {
  const auto unmeasured = [](const Judge& judge) { return judge.standing.state == "unmeasured"; };
  for (const auto& [name, uses] : by_name(judges, unmeasured)) {
    warnings.push_back(fmt::format(
        "judge '{}' was never measured against people on {}, and decides all the same: {} shows how far it may be "
        "believed",
        name, places(uses), kCalibrate));
  }
}

/// `; likewise on 'polite' of capitals and 3 more`; empty for a judge with one use.
std::string likewise(std::vector<const Judge*> uses) {
  uses.erase(uses.begin());
  return uses.empty() ? "" : fmt::format("; likewise on {}", places(uses));
}

void warn_of_chance(std::vector<std::string>& warnings, const std::vector<Judge>& judges, double alpha) {
  const auto by_chance = [](const Judge& judge) {
    return judge.standing.state == "measured" && !(judge.standing.youden_lower && *judge.standing.youden_lower > 0);
  };
  for (const auto& [name, uses] : by_name(judges, by_chance)) {
    const auto& s = uses.front()->standing;
    warnings.push_back(fmt::format("judge '{}' is not told from chance on '{}' of {}, and decides all the same: {}{}",
                                   name, s.metric, s.suite, shown(s, alpha), likewise(uses)));
  }
}

/// Those that may not decide, where no reason says so already.
void warn_of_doubted(std::vector<std::string>& warnings, const std::vector<Judge>& judges,
                     const std::vector<const Judge*>& held) {
  const auto doubted = [&](const Judge& judge) {
    return !judge.why.empty() && std::find(held.begin(), held.end(), &judge) == held.end();
  };
  for (const auto& [name, uses] : by_name(judges, doubted)) {
    warnings.push_back(fmt::format("{} ({}){}", uses.front()->why, uses.front()->standing.suite, likewise(uses)));
  }
}

/// How the candidate is related to a judge of that model; empty if it is not, as far as names tell.
std::string relation(const RunEvidence& evidence, const std::string& model) {
  auto names = evidence.served_models;
  names.insert(names.begin(), evidence.model);
  const auto vendor = vendor_of(model);
  for (const auto& name : names) {
    if (!name.empty() && name == model) return fmt::format("and the candidate are one model, {}", model);
  }
  for (const auto& name : names) {
    if (vendor.empty() || vendor_of(name) != vendor) continue;
    return fmt::format("({}) and the candidate ({}) are both of {}", model, name, vendor);
  }
  return {};
}

void warn_of_kin(std::vector<std::string>& warnings, const RunEvidence& evidence, const std::vector<Judge>& judges) {
  for (const auto& [name, uses] : by_name(judges, [](const Judge&) { return true; })) {
    const auto how = relation(evidence, uses.front()->standing.model);
    if (how.empty()) continue;
    warnings.push_back(fmt::format("judge '{}' {}: judges tend to prefer answers of their own kind", name, how));
  }
}

void warn_of_injection(std::vector<std::string>& warnings, const std::vector<Judge>& judges) {
  for (const auto& judge : judges) {
    if (!judge.trust || judge.trust->injections_resisted >= judge.trust->injections) continue;
    warnings.push_back(
        fmt::format("judge '{}' was talked round on '{}' of {}: {} of {} planted verdicts raised its score",
                    judge.standing.judge, judge.standing.metric, judge.standing.suite,
                    judge.trust->injections - judge.trust->injections_resisted, judge.trust->injections));
  }
}

}  // namespace

std::vector<Judge> standing_of(const Policy& policy, const RunEvidence& evidence, std::span<const Trust> trust) {
  std::vector<Judge> judges;
  for (const auto& suite : evidence.suites) {
    for (const auto& judged : suite.judged) judges.push_back(make_judge(policy, evidence, suite, judged, trust));
  }
  return judges;
}

bool rests_on(const GateSpec& gate, const Judge& judge) {
  const auto builtin = builtin_metric(gate.metric);
  if (!builtin) return without_pass(gate.metric) == judge.standing.metric;
  switch (builtin->measure) {
    case Measure::passes:
    case Measure::flaky:
    case Measure::cost_per_pass:
      return judge.required;
    case Measure::mean:
      return builtin->name == "score";
    case Measure::errors:
    case Measure::unscored:
    case Measure::quantile:
      break;
  }
  return false;
}

std::vector<std::string> judge_warnings(const Policy& policy, const RunEvidence& evidence,
                                        const std::vector<Judge>& judges, const std::vector<const Judge*>& held) {
  std::vector<std::string> warnings;
  if (policy.judge) {
    warn_of_doubted(warnings, judges, held);
  } else {
    warn_of_unmeasured(warnings, judges);
    warn_of_chance(warnings, judges, policy.alpha);
  }
  warn_of_kin(warnings, evidence, judges);
  warn_of_injection(warnings, judges);
  return warnings;
}

}  // namespace assay::gate
