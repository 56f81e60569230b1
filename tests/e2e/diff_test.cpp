// `assay gate --diff`: what a change to policy or suites weakens, and whether a reason stands beside it.

#include "tests/e2e/project.hpp"

namespace assay::e2e {
namespace {

const std::string kStrict = R"(version: 1
gates:
  - {id: overall, metric: pass_rate, floor: 0.85}
  - {id: critical, metric: pass_rate, where: {severity: critical}, zero_tolerance: true}
)";

const std::string kLax = R"(version: 1
waivers: waivers.yaml
gates:
  - {id: overall, metric: pass_rate,
     floor: 0.80}
)";

const std::string kReasons = R"(version: 1
weakenings:
  - {gate: overall, key: floor, from: 0.85, to: 0.80, reason: "three cases were wrong", by: ana}
  - {gate: critical, key: dropped, from: there, to: none, reason: "moved to another suite", by: ben}
)";

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(GateDiff, names_each_weakening_with_its_line_and_what_would_explain_it) {
  const Project project;
  project.write("old.yaml", kStrict);
  project.write("gate.yaml", kLax);
  project.write("waivers.yaml", "version: 1\n");
  const auto diff = project.assay({"gate", "--diff", "old.yaml", "gate.yaml"});
  EXPECT_EQ(diff.code, 1) << diff.err;
  EXPECT_TRUE(contains(diff.out, "gate.yaml:5:13: weaker: gate 'overall': floor 0.85 → 0.8\n")) << diff.out;
  EXPECT_TRUE(contains(diff.out, "- {gate: overall, key: floor, from: 0.85, to: 0.8, reason: \"…\", by: …}"));
  EXPECT_TRUE(contains(diff.out, "weaker: gate 'critical' is gone\n")) << diff.out;
  EXPECT_TRUE(contains(diff.out, "2 weaker, 2 of them without a reason\n")) << diff.out;
  EXPECT_TRUE(contains(diff.out, "`weakenings:` in waivers.yaml")) << diff.out;
  const auto back = project.assay({"gate", "--diff", "gate.yaml", "old.yaml"});
  EXPECT_EQ(back.code, 0) << back.err;
  EXPECT_TRUE(contains(back.out, "stronger: gate 'overall': floor 0.8 → 0.85\n")) << back.out;
  EXPECT_TRUE(contains(back.out, "nothing is weaker\n")) << back.out;
}

TEST(GateDiff, lets_pass_what_has_a_reason_and_nothing_else) {
  const Project project;
  project.write("old.yaml", kStrict);
  project.write("gate.yaml", kLax);
  project.write("waivers.yaml", kReasons);
  const auto explained = project.assay({"gate", "--diff", "old.yaml", "gate.yaml"});
  EXPECT_EQ(explained.code, 0) << explained.out << explained.err;
  EXPECT_TRUE(contains(explained.out, "explained: three cases were wrong (ana)")) << explained.out;
  auto lower = kLax;
  lower.replace(lower.find("0.80"), 4, "0.70");
  project.write("gate.yaml", lower);
  const auto further = project.assay({"gate", "--diff", "old.yaml", "gate.yaml"});
  EXPECT_EQ(further.code, 1) << "the reason was for 0.80: " << further.out;
  EXPECT_TRUE(contains(further.out, "2 weaker, 1 of them without a reason\n")) << further.out;
}

TEST(GateDiff, as_json_for_programs) {
  const Project project;
  project.write("old.yaml", kStrict);
  project.write("gate.yaml", kLax);
  project.write("waivers.yaml", kReasons);
  const auto diff = project.assay({"gate", "--diff", "old.yaml", "gate.yaml", "--json"});
  EXPECT_EQ(diff.code, 0) << diff.err;
  const auto json = json_of(diff.out);
  EXPECT_EQ(json["unexplained"], 0);
  ASSERT_EQ(json["weaker"].size(), 2u);
  EXPECT_EQ(json["weaker"][0]["gate"], "overall");
  EXPECT_EQ(json["weaker"][0]["at"], "gate.yaml:5:13");
  EXPECT_EQ(json["weaker"][0]["by"], "ana");
  EXPECT_EQ(json["changed"][0]["key"], "waivers");
}

const std::string kSuite = R"(version: 1
suite: capitals
floor: 0.9
messages: [{user: "{{q}}"}]
defaults:
  checks: [{length: {max: 80}}, {contains: Paris}]
cases:
  - {id: fr, vars: {q: France}, checks: [{equals: {value: Paris, threshold: 0.8}}]}
  - {id: jp, vars: {q: Japan}}
dataset: {file: more.csv, id: "{{name}}"}
)";

const std::string kLaxSuite = R"(version: 1
suite: capitals
floor: 0.7
messages: [{user: "{{q}}"}]
defaults:
  checks: [{length: {max: 800}}, {contains: {value: Paris, required: false}}]
cases:
  - {id: fr, vars: {q: France}}
  - {id: new, vars: {q: Spain}}
dataset: {file: more.csv, id: "{{name}}"}
)";

const std::string kConfig = R"(version: 1
targets: {t: {url: "http://127.0.0.1:1/v1", model: m}}
suites: [suites/*.yaml]
gate: gate.yaml
)";

void write_version(const Project& project, const std::string& folder, const std::string& suite,
                   const std::string& records) {
  project.write(folder + "/assay.yaml", kConfig);
  project.write(folder + "/gate.yaml", kStrict);
  project.write(folder + "/suites/capitals.yaml", suite);
  project.write(folder + "/suites/more.csv", records);
}

TEST(GateDiff, of_two_folders_compares_their_suites_as_well) {
  const Project project;
  write_version(project, "old", kSuite, "name,q\nr1,a\nr2,b\n");
  project.write("old/suites/gone.yaml",
                "version: 1\nsuite: gone\nmessages: [{user: x}]\ncases: [{id: a, checks: [{contains: y}]}]\n");
  write_version(project, "new", kLaxSuite, "name,q\nr1,a\n");
  const auto diff = project.assay({"gate", "--diff", "old", "new"});
  EXPECT_EQ(diff.code, 1) << diff.err;
  for (const auto* line :
       {"weaker: suite 'capitals': floor 0.9 → 0.7\n", "weaker: suite 'capitals': cases jp, r2 → none\n",
        "weaker: suite 'capitals': checks equals in fr → none\n",
        "weaker: suite 'capitals': checks contains required in fr, r1 → contains not required\n",
        "weaker: suite 'capitals': checks length max 80 in fr, r1 → length max 800\n",
        "stronger: suite 'capitals': cases none → new\n", "weaker: suite 'gone' is gone\n",
        "6 weaker, 6 of them without a reason\n", "add `waivers: waivers.yaml` to the policy"}) {
    EXPECT_TRUE(contains(diff.out, line)) << line << "\n" << diff.out;
  }
  EXPECT_TRUE(contains(diff.out, "new/suites/capitals.yaml:")) << diff.out;
  project.write("new/gate.yaml", "waivers: w.yaml\n" + kStrict);
  project.write("new/w.yaml", R"(version: 1
weakenings:
  - {suite: capitals, key: floor, from: 0.9, to: 0.7, reason: a, by: ana}
  - {suite: capitals, key: cases, from: "jp, r2", to: none, reason: a, by: ana}
  - {suite: capitals, key: checks, from: equals in fr, to: none, reason: a, by: ana}
  - {suite: capitals, key: checks, from: "contains required in fr, r1", to: contains not required, reason: a, by: ana}
  - {suite: capitals, key: checks, from: "length max 80 in fr, r1", to: length max 800, reason: a, by: ana}
  - {suite: gone, key: dropped, from: there, to: none, reason: a, by: ana}
)");
  const auto explained = project.assay({"gate", "--diff", "old", "new"});
  EXPECT_EQ(explained.code, 0) << explained.out << explained.err;
  EXPECT_EQ(project.assay({"gate", "--diff", "new", "new"}).code, 0);
}

TEST(GateDiff, of_suites_sees_what_takes_cases_out_of_sight_of_a_gate) {
  const Project project;
  const std::string was = R"(version: 1
suite: capitals
messages: [{user: "{{q}}"}]
defaults:
  checks: [{latency: {max: 30s}}, {number: {equals: 1, tolerance: 0.1}}, {regex: a}]
cases:
  - {id: fr, vars: {q: a}, tags: {severity: critical, team: geo}, cluster: atlas}
  - {id: jp, vars: {q: b}, tags: {severity: critical}, cluster: atlas}
  - {id: us, vars: {q: c}, tags: {severity: critical}, cluster: atlas}
)";
  auto is = was;
  const auto change = [&](std::string_view from, std::string_view to) { is.replace(is.find(from), from.size(), to); };
  change("30s", "5m");
  change("tolerance: 0.1", "tolerance: 100");
  change("regex: a", "regex: .");
  change("severity: critical, team: geo}, cluster: atlas", "severity: critical, team: ops}");
  change("tags: {severity: critical}, cluster", "tags: {severity: low}, cluster");
  change("tags: {severity: critical}, cluster", "cluster");
  write_version(project, "old", was, "");
  write_version(project, "new", is, "");
  const auto diff = project.assay({"gate", "--diff", "old", "new"});
  EXPECT_EQ(diff.code, 1) << diff.err;
  for (const auto* line :
       {"tags severity=critical in jp → severity=low", "tags severity=critical in us → none", "cluster in fr → none",
        "checks latency max 30s in fr, jp, us → latency max 5m",
        "checks number tolerance 0.1 in fr, jp, us → number tolerance 100",
        "changed: suite 'capitals': checks regex in fr, jp, us → regex otherwise", "5 weaker, 5 of them"}) {
    EXPECT_TRUE(contains(diff.out, line)) << line << "\n" << diff.out;
  }
  EXPECT_FALSE(contains(diff.out, "team")) << "no gate asks for it: " << diff.out;
}

TEST(GateDiff, a_reason_for_many_cases_is_good_for_these_only) {
  const Project project;
  write_version(project, "old", kSuite, "name,q\n1,a\n2,a\n3,a\n4,a\n5,a\n6,a\n7,a\n");
  write_version(project, "new", kSuite, "name,q\n7,a\n");
  write_version(project, "other", kSuite, "name,q\n1,a\n");
  const auto lines = [&](const std::string& folder) {
    const auto out = project.assay({"gate", "--diff", "old", folder, "--json"}).out;
    return json_of(out)["weaker"][0]["from"].get<std::string>();
  };
  EXPECT_TRUE(lines("new").starts_with("6 cases (")) << lines("new");
  EXPECT_NE(lines("new"), lines("other"));
}

TEST(GateDiff, what_cannot_be_compared_is_exit_code_4) {
  const Project project;
  project.write("gate.yaml", kStrict);
  project.write("broken.yaml", "version: 1\ngates:\n  - {id: a, metric: pass_rate}\n");
  project.write("assay.yaml", "version: 1\ntargets: {t: {url: \"http://127.0.0.1:1/v1\", model: m}}\n");
  project.write("suite.yaml", kSuite);
  struct Row {
    std::vector<std::string> arguments;
    std::string says;
  };
  for (const auto& row : {Row{{"gate", "--diff", "gate.yaml", "missing.yaml"}, "missing.yaml"},
                          Row{{"gate", "--diff", "broken.yaml", "gate.yaml"}, "broken.yaml:3:5"},
                          Row{{"gate", "--diff", "gate.yaml", "assay.yaml"}, "name two of a kind"},
                          Row{{"gate", "--diff", "gate.yaml", "suite.yaml"}, "no policy and no configuration"},
                          Row{{"gate", "--diff", "gate.yaml"}, "--diff"}, Row{{"gate"}, "RUN is required"},
                          Row{{"gate", "--diff", "gate.yaml", "gate.yaml", "--out", "x"}, "--out"}}) {
    SCOPED_TRACE(row.says);
    const auto refused = project.assay(row.arguments);
    EXPECT_EQ(refused.code, 4) << refused.out;
    EXPECT_TRUE(contains(refused.err, row.says)) << refused.err;
  }
}

}  // namespace
}  // namespace assay::e2e
