#include "runner/stub/choose.hpp"

#include <assay/core/random.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>
#include <array>

namespace assay::stub {

namespace {

constexpr int kMaxGroups = 10;

void keep_groups(const re2::RE2& regex, const std::string& text, std::vector<std::string>* groups) {
  std::array<re2::StringPiece, kMaxGroups> found;
  const int count = std::min(regex.NumberOfCapturingGroups() + 1, kMaxGroups);
  if (!regex.Match(text, 0, text.size(), re2::RE2::UNANCHORED, found.data(), count)) return;
  groups->clear();
  for (int i = 0; i < count; ++i) groups->emplace_back(found[static_cast<std::size_t>(i)].as_string());
}

bool holds(const TextMatch& match, const std::string& text, std::vector<std::string>* groups) {
  const std::string folded = match.ignore_case ? text::fold_case(text) : std::string();
  const std::string& compared = match.ignore_case ? folded : text;
  if (match.contains && compared.find(*match.contains) == std::string::npos) return false;
  if (match.equals && text::trim(compared) != *match.equals) return false;
  if (!match.regex) return true;
  if (!re2::RE2::PartialMatch(text, *match.regex)) return false;
  if (groups->empty()) keep_groups(*match.regex, text, groups);
  return true;
}

bool names(const std::vector<std::string>& wanted, std::string_view value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

bool holds(const When& when, const Asked& asked, std::vector<std::string>* groups) {
  if (!names(when.models, asked.model) || !names(when.cases, asked.case_id)) return false;
  if (when.stream && *when.stream != asked.request.stream) return false;
  if (when.response_format && *when.response_format != asked.request.response_format) return false;
  if (when.last_user && !holds(*when.last_user, asked.texts.last_user(), groups)) return false;
  if (when.any_message) {
    const auto holds_here = [&](const std::string& text) { return holds(*when.any_message, text, groups); };
    if (!std::ranges::any_of(asked.texts.all(), holds_here)) return false;
  }
  if (when.prompt && !holds(*when.prompt, asked.texts.prompt(), groups)) return false;
  return !when.system || holds(*when.system, asked.texts.system(), groups);
}

/// The rule's draw. One for all the times of a rule with `times`: then a request fails its first N times, or never.
bool applies(const Rule& rule, const Choice& choice, const Asked& asked, std::size_t index) {
  const std::uint64_t key = rule.times ? mix(draw_key(asked.first_key, Draw::rule), index) : choice.key;
  return uniform(draw_key(key, Draw::probability)) < rule.probability;
}

Json answer_variables(const Choice& choice, const Asked& asked) {
  Json vars = {{"last_user", asked.texts.last_user()},
               {"prompt", asked.texts.prompt()},
               {"system", asked.texts.system()},
               {"model", std::string(asked.model)},
               {"case", std::string(asked.case_id)}};
  for (std::size_t i = 0; i < kMaxGroups; ++i) {
    vars[std::to_string(i)] = i < choice.groups.size() ? choice.groups[i] : std::string();
  }
  return vars;
}

}  // namespace

std::uint64_t draw_key(std::uint64_t key, Draw purpose) {
  return mix(key, static_cast<std::uint64_t>(purpose));
}

std::optional<Choice> choose(const Script& script, const Asked& asked) {
  for (std::size_t i = 0; i < script.rules.size(); ++i) {
    const Rule& rule = script.rules[i];
    Choice choice{.rule = &rule, .key = mix(draw_key(asked.key, Draw::rule), i), .groups = {}, .found = nullptr};
    if (rule.times && asked.seen >= *rule.times) continue;
    if (!holds(rule.when, asked, &choice.groups)) continue;
    if (rule.say.table) {
      const auto found = rule.say.table->find(text::trim(asked.texts.last_user()));
      if (found == rule.say.table->end()) continue;
      choice.found = &found->second;
    }
    if (rule.probability < 1 && !applies(rule, choice, asked, i)) continue;
    return choice;
  }
  return std::nullopt;
}

std::string answer_text(const Choice& choice, const Asked& asked) {
  if (choice.found != nullptr) return *choice.found;
  const auto& texts = choice.rule->say.texts;
  if (texts.empty()) return {};
  const double draw = texts.size() > 1 ? uniform(draw_key(choice.key, Draw::answer)) : 0;
  const text::Template& source = texts[static_cast<std::size_t>(draw * static_cast<double>(texts.size()))];
  const Json vars = source.constant() ? Json::object() : answer_variables(choice, asked);
  const Scope scope{.vars = vars, .id = asked.case_id, .row = asked.seen + 1U};
  const auto rendered = source.render(scope);
  return rendered ? *rendered : std::string();
}

bool is_answer_variable(std::string_view name) {
  if (name.size() == 1 && name[0] >= '0' && name[0] <= '9') return true;
  return name == "last_user" || name == "prompt" || name == "system" || name == "model" || name == "case";
}

}  // namespace assay::stub
