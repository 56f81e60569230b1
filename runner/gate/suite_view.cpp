#include "runner/gate/suite_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <string_view>

namespace assay::gate {

namespace {

std::optional<std::string> index_rows(SuiteView& view, bool whole) {
  const auto& suite = *view.evidence;
  view.first_row.assign(suite.cases.size() + 1, 0);
  for (std::size_t i = 0; i < suite.rows.size(); ++i) {
    const auto index = suite.rows[i].case_index;
    if (index >= suite.cases.size()) return "a sample belongs to no case";
    if (i > 0 && index < suite.rows[i - 1].case_index) return "its samples are not in case order";
    ++view.first_row[index + 1];
  }
  for (std::size_t c = 0; c < suite.cases.size(); ++c) {
    if (whole && view.first_row[c + 1] == 0) return fmt::format("case '{}' has no sample", suite.cases.id(c));
    view.first_row[c + 1] += view.first_row[c];
  }
  for (const auto& column : suite.columns) {
    if (column.values.size() == suite.rows.size() && column.known.size() == suite.rows.size()) continue;
    return fmt::format("metric '{}' has {} values for {} samples", column.metric, column.values.size(),
                       suite.rows.size());
  }
  return std::nullopt;
}

/// A table of four bytes a place, at most half full.
std::optional<std::string> duplicate_case(const CaseTable& cases) {
  std::vector<std::uint32_t> seen(std::bit_ceil(2 * cases.size() + 1), 0);  // case + 1, or 0
  const std::size_t mask = seen.size() - 1;
  for (std::uint32_t c = 0; c < cases.size(); ++c) {
    const auto id = cases.id(c);
    std::size_t at = std::hash<std::string_view>()(id) & mask;
    while (seen[at] != 0) {
      if (cases.id(seen[at] - 1) == id) return fmt::format("two cases have the id '{}'", id);
      at = (at + 1) & mask;
    }
    seen[at] = c + 1;
  }
  return std::nullopt;
}

bool any_shared(const CaseTable& cases) {
  std::vector<bool> seen(cases.clusters(), false);
  for (std::size_t c = 0; c < cases.size(); ++c) {
    const auto number = cases.cluster_number(c);
    if (number > 0 && seen[number]) return true;
    seen[number] = true;
  }
  return false;
}

void label_clusters(SuiteView& view) {
  const auto& cases = view.evidence->cases;
  if (!any_shared(cases)) return;
  constexpr auto kNone = std::numeric_limits<std::uint32_t>::max();
  std::vector<std::uint32_t> labels(cases.clusters(), kNone);
  std::uint32_t next = 0;
  view.clusters.reserve(cases.size());
  for (std::size_t c = 0; c < cases.size(); ++c) {
    const auto number = cases.cluster_number(c);
    std::uint32_t& label = labels[number];
    if (number == 0 || label == kNone) label = next++;
    view.clusters.push_back(label);
  }
}

Balance count_rows(const std::vector<SampleRow>& rows) {
  Balance balance;
  balance.planned = rows.size();
  for (const auto& row : rows) {
    switch (row.outcome) {
      case OutcomeKind::scored:
        ++balance.scored;
        break;
      case OutcomeKind::unscored:
        ++balance.unscored;
        break;
      case OutcomeKind::endpoint_error:
      case OutcomeKind::judge_error:
        ++balance.errored;
        break;
      case OutcomeKind::skipped:
        ++balance.skipped;
        break;
    }
  }
  return balance;
}

/// Skipped samples may have no row: they were never run.
bool agree(const Balance& said, const Balance& rows) {
  return said.scored == rows.scored && said.unscored == rows.unscored && said.errored == rows.errored &&
         said.skipped >= rows.skipped;
}

std::optional<std::string> find_fault(const SuiteEvidence& suite, double max_error_rate) {
  const auto& b = suite.balance;
  if (!b.holds()) {
    return fmt::format(
        "the balance of suite '{}' is broken: {} samples were planned, but {} scored + {} unscored + {} errored + {} "
        "skipped make {}",
        suite.id, b.planned, b.scored, b.unscored, b.errored, b.skipped, b.scored + b.unscored + b.errored + b.skipped);
  }
  if (!agree(b, count_rows(suite.rows))) {
    return fmt::format(
        "the balance of suite '{}' is broken: it says {} planned and {} scored samples, and the {} rows say otherwise",
        suite.id, b.planned, b.scored, suite.rows.size());
  }
  const auto allowed = max_error_rate * static_cast<double>(b.planned);
  if (b.errored > 1 && static_cast<double>(b.errored) > allowed) {
    return fmt::format("{} of {} samples of suite '{}' errored; at most {} may (max_error_rate {:g})", b.errored,
                       b.planned, suite.id, std::max(1.0, std::floor(allowed)), max_error_rate);
  }
  return std::nullopt;
}

Cell read_flaky(std::uint8_t flaky, double& value) {
  constexpr std::uint8_t kNotKnown = 2;
  value = flaky == 1 ? 1 : 0;
  return flaky == kNotKnown ? Cell::missing : Cell::known;
}

Cell read_outcome(const SampleRow& row, Measure measure, double& value) {
  const bool errored = row.outcome == OutcomeKind::endpoint_error || row.outcome == OutcomeKind::judge_error;
  if (row.outcome == OutcomeKind::skipped) return Cell::missing;
  if (measure == Measure::errors) {
    value = errored ? 1 : 0;
    return Cell::known;
  }
  if (measure == Measure::unscored) {
    value = row.outcome == OutcomeKind::unscored ? 1 : 0;
    return errored ? Cell::missing : Cell::known;
  }
  value = row.pass ? 1 : 0;
  return row.outcome == OutcomeKind::scored ? Cell::known : Cell::missing;
}

constexpr std::uint8_t kCouldNotTell = 2;

}  // namespace

SuiteView view_suite(const SuiteEvidence& suite, double max_error_rate, bool whole) {
  SuiteView view;
  view.evidence = &suite;
  view.unusable = index_rows(view, whole);
  if (!view.unusable) view.unusable = duplicate_case(suite.cases);
  if (view.unusable) {
    view.unusable = fmt::format("the evidence of suite '{}' cannot be used: {}", suite.id, *view.unusable);
    return view;
  }
  label_clusters(view);
  view.fault = find_fault(suite, max_error_rate);
  if (suite.balance.planned > suite.rows.size()) view.never_run = suite.balance.planned - suite.rows.size();
  return view;
}

RowRange rows_of_case(const SuiteView& view, std::uint32_t kase, bool alike) {
  const RowRange rows{view.first_row[kase], view.first_row[kase + 1]};
  if (!alike || rows.end - rows.first <= view.alike) return rows;
  return {rows.first, rows.first + view.alike};
}

Cell MetricReader::read(std::size_t row, double& value) const {
  const auto& sample = evidence->rows[row];
  if (flaky) return read_flaky((*flaky)[sample.case_index], value);
  if (!column) return read_outcome(sample, measure, value);
  // A call that failed says nothing of an answer's latency, even if its collector timed it.
  if (column->known[row] == 1 && (from_check || sample.outcome != OutcomeKind::endpoint_error)) {
    value = column->values[row];
    return Cell::known;
  }
  const bool elsewhere = from_check && sample.outcome == OutcomeKind::scored && column->known[row] != kCouldNotTell;
  return elsewhere ? Cell::none : Cell::missing;
}

std::optional<std::string> find_bad_value(const MetricReader& reader, Unit unit) {
  if (!reader.column) return std::nullopt;
  constexpr double kRounding = 1e-9;
  const double most = unit == Unit::share ? 1 + kRounding : HUGE_VAL;
  for (std::size_t i = 0; i < reader.evidence->rows.size(); ++i) {
    if (reader.column->known[i] != 1) continue;
    const double value = reader.column->values[i];
    if (std::isfinite(value) && value >= -kRounding && value <= most) continue;
    const auto id = reader.evidence->cases.id(reader.evidence->rows[i].case_index);
    return fmt::format("the value {} of case '{}' is no {}", value, id, name(unit));
  }
  return std::nullopt;
}

KnownRange known_range(const MetricReader& reader) {
  KnownRange range;
  double value = 0;
  for (std::size_t i = 0; i < reader.evidence->rows.size(); ++i) {
    if (reader.read(i, value) != Cell::known) continue;
    range.any = true;
    range.greatest = std::max(range.greatest, value);
  }
  return range;
}

}  // namespace assay::gate
