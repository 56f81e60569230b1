/// What a target bears and where its key is, as a configuration says it.

#include "runner/app/config.hpp"

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace assay::app {
namespace {

Config read(const test::TempDir& folder, const std::string& targets) {
  Diagnostics diagnostics;
  auto config = load_config(folder.write("assay.yaml", "version: 1\ntargets:\n" + targets), diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << to_string(diagnostics.errors().front());
  return config.value_or(Config{});
}

TEST(Limits, are_none_and_auto_unless_written) {
  const test::TempDir folder;
  const auto config = read(folder, "  t: {url: u, model: m}\n");
  const auto& limits = config.targets.at(0).limits;
  EXPECT_FALSE(limits.concurrency);
  EXPECT_FALSE(limits.requests_per_minute);
  EXPECT_FALSE(limits.tokens_per_minute);
  EXPECT_FALSE(limits.max_tokens);
  EXPECT_FALSE(limits.max_tokens_case);
}

TEST(Limits, of_a_target_that_extends_another_are_merged_key_by_key) {
  const test::TempDir folder;
  const auto config = read(folder,
                           "  base: {url: u, model: m, limits: {concurrency: 16, requests_per_minute: 300,\n"
                           "         tokens_per_minute: 5000.5, max_tokens: 10000, max_tokens_per_case: 900}}\n"
                           "  wide: {extends: base, limits: {concurrency: auto, max_tokens: 20000}}\n");
  const auto& base = config.targets.at(0).limits;
  EXPECT_EQ(base.concurrency, 16U);
  EXPECT_EQ(base.tokens_per_minute, 5000.5);
  const auto& wide = config.targets.at(1).limits;
  EXPECT_FALSE(wide.concurrency) << "auto takes a number back";
  EXPECT_EQ(wide.requests_per_minute, 300);
  EXPECT_EQ(wide.max_tokens, 20000U);
  EXPECT_EQ(wide.max_tokens_case, 900U);
}

TEST(Key, of_a_target_that_extends_another_replaces_its_way) {
  const test::TempDir folder;
  const auto config = read(folder,
                           "  one: {url: u, model: m, api_key_env: KEY}\n"
                           "  two: {extends: one, api_key_file: key.txt}\n"
                           "  three: {extends: two, api_key_env: OTHER}\n"
                           "  four: {extends: two}\n");
  EXPECT_EQ(config.targets.at(0).api_key_env, "KEY");
  EXPECT_FALSE(config.targets.at(1).api_key_env);
  EXPECT_EQ(config.targets.at(1).api_key_file, folder / "key.txt") << "relative to the configuration";
  EXPECT_EQ(config.targets.at(2).api_key_env, "OTHER");
  EXPECT_FALSE(config.targets.at(2).api_key_file);
  EXPECT_EQ(config.targets.at(3).api_key_file, folder / "key.txt");
}

std::vector<std::string> faults(const test::TempDir& folder, const std::string& yaml) {
  Diagnostics diagnostics;
  (void)load_config(folder.write("assay.yaml", "version: 1\n" + yaml), diagnostics);
  std::vector<std::string> all;
  for (const auto& error : diagnostics.errors()) all.push_back(to_string(error));
  return all;
}

TEST(JudgesOfAConfiguration, take_the_keys_of_a_target) {
  const test::TempDir folder;
  Diagnostics diagnostics;
  const auto config = load_config(
      folder.write("assay.yaml",
                   "version: 1\njudges:\n"
                   "  cheap: {url: u, model: m, output: text, price: {input_per_mtok: 1, output_per_mtok: 2}}\n"
                   "  strict: {extends: cheap, model: big, output: json_schema, params: {temperature: 0}}\n"
                   "  near: {api: openai-embeddings, url: u, model: e}\n"),
      diagnostics);
  ASSERT_TRUE(config) << to_string(diagnostics.errors().front());
  ASSERT_EQ(config->judges.size(), 3U);
  EXPECT_EQ(config->judges[0].output, endpoints::OutputForm::text);
  EXPECT_EQ(config->judges[1].output, endpoints::OutputForm::json_schema);
  EXPECT_EQ(config->judges[1].model, "big");
  EXPECT_TRUE(config->judges[1].price);
  EXPECT_EQ(config->judges[2].api, kEmbeddings);
}

TEST(ApplicationsAsTargets, are_mapped_without_code) {
  const test::TempDir folder;
  const auto config = read(folder,
                           "  app: {api: http, url: 'http://h/ask', body: {question: '{{prompt}}'},\n"
                           "        reply: {answer: $.answer, contexts: '$.docs[*].text'}}\n"
                           "  tool: {api: command, command: [./agent, --quiet], env: [TOKEN]}\n");
  EXPECT_EQ(config.targets.at(0).model, "app") << "known by the name it is given";
  EXPECT_TRUE(config.targets.at(0).reply->contexts);
  EXPECT_EQ(config.targets.at(1).command, (std::vector<std::string>{"./agent", "--quiet"}));
  EXPECT_EQ(config.targets.at(1).model, "./agent --quiet") << "what is started is who answers";
  EXPECT_EQ(config.targets.at(1).env, (std::vector<std::string>{"TOKEN"}));
}

TEST(ApplicationsAsTargets, say_what_they_lack_and_what_is_not_theirs) {
  const test::TempDir folder;
  const std::vector<std::pair<std::string, std::string>> table = {
      {"targets: {t: {api: http, url: u, body: {q: x}}}", "needs `body` and `reply`"},
      {"targets: {t: {api: http, url: u, body: {q: x}, reply: {contexts: $.c}}}", "path of its answer"},
      {"targets: {t: {api: http, url: u, body: {q: x}, reply: {answer: answer}}}", "is no path"},
      {"targets: {t: {api: command}}", "needs a command"},
      {"targets: {t: {api: command, command: [x], url: u}}", "has no url"},
      {"targets: {t: {url: u, model: m, command: [x]}}", "belong to api: command"},
      {"targets: {t: {url: u, model: m, reply: {answer: $.a}}}", "belong to api: http"},
      {"targets: {t: {url: u, model: m, output: text}}", "unknown key 'output'"},
      {"targets: {t: {api: openai-embeddings, url: u, model: m}}", "cannot be an embeddings endpoint"},
      {"targets: {t: {api: anthropic, url: u, model: m}}", "not available in this version"},
      {"judges: {j: {url: u, model: m, prompts: {p: {file: f}}}}", "unknown key 'prompts'"},
      {"judges: {j: {url: u, model: m, output: xml}}", "output"},
      {"judges: {j: {url: u}}", "a judge needs a model"},
      {"judges: [j]", "judges is no mapping"},
  };
  for (const auto& [yaml, message] : table) {
    const auto all = faults(folder, yaml + "\n");
    const bool said = std::any_of(all.begin(), all.end(),
                                  [&](const std::string& fault) { return fault.find(message) != std::string::npos; });
    EXPECT_TRUE(said) << yaml << " → " << (all.empty() ? "no fault" : all.front());
  }
}

}  // namespace
}  // namespace assay::app
