#pragma once
/// From a record of a data set to a case.

#include <assay/datasets/cursor.hpp>
#include <assay/suites/suite.hpp>

namespace assay::suites {

/// Makes the case of a record; `spec` is the suite's data set. Errors: `invalid` at the record: a field that `tags`,
/// `cluster` or `parse` names and the record lacks, a value that cannot be read as asked, an id that cannot be
/// rendered. `ordinal` is left to the caller.
[[nodiscard]] Result<Case> case_of(const Suite& suite, const DatasetSpec& spec, datasets::Record record);

}  // namespace assay::suites
