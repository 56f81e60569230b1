#include "runner/store/run_writer.hpp"
#include "runner/store/schema.hpp"
#include "tests/unit/store/faulty_vfs.hpp"
#include "tests/unit/store/fixture.hpp"

namespace assay::store {
namespace {

using test::TempDir;

void give_many(RunWriter& writer, std::uint32_t from, std::uint32_t to) {
  for (std::uint32_t i = from; i < to; ++i) give(writer, scored_sample({0, i, 0}, true));
}

TEST(Faults, a_disk_that_fails_ends_the_run_and_keeps_what_was_committed) {
  struct Row {
    const char* name;
    int code;
    const char* says;
  };
  const Row rows[] = {
      {"full", SQLITE_FULL, "the disk is full"},
      {"broken", SQLITE_IOERR_WRITE, "disk I/O error"},
      {"read-only", SQLITE_READONLY, "cannot be opened for writing"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    FaultyVfs disk;
    const TempDir dir;
    {
      auto store = open(dir / "h.db");
      boost::asio::io_context loop;
      auto writer = store->start(header("r1", 100), loop.get_executor());
      ASSERT_TRUE(writer);
      give_many(**writer, 0, 10);
      ASSERT_TRUE((*writer)->flush());
      disk.on_write = row.code;
      give_many(**writer, 10, 30);
      for (const auto& ended : {(*writer)->flush(), (*writer)->close(ending(RunStatus::finished))}) {
        ASSERT_FALSE(ended);
        EXPECT_EQ(ended.error().kind, ErrorKind::store);
        EXPECT_NE(ended.error().message.find(row.says), std::string::npos) << ended.error().message;
        EXPECT_FALSE(ended.error().hint.empty());
      }
      EXPECT_FALSE(store->start(header("r2"), loop.get_executor()));
      EXPECT_EQ(store->finished_units("r1")->size(), 10u);  // reading still works
      disk.on_write = SQLITE_OK;
    }
    auto store = open(dir / "h.db");
    EXPECT_EQ(store->finished_units("r1")->size(), 10u);
    boost::asio::io_context loop;
    auto writer = store->resume("r1", loop.get_executor());
    ASSERT_TRUE(writer) << to_string(writer.error());
    give_many(**writer, 10, 30);
    ASSERT_TRUE((*writer)->close(ending(RunStatus::finished)));
    EXPECT_EQ(store->finished_units("r1")->size(), 30u);
  }
}

TEST(Faults, a_slow_disk_loses_nothing) {
  FaultyVfs disk;
  disk.sync_takes = std::chrono::milliseconds(20);
  const TempDir dir;
  auto store = open(dir / "h.db");
  finished_run(*store, header("r1", 200), 200);
  EXPECT_EQ(store->finished_units("r1")->size(), 200u);
}

TEST(Faults, a_store_that_another_process_keeps_locked_is_an_error_and_keeps_what_was_committed) {
  const TempDir dir;
  auto store = open(dir / "h.db");
  finished_run(*store, header("r1", 100), 5, 0, RunStatus::interrupted);
  auto own = open_history(dir / "h.db", Database::Mode::existing);
  ASSERT_TRUE(own);
  own->wait_for_locks(std::chrono::milliseconds(20));
  auto lock = RunLock::take(dir / "h.db", 1);
  ASSERT_TRUE(lock);
  boost::asio::io_context loop;
  WriterOptions options;
  options.run = 1;
  options.suites = 1;
  auto writer = make_run_writer(std::move(*own), std::move(*lock), std::move(options), loop.get_executor());
  ASSERT_TRUE(writer);
  {
    auto other = Database::open(dir / "h.db", Database::Mode::existing);
    auto held = Transaction::begin(*other);
    ASSERT_TRUE(held);
    give_many(**writer, 5, 10);
    auto flushed = (*writer)->flush();
    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().kind, ErrorKind::store);
    EXPECT_NE(flushed.error().message.find("another process keeps"), std::string::npos) << flushed.error().message;
    EXPECT_FALSE(flushed.error().hint.empty());
    EXPECT_FALSE((*writer)->close(ending(RunStatus::finished)));
  }
  EXPECT_EQ(store->finished_units("r1")->size(), 5u);
  EXPECT_TRUE(store->resume("r1", loop.get_executor()));
}

TEST(Faults, a_store_that_is_damaged_under_a_run_is_an_error_with_a_hint) {
  const TempDir dir;
  finished_run(*open(dir / "h.db"), header("r1", 400), 400, 0, RunStatus::interrupted);
  std::string bytes = dir.read("h.db");
  for (std::size_t at = 30 * 4096; at < bytes.size(); ++at) bytes[at] = 'x';
  dir.write("h.db", bytes);
  auto store = Store::open(dir / "h.db");
  ASSERT_TRUE(store);  // its first pages are sound
  auto done = (*store)->samples("r1", {}, [](const StoredSample&) { return true; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::store);
  EXPECT_NE(done.error().message.find("damaged"), std::string::npos) << done.error().message;
  EXPECT_FALSE(done.error().hint.empty());
}

}  // namespace
}  // namespace assay::store
