#include "reports/table.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <numeric>

namespace assay::reports {
namespace {

constexpr int kIndent = 2;
constexpr int kBetween = 2;
constexpr std::size_t kMostChars = 400;  // of a cell, before it is measured

using Rows = std::vector<std::vector<Cell>>;

std::vector<std::size_t> used_columns(const std::vector<Heading>& headings, const Rows& rows) {
  std::vector<std::size_t> used;
  for (std::size_t column = 0; column < headings.size(); ++column) {
    const bool any = std::any_of(rows.begin(), rows.end(), [&](const auto& row) { return !row[column].text.empty(); });
    if (any) used.push_back(column);
  }
  return used;
}

int total(const std::vector<int>& widths) {
  const int gaps = kIndent + kBetween * static_cast<int>(widths.empty() ? 0 : widths.size() - 1);
  return std::accumulate(widths.begin(), widths.end(), gaps);
}

void leave_out_spare(std::vector<int>& widths, std::vector<std::size_t>& used, const std::vector<Heading>& headings,
                     int width) {
  for (std::size_t i = used.size(); i-- > 0 && total(widths) > width;) {
    if (!headings[used[i]].spare) continue;
    used.erase(used.begin() + static_cast<std::ptrdiff_t>(i));
    widths.erase(widths.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

/// Takes columns away, one by one, from the widest that may still be cut.
void shrink(std::vector<int>& widths, const std::vector<std::size_t>& used, const std::vector<Heading>& headings,
            int width) {
  for (int over = total(widths) - width; over > 0; --over) {
    int* widest = nullptr;
    for (std::size_t i = 0; i < used.size(); ++i) {
      const int least = headings[used[i]].least;
      if (least > 0 && widths[i] > least && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
    }
    if (widest == nullptr) return;
    --*widest;
  }
}

std::string without_trailing_spaces(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

}  // namespace

std::string render_table(const std::vector<Heading>& headings, std::vector<std::vector<Cell>> rows, int width,
                         bool color) {
  std::vector<std::size_t> used = used_columns(headings, rows);
  std::vector<int> widths;
  for (const std::size_t column : used) {
    int widest = display_width(headings[column].title);
    for (auto& row : rows) {
      row[column].text = text::excerpt(row[column].text, kMostChars);
      widest = std::max(widest, display_width(row[column].text));
    }
    widths.push_back(widest);
  }
  leave_out_spare(widths, used, headings, width);
  shrink(widths, used, headings, width);

  std::string head(kIndent, ' ');
  std::string rule(kIndent, ' ');
  std::string body;
  for (std::size_t i = 0; i < used.size(); ++i) {
    const std::string gap(i == 0 ? 0 : kBetween, ' ');
    const Heading& heading = headings[used[i]];
    head += gap + pad(fit(heading.title, widths[i]), widths[i], heading.right);
    rule += gap;
    for (int column = 0; column < widths[i]; ++column) rule += "─";
  }
  for (const auto& row : rows) {
    std::string line(kIndent, ' ');
    for (std::size_t i = 0; i < used.size(); ++i) {
      const Cell& cell = row[used[i]];
      const Heading& heading = headings[used[i]];
      const std::string shown = heading.middle ? fit_middle(cell.text, widths[i]) : fit(cell.text, widths[i]);
      const std::string text = pad(shown, widths[i], heading.right);
      line += std::string(i == 0 ? 0 : kBetween, ' ') + paint(text, cell.how, color);
    }
    body += without_trailing_spaces(std::move(line));
  }
  return without_trailing_spaces(std::move(head)) + paint(rule, Paint::dim, color) + '\n' + body;
}

Paint paint_of_state(std::string_view state) {
  if (state.starts_with("PASS")) return Paint::green;
  if (state == "BLOCK" || state == "ERROR") return Paint::red;
  return state == "INCONCLUSIVE" ? Paint::yellow : Paint::dim;
}

std::string day_and_minute(WallTime at) {
  const std::string text = to_rfc3339(at);
  return text.size() == 20 ? text.substr(0, 10) + ' ' + text.substr(11, 5) : text;
}

}  // namespace assay::reports
