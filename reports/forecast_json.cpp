#include "reports/or_null.hpp"

#include <assay/reports/forecast.hpp>

namespace assay::reports {
namespace {

OrderedJson gate_json(const GateForecast& row) {
  auto losses = OrderedJson::array();
  for (const auto& loss : row.losses) {
    losses.push_back({{"loss", loss.loss}, {"block", loss.block}, {"pass", loss.pass}});
  }
  const auto against = row.against == Against::nothing  ? OrderedJson()
                       : row.against == Against::anchor ? OrderedJson("anchor")
                                                        : OrderedJson("baseline");
  return {{"id", row.id},
          {"suite", row.suite},
          {"metric", row.metric},
          {"slice", row.slice},
          {"claim", row.claim},
          {"against", against},
          {"blocking", row.blocking},
          {"n", row.n},
          {"clusters", row.clusters},
          {"alpha", row.alpha},
          {"bound", or_null(row.bound)},
          {"margin", or_null(row.margin)},
          {"expected", or_null(row.expected)},
          {"pass", or_null(row.pass)},
          {"false_block", or_null(row.false_block)},
          {"losses", std::move(losses)},
          {"mde", or_null(row.mde)},
          {"least_rate", or_null(row.least_rate)},
          {"discordance", or_null(row.discordance)},
          {"discordance_from", !row.discordance ? OrderedJson() : OrderedJson(row.assumed ? "assumed" : "history")},
          {"known_cases", row.known},
          {"least_n", or_null(row.least)},
          {"n_for_80", or_null(row.enough)},
          {"note", or_null(row.note)}};
}

OrderedJson work_json(const WorkLine& line) {
  return {{"role", line.role},
          {"name", line.name},
          {"model", line.model},
          {"calls", line.calls},
          {"input_tokens", or_null(line.input_tokens)},
          {"output_tokens", or_null(line.output_tokens)},
          {"usd", or_null(line.usd)},
          {"seconds", or_null(line.seconds)},
          {"guessed", line.guessed},
          {"pace", or_null(line.pace)}};
}

OrderedJson suite_json(const PlannedSuiteLine& line) {
  return {{"suite", line.suite},
          {"cases", line.cases},
          {"whole", line.whole},
          {"samples", line.samples},
          {"calls", line.calls},
          {"history",
           {{"runs", line.runs},
            {"cases", line.known},
            {"calls_as_in", or_null(line.basis)},
            {"differs_in", or_null(line.basis_differs)}}}};
}

}  // namespace

OrderedJson forecast_json(const ForecastView& view) {
  auto suites = OrderedJson::array();
  for (const auto& line : view.suites) suites.push_back(suite_json(line));
  auto work = OrderedJson::array();
  for (const auto& line : view.work) work.push_back(work_json(line));
  auto gates = OrderedJson::array();
  for (const auto& row : view.gates) gates.push_back(gate_json(row));
  OrderedJson looks;
  if (view.looks) {
    looks = {{"fraction", view.looks->fraction},
             {"decided", view.looks->decided},
             {"slowest", view.looks->slowest},
             {"spared_calls", view.spared}};
  }
  return {{"target", view.target},
          {"model", view.model},
          {"policy", view.policy},
          {"suites", std::move(suites)},
          {"work", std::move(work)},
          {"usd", or_null(view.usd)},
          {"seconds", or_null(view.seconds)},
          {"against", or_null(view.opponent)},
          {"gates", std::move(gates)},
          {"looks", std::move(looks)},
          {"notes", view.notes}};
}

}  // namespace assay::reports
