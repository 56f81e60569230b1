#include "runner/store/sqlite.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace assay::store {
namespace {

constexpr int kBusyMs = 30'000;

Error error_of(sqlite3* database, int code) {
  const char* name = database != nullptr ? sqlite3_db_filename(database, "main") : nullptr;
  const std::string file = name != nullptr && *name != '\0' ? name : "the history";
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      return {ErrorKind::store, fmt::format("{} is no history file of Assay", file),
              "it is left as it is; name another file with --store"};
    case SQLITE_CORRUPT:
      return {ErrorKind::store, fmt::format("{} is damaged ({})", file, sqlite3_errstr(code)),
              "it is left as it is; restore it from a copy, or name another file with --store"};
    case SQLITE_FULL:
      return {ErrorKind::store, fmt::format("the disk is full: {} could not be written", file),
              "free some space; what was committed before is kept, and the run can be resumed"};
    case SQLITE_BUSY:
      return {ErrorKind::store, fmt::format("another process keeps {} locked", file),
              "wait until it has ended, or name another file with --store"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return {ErrorKind::store, fmt::format("{} cannot be opened for writing ({})", file, sqlite3_errstr(code)),
              "check the permissions of the file and of its folder"};
    default: {
      const int os = database != nullptr ? sqlite3_system_errno(database) : 0;
      const std::string why = os != 0 ? fmt::format(" ({})", std::generic_category().message(os)) : "";
      return {ErrorKind::store,
              fmt::format("{}: {}{}", file, database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code), why),
              "see whether the disk works and has room; what was committed before is kept, and the run can be resumed"};
    }
  }
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}
void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

void Statement::bind(int at, std::nullopt_t) {
  bind_code_ |= sqlite3_bind_null(handle_.get(), at);
}
void Statement::bind(int at, double value) {
  bind_code_ |= sqlite3_bind_double(handle_.get(), at, value);
}
void Statement::bind_integer(int at, std::int64_t value) {
  bind_code_ |= sqlite3_bind_int64(handle_.get(), at, value);
}

void Statement::bind(int at, std::string_view value) {
  const char* data = value.data() != nullptr ? value.data() : "";
  bind_code_ |= sqlite3_bind_text64(handle_.get(), at, data, value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind(int at, Blob value) {
  const char* data = value.bytes.data() != nullptr ? value.bytes.data() : "";
  bind_code_ |= sqlite3_bind_blob64(handle_.get(), at, data, value.bytes.size(), SQLITE_STATIC);
}

void Statement::copy_row(const Statement& row, int columns) {
  for (int at = 0; at < columns; ++at) {
    bind_code_ |= sqlite3_bind_value(handle_.get(), at + 1, sqlite3_column_value(row.handle_.get(), at));
  }
}

Result<bool> Statement::row() {
  sqlite3* database = sqlite3_db_handle(handle_.get());
  if (const int bad = std::exchange(bind_code_, 0); bad != SQLITE_OK) return error_of(database, bad);
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(handle_.get());
    return false;
  }
  Error error = error_of(database, code);
  sqlite3_reset(handle_.get());
  return error;
}

Result<void> Statement::run() {
  for (;;) {
    auto more = row();
    if (!more) return more.error();
    if (!*more) return {};
  }
}

void Statement::reset() {
  sqlite3_reset(handle_.get());
}

Statement::Type Statement::type(int column) const {
  switch (sqlite3_column_type(handle_.get(), column)) {
    case SQLITE_INTEGER:
      return Type::integer;
    case SQLITE_FLOAT:
      return Type::real;
    case SQLITE_TEXT:
      return Type::text;
    case SQLITE_BLOB:
      return Type::blob;
    default:
      return Type::null;
  }
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(handle_.get(), column);
}

std::string_view Statement::text(int column) const {
  const auto* data = sqlite3_column_text(handle_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return data == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(data), size);
}

std::string_view Statement::bytes(int column) const {
  const void* data = sqlite3_column_blob(handle_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column));
  return data == nullptr ? std::string_view() : std::string_view(static_cast<const char*>(data), size);
}

std::optional<std::int64_t> Statement::maybe_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::optional<double> Statement::maybe_real(int column) const {
  if (is_null(column)) return std::nullopt;
  return real(column);
}

std::optional<std::string> Statement::maybe_string(int column) const {
  if (is_null(column)) return std::nullopt;
  return string(column);
}

Result<Database> Database::open(const std::filesystem::path& file, Mode mode) {
  sqlite3* raw = nullptr;
  const int access = mode == Mode::reading    ? SQLITE_OPEN_READONLY
                     : mode == Mode::existing ? SQLITE_OPEN_READWRITE
                                              : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int flags = access | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  Database database;
  database.handle_.reset(raw);
  database.file_ = file;
  if (code != SQLITE_OK) {
    Error error = error_of(nullptr, code);
    error.message = fmt::format("{} cannot be opened ({})", file.string(), sqlite3_errstr(code));
    return error;
  }
  sqlite3_busy_timeout(raw, kBusyMs);
  sqlite3_extended_result_codes(raw, 1);
  return database;
}

void Database::wait_for_locks(std::chrono::milliseconds patience) {
  sqlite3_busy_timeout(handle_.get(), static_cast<int>(patience.count()));
}

Result<void> Database::execute(const char* sql) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(handle_.get(), code);
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return error_of(handle_.get(), code);
  Statement statement;
  statement.handle_.reset(raw);
  return statement;
}

Result<std::int64_t> Database::integer(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return statement.error();
  auto more = statement->row();
  if (!more) return more.error();
  return *more ? statement->integer(0) : 0;
}

std::int64_t Database::last_rowid() const {
  return sqlite3_last_insert_rowid(handle_.get());
}

bool Database::was_busy() const {
  return (sqlite3_errcode(handle_.get()) & 0xff) == SQLITE_BUSY;
}

Result<Transaction> Transaction::begin(Database& database) {
  auto begun = database.execute("BEGIN IMMEDIATE");
  if (!begun) return begun.error();
  return Transaction(database);
}

Result<Transaction> Transaction::snapshot(Database& database) {
  auto begun = database.execute("BEGIN");
  if (!begun) return begun.error();
  return Transaction(database);
}

Result<void> Transaction::commit() {
  auto done = database_->execute("COMMIT");
  if (!done) return done.error();  // the destructor rolls back
  database_ = nullptr;
  return {};
}

Transaction::~Transaction() {
  // SQLite has rolled back by itself after some errors; then this fails, and that is well.
  if (database_ != nullptr) (void)database_->execute("ROLLBACK");
}

}  // namespace assay::store
