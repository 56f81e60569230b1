#include "runner/store/sqlite.hpp"
#include "tests/unit/store/fixture.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace assay::store {
namespace {

using test::TempDir;

/// Writes without end; reports through `out` how many samples `flush` has confirmed.
[[noreturn]] void write_until_killed(const std::filesystem::path& file, int out) {
  auto store = Store::open(file);
  if (!store) ::_exit(1);
  boost::asio::io_context loop;
  auto writer = (*store)->start(header("r1", 1'000'000), loop.get_executor());
  if (!writer) ::_exit(2);
  for (std::uint32_t i = 0;; ++i) {
    give(**writer, scored_sample({0, i, 0}, true));
    if (i % 13 != 0) continue;
    if (!(*writer)->flush()) ::_exit(3);
    const std::uint32_t confirmed = i + 1;
    if (::write(out, &confirmed, sizeof confirmed) != sizeof confirmed) ::_exit(4);
  }
}

TEST(Crash, a_killed_process_loses_nothing_that_was_committed) {
  for (const int reports : {1, 3, 10, 40}) {
    SCOPED_TRACE(reports);
    const TempDir dir;
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) write_until_killed(dir / "h.db", ends[1]);
    ::close(ends[1]);
    std::uint32_t confirmed = 0;
    for (int i = 0; i < reports; ++i) ASSERT_EQ(::read(ends[0], &confirmed, sizeof confirmed), ssize_t{4});
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    while (::read(ends[0], &confirmed, sizeof confirmed) == ssize_t{4}) {
    }
    ::close(ends[0]);

    auto store = open(dir / "h.db");
    EXPECT_EQ(store->find("latest", true)->status, RunStatus::running);
    auto units = store->finished_units("r1");
    ASSERT_TRUE(units);
    ASSERT_GE(units->size(), confirmed);
    std::uint32_t next = 0;
    for (const UnitId& unit : *units) ASSERT_EQ(unit.ordinal, next++);  // a prefix of what was given
    auto database = Database::open(dir / "h.db", Database::Mode::existing);
    EXPECT_EQ(*database->integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check<>'ok'"), 0);
    EXPECT_EQ(*database->integer("SELECT count(*) FROM pragma_foreign_key_check"), 0);

    boost::asio::io_context loop;
    auto writer = store->resume("r1", loop.get_executor());  // the dead process no longer holds it
    ASSERT_TRUE(writer) << to_string(writer.error());
    give(**writer, scored_sample({0, next, 0}, true));
    EXPECT_TRUE((*writer)->close(ending(RunStatus::finished)));
  }
}

/// Runs into a limit on the size of files, which the kernel reports like a full disk.
int write_into_limit(const std::filesystem::path& file) {
  auto store = Store::open(file);
  if (!store) return 1;
  boost::asio::io_context loop;
  auto writer = (*store)->start(header("r1", 100'000), loop.get_executor());
  if (!writer) return 2;
  std::uint32_t ordinal = 0;
  for (; ordinal < 10; ++ordinal) give(**writer, scored_sample({0, ordinal, 0}, true));
  if (!(*writer)->flush()) return 3;
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{1 << 20, 1 << 20};
  if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 4;
  for (; ordinal < 20'000; ++ordinal) give(**writer, scored_sample({0, ordinal, 0}, true));
  auto flushed = (*writer)->flush();
  if (flushed || flushed.error().kind != ErrorKind::store) return 5;
  auto closed = (*writer)->close(ending(RunStatus::finished));
  if (closed || closed.error().kind != ErrorKind::store) return 6;
  return 0;
}

TEST(Crash, a_full_disk_is_an_error_and_keeps_what_was_committed) {
  const TempDir dir;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(write_into_limit(dir / "h.db"));
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  auto store = open(dir / "h.db");
  EXPECT_GE(store->finished_units("r1")->size(), 10u);
  EXPECT_NE(store->find("r1", true)->status, RunStatus::finished);
}

}  // namespace
}  // namespace assay::store
