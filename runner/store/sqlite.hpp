#pragma once
/// SQLite as values: connections, statements, transactions. Knows no table. One thread at a time for each connection.

#include <assay/core/error.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;
struct sqlite3_stmt;

namespace assay::store {

/// Bytes that are bound as a BLOB.
struct Blob {
  std::string_view bytes;
};

/// A prepared statement. Bound text and blobs are not copied: they must live until the statement has run. A bind that
/// fails is reported by the next `row` or `run`. The connection outlives its statements.
class Statement {
 public:
  Statement() = default;

  /// Binds the parameters in order, from the first.
  template <class... Values>
  Statement& with(const Values&... values) {
    bound_ = 0;
    return also(values...);
  }
  /// Binds those that follow.
  template <class... Values>
  Statement& also(const Values&... values) {
    (bind(++bound_, values), ...);
    return *this;
  }

  /// Binds the values of another statement's row as they are, from its first column to the first parameter.
  void copy_row(const Statement& row, int columns);
  /// Binds one parameter, counted from 1.
  void set(int at, std::int64_t value) { bind_integer(at, value); }

  /// Executes to the end, then resets. Errors: `store`.
  [[nodiscard]] Result<void> run();
  /// Moves to the next row; false at the end, where the statement is reset. Errors: `store`.
  [[nodiscard]] Result<bool> row();
  /// Leaves a query before its end.
  void reset();

  enum class Type { null, integer, real, text, blob };

  // Columns of the current row, counted from 0. Text and bytes live until the next `row` or `reset`.
  [[nodiscard]] Type type(int column) const;
  [[nodiscard]] bool is_null(int column) const { return type(column) == Type::null; }
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::string_view bytes(int column) const;
  [[nodiscard]] std::string string(int column) const { return std::string(text(column)); }
  [[nodiscard]] std::optional<std::int64_t> maybe_integer(int column) const;
  [[nodiscard]] std::optional<double> maybe_real(int column) const;
  [[nodiscard]] std::optional<std::string> maybe_string(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  void bind(int at, std::nullopt_t);
  void bind(int at, double value);
  void bind(int at, std::string_view value);
  void bind(int at, Blob value);
  void bind_integer(int at, std::int64_t value);
  template <std::integral T>
  void bind(int at, T value) {
    bind_integer(at, static_cast<std::int64_t>(value));
  }
  template <class T>
  void bind(int at, const std::optional<T>& value) {
    value ? bind(at, *value) : bind(at, std::nullopt);
  }

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int bind_code_ = 0;
  int bound_ = 0;
};

/// A connection. Waits up to 30 s for a lock that another connection holds, unless told otherwise.
class Database {
 public:
  enum class Mode { reading, existing, create };

  /// Opens the file; reads and writes nothing yet. Errors: `store`.
  [[nodiscard]] static Result<Database> open(const std::filesystem::path& file, Mode mode);

  /// How long it waits for a lock.
  void wait_for_locks(std::chrono::milliseconds patience);
  /// One or more statements without results. Errors: `store`.
  [[nodiscard]] Result<void> execute(const char* sql);
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  /// The integer in the first row and column of a query; 0 where there is no row.
  [[nodiscard]] Result<std::int64_t> integer(std::string_view sql);
  [[nodiscard]] std::int64_t last_rowid() const;
  /// True if the newest failure was another connection's lock.
  [[nodiscard]] bool was_busy() const;
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::filesystem::path file_;
};

/// Rolled back unless committed. One that writes takes the lock at once, so that waiting for it is possible.
class Transaction {
 public:
  [[nodiscard]] static Result<Transaction> begin(Database& database);
  /// One view of the data for several queries, whoever writes meanwhile.
  [[nodiscard]] static Result<Transaction> snapshot(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  /// Errors: `store`; then nothing of it was written.
  [[nodiscard]] Result<void> commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace assay::store
