#include "runner/app/evidence_bundle.hpp"

#include "runner/app/report_files.hpp"
#include "runner/app/signing.hpp"

#include <assay/reports/attestation.hpp>
#include <assay/reports/dsse.hpp>
#include <assay/reports/file.hpp>

namespace assay::app {

namespace {

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json params_json(const store::StoredSuite& suite) {
  const auto values = parse_json(suite.params_text);
  return {{"suite", suite.id}, {"digest", or_null(suite.params)}, {"values", values ? *values : Json()}};
}

Json suite_json(const store::StoredSuite& suite) {
  return {{"id", suite.id}, {"kind", suite.kind}, {"digest", suite.digest}, {"dataset", or_null(suite.dataset)}};
}

Json judge_json(const store::StoredJudge& judge) {
  return {{"name", judge.name}, {"api", judge.api}, {"model", judge.model}, {"digest", judge.digest}};
}

}  // namespace

std::string release_manifest(const store::RunHeader& run, const Verdict& verdict) {
  auto prompts = Json::array();
  auto params = Json::array();
  auto suites = Json::array();
  for (const auto& suite : run.suites) {
    prompts.push_back({{"suite", suite.id}, {"digest", or_null(suite.prompt)}});
    params.push_back(params_json(suite));
    suites.push_back(suite_json(suite));
  }
  auto judges = Json::array();
  for (const auto& judge : run.judges) judges.push_back(judge_json(judge));
  return canonical_json({{"schema", "assay.release/1"},
                         {"model", run.model},
                         {"served_model", verdict.served_model ? Json(*verdict.served_model) : Json()},
                         {"target", {{"name", run.target}, {"api", run.api}, {"digest", run.candidate_digest}}},
                         {"prompts", prompts},
                         {"tools", Json::array()},
                         {"params", params},
                         {"judges", judges},
                         {"suites", suites},
                         {"policy", or_null(verdict.policy_digest)},
                         {"runner", {{"name", "assay"}, {"version", run.version}}}});
}

Result<EvidenceBundle> make_bundle(const store::RunHeader& run, const Verdict& verdict,
                                   const std::optional<std::filesystem::path>& sign_key) {
  EvidenceBundle bundle;
  bundle.manifest = release_manifest(run, verdict);
  bundle.checksums = reports::checksums(bundle.manifest);
  const auto predicate = reports::test_result(verdict, run.version);
  bundle.predicate = indented_json(predicate);
  bundle.attestation = indented_json(reports::statement(bundle.manifest, predicate));
  if (!sign_key) return bundle;
  const auto made = sign(*sign_key, reports::pae(reports::kPayloadType, bundle.attestation));
  if (!made) return made.error();
  bundle.attestation = indented_json(reports::envelope_json(
      {std::string(reports::kPayloadType), bundle.attestation, {{made->keyid, made->signature}}}));
  return bundle;
}

Result<void> write_bundle(const std::filesystem::path& path, const EvidenceBundle& bundle) {
  const auto file = attestation_file(path);
  const auto folder = file.parent_path();
  // The attestation last: where it is, what it speaks of is there, too.
  for (const auto& [name, bytes] :
       {std::pair(folder / reports::kManifestFile, &bundle.manifest),
        std::pair(folder / "subject.checksums.txt", &bundle.checksums),
        std::pair(folder / "predicate.json", &bundle.predicate), std::pair(file, &bundle.attestation)}) {
    if (auto written = reports::write_whole(name, *bytes); !written) return written;
  }
  return {};
}

}  // namespace assay::app
