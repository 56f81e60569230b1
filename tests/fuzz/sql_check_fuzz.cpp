// Any text is SQL, is none, or cannot be told, with and without a schema: a fault lies within the text, what names
// cannot spoil is the same both ways, and it ends.

#include "judges/heuristic/sql_parse.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <string>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string kSchema = "CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); CREATE VIEW v AS SELECT b FROM t";
  const std::string sql(assay::fuzz::text_of(data, size));
  const auto alone = assay::judges::check_sql(sql, std::nullopt);
  const auto in_schema = assay::judges::check_sql(sql, kSchema);
  for (const auto* const result : {&alone, &in_schema}) {
    const auto* const fault = std::get_if<assay::judges::SqlFault>(result);
    assay::fuzz::require(fault == nullptr || (fault->at <= size && !fault->message.empty()));
  }
  const bool good = std::holds_alternative<std::monostate>(in_schema);
  assay::fuzz::require(!good || !std::holds_alternative<assay::judges::SqlFault>(alone));
  return 0;
}
