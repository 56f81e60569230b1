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
// choice.cpp
[[nodiscard]] CheckKind choice_row();
// json.cpp
[[nodiscard]] CheckKind json_row();
// json_schema.cpp
[[nodiscard]] CheckKind json_schema_row();
// json_value.cpp
[[nodiscard]] CheckKind json_path_row();
[[nodiscard]] CheckKind json_equal_row();
// similar.cpp
[[nodiscard]] CheckKind levenshtein_row();
[[nodiscard]] CheckKind rouge_1_row();
[[nodiscard]] CheckKind rouge_2_row();
[[nodiscard]] CheckKind rouge_l_row();
[[nodiscard]] CheckKind bleu_row();
[[nodiscard]] CheckKind chrf_row();
[[nodiscard]] CheckKind exact_match_row();
[[nodiscard]] CheckKind token_f1_row();
// format.cpp
[[nodiscard]] CheckKind code_fence_row();
[[nodiscard]] CheckKind xml_row();
[[nodiscard]] CheckKind yaml_row();
// classification.cpp
[[nodiscard]] CheckKind classification_row();
// perplexity.cpp
[[nodiscard]] CheckKind perplexity_row();
// sql.cpp
[[nodiscard]] CheckKind sql_row();
// language.cpp
[[nodiscard]] CheckKind language_row();
// readability.cpp
[[nodiscard]] CheckKind readability_row();
// refusal.cpp
[[nodiscard]] CheckKind refusal_row();
// citations.cpp
[[nodiscard]] CheckKind citations_row();
// quotes.cpp
[[nodiscard]] CheckKind quotes_row();
// length.cpp
[[nodiscard]] CheckKind length_row();
// performance.cpp
[[nodiscard]] CheckKind latency_row();
[[nodiscard]] CheckKind ttft_row();
[[nodiscard]] CheckKind itl_row();
[[nodiscard]] CheckKind cost_row();
// usage.cpp
[[nodiscard]] CheckKind tokens_row();
[[nodiscard]] CheckKind cache_hit_row();
// finish.cpp
[[nodiscard]] CheckKind finish_reason_row();
// combine.cpp
[[nodiscard]] CheckKind not_row();
// several.cpp
[[nodiscard]] CheckKind all_of_row();
[[nodiscard]] CheckKind any_of_row();
[[nodiscard]] CheckKind at_least_row();

}  // namespace assay::judges
