#include "runner/app/confirm.hpp"

#include "runner/app/plan.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::app {

namespace {

constexpr std::string_view kWhole = "pass_rate";

bool covers(const Confirmation& confirmation, const std::string& suite) {
  const auto& suites = confirmation.suites;
  return suites.empty() || std::find(suites.begin(), suites.end(), suite) != suites.end();
}

bool reads(const Confirmation& confirmation, const std::string& metric, bool required) {
  return confirmation.metric == kWhole ? required : confirmation.metric == metric + ".pass";
}

bool about(const Confirmation& confirmation, const Tags& tags) {
  return std::all_of(confirmation.where.begin(), confirmation.where.end(), [&](const auto& wanted) {
    const auto tag = tags.find(wanted.first);
    return tag != tags.end() && tag->second == wanted.second;
  });
}

void check_known(const gate::GateSpec& gate, const std::vector<judges::JudgeRef>& judges, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const auto& judge : judges) names.push_back(judge.name);
  if (std::find(names.begin(), names.end(), *gate.confirm) != names.end()) return;
  diagnostics.error(
      gate.at,
      fmt::format("gate '{}' is confirmed by {}, and there is no such judge", gate.id, text::in_quotes(*gate.confirm)),
      names.empty() ? "declare it under `judges:` in the configuration, or leave `confirm` out"
                    : text::suggest(*gate.confirm, names, "judges"));
}

}  // namespace

std::vector<Confirmation> confirmations_of(const gate::Policy& policy, const std::vector<judges::JudgeRef>& judges,
                                           bool judges_known, Diagnostics& diagnostics) {
  std::vector<Confirmation> all;
  for (const auto& gate : policy.gates) {
    if (!gate.zero_tolerance) continue;
    const auto before = diagnostics.error_count();
    if (gate.confirm && judges_known) check_known(gate, judges, diagnostics);
    if (diagnostics.error_count() != before) continue;
    all.push_back({gate.suites, gate.metric, gate.where, {gate.confirm, gate.at}});
  }
  return all;
}

std::optional<judges::SecondOpinion> opinion_on(const CompiledCheck& check, const std::string& suite, const Tags& tags,
                                                const std::vector<Confirmation>& confirmations,
                                                Diagnostics& diagnostics) {
  const judges::SecondOpinion* found = nullptr;
  for (const auto& each : confirmations) {
    if (!covers(each, suite) || !reads(each, check.metric, check.required) || !about(each, tags)) continue;
    const auto& judge = each.opinion.judge;
    if (found != nullptr && found->judge && judge && *found->judge != *judge) {
      report_once({ErrorKind::invalid,
                   fmt::format("check '{}' of suite '{}' is to be confirmed by '{}' and, for another gate, by '{}'",
                               check.metric, suite, *judge, *found->judge),
                   "name one judge in both", each.opinion.at},
                  diagnostics);
    }
    if (found == nullptr || (!found->judge && judge)) found = &each.opinion;
  }
  return found == nullptr ? std::nullopt : std::optional(*found);
}

void report_once(Error error, Diagnostics& diagnostics) {
  const auto same = [&](const Error& known) { return known.at == error.at && known.message == error.message; };
  const auto& errors = diagnostics.errors();
  if (std::none_of(errors.begin(), errors.end(), same)) diagnostics.error(std::move(error));
}

void check_confirmations(const std::vector<Confirmation>& confirmations, const Plan& plan, Diagnostics& diagnostics) {
  for (const auto& each : confirmations) {
    if (!each.opinion.judge) continue;
    const bool judged = std::any_of(plan.suites.begin(), plan.suites.end(), [&](const PlannedSuite& planned) {
      return covers(each, planned.suite.id) &&
             std::any_of(planned.judged.begin(), planned.judged.end(),
                         [&](const JudgedMetric& judged) { return reads(each, judged.metric, judged.required); });
    });
    if (judged) continue;
    diagnostics.error(each.opinion.at,
                      fmt::format("`confirm: {}` is for what a judge says, and no judge feeds {} here",
                                  *each.opinion.judge, each.metric),
                      "leave `confirm` out: what is computed needs no second opinion");
  }
}

}  // namespace assay::app
