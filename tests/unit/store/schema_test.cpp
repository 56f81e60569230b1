#include "runner/store/schema.hpp"

#include "tests/unit/store/fixture.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>

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

/// `h.db`, from `history_<version>.sql`.
void make_old(const TempDir& dir, int version) {
  auto old = Database::open(dir / "h.db", Database::Mode::create);
  ASSERT_TRUE(old);
  const auto folder = std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/unit/store";
  const auto sql = TempDir::read_file(folder / ("history_" + std::to_string(version) + ".sql"));
  ASSERT_TRUE(old->execute(sql.c_str()));
  ASSERT_EQ(*old->integer("PRAGMA user_version"), version);
}

TEST(Schema, a_history_of_schema_2_is_read_and_written_on) {
  const TempDir dir;
  make_old(dir, 2);
  auto store = open(dir / "h.db");
  const auto run = store->find("commit=abc", false);
  ASSERT_TRUE(run) << to_string(run.error());
  EXPECT_EQ(run->header.kind, RunKind::measured);
  EXPECT_EQ(run->header.origin, "");
  EXPECT_TRUE(run->header.judges.empty());
  EXPECT_EQ(run->verdict, "INCONCLUSIVE");
  const std::string& id = run->header.id;

  auto evidence = store->evidence(id, {});
  ASSERT_TRUE(evidence) << to_string(evidence.error());
  const Balance& balance = evidence->suites.at(0).balance;
  EXPECT_TRUE(balance.holds());
  EXPECT_EQ(balance.scored, 2u);
  EXPECT_EQ(balance.errored, 1u);
  EXPECT_EQ(evidence->suites[0].column("contains")->values, (std::vector<double>{1, 0, 0}));
  EXPECT_EQ(evidence->cost.calls, 3u);
  EXPECT_FALSE(evidence->cost.usd);

  std::vector<std::string> answers;
  ASSERT_TRUE(store->samples(id, {.failures_first = false}, [&](const StoredSample& sample) {
    const Response* answer = last_answer(sample.transcript);
    answers.push_back(answer != nullptr ? text_of(answer->message) : "none");
    EXPECT_EQ(sample.transcript.steps.at(0).question, nullptr);
    return true;
  }));
  EXPECT_EQ(answers.at(0), "Paris");
  EXPECT_EQ(answers.at(1), "Tokyo, the seat of the government since 1868, of the emperor since 1869");
  EXPECT_EQ(answers.at(2), "none");

  const ScoreEdit edit{"capitals", "jp", 0, "contains", true, std::nullopt, "Tokyo it is", "ana", {5}};
  ASSERT_TRUE(store->edit_scores(id, std::array{edit}));
  EXPECT_TRUE(store->evidence(id, {})->suites[0].rows.at(1).pass);
  finished_run(*store, header("r1"));
  EXPECT_EQ(store->history(std::nullopt, 10)->size(), 2u);
}

TEST(Schema, a_history_of_schema_3_is_read_and_written_on) {
  const TempDir dir;
  make_old(dir, 3);
  auto store = open(dir / "h.db");
  const auto run = store->find("commit=abc", false);
  ASSERT_TRUE(run) << to_string(run.error());
  const std::string& id = run->header.id;
  EXPECT_TRUE(run->header.suites.at(0).owners.empty());
  EXPECT_FALSE(run->stop);
  EXPECT_EQ(store->labels(id)->size(), 1u);
  const auto evidence = store->evidence(id, {});
  ASSERT_TRUE(evidence) << to_string(evidence.error());
  EXPECT_EQ(evidence->suites.at(0).balance.scored, 3u);
  EXPECT_TRUE(evidence->suites[0].rows.at(1).pass);  // as a person changed it
  EXPECT_TRUE(store->baselines(std::nullopt)->empty());
  ASSERT_TRUE(store->add_baseline({"main", id, {5}, ""}));
  EXPECT_EQ(store->find("main", false)->header.id, id);
}

TEST(Schema, the_chain_begins_after_the_verdicts_of_older_schemas) {
  for (const int version : {2, 3}) {
    SCOPED_TRACE(version);
    const TempDir dir;
    make_old(dir, version);
    auto store = open(dir / "h.db");
    const std::string id = store->find("latest", false)->header.id;
    ASSERT_TRUE(store->check_chain());
    EXPECT_TRUE(store->check_chain()->empty());
    Verdict first;
    ASSERT_TRUE(store->add_verdict(id, first));
    EXPECT_EQ(first.prev_hash, "");
    Verdict second;
    ASSERT_TRUE(store->add_verdict(id, second));
    EXPECT_NE(second.prev_hash, "");
    EXPECT_TRUE(store->check_chain()->empty());
    // A baseline file carries such a verdict, which then has a link, but no hash from before.
    ASSERT_TRUE(store->add_baseline({"main", id, {5}, ""}));
    ASSERT_TRUE(store->export_baseline("main", 1, dir / "main.db"));
    auto other = open(dir / "o.db");
    ASSERT_TRUE(other->import_baselines(dir / "main.db"));
    EXPECT_TRUE(other->check_chain()->empty());
    auto database = Database::open(dir / "h.db", Database::Mode::existing);
    ASSERT_TRUE(database->execute("DELETE FROM verdict WHERE id=1"));
    EXPECT_EQ(store->check_chain()->size(), 1u) << "one that has no hash is missed, too";
  }
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
