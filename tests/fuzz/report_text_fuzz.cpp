// What a model answered, in every format: whatever it is, the document stays a document.

#include "tests/fuzz/fuzz.hpp"

#include <assay/reports/report.hpp>
#include <assay/text/utf8.hpp>

namespace {

using assay::reports::Report;

Report report_of(const std::string& hostile) {
  Report report;
  report.verdict.kind = assay::VerdictKind::block;
  report.verdict.exit = assay::ExitCode::block;
  report.verdict.run = report.verdict.target = hostile;
  report.verdict.reasons = {hostile};
  assay::GateResult gate;
  gate.id = gate.suite = gate.claim = gate.owner = hostile;
  gate.slice = {{hostile, hostile}};
  report.verdict.gates = {gate};
  assay::reports::FailingCase kase;
  kase.suite = kase.id = kase.what = kase.answer = hostile;
  report.failing.worst = {kase};
  assay::SuiteEvidence suite;
  suite.id = hostile;
  suite.cases.add(0, hostile, "", "", {{hostile, hostile}});
  suite.rows = {{0, assay::OutcomeKind::scored, false, true}};
  report.suites = {suite};
  return report;
}

// XML 1.0, production 2, and no line that a CI runner obeys.
void expect_harmless(std::string_view text) {
  assay::fuzz::require(!assay::text::find_invalid_utf8(text));
  for (const char c : text) assay::fuzz::require(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  for (const char* bad : {"##[", "\n::", "\u202e"}) {
    assay::fuzz::require(text.find(bad) == std::string_view::npos);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto report = report_of(std::string(assay::fuzz::text_of(data, size)));
  const auto xml = assay::reports::junit(report, assay::reports::kMostJunit);
  expect_harmless(xml);
  assay::fuzz::require(xml.find("]]>") == std::string::npos);
  assay::fuzz::require(xml.ends_with("</testsuites>\n"));
  const auto page = assay::reports::markdown(report, assay::reports::kMostMarkdown);
  expect_harmless(page);
  assay::fuzz::require(assay::reports::markdown(report, 2000).size() <= 2000);
  return 0;
}
