#include "tests/unit/datasets/support.hpp"

namespace assay::datasets {
namespace {

TEST(Open, says_why_a_file_cannot_be_read) {
  const test::TempDir folder;
  std::filesystem::create_directory(folder.path() / "d.json");
  struct Row {
    std::filesystem::path path;
    std::string message;
    std::string hint;
  };
  for (const auto& row : {
           Row{folder.path() / "none.jsonl", "there is no such file", "check the path"},
           Row{folder.path() / "d.json", "not a regular file", "name a file"},
           Row{folder.write("a.tsv", "a\tb\n"), "end in '.tsv'", "delimiter"},
           Row{folder.write("a.parquet", "x"), "end in '.parquet'", ".jsonl"},
           Row{folder.write("a.jsonl.gz", "x"), "end in '.gz'", "unpack"},
           Row{folder.write("data", "x"), "no ending", ".jsonl"},
       }) {
    SCOPED_TRACE(row.path);
    const auto cursor = open(row.path);
    ASSERT_FALSE(cursor);
    EXPECT_NE(cursor.error().message.find(row.message), std::string::npos) << cursor.error().message;
    EXPECT_NE(cursor.error().hint.find(row.hint), std::string::npos) << cursor.error().hint;
    EXPECT_EQ(cursor.error().at.file, row.path.string());
  }
}

TEST(Open, does_not_mind_the_case_of_the_ending) {
  EXPECT_EQ(testing::read("a.CSV", "a\n1\n").records.size(), 1u);
}

TEST(Cursor, records_know_their_place) {
  const test::TempDir folder;
  auto cursor = open(folder.write("a.jsonl", "\n{\"a\": 1}\n"));
  ASSERT_TRUE(cursor);
  const auto record = (*cursor)->next();
  ASSERT_TRUE(record && *record);
  EXPECT_EQ((*record)->at, (Place{(folder.path() / "a.jsonl").string(), 2, 1}));
}

TEST(Cursor, the_digest_covers_what_was_not_read) {
  const test::TempDir folder;
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += "{\"a\": 1}\n";
  auto cursor = open(folder.write("a.jsonl", bytes));
  ASSERT_TRUE(cursor);
  ASSERT_TRUE((*cursor)->next());
  EXPECT_EQ((*cursor)->digest(), sha256(bytes));
}

TEST(Cursor, reads_the_public_gsm8k_set) {
  const std::filesystem::path file = ASSAY_SOURCE_DIR "/../shared/data/gsm8k/test.jsonl";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "NOT RUN: " << file << " is not here";
  auto cursor = open(file);
  ASSERT_TRUE(cursor);
  std::uint64_t count = 0;
  for (;;) {
    const auto record = (*cursor)->next();
    ASSERT_TRUE(record) << to_string(record.error());
    if (!*record) break;
    EXPECT_TRUE((*record)->fields.contains("question"));
    EXPECT_EQ((*record)->row, ++count);
  }
  EXPECT_EQ(count, 1319u);
}

}  // namespace
}  // namespace assay::datasets
