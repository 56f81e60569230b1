#include "runner/store/people.hpp"

#include <tuple>

namespace assay::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO trust (digest, prompt, suite, metric, at, json) SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE ?7 OR NOT EXISTS "
    "(SELECT 1 FROM trust WHERE digest=?1 AND prompt=?2 AND suite=?3 AND metric=?4 AND at=?5 AND json=?6)";

using Number = std::optional<double> Trust::*;
constexpr std::pair<const char*, Number> kNumbers[] = {
    {"kappa", &Trust::kappa},
    {"alpha", &Trust::alpha},
    {"people_alpha", &Trust::people_alpha},
    {"self_consistency", &Trust::self_consistency},
    {"judge_variance", &Trust::judge_variance},
    {"answer_variance", &Trust::answer_variance},
    {"position_consistency", &Trust::position_consistency},
    {"first_preference", &Trust::first_preference},
    {"verbosity", &Trust::verbosity},
};
using Count = std::uint64_t Confusion::*;
constexpr std::pair<const char*, Count> kCounts[] = {
    {"true_pass", &Confusion::true_pass}, {"false_fail", &Confusion::false_fail},
    {"true_fail", &Confusion::true_fail}, {"false_pass", &Confusion::false_pass},
    {"unscored", &Confusion::unscored},
};

Error damaged() {
  return {ErrorKind::store, "a judge's measurement cannot be read: the history file is damaged",
          "restore it from a copy, or name another file with --store"};
}

Json json_of(const Confusion& counts) {
  Json json = Json::object();
  for (const auto& [key, count] : kCounts) json[key] = counts.*count;
  return json;
}

/// What is not a column.
std::string encode(const Trust& trust) {
  Json json{{"judge", trust.use.judge},
            {"model", trust.model},
            {"run", trust.run},
            {"all", json_of(trust.all)},
            {"slices", Json::array()},
            {"injections", trust.injections},
            {"injections_resisted", trust.injections_resisted}};
  for (const auto& slice : trust.slices) {
    json["slices"].push_back({{"tag", slice.tag}, {"value", slice.value}, {"counts", json_of(slice.counts)}});
  }
  for (const auto& [key, number] : kNumbers) {
    if (const auto& value = trust.*number) json[key] = *value;
  }
  return dump_json(json);
}

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t count_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

Confusion counts_at(const Json& json, const char* key) {
  Confusion counts;
  const auto found = json.find(key);
  if (found == json.end() || !found->is_object()) return counts;
  for (const auto& [name, count] : kCounts) counts.*count = count_at(*found, name);
  return counts;
}

Result<Trust> decode(std::string_view text) {
  const auto json = parse_json(text);
  if (!json || !json->is_object()) return damaged();
  Trust trust;
  trust.use.judge = text_at(*json, "judge");
  trust.model = text_at(*json, "model");
  trust.run = text_at(*json, "run");
  trust.all = counts_at(*json, "all");
  trust.injections = count_at(*json, "injections");
  trust.injections_resisted = count_at(*json, "injections_resisted");
  if (const auto slices = json->find("slices"); slices != json->end() && slices->is_array()) {
    for (const Json& slice : *slices) {
      if (!slice.is_object()) return damaged();
      trust.slices.push_back({text_at(slice, "tag"), text_at(slice, "value"), counts_at(slice, "counts")});
    }
  }
  for (const auto& [key, number] : kNumbers) {
    const auto found = json->find(key);
    if (found != json->end() && found->is_number()) trust.*number = found->get<double>();
  }
  return trust;
}

Result<void> insert(Database& database, const Trust& trust, bool again) {
  auto statement = database.prepare(kInsert);
  if (!statement) return statement.error();
  using View = std::string_view;
  const std::string json = encode(trust);
  return statement
      ->with(View(trust.use.digest), View(trust.use.prompt), View(trust.suite), View(trust.metric), trust.at.unix_ms,
             View(json), again)
      .run();
}

bool same_thing(const Trust& a, const Trust& b) {
  return std::tie(a.use.digest, a.use.prompt, a.suite, a.metric) ==
         std::tie(b.use.digest, b.use.prompt, b.suite, b.metric);
}

}  // namespace

Result<void> append_trust(Database& database, const Trust& trust) {
  return insert(database, trust, true);
}

Result<std::vector<Trust>> load_trust(Database& database) {
  auto query = database.prepare(
      "SELECT digest, prompt, suite, metric, at, json FROM trust ORDER BY digest, prompt, suite, metric, at DESC, "
      "id DESC");
  if (!query) return query.error();
  std::vector<Trust> newest;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return newest;
    auto trust = decode(query->text(5));
    if (!trust) return trust.error();
    trust->use.digest = query->string(0);
    trust->use.prompt = query->string(1);
    trust->suite = query->string(2);
    trust->metric = query->string(3);
    trust->at = {query->integer(4)};
    if (newest.empty() || !same_thing(newest.back(), *trust)) newest.push_back(std::move(*trust));
  }
}

Result<void> copy_trust(Database& from, Database& to) {
  auto all = load_trust(from);
  if (!all) return all.error();
  for (const Trust& each : *all) {
    auto done = insert(to, each, false);
    if (!done) return done;
  }
  return {};
}

Result<void> copy_trust(Database& from, Database& to, const std::set<std::string>& judges) {
  auto all = load_trust(from);
  if (!all) return all.error();
  for (const Trust& each : *all) {
    if (!judges.contains(each.use.digest)) continue;
    auto done = insert(to, each, false);
    if (!done) return done;
  }
  return {};
}

}  // namespace assay::store
