// Any answer gives a response or an error, the same one however it arrives; and whatever the strict JSON parser takes
// the scanner takes too.

#include "runner/endpoints/chat_exchange.hpp"
#include "runner/endpoints/json_scanner.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <assay/core/json.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <variant>

namespace {

using namespace assay;

const endpoints::ChatPeer kPeer{"model", {"sk-secret-key"}};
constexpr int kStatuses[] = {200, 200, 200, 400, 401, 404, 429, 500};

std::string described(const AttemptResult& result) {
  if (const auto* error = std::get_if<Error>(&result.result)) {
    fuzz::require(!error->message.empty());
    fuzz::require(error->message.find("sk-secret-key") == std::string::npos);
    fuzz::require(!text::find_invalid_utf8(error->message));
    // Not the message: it may quote what came after the end mark, which depends on the arrivals.
    return std::string(name(error->kind));
  }
  const auto& response = std::get<Response>(result.result);
  auto shown = text_of(response.message);
  for (const auto& part : response.message.parts) {
    if (const auto* use = std::get_if<ToolUse>(&part)) shown += '|' + use->id + use->name + use->arguments;
  }
  shown += '|' + response.finish_text + response.served_model + response.request_id;
  if (const auto* logprobs = part_of<Logprobs>(response.message)) {
    for (const auto& token : logprobs->tokens) {
      fuzz::require(std::isfinite(token.logprob));
      shown += '|' + token.token;
      for (const auto& [other, logprob] : token.top) shown += ',' + other;
    }
  }
  fuzz::require(!text::find_invalid_utf8(shown));
  return shown;
}

std::string play(std::string_view body, int status, bool stream, std::size_t piece) {
  endpoints::ChatExchange exchange(kPeer, 1u << 20);
  exchange.begin();
  HttpResult http;
  http.head = {status, {{"content-type", stream ? "text/event-stream" : "application/json"}}};
  http.ended = http.started + std::chrono::seconds(1);
  exchange.on_head(http.head);
  for (std::size_t from = 0; from < body.size(); from += piece) {
    const std::string arrival(body.substr(from, piece));
    if (exchange.on_body(arrival, http.started) == BodySink::Seen::done) break;
  }
  return described(exchange.finish(http, {}, {}));
}

void compare_with_strict_parser(std::string_view json) {
  // nlohmann takes a NUL for the end of the text.
  if (json.find('\0') != std::string_view::npos || !parse_json(json)) return;
  endpoints::JsonScanner scan(json.starts_with("\xEF\xBB\xBF") ? json.substr(3) : json);
  scan.skip();
  fuzz::require(scan.ok() && scan.at_end());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto body = fuzz::text_of(data, size).substr(2);
  const int status = kStatuses[data[0] % 8];
  const bool stream = (data[0] & 8U) != 0;
  const auto whole = play(body, status, stream, std::max<std::size_t>(body.size(), 1));
  fuzz::require(play(body, status, stream, 1 + data[1] % 64) == whole);
  compare_with_strict_parser(body);
  return 0;
}
