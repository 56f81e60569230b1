/// What stays after a run: the history, the verdict file, and what can be read of them.

#include "tests/e2e/project.hpp"

#include <fstream>

namespace assay::e2e {
namespace {

namespace fs = std::filesystem;

class History : public ::testing::Test {
 protected:
  void SetUp() override { project_.write("suite.yaml", numbered_suite(12)); }

  [[nodiscard]] Finished run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> list{"run", "suite.yaml", "--url", stub_.url(), "--model", "m"};
    list.insert(list.end(), more.begin(), more.end());
    return project_.assay(list);
  }

  [[nodiscard]] Json history() const { return json_of(project_.assay({"history", "--json"}).out); }

  // Everything that could be mistaken for a change of the store.
  void expect_untouched(const std::string& name, const std::string& said, const std::string& bytes) const {
    for (const auto& command :
         std::vector<std::vector<std::string>>{{"run", "suite.yaml", "--url", stub_.url(), "--model", "m"},
                                               {"history"},
                                               {"show", "latest"},
                                               {"gate", "latest"},
                                               {"run", "--resume", "latest"}}) {
      SCOPED_TRACE(command[0]);
      auto full = command;
      full.insert(full.end(), {"--store", name});
      const auto ended = project_.assay(full);
      EXPECT_EQ(ended.code, 3) << ended.out << ended.err;
      EXPECT_NE(ended.err.find(said), std::string::npos) << ended.err;
      EXPECT_NE(ended.err.find("; help: "), std::string::npos) << ended.err;
      EXPECT_TRUE(project_.read(name) == bytes) << "the file was changed";
    }
    EXPECT_EQ(stub_.requests(), 0u);
  }

  StubThread stub_;
  Project project_;
};

TEST_F(History, lists_runs_newest_first_by_suite_and_by_what_was_noted) {
  EXPECT_EQ(run({"--meta", "commit=abc"}).code, 0);
  EXPECT_EQ(run({"--meta", "commit=def"}).code, 0);
  const auto runs = history();
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].at("commit"), "def");
  EXPECT_EQ(runs[1].at("commit"), "abc");
  EXPECT_EQ(runs[0].at("state"), "PASS");
  EXPECT_EQ(runs[0].at("pass_rate"), 1.0);
  const auto id = runs[1].at("run").get<std::string>();
  for (const auto& name : {std::string("commit=abc"), id}) {
    const auto shown = project_.assay({"show", name});
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_NE(shown.out.find(id), std::string::npos) << shown.out;
  }
  EXPECT_NE(project_.assay({"history"}).out.find("numbered"), std::string::npos);
  EXPECT_EQ(json_of(project_.assay({"history", "--json", "--suite", "other"}).out).size(), 0u);
  EXPECT_EQ(json_of(project_.assay({"history", "--json", "--limit", "1"}).out).size(), 1u);
}

TEST_F(History, an_unknown_run_or_case_is_said_so) {
  EXPECT_EQ(run().code, 0);
  struct Row {
    std::vector<std::string> command;
    std::string said;
  };
  const Row rows[] = {
      {{"show", "nonsense"}, "nonsense"},
      {{"gate", "commit=zzz"}, "commit=zzz"},
      {{"show", "latest", "numbered/x"}, "'numbered/x'"},
      {{"show", "latest", "numbered"}, "SUITE/CASE"},
      {{"show", "latest", "--store", "no.db"}, "no.db"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.said);
    const auto ended = project_.assay(row.command);
    EXPECT_EQ(ended.code, 4) << ended.err;
    EXPECT_NE(ended.err.find(row.said), std::string::npos) << ended.err;
    EXPECT_NE(ended.err.find("; help: "), std::string::npos) << ended.err;
  }
  EXPECT_FALSE(project_.has("no.db"));
}

TEST_F(History, shows_a_case_down_to_the_wire) {
  EXPECT_EQ(run().code, 0);
  const auto shown = project_.assay({"show", "latest", "numbered/case-3"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  for (const char* part : {"Question 3?", "ok", "equals", "chat.completion", "200"}) {
    EXPECT_NE(shown.out.find(part), std::string::npos) << part << " is missing in\n" << shown.out;
  }
  EXPECT_EQ(shown.out.find("Question 4?"), std::string::npos);
}

TEST_F(History, hostile_text_never_reaches_the_terminal) {
  const std::string evil = "\\u001b]0;owned\\u0007\\u001b[31mred\\u202e\\u009b2J\\r";
  const std::string body =
      R"({"choices":[{"message":{"role":"assistant","content":")" + evil + R"("}}],"model":")" + evil + R"("} )";
  stub_.set_hook([body](const net::ServerRequest&, std::uint64_t, net::WirePlan& plan) {
    plan = {net::Send{"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " +
                      std::to_string(body.size()) + "\r\n\r\n" + body}};
  });
  project_.write("suite.yaml", numbered_suite(12, "    - contains: \"\\e[2Jnever\"\n"));
  const auto ran = run();
  EXPECT_EQ(ran.code, 1) << ran.err;
  for (const auto& ended : {ran, project_.assay({"show", "latest"}), project_.assay({"history"}),
                            project_.assay({"show", "latest", "numbered/case-1"})}) {
    for (const auto& text : {ended.out, ended.err}) {
      for (const char* part : {"\x1b", "\x07", "\r", "\xc2\x9b", "\xe2\x80\xae"}) {
        EXPECT_EQ(text.find(part), std::string::npos) << "a control character in:\n" << text;
      }
    }
  }
}

TEST_F(History, gate_decides_again_with_an_equal_decision_and_without_a_call) {
  EXPECT_EQ(run().code, 0);
  const auto file = ".assay/runs/" + history()[0].at("run").get<std::string>() + "/verdict.json";
  const auto first = json_of(project_.read(file));
  const auto requests = stub_.requests();
  const auto again = project_.assay({"gate", "latest"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(json_of(project_.read(file)).at("decision"), first.at("decision"));
  project_.write("strict.yaml", "version: 1\ngates:\n  - {id: all, metric: pass_rate, floor: 0.99}\n");
  const auto strict = project_.assay({"gate", "latest", "--gate", "strict.yaml", "--out", "strict"});
  EXPECT_EQ(strict.code, 2) << strict.err;
  EXPECT_NE(json_of(project_.read("strict/verdict.json")).at("decision"), first.at("decision"));
  EXPECT_EQ(stub_.requests(), requests);
}

TEST_F(History, equal_evidence_gives_an_equal_decision) {
  EXPECT_EQ(run({"--out", "a"}).code, 0);
  EXPECT_EQ(run({"--out", "b", "--concurrency", "3"}).code, 0);
  EXPECT_EQ(json_of(project_.read("a/verdict.json")).at("decision"),
            json_of(project_.read("b/verdict.json")).at("decision"));
}

TEST_F(History, a_verdict_left_by_an_earlier_run_is_removed_first) {
  EXPECT_EQ(run({"--out", "out"}).code, 0);
  ASSERT_TRUE(project_.has("out/verdict.json"));
  project_.write("suite.yaml", "version: 2\n");
  EXPECT_EQ(run({"--out", "out"}).code, 4);
  EXPECT_FALSE(project_.has("out/verdict.json")) << "exit 4 left the verdict of another run";

  ASSERT_EQ(project_.assay({"gate", "latest", "--out", "out"}).code, 0);
  ASSERT_TRUE(project_.has("out/verdict.json"));
  EXPECT_EQ(project_.assay({"gate", "latest", "--out", "out", "--gate", "missing.yaml"}).code, 4);
  EXPECT_FALSE(project_.has("out/verdict.json")) << "exit 4 of gate left the verdict of another decision";
}

TEST_F(History, a_command_line_that_is_refused_leaves_no_verdict_of_an_earlier_run) {
  for (const auto& wrong : std::vector<std::vector<std::string>>{
           {"--max-time", "0"}, {"--no-such-option"}, {"--limit", "-1"}, {"--seed", ""}}) {
    project_.write("out/verdict.json", "{\"verdict\": \"PASS\"}");
    auto options = wrong;
    options.insert(options.begin(), {"--out", "out"});
    EXPECT_EQ(run(options).code, 4) << wrong.front();
    EXPECT_FALSE(project_.has("out/verdict.json")) << wrong.front();
  }
  project_.write("out/verdict.json", "{\"verdict\": \"PASS\"}");
  EXPECT_EQ(project_.assay({"gate", "--out=out"}).code, 4);
  EXPECT_FALSE(project_.has("out/verdict.json"));
}

TEST_F(History, a_verdict_that_cannot_be_removed_is_an_error_before_any_call) {
  project_.write("out/verdict.json/in-the-way", "");
  const auto before = stub_.requests();
  const auto ended = run({"--out", "out"});
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_NE(ended.err.find("verdict.json is there already and cannot be removed"), std::string::npos) << ended.err;
  EXPECT_EQ(stub_.requests(), before);
}

TEST_F(History, nothing_but_the_verdict_is_left_in_its_folder) {
  EXPECT_EQ(run({"--out", "out"}).code, 0);
  EXPECT_EQ(run({"--out", "out"}).code, 0);
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(project_.folder() / "out")) {
    ++files;
    EXPECT_EQ(entry.path().filename(), "verdict.json");
  }
  EXPECT_EQ(files, 1u);
}

TEST_F(History, an_out_folder_that_cannot_be_written_is_an_error_and_the_samples_are_kept) {
  project_.write("out", "a file in the way");
  const auto ended = run({"--out", "out"});
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_EQ(project_.read("out"), "a file in the way");
  EXPECT_EQ(project_.assay({"gate", "latest"}).code, 0);
}

TEST_F(History, two_runs_use_one_store_at_the_same_time) {
  project_.write("suite.yaml", numbered_suite(300));
  std::vector<std::unique_ptr<Process>> processes;
  for (const char* out : {"a", "b", "c"}) {
    processes.push_back(
        project_.start({"run", "suite.yaml", "--url", stub_.url(), "--model", "m", "--out", out, "--samples", "2"}));
  }
  for (auto& process : processes) {
    const auto ended = process->wait();
    EXPECT_EQ(ended.code, 0) << ended.err;
  }
  EXPECT_EQ(history().size(), 3u);
  EXPECT_EQ(stub_.requests(), 1800u);
  for (const char* out : {"a", "b", "c"}) {
    EXPECT_EQ(json_of(project_.read(std::string(out) + "/verdict.json")).at("suites")[0].at("scored"), 600);
  }
}

TEST_F(History, a_store_of_a_newer_version_is_left_alone) {
  const Project other;
  other.write("suite.yaml", numbered_suite(12));
  ASSERT_EQ(other.assay({"run", "suite.yaml", "--url", "stub:x.yaml"}).code, 4);
  other.write("x.yaml", "version: 1\nrules:\n  - answer: ok\n");
  ASSERT_EQ(other.assay({"run", "suite.yaml", "--url", "stub:x.yaml"}).code, 0);
  auto bytes = other.read(".assay/history.db");
  bytes[62] = '\x27';  // user_version: big-endian, at byte 60 of an SQLite file
  project_.write("newer.db", bytes);
  expect_untouched("newer.db", "newer", bytes);
}

TEST_F(History, a_file_that_is_no_database_is_left_alone) {
  const std::string bytes = "my thesis, the only copy\n" + std::string(5000, 'x');
  project_.write("thesis.txt", bytes);
  expect_untouched("thesis.txt", "thesis.txt", bytes);
}

TEST_F(History, a_damaged_store_is_left_alone) {
  const Project other;
  other.write("suite.yaml", numbered_suite(12));
  other.write("x.yaml", "version: 1\nrules:\n  - answer: ok\n");
  ASSERT_EQ(other.assay({"run", "suite.yaml", "--url", "stub:x.yaml"}).code, 0);
  auto bytes = other.read(".assay/history.db");
  ASSERT_GT(bytes.size(), 8192u);
  for (std::size_t i = 4096; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  project_.write("damaged.db", bytes);
  expect_untouched("damaged.db", "damaged.db", bytes);
}

TEST_F(History, a_store_that_cannot_be_made_is_an_error_before_any_call) {
  project_.write("file", "in the way");
  for (const std::string store : {"file/history.db", "/proc/assay/history.db"}) {
    SCOPED_TRACE(store);
    const auto ended = run({"--store", store});
    EXPECT_EQ(ended.code, 3) << ended.err;
    EXPECT_NE(ended.err.find("; help: "), std::string::npos) << ended.err;
  }
  EXPECT_EQ(stub_.requests(), 0u);
}

}  // namespace
}  // namespace assay::e2e
