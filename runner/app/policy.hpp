#pragma once
/// The policy that decides a run: from its file, or without one, with the baseline that was named by hand.

#include <assay/gate/gate.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace assay::app {

struct PolicySource {
  std::optional<std::filesystem::path> file;  ///< without one the suites' floors
  std::optional<std::string> baseline;        ///< `--baseline`: over the policy's
  bool against = false;                       ///< `--against`: a baseline is run beside
};

/// The policy as written, or the one without a file. Reports every fault.
[[nodiscard]] std::optional<gate::Policy> load_source(const PolicySource& source, Diagnostics& diagnostics);

/// Applies a loaded policy to the suites, and reads its waivers. Reports every fault and returns nothing if there was
/// one.
[[nodiscard]] std::optional<gate::Policy> apply_source(gate::Policy policy, const PolicySource& source,
                                                       const std::vector<gate::SuiteFacts>& facts,
                                                       Diagnostics& diagnostics);

/// Loads the policy and its waivers, and applies it to the suites. Reports every fault and returns nothing if there was
/// one.
[[nodiscard]] std::optional<gate::Policy> load_applied(const PolicySource& source,
                                                       const std::vector<gate::SuiteFacts>& facts,
                                                       Diagnostics& diagnostics);

/// The policy that was sealed with a stored run, from its text. Errors: those of JSON that is no policy.
[[nodiscard]] Result<gate::Policy> sealed_policy(const std::string& stored);

/// Sets the baseline that was named by hand, if one was.
void name_baseline(gate::Policy& policy, const std::optional<std::string>& baseline);

/// The policy for the run that another one is compared with: what its gates claim of a run alone. Nothing where that
/// leaves a suite without a gate.
[[nodiscard]] std::optional<gate::Policy> alone(gate::Policy policy, const std::vector<std::string>& suites);

}  // namespace assay::app
