#include "tests/unit/net/harness.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace assay::net::test {
namespace {

using namespace std::chrono_literals;

class ServerTest : public NetTest {
 protected:
  /// Answers with method, target and body.
  void start_echo(ServerOptions options = {}) {
    start(
        [this](const ServerRequest& request) {
          ++requests;
          return WirePlan{
              whole(std::string(request.method) + " " + std::string(request.target) + " " + std::string(request.body))};
        },
        options);
  }
};

bool starts_with(const std::string& text, const std::string& start) {
  return text.rfind(start, 0) == 0;
}

TEST_F(ServerTest, answers_requests_that_come_in_one_piece) {
  start_echo();
  const std::string two =
      "POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi"
      "POST /b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nyo\r\n0\r\n\r\n"
      "GET /c HTTP/1.1\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(raw(two), whole("POST /a hi").bytes + whole("POST /b yo").bytes + whole("GET /c ").bytes);
  EXPECT_EQ(server->accepted(), 1u);
}

TEST_F(ServerTest, closes_after_a_request_that_asks_for_it) {
  start_echo();
  for (const char* request : {"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"}) {
    SCOPED_TRACE(request);
    EXPECT_EQ(raw(request), whole("GET / ").bytes);
  }
}

TEST_F(ServerTest, plays_its_plan_to_the_end) {
  struct Row {
    const char* name;
    WirePlan plan;
    const char* answer;
  };
  const Row rows[] = {
      {"close", {Send{"a"}, Wait{1ms}, Send{"b"}, Close{}}, "ab"},
      {"nothing", {Close{}}, ""},
      {"reset", {Reset{}}, "<reset>"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    start(row.plan);
    EXPECT_EQ(raw("GET / HTTP/1.1\r\n\r\n"), row.answer);
  }
}

TEST_F(ServerTest, stalls_until_it_is_stopped) {
  start({Send{"a"}, Stall{}});
  EXPECT_EQ(raw("GET / HTTP/1.1\r\n\r\n", 1), "a");
  start([this](const ServerRequest&) {
    boost::asio::post(loop, [this] { server->stop(); });
    return WirePlan{Send{"a"}, Stall{}};
  });
  EXPECT_TRUE(starts_with(raw("GET / HTTP/1.1\r\n\r\n"), "a"));
}

TEST_F(ServerTest, sends_more_than_the_socket_takes_at_once) {
  const std::string body(30 << 20, 'x');
  start({whole(body), Close{}});
  EXPECT_EQ(raw("GET / HTTP/1.1\r\n\r\n"), whole(body).bytes);
}

TEST_F(ServerTest, refuses_bad_requests_by_status) {
  struct Row {
    std::string request;
    const char* status;
  };
  const Row rows[] = {
      {"nonsense\r\n\r\n", "400 "},
      {"GET / HTTP/3.0\r\n\r\n", "505 "},
      {"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", "501 "},
      {"GET / HTTP/1.1\r\nX: " + std::string(1 << 20, 'x'), "431 "},
      {"POST / HTTP/1.1\r\nContent-Length: 2000\r\n\r\n" + std::string(2000, 'x'), "413 "},
      {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" + std::string(2000, 'x'), "413 "},
  };
  start_echo(ServerOptions{.max_body = 1000});
  for (const Row& row : rows) {
    SCOPED_TRACE(row.request.substr(0, 80));
    const auto answer = raw(row.request);
    EXPECT_TRUE(starts_with(answer, std::string("HTTP/1.1 ") + row.status)) << answer.substr(0, 80);
    EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  }
  EXPECT_EQ(requests, 0);
}

TEST_F(ServerTest, asks_for_the_body_that_waits_for_it) {
  start_echo();
  const std::string head = "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(raw(head, go_on.size()), go_on);
  EXPECT_EQ(raw(head + "hi", whole("POST / hi").bytes.size()), whole("POST / hi").bytes);
}

TEST_F(ServerTest, says_which_address_is_taken) {
  start_echo();
  const ServerOptions options{.port = server->port()};
  const auto second = serve(loop.get_executor(), options, [](const ServerRequest&) { return WirePlan{}; });
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().kind, ErrorKind::usage);
  EXPECT_NE(second.error().message.find(std::to_string(server->port())), std::string::npos);
  const auto nowhere = serve(loop.get_executor(), ServerOptions{.host = "no.such.host"},
                             [](const ServerRequest&) { return WirePlan{}; });
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_EQ(nowhere.error().kind, ErrorKind::usage);
}

TEST_F(ServerTest, goes_on_after_it_ran_out_of_descriptors) {
#if defined(__has_feature)
#if __has_feature(undefined_behavior_sanitizer)
  GTEST_SKIP() << "UBSan's vptr check opens a pipe to look at memory, and reports an object where it cannot";
#endif
#endif
  start_echo();
  boost::asio::ip::tcp::socket socket(loop);
  socket.connect({boost::asio::ip::address_v4::loopback(), server->port()});
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = ::dup(0);
  ASSERT_GE(next, 0);
  ::close(next);
  rlimit none = before;
  none.rlim_cur = static_cast<rlim_t>(next);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  loop.restart();
  loop.run_for(120ms);
  EXPECT_EQ(server->accepted(), 0u);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  run_until([&] { return server->accepted() == 1; });
  EXPECT_EQ(raw("GET / HTTP/1.0\r\n\r\n"), whole("GET / ").bytes);
}

TEST_F(ServerTest, survives_peers_that_leave_at_any_point) {
  start({Wait{5ms}, Send{std::string(1 << 20, 'x')}});
  const std::string request = "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello";
  for (std::size_t n = 0; n <= request.size(); ++n) {
    boost::asio::ip::tcp::socket socket(loop);
    socket.connect({boost::asio::ip::address_v4::loopback(), server->port()});
    boost::asio::write(socket, boost::asio::buffer(request.data(), n));
    if (n % 2 == 0) socket.set_option(boost::asio::ip::tcp::socket::linger(true, 0));
    socket.close();
  }
  run_until([&] { return server->accepted() == request.size() + 1; });
  EXPECT_TRUE(starts_with(raw(request, 10), "xxxxxxxxxx"));
}

}  // namespace
}  // namespace assay::net::test
