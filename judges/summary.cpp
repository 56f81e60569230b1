#include "judges/summary_counts.hpp"

#include <assay/core/json.hpp>

namespace assay::judges {

struct MetricSummary::State {
  std::uint64_t samples = 0;
  std::uint64_t told = 0;
  std::string case_id;
  ConfusionCounts confusion;
  PanelCounts panel;
  PairwiseCounts pairwise;
  CascadeSummary cascade;
  NestedVariance variance;
};

namespace {

/// The values of a panel's members that told.
std::vector<double> told_values(const Json& details) {
  std::vector<double> values;
  const auto given = details.find("values");
  if (given == details.end() || !given->is_array()) return values;
  for (const auto& value : *given) {
    if (value.is_number()) values.push_back(value.get<double>());
  }
  return values;
}

std::vector<double> told_votes(const Json& details) {
  std::vector<double> votes;
  const auto given = details.find("votes");
  if (given == details.end() || !given->is_array()) return votes;
  for (const auto& vote : *given) {
    if (vote.is_boolean()) votes.push_back(vote.get<bool>() ? 1 : 0);
  }
  return votes;
}

Json read_details(const Score& score) {
  if (score.details.empty()) return Json::object();
  auto parsed = parse_json(score.details);
  return parsed && parsed->is_object() ? *std::move(parsed) : Json::object();
}

const std::string* text_at(const Json& details, std::string_view key) {
  const auto found = details.find(key);
  return found != details.end() && found->is_string() ? found->get_ptr<const std::string*>() : nullptr;
}

void add_classification(const Json& details, ConfusionCounts& counts) {
  const auto* const expected = text_at(details, "expected");
  if (expected == nullptr || !details.contains("predicted")) return;
  counts.add(*expected, text_at(details, "predicted"));
}

void add_pairwise(std::string_view case_id, const Json& details, PairwiseCounts& counts) {
  const auto orders = details.find("orders");
  const auto* const winner = text_at(details, "winner");
  if (winner == nullptr || orders == details.end() || !orders->is_array() || orders->size() != 2) return;
  if (!(*orders)[0].is_string() || !(*orders)[1].is_string()) return;
  counts.add(case_id, *winner, (*orders)[0].get_ref<const std::string&>(), (*orders)[1].get_ref<const std::string&>());
}

void add_cascade(const Json& details, CascadeSummary& cascade) {
  const auto escalated = details.find("escalated");
  if (escalated == details.end() || !escalated->is_boolean()) return;
  ++cascade.samples;
  if (escalated->get<bool>()) ++cascade.escalated;
}

}  // namespace

MetricSummary::MetricSummary() : state_(std::make_unique<State>()) {}
MetricSummary::MetricSummary(MetricSummary&&) noexcept = default;
MetricSummary& MetricSummary::operator=(MetricSummary&&) noexcept = default;
MetricSummary::~MetricSummary() = default;

void MetricSummary::add(std::string_view case_id, const Score& score) {
  auto& state = *state_;
  ++state.samples;
  const Json details = read_details(score);
  add_classification(details, state.confusion);
  add_pairwise(case_id, details, state.pairwise);
  add_cascade(details, state.cascade);
  auto values = told_values(details);
  state.panel.add(told_votes(details), values);
  const auto* const scored = std::get_if<Scored>(&score.state);
  if (scored == nullptr) return;
  ++state.told;
  if (values.empty()) values = {scored->value};
  state.variance.add(case_id, values);
}

MetricFacts MetricSummary::result() const {
  return {.samples = state_->samples,
          .told = state_->told,
          .classification = state_->confusion.summary(),
          .panel = state_->panel.summary(),
          .pairwise = state_->pairwise.summary(),
          .cascade = state_->cascade.samples > 0 ? std::optional(state_->cascade) : std::nullopt,
          .variance = state_->variance.split()};
}

}  // namespace assay::judges
