#include "judges/heuristic/sql_parse.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <map>
#include <memory>
#include <string_view>
#include <vector>

namespace assay::judges {

namespace {

constexpr std::size_t kMaxBytes = 1'000'000;
constexpr std::size_t kMaxCopies = 4096;
constexpr int kMaxSchemaSteps = 1'000'000;  // of SQLite's machine, while a schema is made

struct Close {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, Close>;

Database open_memory() {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(
      ":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw);
  if (code != SQLITE_OK) return nullptr;
  sqlite3_limit(raw, SQLITE_LIMIT_ATTACHED, 0);
  return database;
}

bool reaches_out(int action) {
  return action == SQLITE_ATTACH || action == SQLITE_DETACH || action == SQLITE_PRAGMA;
}

// Some PRAGMAs run while they are prepared.
int refuse_reaching_out(void*, int action, const char*, const char*, const char*, const char*) {
  return reaches_out(action) ? SQLITE_DENY : SQLITE_OK;
}

// SQLite asks for leave to SELECT when the statement has been read and before any name in it is looked up.
int refuse_names(void*, int action, const char*, const char*, const char*, const char*) {
  return reaches_out(action) || action == SQLITE_SELECT ? SQLITE_DENY : SQLITE_OK;
}

std::optional<std::string> make_schema(sqlite3* database, const std::string& schema) {
  sqlite3_set_authorizer(database, refuse_reaching_out, nullptr);
  sqlite3_progress_handler(database, kMaxSchemaSteps, [](void*) { return 1; }, nullptr);
  const int code = sqlite3_exec(database, schema.c_str(), nullptr, nullptr, nullptr);
  sqlite3_progress_handler(database, 0, nullptr, nullptr);
  return code == SQLITE_OK ? std::nullopt : std::optional<std::string>(sqlite3_errmsg(database));
}

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80) != 0;
}

/// Names and quoted texts in small letters, and single marks; without comments and white space.
std::vector<std::string> tokens_of(std::string_view sql) {
  std::vector<std::string> tokens;
  for (std::size_t at = 0; at < sql.size();) {
    const char c = sql[at];
    std::size_t end = at + 1;
    if (sql.substr(at, 2) == "--") {
      end = std::min(sql.find('\n', at), sql.size());
    } else if (sql.substr(at, 2) == "/*") {
      const auto close = sql.find("*/", at + 2);
      end = close == std::string_view::npos ? sql.size() : close + 2;
    } else if (c == '\'' || c == '"' || c == '`' || c == '[') {
      const auto close = std::min(sql.find(c == '[' ? ']' : c, at + 1), sql.size());
      tokens.emplace_back(sql.substr(at + 1, close - at - 1));
      end = close + 1;
    } else if (is_name(c)) {
      while (end < sql.size() && is_name(sql[end])) ++end;
      tokens.emplace_back(sql.substr(at, end - at));
    } else if (c > ' ') {
      tokens.emplace_back(1, c);
    }
    at = end;
  }
  for (auto& token : tokens) {
    for (char& c : token) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return tokens;
}

/// The name that `… AS (` or `… AS [NOT] MATERIALIZED (` at `as` defines; "" if none.
std::string defined_at(const std::vector<std::string>& tokens, std::size_t as) {
  std::size_t next = as + 1;
  while (next < tokens.size() && (tokens[next] == "not" || tokens[next] == "materialized")) ++next;
  if (as == 0 || next >= tokens.size() || tokens[next] != "(") return {};
  std::size_t at = as - 1;
  if (tokens[at] == ")") {  // a list of columns
    while (at > 0 && tokens[at] != "(") --at;
    if (at == 0) return {};
    --at;
  }
  return tokens[at];
}

// SQLite copies a WITH clause's query wherever it is named, before anything could stop it: ten that each name the one
// before twice are a thousand copies. No chain of them is longer than the product of how often each is named.
std::size_t most_copies(std::string_view sql) {
  const auto tokens = tokens_of(sql);
  std::map<std::string, std::size_t, std::less<>> named;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] != "as") continue;
    if (auto name = defined_at(tokens, i); !name.empty()) named[std::move(name)] = 0;
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool qualifies = i + 1 < tokens.size() && tokens[i + 1] == ".";  // `sales.total`
    if (const auto found = named.find(tokens[i]); found != named.end() && !qualifies) ++found->second;
  }
  std::size_t copies = 1;
  for (const auto& [name, times] : named) {
    copies *= std::max<std::size_t>(times, 2) - 1;  // one of them is the definition
    if (copies > kMaxCopies) break;
  }
  return copies;
}

/// One statement: how many bytes of it were read, and what came of it.
struct Statement {
  std::size_t size = 0;
  bool empty = false;  ///< white space and comments
  SqlResult result;
};

SqlResult refused(sqlite3* database, std::string_view statement, std::size_t size, bool names_count) {
  const std::string message = sqlite3_errmsg(database);
  const auto offset = sqlite3_error_offset(database);
  const bool whole = size == statement.size() || statement[size - 1] == ';';
  const bool name = message.starts_with("no such ") || message.starts_with("unknown database ");
  if (!names_count && name && whole) return {};
  if (!names_count && name) return SqlUnknown{"SQLite reads this statement only with a schema"};
  const bool early = message == "incomplete input" || offset < 0;
  return SqlFault{.message = message, .at = early ? size : static_cast<std::size_t>(offset)};
}

Statement read_statement(sqlite3* database, const char* text, std::size_t left, bool names_count) {
  sqlite3_stmt* prepared = nullptr;
  const char* tail = text;
  const int code = sqlite3_prepare_v2(database, text, -1, &prepared, &tail);
  Statement statement{.size = std::max<std::size_t>(static_cast<std::size_t>(tail - text), 1), .result = {}};
  statement.empty = code == SQLITE_OK && prepared == nullptr;
  sqlite3_finalize(prepared);
  if (code == SQLITE_OK || code == SQLITE_AUTH) return statement;
  statement.result = code == SQLITE_ERROR ? refused(database, {text, left}, statement.size, names_count)
                                          : SqlUnknown{sqlite3_errmsg(database)};
  return statement;
}

SqlResult read_all(sqlite3* database, const std::string& sql, bool names_count) {
  bool any = false;
  for (std::size_t at = 0; at < sql.size();) {
    auto statement = read_statement(database, sql.c_str() + at, sql.size() - at, names_count);
    if (auto* const fault = std::get_if<SqlFault>(&statement.result)) fault->at += at;
    if (statement.result.index() != 0) return statement.result;
    any = any || !statement.empty;
    at += statement.size;
  }
  if (any) return {};
  return SqlFault{.message = "there is no statement", .at = 0};
}

}  // namespace

SqlResult check_sql(const std::string& sql, const std::optional<std::string>& schema) {
  if (sql.size() > kMaxBytes) {
    return SqlUnknown{fmt::format("{} bytes of SQL are more than the {} that are read", sql.size(), kMaxBytes)};
  }
  if (const auto zero = sql.find('\0'); zero != std::string::npos) {
    return SqlFault{.message = "a character that SQL cannot hold", .at = zero};
  }
  if (schema && most_copies(sql) > kMaxCopies) return SqlUnknown{"its WITH clauses name each other too often"};
  const auto database = open_memory();
  if (!database) return SqlUnknown{"SQLite did not start"};
  if (schema) {
    if (auto fault = make_schema(database.get(), *schema)) return SqlUnknown{*std::move(fault)};
    // Joining nested queries into one copies their expressions, which can multiply as well.
    sqlite3_test_control(SQLITE_TESTCTRL_OPTIMIZATIONS, database.get(), 0xFFFF'FFFFu);
  }
  sqlite3_set_authorizer(database.get(), schema ? refuse_reaching_out : refuse_names, nullptr);
  return read_all(database.get(), sql, schema.has_value());
}

std::optional<std::string> find_schema_fault(const std::string& schema) {
  const auto database = open_memory();
  return database ? make_schema(database.get(), schema) : "SQLite did not start";
}

}  // namespace assay::judges
