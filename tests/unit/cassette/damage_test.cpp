#include "tests/unit/cassette/calls.hpp"

namespace assay::cassette::test {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// A good file of two calls, for `fr` in line 2 and `jp` in line 3.
std::string good(const TempDir& folder) {
  return TempDir::read_file(
      record(folder, {call("fr", 0, "capital of France?", "Paris"), call("jp", 0, "capital of Japan?", "Tokyo")}));
}

struct Row {
  const char* name;
  std::string content;
  int line;
  const char* message;
};

TEST(Damage, opening_says_file_line_and_what_to_do) {
  const TempDir folder;
  const std::string file = good(folder);
  const std::vector<Row> rows{
      {"empty", "", 1, "the file is no cassette: its first line is not {\"schema\":\"assay.cassette/1\"}"},
      {"other", "{\"id\":1}\n", 1, "the file is no cassette: its first line is not {\"schema\":\"assay.cassette/1\"}"},
      {"binary", std::string("\x28\xB5\x2F\xFD\0\0", 6), 1,
       "the file is no cassette: its first line is not {\"schema\":\"assay.cassette/1\"}"},
      {"newer", replaced(file, "cassette/1", "cassette/2"), 1,
       "the cassette is of form 'assay.cassette/2', and this version reads assay.cassette/1"},
      {"cut", file.substr(0, file.size() - 20), 3, "the last line is cut off"},
      {"not json", replaced(file, "{\"key\"", "{key"), 2, "the line is not valid JSON"},
      {"no call", file + "[]\n", 4, "'{' is missing or not what a cassette holds there"},
      {"no case", replaced(file, "\"case\":\"jp\"", "\"kase\":\"jp\""), 3,
       "'case' is missing or not what a cassette holds there"},
      {"wrong sample", replaced(file, "\"sample\":0", "\"sample\":-1"), 2,
       "'sample' is missing or not what a cassette holds there"},
      {"blank line", replaced(file, "\n{\"key\"", "\n\n{\"key\""), 2, "the line is empty"},
  };
  for (const Row& row : rows) {
    const auto path = folder.write("bad.jsonl", row.content);
    const auto opened = Cassette::open(path);
    ASSERT_FALSE(opened.has_value()) << row.name;
    EXPECT_EQ(opened.error().kind, ErrorKind::invalid) << row.name;
    EXPECT_EQ(opened.error().message, row.message) << row.name;
    EXPECT_EQ(opened.error().at.file, path.string()) << row.name;
    EXPECT_EQ(opened.error().at.line, row.line) << row.name;
    EXPECT_FALSE(opened.error().hint.empty()) << row.name;
  }
}

TEST(Damage, a_compressed_file_is_recognised) {
  const TempDir folder;
  const auto opened = Cassette::open(folder.write("calls.jsonl.zst", std::string("\x28\xB5\x2F\xFD\0\0", 6)));
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().hint.find("zstd -d"), std::string::npos);
}

TEST(Damage, a_file_that_is_not_there_is_not_found) {
  const TempDir folder;
  EXPECT_EQ(Cassette::open(folder / "none.jsonl").error().kind, ErrorKind::not_found);
  EXPECT_EQ(Cassette::open(folder.path()).error().kind, ErrorKind::invalid);
}

TEST(Damage, taking_a_call_says_what_is_wrong_with_its_line) {
  const TempDir folder;
  const std::string file = good(folder);
  const std::vector<std::pair<std::string, std::string>> rows{
      {replaced(file, "capital of Japan?", "capital of China?"),
       "line 3 was changed after it was recorded: its key is that of another request"},
      {replaced(file, "\"finish\":\"stop\",\"usage\":{},\"timings\":{\"total_ns\":0},\"raw\":\"wire of T",
                "\"finish\":\"stopp\",\"usage\":{},\"timings\":{\"total_ns\":0},\"raw\":\"wire of T"),
       "'response.finish' is missing or not what a cassette holds there"},
      {replaced(file, "\"total_ns\":0},\"raw\":\"wire of Tokyo\"", "\"total_ns\":0.5},\"raw\":\"wire of Tokyo\""),
       "'response.timings.total_ns' is missing or not what a cassette holds there"},
      {replaced(file, "\"raw\":\"wire of Tokyo\"", "\"raw\":{\"base64\":\"*\"}"),
       "'response.raw' is missing or not what a cassette holds there"},
      {replaced(file, "\"raw\":\"wire of Tokyo\"", "\"raw\":oops"), "the line is not valid JSON"},
  };
  for (const auto& [content, message] : rows) {
    const auto path = folder.write("bad.jsonl", content);
    Asker asker(path);
    EXPECT_EQ(asker.answer(call("fr", 0, "capital of France?", "")), "Paris") << message;
    const Error error = asker.miss(call("jp", 0, "capital of Japan?", ""));
    EXPECT_EQ(error.kind, ErrorKind::invalid) << message;
    EXPECT_EQ(error.message, message);
    EXPECT_EQ(error.at, (Place{path.string(), 3, 0})) << message;
    EXPECT_FALSE(error.hint.empty()) << message;
  }
}

TEST(Damage, an_answer_may_be_edited) {
  const TempDir folder;
  const auto path =
      folder.write("edited.jsonl", replaced(good(folder), "{\"assistant\":\"Paris\"}", "{\"assistant\":\"Lyon\"}"));
  EXPECT_EQ(Asker(path).answer(call("fr", 0, "capital of France?", "")), "Lyon");
}

TEST(Damage, other_keys_another_order_and_line_ends_of_another_system_are_read) {
  const TempDir folder;
  std::string file = good(folder);
  file = replaced(file, "\"suite\":\"capitals\",\"case\":\"fr\"", "\"note\":1,\"case\":\"fr\",\"suite\":\"capitals\"");
  for (std::size_t at = 0; (at = file.find('\n', at)) != std::string::npos; at += 2) file.replace(at, 1, "\r\n");
  file.resize(file.size() - 2);  // nor does the last line need an end
  Asker asker(folder.write("edited.jsonl", file));
  EXPECT_EQ(asker.answer(call("fr", 0, "capital of France?", "")), "Paris");
  EXPECT_EQ(asker.answer(call("jp", 0, "capital of Japan?", "")), "Tokyo");
}

TEST(Damage, a_file_that_shrinks_under_the_reader_is_an_error) {
  const TempDir folder;
  const auto path = folder.write("calls.jsonl", good(folder));
  Asker asker(path);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_EQ(asker.miss(call("jp", 0, "capital of Japan?", "")).kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace assay::cassette::test
