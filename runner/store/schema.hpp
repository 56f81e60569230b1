#pragma once
/// The tables, and how a file gets to them.

#include "runner/store/sqlite.hpp"

namespace assay::store {

/// Opens a history and brings it to the schema of this version. A file of a newer version, of another program, or
/// damaged is an error and stays as it is. Errors: `store`.
[[nodiscard]] Result<Database> open_history(const std::filesystem::path& file, Database::Mode mode);

/// Opens a history to read it, as it is: it is neither brought to another schema nor written to. Errors: as above.
[[nodiscard]] Result<Database> open_to_read(const std::filesystem::path& file);

/// The schema of this version.
[[nodiscard]] int schema_version();

}  // namespace assay::store
