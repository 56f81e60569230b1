#include "judges/heuristic/rows.hpp"
#include "judges/model/rows.hpp"

#include <assay/judges/checks.hpp>

#include <algorithm>
#include <array>

namespace assay::judges {

std::span<const CheckKind> check_table() {
  static const std::array kTable{
      equals_row(),
      contains_row(),
      contains_all_row(),
      contains_any_row(),
      starts_with_row(),
      ends_with_row(),
      regex_row(),
      number_row(),
      choice_row(),
      json_row(),
      json_schema_row(),
      json_path_row(),
      json_equal_row(),
      exact_match_row(),
      token_f1_row(),
      levenshtein_row(),
      rouge_1_row(),
      rouge_2_row(),
      rouge_l_row(),
      bleu_row(),
      chrf_row(),
      embedding_row(),
      classification_row(),
      code_fence_row(),
      xml_row(),
      yaml_row(),
      sql_row(),
      language_row(),
      readability_row(),
      refusal_row(),
      citations_row(),
      quotes_row(),
      length_row(),
      latency_row(),
      ttft_row(),
      itl_row(),
      cost_row(),
      tokens_row(),
      cache_hit_row(),
      perplexity_row(),
      finish_reason_row(),
      exec_row(),
      rubric_row(),
      g_eval_row(),
      graded_qa_row(),
      closed_qa_row(),
      fact_row(),
      pairwise_row(),
      panel_row(),
      cascade_row(),
      completeness_row(),
      knowledge_retention_row(),
      role_adherence_row(),
      faithfulness_row(),
      answer_relevancy_row(),
      context_precision_row(),
      context_recall_row(),
      context_relevancy_row(),
      factual_correctness_row(),
      noise_sensitivity_row(),
      citation_precision_row(),
      citation_recall_row(),
      abstention_row(),
      not_row(),
      all_of_row(),
      any_of_row(),
      at_least_row(),
  };
  return kTable;
}

const CheckKind* find_check(std::string_view name) {
  const auto table = check_table();
  const auto found = std::ranges::find(table, name, &CheckKind::name);
  return found == table.end() ? nullptr : &*found;
}

}  // namespace assay::judges
