/// Every check on answers that nobody would write.

#include "tests/unit/judges/support.hpp"

#include <assay/text/utf8.hpp>

namespace assay::judges {
namespace {

std::string repeated(const std::string& part, std::size_t size) {
  std::string text;
  text.reserve(size + part.size());
  while (text.size() < size) text += part;
  return text;
}

TEST(EveryCheck, ends_on_a_large_hostile_answer_with_a_score_that_can_be_shown) {
  constexpr std::size_t kSize = 10'000;
  const std::vector<std::string> parts{
      std::string("\0", 1), "\xff\xfe", "a",     "A B ",         "1/2 ", "½",    "\\frac{1}{2}", "\\boxed{",   "```\n",
      "<a b='1'>",          "&amp;",    "[",     "{\"a\":",      "- ",   "a: {", "I can't ",     "answer is ", "\n",
      "\xe2\x80\x99",       "the ",     "1,234", "\xe6\x9d\xb1", ".,-"};
  for (const auto& kind : check_table()) {
    if (kind.name == "json_schema") continue;  // its example names a file
    const auto compiled = compile_yaml(std::string(kind.example), {.has_price = true, .judges_known = false});
    ASSERT_NE(compiled.check, nullptr) << compiled.error();
    if (!compiled.check->judges.empty() || !compiled.check->programs.empty()) continue;  // what they reply: see there
    for (const auto& part : parts) {
      SCOPED_TRACE(std::string(kind.name) + " on " + part);
      const Score score = run(*compiled.check, {.answer = repeated(part, kSize)});
      EXPECT_FALSE(std::holds_alternative<Error>(score.state));
      EXPECT_LT(score.why.size(), 2000u);
      EXPECT_FALSE(text::find_invalid_utf8(score.why));
      EXPECT_EQ(score.why.find('\0'), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace assay::judges
