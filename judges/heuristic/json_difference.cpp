#include "judges/heuristic/json_difference.hpp"

#include "judges/json_schema/value.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

bool is_name(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string step_to(const std::string& name) {
  const bool plain = !name.empty() && std::ranges::all_of(name, is_name);
  return plain ? "." + name : fmt::format("['{}']", name);
}

std::optional<Difference> differ(const Json& expected, const Json& found);

// The difference between two children, its path led through `step`. Paths are written on the way back only.
template <class Step>
std::optional<Difference> differ_below(const Json& expected, const Json& found, const Step& step) {
  auto difference = differ(expected, found);
  if (difference) difference->path.insert(0, step());
  return difference;
}

std::optional<Difference> differ_in_object(const Json& expected, const Json& found) {
  for (const auto& [key, value] : expected.items()) {
    const auto other = found.find(key);
    if (other == found.end()) return Difference{.path = step_to(key), .expected = &value, .found = nullptr};
    if (auto difference = differ_below(value, *other, [&] { return step_to(key); })) return difference;
  }
  for (const auto& [key, value] : found.items()) {
    if (!expected.contains(key)) return Difference{.path = step_to(key), .expected = nullptr, .found = &value};
  }
  return std::nullopt;
}

std::optional<Difference> differ_in_array(const Json& expected, const Json& found) {
  for (std::size_t i = 0; i < std::max(expected.size(), found.size()); ++i) {
    const auto step = [i] { return fmt::format("[{}]", i); };
    if (i >= found.size()) return Difference{.path = step(), .expected = &expected[i], .found = nullptr};
    if (i >= expected.size()) return Difference{.path = step(), .expected = nullptr, .found = &found[i]};
    if (auto difference = differ_below(expected[i], found[i], step)) return difference;
  }
  return std::nullopt;
}

std::optional<Difference> differ(const Json& expected, const Json& found) {
  if (expected.is_object() && found.is_object()) return differ_in_object(expected, found);
  if (expected.is_array() && found.is_array()) return differ_in_array(expected, found);
  const bool numbers = expected.is_number() && found.is_number();
  const bool same = numbers ? schema::value_key(expected) == schema::value_key(found)
                            : expected.type() == found.type() && expected == found;
  return same ? std::nullopt : std::optional(Difference{.path = "", .expected = &expected, .found = &found});
}

}  // namespace

std::optional<Difference> first_difference(const Json& expected, const Json& found) {
  return differ_below(expected, found, [] { return std::string("$"); });
}

}  // namespace assay::judges
