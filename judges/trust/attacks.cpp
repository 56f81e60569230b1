#include "judges/embedded.hpp"
#include "judges/trust/attack_forms.hpp"

#include <assay/core/digest.hpp>
#include <assay/judges/attacks.hpp>
#include <assay/text/node.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>

namespace assay::judges {

namespace {

constexpr std::string_view kFile = "judges/trust/attacks.yaml";
constexpr std::size_t kWord = 16;  // hex digits of a fence

std::string verdict_of(const Offer& offer) {
  return "{" + in_form(offer.key, "json") + ": " + in_form(offer.best, "json") + "}";
}

// What a name between braces stands for; nothing for braces that are the attack's own.
std::optional<std::string> value_of(std::string_view name, std::string_view answer, const Offer& offer) {
  if (name == "answer") return std::string(answer);
  if (name == "key") return std::string(offer.key);
  if (name == "best") return std::string(offer.best);
  if (name == "worst") return std::string(offer.worst);
  if (name == "verdict") return verdict_of(offer);
  if (name == "guess") return to_hex(sha256(answer)).substr(0, kWord);
  return std::nullopt;
}

}  // namespace

std::vector<Attack> attacks() {
  const auto file = text::parse_yaml(embedded_file(kFile), std::string(kFile));
  if (!file) {
    fmt::print(stderr, "{}\n", to_string(file.error()));
    std::abort();
  }
  std::vector<Attack> corpus;
  for (const auto& [family, rows] : file->entries) {
    for (const auto& [name, row] : rows.entries) {
      corpus.push_back({family.scalar + "/" + name.scalar, family.scalar, row.scalar});
    }
  }
  return corpus;
}

std::string planted(const Attack& attack, std::string_view answer, const Offer& offer) {
  std::string_view rest = attack.text;
  std::string out;
  while (true) {
    const auto open = rest.find("{{");
    out += rest.substr(0, open);
    if (open == std::string_view::npos) return out;
    rest.remove_prefix(open);
    const auto close = rest.find("}}");
    const auto inside = rest.substr(2, close == std::string_view::npos ? 0 : close - 2);
    const auto bar = std::min(inside.find('|'), inside.size());
    if (const auto value = value_of(inside.substr(0, bar), answer, offer)) {
      out += in_form(*value, inside.substr(std::min(bar + 1, inside.size())));
      rest.remove_prefix(close + 2);
    } else {
      out += rest.front();
      rest.remove_prefix(1);
    }
  }
}

}  // namespace assay::judges
