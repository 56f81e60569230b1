#include "runner/gate/checklist.hpp"
#include "runner/gate/reasons.hpp"
#include "runner/gate/slices.hpp"

#include <assay/gate/weakening.hpp>
#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace assay::gate {

namespace {

/// Which way a number is strict.
enum class Strict { higher, lower };

std::string as_written(double value) {
  return fmt::format("{:.12g}", value);
}

std::string as_written(Duration duration) {
  return duration_text(duration);
}

/// The differences that are found, all of one gate or of the policy.
struct Finder {
  std::string gate;
  std::vector<Difference>& found;

  void add(std::string key, std::string from, std::string to, Strength strength, std::string why = {}) {
    found.push_back({gate, {}, std::move(key), std::move(from), std::move(to), strength, std::move(why)});
  }

  /// A bound that says nothing where it is absent.
  template <class T>
  void bound(std::string_view key, const std::optional<T>& from, const std::optional<T>& to, Strict strict) {
    if (from == to) return;
    const bool looser = from && (!to || (strict == Strict::higher ? *to < *from : *to > *from));
    add(std::string(key), written(from), written(to), looser ? Strength::weaker : Strength::stronger);
  }

  void flag(std::string_view key, std::string_view strict, std::string_view lax, bool was_lax, bool is_lax) {
    if (was_lax == is_lax) return;
    add(std::string(key), std::string(was_lax ? lax : strict), std::string(is_lax ? lax : strict),
        is_lax ? Strength::weaker : Strength::stronger);
  }

  void text(std::string_view key, const std::string& from, const std::string& to, Strength strength = Strength::changed,
            std::string why = {}) {
    if (from == to) return;
    add(std::string(key), or_none(from), or_none(to), strength, std::move(why));
  }

  template <class T>
  static std::string written(const std::optional<T>& value) {
    return value ? as_written(*value) : std::string(kNone);
  }

  static std::string or_none(const std::string& text) { return text.empty() ? std::string(kNone) : text; }
};

template <class T>
std::optional<double> number(const std::optional<T>& value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

/// The max as it was written: `1.5s`.
std::string max_text(const GateSpec& gate) {
  if (!gate.max) return std::string(kNone);
  return gate.max_is_duration ? as_written(from_seconds(*gate.max)) : as_written(*gate.max);
}

void compare_max(Finder& find, const GateSpec& was, const GateSpec& is) {
  if (was.max == is.max) return;
  const bool looser = was.max && (!is.max || *is.max > *was.max);
  find.add("max", max_text(was), max_text(is), looser ? Strength::weaker : Strength::stronger);
}

void compare_claims(Finder& find, const GateSpec& was, const GateSpec& is) {
  find.text("metric", was.metric, is.metric, Strength::weaker, "the claim about the other metric is gone");
  find.bound("floor", was.floor, is.floor, Strict::higher);
  compare_max(find, was, is);
  find.bound("margin", was.margin, is.margin, Strict::lower);
  find.bound("max_increase", was.max_increase, is.max_increase, Strict::lower);
  find.bound("improvement", was.improvement, is.improvement, Strict::higher);
  find.flag("zero_tolerance", "true", "false", !was.zero_tolerance, !is.zero_tolerance);
  if (is.zero_tolerance) find.bound("max_rate", was.max_rate, is.max_rate, Strict::lower);
  find.text("confirm", was.confirm.value_or(""), is.confirm.value_or(""));
  if (was.at_least && is.at_least) {
    find.bound("at_least", number(was.at_least), number(is.at_least), Strict::higher);
  } else if (was.at_least || is.at_least) {
    find.add("at_least", Finder::written(number(was.at_least)), Finder::written(number(is.at_least)), Strength::weaker,
             "it counts another thing, which may be easier");
  }
}

/// True where every case of `was` is one of `is`.
bool widens(const Tags& was, const Tags& is) {
  return std::all_of(is.begin(), is.end(), [&](const auto& tag) {
    const auto found = was.find(tag.first);
    return found != was.end() && found->second == tag.second;
  });
}

void compare_cases(Finder& find, const GateSpec& was, const GateSpec& is) {
  const bool more = widens(was.where, is.where);
  const bool tolerates_none = was.zero_tolerance && is.zero_tolerance && !was.floor && !was.margin;
  if (more && tolerates_none) {
    find.text("where", tags_text(was.where), tags_text(is.where), Strength::stronger);
  } else {
    find.text("where", tags_text(was.where), tags_text(is.where), Strength::weaker,
              more ? "among more cases the old ones may hide" : "cases are left out");
  }
  const auto all = std::string("every suite");
  const auto names = [&](const GateSpec& gate) {
    return gate.suites.empty() ? all : fmt::format("{}", fmt::join(gate.suites, ", "));
  };
  const auto kept = [&](const std::string& suite) {
    return is.suites.empty() || std::find(is.suites.begin(), is.suites.end(), suite) != is.suites.end();
  };
  const bool narrower =
      was.suites.empty() ? !is.suites.empty() : !std::all_of(was.suites.begin(), was.suites.end(), kept);
  find.text("suite", names(was), names(is), narrower ? Strength::weaker : Strength::stronger);
  find.text("by", was.by.value_or(""), is.by.value_or(""), was.by ? Strength::weaker : Strength::changed,
            was.by ? "its slices hold no more" : "");
  if (was.by && is.by) {
    find.bound<double>("min_n", static_cast<double>(was.min_n), static_cast<double>(is.min_n), Strict::lower);
  }
}

void compare_gate(Finder& find, const GateSpec& was, const GateSpec& is) {
  compare_claims(find, was, is);
  compare_cases(find, was, is);
  const auto warns = [](const GateSpec& gate) { return gate.warn_if_open.value_or(gate.by.has_value()); };
  find.flag("on_inconclusive", "fail", "warn", warns(was), warns(is));
  const auto axis = [](const GateSpec& gate) { return gate.axis ? std::string(name(*gate.axis)) : std::string(); };
  find.text("axis", axis(was), axis(is), was.axis == Axis::safety ? Strength::weaker : Strength::changed,
            was.axis == Axis::safety ? "a waiver takes no security approver any more" : "");
}

void compare_gates(const Policy& older, const Policy& newer, std::vector<Difference>& found) {
  const auto with_id = [](const Policy& policy, const std::string& id) {
    return std::find_if(policy.gates.begin(), policy.gates.end(), [&](const GateSpec& gate) { return gate.id == id; });
  };
  for (const auto& was : older.gates) {
    Finder find{was.id, found};
    const auto is = with_id(newer, was.id);
    if (is == newer.gates.end()) {
      find.add("dropped", "there", std::string(kNone), Strength::weaker);
    } else {
      compare_gate(find, was, *is);
    }
  }
  for (const auto& is : newer.gates) {
    if (with_id(older, is.id) != older.gates.end()) continue;
    found.push_back({is.id, {}, "added", std::string(kNone), "there", Strength::stronger, {}});
  }
}

void compare_judges(Finder& find, const Policy& older, const Policy& newer) {
  const auto youden = [](const Policy& policy) {
    return policy.judge ? std::optional(policy.judge->min_youden) : std::nullopt;
  };
  find.bound("judge.min_youden", youden(older), youden(newer), Strict::higher);
  if (older.judge && newer.judge) {
    find.bound("judge.max_age", older.judge->max_age, newer.judge->max_age, Strict::lower);
  }
}

void compare_anchors(Finder& find, const BaselinePolicy& was, const BaselinePolicy& is) {
  const bool added = was.anchor.empty();
  find.text("baseline.anchor", was.anchor, is.anchor, added ? Strength::stronger : Strength::weaker,
            is.anchor.empty() ? "" : "an anchor that moves holds nobody");
  if (!is.anchor.empty() && !added)
    find.bound("baseline.anchor_margin", was.anchor_margin, is.anchor_margin, Strict::lower);
}

void compare_baselines(Finder& find, const Policy& older, const Policy& newer) {
  if (!older.baseline && !newer.baseline) return;
  const auto named = [](const Policy& policy) {
    if (!policy.baseline) return std::string();
    return policy.baseline->ref.empty() ? std::string("without a ref") : policy.baseline->ref;
  };
  if (!older.baseline || !newer.baseline) {
    return find.text("baseline", named(older), named(newer), older.baseline ? Strength::weaker : Strength::stronger);
  }
  const auto& was = *older.baseline;
  const auto& is = *newer.baseline;
  find.text("baseline.ref", was.ref, is.ref, was.ref.empty() ? Strength::stronger : Strength::weaker,
            is.ref.empty() ? "" : "another baseline may ask for less");
  const auto runs = [](const BaselinePolicy& policy) {
    return std::optional(static_cast<double>(policy.runs.value_or(kBaselineRuns)));
  };
  find.bound("baseline.runs", runs(was), runs(is), Strict::higher);
  find.bound("baseline.max_age", was.max_age, is.max_age, Strict::lower);
  find.flag("baseline.bootstrap", "false", "true", was.bootstrap, is.bootstrap);
  compare_anchors(find, was, is);
}

void compare_canaries(Finder& find, const Policy& older, const Policy& newer) {
  if (!older.canary || !newer.canary) {
    const auto there = [](const Policy& policy) { return policy.canary ? std::string("there") : std::string(); };
    return find.text("canary", there(older), there(newer), Strength::changed,
                     newer.canary ? "" : "without a plan no run is canary-ready");
  }
  const auto& was = *older.canary;
  const auto& is = *newer.canary;
  const auto stages = [](const CanaryPolicy& policy) { return fmt::format("{:g}", fmt::join(policy.stages, ", ")); };
  find.text("canary.stages", stages(was), stages(is));
  find.bound<double>("canary.tolerated_ratio", was.tolerated_ratio, is.tolerated_ratio, Strict::lower);
  if (was.failure_rate && is.failure_rate) {
    find.bound("canary.failure_rate", was.failure_rate, is.failure_rate, Strict::lower);
  } else {
    find.text("canary.failure_rate", Finder::written(was.failure_rate), Finder::written(is.failure_rate));
  }
  find.text("canary.rollback.to", was.rollback.value_or(""), is.rollback.value_or(""));
  for (const auto& item : kChecklist) {
    const auto at = [&](const CanaryPolicy& policy) {
      const auto found = policy.checklist.find(item.key);
      return found == policy.checklist.end() ? std::string() : found->second;
    };
    const auto from = at(was);
    const auto to = at(is);
    find.text(fmt::format("canary.checklist.{}", item.key), from, to,
              to.empty()     ? Strength::weaker
              : from.empty() ? Strength::stronger
                             : Strength::changed);
  }
}

void compare_signoffs(Finder& find, const Policy& older, const Policy& newer) {
  const auto missing = [](const std::vector<std::string>& from, const std::vector<std::string>& to) {
    std::vector<std::string> roles;
    std::copy_if(from.begin(), from.end(), std::back_inserter(roles),
                 [&](const std::string& role) { return std::find(to.begin(), to.end(), role) == to.end(); });
    return roles;
  };
  for (const auto& role : missing(older.signoff, newer.signoff))
    find.text("signoff.required", role, "", Strength::weaker);
  for (const auto& role : missing(newer.signoff, older.signoff))
    find.text("signoff.required", "", role, Strength::stronger);
}

std::string sampling_text(const Policy& policy) {
  if (!policy.sampling) return {};
  const auto& sampling = *policy.sampling;
  const auto spending = [](stats::Spending each) { return each == stats::Spending::pocock ? "pocock" : "obf"; };
  auto text = fmt::format("looks {:g} ({})", fmt::join(sampling.looks, ", "), spending(sampling.spending));
  if (const auto& repeat = sampling.repeat) {
    text += fmt::format(", {} rounds ({})", repeat->max_rounds, spending(repeat->spending));
  }
  return text;
}

/// Without a policy every suite has a floor; with one only those that say so.
void compare_implied_floor(Finder& find, const Policy& older, const Policy& newer) {
  const auto holds = [](const GateSpec& gate) {
    return gate.metric == "pass_rate" && gate.floor && gate.where.empty() && gate.suites.empty() && !gate.at_least;
  };
  if (!older.built_in || newer.built_in || std::any_of(newer.gates.begin(), newer.gates.end(), holds)) return;
  find.add("floor", "0.8", std::string(kNone), Strength::weaker,
           "without a policy every suite without a floor of its own had this one");
}

void compare_whole(Finder& find, const Policy& older, const Policy& newer) {
  find.bound<double>("alpha", older.alpha, newer.alpha, Strict::lower);
  find.bound<double>("max_error_rate", older.max_error_rate, newer.max_error_rate, Strict::lower);
  find.flag("on_inconclusive", "fail", "warn", older.warn_on_inconclusive, newer.warn_on_inconclusive);
  compare_implied_floor(find, older, newer);
  compare_judges(find, older, newer);
  compare_baselines(find, older, newer);
  find.text("sampling", sampling_text(older), sampling_text(newer));
  compare_signoffs(find, older, newer);
  compare_canaries(find, older, newer);
  // Without the key no replayed sample is fresh: that is the strictest.
  const auto age = [](const Policy& policy) { return policy.replay_max_age.value_or(Duration{}); };
  if (age(older) != age(newer)) {
    find.add("replay.max_age", Finder::written(older.replay_max_age), Finder::written(newer.replay_max_age),
             age(newer) > age(older) ? Strength::weaker : Strength::stronger);
  }
  find.text("waivers", older.waivers, newer.waivers);
}

bool same_value(std::string_view one, std::string_view other) {
  one = text::trim(one);
  other = text::trim(other);
  if (one == other) return true;
  const auto numbers = std::pair(text::parse_number(one), text::parse_number(other));
  if (numbers.first && numbers.second) return as_written(*numbers.first) == as_written(*numbers.second);
  const auto durations = std::pair(text::parse_duration(one), text::parse_duration(other));
  return durations.first && durations.second && *durations.first == *durations.second;
}

/// Plain where YAML reads it as it stands, else in quotes.
std::string yaml_scalar(const std::string& text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  if (!text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), plain)) return text;
  return dump_json(Json(text));
}

}  // namespace

std::vector<Difference> differences(const Policy& older, const Policy& newer) {
  std::vector<Difference> found;
  Finder whole{{}, found};
  compare_whole(whole, older, newer);
  compare_gates(older, newer, found);
  return found;
}

const Weakening* explained(const Difference& difference, std::span<const Weakening> reasons) {
  const auto beside = std::find_if(reasons.begin(), reasons.end(), [&](const Weakening& reason) {
    return reason.gate == difference.gate && reason.suite == difference.suite && reason.key == difference.key &&
           same_value(reason.from, difference.from) && same_value(reason.to, difference.to);
  });
  return beside == reasons.end() ? nullptr : &*beside;
}

std::string explanation_of(const Difference& difference) {
  std::string line = "- {";
  if (!difference.gate.empty()) line += fmt::format("gate: {}, ", yaml_scalar(difference.gate));
  if (!difference.suite.empty()) line += fmt::format("suite: {}, ", yaml_scalar(difference.suite));
  return line + fmt::format("key: {}, from: {}, to: {}, reason: \"…\", by: …}}", yaml_scalar(difference.key),
                            yaml_scalar(difference.from), yaml_scalar(difference.to));
}

std::string sentence(const Difference& difference) {
  std::string subject = "the policy";
  if (!difference.gate.empty()) subject = fmt::format("gate '{}'", difference.gate);
  if (!difference.suite.empty()) subject = fmt::format("suite '{}'", difference.suite);
  const auto why = difference.why.empty() ? std::string() : fmt::format(" ({})", difference.why);
  if (difference.key == "dropped") return fmt::format("{} is gone{}", subject, why);
  if (difference.key == "added") return fmt::format("{} is new{}", subject, why);
  return fmt::format("{}: {} {} → {}{}", subject, difference.key, difference.from, difference.to, why);
}

}  // namespace assay::gate
