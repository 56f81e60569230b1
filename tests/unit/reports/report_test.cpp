#include "reports/display.hpp"
#include "reports/escape.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/process.hpp"
#include "tests/unit/reports/report_fixture.hpp"

#include <assay/reports/terminal.hpp>
#include <assay/text/utf8.hpp>

#include <gtest/gtest.h>

#include <set>
#include <sstream>

namespace assay::reports {
namespace {

using assay::test::expect_golden;
using assay::test::TempDir;

/// What a parser that is not ours makes of the XML: `classname|name|state|message` for each test, and the root's
/// counts.
std::vector<std::string> parsed(const std::string& xml) {
  const TempDir dir;
  const auto file = dir.write("report.xml", xml);
  const std::string script =
      "import sys, xml.etree.ElementTree as E\n"
      "root = E.parse(sys.argv[1]).getroot()\n"
      "print('|'.join(root.get(k) for k in ('tests', 'failures', 'errors', 'skipped')))\n"
      "for t in root.iter('testcase'):\n"
      "    state = next((c for c in t if c.tag in ('failure', 'error', 'skipped')), None)\n"
      "    row = [t.get('classname'), t.get('name'), 'pass' if state is None else state.tag,\n"
      "           '' if state is None else state.get('type', ''), '' if state is None else state.get('message')]\n"
      "    print('|'.join(row))\n";
  const auto ended = assay::test::run_process({"python3", "-X", "utf8", "-c", script, file.string()}, {});
  EXPECT_EQ(ended.code, 0) << ended.err << xml;
  std::vector<std::string> lines;
  std::istringstream out(ended.out);
  for (std::string line; std::getline(out, line);) lines.push_back(line);
  return lines;
}

std::string line_of(const std::vector<std::string>& lines, std::string_view start) {
  for (const auto& line : lines) {
    if (line.starts_with(start)) return line;
  }
  return {};
}

TEST(Junit, golden) {
  expect_golden("report.xml", junit(report_fixture(), kMostJunit));
}

TEST(Junit, every_row_and_every_case_is_a_test_that_says_how_it_ended) {
  const auto lines = parsed(junit(report_fixture(), kMostJunit));
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.front(), "12|5|2|3");
  struct Row {
    const char* start;
    const char* part;
  };
  const Row rows[] = {
      {"gate|verdict|", "failure|BLOCK|overall (capitals) blocks"},
      {"gate|overall (capitals): pass_rate - baseline", "failure|block|"},
      {"gate|overall (capitals): pass_rate >=", "pass||"},
      {"gate|by-continent (capitals, continent=asia)", "skipped||waiver W-12 by ben, approved by ana (quality), until"},
      {"gate|by-continent (capitals, continent=europe)", "skipped||open, and does not block"},
      {"gate|ttft", "failure|inconclusive|"},
      {"gate|cost", "error|error|"},
      {"capitals|fr|", "pass||"},
      {"capitals|jp|", "failure|contains|2 of 2: contains: the answer does not contain 'Tokyo'"},
      {"capitals|de|", "failure|contains|1 of 2: "},
      {"capitals|it|", "error|endpoint_error|2 of 2: no first token"},
      {"capitals|q1|", "skipped||quarantined by geo until 2026-12-01T00:00:00Z: two spellings; 1 of 2: "},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.start);
    EXPECT_NE(line_of(lines, row.start).find(row.part), std::string::npos) << line_of(lines, row.start);
  }
}

// A consumer that sees no red takes the job for green.
TEST(Junit, whatever_does_not_end_with_0_is_red) {
  struct Row {
    VerdictKind kind;
    ExitCode exit;
    const char* expected;
  };
  const Row rows[] = {{VerdictKind::pass, ExitCode::pass, "1|0|0|0"},
                      {VerdictKind::pass_with_waiver, ExitCode::pass, "1|0|0|0"},
                      {VerdictKind::block, ExitCode::block, "1|1|0|0"},
                      {VerdictKind::inconclusive, ExitCode::inconclusive, "1|1|0|0"},
                      {VerdictKind::inconclusive, ExitCode::pass, "1|0|0|1"},
                      {VerdictKind::error, ExitCode::error, "1|0|1|0"}};
  for (const Row& row : rows) {
    SCOPED_TRACE(name(row.kind));
    Report report;
    report.verdict.kind = row.kind;
    report.verdict.exit = row.exit;
    report.verdict.reasons = {"why"};
    EXPECT_EQ(parsed(junit(report, kMostJunit)).front(), row.expected);
  }
}

TEST(Junit, of_very_many_cases_drops_passing_ones_and_counts_them) {
  Report report = report_fixture();
  auto& suite = report.suites.front();
  for (std::uint32_t i = 0; i < 3000; ++i) {
    const auto kase = static_cast<std::uint32_t>(suite.cases.size());
    suite.cases.add(kase, "case-" + std::to_string(i), "", "", {});
    suite.rows.push_back({kase, OutcomeKind::scored, i != 2999, false});
  }
  suite.columns.clear();
  const std::string xml = junit(report, 200'000);
  EXPECT_LE(xml.size(), 200'000u);
  EXPECT_GT(parsed(xml).size(), 500u);
  EXPECT_NE(xml.find("name=\"case-2999\""), std::string::npos) << "a failing case at the end was dropped";
  EXPECT_NE(xml.find("that pass, 0 that do not: the report has no room"), std::string::npos);
  EXPECT_EQ(junit(report, kMostJunit).find("the report has no room"), std::string::npos);
}

TEST(Junit, names_are_unique) {
  Report report = report_fixture();
  report.verdict.gates.push_back(report.verdict.gates[0]);
  report.verdict.gates.push_back(report.verdict.gates[0]);
  auto& suite = report.suites.front();
  suite.id = "gate";
  for (const char tail : {'a', 'b'}) {  // they differ beyond what is shown
    suite.cases.add(static_cast<std::uint32_t>(suite.cases.size()), std::string(300, 'n') + tail, "", "", {});
  }
  std::set<std::string> names;
  const auto lines = parsed(junit(report, kMostJunit));
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto name = lines[i].substr(0, lines[i].find('|', lines[i].find('|') + 1));
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_EQ(names.size(), 16u);
}

TEST(Markdown, golden) {
  expect_golden("report.md", markdown(report_fixture(), kMostMarkdown));
}

TEST(Markdown, is_cut_at_a_whole_line_and_says_so) {
  Report report = report_fixture();
  report.failing.worst.resize(50, report.failing.worst.front());
  const std::string whole = markdown(report, kMostMarkdown);
  for (const std::size_t most : {300u, 1000u, 3000u}) {
    const std::string cut = markdown(report, most);
    EXPECT_LE(cut.size(), most);
    const auto note = cut.find("\n… the rest has no room here: it is in verdict.json\n");
    ASSERT_NE(note, std::string::npos) << cut;
    EXPECT_EQ(whole.substr(0, note), cut.substr(0, note));
    EXPECT_EQ(whole[note - 1], '\n') << "a line was cut";
  }
}

TEST(Markdown, of_many_long_failures_fits_a_step_summary) {
  Report report = report_fixture();
  report.failing.worst.resize(200, failing_fixture("jp", std::string(5000, '`'), 2, std::string(4000, '<')));
  report.verdict.warnings.resize(1000, std::string(2000, '@'));
  EXPECT_LE(markdown(report, kMostMarkdown).size(), kMostMarkdown);
}

// github.com/github/cmark-gfm: what GitHub makes HTML, a link, an image, a heading, a list or a reference of.
TEST(Escape, a_sentence_in_markdown_is_shown_as_it_is_written) {
  struct Row {
    const char* text;
    const char* expected;
  };
  const Row rows[] = {
      {"plain, with 81.2 %", "plain, with 81.2 %"},
      {"<img src=x onerror=1>", "&lt;img src=x onerror=1&gt;"},
      {"![a](b) [c](d)", "!\\[a\\](b) \\[c\\](d)"},
      {"@team #12", "`@`team `#`12"},
      {"https://evil.example www.evil.example", "https`://`evil.example `www.`evil.example"},
      {"`code` *b* _i_ ~~s~~ a|b", "\\`code\\` \\*b\\* \\_i\\_ \\~\\~s\\~\\~ a\\|b"},
      {"# heading", "`#` heading"},
      {"- item", "\\- item"},
      {"+ item", "\\+ item"},
      {"1. item", "1\\. item"},
      {"12) item", "12\\) item"},
      {"$0.02 is no formula, $x$ is", "\\$0.02 is no formula, `$`x`$` is"},
      {"&lt;b&gt;", "&amp;lt;b&amp;gt;"},
      {"back\\slash", "back\\\\slash"},
      {"two\nlines", "two⏎lines"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(md_text(row.text, 200), row.expected);
  }
}

TEST(Escape, a_code_span_cannot_be_left) {
  struct Row {
    const char* text;
    const char* expected;
  };
  const Row rows[] = {
      {"", ""},         {"plain", "`plain`"}, {"a`b", "``a`b``"},       {"a``b`", "``` a``b` ```"},
      {"`", "`` ` ``"}, {" a", "`  a `"},     {"a|b\\|c", "`a¦b\\¦c`"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.text);
    EXPECT_EQ(md_code(row.text, 200), row.expected);
  }
}

TEST(Escape, xml_holds_what_it_cannot_hold) {
  EXPECT_EQ(xml_line("a<b>&\"c\"]]>", 200), "a&lt;b&gt;&amp;&quot;c&quot;]]&gt;");
  EXPECT_EQ(xml_line(std::string_view("\0\x01\x1b", 3), 200), "\\x00\\x01\\x1b");
  EXPECT_EQ(xml_line("\xEF\xBF\xBE\xEF\xBF\xBF\xff", 200), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(xml_line("[[ATTACHMENT|/etc/passwd]]", 200), "[ [ATTACHMENT|/etc/passwd]]");
  EXPECT_EQ(xml_lines("a\r\nb\n\nc", 200), "a\nb\n\nc");
  EXPECT_LE(text::count_chars(xml_lines(std::string(1000, '\n') + std::string(1'000'000, 'x'), 100)), 101u);
}

std::string attack() {
  return "\n::error::owned\r\n##[error]x\x1b[2J\x1b]0;t\x07\u202Eevil\u2066\u0085<script>alert(1)</script>]]>"
         "![x](http://evil/) @admin `code` | a \\| b\xff\xfe\xEF\xBF\xBF[[ATTACHMENT|/etc/passwd]]\n# heading";
}

Report attacked() {
  Report report = report_fixture();
  Verdict& v = report.verdict;
  v.target = v.model = v.run = v.decision = attack();
  v.served_model = attack() + "2";
  v.meta = {{attack(), attack()}};
  v.reasons = v.warnings = {attack()};
  for (auto& gate : v.gates) {
    gate.id = gate.suite = gate.claim = gate.reason = gate.owner = attack();
    gate.slice = {{attack(), attack()}};
  }
  v.suites.push_back(v.suites[0]);
  v.suites[0].id = attack();
  v.baseline->ref = attack();
  v.baseline->added = {attack()};
  v.stop->reason = attack();
  for (auto& waiver : v.waivers) waiver.reason = waiver.author = waiver.gate = waiver.why = attack();
  v.quarantine[0].reason = v.quarantine[0].owner = attack();
  v.canary.missing = {attack()};
  report.suites[0].id = attack();
  report.suites[0].owners = {{attack(), attack()}};
  report.files = {{attack(), attack()}};
  for (auto& kase : report.failing.worst) {
    kase.suite = attack();
    kase.what = kase.check = attack();
    kase.answer = attack() + std::string(1'000'000, 'x');
    kase.tags = {{attack(), attack()}};
  }
  report.failing.worst[0].id = attack();
  return report;
}

/// No terminal and no CI runner acts on it.
void expect_harmless(const std::string& text) {
  EXPECT_FALSE(text::find_invalid_utf8(text));
  for (const char* bad : {"\x1b", "\r", "\x07", "\u202E", "\u2066", "\u0085", "##["}) {
    EXPECT_EQ(text.find(bad), std::string::npos) << bad;
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_FALSE(text::trim(line).starts_with("::")) << line.substr(0, 200);
  }
}

TEST(Hostile, junit_stays_xml_and_small) {
  const std::string xml = junit(attacked(), kMostJunit);
  expect_harmless(xml);
  for (const char* bad : {"<script", "]]>", "[[ATTACHMENT", "\xEF\xBF\xBF"})
    EXPECT_EQ(xml.find(bad), std::string::npos);
  EXPECT_LT(xml.size(), 200'000u);
  EXPECT_EQ(parsed(xml).size(), 13u);
}

TEST(Hostile, markdown_holds_code_and_words_alone) {
  const std::string text = markdown(attacked(), kMostMarkdown);
  expect_harmless(text);
  EXPECT_LT(text.size(), 100'000u);
  // What is left outside of code spans has no tag, link or mention.
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line == kMarkdownMark) continue;
    std::string outside;
    for (std::size_t at = 0; at < line.size();) {
      if (line[at] == '\\' && at + 1 < line.size()) {
        at += 2;
        continue;
      }
      if (line[at] != '`') {
        outside += line[at++];
        continue;
      }
      const auto size = line.find_first_not_of('`', at) == std::string::npos ? line.size() - at
                                                                             : line.find_first_not_of('`', at) - at;
      const std::string fence(size, '`');
      std::size_t end = line.find(fence, at + size);
      while (end != std::string::npos &&
             (line[end - 1] == '`' || (end + size < line.size() && line[end + size] == '`'))) {
        end = line.find(fence, end + 1);
      }
      if (end == std::string::npos) break;  // a code block's fence
      at = end + size;
    }
    for (const char* bad : {"<", ">", "@", "](", "://"}) EXPECT_EQ(outside.find(bad), std::string::npos) << line;
  }
}

TEST(Hostile, json_is_json) {
  const auto text = report_json(attacked()).dump(2, ' ', false, OrderedJson::error_handler_t::replace);
  const auto json = parse_json(text);
  ASSERT_TRUE(json) << to_string(json.error());
  EXPECT_EQ(json->at("failing").at("cases").size(), 4u);
}

TEST(ReportJson, golden) {
  const auto json = report_json(report_fixture());
  EXPECT_EQ(json.at("comparison").size(), 2u);
  expect_golden("report.json", json.dump(2) + "\n");
}

TEST(Summary, of_a_run_that_was_compared) {
  const std::string text = terminal_summary(report_fixture(), {".assay/runs/r/verdict.json"}, {});
  expect_golden("summary-compared.txt", text);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 100) << line;
}

}  // namespace
}  // namespace assay::reports
