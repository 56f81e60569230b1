#include "runner/store/batch.hpp"

#include "runner/store/codec.hpp"

#include <cstdint>

namespace assay::store {
namespace {

/// Copies texts into a batch and counts them.
struct Keep {
  Batch& batch;
  std::string_view operator()(std::string_view text) const {
    batch.bytes += text.size();
    return batch.texts.keep(text);
  }
  std::optional<ErrorItem> operator()(const Error* error) const {
    if (error == nullptr) return std::nullopt;
    return ErrorItem{error->kind, (*this)(error->message), (*this)(error->hint)};
  }
};

const Error* error_of(const Outcome& outcome) {
  if (const auto* endpoint = std::get_if<outcome::EndpointError>(&outcome)) return &endpoint->error;
  if (const auto* judge = std::get_if<outcome::JudgeError>(&outcome)) return &judge->error;
  return nullptr;
}

std::string_view why_of(const Outcome& outcome) {
  if (const auto* unscored = std::get_if<outcome::Unscored>(&outcome)) return unscored->why;
  if (const auto* skipped = std::get_if<outcome::Skipped>(&outcome)) return skipped->why;
  if (const Error* error = error_of(outcome)) return error->message;
  return {};
}

AttemptItem attempt_item(const Keep& keep, const Attempt& attempt) {
  return {attempt.started, attempt.waited,           attempt.duration,
          attempt.status,  keep(attempt.request_id), keep(attempt.error ? &*attempt.error : nullptr)};
}

bool is_good(const Attempt& last, const Response* response) {
  return response != nullptr && !last.error && last.request_id == response->request_id;
}

const Text* only_text(const Message& message) {
  const bool one = message.author == Author::assistant && message.parts.size() == 1;
  return one ? std::get_if<Text>(&message.parts[0]) : nullptr;
}

std::string_view keep_gaps(Batch& batch, const std::vector<Duration>& gaps) {
  if (gaps.empty()) return {};
  const std::size_t size = gaps.size() * kGapBytes;
  char* to = batch.texts.room(size);
  encode_gaps(gaps, to);
  batch.bytes += size;
  return {to, size};
}

AnswerItem answer_item(Batch& batch, const Response& response) {
  const Keep keep{batch};
  AnswerItem item;
  item.raw = keep(response.raw);
  if (const Text* text = only_text(response.message)) {
    item.text = keep(text->text);
  } else {
    item.json = keep(encode_message(response.message));
  }
  item.finish = response.finish;
  item.finish_text = keep(response.finish_text);
  item.served_model = keep(response.served_model);
  item.request_id = keep(response.request_id);
  item.usage = response.usage;
  item.connect = response.timings.connect;
  item.ttft = response.timings.ttft;
  item.total = response.timings.total;
  item.gaps = keep_gaps(batch, response.timings.gaps);
  item.gap_count = response.timings.gaps.size();
  return item;
}

/// Its texts stay where they are: a judge's prompt is long, and mostly needed by nobody else any more.
const Question* keep_question(Batch& batch, const std::shared_ptr<const Question>& question) {
  if (question == nullptr) return nullptr;
  batch.bytes += sizeof(Question) + question->schema.size();
  for (const Message& message : question->messages) {
    for (const Part& part : message.parts) {
      const auto* text = std::get_if<Text>(&part);
      batch.bytes += sizeof(Part) + (text != nullptr ? text->text.size() : 0);
    }
  }
  return batch.questions.emplace_back(question).get();
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

void measure_times(const Transcript& transcript, SampleItem& item) {
  const Response* answer = last_answer(transcript);
  if (answer == nullptr) return;
  const Timings& timings = answer->timings;
  item.latency = timings.total;
  item.ttft = timings.ttft;
  if (timings.gaps.empty()) return;
  double sum = 0;
  for (const Duration gap : timings.gaps) sum += to_seconds(gap);
  item.itl_s = sum / static_cast<double>(timings.gaps.size());
}

}  // namespace

void Batch::clear() {
  texts.clear();
  kinds.clear();
  cases.clear();
  steps.clear();
  questions.clear();
  attempts.clear();
  samples.clear();
  scores.clear();
  limits.clear();
  bytes = 0;
}

void add_case(Batch& batch, const UnitId& unit, const PlannedCase& kase) {
  const Keep keep{batch};
  batch.bytes += sizeof(CaseItem);
  batch.cases.push_back({unit, kase.row, keep(kase.id), keep(kase.digest), keep(kase.cluster),
                         keep(encode_tags(kase.tags)), kase.vars.is_null() ? "{}" : keep(dump_json(kase.vars)),
                         keep(encode_messages(kase.messages))});
}

void add_step(Batch& batch, const UnitId& unit, std::uint32_t seq, bool replaces, const Step& step) {
  const Keep keep{batch};
  const auto* response = std::get_if<Response>(&step.result);
  batch.bytes += sizeof(StepItem) + step.attempts.size() * sizeof(AttemptItem);
  StepItem& item = batch.steps.emplace_back();
  item.unit = unit;
  item.seq = seq;
  item.replaces = replaces;
  item.replayed = step.replayed;
  item.role = step.role;
  item.context = step.context;
  item.name = keep(step.name);
  item.question = keep_question(batch, step.question);
  if (response != nullptr) item.answer = answer_item(batch, *response);
  item.error = keep(std::get_if<Error>(&step.result));
  item.attempts = step.attempts.size();
  item.others.from = batch.attempts.size();
  for (const Attempt& attempt : step.attempts) {
    if (&attempt == &step.attempts.back() && is_good(attempt, response)) {
      item.good = attempt_item(keep, attempt);
    } else {
      batch.attempts.push_back(attempt_item(keep, attempt));
    }
  }
  item.others.count = batch.attempts.size() - item.others.from;
}

void add_sample(Batch& batch, const Sample& sample, const std::optional<Price>& price) {
  const Keep keep{batch};
  batch.bytes += sizeof(SampleItem);
  SampleItem& item = batch.samples.emplace_back();
  item.unit = sample.unit;
  item.outcome = kind_of(sample.outcome);
  if (const auto* scored = std::get_if<outcome::Scored>(&sample.outcome)) {
    item.pass = scored->pass;
    item.score = scored->score;
  }
  item.why = keep(why_of(sample.outcome));
  item.error = keep(error_of(sample.outcome));
  measure_usage(sample.transcript, price, item);
  measure_times(sample.transcript, item);
  item.scores = {batch.scores.size(), 0};
}

void add_score(Batch& batch, std::uint32_t kind, const Score& score) {
  const Keep keep{batch};
  batch.bytes += sizeof(ScoreItem);
  ScoreItem& item = batch.scores.emplace_back();
  item.kind = kind;
  item.state = static_cast<std::uint32_t>(score.state.index());
  if (const auto* scored = std::get_if<Scored>(&score.state)) {
    item.value = scored->value;
    item.pass = scored->pass;
  }
  const auto* unscored = std::get_if<Unscored>(&score.state);
  item.why = keep(unscored != nullptr && score.why.empty() ? unscored->why : score.why);
  item.details = keep(score.details);
  item.error = keep(std::get_if<Error>(&score.state));
  ++batch.samples.back().scores.count;
}

void add_limit(Batch& batch, std::uint64_t place, const LimitRow& change) {
  const Keep keep{batch};
  batch.bytes += sizeof(LimitItem);
  batch.limits.push_back({place, keep(change.target), change.at, change.limit, change.in_flight, keep(change.cause)});
}

}  // namespace assay::store
