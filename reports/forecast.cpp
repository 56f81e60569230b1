#include "reports/table.hpp"
#include "reports/words.hpp"

#include <assay/reports/forecast.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace assay::reports {
namespace {

constexpr std::size_t kSlicesShown = 8;  // of a gate

std::string percent(double chance) {
  const double value = chance * 100;
  if (value > 0 && value < 1) return "<1 %";
  if (value < 100 && value > 99) return ">99 %";
  return fmt::format("{:.0f} %", value);
}

std::string percent(std::optional<double> chance) {
  return chance ? percent(*chance) : std::string();
}

std::string count(std::optional<double> value) {
  return value ? show_count(static_cast<std::uint64_t>(std::llround(*value))) : "–";
}

std::string title(std::string_view text, const Style& style) {
  return "\n" + paragraph("  ", text, style.width);
}

std::string knowledge(const PlannedSuiteLine& line) {
  if (line.basis.empty() && line.known == 0) return "history knows nothing of it";
  auto text = line.known == 0 ? std::string("history knows none of its cases")
                              : fmt::format("history knows {} of its cases, over {} run{}", show_count(line.known),
                                            line.runs, line.runs == 1 ? "" : "s");
  if (!line.basis.empty()) text += fmt::format("; calls as in run {}", line.basis);
  if (!line.basis_differs.empty()) text += fmt::format(", of another {}", line.basis_differs);
  return text;
}

std::string suite_lines(const ForecastView& view, const Style& style) {
  std::string out;
  for (const auto& line : view.suites) {
    const auto cases = line.cases == line.whole
                           ? show_count(line.cases)
                           : fmt::format("{} of {}", show_count(line.cases), show_count(line.whole));
    out += paragraph(fmt::format("  suite {}  ", line.suite),
                     fmt::format("{} cases, {} sample{} each; {}", cases, line.samples, line.samples == 1 ? "" : "s",
                                 knowledge(line)),
                     style.width);
  }
  return out;
}

std::string guess(const WorkLine& line, const std::string& text) {
  return line.guessed && text != "–" ? "~" + text : text;
}

std::string work_table(const ForecastView& view, const Style& style) {
  if (view.work.empty()) return {};
  std::vector<std::vector<Cell>> rows;
  bool guessed = false;
  for (const auto& line : view.work) {
    guessed = guessed || line.guessed;
    const bool calls = line.guessed && line.role == "judge";
    rows.push_back({{line.role + " " + line.name},
                    {(calls ? "~" : "") + show_count(line.calls)},
                    {guess(line, count(line.input_tokens))},
                    {guess(line, count(line.output_tokens))},
                    {line.usd ? guess(line, show_value(*line.usd, Unit::usd)) : "–"},
                    {line.seconds ? show_value(*line.seconds, Unit::seconds) : "–"},
                    {line.pace}});
  }
  if (view.work.size() > 1) {
    rows.push_back({{"together", Paint::bold},
                    {""},
                    {""},
                    {""},
                    {view.usd ? show_value(*view.usd, Unit::usd) : "–", Paint::bold},
                    {view.seconds ? show_value(*view.seconds, Unit::seconds) : "–", Paint::bold},
                    {""}});
  }
  auto out = render_table({{"asked", false, 8},
                           {"calls", true},
                           {"tokens in", true},
                           {"tokens out", true},
                           {"cost", true},
                           {"time", true},
                           {"at", false, 8}},
                          std::move(rows), style.width, style.color);
  if (guessed) {
    out += paragraph("  ~ ",
                     "guessed, without history: a token for 4 characters, answers as long as max_tokens lets them be, "
                     "one question for each judged check",
                     style.width);
  }
  return out;
}

/// The rows of a table, with the slices of a gate beyond the first few only counted.
std::vector<const GateForecast*> shown_rows(const std::vector<const GateForecast*>& rows, std::uint64_t& left_out) {
  std::map<std::tuple<std::string, std::string, std::string>, std::size_t> seen;
  std::vector<const GateForecast*> shown;
  for (const auto* row : rows) {
    if (++seen[{row->id, row->suite, row->claim}] > kSlicesShown) {
      ++left_out;
    } else {
      shown.push_back(row);
    }
  }
  return shown;
}

/// `by-topic billing`: a slice is known by its value.
std::string row_name(const GateForecast& row) {
  auto text = row.id;
  for (const auto& [key, value] : row.slice) text += " " + value;
  return text;
}

/// `52 / 208`.
std::string needed(const GateForecast& row) {
  if (!row.least && !row.enough) return {};
  return (row.least ? show_count(*row.least) : "–") + " / " + (row.enough ? show_count(*row.enough) : "–");
}

std::string left_out_text(std::uint64_t left_out) {
  return left_out == 0 ? std::string() : fmt::format("  … and {} more slices (--json shows all)\n", left_out);
}

bool several_suites(const ForecastView& view) {
  return view.suites.size() > 1;
}

std::string alone_table(const ForecastView& view, const std::vector<const GateForecast*>& all, const Style& style) {
  std::uint64_t left_out = 0;
  std::vector<std::vector<Cell>> rows;
  for (const auto* row : shown_rows(all, left_out)) {
    rows.push_back(
        {{row_name(*row)},
         {several_suites(view) ? row->suite : ""},
         {claim_text(row->claim)},
         {show_count(row->n)},
         {row->expected ? show_value(*row->expected, row->unit) : "–"},
         {row->pass ? percent(*row->pass) : "–", row->pass && *row->pass < 0.5 ? Paint::yellow : Paint::plain},
         {row->least_rate ? show_value(*row->least_rate, Unit::share) : ""},
         {needed(*row)}});
  }
  return render_table({{"gate", false, 8},
                       {"suite", false, 6},
                       {"claim", false, 12},
                       {"n", true},
                       {"history", true},
                       {"passes", true},
                       {"80 % from", true},
                       {"n needed", true}},
                      std::move(rows), style.width, style.color) +
         left_out_text(left_out);
}

std::string odds(std::optional<double> block, std::optional<double> pass) {
  if (!block || !pass) return "–";
  return fmt::format("{:.0f}/{:.0f}", *block * 100, *pass * 100);
}

std::string odds_at(const GateForecast& row, std::size_t at) {
  return at < row.losses.size() ? odds(row.losses[at].block, row.losses[at].pass) : "–";
}

/// `5.0 %`, or what another claim asks for, `≤ main * 1.1`: the metric is the gate's.
std::string asked_of(const GateForecast& row) {
  if (row.margin) return show_value(*row.margin, row.unit);
  const auto name = row.metric + " ";
  return claim_text(row.claim.starts_with(name) ? row.claim.substr(name.size()) : row.claim);
}

std::string against_table(const ForecastView& view, const std::vector<const GateForecast*>& all, const Style& style) {
  std::uint64_t left_out = 0;
  std::vector<std::vector<Cell>> rows;
  bool assumed = false;
  for (const auto* row : shown_rows(all, left_out)) {
    assumed = assumed || (row->assumed && row->discordance);
    const auto discordance = row->discordance ? show_value(*row->discordance, Unit::share) : "–";
    rows.push_back({{row_name(*row)},
                    {row->against == Against::anchor ? "anchor" : ""},
                    {several_suites(view) ? row->suite : ""},
                    {asked_of(*row)},
                    {show_count(row->n)},
                    {discordance + (row->assumed && row->discordance ? "*" : "")},
                    {row->margin ? odds(row->false_block, row->pass) : percent(row->pass)},
                    {row->margin ? odds_at(*row, 0) : ""},
                    {row->margin ? odds_at(*row, 1) : ""},
                    {row->margin ? odds_at(*row, 2) : ""},
                    {row->mde ? show_value(*row->mde, Unit::share) : "–"},
                    {needed(*row)}});
  }
  auto out = render_table({{"gate", false, 6, true},
                           {"against"},
                           {"suite", false, 5},
                           {"δ", true, 5},
                           {"n", true},
                           {"differ", true},
                           {"no loss", true},
                           {"−δ/2", true},
                           {"−δ", true},
                           {"−2δ", true},
                           {"MDE", true},
                           {"n needed", true}},
                          std::move(rows), style.width, style.color) +
             left_out_text(left_out);
  if (assumed) {
    out +=
        paragraph("  * ", "assumed, for want of history: one case of ten differs between two single runs", style.width);
  }
  return out;
}

/// A sentence for each gate that has one, the same one once.
std::string row_notes(const ForecastView& view, const Style& style) {
  std::vector<std::string> said;
  for (const auto& row : view.gates) {
    const auto who = row_name(row);
    if (!row.note.empty()) said.push_back(fmt::format("{}: {}", who, row.note));
    if (row.clusters > 0) {
      said.push_back(fmt::format(
          "{}: its {} cases are of {} clusters; the chances are those of independent cases, too good where a cluster "
          "fails together",
          row.id, show_count(row.n), show_count(row.clusters)));
    }
  }
  std::string out;
  std::size_t shown = 0;
  for (std::size_t i = 0; i < said.size(); ++i) {
    if (std::find(said.begin(), said.begin() + static_cast<std::ptrdiff_t>(i), said[i]) !=
        said.begin() + static_cast<std::ptrdiff_t>(i)) {
      continue;
    }
    if (shown++ < kSlicesShown) out += paragraph("  · ", said[i], style.width);
  }
  return out.empty() ? out : "\n" + out;
}

std::string gates_text(const ForecastView& view, const Style& style) {
  std::vector<const GateForecast*> alone;
  std::vector<const GateForecast*> against;
  for (const auto& row : view.gates) (row.against == Against::nothing ? alone : against).push_back(&row);
  std::string out;
  if (!alone.empty()) {
    out += title("What its gates can show, if its cases do as in history:", style) + alone_table(view, alone, style);
    out +=
        paragraph("  ",
                  "passes: the chance at that rate. 80 % from: the true rate that passes four times of five. n needed: "
                  "below the first number nothing passes; from the second on four times of five.",
                  style.width);
  }
  if (!against.empty()) {
    out += title(fmt::format("Against {}, in % of the time, blocks/passes after a true loss:", view.opponent), style) +
           against_table(view, against, style);
    out += paragraph(
        "  ",
        "differ: the variance of one case's difference where nothing changed. MDE: the least loss that is blocked 80 % "
        "of the time. n needed: below the first number nothing passes; from the second on an unchanged "
        "candidate does, four times of five. What neither blocks nor passes is INCONCLUSIVE.",
        style.width);
  }
  return out + row_notes(view, style);
}

std::string looks_text(const ForecastView& view, const Style& style) {
  if (!view.looks) return {};
  std::string chances;
  for (const double decided : view.looks->decided) chances += (chances.empty() ? "" : ", ") + percent(decided);
  return "\n" +
         paragraph("  looks  ",
                   fmt::format("an unchanged candidate is decided by each look with a chance of {}: {} of the cases "
                               "are expected to be enough, {} calls are spared ({} is decided last)",
                               chances, percent(view.looks->fraction), show_count(view.spared), view.looks->slowest),
                   style.width);
}

}  // namespace

std::string forecast_text(const ForecastView& view, const Style& style) {
  std::string out = paragraph(
      "  ",
      fmt::format("plan of a run: {} · {} · decided by {}; nothing was called", view.target, view.model, view.policy),
      style.width);
  out += suite_lines(view, style) + "\n" + work_table(view, style) + gates_text(view, style) + looks_text(view, style);
  if (!view.notes.empty()) out += "\n";
  for (const auto& note : view.notes) out += paragraph("  ! ", note, style.width);
  return harmless(out);
}

}  // namespace assay::reports
