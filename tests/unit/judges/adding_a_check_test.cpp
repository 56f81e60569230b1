/// docs/adding-a-check.md shows the files of example/ whole; here they are compiled and run.

#include "judges/schemas.hpp"
#include "tests/unit/judges/judged.hpp"

#include <fstream>
#include <sstream>

namespace assay::judges {

CheckKind asks_back_row();
CheckKind apologises_row();

namespace {

std::string read(const std::string& file) {
  std::ifstream in(std::string(ASSAY_SOURCE_DIR) + "/" + file);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// As the table would compile it.
std::shared_ptr<CompiledCheck> make(const CheckKind& kind, const std::string& options, const CompileEnv& env) {
  Diagnostics diagnostics;
  const auto node = text::parse_yaml(options, "suite.yaml").value();
  auto check = kind.make(node, env, diagnostics);
  return check ? std::make_shared<CompiledCheck>(*std::move(check)) : nullptr;
}

TEST(AddingACheck, the_page_shows_what_is_compiled) {
  const auto page = read("docs/adding-a-check.md");
  for (const std::string file : {"asks_back.cpp", "apologises.cpp"}) {
    const auto code = read("tests/unit/judges/example/" + file);
    ASSERT_FALSE(code.empty());
    EXPECT_NE(page.find("```cpp\n" + code + "```\n"), std::string::npos) << "the page's " << file << " is another one";
  }
}

TEST(AddingACheck, takes_thirty_lines) {
  std::istringstream code(read("tests/unit/judges/example/asks_back.cpp"));
  int lines = 0;
  for (std::string line; std::getline(code, line);) lines += line.empty() ? 0 : 1;
  EXPECT_LE(lines, 30);
  EXPECT_GT(lines, 10);
}

TEST(AddingACheck, the_example_is_a_check) {
  const auto check = make(asks_back_row(), "{}", {});
  ASSERT_NE(check, nullptr);
  EXPECT_TRUE(passes(run(*check, {.answer = "Sure. Which size?\n"})));
  EXPECT_EQ(run(*check, {.answer = "It depends."}).why, "expected a question at the end, got 'It depends.'");
  const auto inside_not = make(asks_back_row(), "{}", {.explain_pass = true});
  EXPECT_EQ(run(*inside_not, {.answer = "Why?"}).why, "the answer ends with a question: 'Why?'");
  EXPECT_EQ(make(asks_back_row(), "{often: true}", {}), nullptr);
}

TEST(AddingACheck, the_example_with_a_judge_asks_one_question) {
  const auto check = make(apologises_row(), "{judge: strict}", with_judges());
  ASSERT_NE(check, nullptr);
  ASSERT_EQ(check->judges.size(), 1u);
  EXPECT_EQ(check->judges.front().judge, "strict");
  const auto judged = [&](const std::string& reply) {
    return judge(*check, {.answer = "Sorry about that."}, {}, always(reply));
  };
  EXPECT_TRUE(passes(judged(R"({"reason": "It says sorry.", "verdict": "yes"})").score));
  EXPECT_EQ(judged(R"({"reason": "Not a word.", "verdict": "no"})").score.why, "no apology: 'Not a word.'");
  EXPECT_TRUE(std::holds_alternative<Unscored>(judged(R"({"verdict": "maybe"})").score.state));
  const auto asked = judged(R"({"verdict": "yes"})").asked;
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_NE(text_of(asked.front().question).find("The answer says sorry."), std::string::npos);
}

}  // namespace
}  // namespace assay::judges
