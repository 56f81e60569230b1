#include "tests/unit/net/harness.hpp"
#include "tests/unit/net/test_ca.hpp"

#include <fstream>

namespace assay::net::test {
namespace {

using namespace std::chrono_literals;

class TlsTest : public NetTest {
 protected:
  void start_tls(const std::string& names, WirePlan plan, int days = 1) {
    const auto files = ca.issue(names, days);
    start(
        [this, plan = std::move(plan)](const ServerRequest&) {
          ++requests;
          return plan;
        },
        ServerOptions{.certificate = files.certificate, .private_key = files.private_key});
  }

  TestCa ca;
};

TEST_F(TlsTest, reaches_a_server_by_name_and_by_address) {
  start_tls("DNS:localhost,IP:127.0.0.1", {whole(std::string(100000, 'x'))});
  make_client(ClientOptions{.ca_file = ca.file()});
  for (const char* host : {"localhost", "127.0.0.1"}) {
    SCOPED_TRACE(host);
    Recorder sink;
    const auto result = get(url(host, true), sink);
    EXPECT_EQ(message(result), "");
    EXPECT_EQ(sink.body.size(), 100000u);
  }
}

TEST_F(TlsTest, keeps_the_connection_even_when_it_rested) {
  start_tls("IP:127.0.0.1", {chunked_head(), chunk("a"), Wait{5ms}, chunk("b"), Send{"0\r\n\r\n"}});
  make_client(ClientOptions{.ca_file = ca.file()});
  for (int i = 0; i < 3; ++i) {
    Recorder sink;
    EXPECT_EQ(message(get(url("127.0.0.1", true), sink)), "");
    EXPECT_EQ(sink.body, "ab");
    loop.restart();
    loop.run_for(30ms);
  }
  EXPECT_EQ(server->accepted(), 1u);
}

TEST_F(TlsTest, refuses_certificates_that_prove_nothing) {
  struct Row {
    const char* name;
    const char* names;
    int days;
    bool trusted;
    const char* message;
    const char* hint;
  };
  const Row rows[] = {
      {"unknown authority", "IP:127.0.0.1", 1, false, "certificate verify failed for 127.0.0.1", "ca_file"},
      {"wrong host", "DNS:elsewhere.test", 1, true, "IP address mismatch", "host name"},
      {"expired", "IP:127.0.0.1", -1, true, "expired", "renew"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    start_tls(row.names, {whole("ok")}, row.days);
    ClientOptions options;
    if (row.trusted) options.ca_file = ca.file();
    make_client(options);
    Recorder sink;
    const auto result = get(url("127.0.0.1", true), sink);
    ASSERT_TRUE(result.error.has_value());
    EXPECT_EQ(result.error->kind, ErrorKind::tls);
    EXPECT_NE(result.error->message.find(row.message), std::string::npos) << result.error->message;
    EXPECT_NE(result.error->hint.find(row.hint), std::string::npos) << result.error->hint;
    EXPECT_EQ(requests, 0);
  }
}

TEST_F(TlsTest, refuses_a_certificate_for_another_name) {
  start_tls("DNS:elsewhere.test", {whole("ok")});
  make_client(ClientOptions{.ca_file = ca.file()});
  Recorder sink;
  const auto result = get(url("localhost", true), sink);
  ASSERT_TRUE(result.error.has_value());
  EXPECT_EQ(result.error->kind, ErrorKind::tls);
  EXPECT_NE(result.error->message.find("hostname mismatch"), std::string::npos) << result.error->message;
}

TEST_F(TlsTest, names_the_host_to_the_server_but_never_an_address) {
  RawPeer peer(loop, "");
  make_client();
  for (const char* host : {"localhost", "127.0.0.1"}) {
    Recorder sink;
    const Url where{true, host, peer.port(), "/"};
    const auto result = get(where, sink);
    EXPECT_TRUE(result.error.has_value());
  }
  // The first bytes are a ClientHello, whose server name is not encrypted.
  ASSERT_EQ(peer.received.size(), 2u);
  EXPECT_NE(peer.received[0].find("localhost"), std::string::npos);
  EXPECT_EQ(peer.received[1].find("127.0.0.1"), std::string::npos);
}

TEST_F(TlsTest, says_so_when_the_server_speaks_http) {
  RawPeer peer(loop, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
  Recorder sink;
  const Url where{true, "127.0.0.1", peer.port(), "/"};
  const auto result = get(where, sink);
  ASSERT_TRUE(result.error.has_value());
  EXPECT_EQ(result.error->kind, ErrorKind::tls);
  EXPECT_NE(result.error->hint.find("http://"), std::string::npos) << result.error->hint;
}

TEST_F(TlsTest, takes_a_connection_cut_without_notice_for_a_fault) {
  start_tls("IP:127.0.0.1", {Send{"HTTP/1.1 200 OK\r\n\r\nhello"}, Wait{20ms}, Reset{}});
  make_client(ClientOptions{.ca_file = ca.file()});
  Recorder sink;
  const auto result = get(url("127.0.0.1", true), sink);
  EXPECT_EQ(message(result), "the connection closed in the middle of the answer");
  EXPECT_EQ(sink.body, "hello");
}

TEST_F(TlsTest, reads_a_body_that_ends_with_the_connection) {
  start_tls("IP:127.0.0.1", {Send{"HTTP/1.1 200 OK\r\n\r\nhello"}, Close{}});
  make_client(ClientOptions{.ca_file = ca.file()});
  Recorder sink;
  EXPECT_EQ(message(get(url("127.0.0.1", true), sink)), "");
  EXPECT_EQ(sink.body, "hello");
}

TEST_F(TlsTest, needs_files_that_can_be_used) {
  const std::string garbage = ca.path("garbage.pem");
  std::ofstream(garbage) << "no PEM\n";
  for (const std::string& file : {ca.path("missing.pem"), garbage}) {
    SCOPED_TRACE(file);
    const auto made = make_http_client(loop.get_executor(), ClientOptions{.ca_file = file});
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().kind, ErrorKind::invalid);
    const auto served = serve(loop.get_executor(), ServerOptions{.certificate = file, .private_key = file},
                              [](const ServerRequest&) { return WirePlan{}; });
    ASSERT_FALSE(served.has_value());
    EXPECT_EQ(served.error().kind, ErrorKind::invalid);
  }
}

}  // namespace
}  // namespace assay::net::test
