#include "runner/gate/waive.hpp"

#include "runner/gate/metrics.hpp"
#include "runner/gate/reasons.hpp"
#include "runner/gate/slices.hpp"
#include "runner/gate/waiver_rules.hpp"
#include "runner/gate/zero_tolerance.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::gate {

namespace {

constexpr std::string_view kSecurity = "security";

WaiverStanding standing_of(const Waiver& waiver) {
  return {.id = waiver.id,
          .gate = waiver.gate,
          .suite = waiver.suite,
          .slice = waiver.slice,
          .state = "unused",
          .why = {},
          .reason = waiver.reason,
          .author = waiver.author,
          .approver = waiver.approver,
          .role = waiver.role,
          .ticket = waiver.ticket,
          .expires = to_rfc3339(waiver.expires)};
}

/// What makes a waiver worth nothing, whatever it is for; sets the state.
bool stands(const Waiver& waiver, WallTime now, WaiverStanding& standing) {
  if (waiver.expires <= now) {
    standing.state = "expired";
    standing.why = fmt::format("it expired at {}", standing.expires);
    return false;
  }
  const auto from = std::min(waiver.created.value_or(now), now);  // a date ahead buys no days
  if (runs_too_long(from, waiver.expires)) {
    standing.why =
        fmt::format("it runs until {}, more than {} days{}", standing.expires, kLongestWaiverDays,
                    waiver.created && *waiver.created <= now ? "" : " from now, and says not when it was `created`");
  } else if (same_word(waiver.author, waiver.approver)) {
    standing.why = fmt::format("its author {} approved it", waiver.author);
  }
  if (standing.why.empty()) return true;
  standing.state = "refused";
  return false;
}

bool is_about(const Waiver& waiver, const GateResult& row) {
  return waiver.gate == row.id && (waiver.suite.empty() || waiver.suite == row.suite) && waiver.slice == row.slice;
}

/// Which way is worse for what the row claims.
Direction better(const Deliberation& d, const GateResult& row) {
  const auto gate = std::find_if(d.policy.gates.begin(), d.policy.gates.end(),
                                 [&](const GateSpec& each) { return each.id == row.id; });
  if (gate != d.policy.gates.end()) {
    const bool own = row.against == Against::nothing;
    const bool below = gate->floor && row.interval && row.interval->second < *gate->floor;  // of a floor beside a max
    if (own && (below || row.method == kZeroToleranceMethod)) return Direction::up;
    if (own ? gate->max.has_value() : gate->max_increase && !gate->margin && !gate->improvement) return Direction::down;
  }
  if (const auto builtin = builtin_metric(row.metric)) return builtin->better;
  for (const auto& suite : d.evidence.suites) {
    const auto* column = suite.id == row.suite ? suite.column(row.metric) : nullptr;
    if (column) return column->better;
  }
  return Direction::up;
}

/// Why a waiver that is about the row does not cover it; sets the state of one that may not.
bool covers_row(const Waiver& waiver, const Deliberation& d, const Row& row, WaiverStanding& standing) {
  const auto& result = row.result;
  if (result.axis == Axis::safety && !same_word(waiver.role, kSecurity)) {
    standing.state = "refused";
    standing.why = fmt::format("gate '{}' is about safety, which takes an approver of the role security, not {}",
                               result.id, waiver.role);
    return false;
  }
  if (!waiver.candidate.empty() && waiver.candidate != d.evidence.candidate_digest) {
    standing.why = "it is for another candidate";
    return false;
  }
  // A comparison's estimate is a difference; a limit is what the candidate may come down to.
  const auto value = result.of ? std::optional(result.of->first) : result.estimate;
  if (!value || (result.against != Against::nothing && !result.of)) {
    standing.why = "the row has no value to hold its limit against";
    return false;
  }
  const bool worse = better(d, result) == Direction::up ? *value < waiver.limit : *value > waiver.limit;
  if (!worse) return true;
  standing.why = fmt::format("{} is {}, worse than its limit {}", result.metric,
                             show_apart(*value, waiver.limit, result.unit), show(waiver.limit, result.unit));
  return false;
}

void use(const Waiver& waiver, Deliberation& d, WaiverStanding& standing) {
  for (auto& row : d.rows) {
    if (row.result.state != GateState::block || row.result.waiver || !is_about(waiver, row.result)) continue;
    if (!covers_row(waiver, d, row, standing)) continue;
    row.result.waiver = waiver.id;
    standing.state = "used";
  }
  if (standing.state == "used") standing.why.clear();
  if (standing.state == "unused" && standing.why.empty()) standing.why = "nothing that it is about blocks";
}

bool known(const Deliberation& d, const std::string& gate) {
  return std::any_of(d.policy.gates.begin(), d.policy.gates.end(),
                     [&](const GateSpec& each) { return each.id == gate; });
}

/// One that is merely not needed is no warning: it stands in the verdict.
void warn_of(const WaiverStanding& waiver, Deliberation& d) {
  const auto blocked = [&](const Row& row) {
    const auto& result = row.result;
    return result.state == GateState::block && !result.waiver && result.id == waiver.gate &&
           (waiver.suite.empty() || waiver.suite == result.suite) && waiver.slice == result.slice;
  };
  const bool wanted = std::any_of(d.rows.begin(), d.rows.end(), blocked);
  if (waiver.state == "expired" || waiver.state == "refused") {
    d.warnings.push_back(fmt::format("waiver {} is ignored: {}", waiver.id, waiver.why));
  } else if (waiver.state == "unused" && wanted) {
    d.warnings.push_back(fmt::format("waiver {} does not cover gate '{}': {}", waiver.id, waiver.gate, waiver.why));
  } else if (waiver.state == "unused" && !known(d, waiver.gate)) {
    d.warnings.push_back(
        fmt::format("waiver {} is for gate '{}', which the policy does not have", waiver.id, waiver.gate));
  }
}

}  // namespace

bool waived(const Row& row) {
  return row.result.state == GateState::block && row.result.waiver.has_value();
}

std::vector<WaiverStanding> apply_waivers(Deliberation& d) {
  std::vector<WaiverStanding> standings;
  for (const auto& waiver : d.background.waivers.waivers) {
    auto standing = standing_of(waiver);
    if (stands(waiver, d.background.now, standing)) use(waiver, d, standing);
    standings.push_back(std::move(standing));
  }
  for (const auto& standing : standings) warn_of(standing, d);
  return standings;
}

void apply_signoffs(const Policy& policy, const Waivers& waivers, Verdict& verdict) {
  for (const auto& signoff : waivers.signoffs) {
    if (signoff.decision != verdict.decision) continue;
    if (!signoff.candidate.empty() && signoff.candidate != verdict.candidate_digest) continue;
    verdict.approvals.push_back({signoff.role, signoff.by, to_rfc3339(signoff.at)});
  }
  for (const auto& role : policy.signoff) {
    const bool is_signed = std::any_of(verdict.approvals.begin(), verdict.approvals.end(),
                                       [&](const ApprovalStanding& each) { return same_word(each.role, role); });
    if (!is_signed) verdict.canary.unsigned_roles.push_back(role);
  }
  if (!verdict.canary.unsigned_roles.empty()) verdict.canary.ready = false;
}

}  // namespace assay::gate
