#include "runner/stub/answer.hpp"
#include "runner/stub/json_scan.hpp"
#include "runner/stub/play.hpp"
#include "runner/stub/seen.hpp"
#include "runner/stub/wire.hpp"

#include <assay/core/random.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>
#include <utility>

namespace assay::stub {

namespace {

/// One server's memory: the script and what was seen.
class Player {
 public:
  Player(std::shared_ptr<const Script> script, std::uint64_t seed, std::shared_ptr<Served> served)
      : script_(std::move(script)), seed_(seed), served_(std::move(served)) {
    if (!served_) served_ = std::make_shared<Served>();
  }

  net::WirePlan serve(const net::ServerRequest& request) {
    ++served_->requests;
    const std::string_view path = request.target.substr(0, request.target.find('?'));
    if (path.ends_with("/chat/completions")) {
      if (request.method != "POST") return refuse(request, 405, "only POST is allowed here", "method_not_allowed");
      return complete(request);
    }
    const bool models = path.ends_with("/models");
    if (!models && path != "/health") {
      return refuse(request, 404, "unknown path '" + text::excerpt(path) + "'", "unknown_url");
    }
    if (request.method != "GET") return refuse(request, 405, "only GET is allowed here", "method_not_allowed");
    return json(request, 200, models ? models_body(stub::models(*script_)) : R"({"status":"ok"})");
  }

 private:
  static net::WirePlan json(const net::ServerRequest& request, int status, std::string body) {
    Ending ending;
    // The answer to HEAD has no body; closing keeps the framing right whatever the method was.
    ending.keep_alive = request.keep_alive && (request.method == "GET" || request.method == "POST");
    return plan(json_reply(status, std::move(body), {}), ending);
  }

  static net::WirePlan refuse(const net::ServerRequest& request, int status, const std::string& message,
                              std::string_view code) {
    return json(request, status, error_body(status, message, code));
  }

  net::WirePlan complete(const net::ServerRequest& request) {
    const auto chat = parse_chat_request(request.body);
    if (!chat) return refuse(request, 400, chat.error().message, "invalid_request");
    const std::string model = chat->model.empty() ? script_->model : unescape(chat->model);
    if (!script_->models.empty() && std::ranges::find(script_->models, model) == script_->models.end()) {
      return refuse(request, 404, "the model '" + text::excerpt(model) + "' does not exist", "model_not_found");
    }
    const std::string case_id = case_of(request, *chat);
    Texts texts(*chat);
    Asked asked{
        .request = *chat, .texts = texts, .model = model, .case_id = case_id, .seen = 0, .key = 0, .first_key = 0};
    const std::uint64_t messages = mix(seed_, chat->messages);
    // Counted for each model, but drawn alike: two models of one script err in pairs, as two versions of a model do.
    if (script_->draws()) asked.seen = seen_.next(mix(messages, model));
    asked.key = mix(messages, asked.seen);
    asked.first_key = mix(messages, std::uint64_t{0});
    const auto choice = choose(*script_, asked);
    if (!choice) {
      return refuse(request, 400, "no rule of the script matches; end it with a rule without 'when'", "no_rule");
    }
    ++(choice->rule->fault ? served_->faults : served_->completions);
    return play(*script_, *choice, asked, request.keep_alive);
  }

  static std::string case_of(const net::ServerRequest& request, const ChatRequest& chat) {
    const std::string_view header = request.header ? request.header("x-assay-case") : std::string_view();
    return header.empty() ? unescape(chat.case_id) : text::to_valid_utf8(header);
  }

  std::shared_ptr<const Script> script_;
  std::uint64_t seed_;
  std::shared_ptr<Served> served_;
  SeenCounts seen_;
};

}  // namespace

net::Handler make_handler(std::shared_ptr<const Script> script, std::optional<std::uint64_t> seed,
                          std::shared_ptr<Served> served) {
  const std::uint64_t key = seed.value_or(script->seed);
  auto player = std::make_shared<Player>(std::move(script), key, std::move(served));
  return [player](const net::ServerRequest& request) { return player->serve(request); };
}

}  // namespace assay::stub
