/// Every command as a newcomer meets it.

#include "tests/e2e/project.hpp"

#include <csignal>
#include <fstream>

namespace assay::e2e {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Commands, help_of_every_command_shows_an_example_and_calls_nothing) {
  const Project project;
  const auto all = project.assay({"--help"});
  EXPECT_EQ(all.code, 0);
  EXPECT_EQ(all.err, "");
  for (const char* command : {"init", "validate", "run", "gate", "show", "history", "schema", "stub", "demo",
                              "completion", "report", "verify"}) {
    SCOPED_TRACE(command);
    EXPECT_TRUE(has(all.out, command));
    const auto help = project.assay({command, "--help"});
    EXPECT_EQ(help.code, 0) << help.err;
    EXPECT_EQ(help.err, "");
    EXPECT_TRUE(has(help.out, "Example")) << help.out;
    EXPECT_TRUE(has(help.out, std::string("assay ") + command)) << help.out;
  }
  EXPECT_TRUE(has(all.out, "Exit codes"));
  EXPECT_FALSE(project.has(".assay"));
}

TEST(Commands, version_says_how_it_was_built) {
  const Project project;
  const auto ended = project.assay({"--version"});
  EXPECT_EQ(ended.code, 0);
  EXPECT_TRUE(ended.out.starts_with("assay ")) << ended.out;
  EXPECT_TRUE(has(ended.out, "clang") || has(ended.out, "Clang") || has(ended.out, "GNU")) << ended.out;
}

TEST(Commands, without_a_command_is_a_usage_error) {
  const Project project;
  const auto ended = project.assay({});
  EXPECT_EQ(ended.code, 4);
  EXPECT_TRUE(has(ended.err, "; help: ")) << ended.err;
}

TEST(Commands, init_makes_a_project_that_validates_and_runs) {
  const Project project;
  const auto made = project.assay({"init", "mine"});
  ASSERT_EQ(made.code, 0) << made.err;
  const auto folder = project.folder() / "mine";
  const auto in = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program());
    return test::run_process(arguments, {.folder = folder});
  };
  EXPECT_EQ(in({"validate", "assay.yaml", "stub.yaml"}).code, 0);
  const auto ran = in({"run"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(has(ran.out, "PASS")) << ran.out;

  const auto before = TempDir::read_file(folder / "assay.yaml");
  EXPECT_EQ(project.assay({"init", "mine"}).code, 4) << "init wrote over a project";
  EXPECT_EQ(TempDir::read_file(folder / "assay.yaml"), before);
}

TEST(Commands, init_keeps_files_that_are_there) {
  const Project project;
  project.write("gate.yaml", "# mine\n");
  EXPECT_EQ(project.assay({"init"}).code, 0);
  EXPECT_EQ(project.read("gate.yaml"), "# mine\n");
}

TEST(Commands, demo_shows_a_pass_then_a_block_and_where_to_look) {
  const Project project;
  const auto ended = project.assay({"demo"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const auto pass = ended.out.find("PASS");
  const auto block = ended.out.find("BLOCK");
  ASSERT_NE(pass, std::string::npos);
  ASSERT_NE(block, std::string::npos) << ended.out;
  EXPECT_LT(pass, block);
  EXPECT_TRUE(has(ended.out, "refund")) << "the regression is not named\n" << ended.out;
  const auto shown = project.assay({"show", "release=worse", "--store", ".assay/demo/history.db"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(project.assay({"demo"}).code, 0) << "a second time";
}

TEST(Commands, json_prints_the_verdict_and_nothing_else_on_standard_output) {
  const StubThread stub;
  const Project project;
  project.write("suite.yaml", numbered_suite(12));
  const auto ended =
      project.assay({"run", "suite.yaml", "--url", stub.url(), "--model", "m", "--json", "--out", "out"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(json_of(ended.out), json_of(project.read("out/verdict.json")));
  EXPECT_TRUE(has(ended.err, "12 samples")) << ended.err;
  const auto again = project.assay({"gate", "latest", "--json"});
  EXPECT_EQ(json_of(again.out).at("decision"), json_of(ended.out).at("decision"));
}

TEST(Commands, quiet_is_one_word) {
  const StubThread stub;
  const Project project;
  project.write("suite.yaml", numbered_suite(12));
  const auto ended = project.assay({"run", "suite.yaml", "--url", stub.url(), "--model", "m", "--quiet"});
  EXPECT_EQ(ended.out, "PASS\n");
  EXPECT_EQ(ended.err, "");
  EXPECT_EQ(project.assay({"gate", "latest", "--quiet"}).out, "PASS\n");
}

TEST(Commands, a_pipe_gets_no_colours_and_no_redrawn_lines) {
  const StubThread stub;
  Project project;
  project.write("suite.yaml", numbered_suite(12));
  for (const bool no_color : {false, true}) {
    project.environment = no_color ? std::map<std::string, std::string>{{"NO_COLOR", "1"}}
                                   : std::map<std::string, std::string>{{"TERM", "xterm-256color"}};
    const auto ended = project.assay({"run", "suite.yaml", "--url", stub.url(), "--model", "m"});
    for (const char* part : {"\x1b", "\r"}) {
      EXPECT_FALSE(has(ended.out, part));
      EXPECT_FALSE(has(ended.err, part));
    }
    EXPECT_TRUE(has(ended.err, "12/12")) << ended.err;
  }
}

TEST(Commands, an_output_that_cannot_be_written_is_an_error) {
  const StubThread stub;
  const Project project;
  project.write("suite.yaml", numbered_suite(12));
  const auto ended =
      test::run_process({"sh", "-c", "\"$0\" run suite.yaml --url \"$1\" --model m > /dev/full", program(), stub.url()},
                        {.folder = project.folder().path()});
  EXPECT_EQ(ended.code, 3) << ended.err;
}

TEST(Commands, set_and_params_are_passed_on_unchanged) {
  std::string body;
  const StubThread stub({},
                        [&](const net::ServerRequest& request, std::uint64_t, net::WirePlan&) { body = request.body; });
  const Project project;
  project.write("suite.yaml", numbered_suite(1, "  params: {temperature: 0, max_tokens: 16, stop: [\"\\n\"]}\n"));
  const auto ended =
      project.assay({"run", "suite.yaml", "--url", stub.url(), "--model", "m", "--set", "params.temperature=1.25",
                     "--set", "params.user=jane", "--set", "params.logit_bias={\"50256\": -100}"});
  EXPECT_EQ(ended.code, 2) << ended.err;
  EXPECT_EQ(stub.requests(), 1u);
  const auto sent = json_of(body);
  EXPECT_EQ(sent.at("temperature"), 1.25);
  EXPECT_EQ(sent.at("max_tokens"), 16);
  EXPECT_EQ(sent.at("user"), "jane");
  EXPECT_EQ(sent.at("stop"), Json::array({"\n"}));
  EXPECT_EQ(sent.at("logit_bias").at("50256"), -100);
  EXPECT_EQ(sent.at("model"), "m");
  EXPECT_EQ(sent.at("stream"), true);
}

TEST(Commands, no_key_is_sent_unasked) {
  std::string header = "none was seen";
  const StubThread stub({}, [&](const net::ServerRequest& request, std::uint64_t, net::WirePlan&) {
    header = request.header("authorization");
  });
  Project project;
  project.environment = {{"OPENAI_API_KEY", "sk-from-the-environment"}};
  project.write("suite.yaml", numbered_suite(1));
  EXPECT_EQ(project.assay({"run", "suite.yaml", "--url", stub.url(), "--model", "m"}).code, 2);
  EXPECT_EQ(stub.requests(), 1u);
  EXPECT_EQ(header, "");
}

TEST(Commands, validate_lists_every_fault_of_every_file_with_its_place) {
  const Project project;
  project.write("suite.yaml",
                "version: 1\nsuite: a b\nflor: 0.9\nmessages:\n  - user: \"{{n}\"\ndefaults:\n  checks:\n"
                "    - contians: x\n    - regex: \"(a\"\ncases:\n  - {id: one}\n  - {id: one}\n");
  project.write("gate.yaml",
                "version: 1\ngates:\n  - {id: a, metric: pass_rate, flor: 0.8}\n  - {id: a, metric: score}\n");
  project.write("stub.yaml", "version: 1\nrules:\n  - {anser: x}\n");
  project.write("assay.yaml", "version: 1\ntargets:\n  t: {url: \"http://x/v1\", modle: m}\n");
  project.write("other.yaml", "hello: world\n");
  const auto ended =
      project.assay({"validate", "suite.yaml", "gate.yaml", "stub.yaml", "assay.yaml", "other.yaml", "none.yaml"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_EQ(ended.out, "");
  for (const char* part :
       {"suite.yaml:2:8: error: ", "suite.yaml:3:1: error: ", "suite.yaml:5:", "suite.yaml:8:7: error: ",
        "suite.yaml:9:14: error: ", "suite.yaml:12:10: error: ", "gate.yaml:3:", "gate.yaml:4:", "stub.yaml:3:",
        "assay.yaml:3:", "other.yaml:1:", "none.yaml: error: ", "did you mean 'floor'", "did you mean 'contains'",
        "did you mean 'answer'", "did you mean 'model'"}) {
    EXPECT_TRUE(has(ended.err, part)) << part << " is missing in\n" << ended.err;
  }
  std::istringstream lines(ended.err);
  for (std::string line; std::getline(lines, line);) {
    if (has(line, "error: ")) EXPECT_TRUE(has(line, "; help: ")) << line;
  }
}

TEST(Commands, a_word_that_is_nearly_right_below_a_command_is_named) {
  const Project project;
  EXPECT_TRUE(has(project.assay({"baseline", "lsit"}).err, "did you mean 'list'?"));
  EXPECT_TRUE(has(project.assay({"baseline", "export", "main", "--run", "3"}).err, "did you mean '--runs'?"));
  EXPECT_TRUE(has(project.assay({"compare", "main"}).err, "`assay compare --help`"));
}

TEST(Commands, completion_is_a_script_that_the_shell_reads) {
  const Project project;
  const auto bash = project.assay({"completion", "bash"});
  ASSERT_EQ(bash.code, 0) << bash.err;
  project.write("assay.bash", bash.out);
  const auto read = test::run_process({"bash", "-n", "assay.bash"}, {.folder = project.folder().path()});
  EXPECT_EQ(read.code, 0) << read.err;
  const auto offered = [&](const std::string& words, int at) {
    const auto asked = test::run_process(
        {"bash", "-c",
         fmt::format("source ./assay.bash; f=$(complete -p assay | sed 's/.*-F \\([^ ]*\\) .*/\\1/'); "
                     "COMP_WORDS=({}); COMP_CWORD={}; $f; echo \"${{COMPREPLY[@]}}\"",
                     words, at)},
        {.folder = project.folder().path()});
    return asked.out + asked.err;
  };
  EXPECT_EQ(offered("assay base", 1), "baseline\n");
  EXPECT_EQ(offered("assay run --concurrency", 2), "--concurrency\n");
  EXPECT_EQ(offered("assay baseline se", 2), "set\n");
  EXPECT_EQ(offered("assay baseline export main --r", 4), "--runs\n");
  EXPECT_EQ(offered("assay baseline import assay.ba", 3), "assay.bash\n") << "files";
  const auto zsh = project.assay({"completion", "zsh"});
  EXPECT_EQ(zsh.code, 0);
  EXPECT_TRUE(zsh.out.starts_with("#compdef assay")) << zsh.out.substr(0, 80);
  for (const char* word : {"validate", "history", "--resume", "set list export import"})
    EXPECT_TRUE(has(zsh.out, word)) << word;
  EXPECT_EQ(project.assay({"completion", "fish"}).code, 4);
}

TEST(Commands, stub_serves_a_script_until_it_is_told_to_end) {
  const Project project;
  project.write("stub.yaml", "version: 1\nrules:\n  - {when: {last_user: {contains: Question}}, answer: ok}\n");
  project.write("suite.yaml", numbered_suite(12));
  for (const int signal : {SIGTERM, SIGINT}) {
    auto stub = project.start({"stub", "--script", "stub.yaml"});
    ASSERT_TRUE(stub->wait_for("/v1\n"));
    stub->send(signal);
    const auto ended = stub->wait();
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_TRUE(ended.out.starts_with("ready http://127.0.0.1:")) << ended.out;
    EXPECT_TRUE(has(ended.err, "served 0 requests")) << ended.err;
  }
}

TEST(Commands, stub_answers_other_programs) {
  const Project project;
  project.write("suite.yaml", numbered_suite(12));
  auto stub = project.start({"stub"});
  ASSERT_TRUE(stub->wait_for("/v1\n"));
  const auto ready = stub->so_far().out;
  const auto url = ready.substr(6, ready.find('\n') - 6);
  EXPECT_EQ(project.assay({"run", "suite.yaml", "--url", url, "--model", "m"}).code, 0);
  const auto port = url.substr(url.rfind(':') + 1, url.rfind('/') - url.rfind(':') - 1);
  const auto taken = project.assay({"stub", "--port", port});
  EXPECT_EQ(taken.code, 4) << taken.err;
  EXPECT_TRUE(has(taken.err, port)) << taken.err;
  stub->send(SIGTERM);
  EXPECT_TRUE(has(stub->wait().err, "served 12 requests"));
  const auto missing = project.assay({"stub", "--script", "none.yaml"});
  EXPECT_EQ(missing.code, 4);
}

}  // namespace
}  // namespace assay::e2e
