#pragma once
/// What to do with a live stage, for a person and for a program: the end of `assay canary`.

#include <assay/core/json.hpp>
#include <assay/core/live.hpp>
#include <assay/reports/format.hpp>

#include <string>

namespace assay::reports {

/// The action and its reason, then for each stage a table of its arms and a sentence for each axis.
[[nodiscard]] std::string canary_report(const LiveVerdict& verdict, const Style& style);

/// Schema `assay.canary/1`: `action` and `rollback` as data, for whoever moves the traffic. What was not in the data is
/// null.
[[nodiscard]] OrderedJson canary_json(const LiveVerdict& verdict);

}  // namespace assay::reports
