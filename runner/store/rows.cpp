#include "runner/store/rows.hpp"

#include "runner/store/codec.hpp"

#include <fmt/format.h>

namespace assay::store {
namespace {

// A statement costs more than a row of numbers: scores that could tell go in together.
constexpr std::size_t kScoresAtOnce = 8;

constexpr std::string_view kPlainScore =
    "INSERT INTO score (run, suite, ordinal, sample, place, kind, state, value, pass, why) "
    "VALUES ({0},?,?,?,?,?,0,?,?,?)";
constexpr std::string_view kPlainScoreRow = ",({0},?,?,?,?,?,0,?,?,?)";

using MaybeText = std::optional<std::string_view>;

struct ErrorColumns {
  MaybeText kind;
  MaybeText message;
  MaybeText hint;
};

ErrorColumns columns_of(const std::optional<ErrorItem>& error) {
  if (!error) return {};
  return {name(error->kind), error->message, error->hint};
}

MaybeText unless_empty(std::string_view text) {
  return text.empty() ? MaybeText() : MaybeText(text);
}

std::optional<std::int64_t> ns(const std::optional<Duration>& duration) {
  if (!duration) return std::nullopt;
  return duration->count();
}

}  // namespace

Result<BatchWriter> BatchWriter::make(Database& database, std::int64_t run, Prices prices) {
  BatchWriter writer(database, run, std::move(prices));
  auto done = writer.prepare(run);
  if (!done) return done.error();
  return writer;
}

// The run's number is part of the text, and what mostly is absent has statements without it: binding is a good part of
// the work.
Result<void> BatchWriter::prepare(std::int64_t run) {
  std::string several(kPlainScore);
  for (std::size_t i = 1; i < kScoresAtOnce; ++i) several += kPlainScoreRow;
  const std::pair<Statement*, std::string_view> statements[] = {
      {&kind_,
       "INSERT INTO suite_check (run, suite, kind, name, metric, required, unit, better, weight) "
       "VALUES ({},?,?,?,?,?,?,?,?)"},
      {&case_body_, "INSERT INTO case_body (coding, vars, messages) VALUES (?,?,?)"},
      {&case_, "INSERT INTO case_ VALUES ({},?,?,?,?,?,?,?,?)"},
      {&step_body_, "INSERT INTO step_body (coding, gaps, answer, raw) VALUES (?,?,?,?)"},
      {&question_body_, "INSERT INTO question_body (coding, bytes) VALUES (?,?)"},
      {&answered_,
       "INSERT INTO step (run, suite, ordinal, sample, seq, name, role, context, attempts, replayed, started, waited, "
       "duration, status, request_id, body, finish, finish_text, served_model, input_tokens, output_tokens, "
       "cached_tokens, reasoning_tokens, usd, connect, ttft, total, gap_count, question) "
       "VALUES ({},?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      {&failed_,
       "INSERT INTO step (run, suite, ordinal, sample, seq, name, role, context, attempts, replayed, gap_count, "
       "error_kind, error_message, error_hint, question) VALUES ({},?,?,?,?,?,?,?,?,?,0,?,?,?,?)"},
      {&forget_body_,
       "DELETE FROM step_body WHERE id IN (SELECT body FROM step WHERE run={} AND suite=? AND ordinal=? AND sample=? "
       "AND seq=?)"},
      {&forget_question_,
       "DELETE FROM question_body WHERE id IN (SELECT question FROM step WHERE run={} AND suite=? AND ordinal=? AND "
       "sample=? AND seq=?)"},
      {&forget_attempts_, "DELETE FROM attempt WHERE run={} AND suite=? AND ordinal=? AND sample=? AND seq=?"},
      {&forget_step_, "DELETE FROM step WHERE run={} AND suite=? AND ordinal=? AND sample=? AND seq=?"},
      {&attempt_, "INSERT INTO attempt VALUES ({},?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      {&scored_sample_,
       "INSERT INTO sample (run, suite, ordinal, sample, outcome, pass, score, latency, ttft, itl, cost, input_tokens, "
       "output_tokens, cached_tokens) VALUES ({},?,?,?,0,?,?,?,?,?,?,?,?,?)"},
      {&sample_,
       "INSERT INTO sample (run, suite, ordinal, sample, outcome, latency, ttft, itl, cost, input_tokens, "
       "output_tokens, cached_tokens, why, error_kind, error_hint) VALUES ({},?,?,?,?,?,?,?,?,?,?,?,?,?,?)"},
      {&plain_score_, kPlainScore},
      {&plain_scores_, several},
      {&score_,
       "INSERT INTO score (run, suite, ordinal, sample, place, kind, state, why, error_kind, error_message, "
       "error_hint) VALUES ({},?,?,?,?,?,?,?,?,?,?)"},
      {&details_, "INSERT INTO score_detail VALUES ({},?,?,?,?,?)"},
      {&limit_, "INSERT INTO run_limit VALUES ({},?,?,?,?,?,?)"},
  };
  for (const auto& [statement, sql] : statements) {
    auto prepared = database_->prepare(fmt::format(fmt::runtime(sql), run));
    if (!prepared) return prepared.error();
    *statement = std::move(*prepared);
  }
  static_assert(static_cast<int>(OutcomeKind::scored) == 0);
  return {};
}

Result<void> BatchWriter::write(const Batch& batch) {
  auto transaction = Transaction::begin(*database_);
  if (!transaction) return transaction.error();
  auto done = write_rows(batch);
  if (!done) return done;
  return transaction->commit();
}

Result<void> BatchWriter::write_rows(const Batch& batch) {
  Result<void> done;
  for (const CheckKind& kind : batch.kinds) {
    if (done = write_kind(kind); !done) return done;
  }
  for (const CaseItem& item : batch.cases) {
    if (done = write_case(item); !done) return done;
  }
  for (const StepItem& item : batch.steps) {
    if (done = write_step(batch, item); !done) return done;
  }
  for (const SampleItem& item : batch.samples) {
    if (done = write_sample(item); !done) return done;
  }
  if (done = write_scores(batch); !done) return done;
  for (const LimitItem& item : batch.limits) {
    if (done = write_limit(item); !done) return done;
  }
  return done;
}

Result<void> BatchWriter::write_kind(const CheckKind& kind) {
  return kind_
      .with(kind.suite, kind.kind, std::string_view(kind.name), std::string_view(kind.metric), kind.required,
            name(kind.unit), name_of(kind.better), kind.weight)
      .run();
}

Result<void> BatchWriter::write_case(const CaseItem& item) {
  auto body = write_case_body(item);
  if (!body) return body;
  return case_
      .with(item.unit.suite, item.unit.ordinal, item.id, item.digest, item.cluster, item.tags, item.row,
            database_->last_rowid())
      .run();
}

// Vars come back in the messages, so that both are one frame.
Result<void> BatchWriter::write_case_body(const CaseItem& item) {
  if (item.vars.size() + item.messages.size() < kLong) {
    return case_body_.with(kPlain, item.vars, item.messages).run();
  }
  scratch_.assign(item.vars).append(item.messages);
  auto packed = packer_.pack(item.unit.suite, BodyKind::messages, scratch_);
  if (!packed) return packed.error();
  if (packed->coding == kPlain) return case_body_.with(kPlain, item.vars, item.messages).run();
  return case_body_.with(packed->coding, item.vars.size(), Blob{packed->bytes}).run();
}

Result<void> BatchWriter::write_step(const Batch& batch, const StepItem& item) {
  Result<void> done;
  if (item.replaces) done = forget_step(item);
  if (!done) return done;
  auto question = item.question != nullptr ? write_question(item) : Result<Number>(std::nullopt);
  if (!question) return question.error();
  done = item.answer ? write_answered(item, *item.answer, *question) : write_failed(item, *question);
  if (done && item.others.count > 0) done = write_attempts(batch, item);
  return done;
}

Result<void> BatchWriter::forget_step(const StepItem& item) {
  for (Statement* each : {&forget_body_, &forget_question_, &forget_attempts_, &forget_step_}) {
    auto done = each->with(item.unit.suite, item.unit.ordinal, item.unit.sample, item.seq).run();
    if (!done) return done;
  }
  return {};
}

// The prompts of a suite's judges share most of their bytes.
Result<BatchWriter::Number> BatchWriter::write_question(const StepItem& item) {
  scratch_ = encode_question(*item.question);
  auto packed = packer_.pack(item.unit.suite, BodyKind::question, scratch_);
  if (!packed) return packed.error();
  auto done = packed->coding == kPlain ? question_body_.with(kPlain, packed->bytes).run()
                                       : question_body_.with(packed->coding, Blob{packed->bytes}).run();
  if (!done) return done.error();
  return Number(database_->last_rowid());
}

// A program has no price: it costs nothing that could be counted.
std::optional<double> BatchWriter::usd(const StepItem& item, const Usage& usage) const {
  if (item.role == Role::target) return prices_.target ? cost_usd(usage, *prices_.target) : std::nullopt;
  if (item.question == nullptr) return std::nullopt;
  if (is_program(item.question->to)) return 0;
  const auto price = prices_.judges.find(item.question->to);
  return price != prices_.judges.end() ? cost_usd(usage, price->second) : std::nullopt;
}

Result<void> BatchWriter::write_answered(const StepItem& item, const AnswerItem& answer, Number question) {
  auto body = write_body(item, answer);
  if (!body) return body.error();
  const auto finish_text = answer.finish_text == name(answer.finish) ? MaybeText() : MaybeText(answer.finish_text);
  const AttemptItem good = item.good.value_or(AttemptItem{});
  const auto of = [&](auto value) { return item.good ? std::optional(value) : std::nullopt; };
  return answered_
      .with(item.unit.suite, item.unit.ordinal, item.unit.sample, item.seq, item.name, static_cast<int>(item.role),
            item.context, item.attempts, item.replayed, of(good.started.unix_ms), of(good.waited.count()),
            of(good.duration.count()), of(good.status), unless_empty(answer.request_id), *body,
            static_cast<int>(answer.finish), finish_text, answer.served_model, answer.usage.input_tokens,
            answer.usage.output_tokens, answer.usage.cached_tokens, answer.usage.reasoning_tokens,
            usd(item, answer.usage), ns(answer.connect), ns(answer.ttft), answer.total.count(), answer.gap_count,
            question)
      .run();
}

Result<void> BatchWriter::write_failed(const StepItem& item, Number question) {
  const ErrorColumns error = columns_of(item.error);
  return failed_
      .with(item.unit.suite, item.unit.ordinal, item.unit.sample, item.seq, item.name, static_cast<int>(item.role),
            item.context, item.attempts, item.replayed, error.kind, error.message, error.hint, question)
      .run();
}

// The message of a whole answer mostly stands in the body, where its place is enough.
Result<std::int64_t> BatchWriter::write_body(const StepItem& item, const AnswerItem& answer) {
  const auto gaps = answer.gaps.empty() ? std::nullopt : std::optional(Blob{answer.gaps});
  const bool whole = answer.json.empty() && answer.gap_count == 0;
  const auto place = whole ? place_in(answer.raw, answer.text, scratch_) : std::nullopt;
  std::string_view json = answer.json;
  if (json.empty() && !place) json = scratch_ = encode_message({Author::assistant, {Text{std::string(answer.text)}}});
  auto message = packer_.pack(json);
  if (!message) return message.error();
  if (message->coding != kPlain) message->bytes = scratch_ = message->bytes;  // the body takes its place
  auto raw = packer_.pack(item.unit.suite, BodyKind::raw, answer.raw);
  if (!raw) return raw.error();
  const auto insert = [&](const auto& stored) {
    return step_body_.with(raw->coding, gaps, stored, Blob{raw->bytes}).run();
  };
  auto done = place                       ? insert(*place)
              : message->coding == kPlain ? insert(message->bytes)
                                          : insert(Blob{message->bytes});
  if (!done) return done.error();
  return database_->last_rowid();
}

Result<void> BatchWriter::write_attempts(const Batch& batch, const StepItem& item) {
  for (std::size_t place = 0; place < item.others.count; ++place) {
    const AttemptItem& attempt = batch.attempts[item.others.from + place];
    const ErrorColumns error = columns_of(attempt.error);
    auto done = attempt_
                    .with(item.unit.suite, item.unit.ordinal, item.unit.sample, item.seq, place,
                          attempt.started.unix_ms, attempt.waited.count(), attempt.duration.count(), attempt.status,
                          attempt.request_id, error.kind, error.message, error.hint)
                    .run();
    if (!done) return done;
  }
  return {};
}

Result<void> BatchWriter::write_sample(const SampleItem& item) {
  const UnitId& unit = item.unit;
  if (item.outcome == OutcomeKind::scored) {
    return scored_sample_
        .with(unit.suite, unit.ordinal, unit.sample, item.pass, item.score, ns(item.latency), ns(item.ttft), item.itl_s,
              item.cost_usd, item.input_tokens, item.output_tokens, item.cached_tokens)
        .run();
  }
  const ErrorColumns error = columns_of(item.error);
  return sample_
      .with(unit.suite, unit.ordinal, unit.sample, static_cast<int>(item.outcome), ns(item.latency), ns(item.ttft),
            item.itl_s, item.cost_usd, item.input_tokens, item.output_tokens, item.cached_tokens,
            unless_empty(item.why), error.kind, error.hint)
      .run();
}

Result<void> BatchWriter::write_scores(const Batch& batch) {
  Result<void> done;
  gathered_.clear();
  for (const SampleItem& sample : batch.samples) {
    for (std::size_t place = 0; done && place < sample.scores.count; ++place) {
      const ScoreItem& item = batch.scores[sample.scores.from + place];
      if (!item.details.empty()) done = write_details(sample.unit, place, item);
      if (!done) return done;
      if (item.state != 0) {
        done = write_other_score(sample.unit, place, item);
        continue;
      }
      gathered_.push_back({sample.unit, place, &item});
      if (gathered_.size() == kScoresAtOnce) done = write_plain_scores();
    }
    if (!done) return done;
  }
  return write_plain_scores();
}

Result<void> BatchWriter::write_plain_scores() {
  Result<void> done;
  const bool all = gathered_.size() == kScoresAtOnce;
  Statement& insert = all ? plain_scores_.with() : plain_score_;
  for (const PlainScore& each : gathered_) {
    if (!all) insert.with();
    insert.also(each.unit.suite, each.unit.ordinal, each.unit.sample, each.place, each.item->kind, each.item->value,
                each.item->pass, unless_empty(each.item->why));
    if (!all) done = insert.run();
    if (!done) return done;
  }
  gathered_.clear();
  return all ? insert.run() : done;
}

Result<void> BatchWriter::write_other_score(const UnitId& unit, std::size_t place, const ScoreItem& item) {
  const ErrorColumns error = columns_of(item.error);
  return score_
      .with(unit.suite, unit.ordinal, unit.sample, place, item.kind, item.state, unless_empty(item.why), error.kind,
            error.message, error.hint)
      .run();
}

Result<void> BatchWriter::write_details(const UnitId& unit, std::size_t place, const ScoreItem& item) {
  return details_.with(unit.suite, unit.ordinal, unit.sample, place, item.details).run();
}

Result<void> BatchWriter::write_limit(const LimitItem& item) {
  return limit_.with(item.place, item.target, item.at.unix_ms, item.limit, item.in_flight, item.cause).run();
}

}  // namespace assay::store
