#include "judges/model/scale.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

constexpr std::int64_t kFarthest = 1000;
constexpr int kWidest = 100;
constexpr std::string_view kExample = "scale: {1: rude or wrong, 3: polite but vague, 5: polite and right}";

Parsed<std::string> parse_words(const Json& value) {
  std::string words = text_of(value);
  if (text::trim(words).empty()) return Wrong{"says nothing", fmt::format("write `{}`", kExample)};
  return words;
}

std::optional<int> read_number(const text::Node& key, OptionReader& reader) {
  const auto number = text::parse_integer(key.scalar);
  if (number && *number >= -kFarthest && *number <= kFarthest) return static_cast<int>(*number);
  reader.diagnostics().error(key.place(), fmt::format("{} is no score of a scale", text::in_quotes(key.scalar)),
                             fmt::format("write whole numbers from -1000 to 1000: `{}`", kExample));
  return std::nullopt;
}

void read_anchor(const text::Node::Entry& entry, OptionReader& reader, Scale& scale) {
  const auto number = read_number(entry.first, reader);
  if (!number) return;
  if (entry.second.is_null()) {
    reader.diagnostics().error(entry.first.place(), fmt::format("the scale does not say what {} means", *number),
                               fmt::format("write `{}`; numbers without words may be left out", kExample));
    return;
  }
  auto label = fmt::format("score {} in the {}", *number, reader.label("scale"));
  auto words =
      reader.ready<std::string>(Source::text(entry.second, std::move(label), reader.diagnostics()), parse_words);
  if (words) scale.anchors.emplace_back(*number, *std::move(words));
}

// What is wrong with the numbers; "" if nothing is.
std::string fault_of(const Scale& scale) {
  const auto same = [](const auto& a, const auto& b) { return a.first == b.first; };
  if (scale.anchors.size() < 2) return "a scale says what its lowest and its highest score mean";
  if (std::ranges::adjacent_find(scale.anchors, same) != scale.anchors.end())
    return "a score stands twice in the scale";
  if (scale.hi - scale.lo > kWidest) return fmt::format("a scale has at most {} scores", kWidest + 1);
  return {};
}

std::optional<Scale> read_entries(const text::Node& node, OptionReader& reader) {
  if (!node.is_map()) {
    reader.diagnostics().error(node.place(), fmt::format("a scale is a mapping, found {}", text::describe(node)),
                               fmt::format("write `{}`", kExample));
    return std::nullopt;
  }
  const auto errors_before = reader.diagnostics().error_count();
  Scale scale;
  for (const auto& entry : node.entries) read_anchor(entry, reader, scale);
  if (reader.diagnostics().error_count() != errors_before) return std::nullopt;
  std::ranges::sort(scale.anchors, {}, [](const auto& anchor) { return anchor.first; });
  if (!scale.anchors.empty()) {
    scale.lo = scale.anchors.front().first;
    scale.hi = scale.anchors.back().first;
  }
  if (const auto fault = fault_of(scale); !fault.empty()) {
    reader.diagnostics().error(node.place(), fault, fmt::format("write `{}`", kExample));
    return std::nullopt;
  }
  return scale;
}

}  // namespace

std::optional<Scale> read_scale(OptionReader& reader, const std::string& otherwise) {
  if (const auto* const node = reader.reader().get("scale")) return read_entries(*node, reader);
  const auto node = text::parse_yaml(otherwise, "");
  return node ? read_entries(*node, reader) : std::nullopt;
}

Result<Json> anchors_of(const Scale& scale, const Scope& scope) {
  Json list = Json::array();
  for (const auto& [score, words] : scale.anchors) {
    const auto text = words.get(scope);
    if (!text) return text.error();
    list.push_back({{"score", score}, {"means", **text}});
  }
  if (scale.reversed) std::ranges::reverse(list);
  return list;
}

Offer offer_of(const Scale& scale) {
  return {.key = "score", .best = std::to_string(scale.hi), .worst = std::to_string(scale.lo)};
}

Json scale_option_schema(const std::string& description) {
  const Json words = {{"type", {"string", "number", "boolean"}}};
  return {{"description", description},
          {"type", "object"},
          {"patternProperties", {{"^[+-]?\\d+$", words}}},
          {"additionalProperties", false},
          {"minProperties", 2},
          {"examples", {Json{{"1", "rude or wrong"}, {"3", "polite but vague"}, {"5", "polite and right"}}}}};
}

}  // namespace assay::judges
