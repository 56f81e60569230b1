#pragma once
/// The rows of the deterministic checks, each beside its code.

#include <assay/judges/checks.hpp>

namespace assay::judges {

// text.cpp
[[nodiscard]] CheckKind equals_row();
[[nodiscard]] CheckKind contains_row();
[[nodiscard]] CheckKind starts_with_row();
[[nodiscard]] CheckKind ends_with_row();
// text_list.cpp
[[nodiscard]] CheckKind contains_all_row();
[[nodiscard]] CheckKind contains_any_row();
// regex.cpp
[[nodiscard]] CheckKind regex_row();
// number.cpp
[[nodiscard]] CheckKind number_row();
// json.cpp
[[nodiscard]] CheckKind json_row();
// json_schema.cpp
[[nodiscard]] CheckKind json_schema_row();
// length.cpp
[[nodiscard]] CheckKind length_row();
// performance.cpp
[[nodiscard]] CheckKind latency_row();
[[nodiscard]] CheckKind ttft_row();
[[nodiscard]] CheckKind cost_row();
// combine.cpp
[[nodiscard]] CheckKind not_row();

}  // namespace assay::judges
