#include "runner/app/forecast_survey.hpp"

#include "runner/app/source.hpp"

#include <assay/core/json.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace assay::app {

namespace {

constexpr std::uint8_t kToCome = 2;  // of a column: the check belongs to the case

std::optional<std::uint64_t> most_tokens(const std::string& params) {
  const auto json = parse_json(params);
  if (!json || !json->is_object()) return std::nullopt;
  for (const auto* key : {"max_tokens", "max_completion_tokens", "max_output_tokens"}) {
    const auto found = json->find(key);
    if (found != json->end() && found->is_number_unsigned()) return found->get<std::uint64_t>();
  }
  return std::nullopt;
}

/// A suite's columns as they grow: those of its checks' metrics, and their `.pass`.
class Columns {
 public:
  Columns(SuiteEvidence& suite, const std::vector<store::StoredSuite::Metric>& metrics) : suite_(suite) {
    for (const auto& metric : metrics) {
      suite_.columns.push_back({metric.name, metric.unit, metric.better, {}, {}});
      suite_.columns.push_back({metric.name + ".pass", Unit::share, Direction::up, {}, {}});
    }
  }

  void add(const PlannedCase& kase, std::uint32_t samples) {
    for (std::size_t i = 0; i < suite_.columns.size(); i += 2) {
      const auto& metric = suite_.columns[i].metric;
      const bool has = std::any_of(kase.checks.begin(), kase.checks.end(),
                                   [&](const auto& check) { return check->metric == metric; });
      for (const auto at : {i, i + 1}) {
        auto& column = suite_.columns[at];
        column.values.insert(column.values.end(), samples, 0.0);
        column.known.insert(column.known.end(), samples, has ? kToCome : std::uint8_t{0});
      }
    }
  }

 private:
  SuiteEvidence& suite_;
};

SuiteSurvey begin(const PlannedSuite& planned) {
  SuiteSurvey survey;
  survey.max_tokens = most_tokens(*planned.params);
  survey.outlook.samples = planned.suite.samples;
  auto& suite = survey.outlook.planned;
  suite.id = planned.suite.id;
  suite.kind = planned.suite.kind;
  suite.digest = planned.digest;
  suite.prompt = planned.prompt_digest;
  suite.params = planned.params_digest;
  suite.floor = planned.suite.floor;
  suite.judged = planned.judged;
  return survey;
}

void add(SuiteSurvey& survey, Columns& columns, const WorkUnit& unit) {
  const auto& kase = *unit.kase;
  auto& suite = survey.outlook.planned;
  const auto index = static_cast<std::uint32_t>(suite.cases.size());
  suite.cases.add(unit.id.ordinal, kase.id, kase.digest, kase.cluster, kase.tags);
  for (std::uint32_t i = 0; i < survey.outlook.samples; ++i) {
    suite.rows.push_back({.case_index = index, .outcome = OutcomeKind::scored});
  }
  columns.add(kase, survey.outlook.samples);
  for (const auto& message : kase.messages) survey.prompt_chars += text::count_chars(text_of(message));
  for (const auto& check : kase.checks) {
    std::set<std::string> judges;
    for (const auto& use : check->judges) judges.insert(use.judge);
    for (const auto& judge : judges) ++survey.asked[judge];
  }
}

}  // namespace

Result<std::vector<SuiteSurvey>> survey(const Prepared& prepared) {
  std::vector<SuiteSurvey> surveys;
  std::vector<Columns> columns;
  surveys.reserve(prepared.plan.suites.size());
  for (const auto& planned : prepared.plan.suites) {
    surveys.push_back(begin(planned));
    columns.emplace_back(surveys.back().outlook.planned, planned.metrics);
  }
  const auto source =
      make_source(prepared.plan, prepared.settings.candidate, prepared.settings.selection, std::vector<UnitId>{});
  while (true) {
    auto next = source->next();
    if (!next) return next.error();
    const auto& unit = *next;
    if (!unit) break;
    if (unit->id.sample == 0) add(surveys[unit->id.suite], columns[unit->id.suite], *unit);
  }
  for (auto& each : surveys) {
    auto& balance = each.outlook.planned.balance;
    balance.planned = balance.scored = each.outlook.planned.rows.size();
  }
  return surveys;
}

}  // namespace assay::app
