#include "tests/unit/suites/support.hpp"

namespace assay::suites {
namespace {

using testing::load_good;
using testing::read_all;

const std::string kHead = "version: 1\nsuite: s\nmessages: [{user: hi}]\ndefaults: {checks: [{contains: x}]}\n";

struct Want {
  std::string id;
  std::string vars;
  Tags tags = {};
  std::string cluster = {};
};

void expect_case(const Case& got, const Want& want) {
  EXPECT_EQ(got.id, want.id);
  EXPECT_EQ(dump_json(got.vars), want.vars);
  EXPECT_EQ(got.tags, want.tags);
  EXPECT_EQ(got.cluster, want.cluster);
}

TEST(CaseCursor, inline_cases_come_first_and_rows_count_within_their_source) {
  const test::TempDir folder;
  folder.write("d.jsonl", "{\"id\": \"x\"}\n{\"id\": \"y\"}\n");
  const auto suite = load_good(folder, kHead + "cases: [{id: a}, {id: b}]\ndataset: {file: d.jsonl}\n");
  const auto all = read_all(suite);
  ASSERT_EQ(all.cases.size(), 4u);
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(all.cases[i].ordinal, i);
    EXPECT_EQ(all.cases[i].row, i % 2 + 1);
  }
  EXPECT_EQ(all.cases[3].id, "y");
  EXPECT_EQ(all.cases[3].at, (Place{(folder / "d.jsonl").string(), 2, 1}));
}

TEST(CaseCursor, a_records_special_fields_count_only_with_the_right_type) {
  const test::TempDir folder;
  struct Row {
    const char* record;
    Want want;
    const char* checks = "";
  };
  for (const auto& row : {
           Row{R"({"id": "a", "q": 1.10})", {"a", R"({"q":"1.10"})"}},
           Row{R"({"id": 7, "q": 1})", {"7", R"({"q":1})"}},
           Row{R"({"id": "a", "vars": {"x": 1}, "q": 2})", {"a", R"({"q":2,"x":1})"}},
           Row{R"({"id": "a", "vars": [1]})", {"a", R"({"vars":[1]})"}},
           Row{R"({"id": "a", "tags": {"t": "u", "n": 3, "b": true, "none": null, "e": ""}})",
               {"a", "{}", {{"t", "u"}, {"n", "3"}, {"b", "true"}}}},
           Row{R"({"id": "a", "tags": ["x"]})", {"a", R"({"tags":["x"]})"}},
           Row{R"({"id": "a", "tags": {"x": []}})", {"a", R"({"tags":{"x":[]}})"}},
           Row{R"({"id": "a", "cluster": "c"})", {"a", "{}", {}, "c"}},
           Row{R"({"id": "a", "cluster": 3})", {"a", R"({"cluster":3})"}},
           Row{R"({"id": "a", "checks": [{"contains": "x"}, {"not": {"equals": "y"}}]})", {"a", "{}"}, "contains not"},
           Row{R"({"id": "a", "checks": ["contains"]})", {"a", R"({"checks":["contains"]})"}},
       }) {
    SCOPED_TRACE(row.record);
    folder.write("d.jsonl", row.record);
    const auto suite = load_good(folder, kHead + "dataset: {file: d.jsonl}\n");
    const auto all = read_all(suite);
    ASSERT_EQ(all.cases.size(), 1u) << to_string(all.errors.at(0));
    expect_case(all.cases[0], row.want);
    EXPECT_EQ(testing::check_names(all.cases[0].checks), row.checks);
  }
}

TEST(CaseCursor, columns_become_tags_cluster_and_parsed_values) {
  const test::TempDir folder;
  folder.write("d.csv",
               "ticket,sev,who,exp,words,n\n"
               "T1,high,acme,\"{\"\"a\"\": [1, 1.50]}\",a; b ;;c,1.50\n"
               "T2,,,,, 1e3 \n");
  const auto suite = load_good(folder, kHead + R"(dataset:
  file: d.csv
  id: "{{ticket}}/{{row}}"
  tags: [sev]
  cluster: who
  parse: {exp: json, words: list, n: number}
)");
  const auto all = read_all(suite);
  ASSERT_EQ(all.cases.size(), 2u) << to_string(all.errors.at(0));
  expect_case(all.cases[0],
              {"T1/1",
               R"({"exp":{"a":[1,"1.50"]},"n":1.5,"sev":"high","ticket":"T1","who":"acme","words":["a","b","c"]})",
               {{"sev", "high"}},
               "acme"});
  expect_case(all.cases[1], {"T2/2", R"({"exp":null,"n":1000.0,"sev":"","ticket":"T2","who":"","words":[]})"});
}

TEST(CaseCursor, checks_from_a_csv_column_count_once_they_are_parsed) {
  const test::TempDir folder;
  folder.write("d.csv", "id,checks\na,\"[{\"\"contains\"\": \"\"x\"\"}]\"\n");
  const auto suite = load_good(folder, kHead + "dataset: {file: d.csv, parse: {checks: json}}\n");
  EXPECT_EQ(testing::check_names(read_all(suite).cases.at(0).checks), "contains");
}

TEST(CaseCursor, records_may_use_shared_checks) {
  const test::TempDir folder;
  folder.write("c.yaml", "version: 1\nchecks: {polite: [{length: {max: 9}}, {contains: please}]}\n");
  folder.write(
      "d.jsonl",
      "{\"id\": \"a\", \"checks\": [{\"use\": \"polite\"}]}\n{\"id\": \"b\", \"checks\": [{\"use\": \"polit\"}]}\n");
  const auto suite = load_good(folder, "include: c.yaml\n" + kHead + "dataset: {file: d.jsonl}\n");
  const auto all = read_all(suite);
  ASSERT_EQ(all.cases.size(), 1u);
  EXPECT_EQ(testing::check_names(all.cases[0].checks), "length contains");
  ASSERT_EQ(all.errors.size(), 1u);
  EXPECT_EQ(all.errors[0].at.line, 2);
  EXPECT_NE(all.errors[0].hint.find("did you mean 'polite'"), std::string::npos) << all.errors[0].hint;
}

TEST(CaseCursor, a_record_without_an_id_is_named_by_its_content) {
  const test::TempDir folder;
  folder.write("d.jsonl", "{\"b\": 1, \"a\": \"x\"}\n");
  const auto suite = load_good(folder, kHead + "dataset: {file: d.jsonl}\n");
  EXPECT_EQ(read_all(suite).cases.at(0).id, to_hex(sha256(R"({"a":"x","b":1})")).substr(0, 12));
  folder.write("d.jsonl", "{\"a\":\"x\",   \"b\":1}\n");
  EXPECT_EQ(read_all(suite).cases.at(0).id, to_hex(sha256(R"({"a":"x","b":1})")).substr(0, 12));
}

TEST(CaseCursor, a_bad_record_is_named_and_the_next_one_is_read) {
  const test::TempDir folder;
  struct Row {
    const char* record;
    const char* options;
    std::string message;
  };
  for (const auto& row : {
           Row{R"({"q": "x"})", "id: \"{{qq}}\"", "qq"},
           Row{R"({"q": " "})", "id: \"{{q}}\"", "id is empty"},
           Row{R"({"id": ""})", "limit: 9", "id is empty"},
           Row{R"({"id": "a\nb"})", "limit: 9", "control characters"},
           Row{R"({"id": "a", "sevrity": "x"})", "tags: [severity]", "no field 'severity'"},
           Row{R"({"id": "a", "severity": []})", "tags: [severity]", "is a array"},
           Row{R"({"id": "a"})", "cluster: who", "no field 'who'"},
           Row{R"({"id": "a"})", "parse: {x: json}", "no field 'x'"},
           Row{R"({"id": "a", "x": "{"})", "parse: {x: json}", "not valid JSON"},
           Row{R"({"id": "a", "x": "1,5"})", "parse: {x: number}", "'1,5', which is no number"},
           Row{R"({"id": "a", "x": {}})", "parse: {x: list}", "not a list"},
           Row{R"({"id": "a", "x": 1, "vars": {"x": 2}})", "limit: 9", "in `vars`"},
           Row{R"({"id": "a", "checks": [{"a": 1, "b": 2}]})", "limit: 9", "one key"},
           Row{"{\"id\": }", "limit: 9", "not valid JSON"},
       }) {
    SCOPED_TRACE(row.record);
    folder.write("d.jsonl", "\n" + std::string(row.record) +
                                "\n{\"id\": \"z\", \"q\": \"z\", \"severity\": \"s\", \"who\": \"w\", \"x\": []}\n");
    const auto suite = load_good(folder, kHead + "dataset: {file: d.jsonl, " + row.options + "}\n");
    const auto all = read_all(suite);
    ASSERT_GE(all.errors.size(), 1u);
    EXPECT_EQ(all.errors[0].at.line, 2);
    EXPECT_NE(all.errors[0].message.find(row.message), std::string::npos) << all.errors[0].message;
    EXPECT_FALSE(all.errors[0].hint.empty());
    if (all.errors.size() == 1) {
      ASSERT_EQ(all.cases.size(), 1u);
      EXPECT_EQ(all.cases[0].row, 2u);
      EXPECT_EQ(all.cases[0].ordinal, 1u);
    }
  }
}

TEST(CaseCursor, an_id_that_is_there_twice_names_the_first_place) {
  const test::TempDir folder;
  folder.write("d.jsonl", "{\"id\": \"x\"}\n{\"id\": \"a\"}\n{\"id\": \"x\"}\n");
  const auto suite = load_good(folder, kHead + "cases:\n  - id: a\ndataset: {file: d.jsonl}\n");
  const auto all = read_all(suite);
  ASSERT_EQ(all.errors.size(), 2u);
  EXPECT_EQ(all.errors[0].at.line, 2);
  EXPECT_NE(all.errors[0].message.find("suite.yaml:6"), std::string::npos) << all.errors[0].message;
  EXPECT_EQ(all.errors[1].at.line, 3);
  EXPECT_NE(all.errors[1].message.find("d.jsonl:1"), std::string::npos) << all.errors[1].message;
}

TEST(CaseCursor, an_id_that_is_there_twice_is_found_among_many) {
  constexpr int kRecords = 5'000;
  const test::TempDir folder;
  std::string records;
  for (int i = 1; i <= kRecords; ++i) records += "{\"id\": \"case-" + std::to_string(i) + "\"}\n";
  folder.write("d.jsonl", records + "{\"id\": \"case-1\"}\n{\"id\": \"case-3210\"}\n{\"id\": \"new\"}\n");
  const auto suite = load_good(folder, kHead + "dataset: {file: d.jsonl}\n");
  const auto all = read_all(suite);
  EXPECT_EQ(all.cases.size(), kRecords + 1u);
  ASSERT_EQ(all.errors.size(), 2u);
  EXPECT_NE(all.errors[0].message.find("d.jsonl:1"), std::string::npos) << all.errors[0].message;
  EXPECT_NE(all.errors[1].message.find("d.jsonl:3210"), std::string::npos) << all.errors[1].message;
}

TEST(CaseCursor, a_case_without_a_check_and_a_data_set_without_a_record_are_errors) {
  const test::TempDir folder;
  folder.write("d.jsonl", "{\"id\": \"x\"}\n{\"id\": \"y\", \"checks\": [{\"contains\": \"x\"}]}\n");
  const std::string head = "version: 1\nsuite: s\nmessages: [{user: hi}]\n";
  const auto unchecked = load_good(folder, head + "dataset: {file: d.jsonl}\n");
  const auto all = read_all(unchecked);
  ASSERT_EQ(all.errors.size(), 1u);
  EXPECT_NE(all.errors[0].message.find("case 'x' has no check"), std::string::npos);
  EXPECT_EQ(all.cases.size(), 1u);

  folder.write("d.jsonl", "\n");
  const auto empty = read_all(unchecked);
  ASSERT_EQ(empty.errors.size(), 1u);
  EXPECT_EQ(exit_code(empty.errors[0].kind), ExitCode::usage);
  EXPECT_NE(empty.errors[0].message.find("'d.jsonl' has no record"), std::string::npos) << empty.errors[0].message;
}

TEST(CaseCursor, a_limit_ends_early_and_the_digest_still_covers_the_file) {
  const test::TempDir folder;
  const std::string bytes = "{\"id\": \"x\"}\n{\"id\": \"y\"}\nbroken\n";
  folder.write("d.jsonl", bytes);
  const auto suite = load_good(folder, kHead + "dataset: {file: d.jsonl, limit: 2}\n");
  auto cursor = open_cases(suite);
  ASSERT_TRUE(cursor);
  EXPECT_FALSE((*cursor)->dataset_digest());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE((*cursor)->next());
  const auto end = (*cursor)->next();
  ASSERT_TRUE(end && !*end);
  EXPECT_EQ((*cursor)->dataset_digest(), sha256(bytes));
}

TEST(CaseCursor, a_data_set_that_vanished_is_an_error) {
  const test::TempDir folder;
  const auto file = folder.write("d.jsonl", "{\"id\": \"x\"}\n");
  const auto suite = load_good(folder, kHead + "dataset: {file: d.jsonl}\n");
  std::filesystem::remove(file);
  const auto all = read_all(suite);
  ASSERT_EQ(all.errors.size(), 1u);
  EXPECT_NE(all.errors[0].message.find("no such file"), std::string::npos);
}

}  // namespace
}  // namespace assay::suites
