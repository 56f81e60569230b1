#pragma once
/// Plays a chosen rule: the answer, its pace, and the fault that befalls it. Pure.

#include "runner/stub/choose.hpp"

#include <assay/net/server.hpp>

namespace assay::stub {

[[nodiscard]] net::WirePlan play(const Script& script, const Choice& choice, const Asked& asked, bool keep_alive);

}  // namespace assay::stub
