#include "tests/unit/judges/support.hpp"

#include <assay/text/utf8.hpp>

#include <chrono>

namespace assay::judges {
namespace {

struct Row {
  std::string check;
  std::string answer;
  bool pass;
};

TEST(TextChecks, decide_as_the_contract_says) {
  const std::vector<Row> rows{
      {"equals: Paris", "Paris", true},
      {"equals: Paris", " \n Paris\t\n", true},
      {"equals: ' Paris '", "Paris", true},
      {"equals: Paris", "paris", false},
      {"equals: Paris", "Paris.", false},
      {"equals: New  York", "New York", false},
      {"equals: {value: PARIS, ignore_case: true}", "paris", true},
      {"equals: {value: straße, ignore_case: true}", "STRAßE", true},
      {"equals: {value: Ελλάδα, ignore_case: true}", "ΕΛΛΆΔΑ", true},
      {"equals: ''", "", true},
      {"equals: ''", "  \n", true},
      {"equals: ''", "x", false},
      {"equals: 1.10", "1.10", true},
      {"equals: 1.10", "1.1", false},
      {"equals: NO", "NO", true},
      {"equals: true", "true", true},
      {"contains: Tokyo", "It is Tokyo.", true},
      {"contains: okyo", "It is Tokyo.", true},
      {"contains: tokyo", "It is Tokyo.", false},
      {"contains: {value: tokyo, ignore_case: true}", "It is TOKYO.", true},
      {"contains: 'a b'", "a  b", false},
      {"starts_with: 'Yes'", "Yes, it is", true},
      {"starts_with: 'Yes'", " Yes, it is", false},
      {"starts_with: {value: 'yes', ignore_case: true}", "YES", true},
      {"ends_with: '.'", "Done.", true},
      {"ends_with: '.'", "Done.\n", false},
      {"ends_with: {value: 'ONE', ignore_case: true}", "done", true},
      {"contains_any: [Paris, Lyon]", "Lyon is nice", true},
      {"contains_any: [Paris, Lyon]", "Nice is nice", false},
      {"contains_any: {value: [PARIS], ignore_case: true}", "paris", true},
      {"regex: '\\bParis\\b'", "in Paris.", true},
      {"regex: '^Paris'", "in Paris.", false},
      {"regex: 'a.b'", "a\nb", false},
      {"regex: '(?s)a.b'", "a\nb", true},
      {"regex: 'Paris$'", "Paris\n", false},
      {"regex: '(?m)^Paris$'", "in\nParis\nnow", true},
      {"regex: {value: 'paris', ignore_case: true}", "PARIS", true},
      {"regex: 'é{2}'", "ééé", true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.check + " on '" + row.answer + "'");
    const Score score = run(row.check, {.answer = row.answer});
    EXPECT_EQ(passes(score), row.pass) << score.why;
    EXPECT_EQ(value_of(score), row.pass ? 1 : 0);
    EXPECT_EQ(score.why.empty(), row.pass);
  }
}

TEST(ContainsAll, scores_the_share_and_passes_when_all_are_there) {
  struct Share {
    std::string check;
    double value;
    bool pass;
  };
  const std::vector<Share> rows{
      {"contains_all: [a, b, c, d]", 0.75, false},
      {"contains_all: [a, b, c]", 1, true},
      {"contains_all: [x, y]", 0, false},
      {"contains_all: {value: [a, b, c, d], threshold: 0.75}", 0.75, true},
      {"contains_all: {value: [a, b, c, d], threshold: 0.76}", 0.75, false},
      {"contains_all: {value: [A, B], ignore_case: true}", 1, true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.check);
    const Score score = run(row.check, {.answer = "abc"});
    EXPECT_DOUBLE_EQ(value_of(score), row.value);
    EXPECT_EQ(passes(score), row.pass);
    EXPECT_EQ(score.why.empty(), row.pass) << score.why;
  }
}

TEST(TextChecks, explain_a_failure_in_one_sentence_with_an_excerpt) {
  const std::string lyon =
      "Lyon is the capital of France, as everybody knows, and has been since the Romans came there.";
  const std::vector<std::pair<std::string, std::string>> rows{
      {"equals: Paris",
       "expected 'Paris', got 'Lyon is the capital of France, as everybody knows, and has been since the Roman…'"},
      {"contains: Paris",
       "expected 'Paris' within the answer, got 'Lyon is the capital of France, as everybody knows, and has been since "
       "the Roman…'"},
      {"ends_with: Paris",
       "expected the answer to end with 'Paris', got '…apital of France, as everybody knows, and has been since "
       "the "
       "Romans came there.'"},
      {"contains_all: [Paris, France, Seine]",
       "2 of 3 texts are missing: 'Paris', 'Seine'; got 'Lyon is the capital of France, as everybody knows, and has "
       "been "
       "since the Roman…'"},
      {"contains_any: [a1, b2, c3, d4, e5]",
       "expected one of 'a1', 'b2', 'c3' and 2 more, got 'Lyon is the capital of France, as everybody knows, and has "
       "been since the Roman…'"},
      {"not: {contains: Lyon}",
       "must not hold: 'Lyon' is within the answer: 'Lyon is the capital of France, as everybody knows, and has been "
       "since the Roman…'"},
  };
  for (const auto& [check, why] : rows) {
    SCOPED_TRACE(check);
    EXPECT_EQ(run(check, {.answer = lyon}).why, why);
  }
}

TEST(TextChecks, say_why_there_is_no_text) {
  Sample refused{.answer = ""};
  refused.response.message.parts.push_back(Refusal{"I cannot help with that"});
  EXPECT_EQ(run("equals: Paris", refused).why,
            "expected 'Paris', got an empty answer (the model refused, saying 'I cannot help with that')");
  Sample called{.answer = ""};
  called.response.message.parts.push_back(ToolUse{"1", "search", "{}"});
  EXPECT_EQ(run("contains: Paris", called).why,
            "expected 'Paris' within the answer, got an empty answer (the model called the tool 'search')");
  Sample filtered{.answer = " "};
  filtered.response.finish = Finish::content_filter;
  EXPECT_EQ(run("regex: Paris", filtered).why,
            "expected a match of 'Paris', got an empty answer (the provider's content filter stopped it)");
  Sample cut{.answer = "The capital of"};
  cut.response.finish = Finish::length;
  EXPECT_EQ(run("equals: Paris", cut).why, "expected 'Paris', got 'The capital of' (cut off at the token limit)");
}

TEST(TextChecks, take_their_expectation_from_the_case) {
  const Json vars = {{"city", "Paris"}, {"words", {"Paris", "Seine"}}, {"n", 7}, {"dot", "a.c"}, {"pattern", "^P.*s$"}};
  const std::vector<Row> rows{
      {"equals: '{{city}}'", "Paris", true},
      {"equals: '{{n}}'", "7", true},
      {"contains: 'is {{city}}'", "it is Paris", true},
      {"contains_all: '{{words}}'", "Paris on the Seine", true},
      {"contains_all: ['{{city}}', Rhine]", "Paris on the Seine", false},
      {"contains_any: ['{{n}}']", "7", true},
      {"regex: '^{{dot}}$'", "a.c", true},
      {"regex: '^{{dot}}$'", "abc", false},
      {"regex: '{{pattern}}'", "Paris", true},
      {"regex: '^{{id}}:{{row}}$'", "fr:1", true},
      {"equals: '\\{{city}}'", "{{city}}", true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.check + " on '" + row.answer + "'");
    const Score score = run(row.check, {.answer = row.answer, .vars = vars});
    EXPECT_EQ(passes(score), row.pass) << score.why;
  }
}

TEST(TextChecks, refuse_an_expectation_that_a_case_leaves_empty) {
  const Json blank = {{"x", ""},          {"space", "  "}, {"nothing", nullptr}, {"list", Json::array()},
                      {"gap", {"a", ""}}, {"word", "a"},   {"bad", "("}};
  const std::vector<std::pair<std::string, std::string>> rows{
      {"contains: '{{x}}'", "case 'fr': the value of 'contains' is empty after templating"},
      {"contains: '{{space}}'", "case 'fr': the value of 'contains' is empty after templating"},
      {"equals: '{{x}}'", "case 'fr': the value of 'equals' is empty after templating"},
      {"equals: '{{nothing}}'", "case 'fr': the value of 'equals' is empty after templating"},
      {"equals: '{{missing}}'", "case 'fr': no variable 'missing'"},
      {"contains_all: '{{list}}'", "case 'fr': the value of 'contains_all' is an empty list"},
      {"contains_all: '{{gap}}'", "case 'fr': the value of 'contains_all' holds an empty text"},
      {"contains_any: '{{word}}'", "case 'fr': the value of 'contains_any' must be a list, found 'a'"},
      {"contains_any: [a, '{{x}}']", "case 'fr': the value of 'contains_any' is empty after templating"},
      {"regex: '{{x}}'", "case 'fr': the value of 'regex' is empty after templating"},
      {"regex: '(?i){{x}}'", "case 'fr': the value of 'regex' matches every answer after templating"},
      {"regex: '{{bad}}'", "case 'fr': the value of 'regex' is not a valid pattern: missing )"},
      {"not: {contains: '{{x}}'}", "case 'fr': the value of 'contains' is empty after templating"},
  };
  for (const auto& [check, message] : rows) {
    SCOPED_TRACE(check);
    const auto said = verify(check, blank);
    EXPECT_NE(said.find(message), std::string::npos) << said;
    EXPECT_EQ(said.rfind("suite.yaml:1:", 0), 0u) << said;
    // What verify refuses must not become a score if it is run all the same.
    EXPECT_TRUE(std::holds_alternative<Error>(run(check, {.answer = "a", .vars = blank}).state));
  }
  EXPECT_EQ(verify("contains: '{{word}}'", blank), "");
  EXPECT_EQ(verify("regex: '^{{word}}$'", blank), "");
}

TEST(TextChecks, are_refused_at_load_with_what_to_write) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"contains: ''", "suite.yaml:1:11: error: the value of 'contains' is empty"},
      {"contains: [a]", "suite.yaml:1:11: error: the value of 'contains' must be text, found a list"},
      {"contains:", "suite.yaml:1:10: error: check 'contains' needs the key 'value'"},
      {"contains: {value: a, ignorecase: true}", "did you mean 'ignore_case'?"},
      {"contains_all: Paris", "the value of 'contains_all' must be a list, found 'Paris'"},
      {"contains_all: []", "the value of 'contains_all' is an empty list"},
      {"regex: '(a'", "is not a valid pattern: missing ): (a"},
      {"regex: 'a(?=b)'", "RE2 has no look-around"},
      {"regex: 'a(?<!b)'", "RE2 has no look-around"},
      {"regex: '(a)\\1'", "RE2 has no back-references"},
      {"regex: 'a{2000}'", "RE2 repeats at most 1000 times"},
      {"regex: ''", "the value of 'regex' is empty"},
      {"equals: '{{'", "'{{'"},
      {"equals: {value: a, ignore_case: maybe}", "must be true or false"},
  };
  for (const auto& [check, message] : rows) {
    SCOPED_TRACE(check);
    const auto compiled = compile_yaml(check);
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
}

TEST(Regex, stays_fast_on_patterns_that_make_others_backtrack) {
  const std::string hostile(200'000, 'a');
  const auto start = std::chrono::steady_clock::now();
  for (const auto* const check :
       {"regex: '(a+)+$'", "regex: '(a|a)*b'", "regex: '(.*a){20}b'", "regex: '^(([a-z])+.)+[A-Z]([a-z])+$'"}) {
    SCOPED_TRACE(check);
    (void)run(check, {.answer = hostile + "!"});
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(TextChecks, show_hostile_answers_harmlessly) {
  const std::string hostile = "\x1b[2J\xe2\x80\xae\x00\xff evil\r\n";
  for (const auto* const check :
       {"equals: Paris", "contains: Paris", "regex: Paris", "json:", "number: 1", "length: {max: 1}"}) {
    SCOPED_TRACE(check);
    const auto why = run(check, {.answer = hostile}).why;
    EXPECT_FALSE(why.empty());
    EXPECT_EQ(why.find('\x1b'), std::string::npos);
    EXPECT_EQ(why.find('\n'), std::string::npos);
    EXPECT_EQ(text::find_invalid_utf8(why), std::nullopt);
  }
}

}  // namespace
}  // namespace assay::judges
