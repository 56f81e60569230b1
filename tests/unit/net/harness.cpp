#include "tests/unit/net/harness.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace assay::net::test {

using boost::asio::ip::tcp;
using boost::system::error_code;

RawPeer::RawPeer(boost::asio::io_context& loop, std::string answer)
    : acceptor_(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)), answer_(std::move(answer)) {
  accept();
}

void RawPeer::accept() {
  acceptor_.async_accept([this](const error_code& ec, tcp::socket socket) {
    if (ec) return;
    auto peer = std::make_shared<tcp::socket>(std::move(socket));
    auto buffer = std::make_shared<std::array<char, 16384>>();
    peer->async_read_some(boost::asio::buffer(*buffer), [this, peer, buffer](const error_code&, std::size_t n) {
      received.emplace_back(buffer->data(), n);
      boost::asio::async_write(*peer, boost::asio::buffer(answer_), [peer](const error_code&, std::size_t) {
        error_code ignored;
        peer->shutdown(tcp::socket::shutdown_send, ignored);
      });
    });
    accept();
  });
}

NetTest::~NetTest() {
  client.reset();
  server.reset();
}

Server& NetTest::start(Handler handler, ServerOptions options) {
  auto made = serve(loop.get_executor(), options, std::move(handler));
  if (!made) throw std::runtime_error(to_string(made.error()));
  server = std::move(*made);
  return *server;
}

Server& NetTest::start(WirePlan plan) {
  return start([this, plan = std::move(plan)](const ServerRequest&) {
    ++requests;
    return plan;
  });
}

HttpClient& NetTest::make_client(const ClientOptions& options) {
  auto made = make_http_client(loop.get_executor(), options);
  if (!made) throw std::runtime_error(to_string(made.error()));
  client = std::move(*made);
  return *client;
}

Url NetTest::url(const std::string& host, bool tls) const {
  return Url{tls, host, std::to_string(server->port()), "/v1/chat/completions"};
}

HttpResult NetTest::send(const HttpRequest& request, BodySink& sink, const Deadlines& deadlines) {
  if (!client) make_client();
  HttpResult result;
  bool done = false;
  boost::asio::co_spawn(loop, client->send(request, deadlines, sink), [&](const std::exception_ptr& e, HttpResult r) {
    if (e) std::rethrow_exception(e);
    result = std::move(r);
    done = true;
  });
  run_until([&] { return done; });
  return result;
}

HttpResult NetTest::get(const Url& where, BodySink& sink, const Deadlines& deadlines) {
  HttpRequest request;
  request.url = where;
  request.body = R"({"model":"m"})";
  return send(request, sink, deadlines);
}

HttpResult NetTest::get(const Deadlines& deadlines) {
  Recorder sink;
  return get(sink, deadlines);
}

void NetTest::run_until(const std::function<bool()>& done) {
  const auto end = SteadyClock::now() + std::chrono::seconds(10);
  loop.restart();
  while (!done()) {
    if (SteadyClock::now() > end) throw std::runtime_error("nothing happened for ten seconds");
    if (loop.run_one_for(std::chrono::seconds(1)) == 0 && loop.stopped()) {
      throw std::runtime_error("the loop ran out of work");
    }
  }
}

std::string NetTest::raw(const std::string& bytes, std::size_t enough) {
  tcp::socket socket(loop);
  socket.connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), server->port()));
  std::string answer;
  std::array<char, 65536> buffer{};
  bool done = false;
  std::function<void()> read = [&] {
    socket.async_read_some(boost::asio::buffer(buffer), [&](const error_code& ec, std::size_t n) {
      answer.append(buffer.data(), n);
      if (ec == boost::asio::error::connection_reset) answer += "<reset>";
      done = ec || answer.size() >= enough;
      if (!done) read();
    });
  };
  bool written = false;
  boost::asio::async_write(socket, boost::asio::buffer(bytes), [&](const error_code&, std::size_t) { written = true; });
  read();
  run_until([&] { return done && written; });
  return answer;
}

Send whole(const std::string& body, const std::string& headers) {
  return Send{"HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body};
}

Send chunked_head() {
  return Send{"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"};
}

Send chunk(const std::string& bytes) {
  std::array<char, 32> size{};
  std::snprintf(size.data(), size.size(), "%zx\r\n", bytes.size());
  return Send{size.data() + bytes + "\r\n"};
}

std::string message(const HttpResult& result) {
  return result.error ? result.error->message : std::string();
}

}  // namespace assay::net::test
