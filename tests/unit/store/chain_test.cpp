#include "runner/store/sqlite.hpp"
#include "tests/unit/store/fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace assay::store {
namespace {

using test::TempDir;

Verdict verdict_of(const std::string& run, VerdictKind kind = VerdictKind::pass) {
  Verdict verdict;
  verdict.run = run;
  verdict.kind = kind;
  verdict.decision = "sha256:" + run;
  verdict.reasons = {"overall: 0.93 of 200 cases pass"};
  return verdict;
}

std::string add(Store& store, const std::string& run, VerdictKind kind = VerdictKind::pass) {
  Verdict verdict = verdict_of(run, kind);
  const auto added = store.add_verdict(run, verdict);
  EXPECT_TRUE(added) << to_string(added.error());
  return verdict.prev_hash;
}

std::string faults_of(Store& store) {
  const auto faults = store.check_chain();
  if (!faults) return to_string(faults.error());
  std::string text;
  for (const ChainFault& fault : *faults) text += fault.run + ": " + fault.what + "\n";
  return text;
}

TEST(Chain, each_verdict_names_the_one_before_it_whatever_its_run) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  finished_run(*store, header("r1"));
  finished_run(*store, header("r2"));
  EXPECT_EQ(add(*store, "r1"), "");
  const std::string first = add(*store, "r2");
  const std::string second = add(*store, "r1", VerdictKind::block);
  EXPECT_EQ(first.size(), std::string("sha256:").size() + 64);
  EXPECT_NE(first, second);
  EXPECT_NE(store->verdict_text("r1")->find(second), std::string::npos);
  EXPECT_NE(store->verdict_text("r2")->find(first), std::string::npos);
  EXPECT_EQ(faults_of(*store), "");
}

TEST(Chain, a_verdict_of_no_run_adds_nothing) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  Verdict verdict = verdict_of("r1");
  EXPECT_FALSE(store->add_verdict("r1", verdict));
  EXPECT_EQ(faults_of(*store), "");
}

TEST(Chain, tells_what_was_done_to_it) {
  struct Row {
    const char* name;
    const char* sql;
    const char* says;
  };
  const Row rows[] = {
      {"a text that was changed", "UPDATE verdict SET json=replace(json, 'BLOCK', 'PASS') WHERE id=2",
       "r2: the verdict BLOCK of "},
      {"a word that was changed", "UPDATE verdict SET verdict='PASS' WHERE id=2", "was changed after it was decided"},
      {"another run", "UPDATE verdict SET run=1 WHERE id=2", "r1: the verdict BLOCK"},
      {"another time", "UPDATE verdict SET at=at+1 WHERE id=3", "r3: the verdict PASS"},
      {"the first one taken out", "DELETE FROM verdict WHERE id=1", "r2: the verdict BLOCK"},
      {"one taken out", "DELETE FROM verdict WHERE id=2", "r3: the verdict PASS"},
      {"the last one taken out", "DELETE FROM verdict WHERE id=4", "the chain has 3 verdicts, and should have 4"},
      {"all taken out", "DELETE FROM verdict", "the chain has 0 verdicts, and should have 4"},
      {"one put in without a hash",
       "INSERT INTO verdict (run, at, verdict, decision, json) VALUES (1, 5, 'PASS', 'sha256:x', '{}')",
       "r1: the verdict PASS of 1970-01-01T00:00:00Z has no hash"},
      {"one put in before the chain",
       "INSERT INTO verdict (id, run, at, verdict, decision, json) VALUES (0, 1, 5, 'PASS', 'sha256:x', '{}')",
       "1 verdicts stand before the chain"},
      {"a copy put in",
       "INSERT INTO verdict (run, at, verdict, decision, json, prev_hash, hash) SELECT run, at, verdict, decision, "
       "json, prev_hash, hash FROM verdict WHERE id=1",
       "r1: the verdict PASS"},
      {"two that changed places",
       "UPDATE verdict SET id=99 WHERE id=2; UPDATE verdict SET id=2 WHERE id=3; UPDATE verdict SET id=3 WHERE id=99",
       "does not follow the one before it"},
      {"a hash that was made to fit", "UPDATE verdict SET hash=(SELECT hash FROM verdict WHERE id=1) WHERE id=2",
       "was changed after it was decided"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const TempDir dir;
    auto store = open(dir / "h.db");
    for (const char* run : {"r1", "r2", "r3"}) finished_run(*store, header(run), 1);
    add(*store, "r1");
    add(*store, "r2", VerdictKind::block);
    add(*store, "r3");
    add(*store, "r1");
    ASSERT_EQ(faults_of(*store), "");
    ASSERT_TRUE(Database::open(dir / "h.db", Database::Mode::existing)->execute(row.sql));
    const std::string said = faults_of(*store);
    EXPECT_NE(said.find(row.says), std::string::npos) << said;
  }
}

[[noreturn]] void decide(const std::filesystem::path& file, int times) {
  auto store = Store::open(file);
  if (!store) ::_exit(1);
  for (int i = 0; i < times; ++i) {
    Verdict verdict = verdict_of("r1");
    if (!(*store)->add_verdict("r1", verdict)) ::_exit(2);
  }
  ::_exit(0);
}

TEST(Chain, processes_that_decide_at_once_do_not_fork_it) {
  constexpr int kProcesses = 4;
  constexpr int kTimes = 25;
  const TempDir dir;
  finished_run(*open(dir / "h.db"), header("r1"), 1);
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    if (child == 0) decide(dir / "h.db", kTimes);
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(faults_of(*open(dir / "h.db")), "");
  auto database = Database::open(dir / "h.db", Database::Mode::existing);
  EXPECT_EQ(*database->integer("SELECT count(DISTINCT prev_hash) FROM verdict"), kProcesses * kTimes);
}

}  // namespace
}  // namespace assay::store
