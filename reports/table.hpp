#pragma once
/// Columns of text, aligned by what a terminal shows.

#include "reports/display.hpp"

#include <assay/core/time.hpp>

namespace assay::reports {

struct Cell {
  std::string text;  ///< neutralised by the table
  Paint how = Paint::plain;
};

struct Heading {
  std::string title;
  bool right = false;
  int least = 0;        ///< columns below which it is not cut; 0: never cut
  bool middle = false;  ///< cut in the middle, as its end says as much as its beginning
  bool spare = false;   ///< left out where the table is too wide for the terminal
};

/// Rows under headings and a light rule, indented by two, at most `width` columns: the widest columns that may be cut
/// are cut first. Columns whose cells are all empty are left out.
[[nodiscard]] std::string render_table(const std::vector<Heading>& headings, std::vector<std::vector<Cell>> rows,
                                       int width, bool color);

/// How a verdict, or the status of a run, is coloured.
[[nodiscard]] Paint paint_of_state(std::string_view state);

/// `2026-11-21 09:32`, UTC.
[[nodiscard]] std::string day_and_minute(WallTime at);

}  // namespace assay::reports
