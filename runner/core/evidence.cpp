#include <assay/core/evidence.hpp>
#include <assay/core/random.hpp>

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

double position(std::uint64_t seed, std::string_view suite, std::string_view case_id) {
  constexpr std::uint64_t kOrder = 0x6f72646572;  // apart from other draws of the same seed
  return uniform(mix(mix(mix(seed, kOrder), suite), case_id));
}

const Column* SuiteEvidence::column(std::string_view metric) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.metric == metric; });
  return found == columns.end() ? nullptr : &*found;
}

const SuiteEvidence* RunEvidence::suite(std::string_view id) const {
  const auto found = std::find_if(suites.begin(), suites.end(), [&](const SuiteEvidence& s) { return s.id == id; });
  return found == suites.end() ? nullptr : &*found;
}

}  // namespace assay
