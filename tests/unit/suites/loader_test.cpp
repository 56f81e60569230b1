#include "tests/unit/suites/support.hpp"

namespace assay::suites {
namespace {

using testing::load_good;

constexpr const char* kCapitals = R"(version: 1
suite: capitals
kind: golden
prompt: geo
owners: {quality: geo-team}
floor: 0.80
messages:
  - system: Answer with one word.
  - user: "What is the capital of {{country}}?"
defaults:
  samples: 3
  params: {temperature: 0, top_p: 0.2, penalty: 1.10, seed: "7", tiny: 1e-3, zip: 007, stop: [a, 1], on: true, off: null}
  checks:
    - latency: {max: 30s}
cases:
  - id: fr
    vars: {country: France, price: 1.10, flag: NO, n: 3}
    tags: {continent: europe, level: 1.0}
    cluster: atlas-p12
    checks:
      - equals: {value: Paris, ignore_case: true}
  - id: jp
    checks: [{not: {contains: Kyoto}}]
)";

TEST(Loader, reads_a_suite_as_written) {
  const test::TempDir folder;
  const auto suite = load_good(folder, kCapitals);
  EXPECT_EQ(suite.id, "capitals");
  EXPECT_EQ(suite.kind, "golden");
  EXPECT_EQ(suite.prompt, "geo");
  EXPECT_EQ(suite.owners.at("quality"), "geo-team");
  EXPECT_EQ(suite.floor, 0.8);
  EXPECT_EQ(suite.samples, 3u);
  EXPECT_EQ(testing::check_names(suite.default_checks), "latency");
  ASSERT_EQ(suite.messages.size(), 2u);
  EXPECT_EQ(suite.messages[1].at.line, 9);
  ASSERT_EQ(suite.cases.size(), 2u);
  const auto& fr = suite.cases[0];
  EXPECT_EQ(fr.id, "fr");
  EXPECT_EQ(fr.row, 1u);
  EXPECT_EQ(fr.cluster, "atlas-p12");
  EXPECT_EQ(fr.tags, (Tags{{"continent", "europe"}, {"level", "1.0"}}));
  EXPECT_EQ(dump_json(fr.vars), R"({"country":"France","flag":"NO","n":3,"price":"1.10"})");
  EXPECT_EQ(fr.at.line, 16);
  ASSERT_EQ(fr.checks.size(), 1u);
  EXPECT_EQ(fr.checks[0].name, "equals");
  EXPECT_EQ(fr.checks[0].at.line, 21);
  ASSERT_NE(fr.checks[0].argument.find("value"), nullptr);
  EXPECT_EQ(fr.checks[0].argument.find("value")->scalar, "Paris");
  EXPECT_EQ(suite.cases[1].ordinal, 1u);
  EXPECT_TRUE(suite.cases[1].checks[0].argument.is_map());
}

TEST(Loader, parameters_arrive_as_the_numbers_they_are) {
  const test::TempDir folder;
  EXPECT_EQ(
      dump_json(load_good(folder, kCapitals).params),
      R"({"off":null,"on":true,"penalty":1.1,"seed":"7","stop":["a",1],"temperature":0,"tiny":0.001,"top_p":0.2,"zip":"007"})");
}

TEST(Loader, what_is_left_out_has_defaults) {
  const test::TempDir folder;
  const auto suite =
      load_good(folder, "version: 1\nsuite: s\nmessages: [{user: hi}]\ncases: [{id: a, checks: [{contains: x}]}]\n");
  EXPECT_EQ(suite.kind, "golden");
  EXPECT_EQ(suite.prompt, "s");
  EXPECT_EQ(suite.samples, 1u);
  EXPECT_FALSE(suite.floor);
  EXPECT_EQ(dump_json(suite.params), "{}");
  EXPECT_TRUE(suite.cases[0].cluster.empty());
}

TEST(Loader, reads_the_data_set_of_a_suite) {
  const test::TempDir folder;
  folder.write("data/cases.csv", "ticket;q\n1;2\n");
  const auto suite = load_good(folder, R"(version: 1
suite: s
messages: [{user: "{{q}}"}]
defaults: {checks: [{contains: x}]}
dataset: {file: data/cases.csv, id: "{{ticket}}", tags: [q], cluster: ticket, parse: {q: number}, delimiter: ";", limit: 3}
)");
  ASSERT_TRUE(suite.dataset);
  EXPECT_EQ(suite.dataset->file, folder / "data/cases.csv");
  EXPECT_EQ(suite.dataset->shown, "data/cases.csv");
  EXPECT_TRUE(suite.dataset->id);
  EXPECT_EQ(suite.dataset->tags, std::vector<std::string>{"q"});
  EXPECT_EQ(suite.dataset->cluster, "ticket");
  EXPECT_EQ(suite.dataset->parse.at("q"), "number");
  EXPECT_EQ(suite.dataset->delimiter, ';');
  EXPECT_EQ(suite.dataset->limit, 3u);
}

TEST(Loader, a_tab_may_be_written_as_backslash_t) {
  const test::TempDir folder;
  folder.write("cases.csv", "a\tq\n1\t2\n");
  for (const std::string written : {"\"\\t\"", "'\\t'", "\\t"}) {
    SCOPED_TRACE(written);
    const auto suite =
        load_good(folder,
                  "version: 1\nsuite: s\nmessages: [{user: \"{{q}}\"}]\ndefaults: {checks: [{contains: x}]}\n"
                  "dataset: {file: cases.csv, delimiter: " +
                      written + "}\n");
    EXPECT_EQ(testing::read_all(suite).cases.size(), 1u);
  }
}

TEST(Loader, says_why_a_file_cannot_be_read) {
  const test::TempDir folder;
  for (const auto& file : {folder / "none.yaml", folder.write("latin1.yaml", "suite: caf\xE9\n"),
                           folder.write("empty.yaml", ""), folder.write("broken.yaml", "a: [1\n")}) {
    SCOPED_TRACE(file);
    Diagnostics diagnostics;
    EXPECT_FALSE(load(file, diagnostics));
    ASSERT_EQ(diagnostics.error_count(), 1u) << testing::all_errors(diagnostics);
    EXPECT_EQ(diagnostics.errors()[0].at.file, file.string());
  }
}

}  // namespace
}  // namespace assay::suites
