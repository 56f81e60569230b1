#include "reports/display.hpp"

#include "reports/table.hpp"

#include <gtest/gtest.h>

namespace assay::reports {

TEST(Display, width_is_what_a_terminal_shows) {
  struct Row {
    const char* text;
    int width;
  };
  const Row rows[] = {
      {"", 0},   {"abc", 3}, {"é", 1},  {"e\u0301", 1}, {"日本", 4}, {"한글", 4},
      {"🙂", 2}, {"…", 1},   {"█─", 2}, {"ﬀ", 1},       {"Ｆ", 2},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(display_width(row.text), row.width);
  }
}

TEST(Display, fit_cuts_at_the_column_and_says_so) {
  struct Row {
    const char* text;
    int columns;
    const char* expected;
  };
  const Row rows[] = {
      {"abc", 3, "abc"},    {"abcd", 3, "ab…"}, {"日本語", 6, "日本語"}, {"日本語", 5, "日本…"},
      {"日本語", 4, "日…"}, {"日本語", 2, "…"}, {"abc", 1, "…"},         {"abc", 0, ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    SCOPED_TRACE(row.columns);
    EXPECT_EQ(fit(row.text, row.columns), row.expected);
    EXPECT_LE(display_width(fit(row.text, row.columns)), row.columns);
  }
}

TEST(Display, fit_middle_keeps_the_end) {
  struct Row {
    const char* text;
    int columns;
    const char* expected;
  };
  const Row rows[] = {
      {"pass_rate ≥ 0.9", 15, "pass_rate ≥ 0.9"},
      {"pass_rate ≥ 0.9", 14, "pass_r…e ≥ 0.9"},
      {"pass_rate ≥ 0.9", 8, "pas… 0.9"},
      {"日本語の文", 7, "日本…文"},
      {"日本語の文", 5, "日…文"},
      {"abcd", 3, "a…d"},
      {"abcd", 1, "…"},
      {"abcd", 0, ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    SCOPED_TRACE(row.columns);
    EXPECT_EQ(fit_middle(row.text, row.columns), row.expected);
    EXPECT_LE(display_width(fit_middle(row.text, row.columns)), row.columns);
  }
}

TEST(Display, wrap_breaks_at_spaces_and_loses_nothing) {
  EXPECT_EQ(wrap("one two three four", 10), (std::vector<std::string>{"one two", "three four"}));
  EXPECT_EQ(wrap("exactly 10", 10), (std::vector<std::string>{"exactly 10"}));
  EXPECT_EQ(wrap("abcdefghijklmno", 10), (std::vector<std::string>{"abcdefghij", "klmno"}));
  EXPECT_EQ(wrap("日本語日本語", 10), (std::vector<std::string>{"日本語日本", "語"}));
  EXPECT_EQ(wrap("", 10), (std::vector<std::string>{""}));
}

// github.com/actions/runner, src/Runner.Common/ActionCommand.cs: `::` after white space, `##[` anywhere.
TEST(Display, no_line_is_a_command_to_a_ci_runner) {
  struct Row {
    const char* text;
    const char* expected;
  };
  const Row rows[] = {
      {"::error::x", ": :error::x"},
      {"  ::set-output name=a::b\n", "  : :set-output name=a::b\n"},
      {"a\n\t::stop-commands::x\nb", "a\n\t: :stop-commands::x\nb"},
      {"\u3000::error::x", "\u3000: :error::x"},
      {"a ::b::", "a ::b::"},
      {"say ##[error]x", "say # #[error]x"},
      {"##vso[task.setvariable]x", "# #vso[task.setvariable]x"},
      {"###[error]", "## #[error]"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(harmless(row.text), row.expected);
  }
}

TEST(Display, a_quoted_block_keeps_lines_and_shows_control_characters) {
  EXPECT_EQ(quoted_block("a\r\n\x1b[2Jb\n", 60), "    │ a\n    │ \\x1b[2Jb\n");
  EXPECT_EQ(quoted_block("", 60), "    │\n");
}

TEST(Table, cuts_the_widest_column_and_leaves_out_empty_ones) {
  const std::string text =
      render_table({{"id", false, 4}, {"empty"}, {"n", true}, {"why", false, 8}},
                   {{{"a"}, {""}, {"1"}, {std::string(100, 'x')}}, {{"日本"}, {""}, {"100"}, {"y"}}}, 30, false);
  EXPECT_EQ(text,
            "  id      n  why\n"
            "  ────  ───  ─────────────────\n"
            "  a       1  xxxxxxxxxxxxxxxx…\n"
            "  日本  100  y\n");
}

}  // namespace assay::reports
