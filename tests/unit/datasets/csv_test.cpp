#include "tests/unit/datasets/support.hpp"

namespace assay::datasets {
namespace {

using testing::read;
using Texts = std::vector<std::string>;

TEST(Csv, reads_rfc_4180) {
  struct Row {
    const char* name;
    std::string text;
    Texts records;
  };
  for (const auto& row : {
           Row{"plain", "a,b\n1,x\n1.10,NO\n", {R"({"a":"1","b":"x"})", R"({"a":"1.10","b":"NO"})"}},
           Row{"crlf, bom, no last line end",
               "\xEF\xBB\xBF"
               "a,b\r\n1,x\r\n2,y",
               {R"({"a":"1","b":"x"})", R"({"a":"2","b":"y"})"}},
           Row{"quotes", "a,b\n\"x, \"\"y\"\"\",\"\"\n", {R"({"a":"x, \"y\"","b":""})"}},
           Row{"line ends within a field", "a,b\n\"1\r\n2\",\"\n\"\n", {R"({"a":"1\r\n2","b":"\n"})"}},
           Row{"blank cells", "a,b\n,\n1,\n", {R"({"a":"","b":""})", R"({"a":"1","b":""})"}},
           Row{"blank lines", "a,b\n\n1,2\n\r\n", {R"({"a":"1","b":"2"})"}},
           Row{"a quoted blank line is a record", "a\n\"\"\nx\n", {R"({"a":""})", R"({"a":"x"})"}},
           Row{"spaces are text", "a,b\n 1 , 2\n", {R"({"a":" 1 ","b":" 2"})"}},
           Row{"quoted names", "\"a,1\",b\n1,2\n", {R"({"a,1":"1","b":"2"})"}},
           Row{"header only", "a,b\n", {}},
       }) {
    SCOPED_TRACE(row.name);
    const auto got = read("a.csv", row.text);
    EXPECT_EQ(got.errors, Texts{});
    EXPECT_EQ(got.records, row.records);
  }
}

TEST(Csv, takes_other_delimiters) {
  EXPECT_EQ(read("a.csv", "a;b\n1,5;2\n", {.delimiter = ';'}).records, (Texts{R"({"a":"1,5","b":"2"})"}));
  EXPECT_EQ(read("a.csv", "a\tb\n1\t\"x\ty\"\n", {.delimiter = '\t'}).records, (Texts{R"({"a":"1","b":"x\ty"})"}));
}

TEST(Csv, says_what_is_wrong_and_where) {
  struct Row {
    const char* name;
    std::string text;
    std::size_t records;
    std::string error;
  };
  for (const auto& row : {
           Row{"few", "a,b\n\"1\n2\",3\n4\n5,6\n", 2, "a.csv:4:1: the row has 1 field, the header has 2"},
           Row{"many", "a,b\n1,2,3\n4,5\n", 1, "a.csv:2:1: the row has 3 fields, the header has 2"},
           Row{"quote inside", "a,b\nx \"y\",1\n3,4\n", 1, "a.csv:2:3: a quote within a field that is not quoted"},
           Row{"text after", "a,b\n\"x\"y,1\n3,4\n", 1, "a.csv:2:4: there is text after the closing quote"},
           Row{"never closed", "a,b\n1,2\n3,\"x\n4,5\n", 1, "a.csv:3:3: a quote is opened and never closed"},
           Row{"old mac", "a,b\n1,2\r3,4\n5,6\n", 1, "a.csv:2:5: a carriage return without a line feed"},
           Row{"empty file", "", 0, "a.csv:1:1: the CSV file has no header"},
           Row{"no name", "a,,c\n", 0, "a.csv:1:1: column 2 of the header has no name"},
           Row{"twice", "a,b,a\n", 0, "a.csv:1:1: the name 'a' is in the header twice"},
           Row{"spaces", "a, b\n", 0, "a.csv:1:1: the name ' b' in the header has white space"},
           Row{"delimiter", "a;b;c\n1;2;3\n", 0, "a.csv:1:1: the header is one name that holds ';'"},
       }) {
    SCOPED_TRACE(row.name);
    const auto got = read("a.csv", row.text);
    EXPECT_EQ(got.records.size(), row.records);
    ASSERT_EQ(got.errors.size(), 1u);
    EXPECT_TRUE(got.errors[0].starts_with(row.error)) << got.errors[0];
  }
}

TEST(Csv, the_wrong_delimiter_is_told_the_right_one) {
  EXPECT_NE(read("a.csv", "a;b\n").hints.at(0).find("delimiter: \";\""), std::string::npos);
  EXPECT_NE(read("a.csv", "a\tb\n").hints.at(0).find("delimiter: \"\\t\""), std::string::npos);
}

TEST(Csv, other_encodings_end_the_reading_once) {
  const auto got = read("a.csv", "a\ncaf\xE9\nna\xEFve\n");
  ASSERT_EQ(got.errors.size(), 1u);
  EXPECT_TRUE(got.errors[0].starts_with("a.csv:2:1:")) << got.errors[0];
  EXPECT_NE(got.hints[0].find("iconv -f"), std::string::npos);
}

TEST(Csv, a_record_that_is_too_long_is_an_error_and_not_an_allocation) {
  const std::string text = "a,b\n1,\"" + std::string(10'000'000, 'x');
  EXPECT_EQ(read("a.csv", text).errors, (Texts{"a.csv:2:1: a record is longer than 8 MiB"}));
  const std::string plain = "a,b\n1," + std::string(10'000'000, 'x') + "\n";
  EXPECT_EQ(read("a.csv", plain).errors, (Texts{"a.csv:2:1: a record is longer than 8 MiB"}));
}

TEST(Csv, fields_across_block_borders_stay_whole) {
  std::string text = "i,t\n";
  for (int i = 0; i < 20'000; ++i) {
    text += std::to_string(i) + ",\"" + std::string(static_cast<std::size_t>(i % 89), 'x') + "\"\"\n\"\r\n";
  }
  const auto got = read("a.csv", text);
  EXPECT_EQ(got.errors, Texts{});
  ASSERT_EQ(got.records.size(), 20'000u);
  EXPECT_EQ(got.records[19'999], "{\"i\":\"19999\",\"t\":\"" + std::string(19'999 % 89, 'x') + "\\\"\\n\"}");
}

}  // namespace
}  // namespace assay::datasets
