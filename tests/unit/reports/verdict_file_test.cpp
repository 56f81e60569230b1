#include "tests/support/temp_dir.hpp"

#include <assay/reports/terminal.hpp>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace assay::reports {
namespace {

using test::TempDir;

Verdict verdict() {
  Verdict verdict;
  verdict.run = "r1";
  verdict.kind = VerdictKind::pass;
  verdict.reasons = {"a reason that is not UTF-8: \xff"};
  return verdict;
}

std::size_t count_files(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

TEST(VerdictFile, is_json_that_replaces_the_old_one_and_leaves_nothing_beside_it) {
  const TempDir dir;
  dir.write("out/verdict.json", "old");
  ASSERT_TRUE(write_verdict(dir / "out/verdict.json", verdict()));
  auto json = parse_json(dir.read("out/verdict.json"));
  ASSERT_TRUE(json) << to_string(json.error());
  EXPECT_EQ((*json)["schema"], "assay.verdict/1");
  EXPECT_EQ((*json)["verdict"], "PASS");
  EXPECT_EQ(count_files(dir / "out"), 1u);
}

TEST(VerdictFile, makes_the_folders_it_needs) {
  const TempDir dir;
  ASSERT_TRUE(write_verdict(dir / "a/b/verdict.json", verdict()));
  EXPECT_TRUE(std::filesystem::exists(dir / "a/b/verdict.json"));
}

TEST(VerdictFile, a_place_that_cannot_be_written_is_an_error) {
  const TempDir dir;
  dir.write("file", "");
  std::filesystem::create_directories(dir / "folder/verdict.json/x");
  for (const char* place : {"file/verdict.json", "folder/verdict.json"}) {
    SCOPED_TRACE(place);
    auto written = write_verdict(dir / place, verdict());
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::store);
    EXPECT_FALSE(written.error().hint.empty());
  }
  EXPECT_EQ(count_files(dir / "folder"), 1u);
}

TEST(VerdictFile, a_full_disk_leaves_the_old_one) {
  const TempDir dir;
  dir.write("verdict.json", "old");
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100, 100};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) ::_exit(2);
    ::_exit(write_verdict(dir / "verdict.json", verdict()) ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(dir.read("verdict.json"), "old");
  EXPECT_EQ(count_files(dir.path()), 1u);
}

}  // namespace
}  // namespace assay::reports
