#pragma once
/// Suites written for one test.

#include "tests/support/temp_dir.hpp"

#include <assay/suites/suite.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace assay::suites::testing {

inline std::string all_errors(const Diagnostics& diagnostics) {
  std::string text;
  for (const auto& error : diagnostics.errors()) text += to_string(error) + "\n";
  return text;
}

/// Loads `suite.yaml` of the folder, which must be faultless.
inline Suite load_good(const test::TempDir& folder, std::string_view yaml) {
  Diagnostics diagnostics;
  auto suite = load(folder.write("suite.yaml", yaml), diagnostics);
  EXPECT_TRUE(suite) << all_errors(diagnostics);
  return suite.value_or(Suite{});
}

/// All cases of a suite; errors in order as a person reads them.
struct AllCases {
  std::vector<Case> cases;
  std::vector<Error> errors;
};

inline AllCases read_all(const Suite& suite) {
  AllCases all;
  auto cursor = open_cases(suite);
  if (!cursor) {
    all.errors.push_back(cursor.error());
    return all;
  }
  for (int calls = 0; calls < 100'000; ++calls) {
    auto next = (*cursor)->next();
    if (!next) {
      all.errors.push_back(next.error());
    } else if (*next) {
      all.cases.push_back(std::move(**next));
    } else {
      return all;
    }
  }
  ADD_FAILURE() << "the cursor does not end";
  return all;
}

inline std::string check_names(const std::vector<CheckSpec>& checks) {
  std::string names;
  for (const auto& check : checks) names += (names.empty() ? "" : " ") + check.name;
  return names;
}

}  // namespace assay::suites::testing
