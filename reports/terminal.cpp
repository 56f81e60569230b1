#include "reports/table.hpp"

#include <assay/reports/terminal.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace assay::reports {
namespace {

constexpr std::size_t kMostGates = 40;
constexpr std::size_t kMostWarnings = 10;
constexpr std::size_t kMostJudges = 8;

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

std::string slice_text(const Tags& slice) {
  std::string out;
  for (const auto& [key, value] : slice) out += fmt::format("{}{}={}", out.empty() ? "" : ", ", key, value);
  return out;
}

// `pass_rate ≥ 0.8`: shorter by a column than in verdict.json.
std::string claim_text(std::string claim) {
  for (const auto& [plain, sign] : {std::pair(">=", "≥"), std::pair("<=", "≤")}) {
    if (const auto at = claim.find(plain); at != std::string::npos) claim.replace(at, 2, sign);
  }
  return claim;
}

std::vector<Cell> gate_row(const GateResult& gate, bool several_suites) {
  return {{gate.id},
          {several_suites ? gate.suite : ""},
          {slice_text(gate.slice)},
          {show_count(gate.n)},
          {gate.estimate ? show_value(*gate.estimate, gate.unit) : "–"},
          {show_interval(gate.interval, gate.unit)},
          {claim_text(gate.claim)},
          state_cell(gate)};
}

std::string gates_table(const Verdict& verdict, const Style& style) {
  if (verdict.gates.empty()) return {};
  static const std::vector<Heading> kHeadings = {
      {"gate", false, 8}, {"suite", false, 8}, {"slice", false, 8, true},  {"n", true},
      {"estimate", true}, {"interval"},        {"claim", false, 12, true}, {"state"},
  };
  const bool several = verdict.suites.size() > 1;
  const bool all = verdict.gates.size() <= kMostGates;
  std::vector<std::vector<Cell>> rows;
  std::size_t hidden = 0;
  for (const GateResult& gate : verdict.gates) {
    const bool shown = rows.size() < kMostGates && (all || gate.state != GateState::pass);
    shown ? rows.push_back(gate_row(gate, several)) : void(++hidden);
  }
  std::string out = "\n";
  if (!rows.empty()) out += render_table(kHeadings, std::move(rows), style.width, style.color);
  if (hidden > 0) out += fmt::format("  … and {} more rows in verdict.json\n", show_count(hidden));
  return out;
}

std::string worst_table(const FailingCases& failing, const Verdict& verdict, const Style& style) {
  if (failing.worst.empty()) return {};
  const bool several_suites = verdict.suites.size() > 1;
  static const std::vector<Heading> kHeadings = {{"failing case", false, 16}, {"failed", true}, {"why", false, 20}};
  std::vector<std::vector<Cell>> rows;
  for (const FailingCase& each : failing.worst) {
    const std::string id = several_suites ? each.suite + "/" + each.id : each.id;
    rows.push_back({{id}, {fmt::format("{} of {}", each.failed, each.samples)}, {each.what, Paint::dim}});
  }
  std::string out = "\n" + render_table(kHeadings, std::move(rows), style.width, style.color);
  if (failing.others == 0) return out;
  return out + fmt::format("  … and {}{} more; assay show lists them\n", failing.at_least ? "at least " : "",
                           show_count(failing.others));
}

std::string fact(std::string_view title, std::string_view text, const Style& style) {
  return paragraph("  " + pad(title, 9), text, style.width);
}

std::string balance_text(const Balance& balance) {
  return fmt::format("{} planned: {} scored, {} unscored, {} errored, {} skipped", show_count(balance.planned),
                     show_count(balance.scored), show_count(balance.unscored), show_count(balance.errored),
                     show_count(balance.skipped));
}

std::string percentiles(std::string_view title, const Percentiles& ms) {
  if (!ms.p50 || !ms.p95 || !ms.p99) return {};
  const auto show = [](double value) { return show_value(value / 1e3, Unit::seconds); };
  return fmt::format("{} {} / {} / {}", title, show(*ms.p50), show(*ms.p95), show(*ms.p99));
}

std::string latency_text(const RunTiming& timing) {
  std::string out;
  for (const auto& part : {percentiles("first token", timing.ttft_ms), percentiles("whole answer", timing.e2e_ms),
                           percentiles("between tokens", timing.itl_ms)}) {
    if (!part.empty()) out += (out.empty() ? "" : " · ") + part;
  }
  return out.empty() ? out : "p50 / p95 / p99: " + out;
}

std::string cost_text(const CostTotals& cost) {
  const std::string cached = cost.cached > 0 ? fmt::format(" ({} recorded before)", show_count(cost.cached)) : "";
  return fmt::format("{} · {} calls{}, {} attempts · {} input and {} output tokens",
                     cost.usd ? show_value(*cost.usd, Unit::usd) : "cost unknown", show_count(cost.calls), cached,
                     show_count(cost.attempts), show_count(cost.input_tokens), show_count(cost.output_tokens));
}

std::string age_text(double seconds) {
  constexpr double kDay = 24.0 * 3600;
  if (seconds >= 2 * kDay) return fmt::format("{:.0f} d", std::floor(seconds / kDay));
  return show_duration(from_seconds(seconds));
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

std::string facts(const Verdict& verdict, const Style& style) {
  std::string out = "\n";
  for (const SuiteSummary& suite : verdict.suites) {
    const std::string which = verdict.suites.size() > 1 ? one_line(suite.id, 40) + ": " : "";
    out += fact("samples", which + balance_text(suite.balance), style);
  }
  out += judge_facts(verdict, style);
  out += fact("cost", cost_text(verdict.cost), style);
  const std::string latency = latency_text(verdict.timing);
  if (!latency.empty()) out += fact("latency", latency, style);
  if (verdict.timing.retried > 0) {
    const auto apart = percentiles("last attempts", verdict.timing.e2e_retried_ms);
    out += fact("retried",
                fmt::format("{} samples{}", show_count(verdict.timing.retried),
                            apart.empty() ? "" : ", p50 / p95 / p99: " + apart),
                style);
  }
  if (verdict.timing.wall_s > 0) {
    const std::string wall = show_value(verdict.timing.wall_s, Unit::seconds);
    out += fact("time", fmt::format("{}, {} in flight", wall, verdict.timing.concurrency), style);
  }
  return out;
}

}  // namespace

std::string terminal_summary(const Verdict& verdict, const FailingCases& failing, const std::vector<std::string>& files,
                             const Style& style) {
  std::string out = "\n" + banner(verdict, style);
  out += bullets("", "  • ", verdict.reasons, style);
  out += bullets("Warnings", "  ! ", verdict.warnings, style);
  out += gates_table(verdict, style);
  out += worst_table(failing, verdict, style);
  out += facts(verdict, style);
  for (std::size_t i = 0; i < files.size(); ++i) {
    out += fmt::format("  {}{}\n", pad(i == 0 ? "reports" : "", 9), one_line(files[i], 4096));  // whole: to be copied
  }
  return harmless(std::move(out));
}

}  // namespace assay::reports
