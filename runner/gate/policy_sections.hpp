#pragma once
/// The sections of a policy file beside its gates.

#include <assay/gate/gate.hpp>
#include <assay/text/reader.hpp>

#include <optional>
#include <string_view>

namespace assay::gate {

/// `on_inconclusive`: true for `warn`; unset where the key is absent or wrong.
[[nodiscard]] std::optional<bool> read_warn(text::MapReader& reader);

/// A margin lies between 0 and 1, both excluded.
void check_margin(text::MapReader& reader, std::string_view key, std::optional<double> margin);

/// Each reads its section, if it is there, and reports every fault.
void read_judge(text::MapReader& policy_file, Policy& policy);
void read_baseline(text::MapReader& policy_file, Policy& policy);
void read_sampling(text::MapReader& policy_file, Policy& policy);
void read_canary(text::MapReader& policy_file, Policy& policy);
void read_signoff(text::MapReader& policy_file, Policy& policy);
void read_replay(text::MapReader& policy_file, Policy& policy);
void read_waivers_name(text::MapReader& policy_file, Policy& policy);

}  // namespace assay::gate
