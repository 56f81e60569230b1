#include "runner/net/request_scanner.hpp"

#include <gtest/gtest.h>

namespace assay::net {
namespace {

using State = RequestScanner::State;

TEST(RequestScanner, reads_a_request_wherever_the_network_cuts_it) {
  struct Row {
    std::string text;
    std::string body;
  };
  const Row rows[] = {
      {"POST /v1 HTTP/1.1\r\nHost: x\r\ncontent-LENGTH: 5\r\n\r\nhello", "hello"},
      {"POST /v1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\nT: x\r\n\r\n",
       "hello"},
      {"POST /v1 HTTP/1.1\r\nHost:\r\nX: x\r\n\r\n", ""},
      {"\r\n\r\nPOST /v1 HTTP/1.1\r\n\r\n", ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    for (std::size_t step = 1; step <= row.text.size(); ++step) {
      RequestScanner scanner(1000);
      auto state = State::more;
      std::size_t n = 0;
      while (state == State::more && n < row.text.size()) {
        n = std::min(n + step, row.text.size());
        state = scanner.scan(std::string_view(row.text).substr(0, n));
      }
      ASSERT_EQ(state, State::ready) << "in steps of " << step;
      EXPECT_EQ(n, row.text.size());
      EXPECT_EQ(scanner.method(), "POST");
      EXPECT_EQ(scanner.target(), "/v1");
      EXPECT_EQ(scanner.body(), row.body);
      EXPECT_EQ(scanner.size(), row.text.size());
    }
  }
}

TEST(RequestScanner, finds_headers_without_case) {
  RequestScanner scanner(1000);
  ASSERT_EQ(scanner.scan("GET / HTTP/1.1\r\nAuthorization: \t Bearer k \r\nauthorization: no\r\n\r\n"), State::ready);
  EXPECT_EQ(scanner.header("authorization"), "Bearer k");
  EXPECT_EQ(scanner.header("author"), "");
}

TEST(RequestScanner, leaves_the_next_request_alone) {
  const std::string two = "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n";
  RequestScanner scanner(1000);
  ASSERT_EQ(scanner.scan(two), State::ready);
  EXPECT_EQ(scanner.target(), "/1");
  const auto first = scanner.size();
  scanner.reset();
  ASSERT_EQ(scanner.scan(std::string_view(two).substr(first)), State::ready);
  EXPECT_EQ(scanner.target(), "/2");
}

TEST(RequestScanner, knows_when_the_connection_is_kept) {
  struct Row {
    const char* text;
    bool keep;
  };
  for (const Row& row : {Row{"GET / HTTP/1.1\r\n\r\n", true}, Row{"GET / HTTP/1.0\r\n\r\n", false},
                         Row{"GET / HTTP/1.1\r\nConnection: Close\r\n\r\n", false},
                         Row{"GET / HTTP/1.1\r\nConnection: TE, close\r\n\r\n", false},
                         Row{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true}}) {
    SCOPED_TRACE(row.text);
    RequestScanner scanner(1000);
    ASSERT_EQ(scanner.scan(row.text), State::ready);
    EXPECT_EQ(scanner.keep_alive(), row.keep);
  }
}

TEST(RequestScanner, refuses_what_two_readers_could_read_differently) {
  struct Row {
    std::string text;
    int status;
  };
  const std::string start = "POST / HTTP/1.1\r\n";
  const Row rows[] = {
      {"GARBAGE\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\n\r\n", 505},
      {"GET / HTTP/2.0\r\n\r\n", 505},
      {"GET /\x01 HTTP/1.1\r\n\r\n", 400},
      {"G(T / HTTP/1.1\r\n\r\n", 400},
      {start + "no colon\r\n\r\n", 400},
      {start + "Space : x\r\n\r\n", 400},
      {start + " folded: x\r\n\r\n", 400},
      {start + "X: a\nY: b\r\n\r\n", 400},
      {start + "Content-Length: -1\r\n\r\n", 400},
      {start + "Content-Length: 1,1\r\n\r\n", 400},
      {start + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {start + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {start + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {start + "Content-Length: 1001\r\n\r\n", 413},
      {start + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\n-1\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n", 413},
      {start + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", 400},
      {start + "X: " + std::string(70000, 'x'), 431},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text.substr(0, 100));
    RequestScanner scanner(1000);
    ASSERT_EQ(scanner.scan(row.text), State::bad);
    EXPECT_EQ(scanner.status(), row.status);
    EXPECT_FALSE(scanner.reason().empty());
  }
}

TEST(RequestScanner, refuses_more_headers_than_anyone_sends) {
  std::string text = "GET / HTTP/1.1\r\n";
  for (std::size_t i = 0; i <= RequestScanner::kMaxFields; ++i) text += "A: b\r\n";
  RequestScanner scanner(1000);
  ASSERT_EQ(scanner.scan(text + "\r\n"), State::bad);
  EXPECT_EQ(scanner.status(), 431);
}

}  // namespace
}  // namespace assay::net
