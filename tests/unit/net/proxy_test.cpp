#include "runner/net/proxy.hpp"

#include "tests/unit/net/harness.hpp"
#include "tests/unit/net/test_ca.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace assay::net::test {
namespace {

using namespace std::chrono_literals;
using boost::asio::awaitable;
using boost::asio::ip::tcp;

TEST(Proxy, address_may_hold_a_password_and_lack_a_scheme) {
  struct Row {
    const char* text;
    const char* host;
    const char* port;
    const char* authorization;
  };
  const Row rows[] = {
      {"http://proxy.corp:3128", "proxy.corp", "3128", ""},
      {"proxy.corp:3128/", "proxy.corp", "3128", ""},
      {"http://proxy", "proxy", "80", ""},
      {"http://[::1]:3128", "::1", "3128", ""},
      {"http://Aladdin:open%20sesame@proxy:1", "proxy", "1", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
      {"http://a:p@ss@proxy:1", "proxy", "1", "Basic YTpwQHNz"},
      {"http://u@proxy:1", "proxy", "1", "Basic dQ=="},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const auto proxy = parse_proxy(row.text);
    ASSERT_TRUE(proxy.has_value());
    EXPECT_EQ(proxy->host, row.host);
    EXPECT_EQ(proxy->port, row.port);
    EXPECT_EQ(proxy->authorization, row.authorization);
  }
}

TEST(Proxy, address_that_is_none_is_refused_without_showing_the_password) {
  for (const char* text :
       {"socks5://u:secret@proxy:1", "https://u:secret@proxy:1", "http://u:secret@", "http://u:secret@p:x"}) {
    SCOPED_TRACE(text);
    const auto proxy = parse_proxy(text);
    ASSERT_FALSE(proxy.has_value());
    EXPECT_EQ(proxy.error().kind, ErrorKind::invalid);
    EXPECT_EQ(to_string(proxy.error()).find("secret"), std::string::npos);
  }
}

TEST(NoProxy, names_hosts_suffixes_ports_and_networks) {
  struct Row {
    const char* entry;
    const char* host;
    const char* port;
    bool bypassed;
  };
  const Row rows[] = {
      {"*", "any.host", "443", true},
      {"example.com", "example.com", "443", true},
      {"example.com", "EXAMPLE.com", "443", true},
      {"example.com", "api.example.com", "443", true},
      {"example.com", "notexample.com", "443", false},
      {".example.com", "api.example.com", "443", true},
      {".example.com", "example.com", "443", true},
      {".example.com", "notexample.com", "443", false},
      {"*.example.com", "api.example.com", "443", true},
      {"example.com:8443", "example.com", "8443", true},
      {"example.com:8443", "example.com", "443", false},
      {"127.0.0.1", "127.0.0.1", "80", true},
      {"127.0.0.1", "127.0.0.2", "80", false},
      {"10.0.0.0/8", "10.20.30.40", "80", true},
      {"10.0.0.0/8", "11.20.30.40", "80", false},
      {"10.0.0.0/8", "example.com", "80", false},
      {"10.0.0.0/99", "10.0.0.1", "80", false},
      {"fd00::/8", "fd12::1", "80", true},
      {"::1", "::1", "80", true},
      {"[::1]:80", "::1", "80", true},
      {"[::1]:80", "::1", "81", false},
      {"", "example.com", "443", false},
      {".", "example.com", "443", false},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.entry) + " and " + row.host + ":" + row.port);
    const ProxySettings settings{.no_proxy = {"other.test", row.entry}};
    EXPECT_EQ(bypasses_proxy(settings, row.host, row.port), row.bypassed);
  }
}

/// A proxy that sends every tunnel to one port of this machine, whatever its name.
class TunnelProxy {
 public:
  TunnelProxy(boost::asio::io_context& loop, std::uint16_t target)
      : acceptor_(loop, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)), target_(target) {
    boost::asio::co_spawn(loop, accept(), boost::asio::detached);
  }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()); }
  std::vector<std::string> heads;
  std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n";

 private:
  static constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);
  using SocketPtr = std::shared_ptr<tcp::socket>;

  awaitable<void> accept() {
    for (;;) {
      auto peer = std::make_shared<tcp::socket>(acceptor_.get_executor());
      auto [ec] = co_await acceptor_.async_accept(*peer, kToken);
      if (ec) co_return;
      boost::asio::co_spawn(acceptor_.get_executor(), tunnel(peer), boost::asio::detached);
    }
  }

  awaitable<void> tunnel(SocketPtr peer) {
    std::string head;
    auto [ec, n] = co_await boost::asio::async_read_until(*peer, boost::asio::dynamic_buffer(head), "\r\n\r\n", kToken);
    if (ec) co_return;
    heads.push_back(head);
    auto origin = std::make_shared<tcp::socket>(acceptor_.get_executor());
    origin->connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), target_));
    co_await boost::asio::async_write(*peer, boost::asio::buffer(answer), kToken);
    boost::asio::co_spawn(acceptor_.get_executor(), pump(peer, origin), boost::asio::detached);
    co_await pump(origin, peer);
  }

  awaitable<void> pump(SocketPtr from, SocketPtr to) {
    std::array<char, 4096> buffer{};
    for (;;) {
      auto [ec, n] = co_await from->async_read_some(boost::asio::buffer(buffer), kToken);
      if (ec) break;
      co_await boost::asio::async_write(*to, boost::asio::buffer(buffer.data(), n), kToken);
    }
    boost::system::error_code ignored;
    to->shutdown(tcp::socket::shutdown_send, ignored);
  }

  tcp::acceptor acceptor_;
  std::uint16_t target_;
};

class ProxyTest : public NetTest {
 protected:
  void start_tls(WirePlan plan) {
    const auto files = ca.issue("DNS:model.test,IP:127.0.0.1");
    start([plan = std::move(plan)](const ServerRequest&) { return plan; },
          ServerOptions{.certificate = files.certificate, .private_key = files.private_key});
  }

  TestCa ca;
};

TEST_F(ProxyTest, carries_tls_end_to_end) {
  start_tls({whole("ok")});
  TunnelProxy proxy(loop, server->port());
  make_client(ClientOptions{.ca_file = ca.file(),
                            .proxy = {.https = "http://Aladdin:open%20sesame@" + proxy.address()},
                            .user_agent = "assay/test"});
  for (int i = 0; i < 2; ++i) {
    Recorder sink;
    // The name exists nowhere: only the proxy resolves it.
    const auto result = get(url("model.test", true), sink);
    EXPECT_EQ(message(result), "");
    EXPECT_EQ(sink.body, "ok");
  }
  ASSERT_EQ(proxy.heads.size(), 1u) << "the tunnel is kept";
  const std::string port = std::to_string(server->port());
  EXPECT_EQ(proxy.heads[0], "CONNECT model.test:" + port + " HTTP/1.1\r\nHost: model.test:" + port +
                                "\r\nUser-Agent: assay/test\r\n"
                                "Proxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n");
}

TEST_F(ProxyTest, still_checks_the_certificate_of_the_origin) {
  start_tls({whole("ok")});
  TunnelProxy proxy(loop, server->port());
  make_client(ClientOptions{.ca_file = ca.file(), .proxy = {.https = proxy.address()}});
  Recorder sink;
  const auto result = get(url("other.test", true), sink);
  ASSERT_TRUE(result.error.has_value());
  EXPECT_EQ(result.error->kind, ErrorKind::tls);
}

TEST_F(ProxyTest, is_gone_past_where_no_proxy_says_so) {
  start_tls({whole("ok")});
  TunnelProxy proxy(loop, server->port());
  make_client(ClientOptions{.ca_file = ca.file(), .proxy = {.https = proxy.address(), .no_proxy = {"127.0.0.1"}}});
  Recorder sink;
  EXPECT_EQ(message(get(url("127.0.0.1", true), sink)), "");
  EXPECT_TRUE(proxy.heads.empty());
}

TEST_F(ProxyTest, that_refuses_is_named_with_its_status) {
  struct Row {
    const char* answer;
    ErrorKind kind;
    const char* message;
  };
  const Row rows[] = {
      {"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 3\r\n\r\nno!", ErrorKind::auth,
       "answered 407 to CONNECT model.test"},
      {"HTTP/1.1 502 Bad Gateway\r\n\r\n", ErrorKind::transport, "answered 502 to CONNECT model.test"},
      {"HTTP/1.1 200 OK\r\n\r\nearly", ErrorKind::protocol, "before the TLS handshake"},
      {"nonsense\r\n\r\n", ErrorKind::protocol, "not valid HTTP"},
      {"", ErrorKind::transport, "without an answer (proxy 127.0.0.1:"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.answer);
    RawPeer proxy(loop, row.answer);
    make_client(ClientOptions{.proxy = {.https = "127.0.0.1:" + proxy.port()}});
    Recorder sink;
    const Url where{true, "model.test", "443", "/"};
    const auto result = get(where, sink);
    ASSERT_TRUE(result.error.has_value());
    EXPECT_EQ(result.error->kind, row.kind) << result.error->message;
    EXPECT_NE(result.error->message.find(row.message), std::string::npos) << result.error->message;
  }
}

TEST_F(ProxyTest, that_never_answers_is_a_connect_deadline) {
  start({Stall{}});
  make_client(ClientOptions{.proxy = {.https = "127.0.0.1:" + std::to_string(server->port())}});
  Recorder sink;
  const Url where{true, "model.test", "443", "/"};
  EXPECT_EQ(message(get(where, sink, Deadlines{150ms, 9s, 9s, 9s})), "no connection within 150 ms");
}

TEST_F(ProxyTest, of_plain_http_gets_the_absolute_address) {
  std::string seen;
  start([&](const ServerRequest& request) {
    seen = std::string(request.target) + " " + std::string(request.header("host")) + " " +
           std::string(request.header("proxy-authorization"));
    return WirePlan{whole("ok")};
  });
  make_client(ClientOptions{.proxy = {.http = "http://u:p@127.0.0.1:" + std::to_string(server->port())}});
  Recorder sink;
  const Url where{false, "model.test", "8080", "/v1/models?x=1"};
  EXPECT_EQ(message(get(where, sink)), "");
  EXPECT_EQ(seen, "http://model.test:8080/v1/models?x=1 model.test:8080 Basic dTpw");
}

}  // namespace
}  // namespace assay::net::test
