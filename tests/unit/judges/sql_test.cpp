#include "judges/heuristic/sql_parse.hpp"
#include "tests/unit/judges/support.hpp"

#include <filesystem>
#include <fstream>

namespace assay::judges {
namespace {

constexpr const char* kTables =
    "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT); CREATE VIEW named AS SELECT name FROM users;";

/// '+' SQL, '-' none, '?' cannot be told.
char outcome(const SqlResult& result) {
  return std::holds_alternative<std::monostate>(result) ? '+' : std::holds_alternative<SqlFault>(result) ? '-' : '?';
}

TEST(Sql, is_read_by_sqlite_with_and_without_a_schema) {
  struct Row {
    std::string sql;
    char alone;
    char in_schema;
  };
  const std::vector<Row> rows{
      {"SELECT name FROM users WHERE id = 3", '+', '+'},
      {"SELECT name FROM users;", '+', '+'},
      {"SELECT count(*) FROM users u JOIN named n ON u.name = n.name GROUP BY u.id HAVING count(*) > 1;", '+', '+'},
      {"WITH a AS (SELECT id FROM users) SELECT * FROM a;", '+', '+'},
      {"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n", '+', '+'},
      {"SELECT ?1, :name", '+', '+'},
      {"EXPLAIN SELECT 1", '+', '+'},
      {"-- all of them\nSELECT 1; /* and */ SELECT 2;\n", '+', '+'},
      {"INSERT INTO users (name) VALUES ('a'), ('b')", '+', '+'},
      {"UPDATE users SET name = 'x' WHERE id IN (SELECT id FROM users)", '+', '+'},
      {"DELETE FROM users", '+', '+'},
      {"DROP TABLE users", '+', '+'},
      {"CREATE TABLE t (a INTEGER, b TEXT)", '+', '+'},
      {"PRAGMA journal_mode = delete", '+', '+'},
      {"ATTACH 'file.db' AS other", '+', '+'},
      {"SELECT amount FROM orders", '+', '-'},
      {"SELECT age FROM users", '+', '-'},
      {"SELECT nosuch(name) FROM users", '+', '-'},
      {"INSERT INTO orders VALUES (1)", '+', '-'},
      {"CREATE TABLE t (a); INSERT INTO t VALUES (1)", '+', '-'},
      {"ALTER TABLE orders ADD COLUMN x", '?', '-'},
      {"ALTER TABLE users ADD COLUMN x", '?', '+'},
      {"", '-', '-'},
      {"  ; ;", '-', '-'},
      {"-- only a comment", '-', '-'},
      {"Here is the query: SELECT 1", '-', '-'},
      {"SELECT 1 Done.", '-', '-'},
      {"SELECT FROM users", '-', '-'},
      {"SELECT TOP 5 name FROM users", '-', '-'},
      {"SELECT name FROM users LIMIT", '-', '-'},
      {"SELECT 'name FROM users", '-', '-'},
      {"SELECT (1", '-', '-'},
      {"SELECT 1; SELEC 2", '-', '-'},
      {"INSERT INTO orders VALUES (1) nonsense", '-', '-'},
      {"CREATE TABLE t (a INTEGER; b TEXT)", '-', '-'},
      {"CREATE TABLE t (a, a)", '-', '-'},
      {"```sql\nSELECT 1\n```", '-', '-'},
      {std::string("SELECT 1\0", 9), '-', '-'},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.sql);
    EXPECT_EQ(outcome(check_sql(row.sql, std::nullopt)), row.alone);
    EXPECT_EQ(outcome(check_sql(row.sql, kTables)), row.in_schema);
  }
}

TEST(Sql, says_what_is_wrong_and_where) {
  EXPECT_EQ(run("sql:", {.answer = "SELECT 1;\nSELECT FROM users"}).why,
            "the answer is no SQL: near \"FROM\": syntax error at line 2, column 8: 'SELECT 1;⏎SELECT FROM users'");
  EXPECT_EQ(run("sql:", {.answer = "SELECT name FROM"}).why,
            "the answer is no SQL: incomplete input at line 1, column 17: 'SELECT name FROM'");
  EXPECT_EQ(run("sql:", {.answer = ""}).why, "expected SQL, got an empty answer");
  EXPECT_TRUE(passes(run("sql: {extract: fence}", {.answer = "Here:\n```sql\nSELECT 1\n```\n"})));
  EXPECT_FALSE(passes(run("sql: {extract: fence}", {.answer = "SELECT 1"})));
  EXPECT_EQ(run("sql: {schema: CREATE TABLE users (id)}", {.answer = "SELECT age FROM users"}).why,
            "the answer is no SQL: no such column: age at line 1, column 8: 'SELECT age FROM users'");
  EXPECT_EQ(run("not: {sql: {}}", {.answer = "SELECT 1"}).why, "must not hold: the answer is SQL: 'SELECT 1'");
}

TEST(Sql, executes_nothing_that_the_answer_holds) {
  const auto file = std::filesystem::temp_directory_path() / "assay_sql_check_test.db";
  std::filesystem::remove(file);
  for (const std::string& sql :
       {"ATTACH '" + file.string() + "' AS x; CREATE TABLE x.t (a);", "VACUUM INTO '" + file.string() + "'",
        "SELECT writefile('" + file.string() + "', 1)"}) {
    (void)check_sql(sql, std::nullopt);
    (void)check_sql(sql, kTables);
    EXPECT_FALSE(std::filesystem::exists(file)) << sql;
  }
}

TEST(Sql, takes_its_schema_from_a_file_beside_the_suite) {
  const auto folder = std::filesystem::temp_directory_path() / "assay_sql_check_test";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "schema.sql") << kTables;
  const CompileEnv env{.base_dir = folder.string()};
  const auto compiled = compile_yaml("sql: {schema: {file: schema.sql}}", env);
  ASSERT_NE(compiled.check, nullptr) << compiled.error();
  EXPECT_TRUE(passes(run(*compiled.check, {.answer = "SELECT name FROM users"})));
  EXPECT_FALSE(passes(run(*compiled.check, {.answer = "SELECT age FROM users"})));
  const auto digest = compiled.check->content;
  std::ofstream(folder / "schema.sql") << "CREATE TABLE users (age);";
  EXPECT_NE(compile_yaml("sql: {schema: {file: schema.sql}}", env).check->content, digest);
  std::filesystem::remove_all(folder);
}

TEST(Sql, refuses_schemas_that_cannot_be_used) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"sql: {schema: {file: none.sql}}", "none.sql"},
      {"sql: {schema: {path: a.sql}}", "file"},
      {"sql: {schema: CREATE TABEL t (a)}", "the schema of 'sql' cannot be used: near \"TABEL\": syntax error"},
      {"sql: {schema: ATTACH 'x.db' AS y}", "the schema of 'sql' cannot be used: not authorized"},
      {"sql: {schema: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT * FROM n'}", "interrupted"},
      {"sql: {schema: [a]}", "schema of 'sql'"},
      {"sql: postgres", "takes options"},
  };
  for (const auto& [check, message] : bad) {
    SCOPED_TRACE(check);
    const auto compiled = compile_yaml(check);
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
}

// Each of these would take longer than the universe has, if it were let.
TEST(Sql, ends_on_queries_that_multiply) {
  std::string joins = "WITH c0 AS (SELECT id FROM users)";
  std::string sums = "WITH c0 AS (SELECT id AS x FROM users)";
  for (int i = 1; i < 60; ++i) {
    const auto last = "c" + std::to_string(i - 1);
    joins += ", \"C" + std::to_string(i) + "\" AS (SELECT a.id FROM " + last + " a, " + last + " b)";
    sums += ", c" + std::to_string(i) + " AS (SELECT x + x AS x FROM " + last + ")";
  }
  EXPECT_EQ(outcome(check_sql(joins + " SELECT 1 FROM c59", kTables)), '?');
  EXPECT_EQ(outcome(check_sql(sums + " SELECT x FROM c59", kTables)), '+');
  EXPECT_EQ(outcome(check_sql(joins + " SELECT 1 FROM c59", std::nullopt)), '+');
  EXPECT_EQ(outcome(check_sql("SELECT " + std::string(100'000, '('), kTables)), '-');
  EXPECT_EQ(outcome(check_sql(std::string(1'000'001, ' '), std::nullopt)), '?');
}

}  // namespace
}  // namespace assay::judges
