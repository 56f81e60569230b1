#include "runner/store/baselines.hpp"

#include "runner/store/runs.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO baseline (name, run, at, reason) SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM baseline WHERE "
    "name=?1 AND run=?2 AND at=?3 AND reason=?4)";
constexpr std::string_view kSeries =
    "SELECT b.name, r.name, b.at, b.reason FROM baseline AS b JOIN run AS r ON r.id=b.run WHERE ?1 IS NULL OR "
    "b.name=?1 ORDER BY b.name, b.at DESC, b.id DESC";

/// What RUN can mean besides must not be a series.
Result<void> check_name(const std::string& name) {
  if (!name.empty() && name != "latest" && name.find('=') == std::string::npos) return {};
  return Error{ErrorKind::usage, fmt::format("a baseline cannot be named '{}'", text::excerpt(name)),
               "take another name than `latest`, without ="};
}

}  // namespace

Result<void> insert_baseline(Database& database, std::int64_t run, const BaselineRow& row) {
  auto insert = database.prepare(kInsert);
  if (!insert) return insert.error();
  return insert->with(std::string_view(row.name), run, row.at.unix_ms, std::string_view(row.reason)).run();
}

Result<void> append_baseline(Database& database, const BaselineRow& row) {
  auto good = check_name(row.name);
  if (!good) return good;
  auto run = run_number(database, row.run);
  if (!run) return run.error();
  return insert_baseline(database, *run, row);
}

Result<std::vector<BaselineRow>> load_baselines(Database& database, const std::optional<std::string>& name) {
  auto query = database.prepare(kSeries);
  if (!query) return query.error();
  query->with(name ? std::optional<std::string_view>(*name) : std::nullopt);
  std::vector<BaselineRow> rows;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return rows;
    BaselineRow row{query->string(0), query->string(1), {query->integer(2)}, query->string(3)};
    const auto same = [&](const BaselineRow& known) { return known.name == row.name && known.run == row.run; };
    if (std::none_of(rows.begin(), rows.end(), same)) rows.push_back(std::move(row));
  }
}

Result<std::optional<std::int64_t>> newest_baseline(Database& database, std::string_view name) {
  auto query = database.prepare("SELECT run FROM baseline WHERE name=? ORDER BY at DESC, id DESC LIMIT 1");
  if (!query) return query.error();
  auto more = query->with(name).row();
  if (!more) return more.error();
  return *more ? std::optional(query->integer(0)) : std::nullopt;
}

Result<std::vector<RunRow>> list_scored(Database& database, const std::string& run) {
  auto query = database.prepare("SELECT id FROM run WHERE origin=? AND kind='scored' ORDER BY started DESC, id DESC");
  if (!query) return query.error();
  query->with(std::string_view(run));
  std::vector<RunRow> rows;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return rows;
    auto row = load_run(database, query->integer(0));
    if (!row) return row.error();
    rows.push_back(std::move(*row));
  }
}

}  // namespace assay::store
