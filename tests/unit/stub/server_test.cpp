#include "tests/unit/stub/stub_support.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <thread>

namespace assay::stub::test {
namespace {

using boost::asio::ip::tcp;

/// The stub behind a real socket, on a thread of its own.
class LiveStub {
 public:
  explicit LiveStub(const std::string& yaml) {
    auto server = net::serve(loop_.get_executor(), net::ServerOptions{}, make_handler(script_of(yaml)));
    if (!server) {
      ADD_FAILURE() << to_string(server.error());
      return;
    }
    server_ = std::move(*server);
    port_ = server_->port();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~LiveStub() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }
  LiveStub(const LiveStub&) = delete;
  LiveStub& operator=(const LiveStub&) = delete;

  /// Sends one request, reads until the peer closes, and says how it did.
  std::pair<std::string, boost::system::error_code> exchange(bool stream) {
    boost::asio::io_context io;
    tcp::socket socket(io);
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), port_});
    const std::string body = std::string(R"({"model":"m","stream":)") + (stream ? "true" : "false") +
                             R"(,"messages":[{"role":"user","content":"hi"}]})";
    const std::string request =
        "POST /v1/chat/completions HTTP/1.1\r\nHost: stub\r\nConnection: close\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    boost::asio::write(socket, boost::asio::buffer(request));
    std::string answer;
    boost::system::error_code error;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
    return {answer, error};
  }

 private:
  boost::asio::io_context loop_{1};
  std::unique_ptr<net::Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

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

}  // namespace
}  // namespace assay::stub::test
