#include <assay/text/node.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::text {
namespace {

Node parsed(std::string_view yaml) {
  const auto node = parse_yaml(yaml, "s.yaml");
  if (!node) ADD_FAILURE() << to_string(node.error());
  return node ? *node : Node{};
}

const Node& at(const Node& map, std::string_view key) {
  const Node* const found = map.find(key);
  if (found == nullptr) throw std::runtime_error("no key " + std::string(key));
  return *found;
}

TEST(Yaml, knows_the_place_of_every_value) {
  const Node root = parsed("suite: capitals\ncases:\n  - id: fr\n    vars: {country: France, \"größe\": 3}\n");
  EXPECT_EQ(root.place(), (Place{"s.yaml", 1, 1}));
  EXPECT_EQ(at(root, "suite").place(), (Place{"s.yaml", 1, 8}));
  const Node& one = at(root, "cases").items.at(0);
  EXPECT_EQ(one.place(), (Place{"s.yaml", 3, 5}));
  const Node& vars = at(one, "vars");
  EXPECT_EQ(vars.place(), (Place{"s.yaml", 4, 11}));
  EXPECT_EQ(vars.entries.at(1).first.place(), (Place{"s.yaml", 4, 29}));
  EXPECT_EQ(vars.entries.at(1).second.place(), (Place{"s.yaml", 4, 38})) << "columns count characters, not bytes";
}

TEST(Yaml, keeps_plain_scalars_as_written) {
  const Node root = parsed("[1.10, NO, 010, 1e3, yes, 0x10, 12:30, .inf, nULL]");
  const std::vector<std::string> texts{"1.10", "NO", "010", "1e3", "yes", "0x10", "12:30", ".inf", "nULL"};
  ASSERT_EQ(root.items.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_EQ(root.items[i].scalar, texts[i]);
    EXPECT_FALSE(root.items[i].quoted);
  }
}

TEST(Yaml, tells_null_from_text) {
  const Node root = parsed("a:\nb: ~\nc: null\nd: Null\ne: NULL\nf: ''\ng: 'null'\nh: |\n  null\n");
  for (const auto* key : {"a", "b", "c", "d", "e"}) EXPECT_TRUE(at(root, key).is_null()) << key;
  for (const auto* key : {"f", "g", "h"}) {
    EXPECT_TRUE(at(root, key).is_scalar()) << key;
    EXPECT_TRUE(at(root, key).quoted) << key;
  }
  EXPECT_EQ(at(root, "a").place(), (Place{"s.yaml", 1, 1})) << "a value that is not there is placed at its key";
  EXPECT_EQ(at(root, "b").place(), (Place{"s.yaml", 2, 4}));
}

TEST(Yaml, keeps_the_order_of_keys) {
  const Node root = parsed("z: 1\na: 2\n'm m': 3\n");
  std::string keys;
  for (const auto& [key, value] : root.entries) keys += key.scalar + ",";
  EXPECT_EQ(keys, "z,a,m m,");
  EXPECT_EQ(root.find("nope"), nullptr);
  EXPECT_EQ(at(root, "z").find("z"), nullptr) << "a scalar has no keys";
}

TEST(Yaml, reads_byte_order_mark_and_crlf) {
  const Node root = parsed(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: |\r\n  x\r\n  y\r\nc: 2\r\n");
  EXPECT_EQ(at(root, "a").place(), (Place{"s.yaml", 1, 4}));
  EXPECT_EQ(at(root, "b").scalar, "x\ny\n");
  EXPECT_EQ(at(root, "c").place(), (Place{"s.yaml", 5, 4}));
}

TEST(Yaml, reads_an_empty_document_as_null) {
  for (const auto* yaml : {"", "\n\n", "# a comment\n", "---\n", "---\n...\n", "\xEF\xBB\xBF"}) {
    const Node root = parsed(yaml);
    EXPECT_TRUE(root.is_null());
    EXPECT_EQ(root.place().file, "s.yaml");
    EXPECT_GE(root.place().line, 1);
  }
}

TEST(Yaml, expands_aliases_and_keeps_the_place_of_the_anchor) {
  const Node root = parsed("a: &x {k: [1, 2]}\nb: *x\nc: *x\n");
  EXPECT_EQ(to_json(at(root, "c")).dump(), R"({"k":[1,2]})");
  EXPECT_EQ(at(root, "b").place(), (Place{"s.yaml", 1, 4}));
}

TEST(Yaml, reads_json) {
  const Node root = parsed("{\"a\": [1, true, null, \"x\\n\\u00e9\"], \"b\": {}}");
  EXPECT_EQ(to_json(root).dump(), R"({"a":[1,true,null,"x\né"],"b":{}})");
}

TEST(Yaml, keeps_columns_exact_in_a_long_line) {
  std::string yaml = "[";
  for (int i = 0; i < 20'000; ++i) yaml += "é, ";
  yaml += "last]";
  const Node root = parsed(yaml);
  ASSERT_EQ(root.items.size(), 20'001u);
  EXPECT_EQ(root.items[1].column, 5);
  EXPECT_EQ(root.items.back().column, 2 + 3 * 20'000);
}

}  // namespace
}  // namespace assay::text
