#pragma once
/// Data sets as streams of records: JSONL, JSON, CSV, YAML. Memory stays flat for JSONL, JSON and CSV.

#include <assay/core/digest.hpp>
#include <assay/core/json.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

namespace assay::datasets {

/// One record: an object. Numbers that JSON would write otherwise than the file does (`1.10`) are kept as text.
struct Record {
  Json fields;
  std::uint64_t row = 0;  ///< counts from 1
  Place at;               ///< where it starts
};

struct Options {
  char delimiter = ',';               ///< of CSV
  std::size_t max_record = 8u << 20;  ///< bytes; a longer record is an error, not an allocation
};

/// Reads records in file order. Not thread-safe.
class Cursor {
 public:
  virtual ~Cursor() = default;
  /// The next record, or nothing at the end. After an error the next call goes on with the next record where the format
  /// allows it (JSONL, CSV with a bad row) and ends where it does not. Errors: `invalid` with file, line, column and
  /// fix.
  [[nodiscard]] virtual Result<std::optional<Record>> next() = 0;
  /// SHA-256 of the file's bytes; complete once `next` has returned nothing.
  [[nodiscard]] virtual DigestBytes digest() = 0;
};

/// Opens a data set by its ending: .jsonl, .ndjson, .json (an array of objects), .csv, .yaml, .yml (a list of
/// mappings). UTF-8 only (BOM and CRLF are read); other encodings are refused by name, with the command that converts
/// them.
[[nodiscard]] Result<std::unique_ptr<Cursor>> open(const std::filesystem::path& path, const Options& options = {});

}  // namespace assay::datasets
