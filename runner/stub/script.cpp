#include "runner/stub/script.hpp"

#include "runner/stub/choose.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>
#include <array>

namespace assay::stub {

namespace {

using text::MapReader;
using text::Node;

constexpr std::array<std::string_view, 5> kAnswerKeys = {"answer", "answers", "answers_from", "tool_calls", "refusal"};
constexpr double kMaxFactor = 1000;
constexpr std::int64_t kMaxTokens = 1'000'000'000;

std::shared_ptr<const re2::RE2> compile_regex(const std::string& pattern, bool ignore_case, const Place& at,
                                              Diagnostics& diagnostics) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  options.set_case_sensitive(!ignore_case);
  auto regex = std::make_shared<const re2::RE2>(pattern, options);
  if (regex->ok()) return regex;
  diagnostics.error(at, "the regular expression is not valid: " + regex->error(),
                    "RE2 syntax: no lookaround and no backreferences");
  return nullptr;
}

TextMatch read_text_match(const Node& node, const std::string& what, Diagnostics& diagnostics) {
  MapReader reader(node, "'" + what + "'", diagnostics);
  TextMatch match;
  match.ignore_case = reader.boolean("ignore_case").value_or(false);
  match.contains = reader.string("contains");
  match.equals = reader.string("equals");
  const auto pattern = reader.string("regex");
  if (pattern) match.regex = compile_regex(*pattern, match.ignore_case, reader.get("regex")->place(), diagnostics);
  if (node.is_map() && !match.contains && !match.equals && !pattern) {
    reader.error("'" + what + "' has no condition", "write for example `" + what + ": {contains: France}`");
  }
  reader.finish();
  if (match.equals) match.equals = std::string(text::trim(*match.equals));
  if (match.ignore_case) {
    if (match.contains) match.contains = text::fold_case(*match.contains);
    if (match.equals) match.equals = text::fold_case(*match.equals);
  }
  return match;
}

When read_when(const Node& node, Diagnostics& diagnostics) {
  MapReader reader(node, "'when'", diagnostics);
  When when;
  when.models = reader.strings("model");
  when.cases = reader.strings("case");
  when.stream = reader.boolean("stream");
  when.response_format = reader.boolean("response_format");
  const auto text_match = [&](const char* key) -> std::optional<TextMatch> {
    const Node* found = reader.get(key);
    if (found == nullptr) return std::nullopt;
    return read_text_match(*found, key, diagnostics);
  };
  when.last_user = text_match("last_user");
  when.any_message = text_match("any_message");
  when.prompt = text_match("prompt");
  when.system = text_match("system");
  reader.finish();
  return when;
}

void read_slow(const Node& node, Latency& latency, Diagnostics& diagnostics) {
  MapReader reader(node, "'slow'", diagnostics);
  latency.slow_share = reader.number("share", 0, 1).value_or(0.05);
  latency.slow_factor = reader.number("factor", 1, kMaxFactor).value_or(10);
  reader.finish();
}

Latency read_latency(const Node& node, Diagnostics& diagnostics) {
  MapReader reader(node, "'latency'", diagnostics);
  Latency latency;
  latency.fixed = reader.duration("fixed");
  const auto ttft = reader.duration("ttft");
  const auto per_token = reader.duration("per_token");
  const auto rate = reader.number("tokens_per_second", 0.001, 1e9);
  latency.jitter = reader.number("jitter", 0, 1).value_or(0);
  if (const Node* slow = reader.get("slow")) read_slow(*slow, latency, diagnostics);
  if (latency.fixed && (ttft || per_token || rate)) {
    reader.error("'fixed' stands alone", "write either `{fixed: 200ms}` or `{ttft: 20ms, per_token: 2ms}`");
  }
  if (per_token && rate) {
    reader.error("'per_token' and 'tokens_per_second' say the same thing", "keep one of them");
  }
  reader.finish();
  latency.ttft = ttft.value_or(Duration::zero());
  latency.per_token = rate ? from_seconds(1 / *rate) : per_token.value_or(Duration::zero());
  return latency;
}

text::Template read_template(const std::string& source, const Place& at, Diagnostics& diagnostics) {
  auto parsed = text::Template::parse(source);
  if (!parsed) {
    Error error = parsed.error();
    error.at = at;
    diagnostics.error(error);
    return {};
  }
  for (const std::string& name : parsed->variables()) {
    if (is_answer_variable(name)) continue;
    diagnostics.error(at, "an answer has no variable '" + name + "'",
                      "write one of {{0}} … {{9}} (groups of the rule's regex), {{last_user}}, {{prompt}}, {{system}}, "
                      "{{model}}, {{case}}; a literal is \\{{");
  }
  return *parsed;
}

std::vector<text::Template> read_answers(MapReader& reader, Diagnostics& diagnostics) {
  std::vector<text::Template> answers;
  if (const auto one = reader.string("answer")) {
    answers.push_back(read_template(*one, reader.get("answer")->place(), diagnostics));
  }
  const Node* list = reader.get("answers");
  for (const std::string& source : reader.strings("answers")) {
    answers.push_back(read_template(source, list->place(), diagnostics));
  }
  return answers;
}

std::vector<ToolCall> read_tool_calls(const Node& node, Diagnostics& diagnostics) {
  if (!node.is_seq()) {
    diagnostics.error(node.place(), "'tool_calls' must be a list",
                      "write `tool_calls: [{name: get_weather, arguments: {city: Paris}}]`");
    return {};
  }
  std::vector<ToolCall> calls;
  for (const Node& item : node.items) {
    MapReader reader(item, "a tool call", diagnostics);
    ToolCall call;
    if (reader.require("name", "name: get_weather") != nullptr) call.name = reader.string("name").value_or("");
    const Node* arguments = reader.get("arguments");
    if (arguments == nullptr) {
      call.arguments = "{}";
    } else {
      call.arguments = arguments->is_scalar() ? arguments->scalar : dump_json(text::to_json(*arguments));
    }
    reader.finish();
    calls.push_back(std::move(call));
  }
  return calls;
}

void read_usage(const Node& node, Say& say, Diagnostics& diagnostics) {
  if (node.is_scalar() && !node.quoted && node.scalar == "false") {
    say.has_usage = false;
    return;
  }
  MapReader reader(node, "'usage'", diagnostics);
  const auto tokens = [&reader](const char* key) -> std::optional<std::uint64_t> {
    const auto value = reader.integer(key, 0, kMaxTokens);
    if (!value) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
  };
  say.usage.input = tokens("input_tokens");
  say.usage.output = tokens("output_tokens");
  say.usage.cached = tokens("cached_tokens").value_or(0);
  reader.finish();
}

Say read_say(MapReader& reader, Diagnostics& diagnostics) {
  Say say;
  say.texts = read_answers(reader, diagnostics);
  if (const Node* node = reader.get("answers_from")) say.table = read_answer_table(*node, diagnostics);
  if (const Node* node = reader.get("tool_calls")) say.tool_calls = read_tool_calls(*node, diagnostics);
  say.refusal = reader.string("refusal").value_or("");
  say.reasoning = reader.string("reasoning").value_or("");
  say.finish_reason = reader.string("finish_reason").value_or("");
  say.served_model = reader.string("served_model").value_or("");
  if (const Node* node = reader.get("logprobs")) say.logprobs = read_logprobs(*node, diagnostics);
  if (const Node* node = reader.get("usage")) read_usage(*node, say, diagnostics);

  const auto given = std::ranges::count_if(kAnswerKeys, [&reader](auto key) { return reader.get(key) != nullptr; });
  const bool calls_with_text = given == 2 && reader.get("answer") != nullptr && reader.get("tool_calls") != nullptr;
  if (given > 1 && !calls_with_text) {
    reader.error("a rule answers in one way only",
                 "keep one of 'answer', 'answers', 'answers_from', 'tool_calls' and 'refusal'");
  }
  if (given == 0) say.texts.push_back(*text::Template::parse("ok"));
  return say;
}

Rule read_rule(const Node& node, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.error_count();
  MapReader reader(node, "a rule", diagnostics);
  Rule rule;
  if (const Node* when = reader.get("when")) rule.when = read_when(*when, diagnostics);
  if (const auto times = reader.integer("times", 1, 1'000'000)) rule.times = static_cast<std::uint32_t>(*times);
  rule.probability = reader.number("probability", 0, 1).value_or(1);
  if (const Node* latency = reader.get("latency")) rule.latency = read_latency(*latency, diagnostics);
  rule.headers = read_headers(reader.string_map("headers"), node.place(), diagnostics);
  const Node* fault = reader.get("fault");
  if (fault != nullptr) rule.fault = read_fault(*fault, rule.headers, diagnostics);
  rule.say = read_say(reader, diagnostics);
  reader.finish();
  const bool answers = std::ranges::any_of(kAnswerKeys, [&reader](auto key) { return reader.get(key) != nullptr; });
  // Only where nothing else is wrong: a misspelt `answer` is one fault, not two.
  if (!answers && fault == nullptr && diagnostics.error_count() == before) {
    reader.error("the rule neither answers nor fails", "write `answer: Paris`, or `fault: {status: 429}`");
  }
  return rule;
}

std::vector<Rule> read_rules(const Node* node, Diagnostics& diagnostics) {
  std::vector<Rule> rules;
  if (node == nullptr) return rules;
  if (!node->is_seq() || node->items.empty()) {
    diagnostics.error(node->place(), "'rules' must be a list of rules", "write `rules:` and under it `- answer: ok`");
    return rules;
  }
  for (const Node& item : node->items) rules.push_back(read_rule(item, diagnostics));
  return rules;
}

}  // namespace

bool Rule::draws() const {
  return times || probability < 1 || say.texts.size() > 1 || (latency && latency->draws());
}

bool Script::draws() const {
  return latency.draws() || std::ranges::any_of(rules, &Rule::draws);
}

std::shared_ptr<const Script> parse_script(const Node& document, Diagnostics& diagnostics) {
  const std::size_t before = diagnostics.error_count();
  auto script = std::make_shared<Script>();
  MapReader reader(document, "script", diagnostics);
  if (reader.require("version", "version: 1") != nullptr) (void)reader.integer("version", 1, 1);
  if (auto model = reader.string("model")) script->model = std::move(*model);
  script->models = reader.strings("models");
  if (const auto seed = reader.integer("seed")) script->seed = static_cast<std::uint64_t>(*seed);
  script->fingerprint = reader.string("system_fingerprint").value_or("");
  if (const Node* latency = reader.get("latency")) script->latency = read_latency(*latency, diagnostics);
  if (const Node* capacity = reader.get("capacity")) script->capacity = read_capacity(*capacity, diagnostics);
  script->refuses = read_refuses(reader);
  script->rules = read_rules(reader.require("rules", "[{answer: ok}]"), diagnostics);
  reader.finish();
  if (!script->models.empty() && reader.get("model") == nullptr) script->model = script->models.front();
  if (diagnostics.error_count() != before) return nullptr;
  return script;
}

std::shared_ptr<const Script> load_script(const std::filesystem::path& file, Diagnostics& diagnostics) {
  const auto document = text::load_yaml(file);
  if (!document) {
    diagnostics.error(document.error());
    return nullptr;
  }
  return parse_script(*document, diagnostics);
}

std::shared_ptr<const Script> default_script() {
  auto script = std::make_shared<Script>();
  script->rules.emplace_back().say.texts.push_back(*text::Template::parse("ok"));
  return script;
}

std::vector<std::string> models(const Script& script) {
  if (script.models.empty()) return {script.model};
  return script.models;
}

}  // namespace assay::stub
