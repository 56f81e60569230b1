#include "runner/cassette/fields.hpp"
#include "runner/cassette/line.hpp"
#include "runner/cassette/moment.hpp"
#include "runner/cassette/words.hpp"

#include <array>
#include <limits>

namespace assay::cassette {
namespace {

constexpr std::array kFinishes = {Finish::stop, Finish::length, Finish::tool_calls, Finish::content_filter,
                                  Finish::other};

std::optional<Duration> duration_at(Fields& fields, const char* name) {
  const auto count = fields.number<std::int64_t>(name);
  return count ? std::optional(Duration(*count)) : std::nullopt;
}

Error error_of(Fields fields) {
  Error error;
  error.kind = error_kind(fields.required_text("kind"));
  error.message = fields.required_text("message");
  error.hint = fields.text("hint");
  error.at.file = fields.text("file");
  error.at.line = fields.number<int>("line").value_or(0);
  error.at.column = fields.number<int>("column").value_or(0);
  return error;
}

Usage usage_of(Fields fields) {
  Usage usage;
  usage.input_tokens = fields.number<std::int64_t>("input_tokens");
  usage.output_tokens = fields.number<std::int64_t>("output_tokens");
  usage.cached_tokens = fields.number<std::int64_t>("cached_tokens");
  usage.reasoning_tokens = fields.number<std::int64_t>("reasoning_tokens");
  return usage;
}

std::vector<Duration> gaps_of(Fields& fields) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 1000;
  std::vector<Duration> gaps;
  const Json* list = fields.get("gaps_us");
  if (list == nullptr) return gaps;
  if (!list->is_array()) fields.fail("gaps_us");
  for (const Json& each : *list) {
    const auto us = integer_of<std::int64_t>(each);
    if (!us || *us > kMost || *us < -kMost) {
      fields.fail("gaps_us");
      break;
    }
    gaps.emplace_back(std::chrono::microseconds(*us));
  }
  return gaps;
}

Timings timings_of(Fields fields) {
  Timings timings;
  timings.connect = duration_at(fields, "connect_ns");
  timings.ttft = duration_at(fields, "ttft_ns");
  timings.total = Duration(fields.required_number<std::int64_t>("total_ns"));
  timings.gaps = gaps_of(fields);
  return timings;
}

Finish finish_of(Fields& fields) {
  const std::string word = fields.required_text("finish");
  for (const Finish each : kFinishes) {
    if (name(each) == word) return each;
  }
  fields.fail("finish");
  return Finish::other;
}

Response response_of(Fields fields) {
  Response response;
  auto message = message_of(fields.require("message"));
  if (!message) fields.fail("message");
  if (message) response.message = std::move(*message);
  response.finish = finish_of(fields);
  response.finish_text = fields.text("finish_text");
  response.usage = usage_of(fields.inside("usage"));
  response.served_model = fields.text("served_model");
  response.request_id = fields.text("request_id");
  response.timings = timings_of(fields.inside("timings"));
  response.raw = fields.required_text("raw");
  return response;
}

Attempt attempt_of(Fields fields) {
  Attempt attempt;
  const Json& started = fields.require("started");
  const auto moment = started.is_string() ? moment_of(started.get_ref<const std::string&>()) : std::nullopt;
  const auto number = integer_of<std::int64_t>(started);
  if (!moment && !number) fields.fail("started");
  attempt.started = moment ? *moment : WallTime{number.value_or(0)};
  attempt.waited = duration_at(fields, "waited_ns").value_or(Duration{});
  attempt.duration = Duration(fields.required_number<std::int64_t>("duration_ns"));
  attempt.status = fields.required_number<int>("status");
  attempt.request_id = fields.text("request_id");
  if (fields.get("error") != nullptr) attempt.error = error_of(fields.inside("error"));
  return attempt;
}

Role role_of(Fields& fields) {
  const std::string word = fields.required_text("role");
  if (word == name(Role::judge)) return Role::judge;
  if (word != name(Role::target)) fields.fail("role");
  return Role::target;
}

}  // namespace

Result<Step> step_of(const Json& line) {
  std::string wrong;
  Fields fields(line, "", wrong);
  Step step;
  step.name = fields.required_text("call");
  step.role = role_of(fields);
  step.context = fields.required_number<std::uint32_t>("context");
  if (fields.get("error") != nullptr) {
    step.result = error_of(fields.inside("error"));
  } else {
    step.result = response_of(fields.inside("response"));
  }
  const Json& attempts = fields.require("attempts");
  if (!attempts.is_array()) fields.fail("attempts");
  for (const Json& each : attempts) step.attempts.push_back(attempt_of({each, "attempts", wrong}));
  step.replayed = true;
  if (!wrong.empty()) return damaged(wrong);
  return step;
}

}  // namespace assay::cassette
