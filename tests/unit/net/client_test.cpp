#include "tests/unit/net/harness.hpp"

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

namespace assay::net::test {
namespace {

using namespace std::chrono_literals;

using ClientTest = NetTest;

TEST_F(ClientTest, sends_what_it_was_given_and_what_http_needs) {
  std::string seen;
  start([&](const ServerRequest& request) {
    seen = fmt::format("{} {} {} {} {} {} {}", request.method, request.target, request.header("host"),
                       request.header("x-team"), request.header("user-agent"), request.header("accept-encoding"),
                       request.body);
    return WirePlan{whole("ok")};
  });
  make_client(ClientOptions{.user_agent = "assay/test"});
  HttpRequest request;
  request.url = url();
  request.headers = {{"x-team", "geo"}};
  request.body = "{}";
  Recorder sink;
  EXPECT_EQ(message(send(request, sink)), "");
  EXPECT_EQ(seen, fmt::format("POST /v1/chat/completions 127.0.0.1:{} geo assay/test identity {{}}", server->port()));
}

TEST_F(ClientTest, reads_a_body_however_its_end_is_marked) {
  struct Row {
    const char* name;
    WirePlan plan;
  };
  const Row rows[] = {
      {"length", {whole("hello world")}},
      {"length, slowly",
       {Send{"HTTP/1.1 200 OK\r\nContent-"}, Wait{1ms}, Send{"Length: 11\r\n\r\nhello"}, Wait{1ms}, Send{" world"}}},
      {"chunks", {chunked_head(), chunk("hello"), chunk(" world"), Send{"0\r\n\r\n"}}},
      {"chunks with extensions and trailers",
       {chunked_head(), Send{"5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nX: y\r\n\r\n"}}},
      {"end of stream", {Send{"HTTP/1.1 200 OK\r\n\r\nhello"}, Wait{1ms}, Send{" world"}, Close{}}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    client.reset();
    start(row.plan);
    Recorder sink;
    const auto result = get(sink);
    EXPECT_EQ(message(result), "");
    EXPECT_EQ(result.head.status, 200);
    EXPECT_EQ(sink.body, "hello world");
    EXPECT_TRUE(result.connect.has_value());
  }
}

TEST_F(ClientTest, shows_the_final_head_only) {
  start({Send{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"}, Wait{1ms},
         Send{"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"}});
  Recorder sink;
  const auto result = get(sink);
  EXPECT_EQ(message(result), "");
  EXPECT_EQ(sink.heads, 1);
  EXPECT_EQ(sink.status, 429);
  EXPECT_EQ(find_header(result.head.headers, "retry-after"), "7");
}

TEST_F(ClientTest, uses_a_connection_again) {
  start({whole("ok")});
  EXPECT_TRUE(get().connect.has_value());
  EXPECT_FALSE(get().connect.has_value());
  EXPECT_FALSE(get().connect.has_value());
  EXPECT_EQ(server->accepted(), 1u);
}

TEST_F(ClientTest, makes_a_new_connection_where_the_old_one_must_not_be_used) {
  struct Row {
    const char* name;
    WirePlan plan;
    ClientOptions options;
  };
  const Row rows[] = {
      {"the server says close", {whole("ok", "Connection: close\r\n")}, {}},
      {"http/1.0", {Send{"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"}}, {}},
      {"bytes after the answer", {Send{whole("ok").bytes + "x"}}, {}},
      {"idle for too long", {whole("ok")}, {.keep_idle = 0s}},
      {"none may be kept", {whole("ok")}, {.max_connections = 0}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    start(row.plan);
    make_client(row.options);
    for (int i = 0; i < 2; ++i) {
      const auto result = get();
      EXPECT_EQ(message(result), "");
      EXPECT_TRUE(result.connect.has_value());
    }
    EXPECT_EQ(server->accepted(), 2u);
  }
}

TEST_F(ClientTest, sends_nothing_twice_when_a_kept_connection_ends_without_an_answer) {
  for (const bool reset : {false, true}) {
    SCOPED_TRACE(reset ? "reset" : "closed");
    int seen = 0;
    client.reset();
    start([&](const ServerRequest&) {
      ++seen;
      if (seen != 2) return WirePlan{whole("ok")};
      if (reset) return WirePlan{Reset{}};
      return WirePlan{Close{}};
    });
    EXPECT_EQ(message(get()), "");
    const auto result = get();
    ASSERT_TRUE(result.error);
    EXPECT_EQ(result.error->kind, ErrorKind::transport) << "the caller may try again, and counts it";
    EXPECT_EQ(seen, 2);
    EXPECT_EQ(message(get()), "");
  }
}

TEST_F(ClientTest, does_not_ask_again_on_a_new_connection_or_after_the_first_byte) {
  start({Close{}});
  EXPECT_EQ(message(get()), "the server closed the connection without an answer");
  EXPECT_EQ(requests, 1);

  int seen = 0;
  client.reset();
  start([&](const ServerRequest&) {
    ++seen;
    if (seen == 1) return WirePlan{whole("ok")};
    return WirePlan{Send{"HTTP/1.1"}, Close{}};
  });
  EXPECT_EQ(message(get()), "");
  EXPECT_EQ(message(get()), "the server closed the connection without an answer");
  EXPECT_EQ(seen, 2);
}

TEST_F(ClientTest, notices_before_sending_that_a_rested_connection_was_closed) {
  start({whole("ok"), Close{}});
  EXPECT_EQ(message(get()), "");
  loop.restart();
  loop.run_for(50ms);
  const auto result = get();
  EXPECT_EQ(message(result), "");
  EXPECT_EQ(requests, 2);
}

TEST_F(ClientTest, ends_early_when_the_sink_has_all_it_wants_and_keeps_the_connection) {
  start({chunked_head(), chunk("data: [DONE]\n\n"), Wait{5ms}, Send{"0\r\n\r\n"}});
  for (int i = 0; i < 2; ++i) {
    Recorder sink;
    sink.see = [](std::string_view) { return BodySink::Seen::done; };
    const auto result = get(sink);
    EXPECT_EQ(message(result), "");
    EXPECT_EQ(result.connect.has_value(), i == 0);
  }
  EXPECT_EQ(server->accepted(), 1u);
}

TEST_F(ClientTest, gives_up_a_connection_whose_answer_never_ends_after_done) {
  start({chunked_head(), chunk("data: [DONE]\n\n"), Stall{}});
  for (int i = 0; i < 2; ++i) {
    Recorder sink;
    sink.see = [](std::string_view) { return BodySink::Seen::done; };
    EXPECT_EQ(message(get(sink)), "");
  }
  EXPECT_EQ(server->accepted(), 2u);
}

TEST_F(ClientTest, shows_nothing_to_a_sink_that_is_done) {
  start({chunked_head(), Send{"1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n"}});
  Recorder sink;
  sink.see = [](std::string_view bytes) { return bytes == "b" ? BodySink::Seen::done : BodySink::Seen::content; };
  EXPECT_EQ(message(get(sink)), "");
  EXPECT_EQ(sink.body, "ab");
}

TEST_F(ClientTest, takes_an_answer_that_came_before_the_request_was_read) {
  start([](const ServerRequest&) { return WirePlan{whole("ok")}; }, ServerOptions{.max_body = 1000});
  make_client();
  HttpRequest request;
  request.url = url();
  request.body = std::string(20 << 20, 'x');
  Recorder sink;
  const auto result = send(request, sink);
  EXPECT_EQ(message(result), "");
  EXPECT_EQ(result.head.status, 413);
}

TEST_F(ClientTest, serves_many_at_once) {
  start([this](const ServerRequest&) {
    ++requests;
    return WirePlan{Wait{20ms}, whole("ok")};
  });
  make_client();
  HttpRequest request;
  request.url = url();
  const Deadlines deadlines;
  std::vector<Recorder> sinks(100);
  std::size_t done = 0;
  for (auto& sink : sinks) {
    boost::asio::co_spawn(loop, client->send(request, deadlines, sink), [&](const std::exception_ptr&, HttpResult r) {
      if (!r.error) ++done;
    });
  }
  run_until([&] { return done == sinks.size(); });
  EXPECT_EQ(requests, 100);
}

TEST_F(ClientTest, refuses_headers_that_would_break_the_request) {
  start({whole("ok")});
  make_client();
  for (const auto& [name, value] :
       HttpHeaders{{"x", "a\r\nb: c"}, {"x y", "a"}, {"", "a"}, {"Content-Length", "1"}, {"x", std::string(1, '\0')}}) {
    SCOPED_TRACE(name);
    HttpRequest request;
    request.url = url();
    request.headers = {{name, value}};
    Recorder sink;
    const auto result = send(request, sink);
    ASSERT_TRUE(result.error.has_value());
    EXPECT_EQ(result.error->kind, ErrorKind::invalid);
  }
  EXPECT_EQ(requests, 0);
}

TEST_F(ClientTest, leaves_no_work_on_the_loop_once_its_answers_are_in) {
  start({whole("ok")});
  EXPECT_EQ(message(get()), "");
  server->stop();
  loop.restart();
  loop.run_for(5s);
  EXPECT_TRUE(loop.stopped()) << "a timer of the client is still waiting";
}

}  // namespace
}  // namespace assay::net::test
