#include "runner/app/score.hpp"

#include "runner/app/calibrate.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::app {

namespace {

std::optional<Error> cannot_be_scored(const store::RunRow& row) {
  const auto& id = row.header.id;
  if (row.header.kind == store::RunKind::calibration) return measured_a_judge(row);
  if (row.header.shard) {
    return Error{ErrorKind::usage,
                 fmt::format("run {} is shard {} of {}", id, row.header.shard->index, row.header.shard->count),
                 "put the shards together with: assay merge STORE... -o STORE, and score the run it prints",
                 {}};
  }
  return std::nullopt;
}

// The stored request, asked of judges only: nothing of the run's own calls, budgets or cassettes is taken over.
Result<RunRequest> request_of(const ScoreRequest& asked, const store::RunRow& row) {
  const auto stored = parse_json(row.header.options);
  if (!stored) return Error{ErrorKind::store, "the stored options of the run cannot be read", "start a new run", {}};
  auto request = resumed_request(*stored, {});
  if (!request) return request;
  if (row.header.baseline) request = baseline_request(*request);
  request->score = row.header.id;
  request->against.reset();
  request->warmup.reset();
  request->concurrency.reset();
  if (!asked.suites.empty()) request->suites = asked.suites;
  if (asked.config) request->config = asked.config;
  if (asked.gate) request->gate = asked.gate;
  request->record = asked.record;
  request->replay = asked.replay;
  request->cassette = asked.cassette;
  request->max_cost = asked.max_cost;
  request->max_time = asked.max_time;
  request->max_tokens.reset();
  request->meta = asked.meta.empty() ? row.header.meta : asked.meta;
  request->store = asked.store;
  request->out = asked.out;
  request->json = asked.json;
  request->quiet = asked.quiet;
  return request;
}

// The answers are those of the origin's target, prompt and parameters, whatever the configuration says now.
void inherit(store::RunHeader& header, const store::RunHeader& origin) {
  header.target = origin.target;
  header.api = origin.api;
  header.model = origin.model;
  header.url = origin.url;
  header.expected_served = origin.expected_served;
  header.candidate_digest = origin.candidate_digest;
  header.concurrency = origin.concurrency;
  header.price = origin.price;
  for (auto& suite : header.suites) {
    const auto* before = origin.suite(suite.id);
    if (before == nullptr) continue;
    suite.prompt = before->prompt;
    suite.params = before->params;
    suite.params_text = before->params_text;
  }
}

}  // namespace

Result<void> give_answers(Part& part, store::Store& store) {
  const auto& origin = part.prepared.request.score;
  if (!origin) return {};
  const auto row = store.find(*origin, false);
  if (!row) return row.error();
  auto answers = store.answers(row->header.id, suite_ids(part.prepared.plan));
  if (!answers) return answers.error();
  part.answers = *std::move(answers);
  part.answers_stop = row->stop;
  inherit(part.header, row->header);
  return {};
}

ExitCode score(const ScoreRequest& asked, const Environment& environment, Console& console) {
  auto store = store::Store::open_existing(asked.store);
  if (!store) return fail(store.error(), console);
  const auto row = (*store)->find(asked.run, false);
  if (!row) return fail(row.error(), console);
  if (const auto refused = cannot_be_scored(*row)) return fail(*refused, console);
  auto request = request_of(asked, *row);
  if (!request) return fail(request.error(), console);
  return run(*std::move(request), environment, console);
}

}  // namespace assay::app
