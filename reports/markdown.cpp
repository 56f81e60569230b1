#include "reports/display.hpp"
#include "reports/escape.hpp"
#include "reports/words.hpp"

#include <assay/reports/format.hpp>
#include <assay/reports/report.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::reports {
namespace {

constexpr std::size_t kMostCell = 120;
constexpr std::size_t kMostSentence = 600;
constexpr std::size_t kMostExcerpt = 400;
constexpr std::size_t kMostGates = 200;
constexpr std::size_t kMostCases = 50;
constexpr std::size_t kMostNamed = 10;

std::string_view sign_of(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::pass:
      return "✅";
    case VerdictKind::pass_with_waiver:
      return "☑️";
    case VerdictKind::inconclusive:
      return "❔";
    case VerdictKind::block:
      return "⛔";
    case VerdictKind::error:
      break;
  }
  return "❌";
}

std::string state_text(const GateResult& gate) {
  switch (gate.state) {
    case GateState::pass:
      return "✅ pass";
    case GateState::block:
      return gate.waiver ? "☑️ block, waiver " + md_code(*gate.waiver, kMostCell) : "⛔ **block**";
    case GateState::inconclusive:
      return gate.blocking ? "❔ **open**" : "❔ open, warns";
    case GateState::error:
      break;
  }
  return "❌ **error**";
}

std::string section(std::string_view title, const std::string& body) {
  return body.empty() ? std::string() : fmt::format("\n## {}\n\n{}", title, body);
}

std::string bullets(const std::vector<std::string>& sentences) {
  std::string out;
  for (const auto& sentence : sentences) out += fmt::format("- {}\n", md_text(sentence, kMostSentence));
  return out;
}

std::string head(const Verdict& verdict) {
  std::string out = std::string(kMarkdownMark) +
                    fmt::format("\n# {} {}", sign_of(verdict.kind), md_text(name(verdict.kind), kMostCell));
  if (!verdict.target.empty()) out += ": " + md_text(verdict.target, kMostCell);
  out += fmt::format("\n\nrun {} · exit {}", md_code(verdict.run, kMostCell), static_cast<int>(verdict.exit));
  if (!verdict.model.empty()) out += " · model " + md_code(verdict.model, kMostCell);
  if (verdict.served_model && *verdict.served_model != verdict.model) {
    out += " · served " + md_code(*verdict.served_model, kMostCell);
  }
  for (const auto& [key, value] : verdict.meta) {
    out += fmt::format(" · {} {}", md_text(key, kMostCell), md_code(value, kMostCell));
  }
  return out + "\n\n" + bullets(verdict.reasons);
}

std::string where_text(const GateResult& gate, bool several_suites) {
  std::string out = several_suites ? gate.suite : "";
  if (!gate.slice.empty()) out += (out.empty() ? "" : ": ") + slice_text(gate.slice);
  return md_code(out, kMostCell);
}

std::string gate_row(const GateResult& gate, bool several_suites, bool compared) {
  std::string id = md_code(gate.id, kMostCell);
  if (gate.against == Against::anchor) id += " (anchor)";
  std::string out = fmt::format("| {} | {} | {} |", id, where_text(gate, several_suites), show_count(gate.n));
  if (compared) out += fmt::format(" {} |", md_text(show_sides(gate), kMostCell));
  const std::string claim = compared && gate.margin ? show_margin(gate) : md_code(claim_text(gate.claim), kMostCell);
  return out + fmt::format(" {} | {} | {} | {} | {} |\n", md_text(show_estimate(gate), kMostCell),
                           md_text(show_bounds(gate), kMostCell), claim, state_text(gate),
                           md_text(owner_text(gate), kMostCell));
}

std::string gates_table(const Verdict& verdict, bool compared) {
  const bool several = verdict.suites.size() > 1;
  std::string rows;
  std::size_t shown = 0;
  std::size_t hidden = 0;
  for (const GateResult* gate : failures_first(verdict)) {
    if ((gate->against != Against::nothing) != compared) continue;
    ++shown <= kMostGates ? void(rows += gate_row(*gate, several, compared)) : void(++hidden);
  }
  if (rows.empty()) return {};
  std::string out = compared ? "| gate | where | n | baseline → candidate | Δ | interval | margin | state | owner |\n"
                               "|---|---|--:|--:|--:|---|---|---|---|\n"
                             : "| gate | where | n | estimate | interval | claim | state | owner |\n"
                               "|---|---|--:|--:|---|---|---|---|\n";
  out += rows;
  if (hidden > 0) out += fmt::format("\n… and {} rows more in verdict.json\n", show_count(hidden));
  return out;
}

std::string names(std::string_view what, const std::vector<std::string>& cases) {
  if (cases.empty()) return {};
  std::string out = fmt::format("- {} {}: ", show_count(cases.size()), what);
  for (std::size_t i = 0; i < std::min(cases.size(), kMostNamed); ++i) {
    out += (i == 0 ? "" : ", ") + md_code(cases[i], kMostCell);
  }
  return out + (cases.size() > kMostNamed ? ", …\n" : "\n");
}

std::string comparison(const Verdict& verdict) {
  std::string out;
  if (verdict.baseline) out += fmt::format("{}\n\n", md_text(baseline_text(*verdict.baseline), kMostSentence));
  if (verdict.anchor) out += fmt::format("anchor {}\n\n", md_text(baseline_text(*verdict.anchor), kMostSentence));
  out += gates_table(verdict, true);
  if (!verdict.baseline) return out;
  const auto lists = names("added", verdict.baseline->added) + names("removed", verdict.baseline->removed) +
                     names("changed", verdict.baseline->changed);
  return lists.empty() ? out : out + "\n" + lists;
}

std::string case_text(const FailingCase& each) {
  std::string out =
      fmt::format("- {} {} of {}", md_code(each.suite + "/" + each.id, kMostCell), each.failed, each.samples);
  if (!each.tags.empty()) out += " · " + md_code(slice_text(each.tags), kMostCell);
  if (each.flaky()) out += " · flaky";
  if (each.quarantined) out += " · quarantined";
  for (const auto& waiver : each.waivers) out += " · waiver " + md_code(waiver, kMostCell);
  out += fmt::format("\n  - {}\n", md_code(each.what.empty() ? name(each.outcome) : each.what, kMostExcerpt));
  const bool said = each.what.find("'" + text::excerpt(each.answer, kMostExcerpt) + "'") != std::string::npos;
  if (!each.answer.empty() && !said) out += fmt::format("  - answer {}\n", md_code(each.answer, kMostExcerpt));
  return out;
}

std::string failing_cases(const FailingCases& failing) {
  std::string out;
  const std::size_t shown = std::min(failing.worst.size(), kMostCases);
  for (std::size_t i = 0; i < shown; ++i) out += case_text(failing.worst[i]);
  const std::uint64_t others = failing.others + (failing.worst.size() - shown);
  if (others > 0) out += fmt::format("\n… and {}{} more\n", failing.at_least ? "at least " : "", show_count(others));
  return out;
}

std::string let_pass(const Verdict& verdict) {
  std::string out;
  for (const auto& waiver : verdict.waivers) {
    out += fmt::format("- waiver {}\n", md_text(waiver_text(waiver), kMostSentence));
  }
  for (const auto& each : verdict.quarantine) {
    out += fmt::format("- quarantine {}\n", md_text(quarantine_text(each), kMostSentence));
  }
  return out;
}

std::string canary(const Canary& canary) {
  if (!has_canary(canary)) return {};
  std::string out = (canary.ready ? "✅ " : "❔ ") + canary_text(canary) + "\n";
  if (!canary.weakest.empty()) out += "\nweakest: " + md_text(canary.weakest, kMostSentence) + "\n";
  if (const auto missing = missing_of(canary); !missing.empty()) out += "\nmissing:\n\n" + bullets(missing);
  if (canary.rollback || !canary.checklist.empty()) out += "\n";
  if (canary.rollback) out += "- back to " + md_code(*canary.rollback, kMostCell) + "\n";
  for (const auto& [item, where] : canary.checklist) {
    out += fmt::format("- {} {}\n", md_text(item, kMostCell), md_code(where, kMostCell));
  }
  if (canary.stages.empty()) return out;
  out += "\n| traffic | least requests | abort at evidence | or at failures |\n|--:|--:|--:|--:|\n";
  for (const auto& stage : canary.stages) {
    out +=
        fmt::format("| {} | {} | {:.0f} | {} |\n", show_value(stage.share, Unit::share), show_count(stage.min_requests),
                    stage.abort_at, stage.failures > 0 ? show_count(stage.failures) : "–");
  }
  return out;
}

std::string counts(const Verdict& verdict) {
  std::string out;
  for (const auto& suite : verdict.suites) {
    const std::string which = verdict.suites.size() > 1 ? md_code(suite.id, kMostCell) + " " : "";
    out += fmt::format("- samples {}{}\n", which, balance_text(suite.balance));
  }
  if (verdict.stop) out += fmt::format("- stopped {}\n", md_text(stop_text(*verdict.stop), kMostSentence));
  out += fmt::format("- {}\n", md_text(cost_text(verdict.cost), kMostSentence));
  const std::string latency = latency_text(verdict.timing);
  if (!latency.empty()) out += fmt::format("- {}\n", latency);
  if (verdict.timing.wall_s > 0) {
    out += fmt::format("- {}{}\n", show_value(verdict.timing.wall_s, Unit::seconds), in_flight_text(verdict.timing));
  }
  return out;
}

/// What a reader copies; names that would have to be quoted in a shell are left out.
std::string reproduce(const Report& report) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:";
  const auto plain = [&](std::string_view word) { return word.find_first_not_of(kPlain) == std::string_view::npos; };
  const auto& verdict = report.verdict;
  if (verdict.run.empty() || !plain(verdict.run)) return {};
  std::string tail;
  if (!report.store.empty() && plain(report.store)) tail = " --store " + report.store;
  std::string out = fmt::format("```\nassay gate {0}{1}\nassay show {0}{1}\n", verdict.run, tail);
  if (verdict.baseline && !verdict.baseline->runs.empty() && plain(verdict.baseline->runs.front())) {
    out += fmt::format("assay compare {} {}{}\n", verdict.baseline->runs.front(), verdict.run, tail);
  }
  if (!report.failing.worst.empty()) {
    const auto& first = report.failing.worst.front();
    const std::string kase = first.suite + "/" + first.id;
    if (plain(kase)) out += fmt::format("assay show {} {}{}\n", verdict.run, kase, tail);
  }
  return out + fmt::format("```\n\ndecision {} · policy {} · seed {}\n", md_code(verdict.decision, kMostCell),
                           md_code(verdict.policy_digest, kMostCell), verdict.seed);
}

std::string cut(std::string text, std::size_t most) {
  constexpr std::string_view kNote = "\n… the rest has no room here: it is in verdict.json\n";
  if (text.size() <= most) return text;
  if (most < kNote.size()) return {};
  const auto end = text.rfind('\n', most - kNote.size() - 1);
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text + std::string(kNote);
}

}  // namespace

std::string markdown(const Report& report, std::size_t most_bytes) {
  const Verdict& verdict = report.verdict;
  std::string out = head(verdict);
  out += section("Gates", gates_table(verdict, false));
  out += section("Compared with the baseline", comparison(verdict));
  out += section("Failing cases", failing_cases(report.failing));
  out += section("Warnings", bullets(verdict.warnings));
  out += section("Let pass", let_pass(verdict));
  out += section("Canary", canary(verdict.canary));
  out += section("Counts", counts(verdict));
  out += section("Look closer", reproduce(report));
  return cut(harmless(out), most_bytes);
}

}  // namespace assay::reports
