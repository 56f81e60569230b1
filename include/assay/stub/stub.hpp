#pragma once
/// The scripted endpoint: an OpenAI-compatible model that answers, errs and misbehaves as its script says.

#include <assay/core/diagnostics.hpp>
#include <assay/net/server.hpp>
#include <assay/text/node.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace assay::stub {

/// A compiled script. Immutable.
class Script;

[[nodiscard]] std::shared_ptr<const Script> load_script(const std::filesystem::path& file, Diagnostics& diagnostics);
[[nodiscard]] std::shared_ptr<const Script> parse_script(const text::Node& document, Diagnostics& diagnostics);
/// Answers every request with `ok`.
[[nodiscard]] std::shared_ptr<const Script> default_script();

/// Counters for tests and for `assay stub --verbose`.
struct Served {
  std::uint64_t requests = 0;
  std::uint64_t completions = 0;  ///< whole answers sent, streamed or not
  std::uint64_t faults = 0;
};

/// Makes the handler that plays a script. Draws are keyed by (seed, request, how often that request was seen), so that
/// a retry can see another outcome and equal runs see equal ones. One loop only.
[[nodiscard]] net::Handler make_handler(std::shared_ptr<const Script> script, std::uint64_t seed,
                                        std::shared_ptr<Served> served = nullptr);

[[nodiscard]] OrderedJson script_schema();

}  // namespace assay::stub
