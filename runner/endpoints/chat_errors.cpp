#include "runner/endpoints/chat_errors.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <utility>

namespace assay::endpoints {

namespace {

constexpr std::size_t kExcerptChars = 200;
// Shorter values (`geo`, `1`) are words that may stand in any message.
constexpr std::size_t kLeastSecret = 8;

std::string without_secrets(std::string text, const ChatPeer& peer) {
  for (const auto& secret : peer.secrets) {
    if (secret.size() < kLeastSecret) continue;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), "***");
    }
  }
  return text;
}

std::string shown(std::string_view hostile, const ChatPeer& peer) {
  // An excerpt never needs more, and a body may be large.
  return text::excerpt(without_secrets(std::string(hostile.substr(0, 16u << 10)), peer), kExcerptChars);
}

bool mentions(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

std::string hint_for(ErrorKind kind, int status, const ChatPeer& peer) {
  switch (kind) {
    case ErrorKind::auth:
      return "set `api_key_env` (or --api-key-env) to the variable that holds a key for this endpoint";
    case ErrorKind::quota:
      return "the account is exhausted: raise its limit or use another key; waiting does not help";
    case ErrorKind::rate_limited:
      return "lower `concurrency`, or raise `retries: {max, max_wait}`";
    case ErrorKind::rejected:
      if (status >= 300 && status < 400) return "redirects are not followed: use the address it points to";
      if (peer.kind == PeerKind::application) return "check `url` and `body` against what the application accepts";
      if (status == 404)
        return "check that the base URL ends in /v1 and that model `" + peer.model + "` is served there";
      if (status == 413) return "the prompt is too long for this endpoint";
      return "check the prompt, `params` and model `" + peer.model + "` against what the endpoint accepts";
    case ErrorKind::unavailable:
      return "the fault is the endpoint's: see its log; for short outages raise `retries: {max, backoff}`";
    default:
      return {};
  }
}

std::string hint_for_foreign(const ChatPeer& peer) {
  switch (peer.kind) {
    case PeerKind::model:
      return "check that the base URL ends in /v1 and that an OpenAI-compatible server listens there";
    case PeerKind::application:
      return "compare the paths under `reply` with what the application answers";
    case PeerKind::program:
      return "write one JSON object with `answer` to standard output, and all else to standard error";
  }
  return {};
}

std::string server_message(std::string_view body, const ChatPeer& peer) {
  ChatAnswer answer;
  const auto read = read_chat(body, answer);
  if (read.ok && answer.error && !answer.error->message.empty()) return shown(answer.error->message, peer);
  return shown(body, peer);
}

}  // namespace

ErrorKind kind_of_status(int status) {
  if (status == 429) return ErrorKind::rate_limited;
  if (status == 408 || status == 409 || status == 425 || (status >= 500 && status < 600)) {
    return ErrorKind::unavailable;
  }
  if (status == 401 || status == 403) return ErrorKind::auth;
  if (status == 402) return ErrorKind::quota;
  return ErrorKind::rejected;
}

ErrorKind kind_of_error(const ProviderError& error) {
  const auto words = lower(error.type + ' ' + error.code);
  if (mentions(words, {"insufficient_quota", "current_quota", "billing", "insufficient_balance"})) {
    return ErrorKind::quota;
  }
  int status = 0;
  std::from_chars(error.code.data(), error.code.data() + error.code.size(), status);
  if (status >= 400 && status < 600) return kind_of_status(status);
  if (mentions(words, {"rate_limit", "ratelimit", "too_many_requests", "resource_exhausted"})) {
    return ErrorKind::rate_limited;
  }
  if (mentions(words, {"server_error", "internal", "overloaded", "unavailable", "timeout", "bad_gateway"})) {
    return ErrorKind::unavailable;
  }
  if (mentions(words, {"invalid_api_key", "authentication", "unauthorized", "permission"})) return ErrorKind::auth;
  return ErrorKind::rejected;
}

Error status_error(int status, std::string_view body, const ChatPeer& peer) {
  auto kind = kind_of_status(status);
  ChatAnswer answer;
  const auto read = read_chat(body, answer);
  if (read.ok && answer.error && kind_of_error(*answer.error) == ErrorKind::quota) kind = ErrorKind::quota;
  Error error{kind, "the endpoint answered HTTP " + std::to_string(status), hint_for(kind, status, peer)};
  const auto said = server_message(body, peer);
  if (!said.empty()) error.message += ": " + said;
  return error;
}

Error provider_error(const ProviderError& error, const ChatPeer& peer) {
  const auto kind = kind_of_error(error);
  std::string said = error.message;
  if (said.empty()) said = error.type.empty() ? error.code : error.type;
  Error result{kind, "the endpoint answered with an error", hint_for(kind, 200, peer)};
  if (!said.empty()) result.message += ": " + shown(said, peer);
  return result;
}

Error foreign_answer(std::string_view what, std::string_view body, const ChatPeer& peer) {
  Error error{ErrorKind::protocol, std::string(what), hint_for_foreign(peer)};
  const auto begin = shown(body, peer);
  if (!begin.empty()) error.message += ": `" + begin + '`';
  return error;
}

Error cut_off_answer(std::string_view what) {
  return Error{ErrorKind::transport, std::string(what),
               "see the endpoint's log, and whether a proxy in between cuts long answers"};
}

}  // namespace assay::endpoints
