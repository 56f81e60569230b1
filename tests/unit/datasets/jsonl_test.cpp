#include "tests/unit/datasets/support.hpp"

namespace assay::datasets {
namespace {

using testing::read;
using Texts = std::vector<std::string>;

TEST(Jsonl, reads_lf_crlf_bom_blank_lines_and_a_last_line_without_an_end) {
  const auto got = read("a.jsonl", "\xEF\xBB\xBF{\"a\":1}\r\n\n  \r\n{\"a\":\"é\"}\n{\"a\":[]}");
  EXPECT_EQ(got.errors, Texts{});
  EXPECT_EQ(got.records, (Texts{"{\"a\":1}", "{\"a\":\"é\"}", "{\"a\":[]}"}));
  EXPECT_EQ(got.rows, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST(Jsonl, goes_on_after_a_bad_line) {
  const auto got = read("a.ndjson", "{\"a\":1}\n[1]\n{\"a\":}\n{\"a\":4}\n");
  EXPECT_EQ(got.records, (Texts{"{\"a\":1}", "{\"a\":4}"}));
  EXPECT_EQ(got.rows, (std::vector<std::uint64_t>{1, 4}));
  ASSERT_EQ(got.errors.size(), 2u);
  EXPECT_EQ(got.errors[0], "a.ndjson:2:1: the line is not a JSON object");
  EXPECT_TRUE(got.errors[1].starts_with("a.ndjson:3:6: not valid JSON")) << got.errors[1];
}

TEST(Jsonl, an_empty_file_has_no_record) {
  EXPECT_EQ(read("a.jsonl", "").records, Texts{});
  EXPECT_EQ(read("a.jsonl", "\n\n").errors, Texts{});
}

TEST(Jsonl, a_json_array_is_told_to_be_named_json) {
  const auto got = read("a.jsonl", "[{\"a\": 1},\n{\"a\": 2}]\n");
  ASSERT_FALSE(got.hints.empty());
  EXPECT_NE(got.hints[0].find(".json"), std::string::npos) << got.hints[0];
}

TEST(Jsonl, refuses_other_encodings_by_name_with_the_command) {
  const auto latin = read("a.jsonl", "{\"a\": \"caf\xE9 cr\xE8me\"}\n");
  ASSERT_EQ(latin.errors.size(), 1u);
  EXPECT_TRUE(latin.errors[0].starts_with("a.jsonl:1:11:")) << latin.errors[0];
  EXPECT_NE(latin.hints[0].find("iconv -f"), std::string::npos) << latin.hints[0];

  for (const auto& bytes : {std::string("\xFF\xFE{\0}\0", 6), std::string("{\0}\0", 4), std::string("\0{\0}", 4)}) {
    const auto wide = read("a.jsonl", bytes);
    ASSERT_EQ(wide.errors.size(), 1u);
    EXPECT_NE(wide.errors[0].find("UTF-16"), std::string::npos) << wide.errors[0];
    EXPECT_NE(wide.hints[0].find("iconv -f UTF-16"), std::string::npos) << wide.hints[0];
  }
}

TEST(Jsonl, a_line_of_10_mb_is_an_error_and_the_next_one_is_read) {
  const auto got = read("a.jsonl", "{\"a\":\"" + std::string(10'000'000, 'x') + "\"}\n{\"a\":2}\n");
  EXPECT_EQ(got.errors, (Texts{"a.jsonl:1:1: a record is longer than 8 MiB"}));
  EXPECT_EQ(got.records, (Texts{"{\"a\":2}"}));
}

TEST(Jsonl, a_line_of_the_limit_is_read_and_one_byte_more_is_not) {
  const std::string line = "{\"a\":\"bc\"}";
  EXPECT_EQ(read("a.jsonl", line + "\n" + line, {.max_record = line.size()}).records.size(), 2u);
  EXPECT_EQ(read("a.jsonl", line + "\n" + line, {.max_record = line.size() - 1}).errors.size(), 2u);
}

TEST(Jsonl, lines_across_block_borders_stay_whole) {
  std::string bytes;
  Texts expected;
  for (int i = 0; i < 20'000; ++i) {
    expected.push_back("{\"i\":" + std::to_string(i) + ",\"t\":\"" +
                       std::string(static_cast<std::size_t>(i % 97), 'x') + "\"}");
    bytes += expected.back() + "\n";
  }
  const auto got = read("a.jsonl", bytes);
  EXPECT_EQ(got.errors, Texts{});
  EXPECT_EQ(got.records, expected);
}

}  // namespace
}  // namespace assay::datasets
