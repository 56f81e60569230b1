#include <assay/text/reader.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::text {
namespace {

using namespace std::chrono_literals;

Node parsed(std::string_view yaml) {
  const auto node = parse_yaml(yaml, "s.yaml");
  if (!node) ADD_FAILURE() << to_string(node.error());
  return node ? *node : Node{};
}

// The only error, as a person sees it.
std::string only_error(const Diagnostics& diagnostics) {
  EXPECT_EQ(diagnostics.error_count(), 1u);
  for (const Error& error : diagnostics.errors()) EXPECT_EQ(error.kind, ErrorKind::invalid);
  return diagnostics.errors().empty() ? "" : to_string(diagnostics.errors()[0]);
}

TEST(MapReader, reads_what_is_there) {
  const Node node = parsed(
      "s: text\nn: 5\nq: '7'\nb: true\nd: 1.5s\nf: 0.25\nc: two\nl: [a, 1.10, 'x y']\none: single\nm: {k: 1.10, e: "
      "''}\n"
      "null_key:\n");
  Diagnostics diagnostics;
  MapReader reader(node, "suite", diagnostics);
  EXPECT_EQ(reader.string("s"), "text");
  EXPECT_EQ(reader.string("n"), "5") << "any scalar is text";
  EXPECT_EQ(reader.integer("n"), 5);
  EXPECT_EQ(reader.integer("q"), 7);
  EXPECT_EQ(reader.boolean("b"), true);
  EXPECT_EQ(reader.duration("d"), 1500ms);
  EXPECT_EQ(reader.number("f", 0, 1), 0.25);
  const std::vector<std::string> choices{"one", "two"};
  EXPECT_EQ(reader.choice("c", choices), "two");
  EXPECT_EQ(reader.strings("l"), (std::vector<std::string>{"a", "1.10", "x y"}));
  EXPECT_EQ(reader.strings("one"), std::vector<std::string>{"single"});
  EXPECT_EQ(reader.string_map("m"), (std::vector<std::pair<std::string, std::string>>{{"k", "1.10"}, {"e", ""}}));
  EXPECT_EQ(reader.string("null_key"), std::nullopt) << "a key without a value counts as absent";
  EXPECT_EQ(reader.get("absent"), nullptr);
  reader.finish();
  EXPECT_TRUE(diagnostics.ok()) << to_string(diagnostics.errors()[0]);
}

TEST(MapReader, names_unknown_keys_with_the_nearest_known_one) {
  const Node node = parsed("suite: x\nflor: 0.8\n\"\\e[1m\": 1\n");
  Diagnostics diagnostics;
  MapReader reader(node, "suite", diagnostics);
  std::ignore = reader.string("suite");
  std::ignore = reader.number("floor");
  reader.finish();
  ASSERT_EQ(diagnostics.error_count(), 2u);
  EXPECT_EQ(to_string(diagnostics.errors()[0]),
            "s.yaml:2:1: error: unknown key 'flor' in suite; help: did you mean 'floor'? known keys: suite, floor");
  EXPECT_EQ(diagnostics.errors()[1].message, "unknown key '\\x1b[1m' in suite");
}

TEST(MapReader, asks_for_quotes_where_a_comma_made_a_key_of_the_rest) {
  const Node node = parsed("{criteria: Polite, and short.}\n");
  Diagnostics diagnostics;
  MapReader reader(node, "check 'rubric'", diagnostics);
  std::ignore = reader.string("criteria");
  reader.finish();
  EXPECT_EQ(only_error(diagnostics),
            "s.yaml:1:20: error: unknown key 'and short.' in check 'rubric'; help: put a text that holds a comma in "
            "quotes");
}

TEST(MapReader, says_what_was_found_and_what_to_write) {
  const std::vector<std::string> kinds{"golden", "adversarial"};
  struct Row {
    std::string_view yaml;
    std::function<void(MapReader&)> read;
    std::string_view error;
  };
  const std::vector<Row> rows{
      {"k: [a]", [](MapReader& r) { std::ignore = r.string("k"); },
       "s.yaml:1:4: error: key 'k' in suite must be text, found a list; help: write one text, in quotes if it holds ': "
       "' "
       "or starts with '[', '{' or '-'"},
      {"k: yes", [](MapReader& r) { std::ignore = r.boolean("k"); },
       "s.yaml:1:4: error: key 'k' in suite must be true or false, found 'yes'; help: write `k: true`"},
      {"k: 'false'", [](MapReader& r) { std::ignore = r.boolean("k"); },
       "s.yaml:1:4: error: key 'k' in suite must be true or false, found 'false'; help: write `k: false`"},
      {"k: 0", [](MapReader& r) { std::ignore = r.integer("k", 1, 64); },
       "s.yaml:1:4: error: key 'k' in suite must be an integer from 1 to 64, found '0'; help: write `k: 1`"},
      {"k: 1.5", [](MapReader& r) { std::ignore = r.integer("k"); },
       "s.yaml:1:4: error: key 'k' in suite must be an integer of at least 0, found '1.5'; help: write `k: 1`"},
      {"k: 80%", [](MapReader& r) { std::ignore = r.number("k", 0, 1); },
       "s.yaml:1:4: error: key 'k' in suite must be a number from 0 to 1, found '80%'; help: write `k: 0.5`"},
      {"k: .inf", [](MapReader& r) { std::ignore = r.number("k"); },
       "s.yaml:1:4: error: key 'k' in suite must be a number, found '.inf'; help: write `k: 1`"},
      {"k: {a: 1}", [](MapReader& r) { std::ignore = r.number("k"); },
       "s.yaml:1:4: error: key 'k' in suite must be a number, found a mapping; help: write `k: 1`"},
      {"k: 30", [](MapReader& r) { std::ignore = r.duration("k"); },
       "s.yaml:1:4: error: key 'k' in suite: '30' has no unit; help: write a number and its unit: 500ms, 1.5s, 2m, 1h, "
       "14d"},
      {"k: goldn", [&](MapReader& r) { std::ignore = r.choice("k", kinds); },
       "s.yaml:1:4: error: unknown value 'goldn' for key 'k' in suite; help: did you mean 'golden'? write one of: "
       "golden, adversarial"},
      {"k: {a: b}", [](MapReader& r) { std::ignore = r.strings("k"); },
       "s.yaml:1:4: error: key 'k' in suite must be a list of texts, found a mapping; help: write `k: [one, two]`"},
      {"k: [a, [b]]", [](MapReader& r) { std::ignore = r.strings("k"); },
       "s.yaml:1:8: error: an item of 'k' in suite must be text, found a list; help: write one text for each item, '' "
       "for "
       "an empty one"},
      {"k: [a]", [](MapReader& r) { std::ignore = r.string_map("k"); },
       "s.yaml:1:4: error: key 'k' in suite must be a mapping of names to texts, found a list; help: write `k: {name: "
       "text}`"},
      {"k: {a: [1]}", [](MapReader& r) { std::ignore = r.string_map("k"); },
       "s.yaml:1:8: error: 'a' of 'k' in suite must be text, found a list; help: write one text, '' for an empty one"},
      {"k:", [](MapReader& r) { std::ignore = r.require("k", "capitals"); },
       "s.yaml:1:1: error: key 'k' in suite has no value; help: write `k: capitals`"},
      {"{}", [](MapReader& r) { std::ignore = r.require("k", "capitals"); },
       "s.yaml:1:1: error: suite needs the key 'k'; help: write `k: capitals`"},
      {"k: {looks: 3}", [](MapReader& r) { r.not_yet("k", "sequential looks come later"); },
       "s.yaml:1:1: error: key 'k' is not available in this version; help: sequential looks come later"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.yaml);
    const Node node = parsed(row.yaml);
    Diagnostics diagnostics;
    MapReader reader(node, "suite", diagnostics);
    row.read(reader);
    reader.finish();
    EXPECT_EQ(only_error(diagnostics), row.error);
  }
}

TEST(MapReader, reports_a_node_that_is_no_mapping_once) {
  for (const auto* yaml : {"[a]", "text", ""}) {
    SCOPED_TRACE(yaml);
    const Node node = parsed(yaml);
    Diagnostics diagnostics;
    MapReader reader(node, "suite", diagnostics);
    EXPECT_EQ(reader.require("suite", "capitals"), nullptr);
    EXPECT_EQ(reader.string("floor"), std::nullopt);
    reader.not_yet("margin", "later");
    reader.finish();
    EXPECT_NE(only_error(diagnostics).find("suite must be a mapping, found "), std::string::npos);
  }
}

TEST(MapReader, does_not_offer_keys_that_are_not_available) {
  const Node node = parsed("margn: 1\n");
  Diagnostics diagnostics;
  MapReader reader(node, "gate", diagnostics);
  std::ignore = reader.number("floor");
  reader.not_yet("margin", "later");
  reader.finish();
  EXPECT_EQ(only_error(diagnostics), "s.yaml:1:1: error: unknown key 'margn' in gate; help: known keys: floor");
}

}  // namespace
}  // namespace assay::text
