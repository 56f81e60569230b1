/// Values computed with rapidfuzz 3.14.6 (Levenshtein), rouge-score 0.1.2 (without stemming), sacrebleu 2.6.0
/// (sentence_bleu, sentence_chrf, / 100) and SQuAD's normalisation and F1, written anew from their definition, under
/// Python 3.11.

#include "judges/heuristic/similarity.hpp"

#include "judges/heuristic/sequences.hpp"
#include "tests/unit/judges/support.hpp"

#include <algorithm>

namespace assay::judges {
namespace {

constexpr double kOther = -1;  // differs by definition (letters beyond ASCII), or such a reference is refused

struct Row {
  std::string answer;
  std::string reference;
  double levenshtein;
  double rouge_1;
  double rouge_2;
  double rouge_l;
  double bleu;
  double chrf;
  double token_f1;
  double exact_match;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows{
      {"the quick brown dog jumps on the log.", "the quick brown fox jumps over the lazy dog", 0.7441860465,
       0.7058823529, 0.2666666667, 0.5882352941, 0.2110534063, 0.5253244716, 0.6153846154, 0},
      {"police kill the gunman", "police killed the gunman", 0.9166666667, 0.75, 0.3333333333, 0.75, 0.3535533906,
       0.762403765, 0.6666666667, 0},
      {"the gunman kill police", "police killed the gunman", 0.125, 0.75, 0.3333333333, 0.5, 0.3535533906, 0.6246706037,
       0.6666666667, 0},
      {"The cat sat on the mat.", "The cat sat on the mat.", 1, 1, 1, 1, 1, 1, 1, 1},
      {"It is a guide to action which ensures that the military always obeys the commands of the party.",
       "It is a guide to action that ensures that the military will forever heed Party commands.", 0.6421052632,
       0.7058823529, 0.5, 0.6470588235, 0.3967088291, 0.6239771663, 0.7142857143, 0},
      {"It is to insure the troops forever hearing the activity guidebook that party direct.",
       "It is a guide to action that ensures that the military will forever heed Party commands.", 0.3181818182,
       0.4666666667, 0.07142857143, 0.4, 0.0629158559, 0.3315736899, 0.4615384615, 0},
      {"the the the the the the the", "The cat is on the mat.", 0.4074074074, 0.3076923077, 0, 0.3076923077,
       0.06567274736, 0.1058548029, 0, 0},
      {"kitten", "sitting", 0.5714285714, 0, kOther, 0, 0, 0.1902507889, 0, 0},
      {"Saturday", "Sunday", 0.625, 0, kOther, 0, 0, 0.2298973604, 0, 0},
      {"Paris", "Paris, France", 0.3846153846, 0.6666666667, 0, 0.6666666667, 0.1353352832, 0.3331054883, 0.6666666667,
       0},
      {"The price is $1,234.50 (incl. 5.5% VAT) -- don't pay 10-20 more!",
       "Price: $1,234.5, incl. VAT of 5.5%; don't pay 10-20 more.", 0.640625, 0.8387096774, 0.4827586207, 0.7741935484,
       0.305132788, 0.5706398476, 0.8, 0},
      {"a", "a", 1, 1, kOther, 1, 1, 1, kOther, kOther},
      {"café au lait, s'il vous plaît", "un café au lait s’il vous plaît", 0.8387096774, kOther, kOther, kOther,
       0.3073940765, 0.7166112195, 0.7692307692, 0},
      {"an apple a day keeps the doctor away", "The apple keeps a doctor away each day!", 0.4358974359, 0.875,
       0.1428571429, 0.5, 0.1282777061, 0.4937441489, 0.9090909091, 0},
      {"x &amp; y &lt; z", "x & y < z", 0.5, 0.75, 0, 0.75, 1, 0.1621621622, 0.75, 0},
      {"one two", "one two three four five six", 0.2592592593, 0.5, 0.3333333333, 0.5, 0.1353352832, 0.2074097066, 0.5,
       0},
      {"", "something else", 0, 0, 0, 0, 0, 0, 0, 0},
  };
  return kRows;
}

TEST(Similarity, equals_what_the_reference_tools_give) {
  for (const auto& row : rows()) {
    const std::vector<std::pair<std::string, double>> values{{"levenshtein", row.levenshtein},
                                                             {"rouge_1", row.rouge_1},
                                                             {"rouge_2", row.rouge_2},
                                                             {"rouge_l", row.rouge_l},
                                                             {"bleu", row.bleu},
                                                             {"chrf", row.chrf},
                                                             {"token_f1", row.token_f1},
                                                             {"exact_match", row.exact_match}};
    for (const auto& [check, value] : values) {
      if (value == kOther) continue;
      SCOPED_TRACE(check + " of '" + row.answer + "'");
      const Score score =
          run(check + ": '{{reference}}'", {.answer = row.answer, .vars = {{"reference", row.reference}}});
      EXPECT_NEAR(value_of(score), value, 1e-9);
      EXPECT_EQ(passes(score), value == 1);
      EXPECT_EQ(score.why.empty(), value == 1);
    }
  }
}

// Beyond ASCII rouge-score drops letters; here they make words, and an ideograph is one.
TEST(Similarity, counts_words_of_other_scripts) {
  EXPECT_NEAR(rouge_n("Größe zählt", "größe zählt nicht", 1), 0.8, 1e-12);
  EXPECT_NEAR(rouge_n("東京です", "東京", 1), 2.0 * 2 / 6, 1e-12);
  EXPECT_EQ(rouge_n("…¿«»!", "word", 1), 0);
}

TEST(ExactMatch, compares_as_squad_does) {
  const std::vector<std::pair<std::string, bool>> answers{
      {"Paris", true},
      {"paris.", true},
      {"  The  PARIS! ", true},
      {"“Paris”", false},
      {"in Paris", false},
      {"", false},
      {"the", false},
      {"Par is", false},
      {"P-a-r-i-s", true},
      {"city of paris", true},
      {"The City of Paris", true},
  };
  for (const auto& [answer, pass] : answers) {
    SCOPED_TRACE(answer);
    EXPECT_EQ(passes(run("exact_match: [Paris, the city of Paris]", {.answer = answer})), pass);
  }
  EXPECT_EQ(run("exact_match: Paris", {.answer = "Rome"}).why, "the exact match with 'Paris' is 0: 'Rome'");
}

TEST(Similarity, takes_the_nearest_of_several_references_and_a_threshold) {
  const Sample sample{.answer = "kitten"};
  EXPECT_NEAR(value_of(run("levenshtein: [dog, sitting, mitten]", sample)), 5.0 / 6, 1e-12);
  EXPECT_TRUE(passes(run("levenshtein: {value: sitting, threshold: 0.57}", sample)));
  EXPECT_EQ(
      run("levenshtein: {value: sitting, threshold: 0.6}", sample).why,
      "the score 0.5714 is below the threshold 0.6: the Levenshtein similarity with 'sitting' is 0.5714: 'kitten'");
  EXPECT_TRUE(passes(run("levenshtein: {value: KITTEN, ignore_case: true}", sample)));
  EXPECT_FALSE(passes(run("chrf: {value: KITTEN}", sample)));
  EXPECT_TRUE(passes(run("bleu: {value: KITTEN, ignore_case: true}", sample)));
  EXPECT_TRUE(passes(run("levenshtein: '{{all}}'", {.answer = "b", .vars = {{"all", {"a", "b"}}}})));
}

TEST(Similarity, refuses_references_that_say_nothing) {
  const std::vector<std::pair<std::string, std::string>> bad{
      {"levenshtein: ''", "the value of 'levenshtein' is empty"},
      {"rouge_1: '?!'", "holds no word: '?!'"},
      {"rouge_2: one", "holds fewer than two words"},
      {"exact_match: 'The'", "holds nothing but punctuation and articles"},
      {"token_f1: []", "is an empty list"},
      {"bleu: [a, b]", "must be text"},
      {"chrf: {value: a, ignorecase: true}", "did you mean 'ignore_case'?"},
      {"rouge_l: {value: a, ignore_case: true}", "unknown key 'ignore_case'"},
  };
  for (const auto& [check, message] : bad) {
    SCOPED_TRACE(check);
    const auto compiled = compile_yaml(check);
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
  EXPECT_NE(verify("rouge_2: '{{r}}'", {{"r", "one"}}).find("case 'fr': the value of 'rouge_2' holds fewer than two"),
            std::string::npos);
}

// The textbook tables, row by row.
std::size_t slow_distance(const Sequence& a, const Sequence& b) {
  std::vector<std::size_t> last(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> row{i};
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row.push_back(std::min({row.back() + 1, last[j] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)}));
    }
    last = row;
  }
  return last.back();
}

std::size_t slow_common(const Sequence& a, const Sequence& b) {
  std::vector<std::size_t> last(b.size() + 1, 0);
  for (const char32_t x : a) {
    std::vector<std::size_t> row{0};
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row.push_back(x == b[j - 1] ? last[j - 1] + 1 : std::max(row.back(), last[j]));
    }
    last = row;
  }
  return last.back();
}

TEST(Sequences, bits_give_what_the_tables_give) {
  std::uint32_t state = 1;
  const auto draw = [&](std::size_t most, char32_t alphabet) {
    Sequence sequence;
    state = state * 1664525 + 1013904223;
    for (auto left = (state >> 8) % (most + 1); left > 0; --left) {
      state = state * 1664525 + 1013904223;
      sequence += U'a' + (state >> 16) % alphabet;
    }
    return sequence;
  };
  for (const std::size_t size : {5u, 63u, 64u, 65u, 200u}) {
    for (int i = 0; i < 60; ++i) {
      const auto a = draw(size, i % 2 == 0 ? 3 : 20);
      const auto b = i % 5 == 0 ? a + draw(3, 3) : draw(size, i % 2 == 0 ? 3 : 20);
      ASSERT_EQ(edit_distance(a, b), slow_distance(a, b));
      ASSERT_EQ(common_length(a, b), slow_common(a, b));
    }
  }
}

TEST(Similarity, is_unscored_where_both_texts_are_too_long) {
  const Json vars = {{"r", std::string(40'000, 'b') + " b"}};
  const Score score = run("levenshtein: '{{r}}'", {.answer = std::string(40'000, 'a'), .vars = vars});
  ASSERT_TRUE(std::holds_alternative<Unscored>(score.state));
  EXPECT_EQ(score.why, "the answer and the reference are too long for levenshtein: 40000 and 40002 bytes");
}

}  // namespace
}  // namespace assay::judges
