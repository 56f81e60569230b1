#pragma once
/// waivers.yaml: what people let pass, for how long, and who signed. Contract §5.

#include <assay/core/diagnostics.hpp>
#include <assay/core/json.hpp>
#include <assay/core/sample.hpp>
#include <assay/core/time.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace assay::gate {

inline constexpr int kLongestWaiverDays = 30;

/// A failing gate that is let pass. It holds while the estimate is no worse than `limit`, until `expires`, at most 30
/// days from `created` (or, without it, from now), for a candidate with that digest if one is named; never for an
/// ERROR. Of a comparison with a baseline the estimate is the candidate's own. Whoever approves is not who asks; a gate
/// of the axis `safety` takes the role `security`.
struct Waiver {
  std::string id;
  std::string gate;
  std::string suite;      ///< empty: every suite
  Tags slice;             ///< empty: rows without a slice only
  std::string candidate;  ///< digest; empty: any
  double limit = 0;       ///< in the metric's unit (seconds for durations); of zero tolerance, the share that passes
  std::string reason;
  std::string author;
  std::string approver;
  std::string role;  ///< of the approver: quality, platform, cost, security
  std::string ticket;
  std::optional<WallTime> created;
  WallTime expires;
  Place at;
};

/// A signature under one decision. Two models that answer alike come to one decision: `candidate` says which is meant.
struct Signoff {
  std::string decision;
  std::string role;
  std::string by;
  WallTime at;
  std::string candidate;  ///< digest; empty: any
};

/// A case whose answers nobody can rely on: it is run and shown, and counts in no gate but those of zero tolerance.
struct Quarantine {
  std::string suite;
  std::string case_id;
  std::string owner;
  std::string reason;
  WallTime expires;
  Place at;
};

/// Why a policy may be weaker than it was.
struct Weakening {
  std::string gate;   ///< empty: of the policy as a whole, or of a suite
  std::string suite;  ///< empty: not of a suite
  std::string key;    ///< `floor`, `baseline.max_age`, …; `dropped` for a gate or suite that is gone
  std::string from;   ///< as written; `none` for what was not there
  std::string to;
  std::string reason;
  std::string by;
  Place at;
};

struct Waivers {
  std::vector<Waiver> waivers;
  std::vector<Signoff> signoffs;
  std::vector<Quarantine> quarantine;
  std::vector<Weakening> weakenings;
  std::string digest;  ///< SHA-256 of the file's bytes; empty without a file
};

/// Reads the file. Reports every fault: unknown keys, what is missing, two waivers of one id, who approves his own,
/// more than 30 days from `created`. A date without a time begins with its day in UTC, as `expires` it ends with it.
[[nodiscard]] std::optional<Waivers> load_waivers(const std::filesystem::path& file, Diagnostics& diagnostics);

/// JSON Schema (draft-07) of a waivers file.
[[nodiscard]] OrderedJson waivers_schema();

}  // namespace assay::gate
