#include <assay/core/evidence.hpp>

#include <algorithm>
#include <array>

namespace assay {

std::string_view name(OutcomeKind kind) {
  switch (kind) {
    case OutcomeKind::scored:
      return "scored";
    case OutcomeKind::unscored:
      return "unscored";
    case OutcomeKind::endpoint_error:
      return "endpoint_error";
    case OutcomeKind::judge_error:
      return "judge_error";
    case OutcomeKind::skipped:
      return "skipped";
  }
  return "skipped";
}

OutcomeKind kind_of(const Outcome& outcome) {
  constexpr std::array kKinds{OutcomeKind::scored, OutcomeKind::unscored, OutcomeKind::endpoint_error,
                              OutcomeKind::judge_error, OutcomeKind::skipped};
  static_assert(std::variant_size_v<Outcome> == kKinds.size());
  return kKinds.at(outcome.index());
}

std::string_view name(const Outcome& outcome) {
  return name(kind_of(outcome));
}

const Column* SuiteEvidence::column(std::string_view metric) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.metric == metric; });
  return found == columns.end() ? nullptr : &*found;
}

}  // namespace assay
