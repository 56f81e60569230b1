#include "judges/model/judge_option.hpp"

#include "judges/model/prompt.hpp"

#include <assay/core/digest.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace assay::judges {

namespace {

std::string_view what_is(JudgeKind kind) {
  return kind == JudgeKind::chat ? "a judge" : "a judge of `api: openai-embeddings`";
}

std::vector<std::string> names_of(const CompileEnv& env, JudgeKind kind) {
  std::vector<std::string> names;
  for (const auto& judge : env.judges) {
    if (judge.kind == kind) names.push_back(judge.name);
  }
  return names;
}

const JudgeRef* find(const CompileEnv& env, std::string_view name) {
  const auto found = std::ranges::find(env.judges, name, &JudgeRef::name);
  return found == env.judges.end() ? nullptr : &*found;
}

std::string declare(JudgeKind kind) {
  return kind == JudgeKind::chat
             ? "declare it in the configuration: `judges: {strict: {api: openai-chat, url: …, model: …}}`"
             : "declare it in the configuration: `judges: {vectors: {api: openai-embeddings, url: …, model: …}}`";
}

std::optional<JudgeRef> the_named(const std::string& name, const Place& at, const CompileEnv& env, JudgeKind kind,
                                  Diagnostics& diagnostics) {
  if (!env.judges_known) return JudgeRef{.name = name, .digest = {}, .kind = kind};
  const auto* const judge = find(env, name);
  const auto names = names_of(env, kind);
  if (judge == nullptr) {
    diagnostics.error(at, fmt::format("there is no judge {}", text::in_quotes(name)),
                      names.empty() ? declare(kind) : text::suggest(name, names, "judges"));
    return std::nullopt;
  }
  if (judge->kind != kind) {
    diagnostics.error(
        at,
        fmt::format("the judge '{}' {}", judge->name,
                    kind == JudgeKind::chat ? "gives embeddings, and cannot be asked" : "gives no embeddings"),
        names.empty() ? declare(kind) : text::suggest("", names, "judges that will do"));
    return std::nullopt;
  }
  return *judge;
}

std::optional<JudgeRef> the_only_one(OptionReader& reader, const CompileEnv& env, JudgeKind kind) {
  if (!env.judges_known) return JudgeRef{.name = {}, .digest = {}, .kind = kind};
  const auto names = names_of(env, kind);
  if (names.empty()) {
    reader.reader().error(fmt::format("the check needs {}, and none is configured", what_is(kind)), declare(kind));
    return std::nullopt;
  }
  if (names.size() > 1) {
    reader.reader().error(fmt::format("the check must say which of {} judges it asks", names.size()),
                          fmt::format("write `judge: {}`; judges: {}", names.front(), fmt::join(names, ", ")));
    return std::nullopt;
  }
  return *find(env, names.front());
}

// What the check asks for, without who is asked and what the check is to its case.
Json own_options(const text::Node& options) {
  Json own = Json::object();
  for (const auto& [key, value] : options.entries) {
    const bool generic = std::ranges::find(kGenericKeys, key.scalar) != kGenericKeys.end();
    if (!generic && key.scalar != "judge") own[key.scalar] = text::to_json(value);
  }
  return own;
}

}  // namespace

std::optional<JudgeRef> read_judge(OptionReader& reader, const CompileEnv& env, JudgeKind kind) {
  const auto* const node = reader.reader().get("judge");
  if (env.other_judge)
    return the_named(*env.other_judge, reader.reader().node().place(), env, kind, reader.diagnostics());
  if (node == nullptr) return the_only_one(reader, env, kind);
  if (!node->is_scalar()) {
    reader.diagnostics().error(node->place(), fmt::format("`judge` is a name, found {}", text::describe(*node)),
                               "write `judge: strict`");
    return std::nullopt;
  }
  return the_named(node->scalar, node->place(), env, kind, reader.diagnostics());
}

JudgeUse use_of(const JudgeRef& judge, std::initializer_list<std::string_view> prompts, const text::Node& options) {
  Json texts = Json::array();
  for (const auto name : prompts) texts.push_back(prompt_text(name));
  const Json all = {{"prompts", std::move(texts)}, {"options", own_options(options)}};
  return {.judge = judge.name, .digest = judge.digest, .prompt = to_string(sha256(canonical_json(all)))};
}

void set_judge(CompiledCheck& check, const JudgeUse& use) {
  if (std::ranges::find(check.judges, use) != check.judges.end()) return;
  check.judges.push_back(use);
  check.content = to_string(sha256(fmt::format("{}\n{}\n{}", check.content, use.digest, use.prompt)));
}

Json judge_option_schema() {
  return {{"description", "Who judges: a name under `judges` in the configuration; may be left out if there is one"},
          {"type", "string"},
          {"examples", {"strict"}}};
}

}  // namespace assay::judges
