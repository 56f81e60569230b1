#include "runner/app/redact.hpp"

#include "runner/exec/driver/workers.hpp"

#include <boost/asio/use_awaitable.hpp>
#include <re2/re2.h>

namespace assay::app {

namespace {

constexpr std::string_view kMark = "[redacted]";
constexpr std::size_t kShortestSecret = 4;

}  // namespace

struct Redactor::Patterns {
  std::vector<std::unique_ptr<RE2>> compiled;
};

Redactor::Redactor(const std::vector<std::string>& patterns, std::vector<std::string> secrets)
    : patterns_(std::make_unique<Patterns>()) {
  RE2::Options options;
  options.set_log_errors(false);
  for (const auto& pattern : patterns) patterns_->compiled.push_back(std::make_unique<RE2>(pattern, options));
  for (auto& secret : secrets) {
    if (secret.size() >= kShortestSecret) secrets_.push_back(std::move(secret));
  }
}

Redactor::~Redactor() = default;

bool Redactor::empty() const {
  return patterns_->compiled.empty() && secrets_.empty();
}

bool Redactor::apply(std::string& text) const {
  const bool changed = apply_patterns(text);
  return apply_secrets(text) || changed;
}

bool Redactor::apply_patterns(std::string& text) const {
  bool changed = false;
  for (const auto& pattern : patterns_->compiled) {
    changed |= RE2::GlobalReplace(&text, *pattern, re2::StringPiece(kMark.data(), kMark.size())) > 0;
  }
  return changed;
}

bool Redactor::apply_patterns(Json& value) const {
  if (value.is_string()) return apply_patterns(value.get_ref<std::string&>());
  bool changed = false;
  if (value.is_structured()) {
    for (auto& inner : value) changed |= apply_patterns(inner);
  }
  return changed;
}

bool Redactor::apply_to_json(std::string& text) const {
  auto json = parse_json(text);
  if (!json) return apply(text);
  const bool changed = apply_patterns(*json);
  if (changed) text = dump_json(*json);
  return apply_secrets(text) || changed;
}

bool Redactor::apply_secrets(std::string& text) const {
  bool changed = false;
  for (const auto& secret : secrets_) {
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kMark.size())) {
      text.replace(at, secret.size(), kMark);
      changed = true;
    }
  }
  return changed;
}

bool Redactor::spells_secret(const Logprobs& logprobs) const {
  std::string text;
  std::string others;
  for (const auto& token : logprobs.tokens) {
    text += token.token;
    for (const auto& [other, logprob] : token.top) others += other + '\n';
  }
  return apply(text) || apply(others);
}

void Redactor::apply(AttemptResult& result, ReplyForm form) const {
  apply(result.request_id);
  if (auto* error = std::get_if<Error>(&result.result)) {
    apply(error->message);
    apply(error->hint);
    return;
  }
  auto& response = std::get<Response>(result.result);
  bool changed = false;
  for (auto& part : response.message.parts) {
    if (auto* text = std::get_if<Text>(&part)) {
      changed |= form == ReplyForm::json ? apply_to_json(text->text) : apply(text->text);
    }
    if (auto* refusal = std::get_if<Refusal>(&part)) changed |= apply(refusal->text);
    if (auto* tool = std::get_if<ToolUse>(&part)) {
      changed |= apply(tool->id);
      changed |= apply(tool->name);
      changed |= apply(tool->arguments);
    }
    if (auto* contexts = std::get_if<Contexts>(&part)) {
      for (auto& passage : contexts->passages) changed |= apply(passage);
    }
  }
  // Tokens spell a secret in pieces: where one is, or may be, they go as a whole.
  changed |= std::erase_if(response.message.parts, [&](const Part& part) {
               const auto* logprobs = std::get_if<Logprobs>(&part);
               return logprobs != nullptr && (changed || spells_secret(*logprobs));
             }) > 0;
  if (changed) response.raw = kMark;
  apply(response.raw);
  apply(response.finish_text);
  apply(response.served_model);
  apply(response.request_id);
}

namespace {

// Bytes from which a search for patterns would keep the loop from other calls.
constexpr std::size_t kHeavy = 64U << 10;

std::size_t size_of(const AttemptResult& result) {
  const auto* response = std::get_if<Response>(&result.result);
  return response == nullptr ? 0 : response->raw.size() + text_of(response->message).size();
}

class RedactingEndpoint : public Endpoint {
 public:
  RedactingEndpoint(Endpoint& inner, const Redactor& redactor, ReplyForm form)
      : inner_(inner), redactor_(redactor), form_(form) {}

  [[nodiscard]] std::string encode(const Request& request) const override { return inner_.encode(request); }

  boost::asio::awaitable<AttemptResult> attempt(const std::string& body) override {
    auto result = co_await inner_.attempt(body);
    const std::function<void()> redact = [&] { redactor_.apply(result, form_); };
    if (size_of(result) < kHeavy) {
      redact();
    } else {
      co_await workers_.run(redact);
    }
    co_return result;
  }

 private:
  Endpoint& inner_;
  const Redactor& redactor_;
  ReplyForm form_;
  exec::Workers workers_;
};

}  // namespace

std::unique_ptr<Endpoint> make_redacting(Endpoint& inner, const Redactor& redactor, ReplyForm form) {
  return std::make_unique<RedactingEndpoint>(inner, redactor, form);
}

}  // namespace assay::app
