// What people let pass, and margins that a suite is too small for, from the command line.

#include "tests/e2e/project.hpp"

namespace assay::e2e {
namespace {

const std::string kPolicy = R"(version: 1
waivers: waivers.yaml
signoff: {required: [quality]}
gates:
  - {id: overall, metric: pass_rate, floor: 0.5}
  - {id: all, metric: pass_rate, zero_tolerance: true}
)";

std::string waivers_until(WallTime expires) {
  return "version: 1\nwaivers:\n  - {id: W-1, gate: all, limit: 0.9, reason: known, author: ben, approver: ana, "
         "role: quality, ticket: T-1, expires: " +
         to_rfc3339(expires) + "}\n";
}

WallTime days_from_now(int days) {
  return {wall_now().unix_ms + days * 24LL * 60 * 60 * 1000};
}

/// Twenty cases, one of which no answer passes.
void write_project(const Project& project) {
  project.write("suite.yaml", numbered_suite(19) + "  - {id: odd, vars: {n: 20}, checks: [{contains: nowhere}]}\n");
  project.write("stub.yaml", "version: 1\nrules: [{answer: ok}]\n");
  project.write("gate.yaml", kPolicy);
  project.write("waivers.yaml", "version: 1\n");
}

Json verdict_of(const Finished& finished) {
  return json_of(finished.out);
}

TEST(Waivers, turn_1_into_0_for_as_long_as_they_run_and_a_signature_stands_under_the_decision) {
  const Project project;
  write_project(project);
  const std::vector<std::string> run{"run", "suite.yaml", "--url",     "stub:stub.yaml", "--model",
                                     "m",   "--gate",     "gate.yaml", "--json"};
  const auto blocked = project.assay(run);
  EXPECT_EQ(blocked.code, 1) << blocked.err;
  project.write("waivers.yaml", waivers_until(days_from_now(10)));
  const std::vector<std::string> again{"gate", "latest", "--json"};
  const auto let_pass = project.assay(again);
  EXPECT_EQ(let_pass.code, 0) << let_pass.err;
  const auto verdict = verdict_of(let_pass);
  EXPECT_EQ(verdict["verdict"], "PASS_WITH_WAIVER");
  EXPECT_EQ(verdict["gates"][1]["state"], "block");
  EXPECT_EQ(verdict["gates"][1]["waiver"], "W-1");
  EXPECT_EQ(verdict["waivers"][0]["state"], "used");
  EXPECT_TRUE(verdict["waivers_digest"].get<std::string>().starts_with("sha256:"));
  project.write("waivers.yaml", waivers_until(days_from_now(10)) + "signoffs: [{decision: \"" +
                                    verdict["decision"].get<std::string>() +
                                    "\", role: quality, by: ana, at: 2026-11-21T10:00:00Z}]\n");
  const auto with_signature = verdict_of(project.assay(again));
  EXPECT_EQ(with_signature["decision"], verdict["decision"]);
  EXPECT_EQ(with_signature["approvals"][0]["by"], "ana");
  project.write("waivers.yaml", waivers_until(days_from_now(-1)));
  const auto expired = project.assay(again);
  EXPECT_EQ(expired.code, 1) << expired.err;
  EXPECT_EQ(verdict_of(expired)["waivers"][0]["state"], "expired");
}

TEST(Waivers, with_a_fault_are_refused_before_the_first_call) {
  const Project project;
  write_project(project);
  project.write("waivers.yaml", "version: 1\nwaivers: [{id: W-1}]\n");
  const auto refused =
      project.assay({"run", "suite.yaml", "--url", "http://127.0.0.1:1/v1", "--model", "m", "--gate", "gate.yaml"});
  EXPECT_EQ(refused.code, 4) << refused.out;
  EXPECT_NE(refused.err.find("waivers.yaml:2:11"), std::string::npos) << refused.err;
}

TEST(Margins, that_the_whole_suite_is_too_small_for_are_refused_and_a_narrowed_run_is_not) {
  const Project project;
  project.write("suite.yaml", numbered_suite(30));
  project.write("stub.yaml", "version: 1\nrules: [{answer: ok}]\n");
  project.write("gate.yaml", "version: 1\ngates: [{id: g, metric: pass_rate, margin: 0.05}]\n");
  project.write("wide.yaml", "version: 1\ngates: [{id: g, metric: pass_rate, margin: 0.1}]\n");
  const auto run = [&](const std::string& gate, const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"run", "suite.yaml", "--url", "stub:stub.yaml", "--model",
                                       "m",   "--gate",     gate,    "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return project.assay(arguments);
  };
  const auto refused = run("gate.yaml", {});
  EXPECT_EQ(refused.code, 4) << refused.out;
  EXPECT_NE(refused.err.find("has 30 cases, and margin 0.05 takes at least 52"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("with 274 an unchanged candidate"), std::string::npos) << refused.err;
  EXPECT_NE(run("wide.yaml", {"--limit", "10"}).code, 4) << "10 of 30 cases: the whole suite is large enough";
  EXPECT_NE(project.assay({"gate", "latest", "--gate", "wide.yaml", "--quiet"}).code, 4)
      << "of a narrowed run the size of the suite is not known";
}

}  // namespace
}  // namespace assay::e2e
