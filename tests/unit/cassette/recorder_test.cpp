#include "tests/unit/cassette/calls.hpp"

#include <assay/core/json.hpp>

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>

namespace assay::cassette::test {
namespace {

/// `suite case sample call` of each line.
std::vector<std::string> names(const std::filesystem::path& file) {
  std::vector<std::string> out;
  for (const std::string& line : lines_of(file)) {
    const Json json = Json::parse(line);
    if (json.contains("schema")) continue;
    out.push_back(json.at("suite").get<std::string>() + " " + json.at("case").get<std::string>() + " " +
                  json.at("sample").dump() + " " + json.at("call").get<std::string>());
  }
  return out;
}

Call of_suite(const std::string& suite, Call made) {
  made.suite = suite;
  return made;
}

Call grade(Call made) {
  made.step.name = "check/0/grade";
  made.messages.push_back(user("grade"));
  return made;
}

/// No file of this process may grow beyond this, as on a full disk.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, SIG_DFL);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
};

TEST(Recorder, replaces_nothing_but_a_cassette) {
  const TempDir folder;
  const auto recorded = record(folder, {call("fr", 0, "capital of France?", "Paris")});
  EXPECT_TRUE(Recorder::create(recorded)) << "an older recording";
  EXPECT_TRUE(Recorder::create(folder.write("empty.jsonl", ""))) << "as mktemp makes it";
  EXPECT_TRUE(Recorder::create(folder / "new/calls.jsonl"));

  const auto pipe = folder / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const auto& path : {folder.write("suite.yaml", "version: 1\n"), pipe}) {
    const auto refused = Recorder::create(path);
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().kind, ErrorKind::invalid) << path;
    EXPECT_NE(refused.error().message.find("no cassette"), std::string::npos) << refused.error().message;
    EXPECT_FALSE(refused.error().hint.empty()) << path;
  }
  EXPECT_EQ(folder.read("suite.yaml"), "version: 1\n");
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
}

TEST(Recorder, lines_are_in_order_whatever_order_they_came_in) {
  const TempDir folder;
  std::vector<Call> calls{of_suite("b", call("1", 0, "q", "a")), of_suite("a", call("z", 0, "q", "a")),
                          of_suite("a", call("m", 1, "q", "a")), of_suite("a", call("m", 0, "q", "a")),
                          of_suite("a", grade(call("m", 0, "q", "a")))};
  const auto first = record(folder, calls, "first.jsonl");
  EXPECT_EQ(names(first), (std::vector<std::string>{"a m 0 check/0/grade", "a m 0 turn/1", "a m 1 turn/1",
                                                    "a z 0 turn/1", "b 1 0 turn/1"}));
  std::reverse(calls.begin(), calls.end());
  EXPECT_EQ(TempDir::read_file(record(folder, calls, "second.jsonl")), TempDir::read_file(first));
}

TEST(Recorder, the_file_appears_at_the_end_and_nothing_else_stays) {
  const TempDir folder;
  {
    auto recorder = Recorder::create(folder / "calls.jsonl");
    ASSERT_TRUE(recorder.has_value());
    ASSERT_TRUE((*recorder)->add(kPeer, call("fr", 0, "q", "a")).has_value());
    EXPECT_EQ(files_in(folder.path()), 0U);
    ASSERT_TRUE((*recorder)->commit().has_value());
    EXPECT_EQ(files_in(folder.path()), 1U);
  }
  EXPECT_EQ(Asker(folder / "calls.jsonl").size(), 1U);
}

TEST(Recorder, one_that_is_given_up_leaves_the_old_file_alone) {
  const TempDir folder;
  const auto file = record(folder, {call("fr", 0, "q", "old")});
  {
    auto recorder = Recorder::create(file);
    ASSERT_TRUE((*recorder)->add(kPeer, call("fr", 0, "q", "new")).has_value());
  }
  EXPECT_EQ(files_in(folder.path()), 1U);
  EXPECT_EQ(Asker(file).answer(call("fr", 0, "q", "")), "old");
}

TEST(Recorder, keeps_the_calls_of_the_older_file_that_were_not_added_anew) {
  const TempDir folder;
  const auto file =
      record(folder, {call("fr", 0, "capital?", "old Paris"), call("jp", 0, "capital of Japan?", "Tokyo")});
  auto recorder = Recorder::create(file);
  ASSERT_TRUE((*recorder)->add(kPeer, call("fr", 0, "capital?", "new Paris")).has_value());
  ASSERT_TRUE((*recorder)->keep(file).has_value());
  ASSERT_TRUE((*recorder)->add(kPeer, call("ad", 0, "capital of Andorra?", "Andorra la Vella")).has_value());
  ASSERT_TRUE((*recorder)->commit().has_value());
  EXPECT_EQ(names(file),
            (std::vector<std::string>{"capitals ad 0 turn/1", "capitals fr 0 turn/1", "capitals jp 0 turn/1"}));
  Asker asker(file);
  EXPECT_EQ(asker.answer(call("fr", 0, "capital?", "")), "new Paris");
  EXPECT_EQ(asker.answer(call("jp", 0, "capital of Japan?", "")), "Tokyo");
}

TEST(Recorder, a_line_is_kept_byte_for_byte) {
  const TempDir folder;
  Call large = call("fr", 0, "capital?", "Paris");
  std::get<Response>(large.step.result).raw = std::string(3U << 20U, 'r') + "\xff";
  const auto old = record(folder, {large, call("jp", 0, "q", "a")}, "old.jsonl");
  auto recorder = Recorder::create(folder / "new.jsonl");
  ASSERT_TRUE((*recorder)->keep(old).has_value());
  ASSERT_TRUE((*recorder)->commit().has_value());
  EXPECT_TRUE(TempDir::read_file(folder / "new.jsonl") == TempDir::read_file(old));
}

TEST(Recorder, of_a_call_that_is_added_twice_the_later_one_stays) {
  const TempDir folder;
  Asker asker(record(folder, {call("fr", 0, "capital?", "first"), call("fr", 0, "capital?", "second")}));
  EXPECT_EQ(asker.size(), 1U);
  EXPECT_EQ(asker.answer(call("fr", 0, "capital?", "")), "second");
}

TEST(Recorder, what_says_only_that_nobody_was_asked_is_left_out) {
  const TempDir folder;
  const Call made = call("fr", 0, "capital?", "");
  const auto file = record(folder, {failed(made, ErrorKind::cancelled), failed(made, ErrorKind::budget),
                                    failed(made, ErrorKind::replay_miss)});
  EXPECT_EQ(Asker(file).size(), 0U);
}

TEST(Recorder, a_folder_is_made_and_a_place_that_cannot_be_written_is_a_store_error) {
  const TempDir folder;
  EXPECT_EQ(Asker(record(folder, {call("fr", 0, "q", "a")}, "deep/er/calls.jsonl")).size(), 1U);
  folder.write("file", "");
  for (const auto& bad : {folder / "file/calls.jsonl", folder / "deep"}) {
    const auto recorder = Recorder::create(bad);
    ASSERT_FALSE(recorder.has_value());
    EXPECT_EQ(recorder.error().kind, ErrorKind::store);
    EXPECT_NE(recorder.error().message.find(bad.string()), std::string::npos);
  }
}

TEST(Recorder, a_full_disk_is_a_store_error_and_leaves_nothing) {
  const TempDir folder;
  const auto file = record(folder, {call("fr", 0, "q", "old")});
  Call large = call("fr", 0, "q", "new");
  std::get<Response>(large.step.result).raw = std::string(3U << 20U, 'r');
  {
    auto recorder = Recorder::create(file);
    const SmallDisk disk(1U << 20U);
    const auto added = (*recorder)->add(kPeer, large);
    ASSERT_FALSE(added.has_value());
    EXPECT_EQ(added.error().kind, ErrorKind::store);
    EXPECT_NE(added.error().message.find(file.string()), std::string::npos);
    EXPECT_FALSE((*recorder)->commit().has_value());
  }
  EXPECT_EQ(files_in(folder.path()), 1U);
  EXPECT_EQ(Asker(file).answer(call("fr", 0, "q", "")), "old");
}

TEST(Recorder, keeping_what_is_no_cassette_is_an_error) {
  const TempDir folder;
  auto recorder = Recorder::create(folder / "calls.jsonl");
  EXPECT_EQ((*recorder)->keep(folder / "none.jsonl").error().kind, ErrorKind::not_found);
  EXPECT_EQ((*recorder)->keep(folder.write("other", "hello\n")).error().kind, ErrorKind::invalid);
}

TEST(Recorder, parameters_that_are_no_object_are_refused) {
  const TempDir folder;
  auto recorder = Recorder::create(folder / "calls.jsonl");
  for (const char* params : {"[1]", "{", "{},{}", "1"}) {
    Call made = call("fr", 0, "q", "a");
    made.params = params;
    EXPECT_FALSE((*recorder)->add(kPeer, made).has_value()) << params;
  }
}

}  // namespace
}  // namespace assay::cassette::test
