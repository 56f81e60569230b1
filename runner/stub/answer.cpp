#include "runner/stub/answer.hpp"

#include "runner/stub/json_scan.hpp"
#include "runner/stub/logprobs.hpp"

#include <fmt/format.h>

#include <utility>

namespace assay::stub {

namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

std::string json_text(std::string_view text) {
  std::string out;
  append_quoted(out, text);
  return out;
}

std::string call_id(const Answer& answer, std::size_t index) {
  return "call_" + hex_id(answer.id + index);
}

std::string usage_json(const Usage& usage) {
  return fmt::format(
      R"({{"prompt_tokens":{},"completion_tokens":{},"total_tokens":{},"prompt_tokens_details":{{"cached_tokens":{}}}}})",
      usage.input, usage.output, usage.input + usage.output, usage.cached);
}

void append_tool_calls(std::string& out, const Answer& answer) {
  out += R"(,"tool_calls":[)";
  for (std::size_t i = 0; i < answer.tool_calls.size(); ++i) {
    const ToolCall& call = answer.tool_calls[i];
    if (i > 0) out += ',';
    out += fmt::format(R"({{"id":"{}","type":"function","function":{{"name":{},"arguments":{}}}}})", call_id(answer, i),
                       json_text(call.name), json_text(call.arguments));
  }
  out += ']';
}

void append_message(std::string& out, const Answer& answer) {
  out += R"({"role":"assistant","content":)";
  if (answer.has_content) {
    append_quoted(out, answer.content);
  } else {
    out += "null";
  }
  out += R"(,"refusal":)";
  out += answer.refusal.empty() ? "null" : json_text(answer.refusal);
  if (!answer.reasoning.empty()) {
    out += R"(,"reasoning_content":)";
    append_quoted(out, answer.reasoning);
  }
  if (!answer.tool_calls.empty()) append_tool_calls(out, answer);
  out += '}';
}

/// The opening of an answer or chunk, up to the choices.
std::string opening(const Answer& answer, std::string_view object) {
  std::string out = R"({"id":"chatcmpl-)";
  out += hex_id(answer.id);
  out += R"(","object":")";
  out += object;
  out += R"(","created":)";
  out += kCreated;
  out += R"(,"model":)";
  append_quoted(out, answer.model);
  if (!answer.fingerprint.empty()) {
    out += R"(,"system_fingerprint":)";
    append_quoted(out, answer.fingerprint);
  }
  return out + R"(,"choices":[)";
}

/// Of these pieces of the content; "" where nobody asked.
std::string logprobs_of(const Answer& answer, std::span<const std::string_view> pieces) {
  if (answer.logprobs == nullptr) return {};
  return logprobs_json(pieces, *answer.logprobs, answer.top_logprobs);
}

/// Writes the chunks of one stream.
class Chunks {
 public:
  Chunks(const Answer& answer, bool include_usage)
      : head_("data: " + opening(answer, "chat.completion.chunk")),
        usage_(include_usage ? R"(],"usage":null})"
                               "\n\n"
                             : "]}\n\n") {}

  void delta(std::string_view delta, bool token, const std::string& logprobs = {}) {
    const std::string beside = logprobs.empty() ? logprobs : R"(,"logprobs":)" + logprobs;
    events_.push_back(
        {head_ + R"({"index":0,"delta":)" + std::string(delta) + beside + R"(,"finish_reason":null})" + usage_, token});
  }
  void finish(std::string_view reason) {
    events_.push_back({head_ + R"({"index":0,"delta":{},"finish_reason":)" + json_text(reason) + "}" + usage_, false});
  }
  void usage(const Usage& usage) { events_.push_back({head_ + R"(],"usage":)" + usage_json(usage) + "}\n\n", false}); }
  void done() { events_.push_back({"data: [DONE]\n\n", false}); }

  void content(const Answer& answer) {
    for (const std::string_view token : split_tokens(answer.content)) {
      std::string piece = R"({"content":)";
      append_quoted(piece, token);
      delta(piece + "}", true, logprobs_of(answer, {&token, 1}));
    }
  }
  /// One chunk a token, under `key` of the delta.
  void text(std::string_view key, std::string_view text) {
    for (const std::string_view token : split_tokens(text)) {
      std::string piece = R"({")" + std::string(key) + R"(":)";
      append_quoted(piece, token);
      delta(piece + "}", true);
    }
  }

  std::vector<StreamEvent> take() { return std::move(events_); }

 private:
  std::string head_;
  std::string usage_;
  std::vector<StreamEvent> events_;
};

void add_tool_calls(Chunks& chunks, const Answer& answer) {
  for (std::size_t i = 0; i < answer.tool_calls.size(); ++i) {
    const ToolCall& call = answer.tool_calls[i];
    chunks.delta(fmt::format(R"({{"tool_calls":[{{"index":{},"id":"{}","type":"function",)"
                             R"("function":{{"name":{},"arguments":""}}}}]}})",
                             i, call_id(answer, i), json_text(call.name)),
                 true);
    for (const std::string_view token : split_tokens(call.arguments)) {
      chunks.delta(
          fmt::format(R"({{"tool_calls":[{{"index":{},"function":{{"arguments":{}}}}}]}})", i, json_text(token)), true);
    }
  }
}

std::string_view error_type(int status) {
  if (status == 401) return "authentication_error";
  if (status == 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

}  // namespace

std::string hex_id(std::uint64_t id) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t i = 16; i-- > 0; id >>= 4) out[i] = kHex[id & 15];
  return out;
}

std::vector<std::string_view> split_tokens(std::string_view text) {
  std::vector<std::string_view> tokens;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = begin;
    while (end < text.size() && is_space(text[end])) ++end;
    while (end < text.size() && !is_space(text[end])) ++end;
    tokens.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return tokens;
}

std::uint64_t count_output_tokens(const Answer& answer) {
  const auto count = [](std::string_view text) {
    std::uint64_t tokens = 0;
    bool inside = false;
    for (const char c : text) {
      if (!is_space(c) && !inside) ++tokens;
      inside = !is_space(c);
    }
    return tokens;
  };
  std::uint64_t tokens = count(answer.content) + count(answer.refusal) + count(answer.reasoning);
  for (const ToolCall& call : answer.tool_calls) tokens += 1 + count(call.arguments);
  return tokens;
}

std::string whole_body(const Answer& answer) {
  std::string out = opening(answer, "chat.completion");
  out.reserve(out.size() + answer.content.size() + 320);
  out += R"({"index":0,"message":)";
  append_message(out, answer);
  const auto logprobs =
      answer.logprobs != nullptr ? logprobs_of(answer, split_tokens(answer.content)) : std::string("null");
  out += R"(,"logprobs":)" + logprobs + R"(,"finish_reason":)";
  append_quoted(out, answer.finish_reason);
  out += "}]";
  if (answer.usage) {
    out += R"(,"usage":)";
    out += usage_json(*answer.usage);
  }
  out += '}';
  return out;
}

std::vector<StreamEvent> stream_events(const Answer& answer, bool include_usage) {
  include_usage = include_usage && answer.usage;
  Chunks chunks(answer, include_usage);
  chunks.delta(R"({"role":"assistant","content":null})", false);
  chunks.text("reasoning_content", answer.reasoning);
  chunks.content(answer);
  chunks.text("refusal", answer.refusal);
  add_tool_calls(chunks, answer);
  chunks.finish(answer.finish_reason);
  if (include_usage) chunks.usage(*answer.usage);
  chunks.done();
  return chunks.take();
}

std::string error_body(int status, std::string_view message, std::string_view code) {
  return fmt::format(R"({{"error":{{"message":{},"type":"{}","param":null,"code":{}}}}})", json_text(message),
                     error_type(status), code.empty() ? std::string("null") : json_text(code));
}

std::string models_body(std::span<const std::string> models) {
  std::string out = R"({"object":"list","data":[)";
  for (std::size_t i = 0; i < models.size(); ++i) {
    out += fmt::format(R"({}{{"id":{},"object":"model","created":{},"owned_by":"assay"}})", i > 0 ? "," : "",
                       json_text(models[i]), kCreated);
  }
  return out + "]}";
}

}  // namespace assay::stub
