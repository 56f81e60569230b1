#include "runner/store/batch.hpp"

#include "runner/store/codec.hpp"

namespace assay::store {
namespace {

constexpr int kPlain = 0;  // coding of bodies

struct ErrorColumns {
  std::optional<std::string_view> kind;
  std::optional<std::string_view> message;
  std::optional<std::string_view> hint;
};

ErrorColumns columns_of(const Error* error) {
  if (error == nullptr) return {};
  return {name(error->kind), error->message, error->hint};
}

const Error* error_of(const Outcome& outcome) {
  if (const auto* endpoint = std::get_if<outcome::EndpointError>(&outcome)) return &endpoint->error;
  if (const auto* judge = std::get_if<outcome::JudgeError>(&outcome)) return &judge->error;
  return nullptr;
}

std::optional<std::string_view> why_of(const Outcome& outcome) {
  if (const auto* unscored = std::get_if<outcome::Unscored>(&outcome)) return unscored->why;
  if (const auto* skipped = std::get_if<outcome::Skipped>(&outcome)) return skipped->why;
  if (const Error* error = error_of(outcome)) return error->message;
  return std::nullopt;
}

std::optional<std::int64_t> ns(const std::optional<Duration>& duration) {
  if (!duration) return std::nullopt;
  return duration->count();
}

void add(std::optional<std::int64_t>& sum, const std::optional<std::int64_t>& value, bool first) {
  if (first) {
    sum = value;
  } else if (sum && value) {
    *sum += *value;
  } else {
    sum.reset();
  }
}

/// The last attempt, if the step's row can hold all of it.
const Attempt* good_attempt(const Step& step) {
  const auto* response = std::get_if<Response>(&step.result);
  if (response == nullptr || step.attempts.empty()) return nullptr;
  const Attempt& last = step.attempts.back();
  return !last.error && last.request_id == response->request_id ? &last : nullptr;
}

void measure_usage(const Transcript& transcript, const std::optional<Price>& price, SampleItem& item) {
  bool first = true;
  for (const Step& step : transcript.steps) {
    const auto* response = std::get_if<Response>(&step.result);
    if (step.role != Role::target || response == nullptr) continue;
    const Usage& usage = response->usage;
    const auto cost = price ? cost_usd(usage, *price) : std::nullopt;
    item.cost_usd = first ? cost : item.cost_usd && cost ? std::optional(*item.cost_usd + *cost) : std::nullopt;
    add(item.input_tokens, usage.input_tokens, first);
    add(item.output_tokens, usage.output_tokens, first);
    add(item.cached_tokens, usage.cached_tokens, first);
    first = false;
  }
}

}  // namespace

void Batch::clear() {
  kinds.clear();
  cases.clear();
  steps.clear();
  samples.clear();
  bytes = 0;
}

SampleItem measure(const Sample& sample, const std::optional<Price>& price) {
  SampleItem item;
  item.unit = sample.unit;
  item.outcome = sample.outcome;
  measure_usage(sample.transcript, price, item);
  const Response* answer = last_answer(sample.transcript);
  if (answer == nullptr) return item;
  const Timings& timings = answer->timings;
  item.latency = timings.total;
  item.ttft = timings.ttft;
  if (!timings.gaps.empty()) {
    double sum = 0;
    for (const Duration gap : timings.gaps) sum += to_seconds(gap);
    item.itl_s = sum / static_cast<double>(timings.gaps.size());
  }
  return item;
}

Result<BatchWriter> BatchWriter::make(Database& database, std::int64_t run, std::optional<Price> price) {
  BatchWriter writer(database, run, price);
  const std::pair<Statement*, std::string_view> statements[] = {
      {&writer.kind_, "INSERT INTO suite_check VALUES (?,?,?,?,?,?,?,?)"},
      {&writer.case_body_, "INSERT INTO case_body (coding, vars, messages) VALUES (?,?,?)"},
      {&writer.case_, "INSERT INTO case_ VALUES (?,?,?,?,?,?,?,?,?)"},
      {&writer.step_body_, "INSERT INTO step_body (coding, gaps, answer, raw) VALUES (?,?,?,?)"},
      {&writer.step_, "INSERT INTO step VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      {&writer.attempt_, "INSERT INTO attempt VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      {&writer.sample_, "INSERT INTO sample VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      {&writer.score_, "INSERT INTO score VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"},
  };
  for (const auto& [statement, sql] : statements) {
    auto prepared = database.prepare(sql);
    if (!prepared) return prepared.error();
    *statement = std::move(*prepared);
  }
  return writer;
}

Result<void> BatchWriter::write(const Batch& batch) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return transaction.error();
  Result<void> done;
  for (const CheckKind& kind : batch.kinds) {
    if (done = write_kind(kind); !done) return done;
  }
  for (const CaseItem& item : batch.cases) {
    if (done = write_case(item); !done) return done;
  }
  for (const StepItem& item : batch.steps) {
    if (done = write_step(item); !done) return done;
  }
  for (const SampleItem& item : batch.samples) {
    if (done = write_sample(item); !done) return done;
  }
  return transaction->commit();
}

Result<void> BatchWriter::write_kind(const CheckKind& kind) {
  return kind_
      .with(run_, kind.suite, kind.kind, std::string_view(kind.name), std::string_view(kind.metric), kind.required,
            name(kind.unit), name_of(kind.better))
      .run();
}

Result<void> BatchWriter::write_case(const CaseItem& item) {
  auto body = case_body_.with(kPlain, std::string_view(item.vars), std::string_view(item.messages)).run();
  if (!body) return body;
  return case_
      .with(run_, item.unit.suite, item.unit.ordinal, std::string_view(item.id), std::string_view(item.digest),
            std::string_view(item.cluster), std::string_view(item.tags), item.row, database_->last_rowid())
      .run();
}

Result<std::int64_t> BatchWriter::write_body(const Response& response) {
  const std::string answer = encode_message(response.message);
  const std::string gaps = encode_gaps(response.timings.gaps);
  const auto gap_bytes = gaps.empty() ? std::nullopt : std::optional(Blob{gaps});
  auto done = step_body_.with(kPlain, gap_bytes, std::string_view(answer), Blob{response.raw}).run();
  if (!done) return done.error();
  return database_->last_rowid();
}

Result<void> BatchWriter::write_step(const StepItem& item) {
  const Step& step = item.step;
  const auto* response = std::get_if<Response>(&step.result);
  std::optional<std::int64_t> body;
  if (response != nullptr) {
    auto written = write_body(*response);
    if (!written) return written.error();
    body = *written;
  }
  const ErrorColumns error = columns_of(std::get_if<Error>(&step.result));
  static const Response kNone;
  static const Attempt kNoAttempt;
  const Response& seen = response != nullptr ? *response : kNone;
  const auto usd = price_ && step.role == Role::target && response ? cost_usd(seen.usage, *price_) : std::nullopt;
  const auto when = [&](auto value) { return response != nullptr ? std::optional(value) : std::nullopt; };
  const Attempt* good = good_attempt(step);
  const auto of = [&](auto value) { return good != nullptr ? std::optional(value) : std::nullopt; };
  const Attempt& attempt = good != nullptr ? *good : kNoAttempt;
  const UnitId& unit = item.unit;
  auto done =
      step_
          .with(run_, unit.suite, unit.ordinal, unit.sample, item.seq, std::string_view(step.name),
                static_cast<int>(step.role), step.context, step.attempts.size(), of(attempt.started.unix_ms),
                of(attempt.waited.count()), of(attempt.duration.count()), of(attempt.status),
                when(std::string_view(seen.request_id)), body, when(static_cast<int>(seen.finish)),
                when(std::string_view(seen.finish_text)), when(std::string_view(seen.served_model)),
                seen.usage.input_tokens, seen.usage.output_tokens, seen.usage.cached_tokens,
                seen.usage.reasoning_tokens, usd, ns(seen.timings.connect), ns(seen.timings.ttft),
                when(seen.timings.total.count()), seen.timings.gaps.size(), error.kind, error.message, error.hint)
          .run();
  if (!done) return done;
  return write_attempts(item);
}

Result<void> BatchWriter::write_attempts(const StepItem& item) {
  const UnitId& unit = item.unit;
  std::uint32_t place = 0;
  const Attempt* good = good_attempt(item.step);
  for (const Attempt& attempt : item.step.attempts) {
    if (&attempt == good) break;  // the step has it
    const ErrorColumns error = columns_of(attempt.error ? &*attempt.error : nullptr);
    auto done = attempt_
                    .with(run_, unit.suite, unit.ordinal, unit.sample, item.seq, place++, attempt.started.unix_ms,
                          attempt.waited.count(), attempt.duration.count(), attempt.status,
                          std::string_view(attempt.request_id), error.kind, error.message, error.hint)
                    .run();
    if (!done) return done;
  }
  return {};
}

Result<void> BatchWriter::write_sample(const SampleItem& item) {
  const auto* scored = std::get_if<outcome::Scored>(&item.outcome);
  const auto pass = scored != nullptr ? std::optional(scored->pass) : std::nullopt;
  const auto score = scored != nullptr ? std::optional(scored->score) : std::nullopt;
  const ErrorColumns error = columns_of(error_of(item.outcome));
  const UnitId& unit = item.unit;
  auto done = sample_
                  .with(run_, unit.suite, unit.ordinal, unit.sample, static_cast<int>(kind_of(item.outcome)), pass,
                        score, ns(item.latency), ns(item.ttft), item.itl_s, item.cost_usd, item.input_tokens,
                        item.output_tokens, item.cached_tokens, why_of(item.outcome), error.kind, error.hint)
                  .run();
  if (!done) return done;
  for (std::uint32_t place = 0; place < item.scores.size(); ++place) {
    done = write_score(unit, place, item.scores[place]);
    if (!done) return done;
  }
  return {};
}

Result<void> BatchWriter::write_score(const UnitId& unit, std::uint32_t place, const ScoreItem& item) {
  const auto* scored = std::get_if<Scored>(&item.score.state);
  const auto* unscored = std::get_if<Unscored>(&item.score.state);
  const ErrorColumns error = columns_of(std::get_if<Error>(&item.score.state));
  std::optional<std::string_view> why;
  if (unscored != nullptr) why = unscored->why;
  if (!item.score.why.empty()) why = item.score.why;
  return score_
      .with(run_, unit.suite, unit.ordinal, unit.sample, place, item.kind, item.score.state.index(),
            scored != nullptr ? std::optional(scored->value) : std::nullopt,
            scored != nullptr ? std::optional(scored->pass) : std::nullopt, why, error.kind, error.message, error.hint)
      .run();
}

}  // namespace assay::store
