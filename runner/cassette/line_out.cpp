#include "runner/cassette/key.hpp"
#include "runner/cassette/line.hpp"
#include "runner/cassette/moment.hpp"
#include "runner/cassette/words.hpp"

#include <fmt/format.h>

#include <iterator>

namespace assay::cassette {
namespace {

void add_name(std::string& out, std::string_view name) {
  if (!out.empty() && out.back() != '{') out += ',';
  out.append(1, '"').append(name).append("\":");
}
void add(std::string& out, std::string_view name, std::string_view text) {
  add_name(out, name);
  add_string(out, text);
}
void add_number(std::string& out, std::string_view name, std::int64_t number) {
  add_name(out, name);
  fmt::format_to(std::back_inserter(out), "{}", number);
}
void add_text_if(std::string& out, std::string_view name, std::string_view text) {
  if (!text.empty()) add(out, name, text);
}
void add_count_if(std::string& out, std::string_view name, const std::optional<std::int64_t>& count) {
  if (count) add_number(out, name, *count);
}

void add_error(std::string& out, const Error& error) {
  add_name(out, "error");
  out += '{';
  add(out, "kind", name(error.kind));
  add(out, "message", error.message);
  add_text_if(out, "hint", error.hint);
  add_text_if(out, "file", error.at.file);
  if (error.at.line != 0) add_number(out, "line", error.at.line);
  if (error.at.column != 0) add_number(out, "column", error.at.column);
  out += '}';
}

void add_usage(std::string& out, const Usage& usage) {
  add_name(out, "usage");
  out += '{';
  add_count_if(out, "input_tokens", usage.input_tokens);
  add_count_if(out, "output_tokens", usage.output_tokens);
  add_count_if(out, "cached_tokens", usage.cached_tokens);
  add_count_if(out, "reasoning_tokens", usage.reasoning_tokens);
  out += '}';
}

void add_timings(std::string& out, const Timings& timings) {
  add_name(out, "timings");
  out += '{';
  if (timings.connect) add_number(out, "connect_ns", timings.connect->count());
  if (timings.ttft) add_number(out, "ttft_ns", timings.ttft->count());
  add_number(out, "total_ns", timings.total.count());
  if (!timings.gaps.empty()) {
    add_name(out, "gaps_us");
    out += '[';
    for (std::size_t i = 0; i < timings.gaps.size(); ++i) {
      const auto us = std::chrono::duration_cast<std::chrono::microseconds>(timings.gaps[i]).count();
      fmt::format_to(std::back_inserter(out), "{}{}", i == 0 ? "" : ",", us);
    }
    out += ']';
  }
  out += '}';
}

void add_response(std::string& out, const Response& response) {
  add_name(out, "response");
  out += '{';
  add_name(out, "message");
  add_message(out, response.message);
  add(out, "finish", name(response.finish));
  add_text_if(out, "finish_text", response.finish_text);
  add_usage(out, response.usage);
  add_text_if(out, "served_model", response.served_model);
  add_text_if(out, "request_id", response.request_id);
  add_timings(out, response.timings);
  add(out, "raw", response.raw);
  out += '}';
}

void add_attempt(std::string& out, const Attempt& attempt) {
  out += '{';
  add_name(out, "started");
  if (const std::string text = moment_text(attempt.started); !text.empty()) {
    add_string(out, text);
  } else {
    fmt::format_to(std::back_inserter(out), "{}", attempt.started.unix_ms);
  }
  if (attempt.waited != Duration{}) add_number(out, "waited_ns", attempt.waited.count());
  add_number(out, "duration_ns", attempt.duration.count());
  add_number(out, "status", attempt.status);
  add_text_if(out, "request_id", attempt.request_id);
  if (attempt.error) add_error(out, *attempt.error);
  out += '}';
}

/// How the answer is wanted.
void add_form(std::string& out, const Request& request) {
  if (!request.schema.empty()) {
    add_name(out, "schema");
    out += dump_json(schema_of(request.schema));
  }
  if (request.logprobs) out += R"(,"logprobs":true)";
}

}  // namespace

std::string header_line() {
  return fmt::format("{{\"schema\":\"{}\"}}\n", kSchema);
}

Request request_of(const Call& call) {
  Request request{.messages = call.messages, .params = call.params};
  if (const auto& question = call.step.question) {
    request.schema = question->schema;
    request.logprobs = question->logprobs;
  }
  return request;
}

Result<std::string> encode_line(const Peer& peer, const Call& call, const std::string& key) {
  // In a list, so that the limit of depth holds where they will stand.
  const auto params = parse_json("[" + (call.params.empty() ? "{}" : call.params) + "]");
  if (!params || params->size() != 1 || !params->front().is_object()) {
    return Error{ErrorKind::invalid,
                 fmt::format("the parameters of {}/{} are no JSON object", call.suite, call.case_id),
                 "write them as a mapping: {temperature: 0}"};
  }
  std::string out = "{";
  add(out, "key", key);
  add(out, "suite", call.suite);
  add(out, "case", call.case_id);
  add_number(out, "sample", call.sample);
  add(out, "call", call.step.name);
  add(out, "role", name(call.step.role));
  add_number(out, "context", call.step.context);
  add(out, "api", peer.api);
  add(out, "host", peer.host);
  add(out, "model", peer.model);
  add_name(out, "messages");
  add_messages(out, call.messages);
  add_name(out, "params");
  out += dump_json(params->front());
  add_form(out, request_of(call));
  if (const auto* response = std::get_if<Response>(&call.step.result)) {
    add_response(out, *response);
  } else {
    add_error(out, std::get<Error>(call.step.result));
  }
  add_name(out, "attempts");
  out += '[';
  for (std::size_t i = 0; i < call.step.attempts.size(); ++i) {
    if (i != 0) out += ',';
    add_attempt(out, call.step.attempts[i]);
  }
  out += "]}\n";
  return out;
}

}  // namespace assay::cassette
