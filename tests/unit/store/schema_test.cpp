#include "runner/store/schema.hpp"

#include "tests/unit/store/fixture.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace assay::store {
namespace {

using test::TempDir;

TEST(Schema, a_new_file_gets_the_schema_of_this_version) {
  const TempDir dir;
  ASSERT_TRUE(Store::open(dir / "sub/dir/history.db"));
  auto database = Database::open(dir / "sub/dir/history.db", Database::Mode::existing);
  ASSERT_TRUE(database);
  EXPECT_EQ(*database->integer("PRAGMA user_version"), schema_version());
  EXPECT_EQ(*database->integer("PRAGMA application_id"), 0x41535359);
  EXPECT_EQ(*database->integer("SELECT count(*) FROM sqlite_master WHERE type='table' AND sql NOT LIKE '%STRICT%'"), 0);
}

TEST(Schema, opening_again_keeps_what_is_there) {
  const TempDir dir;
  finished_run(*open(dir / "h.db"), header("r1"));
  EXPECT_TRUE(open(dir / "h.db")->find("r1", false));
}

TEST(Schema, an_empty_file_becomes_a_history) {
  const TempDir dir;
  EXPECT_TRUE(Store::open(dir.write("h.db", "")));
}

TEST(Schema, a_newer_schema_is_refused_by_name_and_left_alone) {
  const TempDir dir;
  finished_run(*open(dir / "h.db"), header("r1"));
  {
    auto database = Database::open(dir / "h.db", Database::Mode::existing);
    ASSERT_TRUE(
        database->execute("UPDATE run SET version='9.8.7'; PRAGMA user_version=99; PRAGMA journal_mode=DELETE"));
  }
  const std::string before = dir.read("h.db");
  auto store = Store::open(dir / "h.db");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::store);
  EXPECT_NE(store.error().message.find("newer Assay (Assay 9.8.7): its schema is 99"), std::string::npos)
      << store.error().message;
  EXPECT_EQ(dir.read("h.db"), before);
}

TEST(Schema, a_file_from_before_the_first_release_is_refused_and_left_alone) {
  const TempDir dir;
  finished_run(*open(dir / "h.db"), header("r1"));
  {
    auto database = Database::open(dir / "h.db", Database::Mode::existing);
    ASSERT_TRUE(database->execute("PRAGMA user_version=1; PRAGMA journal_mode=DELETE"));
  }
  const std::string before = dir.read("h.db");
  auto store = Store::open(dir / "h.db");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::store);
  EXPECT_NE(store.error().message.find("before its first release: its schema is 1"), std::string::npos)
      << store.error().message;
  EXPECT_FALSE(store.error().hint.empty());
  EXPECT_EQ(dir.read("h.db"), before);
}

TEST(Schema, a_file_that_is_no_history_is_refused_and_left_alone) {
  const TempDir dir;
  finished_run(*open(dir / "good.db"), header("r1"), 200);
  const std::string good = dir.read("good.db");
  {
    auto other = Database::open(dir / "other.db", Database::Mode::create);
    ASSERT_TRUE(other->execute("CREATE TABLE bookmarks (url TEXT)"));
  }
  struct Row {
    const char* name;
    std::string content;
    const char* says;
  };
  const Row rows[] = {
      {"text", "version: 1\nsuite: capitals\n", "no history"},
      {"long text", std::string(20'000, 'x'), "no history"},
      {"another program's database", dir.read("other.db"), "another program"},
      {"cut off", good.substr(0, good.size() / 2), "damaged"},
      {"overwritten schema", good.substr(0, 100) + std::string(4000, 'z') + good.substr(4100), "damaged"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto file = dir.write("bad.db", row.content);
    auto store = Store::open(file);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind, ErrorKind::store);
    EXPECT_NE(store.error().message.find(row.says), std::string::npos) << store.error().message;
    EXPECT_FALSE(store.error().hint.empty());
    EXPECT_EQ(dir.read("bad.db"), row.content);
  }
}

TEST(Schema, a_missing_file_is_not_made_by_reading) {
  const TempDir dir;
  auto store = Store::open_existing(dir / "h.db");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::not_found);
  EXPECT_FALSE(std::filesystem::exists(dir / "h.db"));
}

TEST(Schema, a_folder_that_cannot_be_made_is_an_error) {
  const TempDir dir;
  dir.write("file", "");
  auto store = Store::open(dir / "file/sub/h.db");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::store);
}

TEST(Schema, a_file_without_permission_is_an_error) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TempDir dir;
  finished_run(*open(dir / "h.db"), header("r1"));
  ::chmod((dir / "h.db").c_str(), 0);
  auto store = Store::open(dir / "h.db");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::store);
}

}  // namespace
}  // namespace assay::store
