#pragma once
/// A verdict as evidence that other tools understand: an in-toto Statement with the test-result predicate.
/// github.com/in-toto/attestation, spec/v1/statement.md and spec/predicates/test-result.md.

#include <assay/core/verdict.hpp>

#include <string>
#include <string_view>

namespace assay::reports {

inline constexpr std::string_view kStatementType = "https://in-toto.io/Statement/v1";
inline constexpr std::string_view kTestResult = "https://in-toto.io/attestation/test-result/v0.1";
inline constexpr std::string_view kPayloadType = "application/vnd.in-toto+json";

/// The subject's name, and the file that holds it beside the attestation.
inline constexpr std::string_view kManifestFile = "assay-release.json";

/// The test-result predicate. PASSED for PASS alone; PASS_WITH_WAIVER is WARNED; all else is FAILED, an INCONCLUSIVE
/// verdict too that its policy lets go with exit 0. Gate rows are the tests; a waived row and an open one that does not
/// block are `warnedTests`. `assay` is an extension field: verdict, decision, chain link, run.
[[nodiscard]] OrderedJson test_result(const Verdict& verdict, std::string_view runner_version);

/// The statement: `predicate` about the bytes of a manifest.
[[nodiscard]] OrderedJson statement(std::string_view manifest, const OrderedJson& predicate);

/// `<hex>  assay-release.json`, as `sha256sum -c` reads it.
[[nodiscard]] std::string checksums(std::string_view manifest);

}  // namespace assay::reports
