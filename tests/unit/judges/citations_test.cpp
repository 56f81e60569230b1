/// citations, quotes: without a judge. citation_precision, citation_recall: ALCE's definition.

#include "tests/unit/judges/rag_support.hpp"

namespace assay::judges {

namespace {

const std::vector<std::string> kFour{"one", "two", "three", "four"};

struct Mark {
  std::string_view name;
  std::string_view options;
  std::string_view answer;
  double value;
  bool pass;
};

TEST(Citations, point_to_a_passage) {
  const std::vector<Mark> rows{
      {"one", "{}", "Paris [1].", 1, true},
      {"the last", "{}", "Paris [4].", 1, true},
      {"out of range", "{}", "Paris [5].", 0, false},
      {"nought", "{}", "Paris [0].", 0, false},
      {"nought is the first", "{first: 0}", "Paris [0][3].", 1, true},
      {"counted from nought", "{first: 0}", "Paris [4].", 0, false},
      {"half of them", "{}", "Paris [1] Lyon [7].", 0.5, false},
      {"a list", "{}", "Paris [1, 2;3].", 1, true},
      {"a list with one too many", "{}", "Paris [1, 9].", 0.5, false},
      {"a range", "{}", "Paris [1-4].", 1, true},
      {"a range with a dash", "{}", "Paris [1–5].", 0.8, false},
      {"a range backwards", "{}", "Paris [4-1].", 0, false},
      {"a range without end", "{}", "Paris [1-999999].", 0, false},
      {"a year", "{}", "Paris [2024].", 0, false},
      {"a number of any length", "{}", "Paris [99999999999999999999].", 0, false},
      {"none", "{}", "Paris.", 0, false},
      {"none needed", "{min: 0}", "Paris.", 1, true},
      {"two needed", "{min: 2}", "Paris [1].", 0.5, false},
      {"a threshold", "{threshold: 0.5}", "Paris [1][7].", 0.5, true},
      {"a word in brackets", "{}", "Paris [sic] [1].", 1, true},
      {"an index in code", "{}", "`a[9]` and ```\nb[8]\n``` Paris [1].", 1, true},
      {"an open backtick", "{}", "` Paris [9].", 0, false},
      {"a link", "{}", "Paris [1](https://example.com).", 1, true},
      {"footnotes", "{style: footnotes}", "Paris[^1].\n\n[^1]: Atlas\n[^9]: unused", 1, true},
      {"a dangling footnote", "{style: footnotes}", "Paris[^9].", 0, false},
      {"footnotes are no brackets", "{}", "Paris[^1].", 0, false},
      {"corners", "{style: corners}", "Paris【2†source】.", 1, true},
      {"a pattern", "{pattern: '\\(source (\\d+)\\)'}", "Paris (source 2), Lyon (source 8)", 0.5, false},
      {"a pattern without a number", "{pattern: '<(\\w+)>'}", "Paris <x>", 0, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto outcome = judge(fmt::format("citations: {}", row.options),
                               {.answer = std::string(row.answer), .brought = kFour}, Replies{});
    EXPECT_EQ(outcome.value(), row.value);
    EXPECT_EQ(outcome.pass(), row.pass) << outcome.score.why;
  }
}

TEST(Citations, say_which_one_dangles) {
  EXPECT_EQ(judge("citations: {}", {.answer = "Paris [1], Lyon [7].", .brought = kFour}, Replies{}).score.why,
            "1 of 2 citations points to no passage, of 4: [7] in 'Paris [1], Lyon [7].'");
  EXPECT_EQ(judge("citations: {}", {.answer = "Paris.", .brought = kFour}, Replies{}).score.why,
            "expected at least 1 citation, found 0 in 'Paris.'");
  EXPECT_NE(judge("citations: {}", {.answer = "Paris [1]."}, Replies{}).untold(), "");
}

TEST(Citations, options_that_cannot_be_used_are_refused) {
  for (const std::string options : {"{style: round}", "{pattern: '('}", "{pattern: '\\d+'}", "{pattern: '(\\d*)'}",
                                    "{style: brackets, pattern: '(\\d)'}", "{first: 2}", "{min: -1}", "{mni: 1}"}) {
    EXPECT_NE(compile_yaml("citations: " + options).error(), "") << options;
  }
}

TEST(Citations, of_hostile_answers_are_found_in_linear_time) {
  for (const std::string_view part : {"[", "[1", "[1]", "[1,", "`", "` ``", "[1-", "\xff[1]", "[^1]:"}) {
    std::string answer;
    while (answer.size() < 200'000) answer += part;
    const auto outcome = judge("citations: {}", {.answer = answer, .brought = kFour}, Replies{});
    EXPECT_TRUE(outcome.asked.empty());
  }
  EXPECT_NE(judge("citations: {}",
                  {.answer =
                       [] {
                         std::string many;
                         for (int i = 0; i < 1000; ++i) many += "[1]";
                         return many;
                       }(),
                   .brought = kFour},
                  {})
                .untold(),
            "");
}

struct Quoted {
  std::string_view name;
  std::string_view options;
  std::string_view answer;
  double value;
};

TEST(Quotes, stand_in_the_contexts_word_for_word) {
  const std::vector<std::string> contexts{"The window is 30 days\nfrom delivery. Refunds take a week.",
                                          "Items on sale don't go back to the shop."};
  const std::vector<Quoted> rows{
      {"as it stands", "{}", R"(It says "The window is 30 days from delivery".)", 1},
      {"another case", "{}", R"(It says "the WINDOW is 30 days")", 1},
      {"white space", "{}", "It says \"window  is\n30 days\"", 1},
      {"other words", "{}", R"(It says "The window is 60 days".)", 0},
      {"one of two", "{}", R"("refunds take a week" but "refunds take a month")", 0.5},
      {"typographic marks", "{}", "It says “sale don’t go back”", 1},
      {"German marks", "{}", "Dort steht: „Refunds take a week“", 1},
      {"French marks", "{}", "Il dit « Refunds take a week »", 1},
      {"the sentence's own full stop", "{}", R"(It says "the window is 30 days.")", 1},
      {"something left out", "{}", R"("The window … from delivery" and "window is [...] delivery")", 1},
      {"left out over passages", "{}", R"("The window … back to the shop")", 0},
      {"in another order", "{}", R"("from delivery … the window is")", 0},
      {"over two passages", "{}", R"("take a week. Items on sale")", 0},
      {"two words are none", "{without: pass}", R"(A "gift card" is fine)", 1},
      {"two words count", "{min_words: 2}", R"(A "gift card" is fine)", 0},
      {"none fails", "{without: fail}", "no quotes", 0},
      {"an apostrophe is no mark", "{without: fail}", "I don't say that it isn't so", 0},
      {"a mark left open", "{}", "He said \"and\n\nthen \"refunds take a week\"", 1},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto outcome = judge(fmt::format("quotes: {}", row.options),
                               {.answer = std::string(row.answer), .brought = contexts}, Replies{});
    EXPECT_EQ(outcome.value(), row.value) << outcome.score.why << outcome.untold();
    EXPECT_EQ(outcome.pass(), row.value == 1);
  }
  EXPECT_EQ(judge("quotes: {}", {.answer = "none", .brought = contexts}, Replies{}).untold(),
            "the answer quotes nothing of 3 words or more: 'none'");
}

TEST(Quotes, say_which_one_is_not_there) {
  const auto outcome =
      judge("quotes: {}", {.answer = R"(It says "you have 60 days".)", .brought = {{"You have 30 days."}}}, Replies{});
  EXPECT_EQ(outcome.score.why,
            "1 of 1 quote is not in the contexts word for word: 'you have 60 days' in 'It says \"you have 60 days\".'");
}

TEST(Quotes, of_hostile_answers_are_looked_up_in_linear_time) {
  const std::string as(500'000, 'a');
  for (const std::string_view part : {"\"", "«", "\" ", "“a b c", "\"a a a\" "}) {
    std::string answer;
    while (answer.size() < 500'000) answer += part;
    const auto outcome = judge("quotes: {}", {.answer = answer, .brought = {{as}}}, Replies{});
    EXPECT_TRUE(outcome.asked.empty());
  }
}

struct Alce {
  std::string_view name;
  std::string_view answer;
  Replies script;
  double precision;
  double recall;
};

const std::string kYes = "supported";
const std::string kNo = "not_found";

// ALCE (Gao et al. 2023), §4.3: a citation is imprecise if it does not support the sentence alone, and the others do
// without it. `cited/1+2`: do passages 1 and 2 support the sentence?
std::vector<Alce> alce_rows() {
  return {
      {"one citation that supports", "Paris is it [1].", {{"cited/1", verdicts({kYes})}}, 1, 1},
      {"one that does not", "Paris is it [1].", {{"cited/1", verdicts({kNo})}}, 0, 0},
      {"contradicts", "Paris is it [1].", {{"cited/1", verdicts({"contradicted"})}}, 0, 0},
      {"both needed",
       "Paris is it [1][2].",
       {{"cited/1+2", verdicts({kYes})}, {"alone/1", verdicts({kNo})}, {"alone/2", verdicts({kNo})}},
       1,
       1},
      {"each alone",
       "Paris is it [1][2].",
       {{"cited/1+2", verdicts({kYes})}, {"alone/1", verdicts({kYes})}, {"alone/2", verdicts({kYes})}},
       1,
       1},
      {"one is idle",
       "Paris is it [1][2].",
       {{"cited/1+2", verdicts({kYes})}, {"alone/1", verdicts({kYes})}, {"alone/2", verdicts({kNo})}},
       0.5,
       1},
      {"one of three is idle",
       "Paris is it [1, 2, 3].",
       {{"cited/1+2+3", verdicts({kYes})},
        {"alone/1", verdicts({kNo})},
        {"alone/2", verdicts({kNo})},
        {"alone/3", verdicts({kNo})},
        {"without/2+3", verdicts({kNo})},
        {"without/1+3", verdicts({kNo})},
        {"without/1+2", verdicts({kYes})}},
       2.0 / 3,
       1},
      {"together they do not", "Paris is it [1][2].", {{"cited/1+2", verdicts({kNo})}}, 0, 0},
      {"two sentences, one passage",
       "Paris is it [1]. Lyon is not [1].",
       {{"cited/1", verdicts({kYes, kNo})}},
       0.5,
       0.5},
      {"a citation twice is one", "Paris is it [1][1].", {{"cited/1", verdicts({kYes})}}, 1, 1},
      {"a dangling one", "Paris is it [9].", {}, 0, 0},
      {"a dangling one beside a good one", "Paris is it [1][9].", {}, 0, 0},
      {"behind the full stop", "Paris is it. [1]", {{"cited/1", verdicts({kYes})}}, 1, 1},
  };
}

TEST(CitationPrecision, is_as_alce_defines_it) {
  for (const auto& row : alce_rows()) {
    SCOPED_TRACE(row.name);
    const auto outcome =
        judge("citation_precision: {}", {.answer = std::string(row.answer), .brought = kFour}, row.script);
    EXPECT_EQ(outcome.value(), row.precision) << outcome.untold();
    EXPECT_EQ(outcome.pass(), row.precision == 1) << outcome.score.why;
    EXPECT_EQ(outcome.asked.size(), row.script.size());
  }
}

TEST(CitationRecall, is_as_alce_defines_it) {
  for (const auto& row : alce_rows()) {
    SCOPED_TRACE(row.name);
    const auto outcome =
        judge("citation_recall: {}", {.answer = std::string(row.answer), .brought = kFour}, row.script);
    EXPECT_EQ(outcome.value(), row.recall) << outcome.untold();
    EXPECT_EQ(outcome.pass(), row.recall == 1) << outcome.score.why;
  }
}

TEST(CitationPrecision, shows_the_judge_the_cited_passage_and_no_mark) {
  const auto outcome = judge("citation_precision: {}", {.answer = "Paris is it [2].", .brought = kFour},
                             {{"cited/2", verdicts({kYes})}});
  const auto shown = outcome.shown("cited/2");
  EXPECT_NE(shown.find("<passage 2 "), std::string::npos);
  EXPECT_NE(shown.find("\ntwo\n"), std::string::npos);
  EXPECT_EQ(shown.find("\none\n"), std::string::npos);
  EXPECT_NE(shown.find("1. Paris is it."), std::string::npos) << shown;
}

TEST(CitationPrecision, says_which_citation_is_idle) {
  const auto outcome =
      judge("citation_precision: {}", {.answer = "Paris is it [1][2].", .brought = kFour},
            {{"cited/1+2", verdicts({kYes})}, {"alone/1", verdicts({kYes})}, {"alone/2", verdicts({kNo})}});
  EXPECT_EQ(outcome.score.why,
            "1 of 2 citations is of no use to the sentence: the others support 'Paris is it.' without [2]");
  EXPECT_NE(
      judge("citation_precision: {}", {.answer = "Paris.", .brought = kFour}, Replies{}).untold().find("cites nothing"),
      std::string::npos);
}

TEST(CitationRecall, counts_sentences_that_state_a_fact) {
  const RagSample sample{.answer = "Here is what I found. Paris is it [1]. Lyon is large.", .brought = kFour};
  const auto outcome = judge("citation_recall: {}", sample,
                             {{"uncited", verdicts({"no_claim", "claim"})}, {"cited/1", verdicts({kYes})}});
  EXPECT_EQ(outcome.value(), 0.5);
  EXPECT_EQ(outcome.score.why,
            "1 of 2 sentences is not supported by what is cited there: no source for 'Lyon is large.'");
  const auto every = judge("citation_recall: {every_sentence: true}", sample, {{"cited/1", verdicts({kYes})}});
  EXPECT_EQ(every.value(), 1.0 / 3);
  const auto nothing =
      judge("citation_recall: {}", {.answer = "Hello there.", .brought = kFour}, {{"uncited", verdicts({"no_claim"})}});
  EXPECT_NE(nothing.untold(), "");
}

TEST(CitationRecall, says_what_the_judge_says) {
  const auto outcome = judge("citation_recall: {}", {.answer = "Paris is it [1][2].", .brought = kFour},
                             {{"cited/1+2", verdicts({kNo})}});
  EXPECT_EQ(
      outcome.score.why,
      "1 of 1 sentence is not supported by what is cited there: [1][2] for 'Paris is it.' (the judge: 'because 1')");
}

TEST(CitationSupport, is_bounded) {
  std::string sentences;
  for (int i = 0; i < 51; ++i) sentences += "It is so [1]. ";
  EXPECT_NE(judge("citation_recall: {}", {.answer = sentences, .brought = kFour}, Replies{}).untold(), "");
  std::string marks = "It is so ";
  for (int i = 1; i <= 101; ++i) marks += fmt::format("[{}]", i);
  EXPECT_NE(judge("citation_precision: {}", {.answer = marks, .brought = kFour}, Replies{}).untold(), "");
}

}  // namespace

}  // namespace assay::judges
