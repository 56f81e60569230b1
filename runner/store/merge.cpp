#include "runner/store/copy_run.hpp"
#include "runner/store/people.hpp"
#include "runner/store/runs.hpp"
#include "runner/store/schema.hpp"
#include "runner/store/whole_run.hpp"

#include <assay/store/merge.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace assay::store {
namespace {

/// A history that holds shards, read as it was when it was opened.
struct Source {
  explicit Source(Database opened) : database(std::move(opened)) {}
  Database database;
  std::optional<Transaction> snapshot;
};

struct Part {
  Source* source = nullptr;
  std::int64_t run = 0;
  RunRow row;
};

Error refuse(std::string message, std::string hint) {
  return {ErrorKind::usage, std::move(message), std::move(hint)};
}

/// `2/3`
std::string number(const Part& part) {
  return fmt::format("{}/{}", part.row.header.shard->index, part.row.header.shard->count);
}

/// `shard 2/3 (run … in b.db)`
std::string describe(const Part& part) {
  return fmt::format("shard {} (run {} in {})", number(part), part.row.header.id,
                     part.source->database.file().string());
}

Result<std::unique_ptr<Source>> open_source(const std::filesystem::path& file) {
  std::error_code code;
  if (!std::filesystem::exists(file, code)) {
    return Error{ErrorKind::not_found, fmt::format("there is no history at {}", file.string()),
                 "name the history files of the shards"};
  }
  auto database = open_history(file, Database::Mode::existing);
  if (!database) return database.error();
  auto source = std::make_unique<Source>(std::move(*database));
  auto snapshot = Transaction::snapshot(source->database);
  if (!snapshot) return snapshot.error();
  source->snapshot.emplace(std::move(*snapshot));
  return source;
}

/// Options that say how the run was measured. Files and folders are left out: digests speak for what is in them, and
/// machines lay them out differently.
std::optional<std::string> different_option(const std::string& a, const std::string& b) {
  static constexpr std::array<std::string_view, 10> kLeftOut = {"shard", "suites", "prompts", "config",   "gate",
                                                                "url",   "record", "replay",  "cassette", "budget"};
  const auto read = [](const std::string& text) {
    auto json = parse_json(text);
    return json && json->is_object() ? *json : Json::object();
  };
  Json first = read(a);
  Json second = read(b);
  for (const auto key : kLeftOut) {
    first.erase(std::string(key));
    second.erase(std::string(key));
  }
  for (const auto& [key, value] : first.items()) {
    if (!second.contains(key) || second[key] != value) return fmt::format("the option '{}'", key);
  }
  for (const auto& [key, value] : second.items()) {
    if (!first.contains(key)) return fmt::format("the option '{}'", key);
  }
  return std::nullopt;
}

std::optional<std::string> different_suite(const StoredSuite& a, const StoredSuite& b) {
  if (a.id != b.id) return "the list of suites";
  if (a.digest != b.digest) return fmt::format("suite '{}'", a.id);
  if (a.prompt != b.prompt) return fmt::format("the prompt of suite '{}'", a.id);
  if (a.params != b.params) return fmt::format("the parameters of suite '{}'", a.id);
  if (a.floor != b.floor) return fmt::format("the floor of suite '{}'", a.id);
  if (a.whole != b.whole) return fmt::format("the selection of suite '{}'", a.id);
  return std::nullopt;
}

bool same_price(const std::optional<Price>& a, const std::optional<Price>& b) {
  if (!a || !b) return !a && !b;
  return a->input_per_mtok == b->input_per_mtok && a->output_per_mtok == b->output_per_mtok &&
         a->cached_per_mtok == b->cached_per_mtok;
}

/// Machines may reach one judge by different URLs; its digest says who it is.
bool same_judge(const StoredJudge& a, const StoredJudge& b) {
  return a.name == b.name && a.digest == b.digest && same_price(a.price, b.price);
}

/// What keeps two shards from being of one set; nothing if they are.
std::optional<std::string> difference(const RunHeader& a, const RunHeader& b) {
  if (a.shard->count != b.shard->count) return "the number of shards";
  if (a.suites.size() != b.suites.size()) return "the list of suites";
  for (std::size_t i = 0; i < a.suites.size(); ++i) {
    if (auto what = different_suite(a.suites[i], b.suites[i])) return what;
  }
  if (a.target != b.target) return "the target";
  if (a.model != b.model || a.api != b.api) return "the model";
  if (a.expected_served != b.expected_served) return "the target's served_model";
  if (a.candidate_digest != b.candidate_digest) return "the candidate's digest";
  if (!same_price(a.price, b.price)) return "the price";
  if (a.kind != b.kind || a.origin != b.origin) return "the run whose answers they score";
  if (!std::equal(a.judges.begin(), a.judges.end(), b.judges.begin(), b.judges.end(), same_judge)) return "the judges";
  if (a.policy_digest != b.policy_digest) return "the policy";
  if (a.seed != b.seed) return "the seed";
  if (a.where != b.where || a.limit != b.limit) return "the selection by --where and --limit";
  return different_option(a.options, b.options);
}

/// The newest shard set of a file, of each shard its newest run.
Result<std::vector<Part>> newest_set(Source& source) {
  auto query = source.database.prepare(
      "SELECT id FROM run WHERE shard IS NOT NULL AND baseline=0 ORDER BY started DESC, id DESC");
  if (!query) return query.error();
  std::vector<Part> set;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) break;
    Part part{&source, query->integer(0), {}};
    auto row = load_run(source.database, part.run);
    if (!row) return row.error();
    part.row = std::move(*row);
    const auto& header = part.row.header;
    const bool other = !set.empty() && difference(set.front().row.header, header);
    const bool older =
        std::any_of(set.begin(), set.end(), [&](const Part& known) { return known.row.header.shard == header.shard; });
    if (!other && !older) set.push_back(std::move(part));
  }
  if (!set.empty()) return set;
  return refuse(fmt::format("{} holds no shard", source.database.file().string()),
                "a shard is made by `assay run … --shard K/N`");
}

Result<void> check_alike(const std::vector<Part>& parts) {
  for (const Part& part : parts) {
    const auto what = difference(parts.front().row.header, part.row.header);
    if (!what) continue;
    return refuse(fmt::format("{} and {} differ in {}", describe(parts.front()), describe(part), *what),
                  "merge shards that were run with equal suites, target, policy and options");
  }
  return {};
}

/// A shard that a budget or the circuit breaker ended has said all it will.
Result<void> check_ended(const std::vector<Part>& parts) {
  for (const Part& part : parts) {
    const RunRow& row = part.row;
    const bool ended_early = row.status == RunStatus::failed && (row.stopped || row.spent);
    if (row.status == RunStatus::finished || ended_early) continue;
    return refuse(fmt::format("{} is not finished, it is {}", describe(part), name(row.status)),
                  fmt::format("finish it with `assay run --resume {} --store {}`", row.header.id,
                              part.source->database.file().string()));
  }
  return {};
}

/// `parts` are sorted by shard.
Result<void> check_complete(const std::vector<Part>& parts) {
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i - 1].row.header.shard != parts[i].row.header.shard) continue;
    return refuse(fmt::format("{} and {} overlap", describe(parts[i - 1]), describe(parts[i])), "name each shard once");
  }
  const std::uint32_t count = parts.front().row.header.shard->count;
  std::vector<std::string> missing;
  std::uint32_t next = 1;
  for (const Part& part : parts) {
    for (; next < part.row.header.shard->index; ++next) missing.push_back(fmt::format("{}/{}", next, count));
    next = part.row.header.shard->index + 1;
  }
  for (; next <= count; ++next) missing.push_back(fmt::format("{}/{}", next, count));
  if (missing.empty()) return {};
  return refuse(
      fmt::format("the shards have a gap: {} {} missing", fmt::join(missing, ", "), missing.size() == 1 ? "is" : "are"),
      "run what is missing, and name its history too");
}

/// The shards' own plans must add up to the whole one.
Result<void> check_plans(const std::vector<Part>& parts) {
  const auto& suites = parts.front().row.header.suites;
  for (std::size_t i = 0; i < suites.size(); ++i) {
    std::uint64_t planned = 0;
    for (const Part& part : parts) planned += part.row.header.suites[i].planned;
    if (planned == suites[i].whole) continue;
    return refuse(
        fmt::format("the shards {}: they plan {} of {} samples of suite '{}'",
                    planned < suites[i].whole ? "have a gap" : "overlap", planned, suites[i].whole, suites[i].id),
        "run the shards again with one version of Assay");
  }
  return {};
}

Result<std::vector<Part>> shard_set(const std::vector<std::unique_ptr<Source>>& sources) {
  std::vector<Part> parts;
  for (const auto& source : sources) {
    auto set = newest_set(*source);
    if (!set) return set.error();
    std::move(set->begin(), set->end(), std::back_inserter(parts));
  }
  auto done = check_alike(parts);
  if (!done) return done.error();
  const auto index = [](const Part& part) { return part.row.header.shard->index; };
  std::sort(parts.begin(), parts.end(), [&](const Part& a, const Part& b) { return index(a) < index(b); });
  for (auto* check : {&check_complete, &check_ended, &check_plans}) {
    if (done = check(parts); !done) return done.error();
  }
  return parts;
}

RunHeader merged_header(const std::vector<Part>& parts, const std::string& id) {
  RunHeader merged = parts.front().row.header;
  merged.id = id;
  merged.shard.reset();
  merged.beside.clear();
  merged.concurrency = 0;
  for (auto& suite : merged.suites) suite.planned = suite.whole;
  for (const Part& part : parts) {
    const RunHeader& header = part.row.header;
    merged.concurrency += header.concurrency;  // what the endpoint bore
    merged.started = std::min(merged.started, header.started);
    std::erase_if(merged.meta, [&](const auto& pair) {
      return std::find(header.meta.begin(), header.meta.end(), pair) == header.meta.end();
    });
  }
  return merged;
}

/// Each shard's reason, `shard 2/3: …`; nothing if no shard has one.
std::optional<std::string> reasons(const std::vector<Part>& parts, std::optional<std::string> RunRow::* why) {
  std::vector<std::string> said;
  for (const Part& part : parts) {
    if (part.row.*why) said.push_back(fmt::format("shard {}: {}", number(part), *(part.row.*why)));
  }
  if (said.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(said, "; "));
}

Result<void> close_merged(Database& into, std::int64_t run, const std::vector<Part>& parts) {
  const auto stopped = reasons(parts, &RunRow::stopped);
  const auto spent = reasons(parts, &RunRow::spent);
  double wall_s = 0;
  std::int64_t ended = 0;
  std::uint64_t finished = 0;
  std::uint64_t load = 0;
  for (const Part& part : parts) {
    wall_s = std::max(wall_s, part.row.wall_s);
    ended = std::max(ended, part.row.ended.value_or(WallTime{}).unix_ms);
    finished += part.row.finished;
    load += part.row.load;
  }
  auto update =
      into.prepare("UPDATE run SET status=?, ended=?, wall_s=?, stopped=?, spent=?, finished=?, load=? WHERE id=?");
  if (!update) return update.error();
  const auto view = [](const std::optional<std::string>& text) {
    return text ? std::optional<std::string_view>(*text) : std::nullopt;
  };
  const auto status = stopped || spent ? RunStatus::failed : RunStatus::finished;
  return update->with(name(status), ended, wall_s, view(stopped), view(spent), finished, load, run).run();
}

Result<void> add_warmup(Database& into, std::int64_t run, const Part& part) {
  auto read = part.source->database.prepare(
      "SELECT warmup_calls, warmup_attempts, warmup_input_tokens, warmup_output_tokens, warmup_usd FROM run WHERE "
      "id=?");
  if (!read) return read.error();
  auto more = read->with(part.run).row();
  if (!more) return more.error();
  auto add = into.prepare(
      "UPDATE run SET warmup_calls=warmup_calls+?, warmup_attempts=warmup_attempts+?, "
      "warmup_input_tokens=warmup_input_tokens+?, warmup_output_tokens=warmup_output_tokens+?, warmup_usd=warmup_usd+? "
      "WHERE id=?");
  if (!add) return add.error();
  return add->with(read->integer(0), read->integer(1), read->integer(2), read->integer(3), read->real(4), run).run();
}

Result<void> write_merged(Database& into, const std::vector<Part>& parts, const std::string& id) {
  auto transaction = Transaction::begin(into);
  if (!transaction) return transaction.error();
  auto run = insert_run(into, merged_header(parts, id));
  if (!run) return run.error();
  RunCopy copy(into, *run);
  for (const Part& part : parts) {
    auto done = copy.add(part.source->database, part.run);
    if (done) done = add_warmup(into, *run, part);
    if (done) done = copy_labels(part.source->database, part.row.header.id, into, id);
    if (done) done = copy_trust(part.source->database, into);
    if (!done) return done;
  }
  auto done = close_merged(into, *run, parts);
  for (const Part& part : parts) {
    if (!done) return done;
    auto baselines = bring_baselines(part.source->database, std::nullopt, UINT64_MAX, into);
    done = baselines ? Result<void>() : baselines.error();
  }
  if (done) done = transaction->commit();
  return done;
}

}  // namespace

Result<void> merge(std::span<const std::filesystem::path> from, const std::filesystem::path& into,
                   const std::string& id) {
  if (from.empty()) return refuse("no history is named to merge", "name the history files of the shards");
  std::vector<std::unique_ptr<Source>> sources;
  for (const auto& file : from) {
    auto source = open_source(file);
    if (!source) return source.error();
    sources.push_back(std::move(*source));
  }
  auto parts = shard_set(sources);
  if (!parts) return parts.error();
  auto made = Store::open(into);  // makes its folder as well
  if (!made) return made.error();
  auto database = open_history(into, Database::Mode::existing);
  if (!database) return database.error();
  return write_merged(*database, *parts, id);
}

}  // namespace assay::store
