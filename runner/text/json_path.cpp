#include <assay/text/json_path.hpp>
#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::text {

namespace {

using Step = JsonPath::Step;

bool is_name(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// `name` or `*` after a dot. Takes it off `rest`.
std::variant<Step, std::string> take_dotted(std::string_view& rest) {
  if (rest.starts_with('.')) return std::string("`..` is not read: write the whole path");
  if (rest.starts_with('*')) {
    rest.remove_prefix(1);
    return Step(JsonPath::Any{});
  }
  std::size_t end = 0;
  while (end < rest.size() && is_name(rest[end])) ++end;
  if (end == 0) return std::string("a name is missing after `.`");
  const std::string name(rest.substr(0, end));
  rest.remove_prefix(end);
  return Step(name);
}

// What stands in brackets: `0`, `-1`, `*`, `'a name'`. Takes it and the bracket off `rest`.
std::variant<Step, std::string> take_bracketed(std::string_view& rest) {
  const char quote = rest.empty() ? '\0' : rest.front();
  if (quote == '\'' || quote == '"') {
    const auto end = rest.find(quote, 1);
    if (end == std::string_view::npos || !rest.substr(end + 1).starts_with(']')) {
      return std::string("a quoted name does not end with the quote and `]`");
    }
    const std::string name(rest.substr(1, end - 1));
    if (name.find('\\') != std::string::npos) return std::string("escapes in a quoted name are not read");
    rest.remove_prefix(end + 2);
    return Step(name);
  }
  const auto end = rest.find(']');
  if (end == std::string_view::npos) return std::string("a `[` is not closed");
  const auto inner = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  if (inner == "*") return Step(JsonPath::Any{});
  const auto index = text::parse_integer(inner);
  if (index && !inner.starts_with('+')) return Step(*index);
  return fmt::format("{} is neither an index, a quoted name nor `*`", text::in_quotes(inner));
}

const Json* child(const Json& value, const Step& step) {
  if (const auto* const name = std::get_if<std::string>(&step)) {
    const auto found = value.is_object() ? value.find(*name) : value.end();
    return value.is_object() && found != value.end() ? &*found : nullptr;
  }
  const auto* const index = std::get_if<std::int64_t>(&step);
  if (index == nullptr || !value.is_array()) return nullptr;
  const auto size = static_cast<std::int64_t>(value.size());
  const auto at = *index < 0 ? *index + size : *index;
  return at < 0 || at >= size ? nullptr : &value[static_cast<std::size_t>(at)];
}

void remove(Json& value, const std::vector<Step>& steps, std::size_t depth) {
  const Step& step = steps[depth];
  const bool last = depth + 1 == steps.size();
  if (std::holds_alternative<JsonPath::Any>(step)) {
    if (last && value.is_object()) value = Json::object();
    if (!value.is_structured()) return;
    for (auto& item : value) {
      if (last) {
        item = nullptr;
      } else {
        remove(item, steps, depth + 1);
      }
    }
    return;
  }
  auto* const target = const_cast<Json*>(child(value, step));  // `value` itself is no const
  if (target == nullptr) return;
  if (!last) {
    remove(*target, steps, depth + 1);
  } else if (value.is_object()) {
    value.erase(std::get<std::string>(step));
  } else {
    *target = nullptr;
  }
}

}  // namespace

std::variant<JsonPath, std::string> JsonPath::parse(std::string_view text) {
  JsonPath path;
  path.text_ = text;
  if (!text.starts_with('$')) return std::string("a path starts with `$`");
  auto rest = text.substr(1);
  while (!rest.empty()) {
    const char sign = rest.front();
    rest.remove_prefix(1);
    if (sign != '.' && sign != '[') return fmt::format("'{}' is neither `.` nor `[`", text::excerpt({&sign, 1}));
    auto step = sign == '.' ? take_dotted(rest) : take_bracketed(rest);
    if (auto* const why = std::get_if<std::string>(&step)) return std::move(*why);
    path.steps_.push_back(std::get<Step>(std::move(step)));
  }
  return path;
}

const Json* JsonPath::find(const Json& root) const {
  const Json* at = &root;
  for (const auto& step : steps_) {
    at = child(*at, step);
    if (at == nullptr) return nullptr;
  }
  return at;
}

void JsonPath::remove_from(Json& root) const {
  if (steps_.empty()) {
    root = nullptr;
  } else {
    remove(root, steps_, 0);
  }
}

bool JsonPath::means_several() const {
  return std::ranges::any_of(steps_, [](const Step& step) { return std::holds_alternative<Any>(step); });
}

std::vector<const Json*> JsonPath::find_all(const Json& root) const {
  std::vector<const Json*> at{&root};
  for (const auto& step : steps_) {
    std::vector<const Json*> below;
    for (const auto* value : at) {
      if (!std::holds_alternative<Any>(step)) {
        if (const auto* one = child(*value, step)) below.push_back(one);
      } else if (value->is_structured()) {
        for (const auto& each : *value) below.push_back(&each);
      }
    }
    at = std::move(below);
  }
  return at;
}

}  // namespace assay::text
