#include <assay/core/http.hpp>

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(Url, is_taken_apart) {
  struct Row {
    const char* text;
    bool tls;
    const char* host;
    const char* port;
    const char* target;
  };
  const Row rows[] = {
      {"http://127.0.0.1:8080/v1", false, "127.0.0.1", "8080", "/v1"},
      {"https://llm.example.internal/v1", true, "llm.example.internal", "443", "/v1"},
      {"HTTPS://LLM.Example.com", true, "llm.example.com", "443", "/"},
      {"http://localhost", false, "localhost", "80", "/"},
      {"http://[::1]:8000/v1/", false, "::1", "8000", "/v1/"},
      {"https://host?api-version=1", true, "host", "443", "/?api-version=1"},
      {"https://host/openai/deployments/x?api-version=2024-02-01", true, "host", "443",
       "/openai/deployments/x?api-version=2024-02-01"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    const auto url = parse_url(row.text);
    ASSERT_TRUE(url.has_value());
    EXPECT_EQ(url->tls, row.tls);
    EXPECT_EQ(url->host, row.host);
    EXPECT_EQ(url->port, row.port);
    EXPECT_EQ(url->target, row.target);
  }
}

TEST(Url, that_is_none_is_refused_with_a_hint) {
  for (const char* text : {"",
                           "127.0.0.1:8080",
                           "ftp://host/",
                           "http://",
                           "http:///v1",
                           "http://user:secret@host/",
                           "http://host/#top",
                           "http://host:0/",
                           "http://host:65536/",
                           "http://host:80a/",
                           "http://host:-1/",
                           "http://host:/",
                           "http://ho st/",
                           "http://host/a b",
                           "http://host/\r\nX: y",
                           "http://h\xc3\xb6st/",
                           "http://[::1",
                           "http://[::1]x",
                           "http://[host]/",
                           "http://ho$t/"}) {
    SCOPED_TRACE(text);
    const auto url = parse_url(text);
    ASSERT_FALSE(url.has_value());
    EXPECT_EQ(url.error().kind, ErrorKind::invalid);
    EXPECT_FALSE(url.error().hint.empty());
    EXPECT_EQ(url.error().message.find("secret"), std::string::npos);
  }
}

TEST(Url, names_its_origin_without_the_default_port) {
  EXPECT_EQ(origin(parse_url("https://host:443/v1").value()), "https://host");
  EXPECT_EQ(origin(parse_url("http://host:443/v1").value()), "http://host:443");
  EXPECT_EQ(origin(parse_url("http://[::1]:80/v1").value()), "http://[::1]");
}

TEST(HttpHeaders, are_found_without_case) {
  const HttpHeaders headers{{"Content-Type", "text/plain"}, {"Retry-After", "3"}, {"retry-after", "4"}};
  EXPECT_EQ(find_header(headers, "retry-AFTER"), "3");
  EXPECT_EQ(find_header(headers, "retry"), std::nullopt);
}

}  // namespace
}  // namespace assay
