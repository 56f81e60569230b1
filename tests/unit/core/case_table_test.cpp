#include <assay/core/evidence.hpp>

#include <gtest/gtest.h>

namespace assay {
namespace {

std::string digest(char c) {
  return "sha256:" + std::string(64, c);
}

TEST(CaseTable, gives_back_what_was_added) {
  CaseTable table;
  EXPECT_TRUE(table.empty());
  table.add(0, "fr", digest('a'), "", {{"continent", "europe"}});
  table.add(1, "", digest('0'), "book-1", {});
  table.add(7, std::string(300, 'x'), "md5:1", "book-1", {{"continent", "europe"}});
  table.add(9, "jp", "sha256:" + std::string(64, 'G'), "book-2", {{"continent", "asia"}});
  ASSERT_EQ(table.size(), 4u);
  struct Row {
    std::uint32_t ordinal;
    std::string id, digest, cluster;
    Tags tags;
  };
  const Row rows[] = {{0, "fr", digest('a'), "", {{"continent", "europe"}}},
                      {1, "", digest('0'), "book-1", {}},
                      {7, std::string(300, 'x'), "md5:1", "book-1", {{"continent", "europe"}}},
                      {9, "jp", "sha256:" + std::string(64, 'G'), "book-2", {{"continent", "asia"}}}};
  for (std::size_t i = 0; i < table.size(); ++i) {
    SCOPED_TRACE(i);
    const auto view = table[i];
    EXPECT_EQ(view.ordinal, rows[i].ordinal);
    EXPECT_EQ(view.id, rows[i].id);
    EXPECT_EQ(view.digest, rows[i].digest);
    EXPECT_EQ(view.cluster, rows[i].cluster);
    EXPECT_EQ(view.tags, rows[i].tags);
    EXPECT_EQ(table.id(i), rows[i].id);
    EXPECT_EQ(table.ordinal(i), rows[i].ordinal);
  }
}

TEST(CaseTable, numbers_equal_clusters_and_tag_sets_alike) {
  CaseTable table;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    table.add(i, "c", "", i % 10 == 0 ? "" : "k" + std::to_string(i % 10), {{"t", std::to_string(i % 3)}});
  }
  EXPECT_EQ(table.clusters(), 10u);
  EXPECT_EQ(table.tag_sets().size(), 3u);
  for (std::size_t i = 0; i < table.size(); ++i) {
    EXPECT_EQ(table.cluster_number(i), i % 10);
    EXPECT_EQ(table.tag_sets().at(table.tags_number(i)).at("t"), std::to_string(i % 3));
  }
  EXPECT_EQ(table[5].digest, "");
}

TEST(CaseTable, is_a_value) {
  CaseTable table;
  table.add(3, "a", digest('b'), "k", {{"t", "1"}});
  CaseTable copy = table;
  copy.add(4, "b", "", "k", {{"t", "1"}});
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(copy[0].digest, digest('b'));
  EXPECT_EQ(copy[1].digest, "");
  EXPECT_EQ(copy.cluster_number(1), copy.cluster_number(0));
  EXPECT_EQ(copy.tag_sets().size(), 1u);
}

}  // namespace
}  // namespace assay
