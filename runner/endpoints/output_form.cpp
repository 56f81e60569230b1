#include "runner/endpoints/protocols/openai_chat.hpp"

#include <assay/endpoints/output_form.hpp>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::endpoints {

namespace asio = boost::asio;

namespace {

bool mentions(const AttemptResult& result, std::initializer_list<std::string_view> words) {
  const auto& message = std::get<Error>(result.result).message;
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return message.find(word) != std::string::npos; });
}

// Some servers say 404 or 422 to a field that they do not know; others use them for much else.
bool refuses_schema(const AttemptResult& result) {
  if (!std::holds_alternative<Error>(result.result)) return false;
  if (result.status == 400) return true;
  return (result.status == 404 || result.status == 422) && mentions(result, {"response_format", "schema"});
}

bool refuses_logprobs(const AttemptResult& result) {
  if (!std::holds_alternative<Error>(result.result)) return false;
  return (result.status == 400 || result.status == 422) && mentions(result, {"logprobs"});
}

class WithOutputForm final : public Endpoint {
 public:
  WithOutputForm(std::unique_ptr<Endpoint> inner, OutputForm form, std::function<void(std::string_view)> learned)
      : inner_(std::move(inner)), may_learn_(form == OutputForm::automatic), learned_(std::move(learned)) {
    no_schema_ = form == OutputForm::text;
  }

  [[nodiscard]] std::string encode(const Request& request) const override {
    auto asked = request;
    if (no_schema_) asked.schema = {};
    if (no_logprobs_) asked.logprobs = false;
    return inner_->encode(asked);
  }

  asio::awaitable<AttemptResult> attempt(const std::string& body) override {
    std::string sent = body;
    // It may have been encoded before another call met the refusal.
    if (no_schema_) drop(sent, Wish::schema);
    if (no_logprobs_) drop(sent, Wish::logprobs);
    auto result = co_await inner_->attempt(sent);
    const auto started = result.started;
    auto duration = result.duration;
    std::vector<Wish> refused;
    while (const auto wish = take_refused(result, sent)) {
      refused.push_back(*wish);
      result = co_await inner_->attempt(sent);
      duration += result.duration;
    }
    // Only what was answered without: then the wish was the reason.
    if (std::holds_alternative<Response>(result.result)) remember(refused);
    result.started = started;
    result.duration = duration;
    co_return result;
  }

 private:
  static bool drop(std::string& body, Wish wish) {
    auto without = without_wish(body, wish);
    if (!without) return false;
    body = *std::move(without);
    return true;
  }

  // Takes out of `body` what the endpoint may have refused; nothing if there is no such thing.
  std::optional<Wish> take_refused(const AttemptResult& result, std::string& body) const {
    if (refuses_logprobs(result) && drop(body, Wish::logprobs)) return Wish::logprobs;
    if (may_learn_ && refuses_schema(result) && drop(body, Wish::schema)) return Wish::schema;
    return std::nullopt;
  }

  void remember(const std::vector<Wish>& refused) {
    for (const auto wish : refused) {
      const bool schema = wish == Wish::schema;
      if (std::exchange(schema ? no_schema_ : no_logprobs_, true) || !learned_) continue;
      learned_(schema ? "`response_format` was refused: answers are asked for as text"
                      : "`logprobs` were refused: answers come without them");
    }
  }

  std::unique_ptr<Endpoint> inner_;
  bool may_learn_;
  bool no_schema_ = false;
  bool no_logprobs_ = false;
  std::function<void(std::string_view)> learned_;
};

}  // namespace

std::unique_ptr<Endpoint> with_output_form(std::unique_ptr<Endpoint> inner, OutputForm form,
                                           std::function<void(std::string_view what)> learned) {
  return std::make_unique<WithOutputForm>(std::move(inner), form, std::move(learned));
}

}  // namespace assay::endpoints
