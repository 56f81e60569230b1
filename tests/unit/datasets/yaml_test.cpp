#include "tests/unit/datasets/support.hpp"

namespace assay::datasets {
namespace {

using testing::read;
using Texts = std::vector<std::string>;

TEST(Yaml, reads_a_list_of_mappings_as_written) {
  const auto got = read("a.yaml", "- {id: fr, n: 3, price: 1.10, flag: NO}\r\n- id: jp\r\n  tags: {a: b}\r\n");
  EXPECT_EQ(got.errors, Texts{});
  EXPECT_EQ(got.records, (Texts{R"({"flag":"NO","id":"fr","n":3,"price":"1.10"})", R"({"id":"jp","tags":{"a":"b"}})"}));
  EXPECT_EQ(read("a.yml", "").records, Texts{});
}

TEST(Yaml, says_what_is_wrong_and_where) {
  const auto mapping = read("a.yaml", "a: 1\n");
  ASSERT_EQ(mapping.errors.size(), 1u);
  EXPECT_TRUE(mapping.errors[0].starts_with("a.yaml:1:1: the data set is not a list")) << mapping.errors[0];
  const auto item = read("a.yaml", "- a: 1\n- 2\n- a: 3\n");
  EXPECT_EQ(item.records.size(), 2u);
  EXPECT_EQ(item.errors, (Texts{"a.yaml:2:3: the record is not a mapping"}));
  EXPECT_EQ(read("a.yaml", "- {a: 1\n").errors.size(), 1u);
}

}  // namespace
}  // namespace assay::datasets
