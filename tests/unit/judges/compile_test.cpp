#include "judges/json_schema/schema.hpp"
#include "tests/unit/judges/support.hpp"

namespace assay::judges {
namespace {

TEST(Compile, reads_the_options_that_every_check_takes) {
  const auto plain = compile_yaml("contains: Paris");
  ASSERT_NE(plain.check, nullptr);
  EXPECT_EQ(plain.check->name, "contains");
  EXPECT_EQ(plain.check->metric, "contains");
  EXPECT_TRUE(plain.check->required);
  EXPECT_EQ(plain.check->weight, 1);
  const auto full =
      compile_yaml("contains: {value: Paris, as: names_city, weight: 0.5, required: false, threshold: 1}");
  ASSERT_NE(full.check, nullptr) << full.error();
  EXPECT_EQ(full.check->metric, "names_city");
  EXPECT_FALSE(full.check->required);
  EXPECT_EQ(full.check->weight, 0.5);
  EXPECT_EQ(full.check->unit, Unit::share);
}

TEST(Compile, refuses_what_it_does_not_know) {
  const std::vector<std::pair<std::string, std::string>> rows{
      {"contain: x", "suite.yaml:1:1: error: unknown check 'contain'; help: did you mean 'contains'?"},
      {"icontains: x", "write `contains: {value: …, ignore_case: true}`"},
      {"icontains: x", "there is no check 'icontains'"},
      {"meteor: x", "check 'meteor' is not available in this version"},
      {"contains: {value: a, thresold: 0.5}", "did you mean 'threshold'?"},
      {"contains: {value: a, threshold: 0}", "key 'threshold' in check 'contains' must be a number"},
      {"contains: {value: a, threshold: 1.5}", "key 'threshold' in check 'contains' must be a number"},
      {"contains: {value: a, weight: -1}", "key 'weight' in check 'contains' must be a number of at least 0"},
      {"contains: {value: a, required: no}", "key 'required' in check 'contains' must be true or false"},
      {"contains: {value: a, as: pass_rate}", "'pass_rate' is a metric of its own"},
      {"contains: {value: a, as: latency_p95}", "'latency_p95' is a metric of its own"},
      {"contains: {value: a, as: x.pass}", "'x.pass' is a metric of its own"},
      {"contains: {value: a, as: 'two words'}", "is no name for a metric"},
      {"not: contains", "check 'not' takes options, found 'contains'; help: write `not: {contains: Kyoto}`"},
      {"not: {}", "check 'not' takes one check, found 0"},
      {"not: {contains: a, equals: b}", "check 'not' takes one check, found 2"},
      {"not: {not: {contains: a}}", "check 'not' cannot hold another 'not'"},
      {"not: {contains: {value: a, as: b}}", "'as' belongs to `not`"},
      {"not: {contain: a}", "did you mean 'contains'?"},
      {"json: fence", "write `json: {extract: fence}`"},
  };
  for (const auto& [check, message] : rows) {
    SCOPED_TRACE(check);
    const auto compiled = compile_yaml(check);
    EXPECT_EQ(compiled.check, nullptr);
    EXPECT_NE(compiled.error().find(message), std::string::npos) << compiled.error();
  }
}

TEST(Compile, reports_every_fault_of_a_check_at_once) {
  const auto compiled = compile_yaml("number: {equals: four, tolerance: wide, as: '', colour: red}");
  EXPECT_EQ(compiled.diagnostics.error_count(), 4u);
}

TEST(Not, turns_the_check_inside_round) {
  struct Row {
    std::string check;
    std::string answer;
    double value;
    bool pass;
  };
  const std::vector<Row> rows{
      {"not: {contains: Kyoto}", "Tokyo", 1, true},
      {"not: {contains: Kyoto}", "Kyoto", 0, false},
      {"not: {contains_all: [a, b, c, d]}", "ab", 0.5, true},
      {"not: {contains_all: {value: [a, b, c, d], threshold: 0.5}}", "ab", 0.5, false},
      {"not: {contains_all: [a, b, c, d], threshold: 0.7}", "ab", 0.5, false},
      {"not: {contains_all: [a, b, c, d, e, f, g, h, i, j], threshold: 0.3}", "abcdefg", 0.3, true},
      {"not: {regex: '(?i)stupid'}", "Stupid!", 0, false},
      {"not: {json: }", "text", 1, true},
      {"not: {length: {max: 3}}", "abcd", 4, true},
      {"not: {length: {max: 3}}", "abc", 3, false},
      {"not: {json_schema: {required: [a]}}", "{}", 1, true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.check + " on '" + row.answer + "'");
    const Score score = run(row.check, {.answer = row.answer});
    EXPECT_DOUBLE_EQ(value_of(score), row.value);
    EXPECT_EQ(passes(score), row.pass);
    EXPECT_EQ(score.why.empty(), row.pass) << score.why;
  }
  EXPECT_TRUE(std::holds_alternative<Unscored>(run("not: {ttft: {max: 1s}}", {.answer = "x"}).state));
  EXPECT_EQ(compile_yaml("not: {contains: a, as: no_a}").check->metric, "no_a");
  EXPECT_EQ(compile_yaml("not: {contains: a}").check->metric, "not");
  EXPECT_EQ(compile_yaml("not: {length: {max: 3}}").check->unit, Unit::chars);
}

TEST(CheckTable, names_every_check_of_the_contract_with_a_doc) {
  const std::vector<std::string> names{"equals",
                                       "contains",
                                       "contains_all",
                                       "contains_any",
                                       "starts_with",
                                       "ends_with",
                                       "regex",
                                       "number",
                                       "choice",
                                       "json",
                                       "json_schema",
                                       "json_path",
                                       "json_equal",
                                       "exact_match",
                                       "token_f1",
                                       "levenshtein",
                                       "rouge_1",
                                       "rouge_2",
                                       "rouge_l",
                                       "bleu",
                                       "chrf",
                                       "embedding",
                                       "classification",
                                       "code_fence",
                                       "xml",
                                       "yaml",
                                       "sql",
                                       "language",
                                       "readability",
                                       "refusal",
                                       "citations",
                                       "quotes",
                                       "length",
                                       "latency",
                                       "ttft",
                                       "itl",
                                       "cost",
                                       "tokens",
                                       "cache_hit",
                                       "perplexity",
                                       "finish_reason",
                                       "exec",
                                       "rubric",
                                       "g_eval",
                                       "graded_qa",
                                       "closed_qa",
                                       "fact",
                                       "pairwise",
                                       "panel",
                                       "cascade",
                                       "completeness",
                                       "knowledge_retention",
                                       "role_adherence",
                                       "faithfulness",
                                       "answer_relevancy",
                                       "context_precision",
                                       "context_recall",
                                       "context_relevancy",
                                       "factual_correctness",
                                       "noise_sensitivity",
                                       "citation_precision",
                                       "citation_recall",
                                       "abstention",
                                       "not",
                                       "all_of",
                                       "any_of",
                                       "at_least"};
  std::vector<std::string> found;
  for (const auto& kind : check_table()) {
    found.emplace_back(kind.name);
    EXPECT_GT(kind.doc.size(), 40u) << kind.name;
    if (kind.name == "json_schema") continue;  // its example names a file
    const auto compiled = compile_yaml(std::string(kind.example), {.has_price = true, .judges_known = false});
    EXPECT_NE(compiled.check, nullptr) << kind.example << ": " << compiled.error();
  }
  EXPECT_EQ(found, names);
}

// As in a suite's schema, where checks that hold others refer to all of them.
schema::Schema schema_of_all() {
  Json checks = Json::object();
  for (const auto& kind : check_table()) checks[std::string(kind.name)] = argument_schema(kind);
  const Json check = {{"type", "object"},
                      {"minProperties", 1},
                      {"maxProperties", 1},
                      {"additionalProperties", false},
                      {"properties", checks}};
  const auto schema = schema::Schema::compile(
      {{"definitions", {{"check", check}}}, {"allOf", {Json{{"$ref", "#/definitions/check"}}}}});
  const auto* const fault = std::get_if<schema::Fault>(&schema);
  if (fault != nullptr) throw std::runtime_error(fault->pointer + ": " + fault->message);
  return std::get<schema::Schema>(schema);
}

// The editor's schema and the compiler must say the same of every check.
TEST(ArgumentSchema, agrees_with_the_compiler) {
  const std::vector<std::pair<std::string, bool>> rows{
      {"equals: Paris", true},
      {"equals: 4", true},
      {"equals: ''", true},
      {"equals: [a]", false},
      {"equals: {ignore_case: true}", false},
      {"contains: {value: a, ignore_case: true, as: b, weight: 2, required: false, threshold: 0.5}", true},
      {"contains: {value: a, colour: red}", false},
      {"contains: {value: a, weight: -1}", false},
      {"contains: {value: a, threshold: 0}", false},
      {"contains_all: [a, b]", true},
      {"contains_all: '{{list}}'", true},
      {"contains_all: a", false},
      {"contains_all: []", false},
      {"contains_any: {value: [a]}", true},
      {"starts_with: a", true},
      {"ends_with: {value: a}", true},
      {"regex: 'a+'", true},
      {"regex: {ignore_case: true}", false},
      {"number: 4", true},
      {"number: {equals: '{{answer}}', extract: last, tolerance: 2%}", true},
      {"number: {equals: 4, tolerance: 0.5}", true},
      {"number: {equals: 4, extract: middle}", false},
      {"number: {tolerance: 1}", false},
      {"json: {}", true},
      {"json:", true},
      {"json: {extract: fence}", true},
      {"json: {extract: all}", false},
      {"json: fence", false},
      {"json_schema: {type: object, required: [a]}", true},
      {"json_schema: {value: {type: object}, extract: fence, formats: ignore, required: false}", true},
      {"json_schema: '{{schema}}'", true},
      {"json_schema: {type: objekt}", false},
      {"json_schema: {value: {type: object}, extract: all}", false},
      {"rubric: Stays polite", true},
      {"rubric: {criteria: polite, judge: strict, scale: {1: rude, '5': polite}, pass: 4, sees: conversation}", true},
      {"rubric: {criteria: polite, reference: '{{expected}}', threshold: 0.5}", true},
      {"rubric: {scale: {1: rude, 5: polite}}", false},
      {"rubric: {criteria: polite, scale: {1: rude}}", false},
      {"rubric: {criteria: polite, scale: {low: rude, high: polite}}", false},
      {"rubric: {criteria: polite, sees: everything}", false},
      {"g_eval: {criteria: polite, steps: [Look], pass: 3.5}", true},
      {"g_eval: {criteria: polite, steps: [Look], threshold: 0.7}", true},
      {"g_eval: {criteria: polite, pass: 3}", false},
      {"g_eval: {criteria: polite, steps: [], pass: 3}", false},
      {"g_eval: polite", false},
      {"graded_qa: '{{expected}}'", true},
      {"graded_qa: {reference: Paris, criteria: The city., partial: true}", true},
      {"graded_qa: {criteria: The city.}", false},
      {"closed_qa: Names a date.", true},
      {"closed_qa: {criteria: Names a date., reference: Monday}", true},
      {"closed_qa: {criteria: Names a date., partial: true}", false},
      {"fact: Paris", true},
      {"fact: {reference: Paris, judge: strict, threshold: 0.4}", true},
      {"fact: {reference: [Paris]}", false},
      {"faithfulness:", true},
      {"faithfulness: {judge: strict, counts: not_contradicted, contexts: '{{docs}}', threshold: 0.9}", true},
      {"faithfulness: {counts: all}", false},
      {"faithfulness: {reference: a}", false},
      {"faithfulness: strict", false},
      {"answer_relevancy: {question: '{{q}}'}", true},
      {"answer_relevancy: {contexts: [a]}", false},
      {"context_precision: {for: answer, contexts: [a, b]}", true},
      {"context_precision: {for: question}", false},
      {"context_recall: {reference: '{{gold}}'}", true},
      {"context_recall: {reference: [a]}", false},
      {"context_relevancy: {threshold: 0.3, weight: 2}", true},
      {"factual_correctness: {beta: 0.5}", true},
      {"factual_correctness: {beta: -1}", false},
      {"noise_sensitivity: {max: 0.1, from: any}", true},
      {"noise_sensitivity: {max: 2}", false},
      {"noise_sensitivity: {threshold: 0.5}", false},
      {"citation_precision: {style: footnotes}", true},
      {"citation_precision: {every_sentence: true}", false},
      {"citation_recall: {every_sentence: true, first: 0}", true},
      {"abstention: yes", true},
      {"abstention: {expect: '{{open}}'}", true},
      {"abstention: {}", false},
      {"abstention: perhaps", false},
      {"citations:", true},
      {"citations: {style: corners, min: 0}", true},
      {"citations: {style: round}", false},
      {"citations: {first: 2}", false},
      {"quotes: {min_words: 5, without: fail}", true},
      {"quotes: {min_words: 0}", false},
      {"quotes: {without: ignore}", false},
      {"length: {max: 3}", true},
      {"length: {min: 1, max: '{{n}}', unit: words}", true},
      {"length: {unit: words}", false},
      {"length: {max: -1}", false},
      {"length: {max: 3, threshold: 0.5}", false},
      {"length: 3", false},
      {"latency: {max: 30s}", true},
      {"latency: {max: '{{limit}}'}", true},
      {"latency: {max: 30}", false},
      {"latency: 30s", false},
      {"ttft: {max: 500ms, required: false}", true},
      {"cost: {max: 0.02}", true},
      {"cost: {}", false},
      {"not: {contains: a}", true},
      {"not: {contains_all: {value: [a], threshold: 0.5}, as: b, weight: 0}", true},
      {"not: {contains: {value: a, as: b}}", false},
      {"not: {contains: a, equals: b}", false},
      {"not: {}", false},
      {"not: {not: {contains: a}}", false},
      {"not: {any_of: [{contains: a}]}", true},
      {"number: {equals: 4, unit: km, decimal: comma, fractions: true}", true},
      {"classification: {value: a, labels: [a, b], extract: line, ignore_case: true}", true},
      {"classification: {value: a, labels: [a]}", false},
      {"classification: {labels: [a, b]}", false},
      {"classification: a", false},
      {"perplexity: {max: 20}", true},
      {"perplexity: {max: 20, threshold: 0.5}", false},
      {"embedding: {value: [a, b], threshold: 0.8, judge: vectors}", true},
      {"embedding: {value: a}", false},
      {"exec: [cat, -u]", true},
      {"exec: {command: cat, time_limit: 2s, threshold: 0.5}", true},
      {"exec: {time_limit: 2s}", false},
      {"pairwise: {other: a, criteria: c, at_least: win, question: q}", true},
      {"pairwise: {other: a}", false},
      {"pairwise: {other: a, criteria: c, at_least: loss}", false},
      {"panel: {judges: [a, b], check: {rubric: {criteria: a, scale: {1: a, 5: b}, pass: 4}}, rule: majority, tie: "
       "fail, min: 1}",
       true},
      {"panel: {judges: [a], check: {rubric: {criteria: a, scale: {1: a, 5: b}, pass: 4}}}", false},
      {"panel: {judges: [a, b], check: {contains: x}}", false},
      {"panel: {judges: [a, b], check: {completeness: {as: x}}}", false},
      {"panel: {judges: [a, b], check: {completeness: {judge: x}}}", false},
      {"cascade: {first: a, then: b, check: {rubric: {criteria: a, scale: {1: a, 5: b}, pass: 4}}, unsure: {between: "
       "[0.3, 0.8]}}",
       true},
      {"cascade: {first: a, then: b, check: {completeness:}}", true},
      {"cascade: {first: a, check: {rubric: {criteria: a, scale: {1: a, 5: b}, pass: 4}}}", false},
      {"cascade: {first: a, then: b, check: {rubric: {criteria: a, scale: {1: a, 5: b}, pass: 4}}, unsure: {between: "
       "[0.3, 8]}}",
       false},
      {"completeness:", true},
      {"completeness: {intentions: '{{wants}}', threshold: 0.5}", true},
      {"completeness: {intentions: []}", false},
      {"knowledge_retention: {judge: a}", true},
      {"role_adherence: {role: A teacher.}", true},
      {"role_adherence:", false},
      {"number: {equals: 4, unit: [km, m], extract: boxed}", true},
      {"number: {equals: 4, unit: []}", false},
      {"choice: B", true},
      {"choice: {value: E, letters: ABCDE, extract: last, ignore_case: true}", true},
      {"choice: {value: B, letters: abc}", false},
      {"choice: Mars", false},
      {"json_path: $.a", true},
      {"json_path: {path: $.a, equals: [1, null], extract: fence, threshold: 1}", true},
      {"json_path: {path: $.a, equals: null}", false},
      {"json_path: {equals: 1}", false},
      {"json_equal: {a: 1}", true},
      {"json_equal: [1, 2]", true},
      {"json_equal: {value: {a: 1}, ignore: [$.b], as: c}", true},
      {"json_equal: {value: {a: 1}, ignored: [$.b]}", false},
      {"exact_match: [a cat, dog]", true},
      {"exact_match: {ignore_case: true}", false},
      {"levenshtein: {value: a, ignore_case: true, threshold: 0.5}", true},
      {"rouge_1: {value: a, ignore_case: true}", false},
      {"rouge_l: []", false},
      {"bleu: [a, b]", false},
      {"bleu: {value: a b, threshold: 0.5}", true},
      {"code_fence:", true},
      {"code_fence: python", true},
      {"code_fence: {language: python, only: true}", true},
      {"code_fence: {only: maybe}", false},
      {"xml: {extract: fence}", true},
      {"xml: fence", false},
      {"yaml:", true},
      {"sql:", true},
      {"sql: {extract: fence, schema: CREATE TABLE users (id)}", true},
      {"sql: {schema: [a]}", false},
      {"sql: SELECT", false},
      {"language: de", true},
      {"language: [no, da]", true},
      {"language: []", false},
      {"readability: {max: 9}", true},
      {"readability: {min: -3, max: '{{n}}', measure: flesch}", true},
      {"readability: {measure: flesch}", false},
      {"readability: 9", false},
      {"refusal: {}", true},
      {"refusal: {phrases: [no way]}", true},
      {"refusal: {phrases: []}", false},
      {"itl: {max: 100ms}", true},
      {"tokens: {max: 500, of: total}", true},
      {"tokens: {max: 500, of: all}", false},
      {"cache_hit: {threshold: 0.5}", true},
      {"cache_hit: {max: 1}", false},
      {"finish_reason: stop", true},
      {"finish_reason: [stop, length]", true},
      {"finish_reason: done", false},
      {"all_of: [{contains: a}, {not: {contains: b}}]", true},
      {"all_of: {checks: [{contains: {value: a, weight: 2}}], threshold: 0.5, as: b}", true},
      {"all_of: []", false},
      {"all_of: [{contains: a, equals: b}]", false},
      {"all_of: [{contains: {value: a, as: b}}]", false},
      {"all_of: [{contains: {value: a, required: true}}]", false},
      {"all_of: [{use: polite}]", false},
      {"any_of: [{any_of: [{json_schema: {required: [a]}}]}]", true},
      {"any_of: [{length: 3}]", false},
      {"at_least: {count: 1, checks: [{contains: a}, {contains: b}]}", true},
      {"at_least: {checks: [{contains: a}]}", false},
      {"at_least: [{contains: a}]", false},
  };
  const auto schema = schema_of_all();
  for (const auto& [yaml, good] : rows) {
    SCOPED_TRACE(yaml);
    const auto violation = schema.validate(text::to_json(text::parse_yaml(yaml, "suite.yaml").value()));
    EXPECT_EQ(!violation.has_value(), good) << (violation ? violation->pointer + " " + violation->message : "");
    const auto compiled = compile_yaml(yaml, {.has_price = true, .judges_known = false});
    EXPECT_EQ(compiled.check != nullptr, good) << compiled.error();
  }
}

}  // namespace
}  // namespace assay::judges
