#pragma once
/// The stub behind a real socket, on a thread of its own.

#include "tests/unit/stub/stub_support.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace assay::stub::test {

class LiveStub {
 public:
  using tcp = boost::asio::ip::tcp;

  explicit LiveStub(const std::string& yaml, std::shared_ptr<RequestLog> log = nullptr) {
    auto handler = make_handler(script_of(yaml), {}, nullptr, std::move(log));
    auto server = net::serve(loop_->get_executor(), net::ServerOptions{}, std::move(handler));
    if (!server) {
      ADD_FAILURE() << to_string(server.error());
      return;
    }
    server_ = std::move(*server);
    port_ = server_->port();
    thread_ = std::thread([this] { loop_->run(); });
  }
  ~LiveStub() { stop(); }
  LiveStub(const LiveStub&) = delete;
  LiveStub& operator=(const LiveStub&) = delete;

  /// As the program does it on SIGTERM: whatever is under way is dropped.
  void stop() {
    if (loop_) loop_->stop();
    if (thread_.joinable()) thread_.join();
    server_.reset();
    loop_.reset();
  }

  /// A connection of its own, with one request sent on it.
  [[nodiscard]] tcp::socket ask(const std::string& user, bool stream = false, bool keep_alive = false) {
    tcp::socket socket(client_);
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), port_});
    const std::string body = std::string(R"({"model":"m","stream":)") + (stream ? "true" : "false") +
                             R"(,"messages":[{"role":"user","content":")" + user + "\"}]}";
    const std::string request = std::string("POST /v1/chat/completions HTTP/1.1\r\nHost: stub\r\n") +
                                (keep_alive ? "" : "Connection: close\r\n") +
                                "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                                "\r\n\r\n" + body;
    boost::asio::write(socket, boost::asio::buffer(request));
    return socket;
  }

  /// Reads until the peer closes, and says how it did.
  static std::pair<std::string, boost::system::error_code> read_all(tcp::socket socket) {
    std::string answer;
    boost::system::error_code error;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), error);
    return {answer, error};
  }
  std::pair<std::string, boost::system::error_code> exchange(bool stream) { return read_all(ask("hi", stream)); }

 private:
  boost::asio::io_context client_;
  std::unique_ptr<boost::asio::io_context> loop_ = std::make_unique<boost::asio::io_context>(1);
  std::unique_ptr<net::Server> server_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace assay::stub::test
