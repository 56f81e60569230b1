#include "tests/unit/stub/stub_support.hpp"

#include <filesystem>
#include <fstream>

namespace assay::stub::test {
namespace {

std::vector<Error> errors_of(const std::string& yaml, const std::string& file = "s.yaml") {
  Diagnostics diagnostics;
  const auto document = text::parse_yaml(yaml, file);
  if (!document) return {document.error()};
  const auto script = parse_script(*document, diagnostics);
  EXPECT_EQ(script == nullptr, !diagnostics.ok());
  return diagnostics.errors();
}

TEST(Script, names_the_place_and_the_fix_of_every_fault) {
  struct Row {
    const char* yaml;
    int line;
    const char* message;
  };
  const std::vector<Row> rows = {
      {"rules: [{answer: x}]", 1, "version"},
      {"version: 2\nrules: [{answer: x}]", 1, "version"},
      {"version: 1\n", 1, "rules"},
      {"version: 1\nrules: []", 2, "list of rules"},
      {"version: 1\nrules:\n  - anwser: x", 3, "anwser"},
      {"version: 1\nrules:\n  - when: {model: a}", 3, "neither answers nor fails"},
      {"version: 1\nrules:\n  - {answer: x, refusal: y}", 3, "one way only"},
      {"version: 1\nrules:\n  - answer: x\n    probability: 1.5", 4, "probability"},
      {"version: 1\nrules:\n  - answer: x\n    times: 0", 4, "times"},
      {"version: 1\nrules:\n  - answer: '{{capital}}'", 3, "no variable 'capital'"},
      {"version: 1\nrules:\n  - answer: '{{1'", 3, ""},
      {"version: 1\nrules:\n  - answer: x\n    when: {last_user: {regex: '(a'}}", 4, "regular expression"},
      {"version: 1\nrules:\n  - answer: x\n    when: {last_user: {}}", 4, "no condition"},
      {"version: 1\nrules:\n  - answer: x\n    when: {last_user: hello}", 4, "mapping"},
      {"version: 1\nrules:\n  - answer: x\n    headers: {\"a b\": c}", 3, "no header"},
      {"version: 1\nrules:\n  - answer: x\n    headers: {x-a: \"b\\r\\nSet-Cookie: c\"}", 3, "no header"},
      {"version: 1\nrules:\n  - answer: x\n    headers: {Content-Length: 5}", 3, "belongs to the stub"},
      {"version: 1\nlatency: {fixed: 1s, ttft: 1s}\nrules: [{answer: x}]", 2, "stands alone"},
      {"version: 1\ncapacity: {}\nrules: [{answer: x}]", 2, "bounds nothing"},
      {"version: 1\ncapacity: {workers: 0}\nrules: [{answer: x}]", 2, "workers"},
      {"version: 1\ncapacity: {workers: 1, burst: 1s}\nrules: [{answer: x}]", 2, "belongs to a rate"},
      {"version: 1\ncapacity: {workers: 1, retry_after: 1s}\nrules: [{answer: x}]", 2, "reject nothing"},
      {"version: 1\ncapacity: {concurrent: 1, retry_after: soon}\nrules: [{answer: x}]", 2, "retry_after"},
      {"version: 1\ncapacity: {requests_per_minute: 60, burst: 0s}\nrules: [{answer: x}]", 2, "longer than 0"},
      {"version: 1\nrefuse: [stream]\nrules: [{answer: x}]", 2, "cannot refuse 'stream'"},
      {"version: 1\nrules:\n  - answer: x\n    logprobs: {each: 0.5}", 4, "each"},
      {"version: 1\nrules:\n  - answer: x\n    logprobs: {choices: {'4': 0.1}}", 4, "a logprob is a number"},
      {"version: 1\nrules:\n  - answer: x\n    logprobs: {choices: {'4': likely}}", 4, "a logprob is a number"},
      {"version: 1\nrules:\n  - answer: x\n    logprobs: {choices: []}", 4, "map tokens"},
      {"version: 1\nrules:\n  - answer: x\n    when: {prompt: {}}", 4, "no condition"},
      {"version: 1\nlatency: {ttft: 20}\nrules: [{answer: x}]", 2, "ttft"},
      {"version: 1\nrules:\n  - fault: {}", 3, "no kind"},
      {"version: 1\nrules:\n  - fault: {status: 500, reset: before}", 3, "one kind"},
      {"version: 1\nrules:\n  - fault: {status: 99}", 3, "status"},
      {"version: 1\nrules:\n  - fault: {reset: after}", 3, "after"},
      {"version: 1\nrules:\n  - fault: {reset: before, body: x}", 3, "body"},
      {"version: 1\nrules:\n  - fault: {huge: 10GB}", 3, "no size"},
      {"version: 1\nrules:\n  - fault: {trickle: {bytes: 1}}", 3, "every"},
      {"version: 1\nrules:\n  - answers_from: {file: nowhere.jsonl, match: '{{a}}', answer: x}", 3, "cannot read"},
      {"version: 1\nrules:\n  - answers_from: {file: a.jsonl, answer: x}", 3, "match"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.yaml);
    const auto errors = errors_of(row.yaml);
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].at.line, row.line);
    EXPECT_EQ(errors[0].at.file, "s.yaml");
    EXPECT_NE(errors[0].message.find(row.message), std::string::npos) << errors[0].message;
    EXPECT_FALSE(errors[0].hint.empty());
  }
}

TEST(Script, reports_all_faults_at_once) {
  EXPECT_EQ(errors_of("version: 1\nseed: x\nrules:\n  - {answer: x, tmies: 1}\n  - fault: {statsu: 500}").size(), 3u);
}

TEST(Script, every_key_of_its_schema_is_read) {
  const OrderedJson schema = script_schema();
  struct Row {
    const char* definition;
    std::string before;
    std::string after;
  };
  const std::vector<Row> rows = {
      {"rule", "version: 1\nrules: [{", ": ~}]"},
      {"when", "version: 1\nrules: [{answer: x, when: {", ": ~}}]"},
      {"match", "version: 1\nrules: [{answer: x, when: {last_user: {contains: a, ", ": ~}}}]"},
      {"latency", "version: 1\nlatency: {", ": ~}\nrules: [{answer: x}]"},
      {"capacity", "version: 1\ncapacity: {", ": ~}\nrules: [{answer: x}]"}};
  const auto unknown = [](const std::string& yaml) {
    for (const Error& error : errors_of(yaml)) {
      if (error.message.find("unknown key") != std::string::npos) return true;
    }
    return false;
  };
  for (const Row& row : rows) {
    ASSERT_TRUE(unknown(row.before + "nonsense" + row.after)) << row.definition;
    for (const auto& [key, value] : schema["definitions"][row.definition]["properties"].items()) {
      const bool given_already = row.before.find(key + ": a, ") != std::string::npos;
      if (!given_already) EXPECT_FALSE(unknown(row.before + key + row.after)) << row.definition << ": " << key;
    }
  }
}

/// A folder of one test.
class AnswersFrom : public testing::Test {
 protected:
  AnswersFrom() { std::filesystem::create_directories(folder_); }
  ~AnswersFrom() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  std::shared_ptr<const Script> load(const std::string& yaml, Diagnostics& diagnostics) const {
    write("script.yaml", yaml);
    return load_script(folder_ / "script.yaml", diagnostics);
  }

  const std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() /
      ("assay-stub-" + std::to_string(::getpid()) + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(AnswersFrom, looks_the_whole_message_up_and_falls_through) {
  write("data.jsonl",
        "\xEF\xBB\xBF{\"q\": \"France\", \"a\": \"Paris\", \"n\": {\"x\": 1}}\r\n\r\n{\"q\": \"Japan\", \"a\": "
        "\"Tokyo\", \"n\": 2}\n");
  Diagnostics diagnostics;
  const auto script = load(R"(version: 1
rules:
  - when: {model: b}
    answers_from: {file: data.jsonl, where: {n: 2}, match: "Capital of {{q}}?", answer: wrong}
  - answers_from: {file: data.jsonl, match: "Capital of {{q}}?", answer: "{{a}} {{n}}"}
  - answer: unknown
)",
                           diagnostics);
  ASSERT_NE(script, nullptr) << to_string(diagnostics.errors().at(0));
  const auto handler = make_handler(script);
  const auto ask = [&](const std::string& user, const std::string& model) {
    const std::string body = Json{{"model", model}, {"messages", {{{"role", "user"}, {"content", user}}}}}.dump();
    net::ServerRequest request;
    request.method = "POST";
    request.target = "/v1/chat/completions";
    request.body = body;
    return read_plan(handler(request)).text();
  };
  EXPECT_EQ(ask("Capital of France?", "a"), R"(Paris {"x":1})");
  EXPECT_EQ(ask(" Capital of Japan?\n", "a"), "Tokyo 2");
  EXPECT_EQ(ask("Capital of Japan?", "b"), "wrong");
  EXPECT_EQ(ask("Capital of France?", "b"), R"(Paris {"x":1})");
  EXPECT_EQ(ask("And the capital of France?", "a"), "unknown");
}

TEST_F(AnswersFrom, names_the_line_of_a_bad_record) {
  write("data.jsonl", "{\"q\": \"a\", \"a\": \"1\"}\n{\"q\": \n{\"q\": \"a\", \"a\": \"2\"}\n[1]\n{\"a\": \"3\"}\n");
  Diagnostics diagnostics;
  const auto script =
      load("version: 1\nrules: [{answers_from: {file: data.jsonl, match: '{{q}}', answer: '{{a}}'}}]", diagnostics);
  EXPECT_EQ(script, nullptr);
  ASSERT_EQ(diagnostics.errors().size(), 4u);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(diagnostics.errors()[static_cast<std::size_t>(i)].at.line, i + 2);
    EXPECT_TRUE(diagnostics.errors()[static_cast<std::size_t>(i)].at.file.ends_with("data.jsonl"));
  }
}

TEST_F(AnswersFrom, refuses_a_table_without_records_and_formats_it_cannot_read) {
  write("data.jsonl", "{\"q\": \"a\"}\n");
  write("data.csv", "q,a\n");
  for (const char* file : {"data.jsonl, where: {q: b}", "data.csv"}) {
    SCOPED_TRACE(file);
    Diagnostics diagnostics;
    const std::string rule = "{answers_from: {match: '{{q}}', answer: x, file: " + std::string(file) + "}}";
    EXPECT_EQ(load("version: 1\nrules: [" + rule + "]", diagnostics), nullptr);
    ASSERT_EQ(diagnostics.errors().size(), 1u);
    EXPECT_EQ(diagnostics.errors()[0].at.line, 2);
  }
}

}  // namespace
}  // namespace assay::stub::test
