// A schema in the first line, an instance in the rest: faults and violations point at parts that exist, a strict
// schema is a lenient one too, and `not` and `const` mean what they say.

#include "judges/json_schema/schema.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <assay/core/json.hpp>

#include <algorithm>
#include <string>
#include <variant>

namespace {

using namespace assay;
using judges::schema::Fault;
using judges::schema::Schema;

bool points_into(const Json& json, const std::string& pointer) {
  return json.contains(Json::json_pointer(pointer));
}

bool valid(const Json& schema, const Json& instance) {
  const auto compiled = Schema::compile(schema);
  fuzz::require(std::holds_alternative<Schema>(compiled));
  return !std::get<Schema>(compiled).validate(instance);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto cut = std::min(text.find('\n'), text.size());
  const auto schema = parse_json(text.substr(0, cut));
  const auto instance = parse_json(text.substr(std::min(cut + 1, text.size())));
  if (!schema) return 0;
  const auto lenient = Schema::compile(*schema, {.strict = false, .formats = false, .resolver = {}});
  const auto strict = Schema::compile(*schema);
  if (const auto* const fault = std::get_if<Fault>(&strict)) {
    fuzz::require(!fault->message.empty());
    if (fault->document.empty()) fuzz::require(points_into(*schema, fault->pointer));
    return 0;
  }
  fuzz::require(std::holds_alternative<Schema>(lenient));
  if (!instance) return 0;
  const auto violation = std::get<Schema>(strict).validate(*instance);
  if (violation) fuzz::require(!violation->message.empty() && points_into(*instance, violation->pointer));
  fuzz::require(valid({{"const", *instance}}, *instance));
  // References and levels change their meaning when the schema is put into another one.
  if (text.find('$') != std::string_view::npos || dump_json(*schema).size() > 200) return 0;
  fuzz::require(valid({{"not", *schema}}, *instance) == violation.has_value());
  return 0;
}
