/// Reports as CI and people read them: files, standard output, the step summary.

#include "tests/e2e/project.hpp"

namespace assay::e2e {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

const char* const kHostileScript = R"yaml(version: 1
rules:
  - answer: "::error::owned <script>x</script> ]]> ![i](http://evil/) @admin `c` \e[2J \u202e [[ATTACHMENT|/etc/passwd]]\n##[error]x"
)yaml";

/// A project whose every answer is an attack, so that every case fails.
void write_hostile(const Project& project) {
  project.write("stub.yaml", kHostileScript);
  project.write("suite.yaml", numbered_suite(12));
}

std::vector<std::string> run_of(const std::vector<std::string>& more) {
  std::vector<std::string> words{"run", "suite.yaml", "--url", "stub:stub.yaml", "--model", "m"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// The root's counts and every test, read by a parser that is not ours.
std::string parsed_junit(const Project& project, const std::string& file) {
  const std::string script =
      "import sys, xml.etree.ElementTree as E\n"
      "r = E.parse(sys.argv[1]).getroot()\n"
      "print(' '.join(k + '=' + r.get(k) for k in ('tests', 'failures', 'errors', 'skipped')))\n"
      "for t in r.iter('testcase'): print(t.get('classname'), t.get('name'), [c.tag for c in t if c.tag != "
      "'properties'])\n";
  const auto ended =
      test::run_process({"python3", "-X", "utf8", "-c", script, file}, {.folder = project.folder().path()});
  EXPECT_EQ(ended.code, 0) << ended.err;
  return ended.out;
}

TEST(Reports, are_written_whatever_the_verdict_and_survive_hostile_answers) {
  const Project project;
  write_hostile(project);
  const auto ended = project.assay(run_of({"--report", "junit=out/report.xml", "--report", "md=report.md", "--report",
                                           "json=report.json", "--report", "attestation=evidence/"}));
  EXPECT_EQ(ended.code, 1) << ended.err;
  for (const char* file : {"out/report.xml", "report.md", "report.json", "evidence/attestation.json"}) {
    EXPECT_TRUE(has(ended.out, file)) << ended.out;
  }
  const auto tests = parsed_junit(project, "out/report.xml");
  EXPECT_TRUE(has(tests, "tests=14 failures=14 errors=0 skipped=0")) << tests;
  EXPECT_TRUE(has(tests, "numbered case-12 ['failure']")) << tests;
  const auto md = project.read("report.md");
  EXPECT_TRUE(has(md, "BLOCK")) << md;
  EXPECT_TRUE(has(md, "`numbered/case-1`")) << md;
  const auto json = json_of(project.read("report.json"));
  EXPECT_EQ(json.at("schema"), "assay.report/1");
  EXPECT_EQ(json.at("verdict").at("verdict"), "BLOCK");
  EXPECT_EQ(json.at("failing").at("cases").size(), 12u);
  for (const char* file : {"out/report.xml", "report.md"}) {
    const auto text = project.read(file);
    for (const char* bad : {"\n::error", "##[error", "\x1b", "\u202e"}) EXPECT_FALSE(has(text, bad)) << file << bad;
  }
}

TEST(Reports, of_a_run_that_could_not_be_measured_are_red) {
  const Project project;
  project.write("stub.yaml", "version: 1\nrules:\n  - fault: {status: 401}\n");
  project.write("suite.yaml", numbered_suite(12));
  const auto ended = project.assay(run_of({"--report", "junit=report.xml", "--report", "md=report.md"}));
  EXPECT_EQ(ended.code, 3) << ended.out;
  EXPECT_TRUE(has(parsed_junit(project, "report.xml"), "gate verdict ['error']"));
  EXPECT_TRUE(has(project.read("report.md"), "ERROR"));
}

TEST(Reports, gate_writes_them_too_and_report_shows_a_stored_verdict_with_0) {
  const Project project;
  write_hostile(project);
  EXPECT_EQ(project.assay(run_of({"--report", "json=one.json"})).code, 1);
  EXPECT_EQ(project.assay({"gate", "latest", "--report", "json=two.json"}).code, 1);
  const auto shown = project.assay({"report", "latest", "--format", "json"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  const auto one = json_of(project.read("one.json"));
  const auto two = json_of(project.read("two.json"));
  const auto three = json_of(shown.out);
  EXPECT_EQ(one.at("verdict").at("decision"), two.at("verdict").at("decision"));
  EXPECT_EQ(two, three) << "the newest verdict as it was stored";
  EXPECT_EQ(project.assay({"report", "latest", "--format", "junit", "-o", "report.xml"}).code, 0);
  EXPECT_TRUE(has(parsed_junit(project, "report.xml"), "tests=14 failures=14"));
  const auto md = project.assay({"report", "latest", "--format", "md"});
  EXPECT_TRUE(md.out.starts_with("<!-- assay.report/1 -->\n# ")) << md.out;
}

TEST(Reports, on_standard_output_stand_there_alone) {
  const Project project;
  write_hostile(project);
  const auto ended = project.assay(run_of({"--report", "json=-"}));
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(json_of(ended.out).at("schema"), "assay.report/1");
  EXPECT_TRUE(has(ended.err, "verdict.json")) << "the summary has gone\n" << ended.err;
  const auto quiet = project.assay(run_of({"--quiet", "--report", "json=-"}));
  EXPECT_EQ(json_of(quiet.out).at("schema"), "assay.report/1");
  EXPECT_EQ(quiet.err, "");
}

TEST(Reports, md_is_added_to_the_step_summary_within_its_limit) {
  Project project;
  write_hostile(project);
  project.write("summary", "# before\n");
  project.environment = {{"GITHUB_STEP_SUMMARY", (project.folder() / "summary").string()}};
  EXPECT_EQ(project.assay(run_of({"--report", "md=report.md"})).code, 1);
  EXPECT_TRUE(project.read("summary").starts_with("# before\n<!-- assay.report/1 -->\n# "));
  EXPECT_TRUE(project.has("report.md"));
  EXPECT_EQ(project.assay(run_of({"--report", "md=" + (project.folder() / "summary").string()})).code, 1);
  EXPECT_TRUE(project.read("summary").starts_with("# before\n")) << "what GitHub had there was replaced";

  project.write("summary", std::string(1 << 20, 'x'));
  const auto full = project.assay(run_of({"--report", "md=report.md"}));
  EXPECT_EQ(full.code, 1) << "a full summary is no verdict";
  EXPECT_TRUE(has(full.err, "is full")) << full.err;
  EXPECT_EQ(project.read("summary").size(), std::size_t{1} << 20U);
}

TEST(Reports, of_an_earlier_run_do_not_outlive_a_refused_one) {
  const Project project;
  write_hostile(project);
  ASSERT_EQ(project.assay(run_of({"--report", "junit=report.xml"})).code, 1);
  ASSERT_TRUE(project.has("report.xml"));
  EXPECT_EQ(project.assay({"report", "nothing", "--format", "junit", "-o", "report.xml"}).code, 4);
  EXPECT_FALSE(project.has("report.xml")) << "it would be taken for the report of that run";
  ASSERT_EQ(project.assay(run_of({"--report", "junit=report.xml"})).code, 1);
  project.write("suite.yaml", "version: 1\nsuite: broken\n");
  EXPECT_EQ(project.assay(run_of({"--report", "junit=report.xml"})).code, 4);
  EXPECT_FALSE(project.has("report.xml")) << "it would be taken for the new run's";
}

TEST(Reports, that_cannot_be_written_after_the_verdict_are_exit_3_and_the_verdict_stays) {
  const Project project;
  project.write("suite.yaml", numbered_suite(12));
  project.write("stub.yaml", "version: 1\nrules:\n  - answer: ok\n");
  const auto ended = project.assay(run_of({"--out", "out", "--report", "md=/dev/full"}));
  EXPECT_EQ(ended.code, 3) << ended.out;
  EXPECT_TRUE(has(ended.err, "/dev/full cannot be written")) << ended.err;
  EXPECT_EQ(json_of(project.read("out/verdict.json")).at("verdict"), "PASS");
}

TEST(Reports, of_what_has_no_verdict_are_refused) {
  const Project project;
  EXPECT_EQ(project.assay({"report", "latest", "--format", "md"}).code, 4);
  write_hostile(project);
  ASSERT_EQ(project.assay(run_of({})).code, 1);
  for (const char* format : {"html", "sarif", "openmetrics", "pdf"}) {
    const auto refused = project.assay({"report", "latest", "--format", format});
    EXPECT_EQ(refused.code, 4) << format;
    EXPECT_EQ(refused.out, "");
    EXPECT_TRUE(has(refused.err, format)) << refused.err;
  }
  EXPECT_EQ(project.assay({"report", "latest", "--format", "md", "--sign-key", "key.pem"}).code, 4);
  EXPECT_EQ(project.assay({"report", "latest", "--format", "md", "-o", "suite.yaml"}).code, 4);
  EXPECT_TRUE(has(project.read("suite.yaml"), "suite: numbered")) << "a suite was replaced";
}

}  // namespace
}  // namespace assay::e2e
