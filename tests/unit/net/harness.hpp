#pragma once
/// Real sockets on one loop: the server under test is the client's peer, and a raw one says what no server should.

#include <assay/net/client.hpp>
#include <assay/net/server.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace assay::net::test {

/// Keeps what came; `see` judges each arrival, content by default.
struct Recorder final : BodySink {
  void on_head(const HttpHead& head) override {
    ++heads;
    status = head.status;
  }
  Seen on_body(std::string_view bytes, TimePoint /*at*/) override {
    body += bytes;
    return see ? see(bytes) : Seen::content;
  }

  std::function<Seen(std::string_view)> see;
  std::string body;
  int status = 0;
  int heads = 0;
};

/// A listener that reads once from each connection, answers with fixed bytes, and closes.
class RawPeer {
 public:
  RawPeer(boost::asio::io_context& loop, std::string answer);
  [[nodiscard]] std::string port() const { return std::to_string(acceptor_.local_endpoint().port()); }
  /// What came first on each connection.
  std::vector<std::string> received;

 private:
  void accept();

  boost::asio::ip::tcp::acceptor acceptor_;
  std::string answer_;
};

class NetTest : public ::testing::Test {
 protected:
  ~NetTest() override;

  /// Serves on a free port; `plan` answers every request.
  Server& start(Handler handler, ServerOptions options = {});
  Server& start(WirePlan plan);
  HttpClient& make_client(const ClientOptions& options = {});

  [[nodiscard]] Url url(const std::string& host = "127.0.0.1", bool tls = false) const;
  HttpResult send(const HttpRequest& request, BodySink& sink, const Deadlines& deadlines = {});
  HttpResult get(const Url& where, BodySink& sink, const Deadlines& deadlines = {});
  HttpResult get(Recorder& sink, const Deadlines& deadlines = {}) { return get(url(), sink, deadlines); }
  HttpResult get(const Deadlines& deadlines = {});

  /// Runs the loop until `done`; fails the test after ten seconds.
  void run_until(const std::function<bool()>& done);

  /// Sends bytes to the server; what came back until the end of the stream or `enough` bytes. A reset adds `<reset>`.
  std::string raw(const std::string& bytes, std::size_t enough = SIZE_MAX);

  boost::asio::io_context loop{1};
  int requests = 0;  ///< seen by `start(WirePlan)`
  std::unique_ptr<Server> server;
  std::unique_ptr<HttpClient> client;
};

/// A whole answer with Content-Length.
[[nodiscard]] Send whole(const std::string& body, const std::string& headers = {});
/// The head of a chunked answer.
[[nodiscard]] Send chunked_head();
[[nodiscard]] Send chunk(const std::string& bytes);

/// The message of an error, or "" without one.
[[nodiscard]] std::string message(const HttpResult& result);

}  // namespace assay::net::test
