#pragma once
/// The formats, one file each.

#include "datasets/source.hpp"

#include <assay/datasets/cursor.hpp>

namespace assay::datasets {

[[nodiscard]] std::unique_ptr<Cursor> make_jsonl(Source source, const Options& options);
[[nodiscard]] std::unique_ptr<Cursor> make_json(Source source, const Options& options);
/// Reads the header. Errors: no header, names that are empty or there twice, the wrong delimiter.
[[nodiscard]] Result<std::unique_ptr<Cursor>> make_csv(Source source, const Options& options);
/// Reads the whole file.
[[nodiscard]] Result<std::unique_ptr<Cursor>> make_yaml(Source source);

}  // namespace assay::datasets
