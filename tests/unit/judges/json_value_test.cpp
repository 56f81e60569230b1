#include "tests/unit/judges/support.hpp"

namespace assay::judges {
namespace {

const std::string kAnswer = R"({"city": "Paris", "n": 1.0, "items": [{"id": 7, "a b": null}, {"id": 8}], "ok": true})";

struct Row {
  std::string check;
  bool pass;
};

void expect(const std::vector<Row>& rows, const std::string& answer) {
  for (const auto& [check, pass] : rows) {
    SCOPED_TRACE(check);
    const Score score = run(check, {.answer = answer, .vars = {{"city", "Paris"}, {"n", 1}, {"all", {{"x", 1}}}}});
    EXPECT_EQ(passes(score), pass) << score.why;
    EXPECT_EQ(score.why.empty(), pass);
  }
}

TEST(JsonPathCheck, finds_one_value) {
  expect({{"json_path: $.city", true},
          {"json_path: $", true},
          {"json_path: $.town", false},
          {"json_path: '$.items[0].id'", true},
          {"json_path: '$.items[-1].id'", true},
          {"json_path: '$.items[2]'", false},
          {"json_path: '$.items[-3]'", false},
          {"json_path: '$.city[0]'", false},
          {"json_path: '$.items.id'", false},
          {"json_path: \"$.items[0]['a b']\"", true},
          {"json_path: {path: $.city, equals: Paris}", true},
          {"json_path: {path: $.city, equals: paris}", false},
          {"json_path: {path: $.city, equals: '{{city}}'}", true},
          {"json_path: {path: $.n, equals: 1}", true},
          {"json_path: {path: $.n, equals: '{{n}}'}", true},
          {"json_path: {path: $.n, equals: '1'}", false},
          {"json_path: {path: $.ok, equals: true}", true},
          {"json_path: {path: '$.items[1]', equals: {id: 8}}", true},
          {"json_path: {path: '$.items[0]', equals: {id: 7}}", false}},
         kAnswer);
  EXPECT_TRUE(passes(run("json_path: {path: $.a, extract: fence}", {.answer = "```\n{\"a\": 1}\n```"})));
}

TEST(JsonPathCheck, says_what_is_there_instead) {
  EXPECT_EQ(run("json_path: {path: $.city, equals: Rome}", {.answer = kAnswer}).why,
            "$.city is \"Paris\", expected \"Rome\"");
  EXPECT_EQ(run("json_path: {path: '$.items[0]', equals: {id: 9}}", {.answer = kAnswer}).why,
            "$.items[0].id is 7, expected 9");
  EXPECT_EQ(run("json_path: $.a", {.answer = "{}"}).why, "there is nothing at $.a in '{}'");
  EXPECT_EQ(run("json_path: $.a", {.answer = ""}).why, "expected JSON, got an empty answer");
}

TEST(JsonEqual, compares_values_not_texts) {
  expect({{"json_equal: {a: 1, b: [x, null]}", true},
          {"json_equal: {b: [x, null], a: 1.0}", true},
          {"json_equal: {a: 1}", false},
          {"json_equal: {a: 1, b: [x, null], c: 2}", false},
          {"json_equal: {a: 1, b: [null, x]}", false},
          {"json_equal: {a: '1', b: [x, null]}", false},
          {"json_equal: {value: {a: 1}, ignore: [$.b]}", true},
          {"json_equal: {value: {a: 1, b: [y, null]}, ignore: '$.b[0]'}", true},
          {"json_equal: {value: {a: 1, b: [1, 2]}, ignore: '$.b[*]'}", true},
          {"json_equal: {value: {a: 1, b: [1]}, ignore: '$.b[*]'}", false},
          {"json_equal: {value: {}, ignore: '$.*'}", true},
          {"json_equal: {value: 4, ignore: $}", true}},
         R"({"a": 1, "b": ["x", null]})");
  expect({{"json_equal: '{{all}}'", true}, {"json_equal: {x: '{{n}}'}", true}}, R"({"x": 1})");
  expect({{"json_equal: {value: {items: [{id: 0, v: 1}, {v: 2}]}, ignore: ['$.items[*].id']}", true}},
         R"({"items": [{"id": 5, "v": 1}, {"id": 6, "v": 2}]})");
}

TEST(JsonEqual, names_the_first_difference) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {R"({"a": 2, "b": ["x"]})", "$.a is 2, expected 1"},
      {R"({"a": 1})", "$.b is missing, expected [\"x\"]"},
      {R"({"a": 1, "b": ["x", 3]})", "$.b[1] was not expected: 3"},
      {R"({"a": 1, "b": ["x"], "c d": 0})", "$['c d'] was not expected: 0"},
      {"[]", "$ is [], expected {\"a\":1,\"b\":[\"x\"]}"},
  };
  for (const auto& [answer, why] : rows) {
    EXPECT_EQ(run("json_equal: {a: 1, b: [x]}", {.answer = answer}).why, why);
  }
}

TEST(JsonValue, is_refused_at_load_with_what_to_write) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"json_path: city", "is no path: 'city': a path starts with `$`"},
      {"json_path: $..city", "`..` is not read"},
      {"json_path: $.items[*]", "must lead to one value"},
      {"json_path: '$[?@.a]'", "is neither an index, a quoted name nor `*`"},
      {"json_path: $.", "a name is missing"},
      {"json_path: '$[0'", "a `[` is not closed"},
      {"json_path: {path: $.a, equals: null}", "the equals of 'json_path' is nothing"},
      {"json_path: {equals: 1}", "needs the key 'path'"},
      {"json_equal: {value: 1, ignore: [id]}", "holds no path: 'id'"},
      {"json_equal: {value: 1, ignored: [$.id]}", "did you mean 'ignore'?"},
  };
  for (const auto& [check, message] : rows) {
    SCOPED_TRACE(check);
    const auto compiled = compile_yaml(check);
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
}

}  // namespace
}  // namespace assay::judges
