#include "reports/words.hpp"

#include <assay/reports/format.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string_view>

namespace assay::reports {
namespace {

bool begins(std::string_view metric, std::initializer_list<std::string_view> starts) {
  return std::ranges::any_of(starts, [&](std::string_view start) { return metric.starts_with(start); });
}

/// Of a metric itself: a row about a share of the baseline's value has the unit of shares.
Unit unit_of_sides(const GateResult& gate) {
  if (gate.unit != Unit::share) return gate.unit;
  if (begins(gate.metric, {"latency_p", "ttft_p", "itl_p"})) return Unit::seconds;
  if (gate.metric == "cost_per_case" || gate.metric == "cost_per_pass") return Unit::usd;
  if (gate.metric == "input_tokens" || gate.metric == "output_tokens") return Unit::tokens;
  return Unit::share;
}

// A comparison's estimate is a difference, unless it is a share of the baseline's own value.
bool is_difference(const GateResult& gate) {
  if (unit_of_sides(gate) != gate.unit) return false;
  if (!gate.of || !gate.estimate) return true;
  const double apart = gate.of->first - gate.of->second;
  return std::abs(*gate.estimate - apart) <= 1e-9 + 1e-6 * std::abs(apart);
}

/// `-7.1 pp`, `+4.0 %`, `+120 ms`; without the unit of shares where it is said after the bracket.
std::string signed_value(double value, const GateResult& gate, bool with_unit = true) {
  if (!std::isfinite(value)) return value > 0 ? "∞" : "-∞";
  std::string text = show_value(value, gate.unit);
  if (text.ends_with(" %")) {
    text.resize(text.size() - 2);
    if (with_unit) text += is_difference(gate) ? " pp" : " %";
  }
  return value > 0 ? "+" + text : text;
}

std::string day(const std::string& rfc3339) {
  return rfc3339.substr(0, rfc3339.find('T'));
}

std::string counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", show_count(count), what, count == 1 ? "" : "s");
}

}  // namespace

std::string slice_text(const Tags& slice) {
  std::string out;
  for (const auto& [key, value] : slice) out += fmt::format("{}{}={}", out.empty() ? "" : ", ", key, value);
  return out;
}

std::string row_name(const GateResult& gate) {
  std::string where = gate.suite;
  if (!gate.slice.empty()) where += (where.empty() ? "" : ", ") + slice_text(gate.slice);
  std::string out = gate.id;
  if (!where.empty()) out += fmt::format(" ({})", where);
  return gate.claim.empty() ? out : out + ": " + gate.claim;
}

std::string claim_text(std::string claim) {
  for (const auto& [plain, sign] : {std::pair(">=", "≥"), std::pair("<=", "≤")}) {
    if (const auto at = claim.find(plain); at != std::string::npos) claim.replace(at, 2, sign);
  }
  return claim;
}

std::string show_estimate(const GateResult& gate) {
  if (!gate.estimate) return "–";
  return gate.against == Against::nothing ? show_value(*gate.estimate, gate.unit) : signed_value(*gate.estimate, gate);
}

std::string show_bounds(const GateResult& gate) {
  if (gate.against == Against::nothing || !gate.interval) return show_interval(gate.interval, gate.unit);
  const auto& [low, high] = *gate.interval;
  if (gate.unit != Unit::share) return fmt::format("[{}, {}]", signed_value(low, gate), signed_value(high, gate));
  return fmt::format("[{}, {}] {}", signed_value(low, gate, false), signed_value(high, gate, false),
                     is_difference(gate) ? "pp" : "%");
}

std::string show_sides(const GateResult& gate) {
  if (!gate.of) return "–";
  const Unit unit = unit_of_sides(gate);
  return fmt::format("{} → {}", show_value(gate.of->second, unit), show_value(gate.of->first, unit));
}

std::string show_margin(const GateResult& gate) {
  if (!gate.margin) return claim_text(gate.claim);
  return signed_value(*gate.margin, gate).substr(1);  // above 0, and either way is meant
}

std::string owner_text(const GateResult& gate) {
  return gate.state == GateState::pass ? std::string() : gate.owner;
}

std::string age_text(double seconds) {
  constexpr double kDay = 24.0 * 3600;
  if (seconds < 60) return "under 1 min";
  if (seconds >= 2 * kDay) return fmt::format("{:.0f} d", std::floor(seconds / kDay));
  return show_duration(from_seconds(seconds));
}

std::string baseline_text(const BaselineStanding& baseline) {
  std::string out = baseline.ref + ": ";
  if (baseline.runs.empty()) return out + "no run that can be compared";
  out +=
      baseline.runs.size() == 1 ? fmt::format("run {}", baseline.runs.front()) : counted(baseline.runs.size(), "run");
  out += fmt::format(", {}{} old", baseline.runs.size() == 1 ? "" : "the newest ", age_text(baseline.age_s));
  return out + fmt::format(" · {} in common, {} added, {} removed, {} changed", counted(baseline.common, "case"),
                           show_count(baseline.added.size()), show_count(baseline.removed.size()),
                           show_count(baseline.changed.size()));
}

std::string stop_text(const StopStanding& stop) {
  constexpr std::string_view kStopped = "stopped ";  // every place that shows it has the word already
  return stop.reason.starts_with(kStopped) ? stop.reason.substr(kStopped.size()) : stop.reason;
}

std::string waiver_text(const WaiverStanding& waiver) {
  std::string out = fmt::format("{} {} on {}", waiver.id, waiver.state, waiver.gate);
  std::string where = waiver.suite;
  if (!waiver.slice.empty()) where += (where.empty() ? "" : ", ") + slice_text(waiver.slice);
  if (!where.empty()) out += fmt::format(" ({})", where);
  out += fmt::format(" until {}, by {}, approved by {}", day(waiver.expires), waiver.author, waiver.approver);
  if (!waiver.reason.empty()) out += ": " + waiver.reason;
  if (!waiver.ticket.empty()) out += fmt::format(" ({})", waiver.ticket);
  return waiver.why.empty() ? out : out + " · " + waiver.why;
}

std::string quarantine_text(const QuarantineStanding& quarantine) {
  return fmt::format("{}/{} {} {}, owner {}: {}", quarantine.suite, quarantine.case_id,
                     quarantine.active ? "until" : "expired", day(quarantine.expires), quarantine.owner,
                     quarantine.reason);
}

bool has_canary(const Canary& canary) {
  return canary.ready || !canary.stages.empty() || canary.rollback || !canary.checklist.empty();
}

std::vector<std::string> missing_of(const Canary& canary) {
  auto missing = canary.missing;
  for (const auto& role : canary.unsigned_roles) missing.push_back("the sign-off of " + role);
  return missing;
}

std::string canary_text(const Canary& canary) {
  return fmt::format("{}, score {:.4g} of 100", canary.ready ? "ready" : "not ready", canary.score);
}

std::string balance_text(const Balance& balance) {
  return fmt::format("{} planned: {} scored, {} unscored, {} errored, {} skipped", show_count(balance.planned),
                     show_count(balance.scored), show_count(balance.unscored), show_count(balance.errored),
                     show_count(balance.skipped));
}

std::string cost_text(const CostTotals& cost) {
  const std::string cached = cost.cached > 0 ? fmt::format(" ({} recorded before)", show_count(cost.cached)) : "";
  return fmt::format("{} · {} calls{}, {} attempts · {} input and {} output tokens",
                     cost.usd ? show_value(*cost.usd, Unit::usd) : "cost unknown", show_count(cost.calls), cached,
                     show_count(cost.attempts), show_count(cost.input_tokens), show_count(cost.output_tokens));
}

std::string in_flight_text(const RunTiming& timing) {
  return timing.concurrency == 0 ? std::string() : fmt::format(", {} in flight", timing.concurrency);
}

std::string percentiles_text(std::string_view title, const Percentiles& ms) {
  if (!ms.p50 || !ms.p95 || !ms.p99) return {};
  const auto show = [](double value) { return show_value(value / 1e3, Unit::seconds); };
  return fmt::format("{} {} / {} / {}", title, show(*ms.p50), show(*ms.p95), show(*ms.p99));
}

std::string latency_text(const RunTiming& timing) {
  std::string out;
  for (const auto& part :
       {percentiles_text("first token", timing.ttft_ms), percentiles_text("whole answer", timing.e2e_ms),
        percentiles_text("between tokens", timing.itl_ms)}) {
    if (!part.empty()) out += (out.empty() ? "" : " · ") + part;
  }
  return out.empty() ? out : "p50 / p95 / p99: " + out;
}

}  // namespace assay::reports
