#pragma once
/// What was released, as one digest, and the attestation that speaks of it.

#include <assay/core/verdict.hpp>
#include <assay/store/store.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace assay::app {

/// `assay.release/1`, canonical JSON: model, served model, target (without its address), prompts, tools, parameters,
/// judges, suites, policy, runner. Two runs of one release give equal bytes.
[[nodiscard]] std::string release_manifest(const store::RunHeader& run, const Verdict& verdict);

/// An attestation and what lies beside it.
struct EvidenceBundle {
  std::string attestation;  ///< the statement, or with a key the DSSE envelope
  std::string predicate;    ///< for tools that sign by themselves
  std::string manifest;
  std::string checksums;
};

/// Errors: those of `sign`.
[[nodiscard]] Result<EvidenceBundle> make_bundle(const store::RunHeader& run, const Verdict& verdict,
                                                 const std::optional<std::filesystem::path>& sign_key);

/// Writes the attestation to `attestation_file(path)` and the others into its folder. Errors: `store`.
[[nodiscard]] Result<void> write_bundle(const std::filesystem::path& path, const EvidenceBundle& bundle);

}  // namespace assay::app
