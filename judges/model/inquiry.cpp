#include "judges/model/inquiry.hpp"

#include "judges/heuristic/characters.hpp"
#include "judges/model/fence.hpp"
#include "judges/model/prompt.hpp"
#include "judges/model/reply.hpp"
#include "judges/model/weighting.hpp"
#include "judges/result.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <numeric>

namespace assay::judges {

namespace {

Error not_usable(std::string message) {
  return {.kind = ErrorKind::judge, .message = std::move(message)};
}

Json object_schema(Json properties, Json required) {
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

Json list_schema(std::string_view key, Json item) {
  return object_schema({{key, {{"type", "array"}, {"items", std::move(item)}}}}, Json::array({key}));
}

Json claims_schema() {
  return list_schema("claims", object_schema({{"id", {{"type", "integer"}}}, {"text", {{"type", "string"}}}},
                                             Json::array({"id", "text"})));
}

Json verdict_properties(Offered offered) {
  return {{"reason", {{"type", "string"}}},
          {"verdict", {{"type", "string"}, {"enum", Json(std::vector(offered.begin(), offered.end()))}}}};
}

Json verdicts_schema(Offered offered) {
  Json item = verdict_properties(offered);
  item["id"] = {{"type", "integer"}};
  return list_schema("verdicts", object_schema(std::move(item), Json::array({"id", "reason", "verdict"})));
}

Json verdict_schema(Offered offered) {
  return object_schema(verdict_properties(offered), Json::array({"reason", "verdict"}));
}

Json grade_schema(const Scale& scale) {
  Json offered = Json::array();
  for (int score = scale.lo; score <= scale.hi; ++score) offered.push_back(score);
  return object_schema(
      {{"reason", {{"type", "string"}}}, {"score", {{"type", "integer"}, {"enum", std::move(offered)}}}},
      Json::array({"reason", "score"}));
}

std::vector<std::string_view> views(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// The list under a key of the reply's object.
Result<Json> read_list(const Response& reply, const char* key, std::span<const std::string_view> data) {
  auto object = read_object(reply, key, data);
  if (!object) return object.error();
  Json& list = (*object)[key];
  if (!list.is_array()) return not_usable(fmt::format("`{}` is no list", key));
  return std::move(list);
}

// The claims as texts; their numbers are given anew.
Result<Json> read_claims(const Response& reply, std::span<const std::string_view> data) {
  const auto list = read_list(reply, "claims", data);
  if (!list) return list.error();
  Json texts = Json::array();
  for (const auto& item : *list) {
    const auto text = item.is_object() ? item.find("text") : item.end();
    if (!item.is_object() || text == item.end() || !text->is_string()) {
      return not_usable("a claim came without a text");
    }
    std::string line = on_one_line(text->get_ref<const std::string&>());
    // Weak judges copy the `…` of the form that they are shown.
    if (words_of(line).empty()) return not_usable("a claim came without a text");
    texts.push_back(std::move(line));
  }
  return texts;
}

Result<std::size_t> read_id(const Json& item, std::size_t count) {
  const auto id = item.is_object() ? item.find("id") : item.end();
  if (!item.is_object() || id == item.end() || !id->is_number_integer()) {
    return not_usable("a verdict came without a number");
  }
  const auto number = id->is_number_unsigned() ? id->get<std::uint64_t>() : 0;  // a negative one is none
  if (number < 1 || number > count)
    return not_usable(fmt::format("a verdict came for number {}, of {}", id->dump(), count));
  return static_cast<std::size_t>(number);
}

// The verdicts in the items' order.
Result<Json> read_verdicts(const Response& reply, std::span<const std::string_view> data, std::size_t count,
                           Offered offered) {
  const auto list = read_list(reply, "verdicts", data);
  if (!list) return list.error();
  if (list->size() != count) return not_usable(fmt::format("{} verdicts came for {} items", list->size(), count));
  Json in_order(count, Json());
  for (const auto& item : *list) {
    const auto id = read_id(item, count);
    if (!id) return id.error();
    auto verdict = read_offered(item, "verdict", offered);
    if (!verdict) return verdict.error();
    Json& place = in_order[*id - 1];
    if (!place.is_null()) return not_usable(fmt::format("two verdicts came for number {}", *id));
    place = {{"verdict", *std::move(verdict)}, {"reason", reason_of(item)}};
  }
  return in_order;
}

// One verdict on the whole.
Result<Json> read_one(const Response& reply, std::span<const std::string_view> data, Offered offered) {
  const auto object = read_verdict(reply, "verdict", data);
  if (!object) return object.error();
  auto verdict = read_offered(*object, "verdict", offered);
  if (!verdict) return verdict.error();
  return Json{{"verdict", *std::move(verdict)}, {"reason", reason_of(*object)}};
}

Result<Json> read_grade(const Response& reply, std::span<const std::string_view> data, const Scale& scale,
                        bool weighted) {
  const auto object = read_verdict(reply, "score", data);
  if (!object) return object.error();
  const auto score = read_offered(*object, "score", scale.lo, scale.hi);
  if (!score) return score.error();
  const auto* const logprobs = weighted ? part_of<Logprobs>(reply.message) : nullptr;
  const auto mean = logprobs == nullptr ? std::nullopt : weighted_score(*logprobs, *score, scale.lo, scale.hi);
  return Json{{"score", *score}, {"mean", mean ? Json(*mean) : Json()}, {"reason", reason_of(*object)}};
}

Judgement judgement_of(const Json& object) {
  return {.verdict = object["verdict"].get<std::string>(), .reason = object["reason"].get<std::string>()};
}

std::size_t bytes_of(const Claims& claims) {
  return std::accumulate(claims.begin(), claims.end(), std::size_t{0},
                         [](std::size_t sum, const std::string& claim) { return sum + claim.size(); });
}

}  // namespace

Query Inquiry::query(std::string name, std::string_view prompt) const {
  return {.name = std::move(name), .prompt = prompt, .vars = Json::object(), .data = {}};
}

void Inquiry::show(Query& query, std::string_view key, std::string_view text) const {
  query.vars[std::string(key)] = text::trim(text).empty() ? "" : fenced(key, use_.prompt, text);
  query.data.emplace_back(text);
}

void Inquiry::show_even_empty(Query& query, std::string_view key, std::string_view text) const {
  query.vars[std::string(key)] = fenced(key, use_.prompt, text);
  query.data.emplace_back(text);
}

void Inquiry::show_messages(Query& query, std::string_view key, std::span<const Message> messages) const {
  std::string shown;
  for (const auto& message : messages) {
    auto text = assay::text_of(message);
    if (text::trim(text).empty()) continue;
    shown += (shown.empty() ? "" : "\n") + fenced(name(message.author), use_.prompt, text);
    query.data.push_back(std::move(text));
  }
  query.vars[std::string(key)] = std::move(shown);
}

void Inquiry::show_passages(Query& query, std::string_view key, const Passages& passages,
                            std::span<const std::size_t> numbers) const {
  std::string shown;
  for (const std::size_t number : numbers) {
    const std::string& passage = passages.at(number - 1);
    shown += (shown.empty() ? "" : "\n") + fenced(fmt::format("passage {}", number), use_.prompt, passage);
    query.data.push_back(passage);
  }
  query.vars[std::string(key)] = std::move(shown);
}

void Inquiry::show_items(Query& query, std::string_view key, const Claims& items) const {
  std::string lines;
  for (std::size_t i = 0; i < items.size(); ++i) {
    lines += fmt::format("{}{}. {}", i == 0 ? "" : "\n", i + 1, on_one_line(items[i]));
    query.data.push_back(items[i]);
  }
  query.vars[std::string(key)] = fenced(key, use_.prompt, lines);
}

void Inquiry::end(Score score) {
  if (!end_) end_ = std::move(score);
}

std::optional<Json> Inquiry::put(const Query& query, const Json& schema, const ReadReply& read, bool logprobs) {
  auto messages = render_prompt(query.prompt, query.vars);
  if (!messages) {
    end(broken(messages.error()));
    return std::nullopt;
  }
  const Question question{
      .to = use_.judge, .messages = *std::move(messages), .schema = dump_json(schema), .logprobs = logprobs};
  auto asked = ask(answers_, query.name, question, read);
  if (auto* const json = std::get_if<Json>(&asked)) return std::move(*json);
  if (auto* const next = std::get_if<Ask>(&asked)) {
    open_.push_back(std::move(*next));
  } else {
    end(std::get<Score>(std::move(asked)));
  }
  return std::nullopt;
}

std::optional<Claims> Inquiry::claims(const Query& query, std::string_view what) {
  const auto data = views(query.data);
  const auto texts = put(query, claims_schema(), [&data](const Response& reply) { return read_claims(reply, data); });
  if (!texts) return std::nullopt;
  auto claims = texts->get<Claims>();
  if (claims.empty()) {
    end(unscored(fmt::format("the judge finds no claim in {}", what)));
  } else if (claims.size() > kMostClaims) {
    end(unscored(fmt::format("the judge finds {} claims in {}, more than the {} that are judged", claims.size(), what,
                             kMostClaims)));
  } else if (bytes_of(claims) > kMostClaimBytes) {
    end(unscored(fmt::format("the claims that the judge finds in {} are longer than {} bytes", what, kMostClaimBytes)));
  } else {
    return claims;
  }
  return std::nullopt;
}

std::optional<Judgements> Inquiry::verdicts(const Query& query, std::size_t count, Offered offered) {
  const auto data = views(query.data);
  const auto list = put(query, verdicts_schema(offered),
                        [&](const Response& reply) { return read_verdicts(reply, data, count, offered); });
  if (!list) return std::nullopt;
  Judgements judgements;
  for (const auto& item : *list) judgements.push_back(judgement_of(item));
  return judgements;
}

std::optional<Judgement> Inquiry::verdict(const Query& query, Offered offered) {
  const auto data = views(query.data);
  const auto object =
      put(query, verdict_schema(offered), [&](const Response& reply) { return read_one(reply, data, offered); });
  return object ? std::optional(judgement_of(*object)) : std::nullopt;
}

std::optional<Grade> Inquiry::grade(const Query& query, const Scale& scale, bool weighted) {
  const auto data = views(query.data);
  const auto read = [&](const Response& reply) { return read_grade(reply, data, scale, weighted); };
  const auto object = put(query, grade_schema(scale), read, weighted);
  if (!object) return std::nullopt;
  const Json& mean = object->at("mean");
  return Grade{.score = object->at("score").get<int>(),
               .mean = mean.is_null() ? std::nullopt : std::optional(mean.get<double>()),
               .reason = object->at("reason").get<std::string>()};
}

CheckStep Inquiry::step() && {
  if (end_) return *std::move(end_);
  return std::move(open_);
}

std::vector<std::size_t> numbers_to(std::size_t count) {
  std::vector<std::size_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 1);
  return numbers;
}

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const auto part : split_at_space(text)) {
    if (!line.empty()) line += ' ';
    line += part;
  }
  return line;
}

}  // namespace assay::judges
