#include <assay/core/part_json.hpp>

#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace assay {

namespace {

using Chance = std::pair<std::string, double>;

/// `"token",-0.25`
void append_chance(std::string& out, std::string_view token, double logprob, AppendText text) {
  text(out, token);
  if (std::isfinite(logprob)) {
    fmt::format_to(std::back_inserter(out), ",{}", logprob);
  } else {
    out += ",null";
  }
}

std::optional<Chance> chance_of(const Json& json, TextOf text) {
  if (!json.is_array() || json.size() < 2 || (!json[1].is_number() && !json[1].is_null())) return std::nullopt;
  auto token = text(json[0]);
  if (!token) return std::nullopt;
  const double logprob = json[1].is_null() ? -std::numeric_limits<double>::infinity() : json[1].get<double>();
  return Chance(*std::move(token), logprob);
}

}  // namespace

void append_contexts(std::string& out, const Contexts& contexts, AppendText text) {
  out += '[';
  for (const auto& passage : contexts.passages) {
    if (out.back() != '[') out += ',';
    text(out, passage);
  }
  out += ']';
}

std::optional<Contexts> contexts_of(const Json& json, TextOf text) {
  if (!json.is_array()) return std::nullopt;
  Contexts contexts;
  for (const Json& each : json) {
    auto passage = text(each);
    if (!passage) return std::nullopt;
    contexts.passages.push_back(*std::move(passage));
  }
  return contexts;
}

void append_logprobs(std::string& out, const Logprobs& logprobs, AppendText text) {
  out += '[';
  for (const auto& each : logprobs.tokens) {
    out += out.back() == '[' ? "[" : ",[";
    append_chance(out, each.token, each.logprob, text);
    for (const auto& [token, logprob] : each.top) {
      out += ",[";
      append_chance(out, token, logprob, text);
      out += ']';
    }
    out += ']';
  }
  out += ']';
}

std::optional<Logprobs> logprobs_of(const Json& json, TextOf text) {
  if (!json.is_array()) return std::nullopt;
  Logprobs logprobs;
  for (const Json& each : json) {
    auto token = chance_of(each, text);
    if (!token) return std::nullopt;
    auto& added = logprobs.tokens.emplace_back(TokenLogprob{std::move(token->first), token->second, {}});
    for (std::size_t i = 2; i < each.size(); ++i) {
      auto other = chance_of(each[i], text);
      if (!other) return std::nullopt;
      added.top.push_back(*std::move(other));
    }
  }
  return logprobs;
}

}  // namespace assay
