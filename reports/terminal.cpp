#include "reports/table.hpp"
#include "reports/words.hpp"

#include <assay/reports/terminal.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace assay::reports {
namespace {

constexpr std::size_t kMostGates = 40;
constexpr std::size_t kMostWarnings = 10;
constexpr std::size_t kMostJudges = 8;
constexpr std::size_t kMostCases = 5;
constexpr std::size_t kMostMissing = 3;

Paint paint_of(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::pass:
    case VerdictKind::pass_with_waiver:
      return Paint::green;
    case VerdictKind::inconclusive:
      return Paint::yellow;
    case VerdictKind::block:
    case VerdictKind::error:
      break;
  }
  return Paint::red;
}

std::string one_line(std::string_view hostile, std::size_t most = 200) {
  return text::excerpt(hostile, most);
}

std::string banner(const Verdict& verdict, const Style& style) {
  const std::string word(name(verdict.kind));
  std::string about = one_line(verdict.target);
  if (!verdict.model.empty() && verdict.model != verdict.target) about += " · " + one_line(verdict.model);
  // The run is what the next command asks for: a long name gives way.
  const std::string run = fmt::format(" · run {} · exit {}", one_line(verdict.run), static_cast<int>(verdict.exit));
  const int left = style.width - 4 - display_width(word);
  about = fit(about, std::max(8, left - display_width(run))) + run;
  std::string rule;
  for (int column = 2; column < style.width; ++column) rule += "━";
  const Paint how = paint_of(verdict.kind);
  const std::string loud = style.color ? "\x1b[1m" + paint(word, how, true) : word;
  return fmt::format("  {}\n  {}  {}\n  {}\n", paint(rule, how, style.color), loud, fit(about, left),
                     paint(rule, how, style.color));
}

std::string bullets(std::string_view title, std::string_view bullet, const std::vector<std::string>& sentences,
                    const Style& style) {
  if (sentences.empty()) return {};
  std::string out = title.empty() ? "\n" : fmt::format("\n  {}\n", paint(title, Paint::bold, style.color));
  for (std::size_t i = 0; i < std::min(sentences.size(), kMostWarnings); ++i) {
    out += paragraph(bullet, sentences[i], style.width);
  }
  if (sentences.size() > kMostWarnings) {
    out += fmt::format("    … and {} more in verdict.json\n", sentences.size() - kMostWarnings);
  }
  return out;
}

Cell state_cell(const GateResult& gate) {
  switch (gate.state) {
    case GateState::pass:
      return {"✓ PASS", Paint::green};
    case GateState::block:
      if (gate.waiver) return {fmt::format("✗ BLOCK, {}", *gate.waiver), Paint::yellow};
      return {"✗ BLOCK", Paint::red};
    case GateState::inconclusive:
      return {gate.blocking ? "? OPEN" : "? warns", Paint::yellow};
    case GateState::error:
      break;
  }
  return {"! ERROR", Paint::red};
}

/// The tag that all slices of a table are values of: said once, in the heading. Empty: there are several.
std::string common_tag(const std::vector<const GateResult*>& gates) {
  std::string tag;
  for (const auto* gate : gates) {
    if (gate->slice.empty()) continue;
    if (gate->slice.size() > 1 || (!tag.empty() && gate->slice.begin()->first != tag)) return {};
    tag = gate->slice.begin()->first;
  }
  return tag;
}

/// A row of the table of claims on the candidate alone, or of the one on what it is compared with.
std::vector<Cell> gate_row(const GateResult& gate, bool several_suites, bool compared, const std::string& tag) {
  const bool said = !tag.empty() && !gate.slice.empty();
  std::vector<Cell> row{{gate.id},
                        {gate.against == Against::anchor ? "anchor" : ""},
                        {several_suites ? gate.suite : ""},
                        {said ? gate.slice.begin()->second : slice_text(gate.slice)},
                        {show_count(gate.n)}};
  if (compared) row.push_back({show_sides(gate)});
  row.push_back({show_estimate(gate)});
  row.push_back({show_bounds(gate)});
  row.push_back({compared ? show_margin(gate) : claim_text(gate.claim)});
  row.push_back(state_cell(gate));
  row.push_back({owner_text(gate)});
  return row;
}

std::vector<Heading> gate_headings(bool compared, const std::string& tag) {
  std::vector<Heading> headings{{"gate", false, 8},
                                {"against"},
                                {"suite", false, 8},
                                {tag.empty() ? "slice" : one_line(tag, 40), false, 8, true},
                                {"n", true}};
  if (compared) headings.push_back({"was → is"});
  headings.push_back({compared ? "Δ" : "estimate", true});
  headings.push_back({"interval"});
  headings.push_back({compared ? "margin" : "claim", false, 12, true});
  headings.push_back({"state"});
  headings.push_back({"owner", false, 6});
  return headings;
}

/// Rows of one kind; of very many only those that do not pass.
std::string gates_table(const Verdict& verdict, bool compared, const Style& style) {
  const bool several = verdict.suites.size() > 1;
  const bool all = verdict.gates.size() <= kMostGates;
  std::vector<const GateResult*> shown;
  std::size_t hidden = 0;
  for (const GateResult& gate : verdict.gates) {
    if ((gate.against != Against::nothing) != compared) continue;
    const bool show = shown.size() < kMostGates && (all || gate.state != GateState::pass);
    show ? shown.push_back(&gate) : void(++hidden);
  }
  if (shown.empty() && hidden == 0) return {};
  const std::string tag = common_tag(shown);
  std::vector<std::vector<Cell>> rows;
  for (const auto* gate : shown) rows.push_back(gate_row(*gate, several, compared, tag));
  std::string out = "\n";
  if (!rows.empty()) out += render_table(gate_headings(compared, tag), std::move(rows), style.width, style.color);
  if (hidden > 0) out += fmt::format("  … and {} more rows in verdict.json\n", show_count(hidden));
  return out;
}

std::string worst_table(const Report& report, const Style& style) {
  const FailingCases& failing = report.failing;
  const Verdict& verdict = report.verdict;
  if (failing.worst.empty()) return {};
  const bool several_suites = verdict.suites.size() > 1;
  static const std::vector<Heading> kHeadings = {{"failing case", false, 16}, {"failed", true}, {"why", false, 20}};
  std::vector<std::vector<Cell>> rows;
  const std::size_t shown = std::min(failing.worst.size(), kMostCases);
  for (const FailingCase& each : std::span(failing.worst).first(shown)) {
    const std::string id = several_suites ? each.suite + "/" + each.id : each.id;
    const std::string count =
        fmt::format("{} of {}{}", each.failed, each.samples, each.quarantined ? ", quarantined" : "");
    rows.push_back({{id}, {count}, {each.what, Paint::dim}});
  }
  std::string out = "\n" + render_table(kHeadings, std::move(rows), style.width, style.color);
  const std::uint64_t others = failing.others + (failing.worst.size() - shown);
  if (others == 0) return out;
  return out + fmt::format("  … and {}{} more; assay show lists them\n", failing.at_least ? "at least " : "",
                           show_count(others));
}

std::string fact(std::string_view title, std::string_view text, const Style& style) {
  return paragraph("  " + pad(title, 9), text, style.width);
}

/// `strict on polite: trusted · Youden 0.85, at least 0.79 (200 labels, 10 d old) · passes 78.0 %, corrected …`
std::string standing_text(const JudgeStanding& judge, bool several_suites) {
  const std::string where = several_suites ? judge.suite + "/" + judge.metric : judge.metric;
  std::string out = fmt::format("{} on {}: {}", one_line(judge.judge, 40), one_line(where, 80), judge.state);
  if (judge.labels > 0) {
    out += judge.youden ? fmt::format(" · Youden {:.2f}", *judge.youden) : " · Youden not known";
    if (judge.youden_lower) out += fmt::format(", at least {:.2f}", *judge.youden_lower);
    out += fmt::format(" ({} labels{})", show_count(judge.labels),
                       judge.age_s ? fmt::format(", {} old", age_text(*judge.age_s)) : "");
  }
  if (judge.observed) out += " · passes " + show_value(*judge.observed, Unit::share);
  if (judge.corrected) {
    out += fmt::format(", corrected for its errors {} {}", show_value(*judge.corrected, Unit::share),
                       show_interval(judge.corrected_interval, Unit::share));
  }
  if (judge.with_people) {
    out += fmt::format(", with {} labels of these answers {} {}", show_count(judge.people_labels),
                       show_value(*judge.with_people, Unit::share),
                       show_interval(judge.with_people_interval, Unit::share));
  }
  return out;
}

std::string judge_facts(const Verdict& verdict, const Style& style) {
  std::string out;
  for (std::size_t i = 0; i < std::min(verdict.judges.size(), kMostJudges); ++i) {
    out += fact("judge", standing_text(verdict.judges[i], verdict.suites.size() > 1), style);
  }
  if (verdict.judges.size() <= kMostJudges) return out;
  return out + fmt::format("           … and {} more in verdict.json\n", verdict.judges.size() - kMostJudges);
}

/// What the run was compared with, where it stopped, and what people let pass.
std::string standing_facts(const Verdict& verdict, const Style& style) {
  std::string out;
  if (verdict.baseline) out += fact("baseline", baseline_text(*verdict.baseline), style);
  if (verdict.anchor) out += fact("anchor", baseline_text(*verdict.anchor), style);
  if (verdict.stop) out += fact("stopped", stop_text(*verdict.stop), style);
  std::size_t unused = 0;
  for (const auto& waiver : verdict.waivers) {
    waiver.state == "unused" ? void(++unused) : void(out += fact("waiver", waiver_text(waiver), style));
  }
  if (unused > 0) out += fact("waivers", fmt::format("{} not used", show_count(unused)), style);
  for (const auto& each : verdict.quarantine) {
    if (each.active) out += fact("aside", "in quarantine: " + quarantine_text(each), style);
  }
  return out;
}

/// Whether traffic may come, and what it waits for.
std::string canary_fact(const Canary& canary, const Style& style) {
  if (!has_canary(canary)) return {};
  std::string out = canary_text(canary);
  const auto missing = missing_of(canary);
  for (std::size_t i = 0; i < std::min(missing.size(), kMostMissing); ++i) {
    out += (i == 0 ? "; missing: " : " · ") + one_line(missing[i]);
  }
  if (missing.size() > kMostMissing) out += fmt::format(" · {} more in verdict.json", missing.size() - kMostMissing);
  return fact("canary", out, style);
}

std::string facts(const Verdict& verdict, const Style& style) {
  std::string out = "\n";
  for (const SuiteSummary& suite : verdict.suites) {
    const std::string which = verdict.suites.size() > 1 ? one_line(suite.id, 40) + ": " : "";
    out += fact("samples", which + balance_text(suite.balance), style);
  }
  out += standing_facts(verdict, style);
  out += judge_facts(verdict, style);
  out += canary_fact(verdict.canary, style);
  out += fact("cost", cost_text(verdict.cost), style);
  const std::string latency = latency_text(verdict.timing);
  if (!latency.empty()) out += fact("latency", latency, style);
  if (verdict.timing.retried > 0) {
    const auto apart = percentiles_text("last attempts", verdict.timing.e2e_retried_ms);
    out += fact("retried",
                fmt::format("{} samples{}", show_count(verdict.timing.retried),
                            apart.empty() ? "" : ", p50 / p95 / p99: " + apart),
                style);
  }
  if (verdict.timing.wall_s > 0) {
    const std::string wall = show_value(verdict.timing.wall_s, Unit::seconds);
    out += fact("time", wall + in_flight_text(verdict.timing), style);
  }
  return out;
}

}  // namespace

std::string terminal_summary(const Report& report, const std::vector<std::string>& files, const Style& style) {
  const Verdict& verdict = report.verdict;
  std::string out = "\n" + banner(verdict, style);
  out += bullets("", "  • ", verdict.reasons, style);
  out += bullets("Warnings", "  ! ", verdict.warnings, style);
  out += gates_table(verdict, false, style);
  out += gates_table(verdict, true, style);
  out += worst_table(report, style);
  out += facts(verdict, style);
  for (std::size_t i = 0; i < files.size(); ++i) {
    out += fmt::format("  {}{}\n", pad(i == 0 ? "reports" : "", 9), one_line(files[i], 4096));  // whole: to be copied
  }
  return harmless(out);
}

}  // namespace assay::reports
