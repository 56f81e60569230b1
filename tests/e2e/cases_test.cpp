/// Cases as text: a folder under tests/e2e/cases is a project, its expect.yaml says what the program must do in it.

#include "tests/e2e/project.hpp"

#include <assay/text/reader.hpp>

#include <algorithm>
#include <sstream>

namespace assay::e2e {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = fs::path(ASSAY_SOURCE_DIR) / "tests/e2e/cases";

std::vector<std::string> names() {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(kCases)) {
    if (entry.is_directory()) found.push_back(entry.path().filename().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

// The keys of expect.yaml; another one fails the case, so that no expectation is overlooked.
const std::vector<std::string> kKeys{"about",  "args",    "env",        "generate", "exit",    "served",
                                     "stdout", "stderr",  "not_stderr", "verdict",  "reasons", "warnings",
                                     "gates",  "balance", "errors",     "attempts"};

class Case : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const auto folder = kCases / GetParam();
    fs::copy(folder, project_.folder().path(), fs::copy_options::recursive);
    const auto document = text::load_yaml(folder / "expect.yaml");
    ASSERT_TRUE(document) << to_string(document.error());
    expect_ = text::to_json(*document);
    for (const auto& [key, value] : expect_.items()) {
      EXPECT_TRUE(std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end()) << "expect.yaml: unknown key " << key;
    }
    generate();
    const auto script = project_.folder() / "stub.yaml";
    stub_ = std::make_unique<StubThread>(fs::exists(script) ? std::optional(script) : std::nullopt);
    project_.environment = {{"STUB_URL", stub_->url()}};
    const auto environment = expect_.value("env", Json::object());
    for (const auto& [name, value] : environment.items()) project_.environment[name] = value.get<std::string>();
  }

  // Files too large to keep: a JSONL record of so many bytes.
  void generate() const {
    const auto files = expect_.value("generate", Json::object());
    for (const auto& [name, bytes] : files.items()) {
      project_.write(name,
                     "{\"id\": \"long\", \"question\": \"" + std::string(bytes.get<std::size_t>(), 'x') + "\"}\n");
    }
  }

  Finished run() const {
    std::vector<std::string> arguments;
    for (const auto& word : expect_.at("args")) {
      const auto text = word.is_string() ? word.get<std::string>() : word.dump();
      arguments.push_back(replaced(text, "${STUB_URL}", stub_->url()));
    }
    return project_.assay(arguments);
  }

  void check_output(const std::string& key, const std::string& text, bool wanted = true) const {
    const auto parts = expect_.value(key, Json::array());
    for (const auto& part : parts) {
      EXPECT_EQ(text.find(part.get<std::string>()) != std::string::npos, wanted)
          << key << ": " << part << (wanted ? " is missing in:\n" : " is in:\n") << text;
    }
  }

  // Input at fault: nothing called, nothing stored, every fault said with its mending.
  void check_refusal(const Finished& ended) const {
    EXPECT_EQ(stub_->requests(), 0u) << "something was called";
    EXPECT_FALSE(project_.has(".assay")) << "something was stored";
    EXPECT_EQ(ended.out, "") << "errors belong to standard error";
    std::size_t errors = 0;
    std::istringstream lines(ended.err);
    for (std::string line; std::getline(lines, line);) {
      if (line.find("error: ") == std::string::npos) continue;
      ++errors;
      EXPECT_NE(line.find("; help: "), std::string::npos) << "an error that does not help: " << line;
    }
    EXPECT_GE(errors, 1u) << ended.err;
    if (expect_.contains("errors")) EXPECT_EQ(errors, expect_.at("errors").get<std::size_t>()) << ended.err;
  }

  [[nodiscard]] std::string verdict_text() const {
    const auto runs = project_.folder() / ".assay/runs";
    if (!fs::exists(runs)) return {};
    for (const auto& run : fs::directory_iterator(runs)) {
      if (fs::exists(run.path() / "verdict.json")) return TempDir::read_file(run.path() / "verdict.json");
    }
    return {};
  }

  void check_sentences(const std::string& key, const Json& sentences) const {
    std::string all;
    for (const auto& sentence : sentences) all += sentence.get<std::string>() + '\n';
    check_output(key, all);
  }

  void check_gates(const Json& found) const {
    if (!expect_.contains("gates")) return;
    const auto& wanted = expect_.at("gates");
    ASSERT_EQ(found.size(), wanted.size()) << found.dump(2);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      for (const auto& [key, value] : wanted[i].items()) {
        EXPECT_EQ(found[i].at(key), value) << "gate " << i << ", " << key << ": " << found[i].dump(2);
      }
    }
  }

  void check_verdict(const Finished& ended) const {
    const auto text = verdict_text();
    if (!expect_.contains("verdict")) {
      EXPECT_EQ(text, "") << "a verdict.json that should not be";
      return;
    }
    ASSERT_NE(text, "") << "no verdict.json\n" << ended.err;
    const auto verdict = json_of(text);
    EXPECT_EQ(verdict.at("schema"), "assay.verdict/1");
    EXPECT_EQ(verdict.at("verdict"), expect_.at("verdict")) << ended.out;
    EXPECT_EQ(verdict.at("exit_code"), ended.code);
    check_sentences("reasons", verdict.at("reasons"));
    check_sentences("warnings", verdict.at("warnings"));
    check_gates(verdict.at("gates"));
    for (const auto& suite : verdict.at("suites")) {
      EXPECT_EQ(suite.at("planned"), suite.at("scored").get<int>() + suite.at("unscored").get<int>() +
                                         suite.at("errored").get<int>() + suite.at("skipped").get<int>())
          << suite;
    }
    const auto balance = expect_.value("balance", Json::object());
    for (const auto& [key, value] : balance.items()) EXPECT_EQ(verdict.at("suites")[0].at(key), value) << key;
    if (expect_.contains("attempts")) EXPECT_EQ(verdict.at("cost").at("attempts"), expect_.at("attempts"));
  }

  Project project_;
  Json expect_;
  std::unique_ptr<StubThread> stub_;
};

TEST_P(Case, does_what_is_expected) {
  const auto ended = run();
  SCOPED_TRACE("standard error:\n" + ended.err);
  EXPECT_EQ(ended.code, expect_.at("exit").get<int>()) << ended.out;
  check_output("stdout", ended.out);
  check_output("stderr", ended.err);
  check_output("not_stderr", ended.err, false);
  if (expect_.contains("served")) EXPECT_EQ(stub_->requests(), expect_.at("served").get<std::uint64_t>());
  if (ended.code == 4) check_refusal(ended);
  check_verdict(ended);
}

INSTANTIATE_TEST_SUITE_P(E2e, Case, ::testing::ValuesIn(names()), [](const auto& param) { return param.param; });

}  // namespace
}  // namespace assay::e2e
