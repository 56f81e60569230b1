#include "runner/endpoints/json_scanner.hpp"
#include "runner/endpoints/protocols/openai_chat.hpp"

#include <assay/core/json.hpp>

#include <utility>

namespace assay::endpoints {

namespace {

constexpr std::string_view kSchemaOpen =
    R"(,"response_format":{"type":"json_schema","json_schema":{"name":"verdict","strict":true,"schema":)";
constexpr std::string_view kSchemaClose = "}}";
constexpr std::string_view kLogprobs = R"(,"logprobs":true)";
constexpr std::string_view kTopLogprobs = R"(,"top_logprobs":20)";
constexpr std::size_t kWishes = kSchemaOpen.size() + kSchemaClose.size() + kLogprobs.size() + kTopLogprobs.size();

void append_tool_calls(std::string& out, const Message& message) {
  bool first = true;
  for (const auto& part : message.parts) {
    const auto* use = std::get_if<ToolUse>(&part);
    if (!use) continue;
    out += first ? R"(,"tool_calls":[)" : ",";
    first = false;
    out += R"({"id":)";
    append_json_string(out, use->id);
    out += R"(,"type":"function","function":{"name":)";
    append_json_string(out, use->name);
    out += R"(,"arguments":)";
    append_json_string(out, use->arguments);
    out += "}}";
  }
  if (!first) out += ']';
}

void append_content(std::string& out, const Message& message) {
  out += R"(,"content":)";
  if (message.parts.size() == 1 && std::holds_alternative<Text>(message.parts.front())) {
    append_json_string(out, std::get<Text>(message.parts.front()).text);
    return;
  }
  bool has_text = false;
  for (const auto& part : message.parts) has_text = has_text || std::holds_alternative<Text>(part);
  // A message that only asks for tools or refuses has no content, which the wire writes as null.
  if (has_text || message.parts.empty()) {
    append_json_string(out, text_of(message));
  } else {
    out += "null";
  }
}

void append_message(std::string& out, const Message& message) {
  out += R"({"role":")";
  out += name(message.author);
  out += '"';
  append_content(out, message);
  for (const auto& part : message.parts) {
    if (const auto* refusal = std::get_if<Refusal>(&part)) {
      out += R"(,"refusal":)";
      append_json_string(out, refusal->text);
      break;
    }
  }
  append_tool_calls(out, message);
  out += '}';
}

// What the messages take as a rule; escapes and tools take more.
std::size_t room_for(std::span<const Message> messages) {
  constexpr std::size_t kFrame = 64;
  std::size_t room = kFrame;
  for (const auto& message : messages) {
    room += kFrame;
    for (const auto& part : message.parts) {
      if (const auto* text = std::get_if<Text>(&part)) room += text->text.size();
    }
  }
  return room;
}

}  // namespace

ChatEncoder::ChatEncoder(std::string model, bool stream) : model_(std::move(model)), stream_(stream) {
  use_params("{}");
}

std::string ChatEncoder::encode(const Request& request) const {
  if (request.params != params_) use_params(request.params);
  std::string out;
  out.reserve(tail_.size() + room_for(request.messages) + request.schema.size() + kWishes);
  out += R"({"messages":[)";
  bool first = true;
  for (const auto& message : request.messages) {
    if (!first) out += ',';
    first = false;
    append_message(out, message);
  }
  out += ']';
  append_wishes(out, request);
  out += tail_;
  return out;
}

// Between the messages and everything else, where `without_wish` finds them.
void ChatEncoder::append_wishes(std::string& out, const Request& request) const {
  if (!request.schema.empty() && !own_.response_format) {
    out += kSchemaOpen;
    out += request.schema;
    out += kSchemaClose;
  }
  if (!request.logprobs) return;
  if (!own_.logprobs) out += kLogprobs;
  if (!own_.top_logprobs && !own_.no_logprobs) out += kTopLogprobs;
}

void ChatEncoder::use_params(std::string_view params) const {
  params_ = params;
  OrderedJson merged;
  merged["model"] = model_;
  if (stream_) {
    merged["stream"] = true;
    merged["stream_options"]["include_usage"] = true;
  }
  const auto own = OrderedJson::parse(params, nullptr, false);
  if (own.is_object()) {
    for (const auto& [key, value] : own.items()) {
      if (key != "stream" && key != "messages") merged[key] = value;
    }
  }
  own_ = {.response_format = own.contains("response_format"),
          .logprobs = own.contains("logprobs"),
          .no_logprobs = own.contains("logprobs") && own["logprobs"] != true,
          .top_logprobs = own.contains("top_logprobs")};
  const auto text = merged.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
  tail_ = "," + text.substr(1);
}

std::optional<std::string> without_wish(std::string_view body, Wish wish) {
  JsonScanner scan(body);
  if (!scan.enter_object() || scan.next_key() != "messages") return std::nullopt;
  scan.skip();
  std::string out(body.substr(0, scan.offset()));
  bool dropped = false;
  for (auto from = scan.offset(); scan.ok(); from = scan.offset()) {
    const auto key = scan.next_key();
    const bool schema = key == "response_format";
    const bool logprobs = key == "logprobs" || key == "top_logprobs";
    if (!schema && !logprobs) {
      out += body.substr(from);
      return dropped ? std::optional(std::move(out)) : std::nullopt;
    }
    scan.skip();
    if (schema ? wish == Wish::schema : wish == Wish::logprobs) {
      dropped = true;
    } else {
      out += body.substr(from, scan.offset() - from);
    }
  }
  return std::nullopt;
}

}  // namespace assay::endpoints
