#include "reports/display.hpp"

#include <assay/reports/progress.hpp>

#include <fmt/format.h>

#include <vector>

namespace assay::reports {
namespace {

std::string done_text(const ProgressView& view) {
  if (view.planned == 0) return show_count(view.done);
  const std::uint64_t percent = view.done >= view.planned ? 100 : view.done * 100 / view.planned;
  return fmt::format("{}/{}  {} %", show_count(view.done), show_count(view.planned), percent);
}

}  // namespace

std::string progress_line(const ProgressView& view, const Style& style) {
  const std::string errors =
      view.errors == 0 ? "" : fmt::format("{} error{}", show_count(view.errors), view.errors == 1 ? "" : "s");
  std::vector<std::string> parts;
  if (!view.where.empty()) parts.push_back(view.where);
  if (view.pass_rate) {
    parts.push_back("pass " + show_value(*view.pass_rate, Unit::share));
    if (view.interval) parts.back() += ' ' + show_interval(view.interval, Unit::share);
  }
  if (view.eta) parts.push_back(show_duration(*view.eta) + " left");
  parts.push_back(fmt::format("{:.{}f} calls/s", view.calls_per_s, view.calls_per_s < 100 ? 1 : 0));
  if (view.limit > 0) parts.push_back(fmt::format("{}/{} in flight", view.in_flight, view.limit));
  parts.push_back(show_short(view.tokens) + " tokens");
  if (view.usd) parts.push_back(show_value(*view.usd, Unit::usd));

  std::string line = "  " + done_text(view);
  const int room = style.width - (errors.empty() ? 0 : display_width(errors) + 2);
  for (const std::string& part : parts) {
    if (display_width(line) + 2 + display_width(part) > room) break;
    line += "  " + part;
  }
  if (!errors.empty()) line += "  " + paint(errors, Paint::red, style.color);
  return line;
}

}  // namespace assay::reports
