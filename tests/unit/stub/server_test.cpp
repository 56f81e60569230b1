#include "tests/unit/stub/live_stub.hpp"

#include <vector>

namespace assay::stub::test {
namespace {

TEST(LiveStub, answers_whole_and_streamed_over_a_socket) {
  LiveStub stub("version: 1\nlatency: {ttft: 2ms, per_token: 1ms}\nrules: [{answer: one two three}]");
  const auto [whole, whole_end] = stub.exchange(false);
  EXPECT_EQ(whole_end, boost::asio::error::eof);
  EXPECT_EQ(Played{.sent = whole}.text(), "one two three");
  const auto [stream, stream_end] = stub.exchange(true);
  EXPECT_EQ(stream_end, boost::asio::error::eof);
  EXPECT_EQ(Played{.sent = stream}.events().size(), 5u);
  EXPECT_TRUE(stream.ends_with("data: [DONE]\n\n\r\n0\r\n\r\n"));
}

TEST(LiveStub, resets_and_closes_on_the_wire) {
  LiveStub reset("version: 1\nrules: [{fault: {reset: before}}]");
  const auto [nothing, reset_end] = reset.exchange(false);
  EXPECT_EQ(nothing, "");
  EXPECT_EQ(reset_end, boost::asio::error::connection_reset);

  LiveStub within("version: 1\nrules: [{answer: one two three, fault: {reset: within}}]");
  const auto [half, within_end] = within.exchange(false);
  EXPECT_TRUE(half.starts_with("HTTP/1.1 200 OK"));
  EXPECT_EQ(within_end, boost::asio::error::connection_reset);

  LiveStub truncated("version: 1\nrules: [{answer: one two three, fault: {truncate: {bytes: 10}}}]");
  const auto [part, close_end] = truncated.exchange(false);
  EXPECT_EQ(Played{.sent = part}.body().size(), 10u);
  EXPECT_EQ(close_end, boost::asio::error::eof);
}

TEST(LiveStub, workers_answer_one_after_the_other_and_skip_who_left) {
  LiveStub stub("version: 1\ncapacity: {workers: 1}\nlatency: {fixed: 30ms}\nrules: [{answer: '{{last_user}}'}]");
  const auto began = SteadyClock::now();
  std::vector<LiveStub::tcp::socket> clients;
  for (const char* user : {"a", "b", "c", "d"}) clients.push_back(stub.ask(user));
  clients[1].close();
  for (const std::size_t i : {0U, 2U, 3U}) {
    EXPECT_EQ(Played{.sent = LiveStub::read_all(std::move(clients[i])).first}.text(), std::string(1, char('a' + i)));
  }
  EXPECT_GE(SteadyClock::now() - began, std::chrono::milliseconds(90));
}

TEST(LiveStub, a_client_that_leaves_frees_its_place) {
  LiveStub stub(
      "version: 1\ncapacity: {concurrent: 1}\nrules: [{when: {last_user: {equals: slow}}, answer: x, "
      "latency: {fixed: 1h}}, {answer: ok}]");
  auto slow = stub.ask("slow");
  auto status = [&] { return Played{.sent = LiveStub::read_all(stub.ask("quick")).first}.status(); };
  while (status() != 429) continue;
  slow.close();
  while (status() != 200) continue;
}

TEST(LiveStub, lets_a_thousand_connections_in_that_come_at_once) {
  LiveStub stub("version: 1\nlatency: {fixed: 100ms}\nrules: [{answer: ok}]");
  std::vector<LiveStub::tcp::socket> clients;
  for (int i = 0; i < 1000; ++i) clients.push_back(stub.ask("hi"));
  for (auto& client : clients) ASSERT_EQ(Played{.sent = LiveStub::read_all(std::move(client)).first}.status(), 200);
}

}  // namespace
}  // namespace assay::stub::test
