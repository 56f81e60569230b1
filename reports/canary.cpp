#include "reports/or_null.hpp"
#include "reports/table.hpp"

#include <assay/reports/canary.hpp>

#include <fmt/format.h>

namespace assay::reports {
namespace {

Paint paint_of(LiveAction action) {
  if (action == LiveAction::promote) return Paint::green;
  return action == LiveAction::abort ? Paint::red : Paint::yellow;
}

std::string evidence_text(double evidence) {
  return evidence >= 1e9 ? "10⁹ or more" : fmt::format("{:.3g}", evidence);
}

std::string ms(const std::optional<double>& value) {
  return value ? show_value(*value / 1e3, Unit::seconds) : std::string();
}

std::string number(const std::optional<double>& value) {
  return value ? fmt::format("{:.3g}", *value) : std::string();
}

std::vector<Cell> row_of(std::string_view name, const LiveArm& arm) {
  const double rate = arm.requests > 0 ? static_cast<double>(arm.failures) / static_cast<double>(arm.requests) : 0;
  return {{std::string(name)},        {show_count(arm.requests)},
          {show_count(arm.failures)}, {arm.requests > 0 ? show_value(rate, Unit::share) : std::string("–")},
          {ms(arm.latency_p50_ms)},   {ms(arm.latency_p95_ms)},
          {number(arm.score)},        {arm.feedback ? show_value(*arm.feedback, Unit::share) : std::string()},
          {number(arm.tokens)}};
}

std::string axis_text(const LiveAxis& axis) {
  auto text = fmt::format("{}: {}", name(axis.state), axis.sentence);
  if (axis.state == AxisState::unmeasured || axis.abort_at == 0) return text;
  return text + fmt::format("; evidence {}, aborts at {:.4g}", evidence_text(axis.evidence), axis.abort_at);
}

std::string stage_text(const LiveStage& stage, bool only, const Style& style) {
  std::string out = fmt::format("\nstage {}: ", show_value(stage.share, Unit::share)) +
                    paint(name(stage.action), paint_of(stage.action), style.color) + "\n";
  out += render_table({{"arm"},
                       {"requests", true},
                       {"failures", true},
                       {"rate", true},
                       {"p50", true},
                       {"p95", true},
                       {"score", true},
                       {"good feedback", true},
                       {"tokens", true}},
                      {row_of("canary", stage.canary), row_of("stable", stage.stable)}, style.width, style.color);
  out += "\n";
  for (const auto& axis : stage.axes) {
    out += paragraph(fmt::format("  {:<10}", axis.axis), axis_text(axis), style.width);
  }
  const auto why = only ? std::string() : fmt::format("{}: {}; ", name(stage.action), stage.reason);
  return out + paragraph("  → ",
                         fmt::format("{}most evidence against the canary so far {}, aborts at {:.4g}", why,
                                     evidence_text(stage.evidence), stage.abort_at),
                         style.width);
}

OrderedJson time_json(const std::optional<WallTime>& time) {
  return time ? OrderedJson(to_rfc3339(*time)) : OrderedJson();
}

OrderedJson arm_json(const LiveArm& arm) {
  return {{"requests", arm.requests},
          {"failures", arm.failures},
          {"incidents", arm.incidents},
          {"latency_p50_ms", or_null(arm.latency_p50_ms)},
          {"latency_p95_ms", or_null(arm.latency_p95_ms)},
          {"score", or_null(arm.score)},
          {"feedback", or_null(arm.feedback)},
          {"tokens", or_null(arm.tokens)}};
}

OrderedJson axis_json(const LiveAxis& axis) {
  return {{"axis", axis.axis},
          {"state", name(axis.state)},
          {"method", axis.method.empty() ? OrderedJson() : OrderedJson(axis.method)},
          {"canary", or_null(axis.canary)},
          {"stable", or_null(axis.stable)},
          {"evidence", axis.method.empty() || axis.abort_at == 0 ? OrderedJson() : OrderedJson(axis.evidence)},
          {"abort_at", axis.abort_at > 0 ? OrderedJson(axis.abort_at) : OrderedJson()},
          {"sentence", axis.sentence}};
}

OrderedJson stage_json(const LiveStage& stage) {
  auto axes = OrderedJson::array();
  for (const auto& axis : stage.axes) axes.push_back(axis_json(axis));
  return {{"share", stage.share},
          {"action", name(stage.action)},
          {"reason", stage.reason},
          {"min_requests", stage.min_requests},
          {"evidence", stage.evidence},
          {"abort_at", stage.abort_at},
          {"canary", arm_json(stage.canary)},
          {"stable", arm_json(stage.stable)},
          {"axes", std::move(axes)}};
}

int exit_of(LiveAction action) {
  if (action == LiveAction::promote) return 0;
  return action == LiveAction::abort ? 1 : 2;
}

}  // namespace

std::string canary_report(const LiveVerdict& verdict, const Style& style) {
  std::string word(name(verdict.action));
  for (char& c : word) c = static_cast<char>(c - 'a' + 'A');
  std::string out = paint(word, paint_of(verdict.action), style.color) + "\n";
  out += paragraph("  ", verdict.reason, style.width);
  if (verdict.action == LiveAction::abort) {
    out +=
        paragraph("  → ", fmt::format("roll back to {}", verdict.rollback.value_or("the stable version")), style.width);
  }
  out += paragraph("  ", fmt::format("plan: run {}, candidate {}", verdict.run, verdict.candidate), style.width);
  for (const auto& stage : verdict.stages) out += stage_text(stage, verdict.stages.size() == 1, style);
  if (verdict.stages.size() > 1) {
    out += "\n";
    out += paragraph("overall  ",
                     fmt::format("evidence against the canary {}, aborts at {:.4g}", evidence_text(verdict.evidence),
                                 verdict.abort_at),
                     style.width);
  }
  for (const auto& note : verdict.notes) out += paragraph("note  ", note, style.width);
  return harmless(out);
}

OrderedJson canary_json(const LiveVerdict& verdict) {
  auto stages = OrderedJson::array();
  for (const auto& stage : verdict.stages) stages.push_back(stage_json(stage));
  OrderedJson rollback;
  if (verdict.rollback) rollback = {{"to", *verdict.rollback}};
  return {{"schema", "assay.canary/1"},
          {"action", name(verdict.action)},
          {"exit_code", exit_of(verdict.action)},
          {"reason", verdict.reason},
          {"rollback", rollback},
          {"stage", verdict.share},
          {"run", verdict.run},
          {"decision", verdict.decision},
          {"candidate", verdict.candidate},
          {"evidence", verdict.evidence},
          {"abort_at", verdict.abort_at},
          {"records", verdict.records},
          {"from", time_json(verdict.from)},
          {"to", time_json(verdict.to)},
          {"stages", std::move(stages)},
          {"notes", verdict.notes}};
}

}  // namespace assay::reports
