#include "runner/cli/report_commands.hpp"

#include "runner/cli/run_options.hpp"

#include <CLI/CLI.hpp>

namespace assay::cli {

void add_report(CLI::App& app, ReportWords& words) {
  auto& request = words.report;
  auto& report = *app.add_subcommand("report", "The newest verdict of a run as a file for people, CI or auditors.");
  report.add_option("run", request.run, "Id, unique prefix, KEY=VALUE of --meta, or latest")
      ->type_name("RUN")
      ->required();
  report.add_option("--format", request.format, "junit, md, json or attestation")->type_name("FORMAT")->required();
  report.add_option("-o,--out", request.out, "File, or - for standard output; of an attestation also a folder")
      ->type_name("PATH")
      ->capture_default_str();
  report.add_option("--sign-key", request.sign_key, "Sign the attestation with this Ed25519 private key (PEM)")
      ->type_name("FILE");
  add_store(report, request.store);
  report.footer(
      "Decides nothing: exit code 0 whatever it shows.\n"
      "Examples:\n  assay report latest --format md\n  assay report latest --format junit -o report.xml\n"
      "  assay report latest --format attestation -o evidence/ --sign-key key.pem");
}

void add_verify(CLI::App& app, ReportWords& words) {
  auto& request = words.verify;
  auto& verify = *app.add_subcommand("verify", "Whether an attestation is what it says it is.");
  verify.add_option("file", request.file, "The statement, or the signed envelope")->type_name("FILE")->required();
  verify.add_option("--key", request.key, "Ed25519 public key (PEM) that must have signed it")->type_name("FILE");
  verify.add_option("--store", request.store, "History in which its decision must be found, and whose chain must hold")
      ->type_name("FILE");
  verify.add_flag("--unsigned", request.allow_unsigned, "Do without a signature")->excludes(verify.get_option("--key"));
  verify.footer(
      "Exit codes: 0 it holds; 1 something is proved wrong; 3 it cannot be told (no signature, no key); 4 no "
      "attestation.\n"
      "What it says of the release (PASSED, WARNED, FAILED) is printed, and is no part of the exit code.\n"
      "Example:\n  assay verify evidence/attestation.json --key pub.pem --store .assay/history.db");
}

void add_report_option(CLI::App& command, std::vector<std::string>& words) {
  command
      .add_option("--report", words,
                  "junit, md, json or attestation to a file, or - for standard output; whatever the verdict "
                  "(repeatable)")
      ->type_name("FORMAT=PATH")
      ->allow_extra_args(false);
}

app::ReportFiles read_reports(const std::vector<std::string>& words, bool json, const app::Environment& environment,
                              Diagnostics& diagnostics) {
  app::ReportFiles reports;
  for (const auto& word : words) {
    auto file = app::parse_report(word);
    if (file) {
      reports.files.push_back(*std::move(file));
    } else {
      diagnostics.error({}, "--report: " + file.error().message, file.error().hint, ErrorKind::usage);
    }
  }
  if (json && reports.standard_output()) {
    diagnostics.error({}, "--json and a report to - both want standard output", "give the report a file",
                      ErrorKind::usage);
  }
  if (const auto summary = environment("GITHUB_STEP_SUMMARY")) reports.step_summary = *summary;
  return reports;
}

}  // namespace assay::cli
