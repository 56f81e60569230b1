#include "runner/endpoints/json_scanner.hpp"
#include "runner/endpoints/protocols/openai_chat.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <utility>

namespace assay::endpoints {

namespace {

using Kind = JsonScanner::Kind;

// A string that replaces the one before; null and other kinds leave it.
void read_latest(JsonScanner& scan, std::string& into) {
  if (scan.peek() != Kind::string) {
    scan.skip();
    return;
  }
  into.clear();
  scan.read_string(into);
}

// Appends a string and says whether it had any text.
bool read_more(JsonScanner& scan, std::string& into) {
  const auto before = into.size();
  scan.read_string(into);
  return into.size() > before;
}

// Content is a string, or a list of parts of which those with `text` as a string count.
bool read_content(JsonScanner& scan, std::string& into) {
  if (scan.peek() != Kind::array) return read_more(scan, into);
  bool more = false;
  scan.enter_array();
  while (scan.next_item()) {
    if (!scan.enter_object()) continue;
    while (const auto key = scan.next_key()) {
      if (*key == "text") {
        more = read_more(scan, into) || more;
      } else {
        scan.skip();
      }
    }
  }
  return more;
}

struct ToolDelta {
  std::optional<std::int64_t> index;
  std::string id;
  std::string name;
  std::string arguments;
};

void read_function(JsonScanner& scan, ToolDelta& delta) {
  if (!scan.enter_object()) return;
  while (const auto key = scan.next_key()) {
    if (*key == "name") {
      scan.read_string(delta.name);
    } else if (*key == "arguments") {
      // Some servers send the arguments as an object instead of its text.
      if (scan.peek() == Kind::object) {
        delta.arguments += scan.raw();
      } else {
        scan.read_string(delta.arguments);
      }
    } else {
      scan.skip();
    }
  }
}

ToolDelta read_tool(JsonScanner& scan) {
  ToolDelta delta;
  if (!scan.enter_object()) return delta;
  while (const auto key = scan.next_key()) {
    if (*key == "index") {
      delta.index = scan.read_count();
    } else if (*key == "id") {
      scan.read_string(delta.id);
    } else if (*key == "function") {
      read_function(scan, delta);
    } else {
      scan.skip();
    }
  }
  return delta;
}

bool starts_another(const ToolDelta& delta, const ToolUse& use) {
  return !delta.id.empty() && !delta.name.empty() && !use.id.empty() && delta.id != use.id;
}

// The call that a stream's delta belongs to; nullptr for a new one. By index; some servers give every call index 0 and
// tell them apart by id, others leave out the index, the id or both.
ToolPieces* find_tool(std::vector<ToolPieces>& tools, const ToolDelta& delta) {
  const auto match = [&](const ToolPieces& tool) {
    if (delta.index) return tool.index == delta.index && !starts_another(delta, tool.use);
    return !delta.id.empty() && tool.use.id == delta.id;
  };
  const auto found = std::find_if(tools.rbegin(), tools.rend(), match);
  if (found != tools.rend()) return &*found;
  const bool anonymous = !delta.index && delta.id.empty() && delta.name.empty();
  return anonymous && !tools.empty() ? &tools.back() : nullptr;
}

bool add_tool(std::vector<ToolPieces>& tools, ToolDelta delta, bool whole) {
  auto* tool = whole ? nullptr : find_tool(tools, delta);
  if (!tool) tool = &tools.emplace_back(ToolPieces{delta.index, {}});
  const bool content = !delta.name.empty() || !delta.arguments.empty();
  if (tool->use.id.empty()) tool->use.id = std::move(delta.id);
  if (tool->use.name.empty()) tool->use.name = std::move(delta.name);
  tool->use.arguments += delta.arguments;
  return content;
}

// The inside of `delta` (a stream's) or `message` (a whole answer's).
void read_message(JsonScanner& scan, ChatAnswer& answer, bool whole, ChatRead& read) {
  if (!scan.enter_object()) return;
  std::string reasoning;
  while (const auto key = scan.next_key()) {
    if (*key == "content") {
      read.content = read_content(scan, answer.text) || read.content;
    } else if (*key == "refusal") {
      read.content = read_more(scan, answer.refusal) || read.content;
    } else if (*key == "reasoning_content" || *key == "reasoning") {
      read.reasoning = read_more(scan, reasoning) || read.reasoning;
    } else if (*key == "tool_calls") {
      if (!scan.enter_array()) continue;
      while (scan.next_item()) read.content = add_tool(answer.tools, read_tool(scan), whole) || read.content;
    } else {
      scan.skip();
    }
  }
}

// `{token, logprob}` with its alternatives. A logprob of null, or none, is a token that was not weighed: it is left
// out.
std::optional<TokenLogprob> read_token(JsonScanner& scan) {
  TokenLogprob token;
  std::optional<double> logprob;
  if (!scan.enter_object()) return std::nullopt;
  while (const auto key = scan.next_key()) {
    if (*key == "token") {
      scan.read_string(token.token);
    } else if (*key == "logprob") {
      logprob = scan.read_number();
    } else if (*key == "top_logprobs") {
      if (!scan.enter_array()) continue;
      while (scan.next_item()) {
        if (auto other = read_token(scan)) token.top.emplace_back(std::move(other->token), other->logprob);
      }
    } else {
      scan.skip();
    }
  }
  if (!logprob) return std::nullopt;
  token.logprob = *logprob;
  return token;
}

void read_logprobs(JsonScanner& scan, std::vector<TokenLogprob>& into) {
  if (!scan.enter_object()) return;
  while (const auto key = scan.next_key()) {
    if (*key != "content") {
      scan.skip();
    } else if (scan.enter_array()) {
      while (scan.next_item()) {
        if (auto token = read_token(scan)) into.push_back(*std::move(token));
      }
    }
  }
}

// Reads from a copy of the scanner first, because `index` may come after what it decides on.
bool is_first_choice(JsonScanner scan) {
  if (!scan.enter_object()) return true;
  while (const auto key = scan.next_key()) {
    if (*key == "index") return scan.read_count().value_or(0) == 0;
    scan.skip();
  }
  return true;
}

void read_choice(JsonScanner& scan, ChatAnswer& answer, ChatRead& read) {
  if (!is_first_choice(scan)) {
    scan.skip();
    return;
  }
  if (!scan.enter_object()) return;
  while (const auto key = scan.next_key()) {
    if (*key == "delta") {
      read_message(scan, answer, false, read);
    } else if (*key == "message") {
      read_message(scan, answer, true, read);
    } else if (*key == "finish_reason") {
      read_latest(scan, answer.finish);
    } else if (*key == "logprobs") {
      read_logprobs(scan, answer.logprobs);
    } else {
      scan.skip();
    }
  }
}

std::optional<std::int64_t> read_detail(JsonScanner& scan, std::string_view name) {
  std::optional<std::int64_t> value;
  if (!scan.enter_object()) return value;
  while (const auto key = scan.next_key()) {
    if (*key == name) {
      value = scan.read_count();
    } else {
      scan.skip();
    }
  }
  return value;
}

void read_usage(JsonScanner& scan, Usage& latest) {
  if (!scan.enter_object()) return;
  Usage usage;
  std::optional<std::int64_t> total;
  while (const auto key = scan.next_key()) {
    if (*key == "prompt_tokens") {
      usage.input_tokens = scan.read_count();
    } else if (*key == "completion_tokens") {
      usage.output_tokens = scan.read_count();
    } else if (*key == "total_tokens") {
      total = scan.read_count();
    } else if (*key == "prompt_tokens_details") {
      usage.cached_tokens = read_detail(scan, "cached_tokens");
    } else if (*key == "completion_tokens_details") {
      usage.reasoning_tokens = read_detail(scan, "reasoning_tokens");
    } else {
      scan.skip();
    }
  }
  // xAI counts reasoning beside the completion, everyone else within it; the total tells.
  if (usage.input_tokens && usage.output_tokens && usage.reasoning_tokens && total &&
      *total == *usage.input_tokens + *usage.output_tokens + *usage.reasoning_tokens) {
    *usage.output_tokens += *usage.reasoning_tokens;
  }
  if (usage.input_tokens || usage.output_tokens) latest = usage;
}

void read_code(JsonScanner& scan, std::string& into) {
  if (scan.peek() == Kind::number) {
    into = scan.raw();
  } else {
    read_latest(scan, into);
  }
}

void read_error(JsonScanner& scan, ChatAnswer& answer) {
  const auto kind = scan.peek();
  if (kind == Kind::null || kind == Kind::boolean) {
    scan.skip();
    return;
  }
  auto& error = answer.error.emplace();
  if (kind == Kind::string) read_latest(scan, error.message);
  if (kind == Kind::string || !scan.enter_object()) return;
  while (const auto key = scan.next_key()) {
    if (*key == "message") {
      read_latest(scan, error.message);
    } else if (*key == "type" || *key == "status") {
      read_latest(scan, error.type);
    } else if (*key == "code") {
      read_code(scan, error.code);
    } else {
      scan.skip();
    }
  }
}

void read_object(JsonScanner& scan, ChatAnswer& answer, ChatRead& read) {
  ProviderError flat;  // {"object": "error", "message": …}, FastAPI's {"detail": …}
  std::string object;
  while (const auto key = scan.next_key()) {
    if (*key == "choices") {
      if (!scan.enter_array()) continue;
      while (scan.next_item()) {
        answer.has_choices = true;
        read_choice(scan, answer, read);
      }
    } else if (*key == "id") {
      read_latest(scan, answer.id);
    } else if (*key == "model") {
      read_latest(scan, answer.model);
    } else if (*key == "usage") {
      read_usage(scan, answer.usage);
    } else if (*key == "error") {
      read_error(scan, answer);
    } else if (*key == "object") {
      read_latest(scan, object);
    } else if (*key == "message" || *key == "detail") {
      read_latest(scan, flat.message);
    } else if (*key == "type") {
      read_latest(scan, flat.type);
    } else if (*key == "code") {
      read_code(scan, flat.code);
    } else {
      scan.skip();
    }
  }
  const bool is_error = object == "error" || flat.type == "error" || !flat.message.empty();
  if (!answer.error && !answer.has_choices && is_error) answer.error = std::move(flat);
}

void make_valid(std::string& text) {
  if (text::find_invalid_utf8(text)) text = text::to_valid_utf8(text);
}

}  // namespace

void ChatAnswer::reset() {
  text.clear();
  refusal.clear();
  tools.clear();
  finish.clear();
  usage = {};
  id.clear();
  model.clear();
  error.reset();
  logprobs.clear();
  has_choices = false;
}

ChatRead read_chat(std::string_view json, ChatAnswer& answer) {
  JsonScanner scan(json);
  ChatRead read;
  bool object = false;
  // Google's endpoint puts an error object into an array.
  if (scan.peek() == Kind::array) {
    scan.enter_array();
    while (scan.next_item()) {
      if (!scan.enter_object()) continue;
      object = true;
      read_object(scan, answer, read);
    }
  } else if (scan.enter_object()) {
    object = true;
    read_object(scan, answer, read);
  }
  read.ok = scan.ok() && object && scan.at_end();
  read.cut_off = scan.cut_off();
  read.offset = scan.offset();
  return read;
}

Finish finish_of(std::string_view wire) {
  if (wire == "stop" || wire == "eos" || wire == "eos_token" || wire == "end_turn" || wire == "stop_sequence") {
    return Finish::stop;
  }
  if (wire == "length" || wire == "max_tokens" || wire == "model_length") return Finish::length;
  if (wire == "tool_calls" || wire == "function_call") return Finish::tool_calls;
  if (wire == "content_filter") return Finish::content_filter;
  return Finish::other;
}

namespace {

Logprobs to_logprobs(std::vector<TokenLogprob>&& tokens) {
  for (auto& token : tokens) {
    make_valid(token.token);
    for (auto& [other, logprob] : token.top) make_valid(other);
  }
  return {std::move(tokens)};
}

}  // namespace

Response to_response(ChatAnswer&& answer) {
  Response response;
  auto& parts = response.message.parts;
  make_valid(answer.text);
  make_valid(answer.refusal);
  if (!answer.text.empty()) parts.emplace_back(Text{std::move(answer.text)});
  if (!answer.refusal.empty()) parts.emplace_back(Refusal{std::move(answer.refusal)});
  for (auto& tool : answer.tools) {
    make_valid(tool.use.id);
    make_valid(tool.use.name);
    make_valid(tool.use.arguments);
    parts.emplace_back(std::move(tool.use));
  }
  if (!answer.logprobs.empty()) parts.emplace_back(to_logprobs(std::move(answer.logprobs)));
  response.finish = finish_of(answer.finish);
  make_valid(answer.finish);
  make_valid(answer.model);
  make_valid(answer.id);
  response.finish_text = std::move(answer.finish);
  response.usage = answer.usage;
  response.served_model = std::move(answer.model);
  response.request_id = std::move(answer.id);
  return response;
}

}  // namespace assay::endpoints
