// Any bytes as a chat request: refused in words, or read as the strict JSON parser reads it.

#include "runner/stub/chat_request.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <assay/core/json.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>
#include <string>

namespace {

using namespace assay;

// True for what the stub promises to read: an object whose messages are objects.
bool is_request(const Json& json) {
  if (!json.is_object() || !json.contains("messages")) return false;
  const Json& messages = json["messages"];
  return messages.is_array() && !messages.empty() &&
         std::all_of(messages.begin(), messages.end(), [](const Json& message) { return message.is_object(); });
}

void compare(const stub::ChatRequest& request, const Json& json) {
  fuzz::require(request.items.size() == json["messages"].size());
  for (std::size_t i = 0; i < request.items.size(); ++i) {
    const Json& message = json["messages"][i];
    if (message.contains("role") && message["role"].is_string()) {
      fuzz::require(request.items[i].role == message["role"].get<std::string>());
    }
    if (message.contains("content") && message["content"].is_string()) {
      fuzz::require(stub::text_of(request.items[i]) == message["content"].get<std::string>());
    }
  }
  if (json.contains("stream") && json["stream"].is_boolean())
    fuzz::require(request.stream == json["stream"].get<bool>());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = fuzz::text_of(data, size);
  const auto request = stub::parse_chat_request(body);
  const auto json = parse_json(body);
  // The parser takes a NUL for the end of the text, and steps over a byte order mark.
  const bool strict = json && body.find('\0') == std::string_view::npos && !body.starts_with("\xEF\xBB\xBF");
  // Keys are compared as written.
  const bool plain = strict && body.find('\\') == std::string_view::npos && is_request(*json);
  if (!request) {
    fuzz::require(request.error().kind == ErrorKind::invalid && !request.error().message.empty());
    // Of two lists of messages, the first one may be what is refused.
    fuzz::require(!plain || body.find("\"messages\"") != body.rfind("\"messages\""));
    return 0;
  }
  stub::Texts texts(*request);
  fuzz::require(texts.all().size() == request->items.size());
  for (const auto& text : texts.all()) fuzz::require(!text::find_invalid_utf8(text));
  fuzz::require(!text::find_invalid_utf8(texts.last_user()) && !text::find_invalid_utf8(texts.system()));
  fuzz::require(stub::count_input_tokens(*request) <= size);
  if (plain) compare(*request, *json);
  return 0;
}
