#include "runner/app/request.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::app {

namespace {

constexpr std::int64_t kMostShards = 1000;
constexpr std::string_view kBudget = "budget";

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json pairs_json(const std::vector<std::pair<std::string, std::string>>& pairs) {
  auto list = Json::array();
  for (const auto& [key, value] : pairs) list.push_back(Json::array({key, value}));
  return list;
}

std::vector<std::pair<std::string, std::string>> pairs_of(const Json& list) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& item : list) pairs.emplace_back(item.at(0).get<std::string>(), item.at(1).get<std::string>());
  return pairs;
}

std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

// Stored paths are absolute, so that a run can be resumed from another folder.
Json absolute_or_null(const std::optional<std::string>& path) {
  return path ? Json(absolute(*path)) : Json();
}

std::string absolute_url(const std::string& url) {
  constexpr std::string_view kStub = "stub:";
  return url.starts_with(kStub) ? std::string(kStub) + absolute(url.substr(kStub.size())) : url;
}

Json prompt_json(const std::vector<std::string>& prompts) {
  auto list = Json::array();
  for (const auto& prompt : prompts) {
    const auto equals = prompt.find('=');
    const auto from = equals == std::string::npos ? 0 : equals + 1;
    list.push_back(prompt.substr(0, from) + absolute(prompt.substr(from)));
  }
  return list;
}

Json concurrency_json(const std::optional<Concurrency>& concurrency) {
  if (!concurrency) return {};
  return concurrency->fixed ? Json(*concurrency->fixed) : Json("auto");
}

Json budget_json(const RunRequest& request) {
  return Json{{"max_cost", or_null(request.max_cost)},
              {"max_time_s", request.max_time ? Json(to_seconds(*request.max_time)) : Json()},
              {"max_tokens", or_null(request.max_tokens)}};
}

// A key that an older version did not store is unset.
Json value_of(const Json& stored, std::string_view key) {
  const auto found = stored.find(key);
  return found == stored.end() ? Json() : *found;
}

template <class T>
void read(const Json& stored, std::string_view key, std::optional<T>& field) {
  const auto value = value_of(stored, key);
  field = value.is_null() ? std::nullopt : std::optional(value.get<T>());
}

void read(const Json& stored, std::string_view key, std::vector<std::string>& field) {
  const auto value = value_of(stored, key);
  field = value.is_null() ? std::vector<std::string>{} : value.get<std::vector<std::string>>();
}

template <class T>
void read_unless_given(const Json& stored, std::string_view key, std::optional<T>& field) {
  if (!field) read(stored, key, field);
}

void read_shard(const Json& stored, std::optional<store::Shard>& shard) {
  std::optional<std::string> text;
  read(stored, "shard", text);
  const auto parsed = text ? parse_shard(*text) : Result<store::Shard>(Error{});
  shard = parsed ? std::optional(*parsed) : std::nullopt;
}

void read_concurrency(const Json& stored, std::optional<Concurrency>& concurrency) {
  const auto value = value_of(stored, "concurrency");
  concurrency.reset();
  if (value.is_string()) concurrency = Concurrency{};
  if (value.is_number()) concurrency = Concurrency{value.get<std::uint32_t>()};
}

void read_budget(const Json& stored, RunRequest& request) {
  const auto budget = value_of(stored, kBudget);
  std::optional<double> seconds;
  read_unless_given(budget, "max_cost", request.max_cost);
  read(budget, "max_time_s", seconds);
  if (!request.max_time && seconds) request.max_time = from_seconds(*seconds);
  read_unless_given(budget, "max_tokens", request.max_tokens);
}

// Throws Json::exception where the text is not what `to_json` wrote.
RunRequest read_request(const Json& stored, const RunRequest& given) {
  RunRequest request = given;
  read(stored, "suites", request.suites);
  read(stored, "target", request.target);
  read(stored, "url", request.url);
  read(stored, "model", request.model);
  read(stored, "api_key_env", request.api_key_env);
  read(stored, "against", request.against);
  read(stored, "prompts", request.prompts);
  read(stored, "set", request.set);
  read(stored, "config", request.config);
  read(stored, "gate", request.gate);
  read(stored, "baseline", request.baseline);
  read(stored, "samples", request.samples);
  read(stored, "limit", request.limit);
  request.where = pairs_of(value_of(stored, "where"));
  read_shard(stored, request.shard);
  read_concurrency(stored, request.concurrency);
  read(stored, "seed", request.seed);
  read(stored, "warmup", request.warmup);
  read(stored, "score", request.score);
  read(stored, "record", request.record);
  read(stored, "replay", request.replay);
  read(stored, "cassette", request.cassette);
  read_budget(stored, request);
  return request;
}

}  // namespace

Result<store::Shard> parse_shard(std::string_view text) {
  const auto slash = text.find('/');
  const auto index = text::parse_integer(text.substr(0, slash));
  const auto count = slash == std::string_view::npos ? std::nullopt : text::parse_integer(text.substr(slash + 1));
  if (!index || !count || *index < 1 || *index > *count || *count > kMostShards) {
    return Error{ErrorKind::usage,
                 fmt::format("{} is no shard K/N with 1 ≤ K ≤ N ≤ {}", text::in_quotes(text), kMostShards),
                 "write --shard 2/8 for the second of eight"};
  }
  return store::Shard{static_cast<std::uint32_t>(*index), static_cast<std::uint32_t>(*count)};
}

Json to_json(const RunRequest& request) {
  auto suites = Json::array();
  for (const auto& suite : request.suites) suites.push_back(absolute(suite));
  const auto& shard = request.shard;
  return Json{{"suites", suites},
              {"target", or_null(request.target)},
              {"url", request.url ? Json(absolute_url(*request.url)) : Json()},
              {"model", or_null(request.model)},
              {"api_key_env", or_null(request.api_key_env)},
              {"against", or_null(request.against)},
              {"baseline", or_null(request.baseline)},
              {"prompts", prompt_json(request.prompts)},
              {"set", request.set},
              {"config", absolute_or_null(request.config)},
              {"gate", request.gate == "none" ? Json("none") : absolute_or_null(request.gate)},
              {"samples", or_null(request.samples)},
              {"limit", or_null(request.limit)},
              {"where", pairs_json(request.where)},
              {"shard", shard ? Json(fmt::format("{}/{}", shard->index, shard->count)) : Json()},
              {"concurrency", concurrency_json(request.concurrency)},
              {"seed", or_null(request.seed)},
              {"warmup", or_null(request.warmup)},
              {"score", or_null(request.score)},
              {"record", absolute_or_null(request.record)},
              {"replay", absolute_or_null(request.replay)},
              {"cassette", absolute_or_null(request.cassette)},
              {std::string(kBudget), budget_json(request)}};
}

bool same_run(const Json& stored, const RunRequest& request) {
  const Json now = to_json(request);
  for (const auto& [key, value] : now.items()) {
    if (key != kBudget && value != value_of(stored, key)) return false;
  }
  return true;
}

Result<RunRequest> resumed_request(const Json& stored, const RunRequest& given) {
  const Json now = to_json(given);
  const Json unset = to_json(RunRequest{});
  for (const auto& [key, value] : now.items()) {
    if (key == kBudget || value == unset.at(key)) continue;
    const auto before = value_of(stored, key);
    if (value == before) continue;
    return Error{ErrorKind::usage,
                 fmt::format("--resume: '{}' is {} in the stored run, and {} was given", key, dump_json(before),
                             dump_json(value)),
                 "leave the option out, or start a new run"};
  }
  const Error damaged{ErrorKind::store, "the stored options of the run cannot be read", "start a new run"};
  if (!stored.is_object()) return damaged;
  try {
    return read_request(stored, given);
  } catch (const Json::exception&) {
    return damaged;
  }
}

}  // namespace assay::app
