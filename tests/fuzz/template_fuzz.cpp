// Any text as a template, over a fixed case: a constant renders itself, valid text stays valid, errors have a column.

#include "tests/fuzz/fuzz.hpp"

#include <assay/core/check.hpp>
#include <assay/text/template.hpp>
#include <assay/text/utf8.hpp>

#include <string>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const auto source = fuzz::text_of(data, size);
  const bool valid = !text::find_invalid_utf8(source);
  const auto compiled = text::Template::parse(source);
  if (!compiled) {
    const auto& error = compiled.error();
    fuzz::require(!error.message.empty() && (!valid || !text::find_invalid_utf8(error.message)));
    fuzz::require(error.at.column >= 1 && static_cast<std::size_t>(error.at.column) <= size);
    return 0;
  }
  static const Json vars = Json::parse(
      R"({"a": "é {{b}}", "b": {"c": [1, {"d": null}], "b.c": true}, "l": [{"a": 1}, ["x"], ""], "n": null, "1": 2})");
  const Scope scope{vars, "fr", 7};
  const auto rendered = compiled->render(scope);
  const auto value = compiled->value(scope);
  fuzz::require(rendered.has_value() == value.has_value());
  if (compiled->constant()) fuzz::require(rendered && *rendered == source && compiled->variables().empty());
  if (!rendered) {
    fuzz::require(!rendered.error().message.empty());
    return 0;
  }
  fuzz::require(rendered->size() <= text::Template::kMaxRendered);
  if (valid) fuzz::require(!text::find_invalid_utf8(*rendered));
  if (value->is_string()) fuzz::require(value->get_ref<const std::string&>() == *rendered);
  return 0;
}
