#include "judges/members.hpp"

#include <assay/core/diagnostics.hpp>
#include <assay/core/digest.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

std::string prefix_of(std::size_t member) {
  return fmt::format("{}/", member);
}

template <class T>
void add_distinct(std::vector<T>& to, const std::vector<T>& from) {
  for (const auto& each : from) {
    if (std::ranges::find(to, each) == to.end()) to.push_back(each);
  }
}

}  // namespace

Answers answers_under(std::string_view prefix, const Answers& answers) {
  Answers own;
  for (auto at = answers.lower_bound(prefix); at != answers.end() && at->first.starts_with(prefix); ++at) {
    own.emplace(at->first.substr(prefix.size()), at->second);
  }
  return own;
}

CheckStep step_under(std::string_view prefix, CheckStep step) {
  if (auto* const asks = std::get_if<std::vector<Ask>>(&step)) {
    for (auto& ask : *asks) ask.name.insert(0, prefix);
  }
  return step;
}

bool refuse_outer_keys(const text::Node& argument, std::string_view outer, std::initializer_list<std::string_view> keys,
                       Diagnostics& diagnostics) {
  bool good = true;
  for (const std::string_view key : keys) {
    const auto* const found = argument.find(key);
    if (found == nullptr || (key == "required" && found->is_seq())) continue;
    const bool holds_one = outer == "panel" || outer == "cascade";
    const std::string_view inside = outer == "not" ? "contains: …" : holds_one ? "check: …" : "checks: […]";
    diagnostics.error(found->place(), fmt::format("'{}' belongs to `{}`, not to the check inside", key, outer),
                      fmt::format("write `{}: {{{}, {}: …}}`", outer, inside, key));
    good = false;
  }
  return good;
}

CheckStep run_member(const Members& members, std::size_t member, const CheckContext& context, const Answers& answers) {
  const std::string prefix = prefix_of(member);
  return step_under(prefix, members[member]->run(context, answers_under(prefix, answers)));
}

std::variant<std::vector<Score>, std::vector<Ask>> run_members(const Members& members, const CheckContext& context,
                                                               const Answers& answers) {
  std::vector<Score> scores;
  std::vector<Ask> asks;
  for (std::size_t i = 0; i < members.size(); ++i) {
    auto step = run_member(members, i, context, answers);
    if (auto* const score = std::get_if<Score>(&step)) {
      scores.push_back(std::move(*score));
      continue;
    }
    std::ranges::move(std::get<std::vector<Ask>>(step), std::back_inserter(asks));
  }
  if (!asks.empty()) return asks;
  return scores;
}

void set_members(CompiledCheck& check, const Members& members) {
  std::string joined;
  for (const auto& member : members) {
    joined += member->content.empty() ? "" : member->content + ";";
    add_distinct(check.judges, member->judges);
    add_distinct(check.programs, member->programs);
  }
  check.content = joined.empty() ? "" : to_string(sha256(joined));
  check.verify = [members](const Scope& scope) -> Result<void> {
    for (const auto& member : members) {
      if (auto verified = member->verify(scope); !verified) return verified;
    }
    return {};
  };
}

}  // namespace assay::judges
