#pragma once
/// The unit of work and what became of it.

#include <assay/core/check.hpp>
#include <assay/core/transcript.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace assay {

/// Names one sample of a run. `suite` is the suite's place in the run; `ordinal` the case's place in its suite,
/// before any filter; `sample` counts from 0.
struct UnitId {
  std::uint32_t suite = 0;
  std::uint32_t ordinal = 0;
  std::uint32_t sample = 0;

  friend auto operator<=>(const UnitId&, const UnitId&) = default;
};

using Tags = std::map<std::string, std::string, std::less<>>;

/// A case as the runner needs it: rendered, compiled, shared by its samples. Immutable.
struct PlannedCase {
  std::string id;
  std::string digest;  ///< `sha256:…` over vars, checks and their judges
  Tags tags;
  std::string cluster;  ///< empty: a cluster of its own
  Json vars;
  std::uint64_t row = 0;
  std::vector<Message> messages;
  std::shared_ptr<const std::string> params;  ///< JSON object, passed on unchanged; nullptr: `{}`
  std::vector<std::shared_ptr<const CompiledCheck>> checks;
};

/// One sample to run. `side` says for which of the runs that are executed together.
struct WorkUnit {
  UnitId id;
  std::shared_ptr<const PlannedCase> kase;
  std::uint32_t side = 0;
};

namespace outcome {
struct Scored {
  bool pass = false;
  double score = 0;  ///< weighted mean of the checks whose unit is a share, 0…1; pass as 0 or 1 where there is none
};
struct Unscored {
  std::string why;
};
struct EndpointError {
  Error error;
};
struct JudgeError {
  Error error;
};
struct Skipped {
  std::string why;
};
}  // namespace outcome

/// Every sample ends in exactly one of these.
using Outcome =
    std::variant<outcome::Scored, outcome::Unscored, outcome::EndpointError, outcome::JudgeError, outcome::Skipped>;

/// The stored name: `scored`, `unscored`, `endpoint_error`, `judge_error`, `skipped`.
[[nodiscard]] std::string_view name(const Outcome& outcome);

/// A finished sample. `scores[i]` belongs to `kase->checks[i]`; empty if no answer came.
struct Sample {
  UnitId unit;
  std::shared_ptr<const PlannedCase> kase;
  Transcript transcript;
  std::vector<Score> scores;
  Outcome outcome = outcome::Skipped{};
};

}  // namespace assay
