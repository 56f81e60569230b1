#include "runner/endpoints/sse.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace assay::endpoints {
namespace {

using Events = std::vector<std::pair<std::string, std::string>>;

void feed(SseParser& parser, std::string_view bytes, Events& out) {
  // A copy that dies after the call, so that a kept view would be seen by the sanitizer.
  const std::string copy(bytes);
  std::string_view rest = copy;
  while (const auto event = parser.next(rest)) out.emplace_back(event->type, event->data);
}

Events parse(std::string_view stream) {
  SseParser parser;
  Events events;
  feed(parser, stream, events);
  return events;
}

struct Row {
  const char* what;
  std::string stream;
  Events events;
};

std::vector<Row> rows() {
  return {
      {"LF", "data: a\n\ndata: b\n\n", {{"", "a"}, {"", "b"}}},
      {"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", {{"", "a"}, {"", "b"}}},
      {"CR", "data: a\r\rdata: b\r\r", {{"", "a"}, {"", "b"}}},
      {"mixed line ends", "data: a\r\n\ndata: b\r\r\n", {{"", "a"}, {"", "b"}}},
      {"BOM",
       "\xEF\xBB\xBF"
       "data: a\n\n",
       {{"", "a"}}},
      {"a BOM later is data",
       "data: a\n\n\xEF\xBB\xBF"
       "data: b\n\n",
       {{"", "a"}}},
      {"only the first space goes", "data:  a \n\ndata:b\n\n", {{"", " a "}, {"", "b"}}},
      {"comments", ": ping\n\ndata: a\n: more\n\n", {{"", "a"}}},
      {"several data lines", "data: a\ndata\ndata: b\n\n", {{"", "a\n\nb"}}},
      {"an empty data line is an event", "data:\n\ndata\n\n", {{"", ""}, {"", ""}}},
      {"event types do not stay", "event: error\ndata: a\n\ndata: b\n\n", {{"error", "a"}, {"", "b"}}},
      {"a type without data is no event", "event: error\n\ndata: b\n\n", {{"", "b"}}},
      {"id and retry are dropped", "id: 7\nretry: 10\ndata: a\n\n", {{"", "a"}}},
      {"a colon in the value stays", "data: {\"a\":1}\n\n", {{"", "{\"a\":1}"}}},
      {"unknown fields are dropped", "dat: a\ndatax: b\ndata: c\n\n", {{"", "c"}}},
      {"cut off at the end", "data: a\n\ndata: b\n", {{"", "a"}}},
      {"nothing", "", {}},
      {"only line ends", "\n\n\r\r\n", {}},
  };
}

TEST(SseParser, follows_the_specification) {
  for (const auto& row : rows()) {
    SCOPED_TRACE(row.what);
    EXPECT_EQ(parse(row.stream), row.events);
  }
}

TEST(SseParser, gives_the_same_events_wherever_the_stream_is_cut) {
  for (const auto& row : rows()) {
    SCOPED_TRACE(row.what);
    for (std::size_t first = 0; first <= row.stream.size(); ++first) {
      for (std::size_t second = first; second <= row.stream.size(); ++second) {
        SseParser parser;
        Events events;
        feed(parser, std::string_view(row.stream).substr(0, first), events);
        feed(parser, std::string_view(row.stream).substr(first, second - first), events);
        feed(parser, std::string_view(row.stream).substr(second), events);
        ASSERT_EQ(events, row.events) << first << " " << second;
      }
    }
  }
}

TEST(SseParser, does_not_copy_what_lies_in_one_buffer) {
  const std::string stream = "data: hello\n\n";
  std::string_view rest = stream;
  SseParser parser;
  const auto event = parser.next(rest);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->data.data(), stream.data() + 6);
}

TEST(SseParser, refuses_a_line_that_never_ends) {
  SseParser parser;
  Events events;
  const std::string megabyte(1u << 20, 'x');
  feed(parser, "data: ", events);
  for (int i = 0; i < 8; ++i) feed(parser, megabyte, events);
  EXPECT_TRUE(parser.failed());
  feed(parser, "\n\ndata: a\n\n", events);
  EXPECT_TRUE(events.empty());
  parser.reset();
  feed(parser, "data: a\n\n", events);
  EXPECT_EQ(events, (Events{{"", "a"}}));
}

TEST(SseParser, refuses_an_event_that_never_ends) {
  SseParser parser;
  Events events;
  const std::string line = "data: " + std::string(1u << 20, 'x') + "\n";
  for (int i = 0; i < 8; ++i) feed(parser, line, events);
  EXPECT_TRUE(parser.failed());
}

}  // namespace
}  // namespace assay::endpoints
