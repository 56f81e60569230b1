#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>

namespace assay::text {

namespace {

// `{criteria: Polite, and short.}`: the comma made a key of the rest.
bool cut_off(const Node& key, const Node& value) {
  return value.is_null() && key.scalar.find(' ') != std::string::npos;
}

bool finite(std::int64_t bound) {
  return bound != std::numeric_limits<std::int64_t>::max() && bound != std::numeric_limits<std::int64_t>::min();
}
bool finite(double bound) {
  return std::isfinite(bound);
}

// `an integer from 1 to 64`, `a number of at least 0`.
template <class T>
std::string expected_range(std::string_view kind, T least, T most) {
  const bool above = std::is_floating_point_v<T> && least == std::numeric_limits<T>::min();
  if (above && finite(most)) return fmt::format("{} above 0, at most {}", kind, most);
  if (finite(least) && finite(most)) return fmt::format("{} from {} to {}", kind, least, most);
  if (finite(least)) return fmt::format("{} of at least {}", kind, least);
  if (finite(most)) return fmt::format("{} of at most {}", kind, most);
  return std::string(kind);
}

// A value within the range that looks like something a person would write.
template <class T>
T example_within(T least, T most) {
  if (T{1} >= least && T{1} <= most && !(least == T{0} && most == T{1})) return T{1};
  if (finite(least) && finite(most)) return least + (most - least) / 2;
  return finite(least) ? least : most;
}

std::string line(std::string_view key, std::string_view value) {
  return fmt::format("write `{}: {}`", excerpt(key, 40), value);
}

}  // namespace

MapReader::MapReader(const Node& node, std::string what, Diagnostics& diagnostics)
    : node_(node), what_(std::move(what)), diagnostics_(diagnostics) {
  if (node_.is_map()) return;
  diagnostics_.error(node_.place(), fmt::format("{} must be a mapping, found {}", what_, describe(node_)),
                     "write `key: value` lines");
}

const Node::Entry* MapReader::entry(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end()) known_.emplace_back(key);
  const auto found = std::ranges::find_if(node_.entries, [key](const auto& e) { return e.first.scalar == key; });
  return found == node_.entries.end() ? nullptr : &*found;
}

const Node* MapReader::get(std::string_view key) {
  const auto* const found = entry(key);
  return found == nullptr || found->second.is_null() ? nullptr : &found->second;
}

const Node* MapReader::require(std::string_view key, std::string_view example) {
  const auto* const found = entry(key);
  if (found != nullptr && !found->second.is_null()) return &found->second;
  if (!node_.is_map()) return nullptr;
  if (found == nullptr) {
    diagnostics_.error(node_.place(), fmt::format("{} needs the key '{}'", what_, key), line(key, example));
  } else {
    diagnostics_.error(found->first.place(), fmt::format("key '{}' in {} has no value", key, what_),
                       line(key, example));
  }
  return nullptr;
}

void MapReader::wrong(std::string_view key, const Node& found, std::string_view expected, std::string hint) {
  diagnostics_.error(found.place(),
                     fmt::format("key '{}' in {} must be {}, found {}", key, what_, expected, describe(found)),
                     std::move(hint));
}

const Node* MapReader::scalar(std::string_view key, std::string_view expected, std::string_view example) {
  const Node* const value = get(key);
  if (value == nullptr || value->is_scalar()) return value;
  wrong(key, *value, expected, line(key, example));
  return nullptr;
}

std::optional<std::string> MapReader::string(std::string_view key) {
  const Node* const value = get(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_scalar()) return value->scalar;
  wrong(key, *value, "text", "write one text, in quotes if it holds ': ' or starts with '[', '{' or '-'");
  return std::nullopt;
}

std::optional<bool> MapReader::boolean(std::string_view key) {
  const Node* const value = scalar(key, "true or false", "true");
  if (value == nullptr) return std::nullopt;
  if (!value->quoted && (value->scalar == "true" || value->scalar == "false")) return value->scalar == "true";
  const std::string folded = fold_case(value->scalar);
  const bool means_false = folded == "false" || folded == "no" || folded == "off" || folded == "n" || folded == "0";
  wrong(key, *value, "true or false", line(key, means_false ? "false" : "true"));
  return std::nullopt;
}

std::optional<std::int64_t> MapReader::integer(std::string_view key, std::int64_t least, std::int64_t most) {
  const std::string expected = expected_range("an integer", least, most);
  const std::string example = fmt::format("{}", example_within(least, most));
  const Node* const value = scalar(key, expected, example);
  if (value == nullptr) return std::nullopt;
  const auto number = parse_integer(value->scalar);
  if (number && *number >= least && *number <= most) return number;
  wrong(key, *value, expected, line(key, example));
  return std::nullopt;
}

std::optional<double> MapReader::number(std::string_view key, double least, double most) {
  const std::string expected = expected_range("a number", least, most);
  const std::string example = fmt::format("{}", example_within(least, most));
  const Node* const value = scalar(key, expected, example);
  if (value == nullptr) return std::nullopt;
  const auto number = parse_number(value->scalar);
  if (number && *number >= least && *number <= most) return number;
  wrong(key, *value, expected, line(key, example));
  return std::nullopt;
}

std::optional<Duration> MapReader::duration(std::string_view key) {
  const Node* const value = scalar(key, "a duration", "30s");
  if (value == nullptr) return std::nullopt;
  const auto duration = parse_duration(value->scalar);
  if (duration) return *duration;
  diagnostics_.error(value->place(), fmt::format("key '{}' in {}: {}", key, what_, duration.error().message),
                     duration.error().hint);
  return std::nullopt;
}

std::optional<std::string> MapReader::choice(std::string_view key, std::span<const std::string> values) {
  const Node* const value = get(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_scalar() && std::ranges::find(values, value->scalar) != values.end()) return value->scalar;
  diagnostics_.error(value->place(), fmt::format("unknown value {} for key '{}' in {}", describe(*value), key, what_),
                     suggest(value->scalar, values, "write one of"));
  return std::nullopt;
}

std::vector<std::string> MapReader::strings(std::string_view key) {
  const Node* const value = get(key);
  if (value == nullptr) return {};
  if (value->is_scalar()) return {value->scalar};
  if (!value->is_seq()) {
    wrong(key, *value, "a list of texts", line(key, "[one, two]"));
    return {};
  }
  std::vector<std::string> texts;
  for (const Node& item : value->items) {
    if (item.is_scalar()) {
      texts.push_back(item.scalar);
    } else {
      diagnostics_.error(item.place(),
                         fmt::format("an item of '{}' in {} must be text, found {}", key, what_, describe(item)),
                         "write one text for each item, '' for an empty one");
    }
  }
  return texts;
}

std::vector<std::pair<std::string, std::string>> MapReader::string_map(std::string_view key) {
  const Node* const value = get(key);
  if (value == nullptr) return {};
  if (!value->is_map()) {
    wrong(key, *value, "a mapping of names to texts", line(key, "{name: text}"));
    return {};
  }
  std::vector<std::pair<std::string, std::string>> texts;
  for (const auto& [name, text] : value->entries) {
    if (text.is_scalar()) {
      texts.emplace_back(name.scalar, text.scalar);
    } else {
      diagnostics_.error(
          text.place(),
          fmt::format("{} of '{}' in {} must be text, found {}", in_quotes(name.scalar), key, what_, describe(text)),
          "write one text, '' for an empty one");
    }
  }
  return texts;
}

void MapReader::not_yet(std::string_view key, std::string_view why) {
  if (std::ranges::find(later_, key) != later_.end()) return;
  later_.emplace_back(key);
  const auto found = std::ranges::find_if(node_.entries, [key](const auto& e) { return e.first.scalar == key; });
  if (found == node_.entries.end()) return;
  diagnostics_.error(found->first.place(), fmt::format("key '{}' is not available in this version", key),
                     std::string(why));
}

void MapReader::error(std::string message, std::string hint) {
  diagnostics_.error(node_.place(), std::move(message), std::move(hint));
}

void MapReader::finish() {
  for (const auto& [key, value] : node_.entries) {
    const auto is = [&name = key.scalar](const std::string& other) { return other == name; };
    if (std::ranges::any_of(known_, is) || std::ranges::any_of(later_, is)) continue;
    diagnostics_.error(
        key.place(), fmt::format("unknown key {} in {}", in_quotes(key.scalar), what_),
        cut_off(key, value) ? "put a text that holds a comma in quotes" : suggest(key.scalar, known_, "known keys"));
  }
}

}  // namespace assay::text
