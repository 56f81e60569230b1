#include "judges/heuristic/rows.hpp"

#include <assay/judges/checks.hpp>

#include <algorithm>
#include <array>

namespace assay::judges {

std::span<const CheckKind> check_table() {
  static const std::array kTable{
      equals_row(),     contains_row(),    contains_all_row(),  contains_any_row(), starts_with_row(), ends_with_row(),
      regex_row(),      number_row(),      choice_row(),        json_row(),         json_schema_row(), json_path_row(),
      json_equal_row(), exact_match_row(), token_f1_row(),      levenshtein_row(),  rouge_1_row(),     rouge_2_row(),
      rouge_l_row(),    bleu_row(),        chrf_row(),          code_fence_row(),   xml_row(),         yaml_row(),
      refusal_row(),    length_row(),      latency_row(),       ttft_row(),         itl_row(),         cost_row(),
      tokens_row(),     cache_hit_row(),   finish_reason_row(), not_row(),          all_of_row(),      any_of_row(),
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
