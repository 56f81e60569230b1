#include "runner/stub/script.hpp"

#include <assay/text/reader.hpp>

#include <algorithm>

namespace assay::stub {

namespace {

using text::MapReader;
using text::Node;

constexpr double kLeast = -1e4;

void read_choices(const Node& node, LogprobSpec& spec, Diagnostics& diagnostics) {
  if (!node.is_map() || node.entries.empty()) {
    diagnostics.error(node.place(), "'choices' must map tokens to their logprobs",
                      "write `choices: {\"4\": -0.2, \"5\": -1.7}`");
    return;
  }
  for (const auto& [token, value] : node.entries) {
    const auto logprob = value.is_scalar() ? text::parse_number(value.scalar) : std::nullopt;
    if (!logprob || *logprob > 0 || *logprob < kLeast) {
      diagnostics.error(value.place(), "a logprob is a number from -10000 to 0, found " + text::describe(value),
                        "the natural logarithm of a probability: -0.7 is about one half");
      continue;
    }
    spec.choices.emplace_back(token.scalar, *logprob);
  }
  std::ranges::sort(spec.choices, std::ranges::greater(), &std::pair<std::string, double>::second);
}

}  // namespace

LogprobSpec read_logprobs(const Node& node, Diagnostics& diagnostics) {
  MapReader reader(node, "'logprobs'", diagnostics);
  LogprobSpec spec;
  spec.each = reader.number("each", kLeast, 0).value_or(0);
  if (const Node* choices = reader.get("choices")) read_choices(*choices, spec, diagnostics);
  reader.finish();
  return spec;
}

Refuses read_refuses(MapReader& reader) {
  Refuses refuses;
  for (const std::string& field : reader.strings("refuse")) {
    if (field == "response_format") {
      refuses.response_format = true;
    } else if (field == "logprobs") {
      refuses.logprobs = true;
    } else {
      reader.diagnostics().error(reader.get("refuse")->place(), "the stub cannot refuse '" + field + "'",
                                 "write response_format or logprobs; anything else by a rule: `fault: {status: 400}`");
    }
  }
  return refuses;
}

}  // namespace assay::stub
