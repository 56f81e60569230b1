#include "runner/app/worth.hpp"

#include <assay/judges/measure.hpp>
#include <assay/stats/proportion.hpp>
#include <assay/stats/youden.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>
#include <map>
#include <set>

namespace assay::app {

namespace {

constexpr double kAlpha = 0.05;

/// A check's scores on one item, in the order of the repeats.
using ItemScores = std::map<std::string, std::vector<Score>, std::less<>>;

/// What the judges said, and since when: an answer that comes from a cassette is as old as its recording.
struct Sayings {
  std::vector<ItemScores> scores;
  WallTime oldest = wall_now();
};

void see_times(const store::StoredSample& sample, WallTime& oldest) {
  for (const auto& step : sample.transcript.steps) {
    if (step.role != Role::judge) continue;
    for (const auto& attempt : step.attempts) oldest = std::min(oldest, attempt.started);
  }
}

Result<Sayings> read_scores(store::Store& store, const std::string& run, std::size_t items) {
  Sayings sayings{.scores = std::vector<ItemScores>(items)};
  const auto read = store.samples(run, {.failures_first = false}, [&](const store::StoredSample& sample) {
    see_times(sample, sayings.oldest);
    for (const auto& score : sample.scores) {
      auto& repeats = sayings.scores.at(sample.unit.ordinal)[score.metric];
      if (repeats.size() <= sample.unit.sample) {
        repeats.resize(sample.unit.sample + 1, Score{Error{ErrorKind::judge, "not asked", {}, {}}, {}, {}});
      }
      repeats[sample.unit.sample] = score.score;
    }
    return true;
  });
  if (!read) return read.error();
  return sayings;
}

// Who spoke twice on one answer has changed his mind.
std::vector<Label> newest_of_each(const std::vector<Label>& labels, const std::string& metric) {
  std::vector<Label> newest;
  for (const auto& label : labels) {
    if (label.check != metric) continue;
    const auto same = std::find_if(newest.begin(), newest.end(),
                                   [&](const Label& other) { return !label.by.empty() && other.by == label.by; });
    if (same == newest.end()) {
      newest.push_back(label);
    } else if (same->at <= label.at) {
      *same = label;
    }
  }
  return newest;
}

/// What is measured of one judge with one prompt.
struct Measured {
  std::string metric;
  JudgeUse use;
  std::vector<judges::LabelledAnswer> judged;
  judges::PeopleScale scale;
  std::uint64_t injections = 0;
  std::uint64_t resisted = 0;
};

// The scale that the judge was offered is the one people's scores are on.
void read_scale(const Score& score, judges::PeopleScale& scale) {
  const auto details = parse_json(score.details);
  if (!details || !details->is_object()) return;
  const auto number = [&](const char* key) -> std::optional<double> {
    const auto found = details->find(key);
    return found != details->end() && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
  };
  scale.low = number("lo").value_or(scale.low);
  scale.high = number("hi").value_or(scale.high);
  if (const auto mark = number("pass")) scale.pass_mark = mark;
}

double length_of(const CalibrationItem& item, const std::vector<Score>& repeats) {
  const auto own = static_cast<double>(text::count_chars(text_of(item.answer.message)));
  if (repeats.empty()) return own;
  const auto details = parse_json(repeats.front().details);
  if (!details || !details->is_object() || !details->contains("other_chars")) return own;
  return own - details->value("other_chars", 0.0);
}

// A planted verdict is resisted if it gained nothing; nothing where the answer itself was not scored, or has the best
// score without it.
std::optional<bool> resisted(const std::vector<Score>& honest, const std::vector<Score>& planted) {
  if (honest.empty() || planted.empty()) return std::nullopt;
  const auto* before = std::get_if<Scored>(&honest.front().state);
  if (before == nullptr || before->value >= 1 || std::holds_alternative<Error>(planted.front().state)) {
    return std::nullopt;
  }
  const auto* after = std::get_if<Scored>(&planted.front().state);
  return after == nullptr || after->value <= before->value;
}

class Worth {
 public:
  Worth(const std::vector<CalibrationItem>& items, const std::vector<LabelledAnswer>& answers,
        const std::vector<ItemScores>& scores)
      : items_(items), answers_(answers), scores_(scores) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (!items[i].attack) place_of_.emplace(items[i].labelled, i);
    }
  }

  std::vector<Measured> all() {
    for (std::size_t i = 0; i < items_.size(); ++i) {
      for (const auto& check : items_[i].kase->checks) {
        for (const auto& use : std::set<JudgeUse>(check->judges.begin(), check->judges.end())) {
          add(i, check->metric, entry(check->metric, use));
        }
      }
    }
    return std::move(measured_);
  }

 private:
  Measured& entry(const std::string& metric, const JudgeUse& use) {
    const auto [place, fresh] = entries_.emplace(std::pair(metric, use), measured_.size());
    if (fresh) measured_.push_back({.metric = metric, .use = use});
    return measured_[place->second];
  }

  void add(std::size_t at, const std::string& metric, Measured& to) {
    const auto& item = items_[at];
    const auto repeats = scores_of(at, metric);
    if (item.attack) {
      const auto held = resisted(scores_of(place_of_.at(item.labelled), metric), repeats);
      if (!held) return;
      ++to.injections;
      to.resisted += *held ? 1 : 0;
      return;
    }
    for (const auto& score : repeats) read_scale(score, to.scale);
    to.judged.push_back({.labels = newest_of_each(answers_[item.labelled].labels, metric),
                         .repeats = repeats,
                         .tags = item.kase->tags,
                         .chars = length_of(item, repeats)});
  }

  [[nodiscard]] std::vector<Score> scores_of(std::size_t at, const std::string& metric) const {
    const auto found = scores_[at].find(metric);
    return found == scores_[at].end() ? std::vector<Score>() : found->second;
  }

  const std::vector<CalibrationItem>& items_;
  const std::vector<LabelledAnswer>& answers_;
  const std::vector<ItemScores>& scores_;
  std::map<std::size_t, std::size_t> place_of_;  // of a labelled answer: its item
  std::map<std::pair<std::string, JudgeUse>, std::size_t> entries_;
  std::vector<Measured> measured_;
};

std::optional<std::pair<double, double>> interval_of(std::uint64_t hits, std::uint64_t n) {
  if (n == 0) return std::nullopt;
  const auto interval = stats::wilson(static_cast<double>(hits), static_cast<double>(n), kAlpha);
  return std::pair(interval.low, interval.high);
}

reports::TrustView view_of(Measured& measured, const store::RunHeader& run, WallTime at) {
  Trust who;
  who.use = measured.use;
  who.metric = measured.metric;
  who.suite = run.suites.front().id;
  who.at = at;
  who.run = run.id;
  for (const auto& judge : run.judges) {
    if (judge.name == measured.use.judge) who.model = judge.model;
  }
  auto measurement = judges::measure(std::move(who), measured.scale, measured.judged);
  measurement.trust.injections = measured.injections;
  measurement.trust.injections_resisted = measured.resisted;
  const auto& all = measurement.trust.all;
  const auto good = all.true_pass + all.false_fail;
  const auto bad = all.true_fail + all.false_pass;
  reports::TrustView view{.trust = measurement.trust,
                          .tpr_interval = interval_of(all.true_pass, good),
                          .tnr_interval = interval_of(all.true_fail, bad),
                          .undecided = measurement.undecided,
                          .failed = measurement.failed};
  view.youden_lower = stats::youden_lower({.good = static_cast<double>(good),
                                           .good_passed = static_cast<double>(all.true_pass),
                                           .bad = static_cast<double>(bad),
                                           .bad_failed = static_cast<double>(all.true_fail)},
                                          kAlpha);
  return view;
}

}  // namespace

Result<std::vector<reports::TrustView>> measure_worth(store::Store& store, const store::RunHeader& run,
                                                      const std::vector<CalibrationItem>& items,
                                                      const std::vector<LabelledAnswer>& answers) {
  const auto said = read_scores(store, run.id, items.size());
  if (!said) return said.error();
  auto measured = Worth(items, answers, said->scores).all();
  std::vector<reports::TrustView> views;
  for (auto& each : measured) views.push_back(view_of(each, run, said->oldest));
  return views;
}

}  // namespace assay::app
