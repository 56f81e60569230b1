#include "runner/endpoints/chat_exchange.hpp"

#include "runner/endpoints/http_call.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace assay::endpoints {

namespace {

constexpr std::size_t kMostErrorBody = 64u << 10;
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::string_view kDone = "[DONE]";

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

bool is_success(int status) {
  return status >= 200 && status < 300;
}

}  // namespace

ChatExchange::ChatExchange(const ChatPeer& peer, std::size_t keep_raw) : peer_(peer), keep_raw_(keep_raw) {}

void ChatExchange::begin() {
  form_ = Form::undecided;
  content_type_.clear();
  body_.clear();
  sse_.reset();
  answer_.reset();
  fault_.reset();
  any_event_ = false;
  done_ = false;
  first_at_.reset();
  gaps_.clear();
}

void ChatExchange::on_head(const HttpHead& head) {
  if (!is_success(head.status)) {
    form_ = Form::failure;
    return;
  }
  content_type_ = find_header(head.headers, "content-type").value_or("");
  std::transform(content_type_.begin(), content_type_.end(), content_type_.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
}

BodySink::Seen ChatExchange::on_body(std::string_view bytes, TimePoint at) {
  if (form_ == Form::undecided) {
    // Blank lines keep a connection open while a model thinks; they are no content.
    const auto from = bytes.find_first_not_of(kSpace);
    if (from == std::string_view::npos) return Seen::nothing;
    bytes.remove_prefix(from);
    decide(bytes.front());
  }
  switch (form_) {
    case Form::events:
      keep(bytes, keep_raw_);
      return take_events(bytes, at);
    case Form::whole:
      body_.append(bytes);
      return Seen::content;
    case Form::undecided:
    case Form::foreign:
    case Form::failure:
      break;
  }
  keep(bytes, kMostErrorBody);
  return body_.size() < kMostErrorBody ? Seen::content : Seen::done;
}

// The first byte knows better than the content type, which servers get wrong.
void ChatExchange::decide(char first) {
  const auto is_type = [this](std::string_view type) { return content_type_.find(type) != std::string::npos; };
  if (first == '{' || first == '[') {
    form_ = Form::whole;
  } else if (first == '<' || is_type("text/html")) {
    form_ = Form::foreign;
  } else if (is_type("event-stream") || std::string_view("de:ir").find(first) != std::string_view::npos) {
    form_ = Form::events;
  } else if (is_type("json")) {
    form_ = Form::whole;
  } else {
    form_ = Form::foreign;
  }
}

BodySink::Seen ChatExchange::take_events(std::string_view bytes, TimePoint at) {
  bool seen_content = false;
  while (const auto event = sse_.next(bytes)) {
    if (take_event(*event, at, seen_content)) return Seen::done;
  }
  if (sse_.failed()) {
    fault_ = foreign_answer("the stream has a line or event of more than 8 MiB", {}, peer_);
    return Seen::done;
  }
  return seen_content ? Seen::content : Seen::nothing;
}

bool ChatExchange::take_event(const SseEvent& event, TimePoint at, bool& seen_content) {
  any_event_ = true;
  const auto data = trimmed(event.data);
  if (data == kDone) {
    done_ = true;
    return true;
  }
  if (data.empty()) return false;
  if (event.type == "error" && data.front() != '{') {
    answer_.error = ProviderError{.message = std::string(data), .type = {}, .code = {}};
    return true;
  }
  const auto read = read_chat(data, answer_);
  if (!read.ok) {
    fault_ = foreign_answer("the stream has an event that is not JSON", data, peer_);
    return true;
  }
  if (read.content) note_content(at);
  seen_content = seen_content || read.content || read.reasoning;
  return answer_.error.has_value();
}

// Each moment is cut to whole microseconds after the first, so that gaps are, and still add up to the whole.
void ChatExchange::note_content(TimePoint at) {
  if (!first_at_) {
    first_at_ = at;
    last_cut_ = at;
  } else {
    const TimePoint cut = *first_at_ + std::chrono::floor<std::chrono::microseconds>(at - *first_at_);
    gaps_.push_back(cut - last_cut_);
    last_cut_ = cut;
  }
  last_at_ = at;
}

void ChatExchange::keep(std::string_view bytes, std::size_t most) {
  if (body_.size() < most) body_.append(bytes.substr(0, most - body_.size()));
}

AttemptResult ChatExchange::finish(const HttpResult& http, WallTime started, WallTime now) {
  return make_attempt(conclude(http), http, started, now);
}

std::variant<Response, Error> ChatExchange::conclude(const HttpResult& http) {
  if (http.head.status == 0) return http.error.value_or(cut_off_answer("the connection closed without an answer"));
  if (form_ == Form::failure) {
    if (http.error && http.error->kind == ErrorKind::cancelled) return *http.error;
    return status_error(http.head.status, body_, peer_);
  }
  if (form_ == Form::events) return conclude_events(http);
  if (http.error) return *http.error;
  if (form_ == Form::undecided) return cut_off_answer("the answer has no body");
  if (form_ == Form::foreign) {
    const auto type = content_type_.empty() ? std::string("no content type") : "content type " + content_type_;
    return foreign_answer("the answer is not a chat completion (" + type + ")", body_, peer_);
  }
  return conclude_whole(http);
}

std::variant<Response, Error> ChatExchange::conclude_events(const HttpResult& http) {
  if (fault_) return std::move(*fault_);
  if (answer_.error) return provider_error(*answer_.error, peer_);
  // Some servers leave out the end mark, or drop the connection instead of sending it: the answer is complete.
  if (answer_.has_choices && (done_ || !answer_.finish.empty())) return answered(http);
  if (http.error) return *http.error;
  if (!any_event_) return foreign_answer("the answer is not a chat completion", body_, peer_);
  if (answer_.has_choices) return cut_off_answer("the stream ended before the answer was complete");
  if (done_) return foreign_answer("the stream has no choices", body_, peer_);
  return foreign_answer("the stream is not one of chat completions", body_, peer_);
}

std::variant<Response, Error> ChatExchange::conclude_whole(const HttpResult& http) {
  std::string_view json = body_;
  if (json.starts_with(kBom)) json.remove_prefix(kBom.size());
  const auto read = read_chat(json, answer_);
  if (read.cut_off) return cut_off_answer("the answer's JSON ends in the middle");
  if (!read.ok) {
    return foreign_answer("the answer is not JSON (byte " + std::to_string(read.offset) + ")", json, peer_);
  }
  if (answer_.error) return provider_error(*answer_.error, peer_);
  if (!answer_.has_choices) return foreign_answer("the answer is JSON without choices", json, peer_);
  return answered(http);
}

Response ChatExchange::answered(const HttpResult& http) {
  auto response = to_response(std::move(answer_));
  auto& timings = response.timings;
  timings.connect = http.connect;
  timings.total = http.ended - http.started;
  if (form_ == Form::events && first_at_) {
    timings.ttft = *first_at_ - http.started;
    timings.gaps = std::move(gaps_);
    timings.total = last_at_ - http.started;
  }
  if (body_.size() > keep_raw_) body_.resize(keep_raw_);
  response.raw = std::move(body_);
  return response;
}

}  // namespace assay::endpoints
