#include "judges/json_schema/node.hpp"
#include "judges/json_schema/schema.hpp"
#include "judges/json_schema/uri.hpp"
#include "judges/json_schema/value.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <unordered_set>

namespace assay::judges::schema {

namespace {

std::string shown(const Json& value) {
  return text::excerpt(dump_json(value), 60);
}

bool has_type(const Json& value, std::uint8_t types) {
  switch (value.type()) {
    case Json::value_t::null:
      return (types & kNull) != 0;
    case Json::value_t::boolean:
      return (types & kBoolean) != 0;
    case Json::value_t::object:
      return (types & kObject) != 0;
    case Json::value_t::array:
      return (types & kArray) != 0;
    case Json::value_t::string:
      return (types & kString) != 0;
    default:
      return (types & kNumber) != 0 || ((types & kInteger) != 0 && is_integral(value));
  }
}

std::string type_names(std::uint8_t types) {
  static constexpr std::array<std::pair<std::uint8_t, std::string_view>, 7> kNames{{{kNull, "null"},
                                                                                    {kBoolean, "a boolean"},
                                                                                    {kObject, "an object"},
                                                                                    {kArray, "an array"},
                                                                                    {kNumber, "a number"},
                                                                                    {kString, "a string"},
                                                                                    {kInteger, "an integer"}}};
  std::string names;
  for (const auto& [bit, name] : kNames) {
    if ((types & bit) != 0) names += (names.empty() ? "" : " or ") + std::string(name);
  }
  return names;
}

bool matches(const Pattern& pattern, const std::string& text) {
  return RE2::PartialMatch(text, *pattern.compiled);
}

struct PairHash {
  std::size_t operator()(const std::pair<const Node*, const Json*>& pair) const {
    return std::hash<const void*>{}(pair.first) * 31 + std::hash<const void*>{}(pair.second);
  }
};

/// One walk. Quiet parts only answer yes or no; elsewhere the first "no" is kept and ends the walk.
class Walk {
 public:
  bool check(const Node& node, const Json& value) {
    if (node.always) return *node.always || refuse([] { return std::string("is not allowed"); });
    if (node.ref != nullptr) return referred(*node.ref, value);
    return types(node, value) && values(node, value) && numbers(node.number, value) && strings(node.string, value) &&
           arrays(node.array, value) && objects(node.object, value) && logic(node, value);
  }

  std::optional<Violation> take() { return std::move(violation_); }

 private:
  /// Keeps work linear: a schema that many paths refer to sees each part of the instance once. A known "no" is walked
  /// again only to say why, which ends the walk.
  bool referred(const Node& node, const Json& value) {
    const std::pair key{&node, &value};
    const auto it = known_.find(key);
    if (it != known_.end() && (it->second || quiet_)) return it->second;
    const bool valid = check(node, value);
    known_[key] = valid;
    return valid;
  }

  bool quietly(const Node& node, const Json& value) {
    const bool before = std::exchange(quiet_, true);
    const bool valid = check(node, value);
    quiet_ = before;
    return valid;
  }

  template <class Say>
  bool refuse(const Say& say) {
    if (quiet_) return false;
    std::string pointer;
    for (const auto& segment : path_) pointer += "/" + escape_segment(segment);
    violation_ = Violation{std::move(pointer), say()};
    return false;
  }

  bool below(const Node& node, const Json& value, const std::string& segment) {
    if (quiet_) return check(node, value);
    path_.push_back(segment);
    const bool valid = check(node, value);
    path_.pop_back();
    return valid;
  }

  bool types(const Node& node, const Json& value) {
    if (node.types == 0 || has_type(value, node.types)) return true;
    return refuse([&] { return fmt::format("must be {}, but is {}", type_names(node.types), shown(value)); });
  }

  bool values(const Node& node, const Json& value) {
    if (node.values.empty()) return true;
    const std::string key = value_key(value);
    for (const auto& set : node.values) {
      if (!set.keys.contains(key)) {
        return refuse([&] { return fmt::format("must be {}, but is {}", set.shown, shown(value)); });
      }
    }
    return true;
  }

  bool bound(const std::optional<Json>& limit, const Json& value, bool broken, std::string_view words) {
    if (!broken) return true;
    return refuse([&] { return fmt::format("must be {} {}, but is {}", words, shown(*limit), shown(value)); });
  }

  bool numbers(const NumberRules& rules, const Json& value) {
    if (!value.is_number()) return true;
    const auto& [minimum, maximum, above, under, multiple] = rules;
    return bound(minimum, value, minimum && less(value, *minimum), "at least") &&
           bound(maximum, value, maximum && less(*maximum, value), "at most") &&
           bound(above, value, above && !less(*above, value), "more than") &&
           bound(under, value, under && !less(value, *under), "less than") &&
           bound(multiple, value, multiple && !is_multiple(value, *multiple), "a multiple of");
  }

  bool size(const Bounds& bounds, std::size_t count, std::string_view unit) {
    if (bounds.least && count < *bounds.least) {
      return refuse([&] { return fmt::format("must have at least {} {}, but has {}", *bounds.least, unit, count); });
    }
    if (bounds.most && count > *bounds.most) {
      return refuse([&] { return fmt::format("must have at most {} {}, but has {}", *bounds.most, unit, count); });
    }
    return true;
  }

  bool strings(const StringRules& rules, const Json& value) {
    if (!value.is_string()) return true;
    const auto& text = value.get_ref<const std::string&>();
    if ((rules.length.least || rules.length.most) && !size(rules.length, text::count_chars(text), "characters")) {
      return false;
    }
    if (rules.pattern && !matches(*rules.pattern, text)) {
      return refuse([&] { return fmt::format("must match '{}', but is {}", rules.pattern->shown, shown(value)); });
    }
    if (rules.format != nullptr && !rules.format->matches(text)) {
      return refuse([&] { return fmt::format("must be a valid {}, but is {}", rules.format->name, shown(value)); });
    }
    return true;
  }

  bool arrays(const ArrayRules& rules, const Json& value) {
    if (!value.is_array()) return true;
    if (!size(rules.length, value.size(), "items") || !unique(rules, value)) return false;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Node* const schema = i < rules.tuple.size() ? rules.tuple[i] : rules.items;
      if (schema != nullptr && !below(*schema, value[i], std::to_string(i))) return false;
    }
    if (rules.contains == nullptr) return true;
    return std::any_of(value.begin(), value.end(), [&](const Json& item) { return quietly(*rules.contains, item); }) ||
           refuse([] { return std::string("must contain an item that matches 'contains'"); });
  }

  bool unique(const ArrayRules& rules, const Json& value) {
    if (!rules.unique) return true;
    std::unordered_set<std::string> seen;
    for (const auto& item : value) {
      if (!seen.insert(value_key(item)).second) {
        return refuse([&] { return fmt::format("must not hold an item twice, but holds {}", shown(item)); });
      }
    }
    return true;
  }

  bool objects(const ObjectRules& rules, const Json& value) {
    if (!value.is_object()) return true;
    for (const auto& name : rules.required) {
      if (!value.contains(name)) {
        return refuse([&] { return fmt::format("must have the property '{}'", text::excerpt(name, 40)); });
      }
    }
    return size(rules.size, value.size(), "properties") && members(rules, value) && dependencies(rules, value);
  }

  bool members(const ObjectRules& rules, const Json& value) {
    for (const auto& [key, item] : value.items()) {
      if (rules.names != nullptr && !name(*rules.names, key)) return false;
      bool named = false;
      if (const auto it = rules.properties.find(key); it != rules.properties.end()) {
        named = true;
        if (!below(*it->second, item, key)) return false;
      }
      for (const auto& [pattern, schema] : rules.patterns) {
        if (!matches(pattern, key)) continue;
        named = true;
        if (!below(*schema, item, key)) return false;
      }
      if (named || rules.additional == nullptr) continue;
      if (rules.additional->always == false) {
        return refuse([&] { return fmt::format("must not have the property '{}'", text::excerpt(key, 40)); });
      }
      if (!below(*rules.additional, item, key)) return false;
    }
    return true;
  }

  bool name(const Node& schema, const std::string& key) {
    // Kept until the end of the walk: results are known by address.
    names_.emplace_back(key);
    return quietly(schema, names_.back()) || refuse([&] {
             return fmt::format("must not have the property '{}': its name does not match 'propertyNames'",
                                text::excerpt(key, 40));
           });
  }

  bool dependencies(const ObjectRules& rules, const Json& value) {
    for (const auto& dependency : rules.dependencies) {
      if (!value.contains(dependency.key)) continue;
      for (const auto& name : dependency.keys) {
        if (value.contains(name)) continue;
        return refuse([&] {
          return fmt::format("must have the property '{}' beside '{}'", text::excerpt(name, 40),
                             text::excerpt(dependency.key, 40));
        });
      }
      if (dependency.schema != nullptr && !check(*dependency.schema, value)) return false;
    }
    return true;
  }

  bool logic(const Node& node, const Json& value) {
    for (const Node* one : node.all_of) {
      if (!check(*one, value)) return false;
    }
    if (!node.any_of.empty() && !any(node.any_of, value)) return false;
    if (!node.one_of.empty() && !one(node.one_of, value)) return false;
    if (node.negated != nullptr && quietly(*node.negated, value)) {
      return refuse([&] { return fmt::format("must not match the schema of 'not', but is {}", shown(value)); });
    }
    if (node.condition == nullptr) return true;
    const Node* const branch = quietly(*node.condition, value) ? node.then : node.otherwise;
    return branch == nullptr || check(*branch, value);
  }

  bool any(const std::vector<const Node*>& schemas, const Json& value) {
    for (const Node* one : schemas) {
      if (quietly(*one, value)) return true;
    }
    return none(schemas, value, "anyOf");
  }

  bool one(const std::vector<const Node*>& schemas, const Json& value) {
    std::size_t count = 0;
    for (const Node* one : schemas) {
      count += quietly(*one, value) ? 1 : 0;
      if (count > 1) {
        return refuse([&] { return fmt::format("must match one schema of 'oneOf' only, but is {}", shown(value)); });
      }
    }
    return count == 1 || none(schemas, value, "oneOf");
  }

  /// Where one alternative only has the right type, what is wrong with that one is what a person wants to know.
  bool none(const std::vector<const Node*>& schemas, const Json& value, std::string_view keyword) {
    if (quiet_) return false;
    const Node* only = nullptr;
    int candidates = 0;
    for (const Node* one : schemas) {
      while (one->ref != nullptr) one = one->ref;
      if (one->always || (one->types != 0 && !has_type(value, one->types))) continue;
      only = one;
      ++candidates;
    }
    if (candidates == 1) return check(*only, value);
    return refuse([&] {
      return fmt::format("must match one of the {} schemas of '{}', but is {}", schemas.size(), keyword, shown(value));
    });
  }

  bool quiet_ = false;
  std::vector<std::string> path_;
  std::optional<Violation> violation_;
  std::unordered_map<std::pair<const Node*, const Json*>, bool, PairHash> known_;
  std::deque<Json> names_;
};

}  // namespace

std::optional<Violation> Schema::validate(const Json& instance) const {
  Walk walk;
  if (walk.check(*nodes_->root, instance)) return std::nullopt;
  return walk.take();
}

}  // namespace assay::judges::schema
