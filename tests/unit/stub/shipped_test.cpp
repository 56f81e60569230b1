#include "tests/unit/stub/stub_support.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace assay::stub::test {
namespace {

/// Shares of right answers over a shipped data set, by the value of a field.
class DemoModel : public testing::Test {
 protected:
  struct Share {
    int right = 0;
    int all = 0;
  };

  void play(std::optional<std::uint64_t> seed) {
    Diagnostics diagnostics;
    const auto script = load_script(ASSAY_SOURCE_DIR "/suites/demo/model.yaml", diagnostics);
    for (const Error& error : diagnostics.errors()) ADD_FAILURE() << to_string(error);
    ASSERT_TRUE(script);
    handler_ = make_handler(script, seed);
  }

  std::string ask(const std::string& model, const std::string& user) {
    const std::string body = Json{{"model", model}, {"messages", {{{"role", "user"}, {"content", user}}}}}.dump();
    net::ServerRequest request;
    request.method = "POST";
    request.target = "/v1/chat/completions";
    request.body = body;
    return read_plan(handler_(request)).text();
  }

  std::map<std::string, Share> support(const std::string& model, const std::string& by) {
    std::map<std::string, Share> shares;
    std::ifstream in(ASSAY_SOURCE_DIR "/datasets/support-intents/support-intents.jsonl");
    for (std::string line; std::getline(in, line);) {
      const Json record = Json::parse(line);
      Share& share = shares[record[by].get<std::string>()];
      ++share.all;
      share.right += ask(model, record["question"].get<std::string>()) == record["intent"].get<std::string>() ? 1 : 0;
    }
    return shares;
  }

  net::Handler handler_;
};

/// The script's own seed, a run's default, and some others: the demo must not hang on a lucky one.
const std::vector<std::optional<std::uint64_t>> kSeeds = {std::nullopt, 0, 1, 2, 3};

TEST_F(DemoModel, stable_is_right_in_every_slice) {
  for (const auto seed : kSeeds) {
    SCOPED_TRACE(seed.value_or(999));
    play(seed);
    for (const auto& [intent, share] : support("stable-1", "intent")) {
      EXPECT_EQ(share.all, 25);
      EXPECT_GE(share.right, 22) << intent;  // Wilson's lower bound at 22 of 25 is above the gate's 0.70
    }
  }
}

TEST_F(DemoModel, worse_fails_in_refunds_and_nowhere_else) {
  for (const auto seed : kSeeds) {
    SCOPED_TRACE(seed.value_or(999));
    play(seed);
    for (const auto& [intent, share] : support("worse-1", "intent")) {
      if (intent == "refund") {
        EXPECT_LE(share.right, 11);  // its upper bound is below the gate's 0.70, also after Holm over six slices
      } else {
        EXPECT_GE(share.right, 22) << intent;
      }
    }
  }
}

TEST_F(DemoModel, neither_version_fails_a_critical_case) {
  play(std::nullopt);
  for (const char* model : {"stable-1", "worse-1"}) {
    const auto shares = support(model, "severity");
    EXPECT_EQ(shares.at("critical").right, shares.at("critical").all);
  }
}

TEST(ShippedData, has_unique_ids_and_a_datasheet) {
  int sets = 0;
  for (const auto& folder : std::filesystem::directory_iterator(ASSAY_SOURCE_DIR "/datasets")) {
    if (!folder.is_directory()) continue;
    const std::string name = folder.path().filename().string();
    const auto file = folder.path() / (name + ".jsonl");
    if (!std::filesystem::exists(file)) continue;
    SCOPED_TRACE(name);
    ++sets;
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "README.md"));
    std::map<std::string, int> ids;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) ++ids[Json::parse(line)["id"].get<std::string>()];
    EXPECT_GE(ids.size(), 80u);
    for (const auto& [id, count] : ids) EXPECT_EQ(count, 1) << id;
  }
  EXPECT_GE(sets, 4);
}

TEST(StubDocs, every_whole_script_in_them_loads) {
  std::ifstream in(ASSAY_SOURCE_DIR "/docs/stub.md");
  const std::string page((std::istreambuf_iterator<char>(in)), {});
  int scripts = 0;
  for (std::size_t at = page.find("```yaml\n"); at != std::string::npos; at = page.find("```yaml\n", at + 1)) {
    const std::size_t begin = at + 8;
    std::string yaml = page.substr(begin, page.find("```", begin) - begin);
    if (yaml.starts_with("rules:")) yaml = "version: 1\n" + yaml;
    if (!yaml.starts_with("version:")) continue;  // a part of a rule
    SCOPED_TRACE(yaml);
    ++scripts;
    (void)script_of(yaml);
  }
  EXPECT_GE(scripts, 4);
}

}  // namespace
}  // namespace assay::stub::test
