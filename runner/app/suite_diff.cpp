#include "runner/app/suite_diff.hpp"

#include <assay/core/digest.hpp>
#include <assay/suites/suite.hpp>
#include <assay/text/reader.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_map>

namespace assay::app {

namespace {

using gate::Difference;
using gate::Strength;

constexpr std::size_t kNamedCases = 5;

/// An option that bounds, and which way it is strict.
struct BoundOption {
  std::string_view name;
  bool higher_is_strict;
  bool without_is_free;  ///< else a default stands in its place, which is not known here
};
constexpr std::array kBoundOptions{BoundOption{"threshold", true, false}, BoundOption{"pass", true, false},
                                   BoundOption{"min", true, true}, BoundOption{"max", false, true},
                                   BoundOption{"tolerance", false, false}};

/// A number, and how it was written.
struct Written {
  double value = 0;
  std::string text;
};

/// A check as far as one can be laxer than another. `options` are those that `name: {…}` gives.
struct CheckShape {
  std::string key;  ///< its metric, near enough
  bool required = true;
  std::array<std::optional<Written>, kBoundOptions.size()> bounds;
  std::string text;  ///< canonical, to see that it changed
};

using CheckList = std::vector<CheckShape>;

struct CaseShape {
  std::size_t list = 0;  ///< of its checks
  Tags tags;             ///< those that gates ask for
  bool clustered = false;
};

/// A suite with the checks of each case; equal lists are kept once.
struct SuiteShape {
  std::string id;
  std::optional<double> floor;
  Place at;
  std::vector<CheckList> lists;
  std::unordered_map<std::string, CaseShape> cases;  ///< by id
};

std::string key_of(const std::string& name, const text::Node& argument) {
  const auto* as = argument.find("as");
  if (as != nullptr && as->is_scalar()) return as->scalar;
  if (name == "not" && argument.is_map() && !argument.entries.empty()) {
    const auto& [inner, of] = argument.entries.front();
    return "not " + key_of(inner.scalar, of);
  }
  return name;
}

/// A number or a duration.
std::optional<Written> bound_at(const text::Node& argument, std::string_view key) {
  const auto* node = argument.find(key);
  if (node == nullptr || !node->is_scalar()) return std::nullopt;
  if (const auto number = text::parse_number(node->scalar)) return Written{*number, fmt::format("{:.12g}", *number)};
  if (const auto duration = text::parse_duration(node->scalar)) return Written{to_seconds(*duration), node->scalar};
  return std::nullopt;
}

CheckShape shape_of(const suites::CheckSpec& check) {
  const auto* required = check.argument.find("required");
  CheckShape shape{key_of(check.name, check.argument),
                   required == nullptr || required->scalar != "false",
                   {},
                   check.name + ": " + canonical_json(text::to_json(check.argument))};
  for (std::size_t i = 0; i < kBoundOptions.size(); ++i) {
    shape.bounds[i] = bound_at(check.argument, kBoundOptions[i].name);
  }
  return shape;
}

/// Reads the cases one by one and keeps their ids and checks.
class ShapeReader {
 public:
  ShapeReader(const suites::Suite& suite, const std::set<std::string>& tags, Diagnostics& diagnostics)
      : suite_(suite), tags_(tags), diagnostics_(diagnostics) {
    shape_.id = suite.id;
    shape_.floor = suite.floor;
    shape_.at = suite.at;
  }

  SuiteShape read() {
    auto cursor = suites::open_cases(suite_);
    if (!cursor) {
      diagnostics_.error(cursor.error());
      return std::move(shape_);
    }
    while (diagnostics_.error_count() <= Diagnostics::kMax) {
      auto next = (*cursor)->next();
      if (!next) {
        diagnostics_.error(next.error());
        continue;
      }
      if (!*next) break;
      shape_.cases.emplace((*next)->id, shape_of_case(**next));
    }
    return std::move(shape_);
  }

 private:
  CaseShape shape_of_case(const suites::Case& kase) {
    CaseShape shape{list_of(kase.checks), {}, !kase.cluster.empty()};
    for (const auto& [tag, value] : kase.tags) {
      if (tags_.contains(tag)) shape.tags[tag] = value;
    }
    return shape;
  }

  std::size_t list_of(const std::vector<suites::CheckSpec>& own) {
    CheckList list;
    for (const auto* checks : {&suite_.default_checks, &own}) {
      for (const auto& check : *checks) list.push_back(shape_of(check));
    }
    std::string text;
    for (const auto& check : list) text += check.text + "\n";
    const auto [known, fresh] = known_.emplace(std::move(text), shape_.lists.size());
    if (fresh) shape_.lists.push_back(std::move(list));
    return known->second;
  }

  const suites::Suite& suite_;
  const std::set<std::string>& tags_;
  Diagnostics& diagnostics_;
  SuiteShape shape_;
  std::unordered_map<std::string, std::size_t> known_;
};

std::map<std::string, SuiteShape> read_suites(const std::vector<std::filesystem::path>& files,
                                              const std::set<std::string>& tags, Diagnostics& diagnostics) {
  std::map<std::string, SuiteShape> shapes;
  for (const auto& file : files) {
    const auto suite = suites::load(file, diagnostics);
    if (suite) shapes[suite->id] = ShapeReader(*suite, tags, diagnostics).read();
  }
  return shapes;
}

/// Few cases by name; of many the number, and a digest of their ids, so that a reason is good for these only.
std::string those(std::vector<std::string> ids) {
  std::sort(ids.begin(), ids.end());
  if (ids.size() <= kNamedCases) return fmt::format("{}", fmt::join(ids, ", "));
  constexpr std::size_t kPrefix = 7;  // sha256:
  const auto digest = to_string(sha256(fmt::format("{}", fmt::join(ids, "\n"))));
  return fmt::format("{} cases ({})", ids.size(), digest.substr(kPrefix, 8));
}

/// What became of a check, apart from the cases that have it.
struct Change {
  std::string from;
  std::string to;
  Strength strength = Strength::weaker;

  friend auto operator<=>(const Change&, const Change&) = default;
};

std::vector<Change> changes_of(const CheckShape& was, const CheckShape& is) {
  std::vector<Change> changes;
  if (was.required != is.required) {
    const auto text = [&](bool required) {
      return fmt::format("{} {}", was.key, required ? "required" : "not required");
    };
    changes.push_back({text(was.required), text(is.required), was.required ? Strength::weaker : Strength::stronger});
  }
  for (std::size_t i = 0; i < kBoundOptions.size(); ++i) {
    const auto& [name, higher_is_strict, without_is_free] = kBoundOptions[i];
    const auto& from = was.bounds[i];
    const auto& to = is.bounds[i];
    if ((!from && !to) || (!without_is_free && !(from && to)) || (from && to && from->value == to->value)) continue;
    const bool looser = !to || (from && (higher_is_strict ? to->value < from->value : to->value > from->value));
    const auto text = [&, option = name](const std::optional<Written>& bound) {
      return fmt::format("{} {} {}", was.key, option, bound ? bound->text : gate::kNone);
    };
    changes.push_back({text(from), text(to), looser ? Strength::weaker : Strength::stronger});
  }
  if (changes.empty() && was.text != is.text) changes.push_back({was.key, was.key + " otherwise", Strength::changed});
  return changes;
}

std::vector<Change> changes_between(const CheckList& older, const CheckList& newer) {
  const auto find = [](const CheckList& list, const std::string& key) -> const CheckShape* {
    const auto found = std::find_if(list.begin(), list.end(), [&](const CheckShape& each) { return each.key == key; });
    return found == list.end() ? nullptr : &*found;
  };
  std::vector<Change> changes;
  for (const auto& was : older) {
    const auto* is = find(newer, was.key);
    if (is == nullptr) {
      changes.push_back({was.key, std::string(gate::kNone), Strength::weaker});
      continue;
    }
    for (auto& change : changes_of(was, *is)) changes.push_back(std::move(change));
  }
  for (const auto& is : newer) {
    if (find(older, is.key) == nullptr) changes.push_back({std::string(gate::kNone), is.key, Strength::stronger});
  }
  return changes;
}

/// Finds the differences of one suite.
class SuiteComparison {
 public:
  SuiteComparison(const SuiteShape& was, const SuiteShape& is) : was_(was), is_(is) {}

  std::vector<PlacedDifference> run() {
    compare_floors();
    compare_cases();
    compare_checks();
    compare_tags();
    compare_clusters();
    return std::move(found_);
  }

 private:
  void add(std::string key, std::string from, std::string to, Strength strength, std::string why = {}) {
    found_.push_back({{{}, was_.id, std::move(key), std::move(from), std::move(to), strength, std::move(why)}, is_.at});
  }

  /// Calls `each(id, before, now)` for the cases of both.
  template <class F>
  void each_common(F each) const {
    for (const auto& [id, was] : was_.cases) {
      const auto now = is_.cases.find(id);
      if (now != is_.cases.end()) each(id, was, now->second);
    }
  }

  /// A digest does not cover tags, so that no comparison sees a case leave the cases that a gate is about.
  void compare_tags() {
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> changed;
    each_common([&](const std::string& id, const CaseShape& was, const CaseShape& now) {
      for (const auto& [tag, value] : was.tags) {
        const auto found = now.tags.find(tag);
        const auto text = found == now.tags.end() ? std::string(gate::kNone) : tag + "=" + found->second;
        if (found == now.tags.end() || found->second != value) changed[{tag + "=" + value, text}].push_back(id);
      }
    });
    for (auto& [change, ids] : changed) {
      add("tags", change.first + " in " + those(std::move(ids)), change.second, Strength::weaker,
          "gates choose cases by it");
    }
  }

  void compare_clusters() {
    std::vector<std::string> apart;
    each_common([&](const std::string& id, const CaseShape& was, const CaseShape& now) {
      if (was.clustered && !now.clustered) apart.push_back(id);
    });
    if (apart.empty()) return;
    add("cluster", "in " + those(std::move(apart)), std::string(gate::kNone), Strength::weaker,
        "cases of one source count as if each had its own");
  }

  void compare_floors() {
    if (was_.floor == is_.floor) return;
    const auto text = [](const std::optional<double>& floor) {
      return floor ? fmt::format("{:.12g}", *floor) : std::string(gate::kNone);
    };
    const bool lower = was_.floor && (!is_.floor || *is_.floor < *was_.floor);
    add("floor", text(was_.floor), text(is_.floor), lower ? Strength::weaker : Strength::stronger);
  }

  void compare_cases() {
    const auto missing = [](const SuiteShape& from, const SuiteShape& to) {
      std::vector<std::string> ids;
      for (const auto& [id, kase] : from.cases) {
        if (!to.cases.contains(id)) ids.push_back(id);
      }
      return ids;
    };
    const std::string none(gate::kNone);
    if (auto gone = missing(was_, is_); !gone.empty()) add("cases", those(std::move(gone)), none, Strength::weaker);
    if (auto fresh = missing(is_, was_); !fresh.empty())
      add("cases", none, those(std::move(fresh)), Strength::stronger);
  }

  void compare_checks() {
    std::map<Change, std::vector<std::string>> changed;
    std::map<std::pair<std::size_t, std::size_t>, std::vector<Change>> known;  // most cases share their checks
    each_common([&](const std::string& id, const CaseShape& was, const CaseShape& now) {
      const auto pair = std::pair(was.list, now.list);
      auto of = known.find(pair);
      if (of == known.end()) {
        of = known.emplace(pair, changes_between(was_.lists[pair.first], is_.lists[pair.second])).first;
      }
      for (const auto& change : of->second) changed[change].push_back(id);
    });
    for (auto& [change, ids] : changed) {
      const auto none = std::string(gate::kNone);
      const auto in = " in " + those(std::move(ids));
      add("checks", change.from == none ? none : change.from + in, change.from == none ? change.to + in : change.to,
          change.strength);
    }
  }

  const SuiteShape& was_;
  const SuiteShape& is_;
  std::vector<PlacedDifference> found_;
};

}  // namespace

std::vector<PlacedDifference> suite_differences(const std::vector<std::filesystem::path>& older,
                                                const std::vector<std::filesystem::path>& newer,
                                                const std::set<std::string>& tags, Diagnostics& diagnostics) {
  const auto before = read_suites(older, tags, diagnostics);
  const auto now = read_suites(newer, tags, diagnostics);
  std::vector<PlacedDifference> found;
  const std::string none(gate::kNone);
  for (const auto& [id, was] : before) {
    const auto is = now.find(id);
    if (is == now.end()) {
      found.push_back({{{}, id, "dropped", "there", none, Strength::weaker, {}}, {}});
      continue;
    }
    for (auto& each : SuiteComparison(was, is->second).run()) found.push_back(std::move(each));
  }
  for (const auto& [id, is] : now) {
    if (!before.contains(id)) found.push_back({{{}, id, "added", none, "there", Strength::stronger, {}}, is.at});
  }
  return found;
}

}  // namespace assay::app
