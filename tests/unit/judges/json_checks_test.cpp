#include "tests/unit/judges/support.hpp"

#include <filesystem>
#include <fstream>

namespace assay::judges {
namespace {

struct Row {
  std::string check;
  std::string answer;
  bool pass;
};

void expect(const std::vector<Row>& rows) {
  for (const auto& row : rows) {
    SCOPED_TRACE(row.check + " on '" + row.answer + "'");
    const Score score = run(row.check, {.answer = row.answer});
    EXPECT_EQ(passes(score), row.pass) << score.why;
    EXPECT_EQ(value_of(score), row.pass ? 1 : 0);
    EXPECT_EQ(score.why.empty(), row.pass);
  }
}

TEST(JsonCheck, takes_one_value_and_nothing_else) {
  expect({
      {"json:", R"({"a": 1})", true},
      {"json: {}", " \n[1, 2]\n", true},
      {"json:", "42", true},
      {"json:", "null", true},
      {"json:", R"("text")", true},
      {"json:", R"({"a": 1} {"b": 2})", false},
      {"json:", R"({"a": 1,})", false},
      {"json:", R"({'a': 1})", false},
      {"json:", "Here you are: {}", false},
      {"json:", "```json\n{}\n```", false},
      {"json:", "// no\n{}", false},
      {"json:", "", false},
      {"json:", "1e400", false},
      {"json:", std::string(64, '[') + std::string(64, ']'), true},
      {"json:", std::string(65, '[') + std::string(65, ']'), false},
      {"json:", std::string(1'000'000, '['), false},
      {"json: {extract: fence}", "```json\n{\"a\": 1}\n```", true},
      {"json: {extract: fence}", "Sure:\n\n  ```\n[1]\n  ```\nDone.", true},
      {"json: {extract: fence}", "````\n{\"a\": \"```\"}\n````", true},
      {"json: {extract: fence}", "```\r\n{}\r\n```\r\n", true},
      {"json: {extract: fence}", "{}", false},
      {"json: {extract: fence}", "```\n{}\n```\n```\n{}\n```", false},
      {"json: {extract: fence}", "```json\n{}", false},
      {"json: {extract: fence}", "```json\nnot json\n```", false},
      {"json: {extract: fence}", "```json\n```", false},
  });
}

TEST(JsonCheck, says_what_is_wrong_and_when_a_fence_would_have_helped) {
  EXPECT_EQ(run("json:", {.answer = "{\"a\": 1,\n \"b\" 2}"}).why,
            "the answer is no JSON: not valid JSON at line 2, column 6: '{\"a\": 1,⏎ \"b\" 2}'");
  EXPECT_EQ(
      run("json:", {.answer = "```json\n{}\n```"}).why,
      "the answer is no JSON: not valid JSON at line 1, column 1: '```json⏎{}⏎```'; its only code fence is: write "
      "`extract: fence` to read that");
  EXPECT_EQ(run("json:", {.answer = "```\nno\n```"}).why.find("extract: fence"), std::string::npos);
  EXPECT_EQ(run("json: {extract: fence}", {.answer = "{}"}).why, "expected a code fence with JSON, got '{}'");
  EXPECT_EQ(run("json: {extract: fence}", {.answer = "```\n1\n```\n```\n2\n```"}).why,
            "expected one code fence with JSON, got 2 in '```⏎1⏎```⏎```⏎2⏎```'");
  EXPECT_EQ(run("json: {extract: fence}", {.answer = "```\n{"}).why, "the code fence is not closed: '```⏎{'");
}

TEST(JsonSchemaCheck, is_written_as_the_schema_or_as_options) {
  const std::string city = R"({"city": "Paris"})";
  expect({
      {"json_schema: {type: object, required: [city]}", city, true},
      {"json_schema: {type: object, required: [town]}", city, false},
      {"json_schema: {value: {type: object, required: [city]}, as: shape}", city, true},
      {"json_schema: {value: {type: object}, extract: fence}", "```json\n" + city + "\n```", true},
      {"json_schema: {value: true}", city, true},
      {"json_schema: {type: object}", "not json", false},
      {"json_schema: {value: {format: hostname}, formats: ignore}", "\"x\"", true},
      {"json_schema: {value: {format: date}, formats: ignore}", "\"x\"", true},
      {"json_schema: {format: date}", "\"2024-02-29\"", true},
      {"json_schema: {format: date}", "\"2023-02-29\"", false},
  });
}

TEST(JsonSchemaCheck, takes_schema_and_parts_of_it_from_the_case) {
  const Json vars = {{"city", "Paris"}, {"n", 3}, {"schema", {{"type", "integer"}}}, {"broken", {{"type", "int"}}}};
  EXPECT_TRUE(passes(run("json_schema: {properties: {c: {const: '{{city}}'}, n: {const: '{{n}}'}}}",
                         {.answer = R"({"c": "Paris", "n": 3})", .vars = vars})));
  EXPECT_FALSE(
      passes(run("json_schema: {properties: {n: {const: '{{n}}'}}}", {.answer = R"({"n": "3"})", .vars = vars})));
  EXPECT_TRUE(passes(run("json_schema: '{{schema}}'", {.answer = "3", .vars = vars})));
  EXPECT_FALSE(passes(run("json_schema: '{{schema}}'", {.answer = "'3'", .vars = vars})));
  EXPECT_NE(verify("json_schema: '{{broken}}'", vars).find("case 'fr': the value of 'json_schema' cannot be used"),
            std::string::npos);
}

TEST(JsonSchemaCheck, says_where_the_answer_is_wrong) {
  const std::string check =
      "json_schema: {properties: {items: {type: array, items: {type: integer}}}, additionalProperties: false}";
  EXPECT_EQ(run(check, {.answer = R"({"items": [1, "a"]})"}).why,
            "/items/1 in the answer must be an integer, but is \"a\"");
  EXPECT_EQ(run(check, {.answer = R"({"item": 1})"}).why, "the answer must not have the property 'item'");
}

TEST(JsonSchemaCheck, refuses_a_bad_schema_at_its_place) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"json_schema:\n  type: object\n  properties:\n    a: {minLength: -1}",
       "suite.yaml:4:20: error: the schema cannot be used at /properties/a/minLength: 'minLength' must be a whole "
       "number"},
      {"json_schema: {type: strin}", "did you mean 'string'?"},
      {"json_schema: {value: {type: object}, file: a.json}", "takes `value` or `file`, not both"},
      {"json_schema: {type: object, as: shape}", "'as' is not a keyword of draft-07"},
      {"json_schema: {type: object, required: false}", "use `value: {…schema…}`"},
      {"json_schema: answer.json", "write `json_schema: {file: answer.schema.json}` for a file"},
      {"json_schema: {file: missing.json}", "cannot read"},
      {"json_schema: {format: hostname}", "'hostname' cannot be asserted"},
      {"json_schema: {value: {}, format: ignore}", "did you mean 'formats'?"},
  };
  for (const auto& [check, message] : rows) {
    SCOPED_TRACE(check);
    const auto compiled = compile_yaml(check);
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
}

class SchemaFile : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = std::filesystem::temp_directory_path() /
           (std::string("assay-") + testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(dir_);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  void write(const std::string& name, const std::string& text) { std::ofstream(dir_ / name) << text; }
  Compiled compile_in_dir(const std::string& yaml) { return compile_yaml(yaml, {.base_dir = dir_.string()}); }

  std::filesystem::path dir_;
};

TEST_F(SchemaFile, is_read_as_json_or_yaml) {
  write("s.json", R"({"type": "number", "multipleOf": 0.10, "maximum": 1e1})");
  write("s.yaml", "type: number\nmaximum: 10\n");
  for (const auto* const yaml : {"json_schema: {file: s.json}", "json_schema: {file: s.yaml}"}) {
    SCOPED_TRACE(yaml);
    const auto compiled = compile_in_dir(yaml);
    ASSERT_NE(compiled.check, nullptr) << compiled.error();
    EXPECT_TRUE(passes(run(*compiled.check, {.answer = "9.5"})));
    EXPECT_FALSE(passes(run(*compiled.check, {.answer = "11"})));
  }
}

TEST_F(SchemaFile, that_is_bad_is_named_with_the_place) {
  write("s.json", "{\n \"type\": }");
  write("s.yaml", "type: number\nminimum: a lot\n");
  write("latin.json", "{\"title\": \"caf\xe9\"}");
  EXPECT_NE(compile_in_dir("json_schema: {file: s.json}").error().find("s.json:2:"), std::string::npos);
  EXPECT_NE(compile_in_dir("json_schema: {file: s.yaml}")
                .error()
                .find("s.yaml:2:10: error: the schema cannot be used at "
                      "/minimum: 'minimum' must be a number"),
            std::string::npos);
  EXPECT_NE(compile_in_dir("json_schema: {file: latin.json}").error().find("is not UTF-8"), std::string::npos);
}

}  // namespace
}  // namespace assay::judges
