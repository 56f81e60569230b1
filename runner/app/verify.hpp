#pragma once
/// `assay verify`: whether an attestation is what it says it is.

#include "runner/app/console.hpp"

#include <filesystem>
#include <optional>

namespace assay::app {

struct VerifyRequest {
  std::filesystem::path file;
  std::optional<std::filesystem::path> key;    ///< public, PEM
  std::optional<std::filesystem::path> store;  ///< in which the decision must be found
  bool allow_unsigned = false;
};

/// Checks the signature, the statement, the manifest where it lies beside the file, and the history where one is named.
/// 0 if all of it holds; 1 if something is proved wrong: a signature, a missing signature where a key was given, a
/// manifest, a decision or chain that the history does not have; 3 if it cannot be told, as there is no signature or no
/// key and `--unsigned` was not said; 4 for a file or key that is none. What the attestation says of the release
/// (PASSED, FAILED) is printed, and is no part of the exit code.
[[nodiscard]] ExitCode verify(const VerifyRequest& request, Console& console);

}  // namespace assay::app
