#pragma once
/// The draft-07 meta-schema, so that `$ref` to it needs no network.

#include <assay/core/json.hpp>

#include <string_view>

namespace assay::judges::schema {

inline constexpr std::string_view kMetaschemaUri = "http://json-schema.org/draft-07/schema";

[[nodiscard]] Json metaschema();

}  // namespace assay::judges::schema
