#pragma once
/// Random draws keyed by what they are for, so that no draw depends on the order of events.

#include <cstdint>
#include <string_view>

namespace assay {

/// Mixes `value` into `key` (SplitMix64's finaliser; Steele, Lea and Flood 2014, doi:10.1145/2714064.2660195).
[[nodiscard]] std::uint64_t mix(std::uint64_t key, std::uint64_t value);

/// Mixes text into `key` (FNV-1a, then `mix`).
[[nodiscard]] std::uint64_t mix(std::uint64_t key, std::string_view text);

/// A uniform number in [0, 1) with 53 bits, a pure function of `key`.
[[nodiscard]] double uniform(std::uint64_t key);

}  // namespace assay
