#include "tests/unit/datasets/support.hpp"

namespace assay::datasets {
namespace {

using testing::read;
using Texts = std::vector<std::string>;

TEST(JsonArray, reads_a_list_of_objects) {
  for (const std::string text :
       {R"([{"a":1},{"a":"x]}\",{["}])", "\xEF\xBB\xBF [\r\n {\"a\":1} ,\n{\"a\":\"x]}\\\",{[\"}\n]\n"}) {
    SCOPED_TRACE(text);
    const auto got = read("a.json", text);
    EXPECT_EQ(got.errors, Texts{});
    EXPECT_EQ(got.records, (Texts{"{\"a\":1}", R"({"a":"x]}\",{["})"}));
  }
}

TEST(JsonArray, an_empty_list_or_file_has_no_record) {
  for (const std::string text : {"[]", " [ ] ", ""}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(read("a.json", text).errors, Texts{});
    EXPECT_EQ(read("a.json", text).records, Texts{});
  }
}

TEST(JsonArray, says_what_is_wrong_and_where) {
  struct Row {
    std::string text;
    std::size_t records;
    std::string error;
  };
  for (const auto& row : {
           Row{"{\"data\": []}", 0, "a.json:1:1: the file is an object, not a list"},
           Row{"12", 0, "a.json:1:1: the file is not a list of objects"},
           Row{"[{},\n 1, {}]", 2, "a.json:2:2: the record is not a JSON object"},
           Row{"[{},\n{}", 2, "a.json:2:3: the file ends within the list"},
           Row{"[{},]", 1, "a.json:1:5: there is a comma after the last record"},
           Row{"[,{}]", 0, "a.json:1:2: a record is missing before this comma"},
           Row{"[{}\n{}]", 1, "a.json:2:1: a comma is missing between two records"},
           Row{"[{}] x", 1, "a.json:1:6: there is text after the end of the list"},
           Row{"[{\"a\": [1}]", 0, "a.json:1:10: not valid JSON"},
           Row{"[{\"a\": \"b]", 0, "a.json:1:11: not valid JSON"},
       }) {
    SCOPED_TRACE(row.text);
    const auto got = read("a.json", row.text);
    EXPECT_EQ(got.records.size(), row.records);
    ASSERT_EQ(got.errors.size(), 1u);
    EXPECT_TRUE(got.errors[0].starts_with(row.error)) << got.errors[0];
  }
}

TEST(JsonArray, a_long_record_is_an_error) {
  const auto got = read("a.json", "[{\"a\":\"" + std::string(10'000'000, 'x') + "\"}]");
  EXPECT_EQ(got.errors, (Texts{"a.json:1:2: a record is longer than 8 MiB"}));
}

TEST(JsonArray, streams_a_list_that_is_longer_than_a_record_may_be) {
  std::string text = "[";
  for (int i = 0; i < 5'000; ++i) text += (i == 0 ? "" : ",\n") + std::string(R"({"a": [1, {"b": "]"}]})");
  const auto got = read("a.json", text + "]", {.max_record = 100});
  EXPECT_EQ(got.errors, Texts{});
  EXPECT_EQ(got.records.size(), 5'000u);
}

}  // namespace
}  // namespace assay::datasets
