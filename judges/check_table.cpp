#include "judges/heuristic/rows.hpp"

#include <assay/judges/checks.hpp>

#include <algorithm>
#include <array>

namespace assay::judges {

std::span<const CheckKind> check_table() {
  static const std::array kTable{
      equals_row(),    contains_row(), contains_all_row(), contains_any_row(), starts_with_row(),
      ends_with_row(), regex_row(),    number_row(),       json_row(),         json_schema_row(),
      length_row(),    latency_row(),  ttft_row(),         cost_row(),         not_row(),
  };
  return kTable;
}

const CheckKind* find_check(std::string_view name) {
  const auto table = check_table();
  const auto found = std::ranges::find(table, name, &CheckKind::name);
  return found == table.end() ? nullptr : &*found;
}

}  // namespace assay::judges
