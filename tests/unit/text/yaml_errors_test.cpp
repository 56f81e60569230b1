#include <assay/text/node.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::text {
namespace {

using namespace std::string_view_literals;

Error refusal(std::string_view yaml, const Limits& limits = {}) {
  const auto node = parse_yaml(yaml, "s.yaml", limits);
  if (node) ADD_FAILURE() << "accepted: " << to_json(*node).dump();
  return node ? Error{} : node.error();
}

struct Row {
  std::string_view yaml;
  int line;
  int column;
  std::string_view message;
  std::string_view hint;  // a part of it
};

void expect_refusals(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    SCOPED_TRACE(row.yaml);
    const Error error = refusal(row.yaml);
    EXPECT_EQ(error.kind, ErrorKind::invalid);
    EXPECT_EQ(error.at, (Place{"s.yaml", row.line, row.column}));
    EXPECT_EQ(error.message, row.message);
    EXPECT_NE(error.hint.find(row.hint), std::string::npos) << error.hint;
  }
}

TEST(Yaml, refuses_what_people_do_not_mean) {
  expect_refusals({
      {"a: 1\nb: 2\na: 3\n", 3, 1, "duplicate key 'a'", "the first is in line 1"},
      {"{x: 1, 'x': 2}", 1, 8, "duplicate key 'x'", "line 1"},
      {"a: &x {k: 1}\nb:\n  <<: *x\n", 3, 3, "merge keys (`<<`) are not read", "write the keys out"},
      {"a: !!str 1\n", 1, 4, "tags are not read: 'tag:yaml.org,2002:str'", "quotes"},
      {"a: !env HOME\n", 1, 4, "tags are not read: '!env'", "quotes"},
      {"a: !x {}\n", 1, 4, "tags are not read: '!x'", "quotes"},
      {"? [a]\n: b\n", 1, 3, "a key cannot be a list", "text"},
      {"? {a: 1}\n: b\n", 1, 3, "a key cannot be a mapping", "text"},
      {"~: 1\n", 1, 1, "a key is missing before ':'", "quotes"},
      {": 1\n", 1, 1, "a key is missing before ':'", "write the key"},
      {"a: &x [*x]\n", 1, 8, "an alias cannot stand within the value it names", "write the value out"},
      {"a: 1\n---\nb: 2\n", 2, 1, "a second document starts here", "one document"},
      {"- a\nb: 1\n", 2, 1, "this line does not belong to what is above it", "indentation"},
      {"a: {{question}}\n", 1, 4, "a template needs quotes here", "\"{{name}}\""},
      {"- user: {{q}} and more\n", 1, 9, "a template needs quotes here", "\"{{name}}\""},
  });
}

TEST(Yaml, says_what_to_write_where_the_syntax_is_wrong) {
  expect_refusals({
      {"a:\n\tb: 1\n", 2, 3, "a tab in the indentation", "spaces"},
      {"a: [1, 2\nb: 3\n", 1, 4, "a '[' is never closed", "']'"},
      {"a: [1, 2", 1, 4, "a '[' is never closed", "']'"},
      {"a: {b: [", 1, 8, "a '[' is never closed", "']'"},
      {"a: 1\nb: &x 'it''s open\n", 2, 4, "a quote is never closed", "same quote"},
      {"a: \"open \\\" \n", 1, 4, "a quote is never closed", "same quote"},
      {"a: {b: 1\n", 1, 4, "a '{' is never closed", "'}'"},
      {"a: b: c\n", 1, 5, "a ':' cannot stand here", "quotes"},
      {"a: 1\n  b: 2\n", 2, 4, "a ':' cannot stand here", "indentation"},
      {"x: 1\na: 'open", 2, 1, "a quote that is opened after this place is never closed", "same quote"},
      {"a: \"\\q\"\n", 1, 7, "unknown escape '\\q'", "single quotes"},
      {"a: *nope\n", 1, 4, "this alias (`*name`) has no anchor (`&name`) before it", "quotes"},
      {"a: @x\n", 1, 4, "text cannot start with '@'", "quotes"},
      {"a: `x`\n", 1, 4, "text cannot start with '`'", "quotes"},
      {"a: {b: Is it?}\n", 1, 13, "text cannot hold '?'", "quotes"},
      {"a: 'it's'\n", 1, 8, "this line does not fit the mapping above it", "''"},
      {"a: - b\n", 1, 4, "a list item '- ' cannot stand here", "line of its own"},
      {"a: [b]]\n", 1, 7, "this bracket closes nothing", "quotes"},
      {"a: \"\\ud83d\\ude00\"\n", 1, 11, "this escape is no character of its own", "\\U0001f600"},
  });
}

TEST(Yaml, refuses_bytes_that_are_not_utf8_by_name) {
  const Error latin = refusal("a: 1\nb: caf\xE9\n");
  EXPECT_EQ(latin.message, "is not UTF-8 (looks like ISO-8859-1)");
  EXPECT_EQ(latin.hint, "iconv -f ISO-8859-1 -t UTF-8 s.yaml > s.utf8.yaml");
  EXPECT_EQ(latin.at, (Place{"s.yaml", 2, 7}));
  EXPECT_EQ(refusal("\xFF\xFE"
                    "a\0:\0 \0"
                    "1\0"sv)
                .message,
            "is not UTF-8 (looks like UTF-16LE)");
  EXPECT_EQ(refusal("\0a\0:\0 \0"
                    "1"sv)
                .message,
            "is not UTF-8 (looks like UTF-16BE)")
      << "without a mark";
}

TEST(Yaml, refuses_raw_control_characters) {
  const Error end = refusal("a: x\nb: y\x04z\nc: 1\n");
  EXPECT_EQ(end.message, "a raw control character (\\x04)");
  EXPECT_EQ(end.at, (Place{"s.yaml", 2, 5}));
  EXPECT_EQ(refusal("a: one NUL in much text \0 is no UTF-16"sv).message, "a raw control character (\\x00)");
  EXPECT_EQ(refusal("a: 1\rb: 2\r").message, "a carriage return without a line feed");
}

TEST(Yaml, bounds_hostile_documents) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j == 0 ? "*a" : ", *a") + std::to_string(i - 1);
    bomb += "]\n";
  }
  EXPECT_EQ(refusal(bomb).message, "the document holds more than 2000000 values");

  std::string text_bomb = "a: &a '" + std::string(1 << 20, 'x') + "'\nb: [*a";
  for (int i = 0; i < 100; ++i) text_bomb += ", *a";
  EXPECT_EQ(refusal(text_bomb + "]\n").message.substr(0, 18), "the document holds");

  EXPECT_EQ(refusal(std::string(100'000, '[')).message, "a '[' is never closed");
  EXPECT_EQ(refusal(std::string(100, '[') + std::string(100, ']')).message, "nested more than 64 levels deep");
  EXPECT_EQ(refusal(std::string(4'000'000, '[')).message, "more than 200000 brackets are open at once");
  std::string steps;
  for (int i = 0; i < 70; ++i) steps += "- ";
  EXPECT_EQ(refusal(steps + "x").message, "nested more than 64 levels deep");
  EXPECT_EQ(refusal("[[[[1]]]]", Limits{.depth = 3}).message, "nested more than 3 levels deep");
  EXPECT_EQ(refusal("[&a [[1]], [*a]]", Limits{.depth = 3}).message, "nested more than 3 levels deep");
  EXPECT_EQ(refusal("a: 123456789", Limits{.bytes = 5}).message, "the file is longer than 5 bytes");
  EXPECT_EQ(refusal("[1, 2, 3, 4]", Limits{.nodes = 4}).message, "the document holds more than 4 values");
}

TEST(Yaml, shows_hostile_text_harmlessly) {
  const Error error = refusal("\"\\e[31m\\u202e\": 1\n\"\\e[31m\\u202e\": 2\n");
  EXPECT_EQ(error.message, "duplicate key '\\x1b[31m\\u202e'");
}

}  // namespace
}  // namespace assay::text
