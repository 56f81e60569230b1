/// Counts and values of textstat 0.7.13 with CMUdict's syllables under Python 3.11; the first three are Wikipedia's
/// examples on its page of the two formulas (116, 69 and 37.5).

#include "judges/heuristic/english.hpp"
#include "tests/unit/judges/support.hpp"

namespace assay::judges {
namespace {

struct Row {
  std::string text;
  std::size_t sentences;
  std::size_t words;
  std::size_t syllables;
  double ease;
  double grade;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows{
      {"The cat sat on the mat.", 1, 6, 6, 116.145, -1.45},
      {"This sentence, taken as a reading passage unto itself, is being used to prove a point.", 1, 16, 23, 68.9825,
       7.6125},
      {"The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.", 1, 13, 24, 37.4554,
       11.2646},
      {"Four score and seven years ago our fathers brought forth on this continent, a new nation, conceived in "
       "Liberty, "
       "and dedicated to the proposition that all men are created equal. Now we are engaged in a great civil war, "
       "testing whether that nation, or any nation so conceived and so dedicated, can long endure. We are met on a "
       "great battle-field of that war.",
       3, 64, 97, 56.9598, 10.6144},
      {"All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience "
       "and should act towards one another in a spirit of brotherhood. Everyone is entitled to all the rights and "
       "freedoms set forth in this Declaration, without distinction of any kind.",
       3, 49, 75, 60.7669, 8.8412},
      {"Playing games has always been thought to be important to the development of well-balanced and creative "
       "children; however, what part, if any, they should play in the lives of adults has never been researched that "
       "deeply. I believe that playing games is every bit as important for adults as for children. Not only is taking "
       "time out to play games with our children and other adults valuable to building interpersonal relationships but "
       "is also a wonderful way to release built up tension.",
       3, 82, 130, 44.9697, 13.7773},
  };
  return kRows;
}

TEST(Readability, is_near_what_a_dictionary_gives) {
  for (const auto& row : rows()) {
    SCOPED_TRACE(row.text);
    const TextCounts counts = count_text(row.text);
    EXPECT_EQ(counts.sentences, row.sentences);
    EXPECT_EQ(counts.words, row.words);
    EXPECT_NEAR(static_cast<double>(counts.syllables), static_cast<double>(row.syllables),
                0.03 * static_cast<double>(row.syllables));
    EXPECT_NEAR(value_of(run("readability: {max: 100, min: -10}", {.answer = row.text})), row.grade, 0.5);
    EXPECT_NEAR(value_of(run("readability: {min: 0, measure: flesch}", {.answer = row.text})), row.ease, 3.5);
  }
}

TEST(Readability, is_the_formula_of_its_counts) {
  for (const auto& row : rows()) {
    const TextCounts counts{.sentences = row.sentences, .words = row.words, .syllables = row.syllables};
    EXPECT_NEAR(flesch_reading_ease(counts), row.ease, 1e-4);
    EXPECT_NEAR(flesch_kincaid_grade(counts), row.grade, 1e-4);
  }
}

// As CMUdict has them.
TEST(Syllables, of_words_by_rule) {
  const std::vector<std::pair<std::string, std::size_t>> words{
      {"a", 1},        {"the", 1},       {"cat", 1},     {"make", 1},       {"makes", 1},      {"loved", 1},
      {"wanted", 2},   {"needed", 2},    {"table", 2},   {"tables", 2},     {"little", 2},     {"settled", 2},
      {"boxes", 2},    {"wishes", 2},    {"bridges", 2}, {"eye", 1},        {"player", 2},     {"beyond", 2},
      {"yes", 1},      {"happy", 2},     {"unique", 2},  {"guess", 1},      {"quiet", 2},      {"create", 2},
      {"idea", 3},     {"area", 3},      {"radio", 3},   {"nation", 2},     {"audience", 3},   {"didn't", 2},
      {"don't", 1},    {"doing", 2},     {"being", 2},   {"lovely", 2},     {"careful", 2},    {"moment", 2},
      {"movement", 2}, {"something", 2}, {"tourism", 3}, {"psychology", 4}, {"university", 5}, {"information", 4}};
  for (const auto& [word, syllables] : words) EXPECT_EQ(count_syllables(word), syllables) << word;
}

TEST(CountText, finds_sentences_and_words) {
  struct Case {
    std::string text;
    std::size_t sentences;
    std::size_t words;
  };
  const std::vector<Case> cases{
      {"", 0, 0},
      {"42, 3.14 …", 0, 0},
      {"No end", 1, 2},
      {"One. Two! Three? Four", 4, 4},
      {"He said \"stop.\" Then (she left.) Done.", 3, 7},
      {"Dr. Smith, e.g. the one of 3.5 points, vs. Mr. Jones.", 1, 10},
      {"Well-known facts don’t change.", 1, 4},
      {"A title\n\nA paragraph that\ngoes on.", 2, 7},
      {"Buy:\n- some milk\n- two eggs\n\n1. one\n2) two\n", 5, 7},
      {"# Title\nText.", 2, 2},
  };
  for (const auto& [text, sentences, words] : cases) {
    SCOPED_TRACE(text);
    EXPECT_EQ(count_text(text).sentences, sentences);
    EXPECT_EQ(count_text(text).words, words);
  }
  EXPECT_EQ(count_text("café Ærø").syllables, 2u + 2u);
}

TEST(Readability, passes_within_its_bounds) {
  const std::string easy = "The cat sat on the mat. The dog sat on the log.";
  const std::string hard =
      "Notwithstanding considerable organisational complexity, interdisciplinary collaboration necessitates "
      "comprehensive documentation.";
  EXPECT_TRUE(passes(run("readability: {max: 5}", {.answer = easy})));
  EXPECT_FALSE(passes(run("readability: {max: 5}", {.answer = hard})));
  EXPECT_TRUE(passes(run("readability: {min: 80, measure: flesch}", {.answer = easy})));
  EXPECT_FALSE(passes(run("readability: {min: 80, measure: flesch}", {.answer = hard})));
  EXPECT_TRUE(passes(run("readability: {max: 5}", {.answer = easy + "\n```\n" + hard + "\n```\n"})));
  EXPECT_TRUE(passes(run("readability: {max: '{{grade}}'}", {.answer = easy, .vars = {{"grade", 5}}})));
  EXPECT_EQ(run("readability: {max: -2}", {.answer = "The cat sat on the mat."}).why,
            "the Flesch–Kincaid grade is -1.4, expected at most -2: 'The cat sat on the mat.'");
  EXPECT_EQ(compile_yaml("readability: {max: 5}").check->better, Direction::down);
  EXPECT_EQ(compile_yaml("readability: {min: 60, measure: flesch}").check->better, Direction::up);
  EXPECT_EQ(compile_yaml("readability: {max: 5}").check->unit, Unit::number);
}

TEST(Readability, cannot_tell_without_words_or_in_another_language) {
  EXPECT_EQ(run("readability: {max: 9}", {.answer = ""}).why, "there are no words to read: an empty answer");
  EXPECT_EQ(run("readability: {max: 9}", {.answer = "42"}).why, "there are no words to read: '42'");
  const Score german = run("readability: {max: 9}", {.answer = "Alle Menschen sind frei und gleich an Würde geboren."});
  ASSERT_TRUE(std::holds_alternative<Unscored>(german.state));
  EXPECT_EQ(german.why,
            "the formula is for English, and this is German: 'Alle Menschen sind frei und gleich an Würde geboren.'");
}

TEST(Readability, refuses_options_that_say_nothing) {
  EXPECT_NE(compile_yaml("readability: {}").error().find("needs `min` or `max`"), std::string::npos);
  EXPECT_NE(compile_yaml("readability: {min: 9, max: 5}").error().find("is above its max"), std::string::npos);
  EXPECT_NE(compile_yaml("readability: {max: easy}").error().find("must be a number"), std::string::npos);
  EXPECT_NE(compile_yaml("readability: {max: 9, measure: smog}").error().find("flesch_kincaid"), std::string::npos);
}

}  // namespace
}  // namespace assay::judges
