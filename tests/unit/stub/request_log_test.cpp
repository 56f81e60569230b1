#include "tests/unit/stub/live_stub.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace assay::stub::test {
namespace {

/// A log of one test, and its lines so far.
class Log : public testing::Test {
 protected:
  ~Log() override { std::filesystem::remove(file_); }

  std::shared_ptr<RequestLog> open() const { return *RequestLog::open(file_); }
  std::vector<Json> lines() const {
    std::vector<Json> found;
    std::ifstream in(file_);
    for (std::string line; std::getline(in, line);) found.push_back(Json::parse(line));
    return found;
  }
  /// The log is written by another thread, a moment after the client saw the answer.
  std::vector<Json> wait_for(std::size_t count) const {
    const auto patience = SteadyClock::now() + std::chrono::seconds(20);
    while (lines().size() < count && SteadyClock::now() < patience) std::this_thread::yield();
    return lines();
  }
  std::vector<std::string> outcomes() const {
    std::vector<std::string> found;
    for (const Json& line : lines()) found.push_back(line["outcome"].get<std::string>());
    return found;
  }

  const std::filesystem::path file_ =
      std::filesystem::temp_directory_path() /
      ("assay-log-" + std::to_string(::getpid()) + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(Log, says_of_each_request_what_became_of_it) {
  LiveStub stub("version: 1\nrules: [{answer: ok}]", open());
  const auto sent = LiveStub::read_all(stub.ask("h\\u00e9\\n\\\"" + std::string(200, 'y'))).first;
  LiveStub::read_all(stub.ask("other"));
  const auto found = wait_for(2);
  ASSERT_EQ(found.size(), 2u);
  const Json& line = found[0];
  EXPECT_EQ(line["n"], 1);
  EXPECT_EQ(line["status"], 200);
  EXPECT_EQ(line["outcome"], "answered");
  EXPECT_EQ(line["bytes"], sent.size());
  EXPECT_EQ(line["key"].get<std::string>().size(), 64u);
  EXPECT_NE(line["key"], found[1]["key"]);
  EXPECT_EQ(line["last_user"], "h\u00e9\n\"" + std::string(76, 'y'));
  const auto at = line["at"].get<std::string>();
  EXPECT_EQ(at.size(), std::string("2026-11-21T10:00:00.123Z").size());
  EXPECT_EQ(at.substr(19, 1) + at.back(), ".Z");
}

TEST_F(Log, names_faults_refusals_and_rejections) {
  const std::string script = R"yaml(
version: 1
capacity: {concurrent: 1}
rules:
  - {when: {last_user: {equals: reset}}, fault: {reset: before}}
  - {when: {last_user: {equals: close}}, fault: {close: within}}
  - {when: {last_user: {equals: status}}, fault: {status: 503}}
  - {when: {last_user: {equals: cut}}, answer: x, fault: {truncate: 0.5}}
  - {when: {last_user: {equals: bad}}, answer: x, fault: {malformed: json}}
  - {when: {last_user: {equals: slow}}, answer: x, fault: {trickle: {bytes: 100, every: 1ms}}}
  - {when: {last_user: {equals: stall}}, fault: {stall: within}}
)yaml";
  LiveStub stub(script, open());
  std::size_t count = 0;
  for (const char* user : {"reset", "close", "status", "cut", "bad", "slow", "nothing"}) {
    LiveStub::read_all(stub.ask(user));
    wait_for(++count);
  }
  // written while the connection still hangs, and holds its place
  const auto stalled = stub.ask("stall");
  wait_for(++count);
  LiveStub::read_all(stub.ask("one too many"));
  wait_for(++count);
  EXPECT_EQ(outcomes(),
            (std::vector<std::string>{"fault:reset", "fault:close", "fault:status", "fault:truncate", "fault:malformed",
                                      "answered", "refused", "fault:stall", "rejected"}));
  EXPECT_EQ(lines()[0]["status"], 0);
  EXPECT_EQ(lines()[2]["status"], 503);
  EXPECT_EQ(lines()[8]["status"], 429);
}

TEST_F(Log, an_answer_counts_only_if_the_client_was_there_to_take_it) {
  LiveStub stub("version: 1\nlatency: {fixed: 1h}\nrules: [{when: {stream: true}, answer: a b}, {answer: ok}]", open());
  for (const bool stream : {false, true}) {
    for (const bool keep_alive : {false, true}) (void)stub.ask("x", stream, keep_alive);  // and leaves
  }
  wait_for(4);
  EXPECT_EQ(outcomes(), std::vector<std::string>(4, "client_closed"));
}

TEST_F(Log, a_slow_reader_that_leaves_was_not_answered) {
  LiveStub stub("version: 1\nrules: [{answer: x, fault: {huge: 24MB}}]", open());
  {
    auto socket = stub.ask("x");
    std::string some(1 << 20, '\0');
    boost::asio::read(socket, boost::asio::buffer(some));
  }
  const auto found = wait_for(1);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0]["outcome"], "client_closed");
  EXPECT_GE(found[0]["bytes"], 1 << 20);
  EXPECT_LT(found[0]["bytes"], 24'000'000);
}

TEST_F(Log, tells_what_was_under_way_when_the_stub_was_stopped) {
  LiveStub stub("version: 1\ncapacity: {workers: 1}\nlatency: {fixed: 1h}\nrules: [{answer: ok}]", open());
  const auto working = stub.ask("a");
  const auto waiting = stub.ask("b");
  LiveStub::read_all(stub.ask("\\q"));  // no JSON: refused once the others are under way
  wait_for(1);
  stub.stop();
  EXPECT_EQ(outcomes(), (std::vector<std::string>{"refused", "stopped", "stopped"}));
}

TEST_F(Log, is_appended_to_and_says_why_it_cannot_be) {
  for (int i = 0; i < 2; ++i) open()->write("{}\n");
  EXPECT_EQ(lines().size(), 2u);
  const auto nowhere = RequestLog::open(file_ / "below");
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_EQ(nowhere.error().kind, ErrorKind::usage);
  const auto full = RequestLog::open("/dev/full");
  ASSERT_TRUE(full.has_value());
  (*full)->write("{}\n");
  EXPECT_EQ((*full)->lost(), 1u);
}

}  // namespace
}  // namespace assay::stub::test
