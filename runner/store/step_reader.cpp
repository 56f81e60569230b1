#include "runner/store/step_reader.hpp"

#include "runner/store/codec.hpp"

namespace assay::store {
namespace {

constexpr std::string_view kSteps =
    "SELECT t.seq, t.name, t.role, t.context, t.attempts, t.replayed, t.started, t.waited, t.duration, t.status, "
    "t.request_id, t.body, t.finish, t.finish_text, t.served_model, t.input_tokens, t.output_tokens, t.cached_tokens, "
    "t.reasoning_tokens, t.connect, t.ttft, t.total, t.error_kind, t.error_message, t.error_hint, b.coding, b.gaps, "
    "b.answer, b.raw, q.coding, q.bytes FROM step AS t LEFT JOIN step_body AS b ON b.id=t.body "
    "LEFT JOIN question_body AS q ON q.id=t.question WHERE t.run=? AND t.suite=? AND t.ordinal=? AND t.sample=? ";
constexpr std::string_view kInOrder = "ORDER BY t.seq";
constexpr std::string_view kOfTargetInOrder = "AND t.role=0 ORDER BY t.seq";
enum Column : int {
  kSeq,
  kName,
  kRole,
  kContext,
  kAttemptCount,
  kReplayed,
  kStarted,
  kWaited,
  kDuration,
  kStatus,
  kRequestId,
  kBody,
  kFinish,
  kFinishText,
  kServedModel,
  kInputTokens,
  kOutputTokens,
  kCachedTokens,
  kReasoningTokens,
  kConnect,
  kTtft,
  kTotal,
  kError,
  kCoding = kError + 3,
  kGaps,
  kAnswer,
  kRaw,
  kQuestionCoding,
  kQuestion,
};
constexpr std::string_view kAttempts =
    "SELECT started, waited, duration, status, request_id, error_kind, error_message, error_hint FROM attempt "
    "WHERE run=? AND suite=? AND ordinal=? AND sample=? AND seq=? ORDER BY attempt";

std::optional<Duration> duration_at(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Duration(row.integer(column));
}

/// When and how, in four columns from `first`.
Attempt attempt_at(const Statement& row, int first) {
  Attempt attempt;
  attempt.started = {row.integer(first)};
  attempt.waited = Duration(row.integer(first + 1));
  attempt.duration = Duration(row.integer(first + 2));
  attempt.status = static_cast<int>(row.integer(first + 3));
  attempt.request_id = row.string(first + 4);
  return attempt;
}

}  // namespace

Error error_at(const Statement& row, int first) {
  return {error_kind(row.text(first)), row.string(first + 1), row.string(first + 2)};
}

Result<StepReader> StepReader::make(Database& database, std::int64_t run, Of of) {
  static_assert(static_cast<int>(Role::target) == 0);
  StepReader reader(database, run);
  const auto steps = std::string(kSteps) + std::string(of == Of::all ? kInOrder : kOfTargetInOrder);
  const std::pair<Statement*, std::string_view> statements[] = {{&reader.steps_, steps},
                                                                {&reader.attempts_, kAttempts}};
  for (const auto& [statement, sql] : statements) {
    auto prepared = database.prepare(sql);
    if (!prepared) return prepared.error();
    *statement = std::move(*prepared);
  }
  return reader;
}

Result<std::vector<PlacedStep>> StepReader::read(const UnitId& unit) {
  std::vector<PlacedStep> steps;
  steps_.with(run_, unit.suite, unit.ordinal, unit.sample);
  for (;;) {
    auto more = steps_.row();
    if (!more) return more.error();
    if (!*more) return steps;
    auto step = read_step(unit);
    if (!step) {
      steps_.reset();
      return step.error();
    }
    steps.push_back(std::move(*step));
  }
}

Result<PlacedStep> StepReader::read_step(const UnitId& unit) {
  PlacedStep placed{static_cast<std::uint32_t>(steps_.integer(kSeq)), {}};
  Step& step = placed.step;
  step.name = steps_.string(kName);
  step.role = static_cast<Role>(steps_.integer(kRole));
  step.context = static_cast<std::uint32_t>(steps_.integer(kContext));
  step.replayed = steps_.integer(kReplayed) != 0;
  const bool has_good = !steps_.is_null(kStarted);
  if (steps_.integer(kAttemptCount) > (has_good ? 1 : 0)) {
    auto read = read_attempts(unit, placed);
    if (!read) return read.error();
  }
  if (has_good) step.attempts.push_back(attempt_at(steps_, kStarted));
  auto question = read_question();
  if (!question) return question.error();
  step.question = std::move(*question);
  if (steps_.is_null(kBody)) {
    step.result = error_at(steps_, kError);
    return placed;
  }
  auto response = read_response();
  if (!response) return response.error();
  step.result = std::move(*response);
  return placed;
}

Result<std::shared_ptr<const Question>> StepReader::read_question() {
  if (steps_.is_null(kQuestionCoding)) return nullptr;
  auto text = bodies_.unpack(steps_.integer(kQuestionCoding), steps_.bytes(kQuestion));
  if (!text) return text.error();
  auto question = decode_question(*text);
  if (!question) return question.error();
  return std::make_shared<const Question>(std::move(*question));
}

Result<Response> StepReader::read_response() {
  Response response;
  auto raw = bodies_.unpack(steps_.integer(kCoding), steps_.bytes(kRaw));
  if (!raw) return raw.error();
  response.raw = *raw;
  auto message = read_message(response.raw);
  if (!message) return message.error();
  response.message = std::move(*message);
  response.finish = static_cast<Finish>(steps_.integer(kFinish));
  response.finish_text = steps_.maybe_string(kFinishText).value_or(std::string(name(response.finish)));
  response.served_model = steps_.string(kServedModel);
  response.usage = {steps_.maybe_integer(kInputTokens), steps_.maybe_integer(kOutputTokens),
                    steps_.maybe_integer(kCachedTokens), steps_.maybe_integer(kReasoningTokens)};
  response.timings.connect = duration_at(steps_, kConnect);
  response.timings.ttft = duration_at(steps_, kTtft);
  response.timings.total = Duration(steps_.integer(kTotal));
  response.timings.gaps = decode_gaps(steps_.bytes(kGaps));
  response.request_id = steps_.string(kRequestId);
  return response;
}

Result<Message> StepReader::read_message(std::string_view raw) {
  switch (steps_.type(kAnswer)) {
    case Statement::Type::integer: {
      auto text = text_at(raw, steps_.integer(kAnswer));
      if (!text) return text.error();
      return Message{Author::assistant, {Text{std::move(*text)}}};
    }
    case Statement::Type::blob: {
      auto json = bodies_.unpack(kZstd, steps_.bytes(kAnswer));
      if (!json) return json.error();
      return decode_message(*json);
    }
    default:
      return decode_message(steps_.text(kAnswer));
  }
}

// All but the good one, which came last and is part of the step.
Result<void> StepReader::read_attempts(const UnitId& unit, PlacedStep& to) {
  attempts_.with(run_, unit.suite, unit.ordinal, unit.sample, to.seq);
  for (;;) {
    auto more = attempts_.row();
    if (!more) return more.error();
    if (!*more) return {};
    Attempt attempt = attempt_at(attempts_, 0);
    if (!attempts_.is_null(5)) attempt.error = error_at(attempts_, 5);
    to.step.attempts.push_back(std::move(attempt));
  }
}

}  // namespace assay::store
