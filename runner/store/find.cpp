#include "runner/store/baselines.hpp"
#include "runner/store/runs.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::store {
namespace {

constexpr std::size_t kListed = 5;       // runs named in a message
constexpr std::size_t kSearched = 1000;  // newest ids among which a near one is sought

struct Named {
  std::int64_t run = 0;
  std::string id;
  std::string status;
  std::int64_t started = 0;
};

Result<std::vector<Named>> collect(Result<Statement> query) {
  if (!query) return query.error();
  std::vector<Named> found;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return found;
    found.push_back({query->integer(0), query->string(1), query->string(2), query->integer(3)});
  }
}

template <class... Values>
Result<std::vector<Named>> select(Database& database, const std::string& rest, const Values&... values) {
  auto query = database.prepare("SELECT id, name, status, started FROM run " + rest);
  if (query) query->with(values...);
  return collect(std::move(query));
}

std::string describe(const Named& run) {
  return fmt::format("{} ({}, {})", run.id, run.status, to_rfc3339({run.started}));
}

std::string list(const std::vector<Named>& runs) {
  std::string text;
  for (std::size_t i = 0; i < std::min(runs.size(), kListed); ++i) {
    text += (i == 0 ? "" : ", ") + describe(runs[i]);
  }
  if (runs.size() > kListed) text += fmt::format(" and {} more", runs.size() - kListed);
  return text;
}

/// The hint of a run that was not found: the nearest id, else what there is.
std::string what_there_is(Database& database, std::string_view text) {
  const auto runs = select(database, "ORDER BY started DESC, id DESC LIMIT ?", kSearched);
  if (!runs || runs->empty()) return "the history holds no run; `assay run SUITE` makes one";
  std::vector<std::string> ids;
  for (const Named& run : *runs) ids.push_back(run.id);
  const std::string near = text::nearest(text, ids);
  if (!near.empty()) return fmt::format("did you mean '{}'?", near);
  return "the history holds " + list(*runs);
}

Error not_found(Database& database, std::string_view text, std::string_view what) {
  return {ErrorKind::not_found, fmt::format("{} in {}", what, database.file().string()), what_there_is(database, text)};
}

// A baseline that was run beside a candidate goes by the candidate's name; a calibration is no run to decide.
std::string counting(bool unfinished) {
  return fmt::format("status {} AND baseline=0 AND kind<>'{}'",
                     unfinished ? "<>'finished'" : "IN ('finished','failed')", kCalibration);
}

Result<std::int64_t> find_newest(Database& database, bool unfinished) {
  auto found = select(database, "WHERE " + counting(unfinished) + " ORDER BY started DESC, id DESC LIMIT 1");
  if (!found) return found.error();
  if (!found->empty()) return found->front().run;
  return not_found(database, "", unfinished ? "there is no unfinished run" : "there is no finished run");
}

Result<std::int64_t> find_by_meta(Database& database, std::string_view key, std::string_view value, bool unfinished) {
  auto found = select(database,
                      "WHERE id IN (SELECT run FROM run_meta WHERE key=? AND value=?) AND " + counting(unfinished) +
                          " ORDER BY started DESC, id DESC LIMIT 1",
                      key, value);
  if (!found) return found.error();
  if (!found->empty()) return found->front().run;
  const auto what = fmt::format("there is no {} run with {}={}", unfinished ? "unfinished" : "finished",
                                text::excerpt(key), text::excerpt(value));
  return not_found(database, "", what);
}

Result<std::int64_t> find_by_prefix(Database& database, std::string_view prefix) {
  auto found = select(database, "WHERE substr(name, 1, ?)=? ORDER BY name=? DESC, started DESC, id DESC",
                      text::count_chars(prefix), prefix, prefix);
  if (!found) return found.error();
  if (found->empty()) {
    return not_found(database, prefix, fmt::format("there is no run '{}'", text::excerpt(prefix)));
  }
  if (found->size() == 1 || found->front().id == prefix) return found->front().run;
  return Error{ErrorKind::usage, fmt::format("'{}' is the beginning of {} runs", text::excerpt(prefix), found->size()),
               "write more of the one that is meant: " + list(*found)};
}

}  // namespace

Result<std::int64_t> run_number(Database& database, std::string_view id) {
  auto found = select(database, "WHERE name=?", id);
  if (!found) return found.error();
  if (!found->empty()) return found->front().run;
  return not_found(database, id, fmt::format("there is no run '{}'", text::excerpt(id)));
}

Result<RunRow> find_run(Database& database, std::string_view text, bool unfinished) {
  const auto load = [&](const Result<std::int64_t>& run) -> Result<RunRow> {
    if (!run) return run.error();
    return load_run(database, *run);
  };
  if (text == "latest") return load(find_newest(database, unfinished));
  if (text.empty()) {
    return Error{ErrorKind::usage, "RUN is empty", "write an id, the name of a baseline, commit=SHA, or latest"};
  }
  if (auto exact = select(database, "WHERE name=?", text); !exact || !exact->empty()) {
    return load(exact ? Result<std::int64_t>(exact->front().run) : exact.error());
  }
  auto named = newest_baseline(database, text);
  if (!named) return named.error();
  if (*named) return load(**named);
  const auto equals = text.find('=');
  if (equals != std::string_view::npos) {
    return load(find_by_meta(database, text.substr(0, equals), text.substr(equals + 1), unfinished));
  }
  return load(find_by_prefix(database, text));
}

}  // namespace assay::store
