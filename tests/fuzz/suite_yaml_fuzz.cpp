// Any bytes as a suite's YAML: a document or an error with a place; what was read can be written as JSON, and its
// scalars can be compiled as templates and rendered.

#include "tests/fuzz/fuzz.hpp"

#include <assay/core/check.hpp>
#include <assay/text/node.hpp>
#include <assay/text/template.hpp>
#include <assay/text/utf8.hpp>

#include <string>

namespace {

using namespace assay;

void render_scalars(const text::Node& node, const Scope& scope) {
  if (node.is_scalar()) {
    const auto compiled = text::Template::parse(node.scalar);
    if (!compiled) {
      fuzz::require(!compiled.error().message.empty());
      return;
    }
    const auto rendered = compiled->render(scope);
    if (compiled->constant()) fuzz::require(rendered.has_value());
  }
  for (const auto& item : node.items) render_scalars(item, scope);
  for (const auto& [key, value] : node.entries) render_scalars(value, scope);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  text::Limits limits;
  limits.bytes = 64u << 10;
  limits.nodes = 20'000;
  const auto document = text::parse_yaml(fuzz::text_of(data, size), "suite.yaml", limits);
  if (!document) {
    fuzz::require(!document.error().message.empty());
    return 0;
  }
  const auto json = dump_json(text::to_json(*document));
  fuzz::require(!text::find_invalid_utf8(json));
  const Json vars = Json::parse(R"({"country": "France", "list": [1, {"a": "b"}], "map": {"x": null}})");
  render_scalars(*document, Scope{vars, "fr", 1});
  return 0;
}
