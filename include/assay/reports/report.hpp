#pragma once
/// What every report is made from: the verdict, and the cases behind it. Formats differ in what they show of it, never
/// in what it says.

#include <assay/core/verdict.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::reports {

/// A case with a sample that did not pass.
struct FailingCase {
  std::string suite;
  std::string id;
  std::string what;                           ///< the reason: of the first required check that failed, or of the error
  std::uint32_t failed = 0;                   ///< samples that did not pass
  std::uint32_t samples = 0;                  ///< that were run
  std::string check;                          ///< the metric of that check; empty where no check decided
  OutcomeKind outcome = OutcomeKind::scored;  ///< of the first sample that did not pass
  std::string answer;                         ///< the beginning of its answer, as the model gave it; empty: none came
  Tags tags;
  std::optional<double> latency_s;   ///< of that answer
  std::uint32_t blocked = 0;         ///< gates that block and count this case
  std::vector<std::string> waivers;  ///< that cover such a gate
  bool quarantined = false;

  /// Another sample of it passed.
  [[nodiscard]] bool flaky() const { return failed < samples && outcome == OutcomeKind::scored; }
};

/// What of them is listed, worst first, and how many there are beside.
struct FailingCases {
  std::vector<FailingCase> worst;
  std::uint64_t others = 0;  ///< cases that failed beside these
  bool at_least = false;     ///< `others` is not all: more failed than was read
};

/// How much of a hostile text is kept in the read model, in bytes.
inline constexpr std::size_t kMostAnswer = 4000;

/// The read model. Memory does not grow with the samples, but for `suites`, which takes some 30 bytes of each.
struct Report {
  Verdict verdict;
  FailingCases failing;
  std::map<std::string, std::string, std::less<>> files;  ///< suite → its file, as the run read it
  std::vector<SuiteEvidence> suites;  ///< outcomes and the column `latency` of every case; only for formats that list
                                      ///< them all
  std::string store;                  ///< the history, as `--store` names it; empty: the default
};

/// The active quarantine of a case; nullptr without one.
[[nodiscard]] const QuarantineStanding* quarantine_of(const Verdict& verdict, std::string_view suite,
                                                      std::string_view case_id);

/// The waiver of an id; nullptr if the verdict has none.
[[nodiscard]] const WaiverStanding* waiver_of(const Verdict& verdict, std::string_view id);

/// Gates as a reader wants them: those that fail first, then open ones, then those that pass; else in policy order.
[[nodiscard]] std::vector<const GateResult*> failures_first(const Verdict& verdict);

/// `assay.report/1`: the verdict as in verdict.json, the comparison with the baseline, and the failing cases.
[[nodiscard]] OrderedJson report_json(const Report& report);

/// JUnit XML: a suite `gate` with a test for each gate row, then each suite with a test for each case. A row that is
/// open and blocks is a failure, so that no reader of the file takes exit 2 for green. Valid XML 1.0 whatever a model
/// answered; at most `most_bytes`, with passing cases left out before failing ones, and counted.
[[nodiscard]] std::string junit(const Report& report, std::size_t most_bytes);

inline constexpr std::size_t kMostJunit = 28'000'000;  ///< GitLab takes less than 30 MB

/// One page for `$GITHUB_STEP_SUMMARY`, failures first. Text of models and users is neutralised: no HTML, link, image,
/// mention or command. At most `most_bytes`, cut at a whole line, which it says.
[[nodiscard]] std::string markdown(const Report& report, std::size_t most_bytes);

/// Its first line, which nobody is shown: a file that begins with it may be replaced.
inline constexpr std::string_view kMarkdownMark = "<!-- assay.report/1 -->";

inline constexpr std::size_t kMostMarkdown = 900 * 1024;  ///< GitHub drops a summary of more than 1 MiB

}  // namespace assay::reports
