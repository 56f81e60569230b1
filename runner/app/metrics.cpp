#include "runner/app/metrics.hpp"

#include <assay/stats/repeats.hpp>
#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace assay::app {

namespace {

using Value = std::optional<double>;

struct Mean {
  double sum = 0;
  double n = 0;

  void add(double value) {
    sum += value;
    n += 1;
  }
  [[nodiscard]] Value value() const { return n > 0 ? Value(sum / n) : std::nullopt; }
};

/// The mean over its known samples of each case; nothing where none is known.
template <class Read>
std::vector<Value> case_means(const SuiteEvidence& suite, Read read) {
  std::vector<Mean> means(suite.cases.size());
  for (std::size_t row = 0; row < suite.rows.size(); ++row) {
    if (const Value value = read(row)) means[suite.rows[row].case_index].add(*value);
  }
  std::vector<Value> values;
  values.reserve(means.size());
  for (const Mean& mean : means) values.push_back(mean.value());
  return values;
}

/// The slice of each case, numbered from 0; cases without the tag are one more.
struct Slices {
  std::vector<std::size_t> of_case;
  std::size_t count = 0;
};

Slices slices_of(const SuiteEvidence& suite, const std::string& tag) {
  Slices slices;
  std::map<std::optional<std::string>, std::size_t> numbers;
  for (std::size_t at = 0; at < suite.cases.size(); ++at) {
    const auto& tags = suite.cases.tag_sets()[suite.cases.tags_number(at)];
    const auto found = tags.find(tag);
    const auto value = found == tags.end() ? std::nullopt : std::optional(found->second);
    slices.of_case.push_back(numbers.try_emplace(value, numbers.size()).first->second);
  }
  slices.count = numbers.size();
  return slices;
}

Value mean_of(const std::vector<Value>& cases) {
  Mean mean;
  for (const Value& value : cases) {
    if (value) mean.add(*value);
  }
  return mean.value();
}

Value macro_of(const std::vector<Value>& cases, const Slices& slices) {
  std::vector<Mean> means(slices.count);
  for (std::size_t at = 0; at < cases.size(); ++at) {
    if (cases[at]) means[slices.of_case[at]].add(*cases[at]);
  }
  Mean mean;
  for (const Mean& slice : means) {
    if (const Value value = slice.value()) mean.add(*value);
  }
  return mean.value();
}

/// What the lines of one suite share.
struct Reader {
  const SuiteEvidence& suite;
  std::optional<Slices> slices;

  [[nodiscard]] reports::MetricLine line(const std::string& metric, Unit unit, const std::vector<Value>& cases) const {
    reports::MetricLine line;
    line.metric = metric;
    line.unit = unit;
    line.micro = mean_of(cases);
    if (slices) line.macro = macro_of(cases, *slices);
    line.cases = static_cast<std::uint64_t>(
        std::count_if(cases.begin(), cases.end(), [](const Value& value) { return value.has_value(); }));
    return line;
  }

  [[nodiscard]] std::vector<Value> values(const Column& column) const {
    return case_means(
        suite, [&](std::size_t row) { return column.known[row] == 1 ? Value(column.values[row]) : std::nullopt; });
  }

  [[nodiscard]] std::optional<reports::MetricLine> line_of(const std::string& metric) const {
    const Column* column = suite.column(metric);
    if (column == nullptr) return std::nullopt;
    return line(metric, column->unit, values(*column));
  }
};

reports::MetricLine pass_rate(const Reader& reader) {
  const auto& rows = reader.suite.rows;
  auto line =
      reader.line("pass_rate", Unit::share, case_means(reader.suite, [&](std::size_t row) {
                    return rows[row].outcome == OutcomeKind::scored ? Value(rows[row].pass ? 1 : 0) : std::nullopt;
                  }));
  line.unscored = reader.suite.balance.unscored;
  return line;
}

/// A check's metric, with what its `.pass` says.
std::optional<reports::MetricLine> check_line(const Reader& reader, const std::string& metric) {
  auto line = reader.line_of(metric);
  if (!line) return std::nullopt;
  constexpr std::uint8_t kCouldNotTell = 2;
  const auto& known = reader.suite.column(metric)->known;
  line->unscored = static_cast<std::uint64_t>(std::count(known.begin(), known.end(), kCouldNotTell));
  if (const Column* pass = reader.suite.column(metric + ".pass")) line->passing = mean_of(reader.values(*pass));
  line->judged = std::any_of(reader.suite.judged.begin(), reader.suite.judged.end(),
                             [&](const JudgedMetric& judged) { return judged.metric == metric; });
  return line;
}

std::vector<reports::MetricLine> lines_of(const Reader& reader, const store::StoredSuite& stored) {
  constexpr std::array kOfCalls = {"latency", "ttft", "itl", "cost", "input_tokens", "output_tokens", "cache_hit_rate"};
  std::vector<reports::MetricLine> lines = {pass_rate(reader)};
  std::set<std::string> seen = {"pass_rate", "score"};
  if (const auto score = reader.line_of("score"); score && score->cases > 0) lines.push_back(*score);
  for (const auto& metric : stored.metrics) {
    if (!seen.insert(metric.name).second) continue;
    if (const auto line = check_line(reader, metric.name)) lines.push_back(*line);
  }
  for (const char* metric : kOfCalls) {
    if (!seen.insert(metric).second) continue;
    if (const auto line = reader.line_of(metric); line && line->cases > 0) lines.push_back(*line);
  }
  return lines;
}

/// Scored samples of a case, and those of them that pass.
struct Tally {
  std::uint64_t rows = 0;
  std::uint64_t scored = 0;
  std::uint64_t passing = 0;
};

std::vector<Tally> tally(const SuiteEvidence& suite) {
  std::vector<Tally> cases(suite.cases.size());
  for (const SampleRow& row : suite.rows) {
    auto& kase = cases[row.case_index];
    ++kase.rows;
    kase.scored += row.outcome == OutcomeKind::scored ? 1 : 0;
    kase.passing += row.outcome == OutcomeKind::scored && row.pass ? 1 : 0;
  }
  return cases;
}

/// All of a few, landmarks of many.
std::vector<std::uint64_t> ks_up_to(std::uint64_t samples) {
  constexpr std::uint64_t kAll = 10;
  std::vector<std::uint64_t> ks;
  for (std::uint64_t k = 1; k <= std::min(samples, kAll); ++k) ks.push_back(k);
  for (const std::uint64_t k : {20ULL, 50ULL, 100ULL}) {
    if (k < samples) ks.push_back(k);
  }
  if (samples > kAll) ks.push_back(samples);
  return ks;
}

std::vector<reports::RepeatLine> repeats_of(const std::vector<Tally>& cases, std::uint64_t samples) {
  std::vector<reports::RepeatLine> lines;
  if (samples < 2) return lines;
  for (const auto k : ks_up_to(samples)) {
    Mean any;
    Mean all;
    for (const Tally& kase : cases) {
      if (kase.scored < k) continue;
      any.add(stats::pass_at_k(kase.scored, kase.passing, k));
      all.add(stats::pass_pow_k(kase.scored, kase.passing, k));
    }
    lines.push_back({k, any.value().value_or(0), all.value().value_or(0), static_cast<std::uint64_t>(any.n)});
  }
  return lines;
}

OrderedJson or_null(const Value& value) {
  return value ? OrderedJson(*value) : OrderedJson();
}

std::string share(double value) {
  return reports::show_value(value, Unit::share);
}

void describe(reports::MetricSummaryView& view, const judges::ClassificationSummary& summary) {
  view.facts.push_back(fmt::format("classification of {} samples: accuracy {}, macro-F1 {:.3f}, MCC {}",
                                   reports::show_count(summary.samples), share(summary.accuracy), summary.macro_f1,
                                   summary.mcc ? fmt::format("{:.3f}", *summary.mcc) : "–"));
  if (summary.left_out > 0) {
    view.facts.push_back(fmt::format("{} samples of labels beyond the first {} are left out",
                                     reports::show_count(summary.left_out), judges::kMostLabels));
  }
  view.labels = summary.labels;
  view.counts = summary.counts;
  view.data["classification"] = {{"samples", summary.samples},   {"accuracy", summary.accuracy},
                                 {"macro_f1", summary.macro_f1}, {"mcc", or_null(summary.mcc)},
                                 {"labels", summary.labels},     {"counts", summary.counts},
                                 {"left_out", summary.left_out}};
}

void describe(reports::MetricSummaryView& view, const judges::PanelSummary& summary) {
  auto fact = fmt::format("panel: unanimous on {} of {} samples", reports::show_count(summary.unanimous),
                          reports::show_count(summary.samples));
  if (summary.agreement) fact += fmt::format(", {} of the pairs of members agree", share(*summary.agreement));
  if (summary.alpha) fact += fmt::format(", Krippendorff's α {:.3f} over votes", *summary.alpha);
  if (summary.value_alpha) fact += fmt::format(", {:.3f} over scores", *summary.value_alpha);
  view.facts.push_back(std::move(fact));
  view.data["panel"] = {{"samples", summary.samples},
                        {"unanimous", summary.unanimous},
                        {"agreement", or_null(summary.agreement)},
                        {"alpha", or_null(summary.alpha)},
                        {"value_alpha", or_null(summary.value_alpha)}};
}

void describe(reports::MetricSummaryView& view, const judges::PairwiseSummary& summary) {
  auto fact = fmt::format("pairwise: {} won, {} tied, {} lost", reports::show_count(summary.wins),
                          reports::show_count(summary.ties), reports::show_count(summary.losses));
  OrderedJson interval;
  if (summary.win_rate) fact += fmt::format("; win rate without ties {}", share(*summary.win_rate));
  if (summary.interval) {
    interval = OrderedJson::array({summary.interval->low, summary.interval->high});
    fact += fmt::format(" {}",
                        reports::show_interval(std::pair(summary.interval->low, summary.interval->high), Unit::share));
  }
  view.facts.push_back(std::move(fact));
  if (summary.position_consistency) {
    auto order = fmt::format("both orders agree on {}", share(*summary.position_consistency));
    if (summary.first_preference) {
      order += fmt::format("; where they do not, the first place won {} (50 % is no preference)",
                           share(*summary.first_preference));
    }
    view.facts.push_back(std::move(order));
  }
  view.data["pairwise"] = {{"samples", summary.samples},
                           {"wins", summary.wins},
                           {"ties", summary.ties},
                           {"losses", summary.losses},
                           {"win_rate", or_null(summary.win_rate)},
                           {"interval", interval},
                           {"position_consistency", or_null(summary.position_consistency)},
                           {"first_preference", or_null(summary.first_preference)}};
}

void describe(reports::MetricSummaryView& view, const judges::CascadeSummary& summary) {
  const double saved =
      summary.samples == 0 ? 0 : 1 - static_cast<double>(summary.escalated) / static_cast<double>(summary.samples);
  view.facts.push_back(fmt::format("cascade: the second judge was asked on {} of {} samples, and saved on {}",
                                   reports::show_count(summary.escalated), reports::show_count(summary.samples),
                                   share(saved)));
  view.data["cascade"] = {{"samples", summary.samples}, {"escalated", summary.escalated}, {"saved", saved}};
}

/// One suite's summaries as its samples go by, in the order in which metrics are first met.
struct Summaries {
  std::vector<std::pair<std::string, judges::MetricSummary>> all;

  judges::MetricSummary& of(const std::string& metric) {
    for (auto& [name, summary] : all) {
      if (name == metric) return summary;
    }
    return all.emplace_back(metric, judges::MetricSummary()).second;
  }
};

Result<std::map<std::string, Summaries, std::less<>>> summarise(store::Store& store, const std::string& run) {
  std::map<std::string, Summaries, std::less<>> suites;
  store::SampleFilter filter;
  filter.failures_first = false;
  const auto read = store.samples(run, filter, [&](const store::StoredSample& sample) {
    for (const auto& score : sample.scores) suites[sample.suite].of(score.metric).add(sample.case_id, score.score);
    return true;
  });
  if (!read) return read.error();
  return suites;
}

void add_summaries(reports::SuiteMetricsView& view, const Summaries& summaries) {
  for (const auto& [metric, summary] : summaries.all) {
    const auto facts = summary.result();
    const auto& variance = facts.variance;
    if (variance.answer || variance.judge) {
      view.variances.push_back({metric, variance.cases, variance.answer, variance.judge});
    }
    if (auto more = summary_of(metric, facts)) view.summaries.push_back(std::move(*more));
  }
}

/// A tag that no case of any suite has.
Result<void> check_tag(const RunEvidence& evidence, const std::string& tag) {
  std::set<std::string> names;
  for (const auto& suite : evidence.suites) {
    for (const auto& tags : suite.cases.tag_sets()) {
      for (const auto& [name, value] : tags) names.insert(name);
    }
  }
  if (names.contains(tag)) return {};
  const std::vector<std::string> known(names.begin(), names.end());
  return Error{ErrorKind::usage,
               fmt::format("no case of this run has the tag {}", text::in_quotes(tag)),
               known.empty() ? "its cases have no tags" : text::suggest(tag, known, "the tags are"),
               {}};
}

}  // namespace

reports::SuiteMetricsView metrics_of(const SuiteEvidence& suite, const store::StoredSuite& stored,
                                     const std::optional<std::string>& tag) {
  reports::SuiteMetricsView view;
  Reader reader{suite, std::nullopt};
  if (tag) reader.slices = slices_of(suite, *tag);
  view.suite = suite.id;
  view.cases = suite.cases.size();
  view.tag = tag;
  view.values = reader.slices ? reader.slices->count : 0;
  const auto cases = tally(suite);
  for (const Tally& kase : cases) view.samples = std::max(view.samples, kase.rows);
  view.lines = lines_of(reader, stored);
  view.repeats = repeats_of(cases, view.samples);
  return view;
}

std::optional<reports::MetricSummaryView> summary_of(const std::string& metric, const judges::MetricFacts& facts) {
  reports::MetricSummaryView view;
  view.metric = metric;
  if (facts.classification) describe(view, *facts.classification);
  if (facts.panel) describe(view, *facts.panel);
  if (facts.pairwise) describe(view, *facts.pairwise);
  if (facts.cascade) describe(view, *facts.cascade);
  if (view.facts.empty()) return std::nullopt;
  return view;
}

Result<std::vector<reports::SuiteMetricsView>> metrics_of_run(store::Store& store, const store::RunRow& run,
                                                              const std::optional<std::string>& tag) {
  const auto evidence = store.evidence(run.header.id, {});
  if (!evidence) return evidence.error();
  if (tag) {
    if (const auto known = check_tag(*evidence, *tag); !known) return known.error();
  }
  const auto summaries = summarise(store, run.header.id);
  if (!summaries) return summaries.error();
  std::vector<reports::SuiteMetricsView> views;
  for (std::size_t i = 0; i < evidence->suites.size(); ++i) {
    const auto& suite = evidence->suites[i];
    views.push_back(metrics_of(suite, run.header.suites.at(i), tag));
    const auto found = summaries->find(suite.id);
    if (found != summaries->end()) add_summaries(views.back(), found->second);
  }
  return views;
}

}  // namespace assay::app
