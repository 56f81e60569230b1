#pragma once
/// What new suites ask for less than old ones did: cases, checks, floors.

#include <assay/core/diagnostics.hpp>
#include <assay/gate/weakening.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace assay::app {

struct PlacedDifference {
  gate::Difference difference;
  Place at;  ///< in the new files
};

/// Every difference between two sets of suite files that makes them weaker or stronger, suites matched by id and cases
/// by theirs; of their tags only `tags` count, those that gates ask for. Data sets are read. A check whose argument is
/// another one is `changed`, unless it is a bound. Reports every fault of the files.
[[nodiscard]] std::vector<PlacedDifference> suite_differences(const std::vector<std::filesystem::path>& older,
                                                              const std::vector<std::filesystem::path>& newer,
                                                              const std::set<std::string>& tags,
                                                              Diagnostics& diagnostics);

}  // namespace assay::app
