#pragma once
/// Plays a chosen rule: the answer, its pace, and the fault that befalls it. Pure.

#include "runner/stub/choose.hpp"

#include <assay/net/server.hpp>

#include <cstdint>

namespace assay::stub {

/// What the client gets.
struct Act {
  net::WirePlan plan;
  int status = 0;            ///< 0: nothing is sent
  std::uint64_t output = 0;  ///< tokens of the answer
};

/// `limits` are headers beside the rule's.
[[nodiscard]] Act play(const Script& script, const Choice& choice, const Asked& asked, Headers limits, bool keep_alive);

}  // namespace assay::stub
