#include "reports/display.hpp"
#include "reports/escape.hpp"
#include "reports/words.hpp"

#include <assay/core/digest.hpp>
#include <assay/reports/format.hpp>
#include <assay/reports/report.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace assay::reports {
namespace {

constexpr std::size_t kMostName = 200;
constexpr std::size_t kMostSentence = 1000;
constexpr std::size_t kLeastTest = 40;  // bytes
constexpr std::size_t kHeads = 50'000;  // bytes kept for what is not a test
constexpr std::string_view kGate = "gate";

/// What a reader of JUnit makes of a test.
enum class Mark { passed, failure, error, skipped };

struct Test {
  std::string classname;
  std::string name;
  std::string file;
  std::optional<double> seconds;
  std::vector<std::pair<std::string, std::string>> properties;
  Mark mark = Mark::passed;
  std::string type;
  std::string message;
  std::string body;
};

/// A testsuite as it grows.
struct Group {
  std::string name;
  std::vector<std::pair<std::string, std::string>> properties;
  std::string tests;  ///< XML
  std::uint64_t count = 0;
  std::uint64_t failures = 0;
  std::uint64_t errors = 0;
  std::uint64_t skipped = 0;
  std::uint64_t passing_left_out = 0;
  std::uint64_t failing_left_out = 0;
};

/// Long names that differ must not look alike: of equal names, GitLab keeps the first.
std::string name_of(std::string_view id) {
  if (id.size() <= kMostName) return xml_line(id, kMostName);
  return xml_line(id, kMostName) + " " + to_hex(sha256(id)).substr(0, 8);
}

std::string properties_xml(const std::vector<std::pair<std::string, std::string>>& properties,
                           std::string_view indent) {
  if (properties.empty()) return {};
  std::string out = fmt::format("{}<properties>\n", indent);
  for (const auto& [key, value] : properties) {
    out += fmt::format("{}  <property name=\"{}\" value=\"{}\"/>\n", indent, xml_line(key, kMostName),
                       xml_line(value, kMostSentence));
  }
  return out + fmt::format("{}</properties>\n", indent);
}

std::string mark_xml(const Test& test) {
  const std::string message = xml_line(test.message, kMostSentence);
  if (test.mark == Mark::skipped) return fmt::format("      <skipped message=\"{}\"/>\n", message);
  const std::string_view tag = test.mark == Mark::error ? "error" : "failure";
  return fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", tag, xml_line(test.type, kMostName),
                     message, test.body.empty() ? message : test.body);
}

std::string test_xml(const Test& test) {
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"{}\"", test.classname, test.name);
  if (!test.file.empty()) out += fmt::format(" file=\"{}\"", xml_line(test.file, kMostSentence));
  if (test.seconds) out += fmt::format(" time=\"{:.6f}\"", *test.seconds);
  if (test.mark == Mark::passed && test.properties.empty()) return out + "/>\n";
  out += ">\n" + properties_xml(test.properties, "      ");
  if (test.mark != Mark::passed) out += mark_xml(test);
  return out + "    </testcase>\n";
}

/// False where the report has no room for it.
bool add(Group& group, const Test& test, std::size_t& room) {
  const std::string xml = test_xml(test);
  if (xml.size() > room) return false;
  room -= xml.size();
  group.tests += xml;
  ++group.count;
  if (test.mark == Mark::failure) ++group.failures;
  if (test.mark == Mark::error) ++group.errors;
  if (test.mark == Mark::skipped) ++group.skipped;
  return true;
}

void mark_gate(const Verdict& verdict, const GateResult& gate, Test& test) {
  test.message = gate.reason;
  test.type = name(gate.state);
  const auto* waiver = gate.waiver ? waiver_of(verdict, *gate.waiver) : nullptr;
  if (gate.state == GateState::error) {
    test.mark = Mark::error;
  } else if (gate.state == GateState::block && waiver != nullptr) {
    test.mark = Mark::skipped;
    test.message = fmt::format("waiver {} by {}, approved by {} ({}), until {}: {}; {}", waiver->id, waiver->author,
                               waiver->approver, waiver->role, waiver->expires, waiver->reason, gate.reason);
  } else if (gate.state == GateState::block || (gate.state == GateState::inconclusive && gate.blocking)) {
    test.mark = Mark::failure;
  } else if (gate.state == GateState::inconclusive) {
    test.mark = Mark::skipped;
    test.message = "open, and does not block: " + gate.reason;
  }
}

Test gate_test(const Verdict& verdict, const GateResult& gate, std::set<std::string>& names) {
  Test test;
  test.classname = kGate;
  const std::string plain = name_of(row_name(gate));
  test.name = plain;
  for (int i = 2; !names.insert(test.name).second; ++i) test.name = fmt::format("{} ({})", plain, i);
  test.properties = {{"axis", std::string(name(gate.axis))}};
  if (!gate.owner.empty()) test.properties.emplace_back("owner", gate.owner);
  if (gate.estimate) test.properties.emplace_back("estimate", show_estimate(gate));
  if (gate.interval) test.properties.emplace_back("interval", show_bounds(gate));
  mark_gate(verdict, gate, test);
  return test;
}

/// The answer itself: what no row says (a run that broke off) must not look green either.
Test verdict_test(const Verdict& verdict) {
  Test test;
  test.classname = kGate;
  test.name = "verdict";
  test.type = name(verdict.kind);
  for (const auto& reason : verdict.reasons) {
    test.message += (test.message.empty() ? "" : "; ") + reason;
    test.body += xml_line(reason, kMostSentence) + '\n';
  }
  if (verdict.kind == VerdictKind::error) {
    test.mark = Mark::error;
  } else if (verdict.exit != ExitCode::pass) {
    test.mark = Mark::failure;
  } else if (verdict.kind == VerdictKind::inconclusive) {
    test.mark = Mark::skipped;
    test.message = "INCONCLUSIVE, and the policy only warns: " + test.message;
  }
  return test;
}

Group gate_group(const Verdict& verdict, std::size_t& room) {
  Group group;
  group.name = kGate;
  group.properties = {{"verdict", std::string(name(verdict.kind))},
                      {"exit_code", std::to_string(static_cast<int>(verdict.exit))},
                      {"run", verdict.run},
                      {"decision", verdict.decision},
                      {"target", verdict.target},
                      {"model", verdict.model},
                      {"policy", verdict.policy_digest}};
  for (const auto& [key, value] : verdict.meta) group.properties.emplace_back("meta." + key, value);
  (void)add(group, verdict_test(verdict), room);
  std::set<std::string> names{"verdict"};
  for (const GateResult* gate : failures_first(verdict)) {
    if (add(group, gate_test(verdict, *gate, names), room)) continue;
    gate->state == GateState::pass ? ++group.passing_left_out : ++group.failing_left_out;
  }
  return group;
}

/// The samples of one case, counted.
struct Counted {
  std::uint32_t samples = 0;
  std::uint32_t passed = 0;
  std::uint32_t failed = 0;
  std::uint32_t unscored = 0;
  std::uint32_t endpoint_errors = 0;
  std::uint32_t judge_errors = 0;
  double latency_sum = 0;
  std::uint32_t latencies = 0;

  [[nodiscard]] bool fails() const { return failed + unscored + endpoint_errors + judge_errors > 0; }
};

void count(const SampleRow& row, Counted& counted) {
  ++counted.samples;
  switch (row.outcome) {
    case OutcomeKind::scored:
      ++(row.pass ? counted.passed : counted.failed);
      break;
    case OutcomeKind::unscored:
      ++counted.unscored;
      break;
    case OutcomeKind::endpoint_error:
      ++counted.endpoint_errors;
      break;
    case OutcomeKind::judge_error:
      ++counted.judge_errors;
      break;
    case OutcomeKind::skipped:
      break;
  }
}

/// Calls `each(case, counted)` in case order.
template <class F>
void each_case(const SuiteEvidence& suite, F each) {
  const Column* latency = suite.column("latency");
  std::size_t row = 0;
  for (std::size_t kase = 0; kase < suite.cases.size(); ++kase) {
    Counted counted;
    for (; row < suite.rows.size() && suite.rows[row].case_index == kase; ++row) {
      count(suite.rows[row], counted);
      if (latency == nullptr || latency->known[row] != 1) continue;
      counted.latency_sum += latency->values[row];
      ++counted.latencies;
    }
    each(suite.cases[kase], counted);
  }
}

using Details = std::map<std::pair<std::string_view, std::string_view>, const FailingCase*>;

std::string body_of(const FailingCase& kase) {
  std::string out = xml_line(kase.what, kMostSentence);
  if (!kase.answer.empty()) out += "\n\nanswer:\n" + xml_lines(kase.answer, kMostAnswer / 2);
  return out;
}

void mark_case(const Counted& counted, const FailingCase* detail, Test& test) {
  const auto bad = counted.samples - counted.passed;
  test.message = fmt::format("{} of {} samples did not pass", bad, counted.samples);
  if (detail != nullptr) {
    test.message = fmt::format("{} of {}: {}", bad, counted.samples, detail->what);
    test.body = body_of(*detail);
  }
  if (counted.failed > 0) {
    test.mark = Mark::failure;
    test.type = detail != nullptr && !detail->check.empty() ? detail->check : "check";
  } else if (counted.endpoint_errors + counted.judge_errors > 0) {
    test.mark = Mark::error;
    test.type = counted.endpoint_errors > 0 ? "endpoint_error" : "judge_error";
  } else if (counted.unscored > 0) {
    test.mark = Mark::error;
    test.type = "unscored";
  } else if (counted.passed == 0) {
    test.mark = Mark::skipped;
    test.message = "not run";
  }
}

Test case_test(const Report& report, std::string_view suite, const CaseView& kase, const Counted& counted,
               const Details& details) {
  Test test;
  test.classname = suite == kGate ? "suite gate" : name_of(suite);
  test.name = name_of(kase.id);
  if (const auto file = report.files.find(suite); file != report.files.end()) test.file = file->second;
  if (counted.latencies > 0) test.seconds = counted.latency_sum / counted.latencies;
  const auto found = details.find({suite, kase.id});
  const FailingCase* detail = found == details.end() ? nullptr : found->second;
  mark_case(counted, detail, test);
  if (counted.samples > 1) test.properties.emplace_back("samples", std::to_string(counted.samples));
  if (counted.passed > 0 && counted.failed > 0) {
    test.properties.emplace_back("flaky", fmt::format("{} of {} passed", counted.passed, counted.samples));
  }
  if (test.mark != Mark::passed) {
    for (const auto& [key, value] : kase.tags) test.properties.emplace_back("tag." + key, value);
  }
  if (detail != nullptr) {
    for (const auto& waiver : detail->waivers) test.properties.emplace_back("waiver", waiver);
  }
  const auto* quarantine = quarantine_of(report.verdict, suite, kase.id);
  if (quarantine == nullptr) return test;
  const std::string so_far = test.mark == Mark::passed ? "it passed" : test.message;
  test.mark = Mark::skipped;
  test.message = fmt::format("quarantined by {} until {}: {}; {}", quarantine->owner, quarantine->expires,
                             quarantine->reason, so_far);
  return test;
}

Group suite_group(const Report& report, const SuiteEvidence& suite) {
  Group group;
  group.name = suite.id;
  const auto& balance = suite.balance;
  group.properties = {{"planned", std::to_string(balance.planned)},   {"scored", std::to_string(balance.scored)},
                      {"unscored", std::to_string(balance.unscored)}, {"errored", std::to_string(balance.errored)},
                      {"skipped", std::to_string(balance.skipped)},   {"digest", suite.digest}};
  for (const auto& [role, team] : suite.owners) group.properties.emplace_back("owner." + role, team);
  if (report.verdict.stop) group.properties.emplace_back("stopped", report.verdict.stop->reason);
  return group;
}

std::string group_xml(Group& group, const Verdict& verdict) {
  if (group.passing_left_out + group.failing_left_out > 0) {
    group.properties.emplace_back("left_out", fmt::format("{} that pass, {} that do not: the report has no room",
                                                          group.passing_left_out, group.failing_left_out));
  }
  std::string out = fmt::format(
      "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" timestamp=\"{}\">\n",
      xml_line(group.name, kMostName), group.count, group.failures, group.errors, group.skipped,
      xml_line(verdict.created_at, kMostName));
  return out + properties_xml(group.properties, "    ") + group.tests + "  </testsuite>\n";
}

}  // namespace

std::string junit(const Report& report, std::size_t most_bytes) {
  std::size_t room = most_bytes - std::min(most_bytes, kHeads);
  std::vector<Group> groups{gate_group(report.verdict, room)};
  for (const SuiteEvidence& suite : report.suites) groups.push_back(suite_group(report, suite));
  Details details;
  for (const FailingCase& each : report.failing.worst) details[{each.suite, each.id}] = &each;
  for (const bool failing : {true, false}) {
    for (std::size_t i = 0; i < report.suites.size(); ++i) {
      const SuiteEvidence& suite = report.suites[i];
      each_case(suite, [&](const CaseView& kase, const Counted& counted) {
        if (counted.fails() != failing) return;
        const bool room_left = room > kLeastTest;  // else there is no need to look
        if (room_left && add(groups[i + 1], case_test(report, suite.id, kase, counted, details), room)) return;
        ++(failing ? groups[i + 1].failing_left_out : groups[i + 1].passing_left_out);
      });
    }
  }
  Group all;
  std::string body;
  for (Group& group : groups) {
    all.count += group.count;
    all.failures += group.failures;
    all.errors += group.errors;
    all.skipped += group.skipped;
    body += group_xml(group, report.verdict);
  }
  return harmless(fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"assay\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\">\n"
      "{}</testsuites>\n",
      all.count, all.failures, all.errors, all.skipped, report.verdict.timing.wall_s, body));
}

}  // namespace assay::reports
