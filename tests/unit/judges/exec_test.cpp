#include "tests/unit/judges/judged.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace assay::judges {
namespace {

namespace fs = std::filesystem;

// A suite's folder with programs in it.
class Exec : public testing::Test {
 protected:
  Exec() {
    fs::create_directories(folder_ / "tools");
    write("grade.py", "#!/usr/bin/env python3\n", true);
    write("notes.txt", "no program", false);
  }
  ~Exec() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& bytes, bool runnable) const {
    std::ofstream(folder_ / name) << bytes;
    const auto mode = runnable ? fs::perms::owner_all : fs::perms::owner_read | fs::perms::owner_write;
    fs::permissions(folder_ / name, mode);
  }
  [[nodiscard]] Compiled compiled(const std::string& yaml) const {
    Compiled compiled;
    const auto node = text::parse_yaml(yaml, (folder_ / "suite.yaml").string());
    EXPECT_TRUE(node) << yaml;
    const auto& [name, argument] = node->entries.at(0);
    compiled.check = compile(name.scalar, argument, name.place(), {}, compiled.diagnostics);
    return compiled;
  }
  [[nodiscard]] JudgedRun run(const std::string& yaml, const Script& script,
                              const Sample& sample = {.answer = "x"}) const {
    const auto made = compiled(yaml);
    EXPECT_NE(made.check, nullptr) << made.error();
    return made.check == nullptr ? JudgedRun{} : judge(*made.check, sample, {{Author::user, {Text{"q"}}}}, script);
  }

  fs::path folder_ = fs::temp_directory_path() / ("assay-exec-" + std::to_string(::getpid()));
};

struct Row {
  std::string output;
  double value;  // −1: could not tell
  bool pass;
  std::string why;
};

TEST_F(Exec, scores_by_what_the_program_writes) {
  const std::vector<Row> rows{
      {R"({"score": 1})", 1, true, ""},
      {R"({"score": 1, "pass": false, "reason": "too long"})", 1, false, "the program says: too long"},
      {R"({"score": 0.4, "pass": true})", 0.4, true, ""},
      {R"({"score": 0.9})", 0.9, false, "the program gives 0.9"},
      {R"({"pass": true})", 1, true, ""},
      {R"({"pass": false, "reason": "no \u001b[31m"})", 0, false, "the program says: no \\x1b[31m"},
      {"\n {\"score\": 1, \"more\": [1]} \n", 1, true, ""},
      {R"({"score": null, "reason": "no internet"})", -1, false, "the program could not tell: no internet"},
      {"{}", -1, false, "the program gave neither `score` nor `pass`"},
      {R"({"score": 1.5})", -1, false, "the program's `score` is '1.5', no number from 0 to 1"},
      {R"({"score": -1})", -1, false, "the program's `score` is '-1', no number from 0 to 1"},
      {R"({"score": "1"})", -1, false, "the program's `score` is '\"1\"', no number from 0 to 1"},
      {R"({"score": 1, "pass": "yes"})", -1, false, "the program's `pass` is '\"yes\"', neither true nor false"},
      {R"({"score": 0, "score": 1})", -1, false,
       "the program did not write one JSON object that has each key once, but '{\"score\": 0, \"score\": 1}'"},
      {"loading…\n{\"score\": 1}", -1, false,
       "the program did not write one JSON object, but 'loading…⏎{\"score\": 1}'"},
      {"[1]", -1, false, "the program did not write one JSON object, but '[1]'"},
      {"", -1, false, "the program did not write one JSON object, but nothing"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.output);
    const Score score = run("exec: [./grade.py]", always(row.output)).score;
    EXPECT_DOUBLE_EQ(value_of(score), row.value);
    EXPECT_EQ(passes(score), row.pass);
    EXPECT_EQ(score.why, row.why);
  }
  EXPECT_TRUE(passes(run("exec: {command: [./grade.py], threshold: 0.5}", always(R"({"score": 0.5})")).score));
  EXPECT_FALSE(passes(run("not: {exec: [./grade.py]}", always(R"({"score": 1})")).score));
  const Script dead = [](const Ask&) -> Reply { return Error{ErrorKind::timeout, "ran too long", "", {}}; };
  EXPECT_TRUE(std::holds_alternative<Error>(run("exec: [./grade.py]", dead).score.state));
}

TEST_F(Exec, the_program_reads_one_json_object) {
  Sample sample{.answer = "four", .vars = {{"n", 4}}};
  sample.response.usage.input_tokens = 7;
  sample.response.timings.total = std::chrono::milliseconds(1500);
  sample.response.message.parts.emplace_back(Contexts{{"a passage"}});
  const auto judged = run("exec: [./grade.py]", always("{}"), sample);
  ASSERT_EQ(judged.asked.size(), 1u);
  const auto& question = judged.asked[0].question;
  ASSERT_EQ(question.messages.size(), 1u);
  EXPECT_EQ(
      assay::text_of(question.messages[0]),
      R"({"answer":"four","case":"fr","contexts":["a passage"],"latency_s":1.5,)"
      R"("messages":[{"content":"q","role":"user"}],"usage":{"input_tokens":7,"output_tokens":null},"vars":{"n":4}})");
  EXPECT_EQ(question.to, compiled("exec: [./grade.py]").check->programs.at(0).name);
}

TEST_F(Exec, a_program_is_known_by_its_command_and_its_files) {
  const auto first = compiled("exec: {command: [./grade.py, --strict], time_limit: 2s}").check;
  ASSERT_EQ(first->programs.size(), 1u);
  const Program program = first->programs[0];
  EXPECT_TRUE(program.name.starts_with("program:"));
  EXPECT_EQ(program.name.size(), 8u + 12);
  EXPECT_EQ(program.command, (std::vector<std::string>{"./grade.py", "--strict"}));
  EXPECT_EQ(program.folder, folder_.string());
  EXPECT_EQ(program.time_limit, std::chrono::seconds(2));
  EXPECT_EQ(compiled("exec: [./grade.py]").check->programs[0].time_limit, std::chrono::seconds(10));
  EXPECT_EQ(compiled("exec: {command: [./grade.py, --strict], time_limit: 2s}").check->programs[0], program);
  const auto by_name = compiled("exec: [sh, grade.py]").check;

  write("grade.py", "#!/usr/bin/env python3\nprint(1)\n", true);
  const auto changed = compiled("exec: {command: [./grade.py, --strict], time_limit: 2s}").check;
  EXPECT_NE(changed->content, first->content);
  EXPECT_NE(changed->programs[0].name, program.name);
  EXPECT_NE(compiled("exec: [sh, grade.py]").check->content, by_name->content);  // a script is an argument as often
  EXPECT_EQ(compiled("exec: [sh, -c, 'true']").check->content, "");
}

TEST_F(Exec, what_cannot_be_started_is_an_error_at_load) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"exec: [./missing.py]", "suite.yaml:1:7: error: there is no program './missing.py'"},
      {"exec: [./notes.txt]", "the program './notes.txt' may not be run"},
      {"exec: [./tools]", "there is no program './tools'"},
      {"exec: [no-such-program-anywhere]", "there is no program 'no-such-program-anywhere' in PATH"},
      {"exec: ./grade.py --strict", "there is no program './grade.py --strict'"},
      {"exec: {command: [./grade.py], time_limit: 0s}", "the time limit must be above 0"},
      {"exec: {command: [./grade.py], time_limit: soon}", "time_limit"},
      {"exec: {time_limit: 3s}", "needs the key 'command'"},
      {"exec: []", "the command of 'exec' is empty"},
      {"exec: {command: []}", "the command of 'exec' is empty"},
      {"exec: {command: [./grade.py], shell: true}", "unknown key 'shell'"},
  };
  for (const auto& [yaml, message] : rows) {
    SCOPED_TRACE(yaml);
    const auto made = compiled(yaml);
    EXPECT_EQ(made.check, nullptr);
    EXPECT_NE(made.error().find(message), std::string::npos) << made.error();
  }
}

}  // namespace
}  // namespace assay::judges
