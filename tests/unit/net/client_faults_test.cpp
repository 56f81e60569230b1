#include "tests/unit/net/harness.hpp"

#include <boost/asio/co_spawn.hpp>

namespace assay::net::test {
namespace {

using namespace std::chrono_literals;

using ClientFaults = NetTest;

/// Far away but for the one that a test names.
constexpr Deadlines kFar{9s, 9s, 9s, 9s};

TEST_F(ClientFaults, of_the_transport_say_when_they_struck) {
  struct Row {
    const char* name;
    WirePlan plan;
    const char* message;
  };
  const Row rows[] = {
      {"reset before", {Reset{}}, "the connection was reset before an answer came"},
      {"closed before", {Close{}}, "the server closed the connection without an answer"},
      {"closed in the head",
       {Send{"HTTP/1.1 200 OK\r\nX: y"}, Close{}},
       "the server closed the connection without an answer"},
      {"reset within",
       {chunked_head(), chunk("hello"), Wait{20ms}, Reset{}},
       "the connection was reset in the middle of the answer"},
      {"short length",
       {Send{"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"}, Close{}},
       "the connection closed in the middle of the answer"},
      {"short chunks", {chunked_head(), chunk("hello"), Close{}}, "the connection closed in the middle of the answer"},
      {"short chunk",
       {chunked_head(), Send{"9\r\nhello"}, Close{}},
       "the connection closed in the middle of the answer"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    client.reset();
    start(row.plan);
    const auto result = get(kFar);
    ASSERT_TRUE(result.error.has_value());
    EXPECT_EQ(result.error->kind, ErrorKind::transport);
    EXPECT_EQ(result.error->message, row.message);
  }
}

TEST_F(ClientFaults, of_the_protocol_are_told_from_those_of_the_wire) {
  struct Row {
    const char* name;
    std::string answer;
    const char* message;
  };
  const Row rows[] = {
      {"no http", "SSH-2.0-OpenSSH_9.2\r\n", "not valid HTTP"},
      {"bad status", "HTTP/1.1 abc OK\r\n\r\n", "not valid HTTP"},
      {"bad length", "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n", "not valid HTTP"},
      {"bad chunk size", chunked_head().bytes + "zz\r\n", "not valid HTTP"},
      {"long chunk", chunked_head().bytes + "1\r\nab\r\n0\r\n\r\n", "not valid HTTP"},
      {"endless chunk header", chunked_head().bytes + "1;" + std::string(300000, 'x'),
       "header of the answer is larger"},
      {"large header", "HTTP/1.1 200 OK\r\nX: " + std::string(70000, 'x') + "\r\n\r\n",
       "header of the answer is larger than 65536 bytes"},
      {"many headers",
       "HTTP/1.1 200 OK\r\n" +
           [] {
             std::string s;
             for (int i = 0; i < 9000; ++i) s += "A: bcde\r\n";
             return s;
           }() +
           "\r\n",
       "header of the answer is larger"},
      {"large body", whole(std::string(1001, 'x')).bytes, "larger than 1000 bytes"},
      {"large chunks", chunked_head().bytes + chunk(std::string(999, 'x')).bytes + chunk("xx").bytes,
       "larger than 1000 bytes"},
      {"large to the end", "HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x'), "larger than 1000 bytes"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    start({Send{row.answer}, Close{}});
    make_client(ClientOptions{.max_body = 1000});
    const auto result = get(kFar);
    ASSERT_TRUE(result.error.has_value());
    EXPECT_EQ(result.error->kind, ErrorKind::protocol) << result.error->message;
    EXPECT_NE(result.error->message.find(row.message), std::string::npos) << result.error->message;
  }
}

TEST_F(ClientFaults, are_deadlines_that_name_themselves) {
  struct Row {
    const char* name;
    WirePlan plan;
    Deadlines deadlines;
    const char* message;
  };
  WirePlan trickle{chunked_head()};
  for (int i = 0; i < 200; ++i) {
    trickle.emplace_back(chunk("token "));
    trickle.emplace_back(Wait{10ms});
  }
  trickle.emplace_back(Stall{});
  const Row rows[] = {
      {"stall before the head", {Stall{}}, {9s, 150ms, 9s, 9s}, "no first token within 150 ms"},
      {"stall after the head", {chunked_head(), Stall{}}, {9s, 150ms, 100ms, 9s}, "no first token within 150 ms"},
      {"stall in the head", {Send{"HTTP/1.1 200"}, Stall{}}, {9s, 150ms, 9s, 9s}, "no first token within 150 ms"},
      {"stall after a token",
       {chunked_head(), chunk("token"), Stall{}},
       {9s, 9s, 150ms, 9s},
       "idle for 150 ms in the middle of the answer"},
      {"total before the first token", {Stall{}}, {9s, 9s, 9s, 150ms}, "no whole answer within 150 ms in total"},
      {"trickle, never idle, in total", trickle, {9s, 9s, 5s, 300ms}, "no whole answer within 300 ms in total"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    client.reset();
    start(row.plan);
    const auto result = get(row.deadlines);
    ASSERT_TRUE(result.error.has_value());
    EXPECT_EQ(result.error->kind, ErrorKind::timeout);
    EXPECT_EQ(result.error->message, row.message);
    EXPECT_FALSE(result.error->hint.empty());
  }
}

TEST_F(ClientFaults, of_a_server_that_only_pings_are_a_missing_first_token) {
  WirePlan pings{chunked_head()};
  for (int i = 0; i < 200; ++i) {
    pings.emplace_back(chunk(": ping\n\n"));
    pings.emplace_back(Wait{10ms});
  }
  start(pings);
  Recorder sink;
  sink.see = [](std::string_view) { return BodySink::Seen::nothing; };
  const auto result = get(sink, Deadlines{9s, 200ms, 100ms, 9s});
  EXPECT_EQ(message(result), "no first token within 200 ms");
  EXPECT_EQ(result.head.status, 200);
}

TEST_F(ClientFaults, do_not_include_a_slow_trickle_within_its_deadlines) {
  start({chunked_head(), chunk("a"), Wait{50ms}, chunk("b"), Wait{50ms}, chunk("c"), Send{"0\r\n\r\n"}});
  Recorder sink;
  EXPECT_EQ(message(get(sink, Deadlines{9s, 9s, 5s, 9s})), "");
  EXPECT_EQ(sink.body, "abc");
}

TEST_F(ClientFaults, leave_the_client_usable) {
  int seen = 0;
  start([&](const ServerRequest&) {
    ++seen;
    if (seen == 1) return WirePlan{Stall{}};
    return WirePlan{whole("ok")};
  });
  EXPECT_NE(message(get(Deadlines{9s, 100ms, 9s, 9s})), "");
  const auto result = get(kFar);
  EXPECT_EQ(message(result), "");
  EXPECT_TRUE(result.connect.has_value());
}

// As llama.cpp's server does after a stream: it promises to go on, and hangs up.
TEST_F(ClientFaults, of_a_server_that_hangs_up_after_its_answers_end_after_two) {
  start({whole("ok"), Close{}});
  int failed = 0;
  for (int i = 0; i < 20; ++i) {
    const auto result = get(kFar);
    if (!result.error) continue;
    ++failed;
    EXPECT_EQ(result.error->kind, ErrorKind::transport);
  }
  EXPECT_LE(failed, 2);
}

TEST_F(ClientFaults, of_a_refused_connection_ask_whether_the_server_runs) {
  start({whole("ok")});
  const Url dead = url();
  server->stop();
  Recorder sink;
  const auto result = get(dead, sink, kFar);
  ASSERT_TRUE(result.error.has_value());
  EXPECT_EQ(result.error->kind, ErrorKind::transport);
  EXPECT_EQ(result.error->message, "connection refused by 127.0.0.1:" + dead.port);
  EXPECT_EQ(result.error->hint, "is the server running at 127.0.0.1:" + dead.port + "?");
  EXPECT_EQ(result.head.status, 0);
}

TEST_F(ClientFaults, of_an_unknown_host_name_it) {
  Recorder sink;
  const Url nowhere{false, "name.invalid", "80", "/"};
  const auto result = get(nowhere, sink, kFar);
  ASSERT_TRUE(result.error.has_value());
  if (result.error->kind == ErrorKind::timeout) GTEST_SKIP() << "this machine's DNS answers nobody";
  EXPECT_EQ(result.error->kind, ErrorKind::transport) << result.error->message;
  EXPECT_NE(result.error->message.find("name.invalid"), std::string::npos);
}

TEST_F(ClientFaults, of_a_server_that_never_shakes_hands_are_the_connect_deadline) {
  start({whole("ok")});  // waits for a request line that TLS never sends
  Recorder sink;
  const auto result = get(url("127.0.0.1", true), sink, Deadlines{150ms, 9s, 9s, 9s});
  ASSERT_TRUE(result.error.has_value());
  EXPECT_EQ(result.error->kind, ErrorKind::timeout);
  EXPECT_EQ(result.error->message, "no connection within 150 ms");
}

TEST_F(ClientFaults, are_not_made_of_an_address_that_fails_where_another_works) {
  start({whole("ok")});  // on 127.0.0.1 only, where localhost may be ::1 as well
  Recorder sink;
  EXPECT_EQ(message(get(url("localhost"), sink, kFar)), "");
}

TEST_F(ClientFaults, are_cancelled_calls_once_the_client_is_stopped) {
  start([this](const ServerRequest&) {
    client->cancel();
    return WirePlan{Stall{}};
  });
  Recorder sink;
  const auto under_way = get(sink, kFar);
  ASSERT_TRUE(under_way.error.has_value());
  EXPECT_EQ(under_way.error->kind, ErrorKind::cancelled);
  const auto later = get(sink, kFar);
  ASSERT_TRUE(later.error.has_value());
  EXPECT_EQ(later.error->kind, ErrorKind::cancelled);
}

TEST_F(ClientFaults, let_a_client_go_while_it_waits) {
  bool asked = false;
  start([&](const ServerRequest&) {
    asked = true;
    return WirePlan{Stall{}};
  });
  make_client();
  HttpRequest request;
  request.url = url();
  Recorder sink;
  std::optional<HttpResult> result;
  boost::asio::co_spawn(loop, client->send(request, kFar, sink),
                        [&](const std::exception_ptr&, HttpResult r) { result = std::move(r); });
  run_until([&] { return asked; });
  client.reset();
  run_until([&] { return result.has_value(); });
  ASSERT_TRUE(result->error.has_value());
  EXPECT_EQ(result->error->kind, ErrorKind::cancelled);
}

}  // namespace
}  // namespace assay::net::test
