#include "runner/endpoints/http_call.hpp"

#include "runner/endpoints/retry_after.hpp"

#include <algorithm>
#include <utility>

namespace assay::endpoints {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMostErrorBody = 64u << 10;

// A line end would let a value smuggle in a header of its own.
bool is_header_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
  });
}

std::string header_request_id(const HttpHeaders& headers) {
  for (const std::string_view name : {"x-request-id", "request-id", "apim-request-id"}) {
    if (const auto value = find_header(headers, name)) return std::string(*value);
  }
  return {};
}

// A whole body; of a refusal as much as an error may show.
class WholeBody final : public BodySink {
 public:
  void on_head(const HttpHead& head) override { failed_ = head.status < 200 || head.status >= 300; }

  Seen on_body(std::string_view bytes, TimePoint /*at*/) override {
    body_.append(failed_ ? bytes.substr(0, kMostErrorBody - body_.size()) : bytes);
    return failed_ && body_.size() == kMostErrorBody ? Seen::done : Seen::content;
  }

  [[nodiscard]] std::variant<Response, Error> conclude(const HttpResult& http, const WholeCall& call,
                                                       const ReadAnswer& read) {
    if (http.head.status == 0) return http.error.value_or(cut_off_answer("the connection closed without an answer"));
    if (http.error && (!failed_ || http.error->kind == ErrorKind::cancelled)) return *http.error;
    if (failed_) return status_error(http.head.status, body_, call.peer);
    auto answer = read(body_);
    if (auto* response = std::get_if<Response>(&answer)) {
      response->timings.connect = http.connect;
      response->timings.total = http.ended - http.started;
      if (body_.size() > call.keep_raw) body_.resize(call.keep_raw);
      response->raw = std::move(body_);
    }
    return answer;
  }

 private:
  std::string body_;
  bool failed_ = false;
};

}  // namespace

Url with_path(Url url, std::string_view path) {
  const auto question = std::min(url.target.find('?'), url.target.size());
  std::string before = url.target.substr(0, question);
  const std::string query = url.target.substr(question);
  while (before.ends_with('/')) before.pop_back();
  if (!before.ends_with(path)) before += path;
  url.target = before + query;
  return url;
}

Result<void> check_headers(const HttpAccess& access) {
  if (!is_header_text(access.api_key)) {
    return Error{ErrorKind::invalid, "the API key has a line end or another control character",
                 "write the variable without a trailing line end"};
  }
  for (const auto& [name, value] : access.headers) {
    if (name.empty() || !is_header_text(name) || name.find_first_of(": \t") != std::string::npos) {
      return Error{ErrorKind::invalid, "a header's name is empty or has characters that a name cannot have",
                   "write headers as `{x-team: geo}`"};
    }
    if (!is_header_text(value)) {
      return Error{ErrorKind::invalid, "header `" + name + "` has a line end or another control character",
                   "write the value on one line"};
    }
  }
  return {};
}

HttpRequest make_post(const HttpAccess& access, Url url, std::string_view accept) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Accept", accept);
  const bool own_auth = find_header(access.headers, "authorization").has_value();
  if (!access.api_key.empty() && !own_auth) {
    request.headers.emplace_back("Authorization", "Bearer " + access.api_key);
  }
  request.headers.insert(request.headers.end(), access.headers.begin(), access.headers.end());
  return request;
}

ChatPeer make_peer(const HttpAccess& access) {
  ChatPeer peer{.model = access.model, .secrets = {access.api_key}};
  for (const auto& [name, value] : access.headers) peer.secrets.push_back(value);
  return peer;
}

AttemptResult make_attempt(std::variant<Response, Error> answer, const HttpResult& http, WallTime started,
                           WallTime now) {
  AttemptResult out{.result = std::move(answer),
                    .started = started,
                    .duration = std::max(http.ended - http.started, Duration::zero()),
                    .status = http.head.status,
                    .request_id = header_request_id(http.head.headers),
                    .retry_after = {}};
  if (auto* response = std::get_if<Response>(&out.result)) {
    if (out.request_id.empty()) out.request_id = response->request_id;
    response->request_id = out.request_id;
  } else if (retryable(std::get<Error>(out.result).kind)) {
    out.retry_after = retry_hint(http.head.status, http.head.headers, now);
  }
  return out;
}

asio::awaitable<AttemptResult> ask_whole(HttpClient& client, const WholeCall& call, const std::string& body,
                                         const ReadAnswer& read) {
  HttpRequest request = call.prototype;
  request.body = body;
  Deadlines deadlines = call.deadlines;
  deadlines.first_token = deadlines.total;  // a whole answer shows nothing before it is there
  WholeBody sink;
  const auto started = wall_now();
  const auto http = co_await client.send(request, deadlines, sink);
  co_return make_attempt(sink.conclude(http, call, read), http, started, wall_now());
}

}  // namespace assay::endpoints
