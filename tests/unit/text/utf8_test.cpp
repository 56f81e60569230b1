#include <assay/text/utf8.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::text {
namespace {

using namespace std::string_view_literals;

TEST(Utf8, finds_the_first_malformed_sequence) {
  struct Row {
    std::string_view bytes;
    std::optional<std::size_t> bad;
  };
  const std::vector<Row> rows{
      {"", std::nullopt},
      {"plain text, longer than eight bytes", std::nullopt},
      {"é ß 漢 😀 \U0010FFFF", std::nullopt},
      {"caf\xE9", 3},
      {"\x80", 0},
      {"a\xC0\x80", 1},         // overlong NUL
      {"a\xE0\x80\x80", 1},     // overlong
      {"ab\xED\xA0\x80", 2},    // surrogate
      {"\xF4\x90\x80\x80", 0},  // beyond U+10FFFF
      {"12345678\xE6\xBC", 8},  // cut short
      {"ok \xF0\x9F\x98 no", 3},
      {"\xFF", 0},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(excerpt(row.bytes));
    EXPECT_EQ(find_invalid_utf8(row.bytes), row.bad);
  }
}

TEST(Utf8, replaces_malformed_sequences_and_keeps_the_rest) {
  EXPECT_EQ(to_valid_utf8("caf\xE9 au lait"), "caf\uFFFD au lait");
  EXPECT_EQ(to_valid_utf8("\xE6\xBC"), "\uFFFD");
  EXPECT_EQ(to_valid_utf8("\xC0\x80"), "\uFFFD\uFFFD");
  EXPECT_EQ(to_valid_utf8("漢😀"), "漢😀");
}

TEST(Utf8, guesses_what_other_encodings_look_like) {
  struct Row {
    std::string_view bytes;
    std::string_view encoding;
  };
  const std::vector<Row> rows{
      {"\xFF\xFE"
       "a\0b\0"sv,
       "UTF-16LE"},
      {"\xFE\xFF\0a\0b"sv, "UTF-16BE"},
      {"\xFF\xFE\0\0a\0\0\0"sv, "UTF-32LE"},
      {"a\0:\0 \0\xE9\0\n\0"sv, "UTF-16LE"},
      {"\0a\0:\0 \0\xE9"sv, "UTF-16BE"},
      {"caf\xE9", "ISO-8859-1"},
      {"it\x92s \x93quoted\x94", "WINDOWS-1252"},
      {"caf\xE9 \xE2\x80\x99 mixed", "ISO-8859-1"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(excerpt(row.bytes));
    EXPECT_EQ(guess_encoding(row.bytes), row.encoding);
  }
}

TEST(Utf8, error_for_another_encoding_gives_a_command_that_can_be_pasted) {
  const Error plain = not_utf8("caf\xE9", Place{"data/a.csv", 3, 4});
  EXPECT_EQ(plain.message, "is not UTF-8 (looks like ISO-8859-1)");
  EXPECT_EQ(plain.hint, "iconv -f ISO-8859-1 -t UTF-8 data/a.csv > data/a.utf8.csv");
  EXPECT_EQ(plain.at, (Place{"data/a.csv", 3, 4}));
  EXPECT_EQ(plain.kind, ErrorKind::invalid);
  const Error hostile = not_utf8("\xE9", Place{"my file'; rm -rf x", 1, 1});
  EXPECT_EQ(hostile.hint, R"(iconv -f ISO-8859-1 -t UTF-8 'my file'\''; rm -rf x' > 'my file'\''; rm -rf x.utf8')");
}

TEST(Utf8, counts_code_points) {
  EXPECT_EQ(count_chars(""), 0u);
  EXPECT_EQ(count_chars("aé漢😀"), 4u);
}

TEST(FoldCase, folds_the_scripts_it_promises) {
  struct Row {
    std::string_view text;
    std::string_view folded;
  };
  const std::vector<Row> rows{
      {"PARIS Paris", "paris paris"}, {"ÀÖØÞ×÷", "àöøþ×÷"},       {"ĀĹŊŸŽſ", "āĺŋÿžs"}, {"ΆΩΣς", "άωσσ"},
      {"ЀЖЯѠӁԮ", "ѐжяѡӂԯ"},           {"straße İı", "straße İı"}, {"漢字😀", "漢字😀"},
  };
  for (const Row& row : rows) EXPECT_EQ(fold_case(row.text), row.folded);
  EXPECT_EQ(fold_case("A\xE9Z"), "a\xE9z") << "malformed bytes stay";
}

TEST(Trim, removes_unicode_white_space_at_both_ends_only) {
  EXPECT_EQ(trim(" \t\r\n a b \v\f"), "a b");
  EXPECT_EQ(trim("\u00A0\u2003\u3000x\u2028\u0085"), "x");
  EXPECT_EQ(trim("\u200Bx"), "\u200Bx") << "U+200B is no white space";
  EXPECT_EQ(trim(" \n\u3000"), "");
  EXPECT_EQ(trim("\xA0 x"), "\xA0 x") << "a malformed byte is no white space";
}

TEST(Excerpt, shows_hostile_text_on_one_harmless_line) {
  struct Row {
    std::string_view hostile;
    std::string_view shown;
  };
  const std::vector<Row> rows{
      {"plain", "plain"},
      {"a\nb\r\nc\td", "a⏎b⏎c d"},
      {"a\rb", "a\\x0db"},
      {"\x1B[31mred\x1B]0;title\x07", "\\x1b[31mred\\x1b]0;title\\x07"},
      {"nul\0!"sv, "nul\\x00!"},
      {"del\x7F csi\u009B31m", "del\\x7f csi\\u009b31m"},
      {"abc\u202Etxt.exe", "abc\\u202etxt.exe"},
      {"\u2066x\u2069\u200E\u200F\u061C", "\\u2066x\\u2069\\u200e\\u200f\\u061c"},
      {"zero\u200Bwidth\uFEFF", "zero\\u200bwidth\\ufeff"},
      {"hidden\U000E0041", "hidden\\U000e0041"},
      {"👩\u200D👧", "👩\u200D👧"},
      {"caf\xE9", "caf\uFFFD"},
      {"line\u2028separator", "line separator"},
  };
  for (const Row& row : rows) EXPECT_EQ(excerpt(row.hostile), row.shown);
}

TEST(Excerpt, is_never_longer_than_asked) {
  EXPECT_EQ(excerpt("abcdef", 6), "abcdef");
  EXPECT_EQ(excerpt("abcdefg", 6), "abcde…");
  EXPECT_EQ(excerpt("漢字漢字", 3), "漢字…");
  EXPECT_EQ(excerpt("ab\x1B\x1B", 6), "ab…") << "an escape is not cut in two";
  EXPECT_EQ(excerpt("abc", 0), "");
  for (std::size_t most = 0; most < 20; ++most) {
    EXPECT_LE(count_chars(excerpt("a\x1B\u202E漢\n\xFFxyz 1234567890", most)), most);
    EXPECT_LE(count_chars(excerpt_around("a\x1B\u202E漢\n\xFFxyz 1234567890", 9, most)), most);
  }
}

TEST(Excerpt, around_a_place_shows_that_place) {
  const std::string text = std::string(500, 'a') + "NEEDLE" + std::string(500, 'b');
  const std::string shown = excerpt_around(text, 500, 20);
  EXPECT_EQ(shown, "…aaaaaaaaaNEEDLEbbb…");
  EXPECT_EQ(excerpt_around("short", 2, 20), "short");
  EXPECT_EQ(excerpt_around("0123456789", 9, 5), "…6789");
  EXPECT_EQ(excerpt_around("0123456789", 0, 5), "0123…");
  EXPECT_EQ(excerpt_around("0123456789", 99, 5), "…6789");
  EXPECT_EQ(excerpt_around("漢字漢字漢字", 7, 4), "…漢字…");
  EXPECT_EQ(excerpt_around("", 3, 5), "");
}

TEST(InQuotes, quotes_an_excerpt) {
  EXPECT_EQ(in_quotes("flor"), "'flor'");
  EXPECT_EQ(in_quotes("\x1B"), "'\\x1b'");
}

}  // namespace
}  // namespace assay::text
