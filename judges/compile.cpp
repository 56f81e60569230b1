#include "judges/later.hpp"
#include "judges/model/confirming.hpp"
#include "judges/options.hpp"

#include <assay/core/digest.hpp>
#include <assay/judges/checks.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <limits>

namespace assay::judges {

namespace {

struct Generic {
  std::optional<std::string> as;
  std::optional<double> threshold;
  double weight = 1;
  bool required = true;
};

/// The argument as two mappings: the check's own options, and the generic ones.
struct Split {
  text::Node own;
  text::Node generic;
};

bool is_generic(const std::string& key) {
  return std::ranges::find(kGenericKeys, key) != kGenericKeys.end();
}

text::Node empty_mapping(const text::Node& like, const Place& at) {
  text::Node node;
  node.kind = text::Node::Kind::mapping;
  node.file = like.file ? like.file : std::make_shared<const std::string>(at.file);
  node.line = like.line > 0 ? like.line : at.line;
  node.column = like.line > 0 ? like.column : at.column;
  return node;
}

// Reads the short form as the option it stands for. Nothing after reporting.
std::optional<Split> split(const CheckKind& kind, const text::Node& argument, const Place& at,
                           Diagnostics& diagnostics) {
  Split parts{.own = empty_mapping(argument, at), .generic = empty_mapping(argument, at)};
  if (argument.is_null()) return parts;
  if (argument.is_map() && (kind.is_options == nullptr || kind.is_options(argument))) {
    for (const auto& entry : argument.entries) {
      (is_generic(entry.first.scalar) ? parts.generic : parts.own).entries.push_back(entry);
    }
    return parts;
  }
  if (kind.short_key.empty()) {
    diagnostics.error(argument.place(),
                      fmt::format("check '{}' takes options, found {}", kind.name, text::describe(argument)),
                      fmt::format("write `{}`", kind.example));
    return std::nullopt;
  }
  text::Node key = empty_mapping(argument, at);
  key.kind = text::Node::Kind::scalar;
  key.scalar = std::string(kind.short_key);
  parts.own.entries.push_back({std::move(key), argument});
  return parts;
}

// Names that evidence has of its own: a check that fed them would be mixed with something else.
bool is_reserved(const std::string& metric) {
  static const RE2 kReserved(
      "pass_rate|score|cost_per_case|cost_per_pass|cost|input_tokens|output_tokens|cache_hit_rate|error_rate|"
      "unscored_rate|flake_rate|(latency|ttft|itl)(_p\\d+)?|.*\\.pass");
  return RE2::FullMatch(metric, kReserved);
}

void check_metric(const CheckKind& kind, const text::Node& node, Diagnostics& diagnostics) {
  static const RE2 kName("[A-Za-z0-9_][A-Za-z0-9_./-]*");
  if (!RE2::FullMatch(node.scalar, kName)) {
    diagnostics.error(node.place(), fmt::format("{} is no name for a metric", text::in_quotes(node.scalar)),
                      "write letters, digits, `_`, `-`, `.` and `/`: `as: names_the_city`");
  } else if (is_reserved(node.scalar) && node.scalar != kind.name) {
    diagnostics.error(node.place(), fmt::format("'{}' is a metric of its own", node.scalar),
                      fmt::format("write another name: `as: {}_{}`", kind.name, node.scalar));
  }
}

Generic read_generic(const CheckKind& kind, const text::Node& options, Diagnostics& diagnostics) {
  text::MapReader reader(options, fmt::format("check '{}'", kind.name), diagnostics);
  Generic generic;
  generic.as = reader.string("as");
  if (generic.as) check_metric(kind, *options.find("as"), diagnostics);
  generic.threshold = reader.number("threshold", std::numeric_limits<double>::min(), 1);
  generic.weight = reader.number("weight", 0).value_or(1);
  generic.required = reader.boolean("required").value_or(true);
  return generic;
}

// `threshold` decides instead of the check.
Score decide(Score score, double threshold, bool explain_pass) {
  auto* const scored = std::get_if<Scored>(&score.state);
  if (scored == nullptr) return score;
  constexpr double kRounding = 1e-12;  // 1 − 0.7 is a little less than 0.3 in binary
  scored->pass = scored->value >= threshold - kRounding;
  const std::string sentence = fmt::format("the score {:.4g} is {} the threshold {:.4g}", scored->value,
                                           scored->pass ? "at least" : "below", threshold);
  if (scored->pass) {
    score.why = explain_pass ? sentence : "";
  } else {
    score.why = score.why.empty() ? sentence : fmt::format("{}: {}", sentence, score.why);
  }
  return score;
}

CheckFn with_threshold(CheckFn run, double threshold, bool explain_pass) {
  return [run = std::move(run), threshold, explain_pass](const CheckContext& context,
                                                         const Answers& answers) -> CheckStep {
    auto step = run(context, answers);
    auto* const score = std::get_if<Score>(&step);
    return score == nullptr ? std::move(step) : CheckStep(decide(std::move(*score), threshold, explain_pass));
  };
}

// A judge that decides from another score on is another instrument: what was measured of the one says nothing of this.
void set_threshold(CompiledCheck& check, double threshold, bool explain_pass) {
  check.run = with_threshold(std::move(check.run), threshold, explain_pass);
  for (auto& use : check.judges) use.prompt = to_string(sha256(fmt::format("{}\nthreshold {}", use.prompt, threshold)));
}

void report_unknown(const std::string& name, const Place& at, Diagnostics& diagnostics) {
  if (const auto later = find_later(name)) {
    diagnostics.error(at, fmt::format("check '{}' is not available in this version", name), std::string(*later));
    return;
  }
  if (const auto otherwise = find_otherwise(name)) {
    diagnostics.error(at, fmt::format("there is no check '{}'", name), std::string(*otherwise));
    return;
  }
  std::vector<std::string> names;
  for (const auto& kind : check_table()) names.emplace_back(kind.name);
  diagnostics.error(at, fmt::format("unknown check {}", text::in_quotes(name)), text::suggest(name, names, "checks"));
}

std::shared_ptr<const CompiledCheck> compile_once(const std::string& name, const text::Node& argument, const Place& at,
                                                  const CompileEnv& env, Diagnostics& diagnostics) {
  const auto errors_before = diagnostics.error_count();
  const CheckKind* const kind = find_check(name);
  if (kind == nullptr) {
    report_unknown(name, at, diagnostics);
    return nullptr;
  }
  const auto parts = split(*kind, argument, at, diagnostics);
  if (!parts) return nullptr;
  const Generic generic = read_generic(*kind, parts->generic, diagnostics);
  CompileEnv own_env = env;
  own_env.has_threshold = generic.threshold.has_value();
  own_env.confirm.reset();  // of the whole, not of what is inside: `not` passes where that fails
  auto check = kind->make(parts->own, own_env, diagnostics);
  if (check && generic.threshold && check->unit != Unit::share) {
    diagnostics.error(parts->generic.find("threshold")->place(),
                      fmt::format("check '{}' counts {}, and takes no threshold", name, assay::name(check->unit)),
                      fmt::format("write `{}`", kind->example));
  }
  if (!check && diagnostics.ok()) {  // a check that is lost without a word would pass
    diagnostics.error(at, fmt::format("check '{}' cannot be read", name), fmt::format("write `{}`", kind->example));
  }
  if (!check || diagnostics.error_count() != errors_before) return nullptr;
  check->name = name;
  check->metric = generic.as.value_or(name);
  check->required = generic.required;
  check->weight = generic.weight;
  if (generic.threshold) set_threshold(*check, *generic.threshold, env.explain_pass);
  return std::make_shared<const CompiledCheck>(*std::move(check));
}

// Faults of the second opinion alone: the check as it stands has been compiled.
void report_at(const Place& at, const Diagnostics& from, Diagnostics& into) {
  for (const auto& error : from.errors()) {
    const auto same = [&](const Error& known) { return known.at == at && known.message == error.message; };
    if (std::ranges::none_of(into.errors(), same)) into.error(at, error.message, error.hint);
  }
}

}  // namespace

std::shared_ptr<const CompiledCheck> compile(const std::string& name, const text::Node& argument, const Place& at,
                                             const CompileEnv& env, Diagnostics& diagnostics) {
  const auto first = compile_once(name, argument, at, env, diagnostics);
  if (first == nullptr || !env.confirm || first->judges.empty()) return first;
  CompileEnv again = env;
  again.other_judge = env.confirm->judge;
  again.reversed = !again.other_judge;
  Diagnostics own;
  auto second = compile_once(name, argument, at, again, own);
  if (second != nullptr && second->judges == first->judges && !again.reversed) {  // the name is the check's own judge
    again.reversed = true;
    second = compile_once(name, argument, at, again, own);
  }
  report_at(env.confirm->at, own, diagnostics);
  if (second == nullptr) return nullptr;
  return std::make_shared<const CompiledCheck>(confirming(*first, *second, again.reversed));
}

}  // namespace assay::judges
