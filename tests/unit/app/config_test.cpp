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

}  // namespace
}  // namespace assay::app
