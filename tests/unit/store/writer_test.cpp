#include "tests/unit/store/fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

namespace assay::store {
namespace {

using test::TempDir;

TEST(RunWriter, what_is_flushed_is_there_for_others_before_the_run_ends) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  boost::asio::io_context loop;
  auto writer = store->start(header("r1"), loop.get_executor());
  ASSERT_TRUE(writer);
  for (std::uint32_t i = 0; i < 5; ++i) give(**writer, scored_sample({0, i, 0}, true));
  ASSERT_TRUE((*writer)->flush());
  auto other = open(dir / "h.db");
  EXPECT_EQ(other->finished_units("r1")->size(), 5u);
  EXPECT_EQ(other->find("r1", true)->finished, 5u);
  EXPECT_EQ(other->find("r1", true)->status, RunStatus::running);
}

TEST(RunWriter, destroyed_without_close_it_keeps_what_it_was_given) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  boost::asio::io_context loop;
  {
    auto writer = store->start(header("r1"), loop.get_executor());
    ASSERT_TRUE(writer);
    for (std::uint32_t i = 0; i < 50; ++i) give(**writer, scored_sample({0, i, 0}, true));
  }
  EXPECT_EQ(store->finished_units("r1")->size(), 50u);
  EXPECT_EQ(store->find("latest", true)->header.id, "r1");
}

TEST(RunWriter, one_file_is_left_when_all_is_closed) {
  const TempDir dir;
  finished_run(*open(dir / "h.db"), header("r1"));
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) names.push_back(entry.path().filename());
  EXPECT_EQ(names, std::vector<std::string>{"h.db"});
}

TEST(RunWriter, a_run_id_is_used_once) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  finished_run(*store, header("r1"));
  boost::asio::io_context loop;
  EXPECT_FALSE(store->start(header("r1"), loop.get_executor()));
}

TEST(RunWriter, a_suite_that_the_run_does_not_have_is_an_error) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  boost::asio::io_context loop;
  auto writer = store->start(header("r1"), loop.get_executor());
  ASSERT_TRUE(writer);
  give(**writer, scored_sample({3, 0, 0}, true));
  auto flushed = (*writer)->flush();
  ASSERT_FALSE(flushed);
  EXPECT_EQ(flushed.error().kind, ErrorKind::internal);
}

TEST(Resume, a_run_that_is_being_executed_is_refused) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  boost::asio::io_context loop;
  auto writer = store->start(header("r1"), loop.get_executor());
  ASSERT_TRUE(writer);
  auto other = open(dir / "h.db");
  auto again = other->resume("r1", loop.get_executor());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::usage);
  EXPECT_NE(again.error().message.find("live process"), std::string::npos);
  ASSERT_TRUE((*writer)->close(ending(RunStatus::interrupted, 1)));
  EXPECT_TRUE(other->resume("r1", loop.get_executor()));
}

TEST(Resume, a_finished_run_is_refused) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  finished_run(*store, header("r1"));
  boost::asio::io_context loop;
  auto again = store->resume("r1", loop.get_executor());
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::usage);
  EXPECT_EQ(store->resume("none", loop.get_executor()).error().kind, ErrorKind::not_found);
}

TEST(Resume, what_did_not_finish_is_run_again_and_the_rest_is_kept) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  boost::asio::io_context loop;
  {
    auto writer = store->start(header("r1", 4), loop.get_executor());
    ASSERT_TRUE(writer);
    give(**writer, scored_sample({0, 0, 0}, true));
    const Sample open_one = scored_sample({0, 1, 0}, true);
    (*writer)->append(open_one.unit, *open_one.kase, open_one.transcript.steps[0]);
    Sample skipped = scored_sample({0, 2, 0}, true);
    skipped.transcript.steps.clear();
    skipped.scores.clear();
    skipped.outcome = outcome::Skipped{"the circuit breaker"};
    give(**writer, skipped);
    ASSERT_TRUE((*writer)->close(ending(RunStatus::interrupted, 2)));
  }
  EXPECT_EQ(*store->finished_units("r1"), (std::vector<UnitId>{{0, 0, 0}}));
  {
    auto writer = store->resume("r1", loop.get_executor());
    ASSERT_TRUE(writer) << to_string(writer.error());
    for (std::uint32_t i = 1; i < 4; ++i) give(**writer, scored_sample({0, i, 0}, false));
    auto closed = (*writer)->close(ending(RunStatus::finished, 3));
    ASSERT_TRUE(closed) << to_string(closed.error());
  }
  auto row = store->find("r1", false);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->status, RunStatus::finished);
  EXPECT_EQ(row->finished, 4u);
  EXPECT_DOUBLE_EQ(row->wall_s, 5.0);
  EXPECT_FALSE(row->stopped);
  auto evidence = store->evidence("r1", {});
  ASSERT_TRUE(evidence);
  EXPECT_EQ(evidence->cost.calls, 4u);
  EXPECT_EQ(evidence->suites[0].balance.scored, 4u);
  EXPECT_TRUE(evidence->suites[0].balance.holds());
}

// Each child opens the same new file, as two processes started at once would.
int write_run(const std::filesystem::path& file, const std::string& id, std::uint32_t count) {
  auto store = Store::open(file);
  if (!store) return 1;
  boost::asio::io_context loop;
  auto writer = (*store)->start(header(id, count), loop.get_executor());
  if (!writer) return 2;
  for (std::uint32_t i = 0; i < count; ++i) {
    give(**writer, scored_sample({0, i, 0}, true));
    if (i % 7 == 0 && !(*writer)->flush()) return 3;
  }
  return (*writer)->close(ending(RunStatus::finished)) ? 0 : 4;
}

TEST(RunWriter, several_processes_write_into_one_new_file_at_once) {
  const TempDir dir;
  constexpr std::uint32_t kCount = 300;
  std::vector<pid_t> children;
  for (const char* id : {"r1", "r2", "r3"}) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(write_run(dir / "h.db", id, kCount));
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  auto store = open(dir / "h.db");
  for (const char* id : {"r1", "r2", "r3"}) {
    SCOPED_TRACE(id);
    EXPECT_EQ(store->finished_units(id)->size(), kCount);
    EXPECT_EQ(store->find(id, false)->status, RunStatus::finished);
  }
}

}  // namespace
}  // namespace assay::store
