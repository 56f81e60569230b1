#include "runner/stub/chat_request.hpp"

#include "runner/stub/json_scan.hpp"

#include <assay/text/reader.hpp>

#include <algorithm>
#include <ranges>

namespace assay::stub {

namespace {

Error bad(std::string message) {
  return {.kind = ErrorKind::invalid, .message = std::move(message)};
}

/// Reads a string value into `out`; another kind of value is skipped.
void read_string(JsonScan& scan, std::string_view& out) {
  if (scan.peek() == '"') {
    scan.string(out);
  } else {
    scan.skip();
  }
}

/// The string under `key` of an object; other kinds of value are skipped.
void read_member(JsonScan& scan, std::string_view key, std::string_view& out) {
  if (scan.peek() != '{') {
    scan.skip();
    return;
  }
  std::string_view name;
  for (scan.enter('{'); scan.next_key(name);) {
    if (name == key) {
      read_string(scan, out);
    } else {
      scan.skip();
    }
  }
}

void read_response_format(JsonScan& scan, ChatRequest& request) {
  const bool object = scan.peek() == '{';
  std::string_view type;
  read_member(scan, "type", type);
  request.response_format = object && type != "text";
}

void read_top_logprobs(JsonScan& scan, ChatRequest& request) {
  (void)scan.peek();  // steps over white space
  const std::size_t begin = scan.offset();
  scan.skip();
  const auto number = text::parse_integer(scan.since(begin));
  request.top_logprobs = number && *number > 0 ? static_cast<std::uint32_t>(std::min<std::int64_t>(*number, 20)) : 0;
}

void read_stream_options(JsonScan& scan, ChatRequest& request) {
  if (scan.peek() != '{') {
    scan.skip();
    return;
  }
  std::string_view name;
  for (scan.enter('{'); scan.next_key(name);) {
    const char first = scan.peek();
    if (name == "include_usage" && (first == 't' || first == 'f')) {
      scan.boolean(request.include_usage);
    } else {
      scan.skip();
    }
  }
}

void read_content(JsonScan& scan, ChatMessage& message) {
  message.parts = scan.peek() == '[';
  if (scan.peek() == '"') {
    scan.string(message.content);
    return;
  }
  const std::size_t begin = scan.offset();
  scan.skip();
  if (message.parts) message.content = scan.since(begin);
}

void read_messages(JsonScan& scan, ChatRequest& request) {
  request.items.clear();
  request.items.reserve(4);
  scan.enter('[');
  const std::size_t begin = scan.offset();
  while (scan.next_item()) {
    ChatMessage& message = request.items.emplace_back();
    std::string_view key;
    for (scan.enter('{'); scan.next_key(key);) {
      if (key == "role") {
        read_string(scan, message.role);
      } else if (key == "content") {
        read_content(scan, message);
      } else {
        scan.skip();
      }
    }
  }
  request.messages = scan.since(begin);
}

std::uint64_t count_raw_words(std::string_view raw) {
  std::uint64_t words = 0;
  bool inside = false;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool line_end = raw[i] == '\\' && i + 1 < raw.size() && raw[i + 1] == 'n';
    const bool space = line_end || raw[i] == ' ' || raw[i] == '\n' || raw[i] == '\t';
    if (line_end) ++i;
    if (!space && !inside) ++words;
    inside = !space;
  }
  return words;
}

}  // namespace

Result<ChatRequest> parse_chat_request(std::string_view body) {
  JsonScan scan(body);
  if (scan.peek() != '{') return bad("the request is not a JSON object");
  ChatRequest request;
  std::string_view metadata_case;
  std::string_view user;
  std::string_view key;
  bool has_messages = false;
  for (scan.enter('{'); scan.next_key(key);) {
    const char first = scan.peek();
    if (key == "model") {
      read_string(scan, request.model);
    } else if (key == "messages") {
      if (first != '[') return bad("'messages' must be a list of messages");
      has_messages = true;
      read_messages(scan, request);
    } else if (key == "stream" && (first == 't' || first == 'f')) {
      scan.boolean(request.stream);
    } else if (key == "stream_options") {
      read_stream_options(scan, request);
    } else if (key == "response_format") {
      read_response_format(scan, request);
    } else if (key == "logprobs" && (first == 't' || first == 'f')) {
      scan.boolean(request.logprobs);
    } else if (key == "top_logprobs") {
      read_top_logprobs(scan, request);
    } else if (key == "metadata") {
      read_member(scan, "case", metadata_case);
    } else if (key == "user") {
      read_string(scan, user);
    } else {
      scan.skip();
    }
  }
  if (!scan.finished()) return bad("the request is not valid JSON, or a message is not an object");
  if (!has_messages || request.items.empty()) return bad("'messages' is missing or empty");
  request.case_id = metadata_case.empty() ? user : metadata_case;
  return request;
}

std::string text_of(const ChatMessage& message) {
  if (!message.parts) return unescape(message.content);
  std::string text;
  JsonScan scan(message.content);
  for (scan.enter('['); scan.next_item();) {
    std::string_view part;
    read_member(scan, "text", part);
    text += unescape(part);
  }
  return text;
}

std::uint64_t count_input_tokens(const ChatRequest& request) {
  std::uint64_t words = 0;
  for (const ChatMessage& message : request.items) {
    words += message.parts ? count_raw_words(text_of(message)) : count_raw_words(message.content);
  }
  return words;
}

const std::string& Texts::last_user() {
  if (!last_user_) {
    const auto reversed = std::views::reverse(request_.items);
    const auto found = std::ranges::find(reversed, "user", &ChatMessage::role);
    last_user_ = found == reversed.end() ? std::string() : text_of(*found);
  }
  return *last_user_;
}

const std::string& Texts::system() {
  if (!system_) {
    system_.emplace();
    for (const ChatMessage& message : request_.items) {
      if (message.role != "system" && message.role != "developer") continue;
      if (!system_->empty()) *system_ += '\n';
      *system_ += text_of(message);
    }
  }
  return *system_;
}

const std::string& Texts::prompt() {
  if (!prompt_) {
    prompt_.emplace();
    for (const std::string& text : all()) {
      if (!prompt_->empty()) *prompt_ += '\n';
      *prompt_ += text;
    }
  }
  return *prompt_;
}

const std::vector<std::string>& Texts::all() {
  if (!all_) {
    all_.emplace();
    all_->reserve(request_.items.size());
    for (const ChatMessage& message : request_.items) all_->push_back(text_of(message));
  }
  return *all_;
}

}  // namespace assay::stub
