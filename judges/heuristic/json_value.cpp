/// json_path, json_equal: values of an answer that is JSON.

#include "judges/heuristic/json_answer.hpp"
#include "judges/heuristic/json_difference.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/json_path.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::judges {

namespace {

using text::JsonPath;

using Paths = std::vector<JsonPath>;

std::string shown(const Json& value) {
  return text::excerpt(dump_json(value), 60);
}

// What is different, as the rest of a sentence that begins with the answer's place.
std::string explain(const Difference& difference) {
  const auto at = text::excerpt(difference.path, 80);
  if (difference.found == nullptr) return fmt::format("{} is missing, expected {}", at, shown(*difference.expected));
  if (difference.expected == nullptr) return fmt::format("{} was not expected: {}", at, shown(*difference.found));
  return fmt::format("{} is {}, expected {}", at, shown(*difference.found), shown(*difference.expected));
}

Parsed<JsonPath> parse_path(const Json& value) {
  const std::string written = text_of(value);
  auto path = JsonPath::parse(text::trim(written));
  if (const auto* const why = std::get_if<std::string>(&path)) {
    return Wrong{fmt::format("is no path: {}: {}", text::in_quotes(written), *why), "write `path: $.items[0].name`"};
  }
  if (std::get<JsonPath>(path).means_several()) {
    return Wrong{fmt::format("must lead to one value, found {}", text::in_quotes(written)),
                 "write an index instead of `*`, or use `json_schema` with `items`"};
  }
  return std::get<JsonPath>(std::move(path));
}

Parsed<Paths> parse_paths(const Json& value) {
  const Json list = value.is_array() ? value : Json::array({value});
  Paths paths;
  for (const auto& item : list) {
    const std::string written = text_of(item);
    auto path = JsonPath::parse(text::trim(written));
    if (const auto* const why = std::get_if<std::string>(&path)) {
      return Wrong{fmt::format("holds no path: {}: {}", text::in_quotes(written), *why),
                   "write `ignore: [$.id, '$.items[*].at']`"};
    }
    paths.push_back(std::get<JsonPath>(std::move(path)));
  }
  return paths;
}

Parsed<Json> parse_json_option(const Json& value) {
  return value;
}

Score score_path(const JsonPath& path, const Json* expected, bool fence, bool explain_pass,
                 const CheckContext& context) {
  const auto value = json_of(context, fence);
  if (const auto* const why = std::get_if<std::string>(&value)) return failed(*why);
  const Json* const found = path.find(std::get<Json>(value));
  if (found == nullptr) {
    return failed(fmt::format("there is nothing at {} in {}", text::excerpt(path.text(), 80), shown_answer(context)));
  }
  if (expected != nullptr) {
    if (auto difference = first_difference(*expected, *found)) {
      difference->path.replace(0, 1, path.text());
      return failed(explain(*difference));
    }
  }
  Score score = passed();
  if (explain_pass) score.why = fmt::format("{} is {}", text::excerpt(path.text(), 80), shown(*found));
  return score;
}

Score score_equal(const Json& expected, const Paths& ignored, bool fence, bool explain_pass,
                  const CheckContext& context) {
  auto value = json_of(context, fence);
  if (const auto* const why = std::get_if<std::string>(&value)) return failed(*why);
  Json& found = std::get<Json>(value);
  Json wanted = expected;
  for (const auto& path : ignored) {
    path.remove_from(found);
    path.remove_from(wanted);
  }
  if (const auto difference = first_difference(wanted, found)) return failed(explain(*difference));
  Score score = passed();
  if (explain_pass) score.why = fmt::format("the answer is the expected JSON: {}", shown_answer(context));
  return score;
}

/// Two options of a check, the second of which may be absent, made ready for a case.
template <class A, class B>
struct Both {
  Templated<A> first;
  std::optional<Templated<B>> second;

  struct Values {
    std::shared_ptr<const A> first;
    std::shared_ptr<const B> second;  ///< may be null
  };

  [[nodiscard]] Result<Values> get(const Scope& scope) const {
    auto a = first.get(scope);
    if (!a) return a.error();
    if (!second) return Values{*a, nullptr};
    auto b = second->get(scope);
    if (!b) return b.error();
    return Values{*a, *b};
  }
};

template <class A, class B, class ScoreFn>
CompiledCheck check_with(const Both<A, B>& both, const ScoreFn& score) {
  CompiledCheck check;
  check.run = at_once([both, score](const CheckContext& context) {
    const auto values = both.get(context.scope);
    return values ? score(*values, context) : broken(values.error());
  });
  check.verify = [both](const Scope& scope) -> Result<void> {
    const auto values = both.get(scope);
    return values ? Result<void>() : values.error();
  };
  return check;
}

std::optional<CompiledCheck> make_path(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "json_path", diagnostics);
  const bool fence = reader.choice("extract", {"fence"}).has_value();
  const auto path = reader.ready<JsonPath>(reader.text("path", "$.items[0].name"), parse_path);
  const auto* const written = options.find("equals");
  if (written != nullptr && written->is_null()) {
    reader.diagnostics().error(written->place(), "the equals of 'json_path' is nothing",
                               "take it out to ask for any value, or use `json_schema` for null");
  }
  const bool has_value = reader.reader().get("equals") != nullptr;
  const auto equals = has_value ? reader.ready<Json>(reader.value("equals", "Paris"), parse_json_option) : std::nullopt;
  if (!reader.finish() || !path) return std::nullopt;
  return check_with(Both<JsonPath, Json>{*path, equals},
                    [fence, explain_pass = env.explain_pass](const auto& values, const CheckContext& context) {
                      return score_path(*values.first, values.second.get(), fence, explain_pass, context);
                    });
}

std::optional<CompiledCheck> make_equal(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "json_equal", diagnostics);
  const bool fence = reader.choice("extract", {"fence"}).has_value();
  const auto expected = reader.ready<Json>(reader.value("value", "{city: Paris}"), parse_json_option);
  const bool has_paths = reader.reader().get("ignore") != nullptr;
  const auto ignored = has_paths ? reader.ready<Paths>(reader.value("ignore", "[$.id]"), parse_paths) : std::nullopt;
  if (!reader.finish() || !expected) return std::nullopt;
  return check_with(Both<Json, Paths>{*expected, ignored},
                    [fence, explain_pass = env.explain_pass](const auto& values, const CheckContext& context) {
                      static const Paths kNone;
                      const Paths& paths = values.second == nullptr ? kNone : *values.second;
                      return score_equal(*values.first, paths, fence, explain_pass, context);
                    });
}

Json path_short_form() {
  return text_schema("A path to one value of the answer", {"$.city", "$.items[0].name", "$['a key']"});
}

Json fence_schema() {
  return choice_schema("Read the answer's only code fence instead", {"fence"});
}

Json path_options() {
  const Json equals = {{"description", "The value there; without it any will do"},
                       {"not", {{"type", "null"}}},
                       {"examples", {"Paris", 4, "{{city}}"}}};
  return options_schema({{"path", path_short_form()}, {"equals", equals}, {"extract", fence_schema()}}, {"path"});
}

Json value_schema() {
  return {{"description", "The expected value, or a variable that holds it"},
          {"not", {{"type", "null"}}},
          {"examples", {Json{{"city", "Paris"}}, "{{expected}}"}}};
}

Json equal_short_form() {
  Json schema = value_schema();
  schema["not"] = {{"anyOf", {Json{{"type", "null"}}, Json{{"type", "object"}, {"required", {"value"}}}}}};
  return schema;
}

Json equal_options() {
  const Json path = {{"type", "string"}};
  const Json ignore = {{"description", "Paths of what is not compared; `*` is every item"},
                       {"anyOf", {path, Json{{"type", "array"}, {"items", path}}}},
                       {"examples", Json::array({Json{"$.id", "$.items[*].at"}})}};
  return options_schema({{"value", value_schema()}, {"ignore", ignore}, {"extract", fence_schema()}}, {"value"});
}

bool has_value(const text::Node& argument) {
  return argument.find("value") != nullptr;
}

}  // namespace

CheckKind json_path_row() {
  return {
      .name = "json_path",
      .doc =
          "1 if the answer is JSON (as `json` reads it) with a value at `path`, equal to `equals` where that is "
          "given, else 0. Paths are RFC 9535's of names and indexes: `$.items[0].name`, `$['a key']`, `[-1]` is the "
          "last. Numbers compare by value, texts are no numbers. null is a value.",
      .example = "json_path: {path: $.city, equals: Paris}",
      .short_key = "path",
      .options = path_options,
      .short_form = path_short_form,
      .make = make_path};
}

CheckKind json_equal_row() {
  return {
      .name = "json_equal",
      .doc =
          "1 if the answer is JSON (as `json` reads it) equal to the expected value, else 0. The order of keys does "
          "not count, that of items does; numbers compare by value, so that 1 equals 1.0. What `ignore` names is "
          "taken out of both sides first. A mapping with `value` is options; any other one is the expected value "
          "itself.",
      .example = "json_equal: {value: {city: Paris}, ignore: [$.id]}",
      .short_key = "value",
      .options = equal_options,
      .short_form = equal_short_form,
      .make = make_equal,
      .is_options = has_value};
}

}  // namespace assay::judges
