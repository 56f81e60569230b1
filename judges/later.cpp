#include "judges/later.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace assay::judges {

namespace {

using Hint = std::pair<std::string_view, std::string_view>;

constexpr auto kLater = std::to_array<Hint>({
    // Its synonyms are WordNet's; without them the number would be another one under the same name.
    {"meteor", "exact METEOR needs WordNet; use `rouge_l`, `chrf` or `token_f1` with a threshold"},
});

// One word for one thing: what other tools give a check of its own is an option here.
constexpr auto kOtherwise = std::to_array<Hint>({
    {"icontains", "write `contains: {value: …, ignore_case: true}`"},
    {"words", "write `length: {max: …, unit: words}`"},
    {"lines", "write `length: {max: …, unit: lines}`"},
});

std::optional<std::string_view> find_in(std::span<const Hint> rows, std::string_view name) {
  const auto found = std::ranges::find(rows, name, &Hint::first);
  return found == rows.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::optional<std::string_view> find_later(std::string_view name) {
  return find_in(kLater, name);
}

std::optional<std::string_view> find_otherwise(std::string_view name) {
  return find_in(kOtherwise, name);
}

}  // namespace assay::judges
