#include "judges/json_schema/schema.hpp"

#include "judges/json_schema/pattern.hpp"
#include "judges/json_schema/value.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace assay::judges::schema {
namespace {

Schema good(const std::string& text, const Options& options = {}) {
  auto compiled = Schema::compile(parse_json(text).value(), options);
  if (const auto* const fault = std::get_if<Fault>(&compiled)) {
    ADD_FAILURE() << text << " at " << fault->pointer << ": " << fault->message;
    return std::get<Schema>(Schema::compile(true));
  }
  return std::get<Schema>(std::move(compiled));
}

TEST(Schema, refuses_what_a_validator_would_ignore) {
  struct Row {
    std::string schema;
    std::string pointer;
    std::string says;
  };
  const std::vector<Row> rows{
      {R"({"unevaluatedProperties": false})", "/unevaluatedProperties", "additionalProperties: false"},
      {R"({"dependentRequired": {"a": ["b"]}})", "/dependentRequired", "dependencies"},
      {R"({"prefixItems": [{}]})", "/prefixItems", "items: [{…}, {…}]"},
      {R"({"$dynamicRef": "#a"})", "/$dynamicRef", "$ref"},
      {R"({"minContains": 2, "contains": {}})", "/minContains", "contains"},
      {R"({"nullable": true})", "/nullable", "type: [string, 'null']"},
      {R"({"$schema": "https://json-schema.org/draft/2020-12/schema"})", "/$schema", "another draft"},
      {R"({"properties": {"a": {"$schema": "http://json-schema.org/draft-04/schema#"}}})", "/properties/a/$schema",
       "another draft"},
      {R"({"minlength": 3})", "/minlength", "did you mean 'minLength'?"},
      {R"({"colour": "red"})", "/colour", "would be ignored"},
      {R"({"definitions": {"a": {"tpye": "string"}}})", "/definitions/a/tpye", "did you mean 'type'?"},
      {R"({"properties": {"a": {"$ref": "#", "minLength": 3}}})", "/properties/a/minLength", "ignored beside '$ref'"},
      {R"({"then": {}})", "/then", "without 'if'"},
      {R"({"if": {}})", "/if", "without 'then' or 'else'"},
      {R"({"additionalItems": false})", "/additionalItems", "unless 'items' is a list"},
      {R"({"format": "hostname"})", "/format", "cannot be asserted"},
      {R"({"format": "regex"})", "/format", "formats: ignore"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.schema);
    const auto compiled = Schema::compile(parse_json(row.schema).value());
    ASSERT_TRUE(std::holds_alternative<Fault>(compiled));
    const auto& fault = std::get<Fault>(compiled);
    EXPECT_EQ(fault.pointer, row.pointer);
    EXPECT_NE((fault.message + "; " + fault.hint).find(row.says), std::string::npos) << fault.message << fault.hint;
  }
}

TEST(Schema, refuses_what_is_no_schema) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"3", ""},
      {R"({"type": "strin"})", "/type"},
      {R"({"type": []})", "/type"},
      {R"({"enum": []})", "/enum"},
      {R"({"minimum": "3"})", "/minimum"},
      {R"({"exclusiveMinimum": true})", "/exclusiveMinimum"},
      {R"({"multipleOf": 0})", "/multipleOf"},
      {R"({"minLength": 1.5})", "/minLength"},
      {R"({"maxItems": -1})", "/maxItems"},
      {R"({"uniqueItems": "yes"})", "/uniqueItems"},
      {R"({"required": "a"})", "/required"},
      {R"({"required": ["a", "a"]})", "/required"},
      {R"({"properties": []})", "/properties"},
      {R"({"properties": {"a/b": 3}})", "/properties/a~1b"},
      {R"({"allOf": []})", "/allOf"},
      {R"({"anyOf": [{}, 3]})", "/anyOf/1"},
      {R"({"dependencies": {"a": [3]}})", "/dependencies"},
      {R"({"pattern": "("})", "/pattern"},
      {R"x({"pattern": "(?=a)"})x", "/pattern"},
      {R"({"patternProperties": {"\\1": true}})", "/patternProperties"},
      {R"({"$ref": 3})", "/$ref"},
      {R"({"items": {"$ref": "#/definitions/a"}})", "/items/$ref"},
      {R"({"$ref": "#nowhere"})", "/$ref"},
      {R"({"$ref": "https://example.org/a.json"})", "/$ref"},
      {R"({"$ref": "other.json"})", "/$ref"},
  };
  for (const auto& [schema, pointer] : rows) {
    SCOPED_TRACE(schema);
    const auto compiled = Schema::compile(parse_json(schema).value());
    ASSERT_TRUE(std::holds_alternative<Fault>(compiled));
    EXPECT_EQ(std::get<Fault>(compiled).pointer, pointer) << std::get<Fault>(compiled).message;
  }
}

TEST(Schema, accepts_annotations_and_the_keys_of_others) {
  (void)good(
      R"({"$schema": "http://json-schema.org/draft-07/schema#", "$id": "https://example.org/a.json", "title": "t",
                 "description": "d", "default": 1, "examples": [1], "$comment": "c", "readOnly": true, "writeOnly": false,
                 "contentEncoding": "base64", "contentMediaType": "text/plain", "x-order": 3,
                 "properties": {"x": {"$ref": "#/$defs/a", "description": "beside a reference"}},
                 "$defs": {"a": {"type": "string"}}})");
}

TEST(Schema, refuses_references_that_never_end) {
  for (const auto* const schema : {
           R"({"$ref": "#"})",
           R"({"allOf": [{"$ref": "#"}]})",
           R"({"definitions": {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a"}}})",
           R"({"anyOf": [{"type": "string"}, {"not": {"$ref": "#"}}]})",
           R"({"dependencies": {"a": {"$ref": "#"}}})",
       }) {
    SCOPED_TRACE(schema);
    const auto compiled = Schema::compile(parse_json(schema).value());
    ASSERT_TRUE(std::holds_alternative<Fault>(compiled));
    EXPECT_NE(std::get<Fault>(compiled).message.find("without end"), std::string::npos);
  }
}

TEST(Schema, refuses_a_chain_that_is_too_long) {
  Json schema = {{"definitions", Json::object()}, {"$ref", "#/definitions/d0"}};
  for (int i = 0; i < 5000; ++i) {
    schema["definitions"]["d" + std::to_string(i)] = {{"$ref", "#/definitions/d" + std::to_string(i + 1)}};
  }
  schema["definitions"]["d5000"] = true;
  const auto compiled = Schema::compile(schema);
  ASSERT_TRUE(std::holds_alternative<Fault>(compiled));
  EXPECT_NE(std::get<Fault>(compiled).message.find("more than 64 schemas"), std::string::npos);
}

TEST(Schema, follows_recursion_into_the_instance) {
  const auto tree = good(R"({"type": "object", "required": ["v"], "properties":
                             {"v": {"type": "integer"}, "kids": {"type": "array", "items": {"$ref": "#"}}}})");
  EXPECT_FALSE(tree.validate(parse_json(R"({"v": 1, "kids": [{"v": 2, "kids": [{"v": 3}]}]})").value()));
  const auto violation = tree.validate(parse_json(R"({"v": 1, "kids": [{"v": 2, "kids": [{"v": "x"}]}]})").value());
  ASSERT_TRUE(violation);
  EXPECT_EQ(violation->pointer, "/kids/0/kids/0/v");
  EXPECT_EQ(violation->message, "must be an integer, but is \"x\"");
}

TEST(Schema, explains_the_first_violation) {
  struct Row {
    std::string schema;
    std::string instance;
    std::string pointer;
    std::string message;
  };
  const std::vector<Row> rows{
      {R"({"type": ["string", "null"]})", "3", "", "must be null or a string, but is 3"},
      {R"({"enum": ["a", 1]})", R"("b")", "", R"(must be one of ["a",1], but is "b")"},
      {R"({"const": 1})", "2", "", "must be 1, but is 2"},
      {R"({"minimum": 3})", "2", "", "must be at least 3, but is 2"},
      {R"({"exclusiveMaximum": 3})", "3", "", "must be less than 3, but is 3"},
      {R"({"multipleOf": 0.01})", "0.015", "", "must be a multiple of 0.01, but is 0.015"},
      {R"({"maxLength": 2})", R"("日本語")", "", "must have at most 2 characters, but has 3"},
      {R"({"pattern": "^a"})", R"("b")", "", "must match '^a', but is \"b\""},
      {R"({"format": "date"})", R"("2023-02-30")", "", "must be a valid date, but is \"2023-02-30\""},
      {R"({"minItems": 1})", "[]", "", "must have at least 1 items, but has 0"},
      {R"({"uniqueItems": true})", "[1, 2, 1.0]", "", "must not hold an item twice, but holds 1.0"},
      {R"({"items": {"type": "string"}})", R"(["a", 1])", "/1", "must be a string, but is 1"},
      {R"({"contains": {"type": "string"}})", "[1]", "", "must contain an item that matches 'contains'"},
      {R"({"required": ["a"]})", "{}", "", "must have the property 'a'"},
      {R"({"properties": {"a~b": {"properties": {"c/d": false}}}})", R"({"a~b": {"c/d": 1}})", "/a~0b/c~1d",
       "is not allowed"},
      {R"({"additionalProperties": false})", R"({"a": 1})", "", "must not have the property 'a'"},
      {R"({"propertyNames": {"maxLength": 1}})", R"({"ab": 1})", "",
       "must not have the property 'ab': its name does not match 'propertyNames'"},
      {R"({"dependencies": {"a": ["b"]}})", R"({"a": 1})", "", "must have the property 'b' beside 'a'"},
      {R"({"not": {"type": "integer"}})", "1", "", "must not match the schema of 'not', but is 1"},
      {R"({"anyOf": [{"minimum": 3}, {"maximum": 1}]})", "2", "",
       "must match one of the 2 schemas of 'anyOf', but is 2"},
      {R"({"anyOf": [{"type": "null"}, {"type": "object", "required": ["a"]}]})", "{}", "",
       "must have the property 'a'"},
      {R"({"oneOf": [{"minimum": 1}, {"maximum": 3}]})", "2", "", "must match one schema of 'oneOf' only, but is 2"},
      {R"({"if": {"type": "integer"}, "then": {"minimum": 3}})", "2", "", "must be at least 3, but is 2"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.schema);
    const auto violation = good(row.schema).validate(parse_json(row.instance).value());
    ASSERT_TRUE(violation);
    EXPECT_EQ(violation->pointer, row.pointer);
    EXPECT_EQ(violation->message, row.message);
  }
}

TEST(Schema, compares_numbers_exactly) {
  struct Row {
    std::string schema;
    std::string instance;
    bool valid;
  };
  const std::vector<Row> rows{
      {R"({"multipleOf": 0.0001})", "0.0075", true},
      {R"({"multipleOf": 0.0001})", "0.00751", false},
      {R"({"multipleOf": 0.01})", "19.99", true},
      {R"({"multipleOf": 0.1})", "1e300", true},
      {R"({"multipleOf": 3})", "1e300", false},
      {R"({"multipleOf": 7})", "9223372036854775807", true},
      {R"({"multipleOf": 10})", "18446744073709551610", true},
      {R"({"multipleOf": 1e-300})", "1", true},
      {R"({"multipleOf": 2})", "-4", true},
      {R"({"multipleOf": 2})", "0", true},
      {R"({"type": "integer"})", "1.0", true},
      {R"({"type": "integer"})", "1.5", false},
      {R"({"type": "integer"})", "1e308", true},
      {R"({"type": "integer"})", "18446744073709551615", true},
      {R"({"const": 1})", "1.0", true},
      {R"({"const": 1})", "true", false},
      {R"({"const": 0})", "-0.0", true},
      {R"({"const": 9007199254740993})", "9007199254740992", false},
      {R"({"const": 9007199254740993})", "9007199254740992.0", false},
      {R"({"const": {"a": [1, 2.0]}})", R"({"a": [1.0, 2]})", true},
      {R"({"const": "1"})", "1", false},
      {R"({"enum": [1, "a", null]})", "null", true},
      {R"({"minimum": 9007199254740993})", "9007199254740992", false},
      {R"({"maximum": 18446744073709551614})", "18446744073709551615", false},
      {R"({"maximum": -1})", "18446744073709551615", false},
      {R"({"uniqueItems": true})", "[18446744073709551615, -1]", true},
      {R"({"uniqueItems": true})", "[1.0000000000001, 1.0000000000002]", true},
      {R"({"uniqueItems": true})",
       R"([["a", "b"], ["ab"], {"a": "b"}, "ab", 1, "1", true, "true", null, "null", [], {}])", true},
      {R"({"uniqueItems": true})", R"([{"a": 1, "b": 2}, {"b": 2.0, "a": 1}])", false},
      {R"({"minLength": 2, "maxLength": 2})", R"("\ud83d\ude00é")", true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.schema + " on " + row.instance);
    EXPECT_EQ(!good(row.schema).validate(parse_json(row.instance).value()).has_value(), row.valid);
  }
}

TEST(Pattern, reads_ecma_262) {
  struct Row {
    std::string pattern;
    std::string text;
    bool matches;
  };
  const std::vector<Row> rows{
      {"^\\d+$", "123", true},
      {"^\\d+$", "１２", false},
      {"^\\w$", "é", false},
      {"^\\s$", "\xc2\xa0", true},
      {"^\\s$", "\v", true},
      {"^\\S$", "\xe2\x80\xa8", false},
      {"^[\\s]$", "\xef\xbb\xbf", true},
      {"^[\\S]$", "\xe3\x80\x80", false},
      {"^[\\S]$", "a", true},
      {"^.$", "\r", false},
      {"^.$", "\xe2\x80\xa9", false},
      {"^.$", "\xf0\x9f\x98\x80", true},
      {"^a$", "a\n", false},
      {"^\\/\\-\\_$", "/-_", true},
      {"^\\cA$", "\x01", true},
      {"^\\u00e9\\x41$", "éA", true},
      {"^\\ud83d\\ude00$", "\xf0\x9f\x98\x80", true},
      {"^\\u{1F600}$", "\xf0\x9f\x98\x80", true},
      {"^[^]$", "\n", true},
      {"[]", "a", false},
      {"^[[:]$", ":", true},
      {"^[\\b]$", "\b", true},
      {"^(?<year>\\d{4})$", "2024", true},
      {"^\\p{L}+$", "Éa", true},
      {"^\\p{Letter}$", "é", true},
      {"^\\p{Script=Greek}$", "λ", true},
      {"^\\P{L}$", "1", true},
      {"^[\\p{Lu}\\d]$", "7", true},
      {"a{", "a{", true},
      {"^é+$", "ééé", true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.pattern + " on " + row.text);
    const auto compiled = compile_pattern(row.pattern);
    const auto* const fault = std::get_if<PatternFault>(&compiled);
    ASSERT_EQ(fault, nullptr) << fault->message;
    EXPECT_EQ(RE2::PartialMatch(row.text, *std::get<0>(compiled)), row.matches);
  }
}

TEST(Pattern, refuses_what_cannot_run_in_linear_time_or_is_not_ecma) {
  for (const auto* const pattern :
       {"a(?=b)", "a(?!b)", "(?<=a)b", "(?<!a)b", "(a)\\1",  "\\k<a>", "\\Aa", "a\\z",          "\\Q",     "\\a",
        "[a",     "(",      "a\\",     "\\u12",   "\\ud83d", "\\x4",   "\\p",  "\\p{Nonsense}", "a{1001}", "a**"}) {
    SCOPED_TRACE(pattern);
    const auto compiled = compile_pattern(pattern);
    ASSERT_TRUE(std::holds_alternative<PatternFault>(compiled));
    EXPECT_FALSE(std::get<PatternFault>(compiled).message.empty());
  }
}

TEST(Format, asserts_the_eight) {
  struct Row {
    std::string format;
    std::string text;
    bool valid;
  };
  const std::vector<Row> rows{
      {"date", "2024-02-29", true},
      {"date", "2100-02-29", false},
      {"date", "24-02-29", false},
      {"date", "2024-2-9", false},
      {"time", "23:59:60Z", true},
      {"time", "22:59:60Z", false},
      {"time", "00:59:60+01:00", true},
      {"time", "12:00:00", false},
      {"time", "12:00:00.123-08:30", true},
      {"time", "24:00:00Z", false},
      {"date-time", "2024-01-01t00:00:00z", true},
      {"date-time", "2024-01-01 00:00:00Z", false},
      {"email", "a.b+c@example.org", true},
      {"email", "a@b@c.org", false},
      {"email", ".a@example.org", false},
      {"email", "a@-x.org", false},
      {"email", "\"a b\"@example.org", true},
      {"email", "a@[127.0.0.1]", true},
      {"uuid", "2EB8AA08-aa98-11ea-b4aa-73b441d16380", true},
      {"uuid", "2eb8aa08aa9811eab4aa73b441d16380", false},
      {"uri", "https://a@b.org:80/p?q#f", true},
      {"uri", "/relative", false},
      {"uri", "http://[::1]/", true},
      {"uri", "http://a b", false},
      {"uri", "urn:isbn:1", true},
      {"uri", "http://x/%zz", false},
      {"uri", "http://a:b/", false},
      {"ipv4", "127.0.0.1", true},
      {"ipv4", "127.0.0.01", false},
      {"ipv4", "256.1.1.1", false},
      {"ipv6", "::ffff:1.2.3.4", true},
      {"ipv6", "fe80::1%eth0", false},
      {"ipv6", "1::2::3", false},
      {"ipv4", std::string("1.2.3.4\0x", 9), false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.format + ": " + row.text);
    const auto schema = good(R"({"format": ")" + row.format + R"("})");
    EXPECT_EQ(!schema.validate(Json(row.text)).has_value(), row.valid);
  }
}

TEST(Schema, uses_the_meta_schema_without_a_network) {
  const auto meta = good(R"({"$ref": "http://json-schema.org/draft-07/schema#"})");
  EXPECT_FALSE(meta.validate(parse_json(R"({"type": "string", "minLength": 2})").value()));
  EXPECT_TRUE(meta.validate(parse_json(R"({"minLength": -1})").value()));
}

// Each row multiplies the work of a validator that follows every path; ours stays within a second or so.
TEST(Schema, stays_linear_on_hostile_schemas_and_instances) {
  const auto start = std::chrono::steady_clock::now();
  Json doubling = {{"definitions", Json::object()}, {"$ref", "#/definitions/d0"}};
  for (int i = 0; i < 25; ++i) {
    const Json next = {{"$ref", "#/definitions/d" + std::to_string(i + 1)}};
    doubling["definitions"]["d" + std::to_string(i)] = {{"allOf", {next, next}}};
  }
  doubling["definitions"]["d25"] = {{"type", "string"}};
  const auto doubled = Schema::compile(doubling);
  ASSERT_TRUE(std::holds_alternative<Schema>(doubled));
  EXPECT_TRUE(std::get<Schema>(doubled).validate(1));

  const auto branching = good(R"({"type": "object", "properties": {"v": {"type": "integer"}},
      "anyOf": [{"properties": {"c": {"$ref": "#"}}, "required": ["x"]},
                {"properties": {"c": {"$ref": "#"}}, "required": ["y"]},
                {"properties": {"c": {"$ref": "#"}}}]})");
  Json nested = {{"v", "not a number"}};
  for (int i = 0; i < 60; ++i) nested = Json{{"c", nested}};
  const auto violation = branching.validate(nested);
  ASSERT_TRUE(violation);

  const auto unique = good(R"({"uniqueItems": true})");
  Json many = Json::array();
  for (int i = 0; i < 200'000; ++i) many.push_back(i);
  EXPECT_FALSE(unique.validate(many));

  const auto pattern = good(R"({"pattern": "^(a+)+$"})");
  EXPECT_TRUE(pattern.validate(Json(std::string(200'000, 'a') + "!")));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Schema, walks_the_deepest_instance_and_chain_that_are_allowed) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
  GTEST_SKIP() << "AddressSanitizer's frames are several times as large: 64 × 64 of them do not fit on 8 MiB";
#endif
#endif
  Json schema = {{"definitions", Json::object()}, {"$ref", "#/definitions/d0"}};
  for (int i = 0; i < 60; ++i) {
    schema["definitions"]["d" + std::to_string(i)] = {{"$ref", "#/definitions/d" + std::to_string(i + 1)}};
  }
  schema["definitions"]["d60"] = {{"items", {{"$ref", "#"}}}, {"type", "array"}};
  const auto compiled = Schema::compile(schema);
  ASSERT_TRUE(std::holds_alternative<Schema>(compiled)) << std::get<Fault>(compiled).message;
  const auto deep = parse_json(std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']')).value();
  EXPECT_FALSE(std::get<Schema>(compiled).validate(deep));
}

}  // namespace
}  // namespace assay::judges::schema
