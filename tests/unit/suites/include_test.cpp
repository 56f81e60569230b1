#include "tests/unit/suites/support.hpp"

namespace assay::suites {
namespace {

using testing::check_names;
using testing::load_good;

constexpr const char* kSuite = R"(version: 1
suite: s
include: [common/a.yaml]
messages: [{user: hi}]
defaults: {checks: [{use: polite}, {contains: x}]}
cases: [{id: a, checks: [{use: short}]}]
)";

TEST(Include, use_is_replaced_by_the_checks_it_names) {
  const test::TempDir folder;
  folder.write("common/a.yaml",
               "version: 1\ninclude: [../b.yaml]\nchecks: {polite: [{not: {regex: x}}, {use: short}]}\n");
  folder.write("b.yaml", "version: 1\nchecks: {short: [{length: {max: 9}}, {starts_with: A}]}\n");
  const auto suite = load_good(folder, kSuite);
  EXPECT_EQ(check_names(suite.default_checks), "not length starts_with contains");
  EXPECT_EQ(check_names(suite.cases.at(0).checks), "length starts_with");
  EXPECT_EQ(suite.default_checks.at(1).at.file, (folder / "b.yaml").string())
      << "a check's place is where it is written";
  EXPECT_EQ(suite.default_checks.at(1).at.line, 2);
}

TEST(Include, a_file_that_is_reached_twice_is_read_once) {
  const test::TempDir folder;
  folder.write("common/a.yaml", "version: 1\ninclude: [b.yaml, c.yaml]\nchecks: {polite: [{use: short}]}\n");
  folder.write("common/b.yaml", "version: 1\ninclude: [c.yaml]\nchecks: {other: [{use: short}]}\n");
  folder.write("common/c.yaml", "version: 1\nchecks: {short: [{length: {max: 9}}]}\n");
  EXPECT_EQ(check_names(load_good(folder, kSuite).default_checks), "length contains");
}

TEST(Include, checks_that_multiply_are_refused_before_they_fill_the_memory) {
  const test::TempDir folder;
  std::string bomb = "version: 1\nchecks:\n  short: [{contains: x}]\n  polite: [{use: l30}]\n  l0: [{use: short}]\n";
  for (int i = 1; i <= 30; ++i) {
    const auto below = std::to_string(i - 1);
    bomb += "  l" + std::to_string(i) + ": [{use: l" + below + "}, {use: l" + below + "}]\n";
  }
  folder.write("common/a.yaml", bomb);
  Diagnostics diagnostics;
  EXPECT_FALSE(load(folder.write("suite.yaml", kSuite), diagnostics));
  EXPECT_NE(testing::all_errors(diagnostics).find("more than 1000 checks"), std::string::npos);
}

}  // namespace
}  // namespace assay::suites
