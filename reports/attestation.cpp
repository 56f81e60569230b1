#include "reports/words.hpp"

#include <assay/core/digest.hpp>
#include <assay/reports/attestation.hpp>

#include <fmt/format.h>

namespace assay::reports {
namespace {

std::string_view result_of(VerdictKind kind) {
  if (kind == VerdictKind::pass) return "PASSED";
  return kind == VerdictKind::pass_with_waiver ? "WARNED" : "FAILED";
}

std::string_view hex_of(std::string_view digest) {
  constexpr std::string_view kPrefix = "sha256:";
  return digest.starts_with(kPrefix) ? digest.substr(kPrefix.size()) : digest;
}

OrderedJson resource(std::string_view name, std::string_view digest) {
  return {{"name", name}, {"digest", {{"sha256", hex_of(digest)}}}};
}

OrderedJson configuration(const Verdict& verdict) {
  auto all = OrderedJson::array();
  if (!verdict.policy_digest.empty()) all.push_back(resource("policy", verdict.policy_digest));
  for (const auto& suite : verdict.suites) {
    if (!suite.digest.empty()) all.push_back(resource("suite/" + suite.id, suite.digest));
  }
  if (!verdict.waivers_digest.empty()) all.push_back(resource("waivers", verdict.waivers_digest));
  return all;
}

const char* list_of(const GateResult& gate) {
  if (gate.state == GateState::pass) return "passedTests";
  const bool waived = gate.state == GateState::block && gate.waiver;
  const bool warns = gate.state == GateState::inconclusive && !gate.blocking;
  return waived || warns ? "warnedTests" : "failedTests";
}

OrderedJson waivers_used(const Verdict& verdict) {
  auto used = OrderedJson::array();
  for (const auto& waiver : verdict.waivers) {
    if (waiver.state == "used") used.push_back(waiver.id);
  }
  return used;
}

OrderedJson extension(const Verdict& verdict, std::string_view runner_version) {
  return {{"verdict", name(verdict.kind)},
          {"exit_code", static_cast<int>(verdict.exit)},
          {"decision", verdict.decision},
          {"prev_hash", verdict.prev_hash.empty() ? OrderedJson() : OrderedJson(verdict.prev_hash)},
          {"run", verdict.run},
          {"created_at", verdict.created_at},
          {"candidate", verdict.candidate_digest},
          {"reasons", verdict.reasons},
          {"waivers", waivers_used(verdict)},
          {"runner", fmt::format("assay {}", runner_version)}};
}

}  // namespace

OrderedJson test_result(const Verdict& verdict, std::string_view runner_version) {
  OrderedJson predicate{{"result", result_of(verdict.kind)},
                        {"configuration", configuration(verdict)},
                        {"passedTests", OrderedJson::array()},
                        {"warnedTests", OrderedJson::array()},
                        {"failedTests", OrderedJson::array()}};
  for (const auto& gate : verdict.gates) predicate[list_of(gate)].push_back(row_name(gate));
  predicate["assay"] = extension(verdict, runner_version);
  return predicate;
}

OrderedJson statement(std::string_view manifest, const OrderedJson& predicate) {
  const OrderedJson subject{{"name", kManifestFile}, {"digest", {{"sha256", to_hex(sha256(manifest))}}}};
  return {{"_type", kStatementType},
          {"subject", OrderedJson::array({subject})},
          {"predicateType", kTestResult},
          {"predicate", predicate}};
}

std::string checksums(std::string_view manifest) {
  return fmt::format("{}  {}\n", to_hex(sha256(manifest)), kManifestFile);
}

}  // namespace assay::reports
