#include "runner/stub/answer.hpp"
#include "runner/stub/embeddings.hpp"
#include "runner/stub/json_scan.hpp"
#include "runner/stub/play.hpp"
#include "runner/stub/seen.hpp"
#include "runner/stub/ticket.hpp"
#include "runner/stub/wire.hpp"

#include <assay/core/digest.hpp>
#include <assay/core/random.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace assay::stub {

namespace {

/// Nothing where there is nothing to hold requests against and nobody to tell: they then cost nothing more.
std::shared_ptr<House> make_house(const Script& script, std::shared_ptr<RequestLog> log) {
  if (!script.capacity && !log) return nullptr;
  auto house = std::make_shared<House>();
  if (script.capacity) {
    house->capacity.emplace(*script.capacity);
    if (script.capacity->workers) house->workers.emplace(*script.capacity->workers);
  }
  house->log = std::move(log);
  return house;
}

/// One server's memory: the script, what was seen, and what is under way.
class Player {
 public:
  Player(std::shared_ptr<const Script> script, std::uint64_t seed, std::shared_ptr<Served> served,
         std::shared_ptr<RequestLog> log)
      : script_(std::move(script)),
        seed_(seed),
        served_(std::move(served)),
        house_(make_house(*script_, std::move(log))) {
    if (!served_) served_ = std::make_shared<Served>();
  }

  net::WirePlan serve(const net::ServerRequest& request) {
    ++served_->requests;
    if (!house_) return route(request, nullptr).plan;
    const auto ticket = std::make_shared<Ticket>(house_, served_->requests);
    ticket->entry.outcome = "refused";
    Act act = route(request, ticket.get());
    ticket->entry.status = act.status;
    return with_ticket(std::move(act.plan), ticket, ticket->admitted && house_->workers);
  }

 private:
  /// `ticket` is of a house that has one.
  Act route(const net::ServerRequest& request, Ticket* ticket) {
    const std::string_view path = request.target.substr(0, request.target.find('?'));
    if (path.ends_with("/chat/completions")) {
      if (request.method != "POST") return refuse(request, 405, "only POST is allowed here", "method_not_allowed");
      return complete(request, ticket);
    }
    if (path.ends_with("/embeddings")) {
      if (request.method != "POST") return refuse(request, 405, "only POST is allowed here", "method_not_allowed");
      return embed(request, ticket);
    }
    const bool models = path.ends_with("/models");
    if (!models && path != "/health") {
      return refuse(request, 404, "unknown path '" + text::excerpt(path) + "'", "unknown_url");
    }
    if (request.method != "GET") return refuse(request, 405, "only GET is allowed here", "method_not_allowed");
    if (ticket != nullptr) ticket->entry.outcome = "info";
    return json(request, json_reply(200, models ? models_body(stub::models(*script_)) : R"({"status":"ok"})", {}));
  }

  static Act json(const net::ServerRequest& request, Reply reply) {
    Ending ending;
    // The answer to HEAD has no body; closing keeps the framing right whatever the method was.
    ending.keep_alive = request.keep_alive && (request.method == "GET" || request.method == "POST");
    const int status = reply.status;
    return {.plan = plan(std::move(reply), ending), .status = status};
  }

  static Act refuse(const net::ServerRequest& request, int status, const std::string& message, std::string_view code) {
    return json(request, json_reply(status, error_body(status, message, code), {}));
  }

  Act complete(const net::ServerRequest& request, Ticket* ticket) {
    const auto chat = parse_chat_request(request.body);
    if (!chat) return refuse(request, 400, chat.error().message, "invalid_request");
    const std::string model = chat->model.empty() ? script_->model : unescape(chat->model);
    const std::string case_id = case_of(request, *chat);
    Texts texts(*chat);
    if (ticket != nullptr && house_->log) describe(*chat, texts, model, case_id, ticket->entry);
    if (!serves(model)) return refuse_model(request, model);
    if (const auto* field = refused_field(*chat)) {
      return refuse(request, 400, "unknown field '" + std::string(field) + "'", "unsupported_parameter");
    }
    Headers limits;
    if (auto rejected = admit(request, ticket, [&] { return count_input_tokens(*chat); }, limits)) {
      return *std::move(rejected);
    }
    return answer(request, *chat, texts, model, case_id, std::move(limits), ticket);
  }

  Act embed(const net::ServerRequest& request, Ticket* ticket) {
    const auto asked = parse_embedding_request(request.body);
    if (!asked) return refuse(request, 400, asked.error().message, "invalid_request");
    const std::string model = asked->model.empty() ? script_->model : asked->model;
    if (!serves(model)) return refuse_model(request, model);
    Headers limits;
    if (auto rejected = admit(request, ticket, [&] { return asked->words(); }, limits)) return *std::move(rejected);
    if (ticket != nullptr) ticket->entry.outcome = "answered";
    Reply reply = json_reply(200, embeddings_body(*asked, model), {});
    reply.limits = std::move(limits);
    return json(request, std::move(reply));
  }

  [[nodiscard]] bool serves(std::string_view model) const {
    return script_->models.empty() || std::ranges::find(script_->models, model) != script_->models.end();
  }

  static Act refuse_model(const net::ServerRequest& request, std::string_view model) {
    return refuse(request, 404, "the model '" + text::excerpt(model) + "' does not exist", "model_not_found");
  }

  /// The field of a request that the script's server does not know; nullptr if there is none.
  [[nodiscard]] const char* refused_field(const ChatRequest& chat) const {
    if (script_->refuses.response_format && chat.response_format) return "response_format";
    return script_->refuses.logprobs && (chat.logprobs || chat.top_logprobs > 0) ? "logprobs" : nullptr;
  }

  /// The answer to a request that is too much; else puts into `limits` what is left of the capacity.
  template <class Count>
  std::optional<Act> admit(const net::ServerRequest& request, Ticket* ticket, const Count& count, Headers& limits) {
    if (ticket == nullptr || !house_->capacity) return std::nullopt;
    auto& capacity = *house_->capacity;
    const TimePoint now = SteadyClock::now();
    const auto rejection = capacity.admit(now, capacity.counts_tokens() ? count() : 0);
    limits = capacity.headers(now);
    if (rejection) return reject(request, *rejection, std::move(limits), ticket->entry);
    ticket->admitted = true;
    return std::nullopt;
  }

  Act answer(const net::ServerRequest& request, const ChatRequest& chat, Texts& texts, std::string_view model,
             std::string_view case_id, Headers limits, Ticket* ticket) {
    Asked asked{
        .request = chat, .texts = texts, .model = model, .case_id = case_id, .seen = 0, .key = 0, .first_key = 0};
    const std::uint64_t messages = mix(seed_, chat.messages);
    // Counted for each model, but drawn alike: two models of one script err in pairs, as two versions of a model do.
    if (script_->draws()) asked.seen = seen_.next(mix(messages, model));
    asked.key = mix(messages, asked.seen);
    asked.first_key = mix(messages, std::uint64_t{0});
    const auto choice = choose(*script_, asked);
    if (!choice) {
      return refuse(request, 400, "no rule of the script matches; end it with a rule without 'when'", "no_rule");
    }
    ++(choice->rule->fault ? served_->faults : served_->completions);
    Act act = play(*script_, *choice, asked, std::move(limits), request.keep_alive);
    if (ticket != nullptr) ticket->entry.outcome = outcome_of(*choice->rule);
    if (ticket != nullptr && ticket->admitted) house_->capacity->charge(act.output);
    return act;
  }

  /// At once: what is turned away costs the endpoint nothing.
  Act reject(const net::ServerRequest& request, const Rejection& rejection, Headers headers, LogEntry& entry) {
    ++served_->rejected;
    entry.outcome = "rejected";
    Reply reply = json_reply(429, error_body(429, rejection.message, "rate_limit_exceeded"), {});
    if (rejection.retry_after) reply.limits = retry_headers(*rejection.retry_after);
    std::ranges::move(headers, std::back_inserter(reply.limits));
    return json(request, std::move(reply));
  }

  static void describe(const ChatRequest& chat, Texts& texts, std::string_view model, std::string_view case_id,
                       LogEntry& entry) {
    Sha256 digest;
    digest.update(model);
    digest.update("\n");
    digest.update(chat.messages);
    entry.key = to_hex(digest.finish());
    entry.case_id = case_id;
    entry.last_user = texts.last_user();
  }

  static std::string case_of(const net::ServerRequest& request, const ChatRequest& chat) {
    const std::string_view header = request.header ? request.header("x-assay-case") : std::string_view();
    return header.empty() ? unescape(chat.case_id) : text::to_valid_utf8(header);
  }

  std::shared_ptr<const Script> script_;
  std::uint64_t seed_;
  std::shared_ptr<Served> served_;
  std::shared_ptr<House> house_;
  SeenCounts seen_;
};

}  // namespace

net::Handler make_handler(std::shared_ptr<const Script> script, std::optional<std::uint64_t> seed,
                          std::shared_ptr<Served> served, std::shared_ptr<RequestLog> log) {
  const std::uint64_t key = seed.value_or(script->seed);
  auto player = std::make_shared<Player>(std::move(script), key, std::move(served), std::move(log));
  return [player](const net::ServerRequest& request) { return player->serve(request); };
}

}  // namespace assay::stub
