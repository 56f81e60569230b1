#include "runner/app/show.hpp"

#include "runner/app/failure.hpp"
#include "runner/app/metrics.hpp"

#include <assay/core/json.hpp>
#include <assay/reports/show.hpp>
#include <assay/store/store.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::app {

namespace {

std::string answer_of(const store::StoredSample& sample) {
  const auto* response = last_answer(sample.transcript);
  return response == nullptr ? std::string() : text_of(response->message);
}

// Why it failed, or what was answered.
std::string what_of(const store::StoredSample& sample) {
  auto failure = failure_text(sample);
  return failure.empty() ? answer_of(sample) : failure;
}

OrderedJson score_json(const store::StoredScore& score) {
  OrderedJson json{{"check", score.name}, {"metric", score.metric}, {"required", score.required}};
  if (const auto* scored = std::get_if<Scored>(&score.score.state)) {
    json["value"] = scored->value;
    json["pass"] = scored->pass;
  } else if (const auto* unscored = std::get_if<Unscored>(&score.score.state)) {
    json["unscored"] = unscored->why;
  } else {
    json["error"] = std::get<Error>(score.score.state).message;
  }
  json["why"] = score.score.why;
  return json;
}

OrderedJson sample_json(const store::StoredSample& sample) {
  auto scores = OrderedJson::array();
  for (const auto& score : sample.scores) scores.push_back(score_json(score));
  const auto* response = last_answer(sample.transcript);
  return {{"suite", sample.suite},
          {"case", sample.case_id},
          {"sample", sample.unit.sample},
          {"outcome", name(sample.outcome)},
          {"pass", std::holds_alternative<outcome::Scored>(sample.outcome)
                       ? OrderedJson(std::get<outcome::Scored>(sample.outcome).pass)
                       : OrderedJson()},
          {"answer", response == nullptr ? OrderedJson() : OrderedJson(text_of(response->message))},
          {"what", what_of(sample)},
          {"scores", std::move(scores)}};
}

reports::SampleView view_of(const store::StoredSample& sample, const store::RunHeader& run) {
  reports::SampleView view;
  view.suite = sample.suite;
  view.case_id = sample.case_id;
  view.case_digest = sample.case_digest;
  view.sample = sample.unit.sample;
  view.tags = sample.tags;
  view.messages = sample.messages;
  view.transcript = sample.transcript;
  for (const auto& score : sample.scores) {
    view.scores.push_back({score.name, score.metric, score.required, score.unit, score.score});
  }
  view.outcome = sample.outcome;
  view.price = run.price;
  for (const auto& judge : run.judges) {
    if (judge.price) view.judge_prices[judge.name] = *judge.price;
  }
  return view;
}

reports::SampleLine line_of(const store::StoredSample& sample) {
  reports::SampleLine line{sample.suite,   sample.case_id, sample.unit.sample,
                           sample.outcome, std::nullopt,   what_of(sample)};
  if (const auto* response = last_answer(sample.transcript)) line.latency = response->timings.total;
  return line;
}

// SUITE/CASE; a suite's id holds no slash, a case's may.
Result<store::SampleFilter> filter_of(const ShowRequest& request) {
  store::SampleFilter filter;
  if (!request.kase) {
    filter.limit = request.limit;
    return filter;
  }
  const auto slash = request.kase->find('/');
  if (slash == std::string::npos) {
    return Error{
        ErrorKind::usage, fmt::format("{} names no case", text::in_quotes(*request.kase)), "write SUITE/CASE", {}};
  }
  filter.suite = request.kase->substr(0, slash);
  filter.case_id = request.kase->substr(slash + 1);
  return filter;
}

// A run that is under way or was interrupted is shown as well.
Result<store::RunRow> find_any(store::Store& store, const std::string& run) {
  auto finished = store.find(run, false);
  if (finished) return finished;
  auto unfinished = store.find(run, true);
  if (unfinished) return unfinished;
  return finished;
}

void print_head(const store::RunRow& row, Console& console) {
  console.out << fmt::format("run {}  {}  {}\n", row.header.id, row.verdict.value_or(std::string(name(row.status))),
                             to_rfc3339(row.header.started));
  console.out << fmt::format("  target {}  model {}\n", text::excerpt(row.header.target),
                             text::excerpt(row.header.model));
  for (const auto& suite : row.header.suites) {
    console.out << fmt::format("  suite {}  {} samples planned  {}\n", suite.id, suite.planned, suite.file);
  }
  if (!row.header.origin.empty()) console.out << fmt::format("  scores the answers of run {}\n", row.header.origin);
  if (const auto& shard = row.header.shard)
    console.out << fmt::format("  shard {} of {}\n", shard->index, shard->count);
  if (!row.header.beside.empty()) {
    console.out << fmt::format("  {} of run {}\n", row.header.baseline ? "baseline" : "candidate", row.header.beside);
  }
  for (const auto& why : {row.stopped, row.spent}) {
    if (why) console.out << fmt::format("  ended early: {}\n", text::excerpt(*why, 400));
  }
}

// How many attempts each target was given at once, where that was found out while running.
void print_limits(const store::RunRow& row, const std::vector<store::LimitRow>& limits, Console& console) {
  constexpr std::size_t kShown = 12;
  if (limits.empty()) return;
  console.out << "\n  in flight (auto)\n";
  const std::size_t from = limits.size() > kShown ? limits.size() - kShown : 0;
  if (from > 0) console.out << fmt::format("    … {} changes before\n", from);
  for (std::size_t i = from; i < limits.size(); ++i) {
    const auto& each = limits[i];
    const double at_s = static_cast<double>(each.at.unix_ms - row.header.started.unix_ms) * 1e-3;
    console.out << fmt::format("    {:>8.1f} s  {:>5}  {:<11}  {} were in flight, {}\n", at_s, each.limit, each.cause,
                               each.in_flight, text::excerpt(each.target));
  }
}

ExitCode show_metrics(store::Store& store, const store::RunRow& row, const ShowRequest& request, Console& console) {
  const auto suites = metrics_of_run(store, row, request.by);
  if (!suites) return fail(suites.error(), console);
  if (request.json) {
    console.out << indented_json(reports::metrics_json(*suites));
    return ExitCode::pass;
  }
  print_head(row, console);
  console.out << reports::metrics_text(*suites, {.color = console.out_color, .width = console.width});
  return ExitCode::pass;
}

}  // namespace

ExitCode show(const ShowRequest& request, Console& console) {
  auto store = store::Store::open_existing(request.store);
  if (!store) return fail(store.error(), console);
  const auto row = find_any(**store, request.run);
  if (!row) return fail(row.error(), console);
  if (request.metrics) return show_metrics(**store, *row, request, console);
  const auto filter = filter_of(request);
  if (!filter) return fail(filter.error(), console);

  const reports::Style style{.color = console.out_color, .width = console.width};
  auto json = OrderedJson::array();
  std::vector<reports::SampleLine> lines;
  bool found = false;
  const auto read = (*store)->samples(row->header.id, *filter, [&](const store::StoredSample& sample) {
    found = true;
    if (request.json) {
      json.push_back(sample_json(sample));
    } else if (request.kase) {
      console.out << reports::show_sample(view_of(sample, row->header), {.wire = true, .questions = request.whole},
                                          style);
    } else {
      lines.push_back(line_of(sample));
    }
    return true;
  });
  if (!read) return fail(read.error(), console);
  if (request.kase && !found) {
    return fail({ErrorKind::not_found,
                 fmt::format("run {} has no case {}", row->header.id, text::in_quotes(*request.kase)),
                 fmt::format("`assay show {}` lists its samples", row->header.id),
                 {}},
                console);
  }
  if (request.json) {
    console.out << indented_json(json);
  } else if (!request.kase) {
    print_head(*row, console);
    const auto limits = (*store)->limits(row->header.id);
    if (!limits) return fail(limits.error(), console);
    print_limits(*row, *limits, console);
    console.out << '\n' << reports::sample_table(lines, style);
    console.out << fmt::format("\nOne sample, down to the wire: assay show {} SUITE/CASE\n", row->header.id);
  }
  return ExitCode::pass;
}

}  // namespace assay::app
