/// Checks a second: every deterministic check on answers of 1, 10 and 100 kB, and patterns that blow up elsewhere.
/// Names are `check/bytes` and `regex (a+)+$/bytes`. Fails if a check of the table has no case here.

#include <assay/judges/checks.hpp>
#include <assay/text/node.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace assay;

constexpr std::array<std::size_t, 3> kSizes{1'000, 10'000, 100'000};

std::string repeated(std::string_view part, std::size_t size) {
  std::string text;
  text.reserve(size + part.size());
  while (text.size() < size) text += part;
  text.resize(size);
  return text;
}

std::string between(std::string_view first, std::string_view part, std::string_view last, std::size_t size) {
  std::string text(first);
  while (text.size() + part.size() + last.size() <= size) text += part;
  return text + std::string(last);
}

std::string prose(std::size_t size) {
  return repeated(
      "The river rises in the hills, \"and it runs for many miles\" [1] before it comes to the old town. Nobody there "
      "remembers why the bridge of 1,234 stones was built (or when). ",
      size);
}

std::string json(std::size_t size) {
  return between("[", R"({"id": 17, "name": "a river", "tags": ["old", "long"], "length": 3.25},)", "{\"id\": 18}]",
                 size);
}

std::string xml(std::size_t size) {
  return between("<rivers>", "<river id='17'>old &amp; <b>long</b></river>\n", "</rivers>", size);
}

std::string yaml(std::size_t size) {
  return between("", "- {id: 17, name: a river}\n", "- end\n", size);
}

std::string sql(std::size_t size) {
  return between("", "SELECT name, length FROM rivers WHERE id = 17;\n", "SELECT 1;", size);
}

std::string code(std::size_t size) {
  return between("Here it is:\n", "```python\nprint(17)\n```\nand then\n", "done", size);
}

/// A check as in a suite, and the answer it is tried on: one it has to read to the end, where there is one.
struct Case {
  std::string_view name;
  std::string_view yaml;
  std::string (*answer)(std::size_t size) = prose;
};

constexpr std::string_view kReference =
    "The river rises in the mountains and runs for many miles before it comes to the town. Nobody remembers when its "
    "bridge was built, or by whom; it has twelve arches of stone, and a chapel at its end.";

std::vector<Case> cases() {
  return {
      {"equals", "equals: {value: '{{reference}}', ignore_case: true}"},
      {"contains", "contains: {value: zebra, ignore_case: true}"},
      {"contains_all", "contains_all: [zebra, giraffe, town]"},
      {"contains_any", "contains_any: [zebra, giraffe]"},
      {"starts_with", "starts_with: {value: The river, ignore_case: true}"},
      {"ends_with", "ends_with: {value: zebra, ignore_case: true}"},
      {"regex", "regex: '(?i)zebra|giraffe \\d+'"},
      {"number", "number: {equals: 7, extract: last}"},
      {"choice", "choice: {value: B, extract: last}"},
      {"json", "json:", json},
      {"json_schema", "json_schema: {type: array, items: {type: object, required: [id]}}", json},
      {"json_path", "json_path: {path: '$[-1].id', equals: 18}", json},
      {"json_equal", "json_equal: [1, 2]", json},
      {"exact_match", "exact_match: '{{reference}}'"},
      {"token_f1", "token_f1: '{{reference}}'"},
      {"levenshtein", "levenshtein: '{{reference}}'"},
      {"rouge_1", "rouge_1: '{{reference}}'"},
      {"rouge_2", "rouge_2: '{{reference}}'"},
      {"rouge_l", "rouge_l: '{{reference}}'"},
      {"bleu", "bleu: '{{reference}}'"},
      {"chrf", "chrf: '{{reference}}'"},
      {"classification", "classification: {value: spam, labels: [spam, ham], extract: last}"},
      {"code_fence", "code_fence: rust", code},
      {"xml", "xml:", xml},
      {"yaml", "yaml:", yaml},
      {"sql", "sql:", sql},
      {"language", "language: fr"},
      {"readability", "readability: {max: 3}"},
      {"refusal", "refusal:"},
      {"citations", "citations: {min: 1}"},
      {"quotes", "quotes: {min_words: 3}"},
      {"length", "length: {max: 5, unit: words}"},
      {"latency", "latency: {max: 1s}"},
      {"ttft", "ttft: {max: 1s}"},
      {"itl", "itl: {max: 1s}"},
      {"cost", "cost: {max: 1}"},
      {"tokens", "tokens: {max: 10}"},
      {"cache_hit", "cache_hit:"},
      {"perplexity", "perplexity: {max: 3}"},
      {"finish_reason", "finish_reason: stop"},
      {"not", "not: {contains: zebra}"},
      {"all_of", "all_of: [{contains: zebra}, {contains: giraffe}]"},
      {"any_of", "any_of: [{contains: zebra}, {contains: giraffe}]"},
      {"at_least", "at_least: {count: 1, checks: [{contains: zebra}, {contains: giraffe}]}"},
  };
}

/// Patterns that backtracking engines take exponential or quadratic time for on the answer beside them.
struct Pattern {
  std::string_view pattern;
  std::string_view part;
};

constexpr std::array kPatterns{
    Pattern{"(a+)+$", "a"},
    Pattern{"(a|a)*b", "a"},
    Pattern{"(a|aa)+$", "a"},
    Pattern{"(.*a){12}b", "a"},
    Pattern{"^(([a-z])+.)+[A-Z]([a-z])+$", "a"},
    Pattern{"(\\s*,\\s*)+$", " , "},
    Pattern{"^(\\d+)*x$", "1"},
    Pattern{"(x+x+)+y", "x"},
    Pattern{"(?i)(ab|ABA?)*c", "ab"},
};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "checks_bench: %s\n", why.c_str());
  std::exit(3);
}

std::shared_ptr<const CompiledCheck> compile(std::string_view yaml) {
  const auto node = text::parse_yaml(yaml, "bench");
  if (!node) give_up(to_string(node.error()));
  Diagnostics diagnostics;
  const auto& [name, argument] = node->entries.at(0);
  auto check = judges::compile(name.scalar, argument, name.place(), {.has_price = true}, diagnostics);
  if (!check) give_up(std::string(yaml) + ": " + to_string(diagnostics.errors().front()));
  return check;
}

/// One answered sample, with all that a check may look at.
struct Sample {
  explicit Sample(std::string text) : answer(std::move(text)) {
    Response response;
    response.finish = Finish::stop;
    response.timings = {.ttft = std::chrono::milliseconds(300), .total = std::chrono::seconds(2)};
    response.timings.gaps.assign(answer.size() / 4, std::chrono::milliseconds(10));
    response.usage = {.input_tokens = 100, .output_tokens = 500, .cached_tokens = 50};
    Logprobs logprobs;
    logprobs.tokens.assign(answer.size() / 4, {.token = "word", .logprob = -1, .top = {}});
    response.message.parts = {Text{answer}, std::move(logprobs), Contexts{{std::string(kReference), prose(2000)}}};
    transcript.steps.push_back({.name = "turn/1", .role = Role::target, .result = std::move(response), .attempts = {}});
  }

  [[nodiscard]] CheckContext context() const {
    return {.transcript = transcript, .answer = answer, .scope = {vars, "bench", 1}, .price = &price};
  }

  std::string answer;
  Json vars = {{"reference", kReference}};
  Price price{.input_per_mtok = 1, .output_per_mtok = 2, .cached_per_mtok = {}};
  Transcript transcript;
};

void measure(benchmark::State& state, const CompiledCheck& check, const std::string& answer) {
  const Sample sample(answer);
  const auto context = sample.context();
  for (auto _ : state) {
    auto step = check.run(context, {});
    const auto* const score = std::get_if<Score>(&step);
    if (score == nullptr || std::holds_alternative<Error>(score->state)) give_up(check.name + " gave no score");
    benchmark::DoNotOptimize(step);
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(answer.size()));
}

/// They ask a judge, an embeddings endpoint or a program: what they take is the answer's wait.
constexpr std::array<std::string_view, 23> kAsking{"embedding",
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
                                                   "abstention"};

void require_a_case_for_every_check() {
  for (const auto& kind : judges::check_table()) {
    bool found = std::ranges::find(kAsking, kind.name) != kAsking.end();
    for (const auto& one : cases()) found = found || one.name == kind.name;
    if (!found) give_up("no case for the check '" + std::string(kind.name) + "'");
  }
}

void register_all() {
  for (const auto size : kSizes) {
    for (const auto& one : cases()) {
      const auto check = compile(one.yaml);
      const auto name = std::string(one.name) + "/" + std::to_string(size);
      benchmark::RegisterBenchmark(name.c_str(), [check, answer = one.answer(size)](benchmark::State& state) {
        measure(state, *check, answer);
      });
    }
    for (const auto& [pattern, part] : kPatterns) {
      const auto check = compile("regex: '" + std::string(pattern) + "'");
      const auto name = "regex " + std::string(pattern) + "/" + std::to_string(size);
      benchmark::RegisterBenchmark(name.c_str(), [check, answer = repeated(part, size) + "!"](benchmark::State& state) {
        measure(state, *check, answer);
      });
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  require_a_case_for_every_check();
  register_all();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 3;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
