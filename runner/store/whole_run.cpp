#include "runner/store/whole_run.hpp"

#include "runner/store/baselines.hpp"
#include "runner/store/chain.hpp"
#include "runner/store/copy_run.hpp"
#include "runner/store/people.hpp"
#include "runner/store/runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace assay::store {
namespace {

constexpr int kEndColumns = 16;
// A run that was being executed goes on where it came from; here it is one that was left.
constexpr std::string_view kReadEnd =
    "SELECT CASE status WHEN 'running' THEN 'interrupted' ELSE status END, ended, wall_s, stopped, spent, finished, "
    "load, warmup_calls, warmup_attempts, warmup_input_tokens, warmup_output_tokens, warmup_usd, stop_look, "
    "stop_round, stop_fraction, stop_saved FROM run WHERE id=?";
constexpr std::string_view kWriteEnd =
    "UPDATE run SET status=?, ended=?, wall_s=?, stopped=?, spent=?, finished=?, load=?, warmup_calls=?, "
    "warmup_attempts=?, warmup_input_tokens=?, warmup_output_tokens=?, warmup_usd=?, stop_look=?, stop_round=?, "
    "stop_fraction=?, stop_saved=? WHERE id=?";

Result<void> copy_end(Database& from, std::int64_t run, Database& to, std::int64_t as) {
  auto read = from.prepare(kReadEnd);
  if (!read) return read.error();
  auto more = read->with(run).row();
  if (!more) return more.error();
  auto write = to.prepare(kWriteEnd);
  if (!write) return write.error();
  write->copy_row(*read, kEndColumns);
  write->set(kEndColumns + 1, as);
  return write->run();
}

bool same_suite(const StoredSuite& a, const StoredSuite& b) {
  return a.id == b.id && a.digest == b.digest && a.prompt == b.prompt && a.params == b.params;
}

bool same_run(const RunHeader& a, const RunHeader& b) {
  return a.started == b.started && a.candidate_digest == b.candidate_digest &&
         std::equal(a.suites.begin(), a.suites.end(), b.suites.begin(), b.suites.end(), same_suite);
}

/// The number of the run that has this id already; nothing if there is none.
Result<std::optional<std::int64_t>> known_run(Database& database, const RunHeader& header) {
  auto query = database.prepare("SELECT id FROM run WHERE name=?");
  if (!query) return query.error();
  auto more = query->with(std::string_view(header.id)).row();
  if (!more) return more.error();
  if (!*more) return std::nullopt;
  const std::int64_t number = query->integer(0);
  query->reset();
  auto row = load_run(database, number);
  if (!row) return row.error();
  if (same_run(row->header, header)) return number;
  return Error{ErrorKind::usage, fmt::format("run {} is another run in {}", header.id, database.file().string()),
               "two runs have one id; use a history of its own for one of them"};
}

/// What a series needs elsewhere: a run, those whose answers it scores, and those that score its own.
Result<std::vector<std::int64_t>> family_of(Database& database, const std::string& id) {
  auto names = load_origins(database, id);
  if (!names) return names.error();
  std::reverse(names->begin(), names->end());  // the oldest first
  names->push_back(id);
  for (std::size_t at = names->size() - 1; at < names->size(); ++at) {
    auto scored = list_scored(database, (*names)[at]);
    if (!scored) return scored.error();
    for (const RunRow& row : *scored) {
      const bool ended = row.status == RunStatus::finished || row.status == RunStatus::failed;
      const bool known = std::find(names->begin(), names->end(), row.header.id) != names->end();
      if (ended && !known) names->push_back(row.header.id);
    }
  }
  std::vector<std::int64_t> runs;
  for (const std::string& name : *names) {
    auto run = run_number(database, name);
    if (!run && run.error().kind == ErrorKind::not_found) continue;  // an origin may lie in another history
    if (!run) return run.error();
    runs.push_back(*run);
  }
  return runs;
}

Result<bool> is_shard(Database& database, const std::string& id) {
  auto query = database.prepare("SELECT shard IS NOT NULL FROM run WHERE name=?");
  if (!query) return query.error();
  auto more = query->with(std::string_view(id)).row();
  if (!more) return more.error();
  return *more && query->integer(0) != 0;
}

/// Of each series the newest, oldest first, so that they are taken in the order in which they came.
Result<std::vector<BaselineRow>> choose(Database& database, const std::optional<std::string>& name,
                                        std::uint64_t most) {
  auto all = load_baselines(database, name);
  if (!all) return all.error();
  std::vector<BaselineRow> chosen;
  std::uint64_t of_series = 0;
  std::string_view series;
  for (const BaselineRow& row : *all) {
    if (row.name != series) of_series = 0;
    series = row.name;
    auto shard = is_shard(database, row.run);
    if (!shard) return shard.error();
    if (!*shard && of_series++ < most) chosen.push_back(row);
  }
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace

Result<std::int64_t> bring_run(Database& from, std::int64_t run, Database& to) {
  auto row = load_run(from, run);
  if (!row) return row.error();
  RunHeader& header = row->header;
  auto known = known_run(to, header);
  if (!known) return known.error();
  if (*known) return **known;
  header.beside.clear();  // it comes without the run that was executed with it
  auto number = insert_run(to, header);
  if (!number) return number;
  auto done = RunCopy(to, *number).add(from, run);
  if (done) done = copy_end(from, run, to, *number);
  if (done) done = copy_verdicts(from, run, to, *number);
  if (done) done = copy_labels(from, header.id, to, header.id);
  if (!done) return done.error();
  return number;
}

Result<std::vector<BaselineRow>> bring_baselines(Database& from, const std::optional<std::string>& name,
                                                 std::uint64_t most, Database& to) {
  auto rows = choose(from, name, most);
  if (!rows) return rows;
  std::set<std::string> judges;
  for (const BaselineRow& row : *rows) {
    auto runs = family_of(from, row.run);
    if (!runs) return runs.error();
    for (const std::int64_t run : *runs) {
      auto brought = bring_run(from, run, to);
      if (!brought) return brought.error();
      auto loaded = load_run(from, run);
      if (!loaded) return loaded.error();
      for (const StoredJudge& judge : loaded->header.judges) judges.insert(judge.digest);
    }
    auto number = run_number(to, row.run);
    if (!number) return number.error();
    auto done = insert_baseline(to, *number, row);
    if (!done) return done.error();
  }
  auto done = copy_trust(from, to, judges);
  if (!done) return done.error();
  return rows;
}

}  // namespace assay::store
