#include "judges/json_schema/assertions.hpp"
#include "judges/json_schema/documents.hpp"
#include "judges/json_schema/node.hpp"
#include "judges/json_schema/schema.hpp"
#include "judges/json_schema/strict.hpp"
#include "judges/json_schema/uri.hpp"

#include <fmt/format.h>

#include <unordered_map>

namespace assay::judges::schema {

namespace {

/// Calls `visit` with every schema that applies to the same part of the instance as `node`.
template <class Visit>
void each_in_place(const Node& node, const Visit& visit) {
  for (const Node* one : {node.ref, node.negated, node.condition, node.then, node.otherwise}) {
    if (one != nullptr) visit(*one);
  }
  for (const auto* list : {&node.all_of, &node.any_of, &node.one_of}) {
    for (const Node* one : *list) visit(*one);
  }
  for (const auto& dependency : node.object.dependencies) {
    if (dependency.schema != nullptr) visit(*dependency.schema);
  }
}

class Compiler {
 public:
  Compiler(const Json& schema, const Options& options) : documents_(schema, options) {}

  std::variant<std::shared_ptr<const Nodes>, Fault> run() {
    nodes_->root = node(documents_.root());
    while (!pending_.empty() && !fault_) {
      const Reference next = std::move(pending_.back());
      pending_.pop_back();
      link(next);
    }
    for (const Node& one : nodes_->all) {
      if (!fault_) height(one, 0);
    }
    if (fault_) return std::move(*fault_);
    return std::shared_ptr<const Nodes>(std::move(nodes_));
  }

 private:
  struct Reference {
    Node* from;
    std::string text;
    Location at;
  };

  void fail(const Location& at, std::string_view keyword, Problem problem) {
    if (fault_) return;
    fault_ = Fault{.document = at.document->uri,
                   .pointer = keyword.empty() ? at.pointer : at.pointer + "/" + escape_segment(keyword),
                   .message = std::move(problem.message),
                   .hint = std::move(problem.hint)};
  }

  const Node* node(const Location& at) {
    if (const auto it = known_.find(at.json); it != known_.end()) return it->second;
    Node& made = nodes_->all.emplace_back();
    known_.emplace(at.json, &made);
    places_.emplace(&made, at);
    if (at.json->is_boolean()) {
      made.always = at.json->get<bool>();
    } else if (at.json->is_object()) {
      fill(made, at);
    } else {
      fail(at, "", {"a schema must be a mapping, true or false", "write `{type: …}`"});
    }
    return &made;
  }

  void fill(Node& made, const Location& at) {
    if (at.document->strict) {
      if (auto ignored = find_ignored(*at.json, at.pointer.empty())) {
        return fail(at, ignored->first, std::move(ignored->second));
      }
    }
    definitions(at);
    if (const auto ref = at.json->find("$ref"); ref != at.json->end()) {
      if (!ref->is_string()) return fail(at, "$ref", {"'$ref' must be text", "write `$ref: '#/definitions/…'`"});
      pending_.push_back({&made, ref->get<std::string>(), at});
      return;
    }
    for (const auto& [key, value] : at.json->items()) {
      const auto assertion = assertions().find(key);
      if (assertion != assertions().end()) checked(at, key, assertion->second(value, made));
      if (key == "format" && at.document->formats) checked(at, key, read_format(value, made));
    }
    logic(made, at);
    arrays(made, at);
    objects(made, at);
  }

  void checked(const Location& at, std::string_view keyword, std::optional<Problem> problem) {
    if (!problem) return;
    problem->message = fmt::format("'{}' {}", keyword, problem->message);
    fail(at, keyword, std::move(*problem));
  }

  void definitions(const Location& at) {
    for (const std::string_view keyword : {"definitions", "$defs"}) {
      each_member(at, keyword, [&](const std::string&, const Node*) {});
    }
  }

  const Node* single(const Location& at, std::string_view keyword) {
    const auto found = at.json->find(keyword);
    return found == at.json->end() ? nullptr : node(child(at, *found, keyword));
  }

  void list(const Location& at, std::string_view keyword, std::vector<const Node*>& into, std::size_t least = 1) {
    const auto found = at.json->find(keyword);
    if (found == at.json->end()) return;
    if (!found->is_array() || found->size() < least) {
      return fail(at, keyword, {fmt::format("'{}' must be a list of at least one schema", keyword), ""});
    }
    for (std::size_t i = 0; i < found->size(); ++i) {
      into.push_back(node(child(at, (*found)[i], keyword, std::to_string(i))));
    }
  }

  template <class Visit>
  void each_member(const Location& at, std::string_view keyword, const Visit& visit) {
    const auto found = at.json->find(keyword);
    if (found == at.json->end()) return;
    if (!found->is_object()) {
      return fail(at, keyword, {fmt::format("'{}' must be a mapping of names to schemas", keyword), ""});
    }
    for (const auto& [key, value] : found->items()) visit(key, node(child(at, value, keyword, key)));
  }

  void logic(Node& made, const Location& at) {
    list(at, "allOf", made.all_of);
    list(at, "anyOf", made.any_of);
    list(at, "oneOf", made.one_of);
    made.negated = single(at, "not");
    const Node* const then = single(at, "then");
    const Node* const otherwise = single(at, "else");
    made.condition = single(at, "if");
    if (made.condition == nullptr) return;
    made.then = then;
    made.otherwise = otherwise;
  }

  void arrays(Node& made, const Location& at) {
    made.array.contains = single(at, "contains");
    const auto items = at.json->find("items");
    const Node* const additional = single(at, "additionalItems");
    if (items == at.json->end()) return;
    if (items->is_array()) {
      list(at, "items", made.array.tuple, 0);
      made.array.items = additional;
    } else {
      made.array.items = single(at, "items");
    }
  }

  void objects(Node& made, const Location& at) {
    ObjectRules& rules = made.object;
    each_member(at, "properties", [&](const std::string& key, const Node* node) { rules.properties[key] = node; });
    each_member(at, "patternProperties", [&](const std::string& key, const Node* node) {
      auto& [pattern, schema] = rules.patterns.emplace_back(Pattern{}, node);
      checked(at, "patternProperties", read_pattern(key, pattern));
    });
    rules.additional = single(at, "additionalProperties");
    rules.names = single(at, "propertyNames");
    dependencies(rules, at);
  }

  void dependencies(ObjectRules& rules, const Location& at) {
    const auto found = at.json->find("dependencies");
    if (found == at.json->end()) return;
    if (!found->is_object()) return fail(at, "dependencies", {"'dependencies' must be a mapping", "write `{a: [b]}`"});
    for (const auto& [key, value] : found->items()) {
      Dependency& dependency = rules.dependencies.emplace_back();
      dependency.key = key;
      if (value.is_array()) {
        checked(at, "dependencies", read_names(value, dependency.keys));
      } else {
        dependency.schema = node(child(at, value, "dependencies", key));
      }
    }
  }

  void link(const Reference& reference) {
    auto found = documents_.find(reference.text, reference.at);
    if (auto* const fault = std::get_if<Fault>(&found)) {
      return fail(reference.at, "$ref", {std::move(fault->message), std::move(fault->hint)});
    }
    reference.from->ref = node(std::get<Location>(found));
  }

  /// How many schemas apply in place from here on; 0 while being counted.
  int height(const Node& node, int depth) {
    if (const auto it = heights_.find(&node); it != heights_.end()) {
      if (it->second == 0)
        fail(places_.at(&node), "",
             {"the schema refers to itself without end", "refer to it from within `properties` or `items`"});
      return it->second;
    }
    heights_[&node] = 0;
    int highest = 0;
    each_in_place(node, [&](const Node& next) {
      if (depth < kMaxInPlace && !fault_) highest = std::max(highest, height(next, depth + 1));
      if (depth >= kMaxInPlace) highest = kMaxInPlace;
    });
    if (highest >= kMaxInPlace) {
      fail(places_.at(&node), "", {fmt::format("more than {} schemas apply to one value", kMaxInPlace), "flatten it"});
    }
    return heights_[&node] = highest + 1;
  }

  Documents documents_;
  std::shared_ptr<Nodes> nodes_ = std::make_shared<Nodes>();
  std::unordered_map<const Json*, Node*> known_;
  std::unordered_map<const Node*, Location> places_;
  std::unordered_map<const Node*, int> heights_;
  std::vector<Reference> pending_;
  std::optional<Fault> fault_;
};

}  // namespace

std::variant<Schema, Fault> Schema::compile(const Json& schema, const Options& options) {
  auto compiled = Compiler(schema, options).run();
  if (auto* const fault = std::get_if<Fault>(&compiled)) return std::move(*fault);
  return Schema(std::get<0>(std::move(compiled)));
}

}  // namespace assay::judges::schema
