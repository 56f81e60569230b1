#include "runner/app/forecast_history.hpp"

#include <algorithm>
#include <unordered_map>

namespace assay::app {

namespace {

constexpr std::uint64_t kJudgedSamples = 200;  // that say what a judge takes

struct Mean {
  double sum = 0;
  std::uint64_t n = 0;

  void add(double value) {
    sum += value;
    ++n;
  }
  [[nodiscard]] std::optional<double> value() const {
    return n > 0 ? std::optional(sum / static_cast<double>(n)) : std::nullopt;
  }
};

std::optional<double> mean_of(const SuiteEvidence& suite, std::string_view metric) {
  const auto* column = suite.column(metric);
  if (!column) return std::nullopt;
  Mean mean;
  for (std::size_t i = 0; i < column->values.size(); ++i) {
    if (column->known[i] == 1) mean.add(column->values[i]);
  }
  return mean.value();
}

/// The nearest of the newest finished runs that asked their target.
Result<std::optional<store::RunRow>> nearest_run(store::Store& store, const SuiteEvidence& suite,
                                                 const std::string& model, SuitePast& past) {
  const auto rows = store.history(suite.id, kForecastRuns);
  if (!rows) return rows.error();
  const store::RunRow* best = nullptr;
  int likeness = -1;
  for (const auto& row : *rows) {
    const auto* stored = row.header.suite(suite.id);
    if (!stored || row.status != store::RunStatus::finished || row.header.kind != store::RunKind::measured) continue;
    const bool prompt = stored->prompt == suite.prompt;
    const bool same_model = row.header.model == model;
    const int like = 2 * static_cast<int>(prompt) + static_cast<int>(same_model);
    if (like <= likeness) continue;
    likeness = like;
    best = &row;
    past.same_prompt = prompt;
    past.same_model = same_model;
  }
  if (!best) return std::optional<store::RunRow>();
  return std::optional(*best);
}

/// One judge's calls, as they are found in samples.
struct JudgeTally {
  Mean input;
  Mean output;
  Mean seconds;
  std::uint64_t calls = 0;
};

void tally(const store::StoredSample& sample, std::map<std::string, JudgeTally>& judges) {
  for (const auto& step : sample.transcript.steps) {
    if (step.role != Role::judge || !step.question || is_program(step.question->to)) continue;
    auto& judge = judges[step.question->to];
    ++judge.calls;
    const auto* response = std::get_if<Response>(&step.result);
    if (!response) continue;
    if (response->usage.input_tokens) judge.input.add(static_cast<double>(*response->usage.input_tokens));
    if (response->usage.output_tokens) judge.output.add(static_cast<double>(*response->usage.output_tokens));
    judge.seconds.add(to_seconds(response->timings.total));
  }
}

Result<void> read_judges(store::Store& store, const std::string& suite, SuitePast& past) {
  std::map<std::string, JudgeTally> judges;
  std::uint64_t samples = 0;
  const store::SampleFilter filter{.suite = suite, .failures_first = false, .limit = kJudgedSamples};
  const auto read = store.samples(past.run, filter, [&](const store::StoredSample& sample) {
    ++samples;
    tally(sample, judges);
    return true;
  });
  if (!read) return read.error();
  for (const auto& [name, judge] : judges) {
    past.judges[name] = {static_cast<double>(judge.calls) / static_cast<double>(samples),
                         {judge.input.value(), judge.output.value(), judge.seconds.value()}};
  }
  return {};
}

Result<void> read_cases(store::Store& store, SuiteSurvey& survey, SuitePast& past) {
  auto& planned = survey.outlook.planned;
  std::unordered_map<std::string_view, std::uint32_t> place;
  for (std::uint32_t i = 0; i < planned.cases.size(); ++i) place.emplace(planned.cases.id(i), i);
  survey.outlook.history.assign(planned.cases.size(), {});
  return store.case_history(planned.id, kForecastRuns, [&](const store::CaseHistory& kase) {
    const auto found = place.find(kase.case_id);
    if (found == place.end() || planned.cases[found->second].digest != kase.digest) return true;
    auto& chance = survey.outlook.history[found->second];
    for (const auto& run : kase.runs) {
      chance.samples += run.scored;
      chance.passes += run.passed;
    }
    past.runs = std::max<std::uint64_t>(past.runs, kase.runs.size());
    past.known += chance.samples > 0 ? 1 : 0;
    return true;
  });
}

}  // namespace

Result<SuitePast> past_of(store::Store& store, SuiteSurvey& survey, const std::string& model,
                          const gate::Policy& policy) {
  SuitePast past;
  const auto& suite = survey.outlook.planned;
  if (const auto read = read_cases(store, survey, past); !read) return read.error();
  const auto nearest = nearest_run(store, suite, model, past);
  if (!nearest) return nearest.error();
  const auto& row = *nearest;
  if (!row) return past;
  past.run = row->header.id;
  past.in_flight = row->load;
  auto metrics = gate::wanted_metrics(policy);
  metrics.insert({"latency", "input_tokens", "output_tokens"});
  auto evidence = store.evidence(past.run, {.metrics = std::move(metrics)});
  if (!evidence) return evidence.error();
  const auto found = std::find_if(evidence->suites.begin(), evidence->suites.end(),
                                  [&](const SuiteEvidence& each) { return each.id == suite.id; });
  if (found == evidence->suites.end()) return past;
  past.evidence = std::move(*found);
  past.call = {mean_of(past.evidence, "input_tokens"), mean_of(past.evidence, "output_tokens"),
               mean_of(past.evidence, "latency")};
  if (survey.asked.empty()) return past;
  if (const auto read = read_judges(store, suite.id, past); !read) return read.error();
  return past;
}

}  // namespace assay::app
