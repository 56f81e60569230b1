#pragma once
/// Whether a text is SQL, by SQLite's own parser. Nothing is ever executed but a schema of the user's.

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

namespace assay::judges {

/// What is wrong with the text. `at` is a byte offset, or its size where it ends too early.
struct SqlFault {
  std::string message;
  std::size_t at = 0;
};

/// Why it cannot be told.
struct SqlUnknown {
  std::string why;
};

using SqlResult = std::variant<std::monostate, SqlFault, SqlUnknown>;

/// Reads every statement. Without a schema names are not looked up: any table, column and function will do. With one
/// (`CREATE TABLE …; …`), names must exist in it or in SQLite. Bounded: texts beyond 1 MB, and a WITH clause that
/// would multiply beyond 4,096 copies, are unknown. Thread-safe.
[[nodiscard]] SqlResult check_sql(const std::string& sql, const std::optional<std::string>& schema);

/// What is wrong with a schema; nothing if it can be used.
[[nodiscard]] std::optional<std::string> find_schema_fault(const std::string& schema);

}  // namespace assay::judges
