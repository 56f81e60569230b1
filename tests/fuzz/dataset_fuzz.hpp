#pragma once
/// What the targets of the data set formats share.

#include "tests/fuzz/fuzz.hpp"

#include <assay/core/digest.hpp>
#include <assay/datasets/cursor.hpp>
#include <assay/text/utf8.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace assay::fuzz {

/// A file of its own, since data sets are opened by path; gone with the process.
class DatasetFile {
 public:
  explicit DatasetFile(std::string_view ending) {
    std::string folder = (std::filesystem::temp_directory_path() / "assay-fuzz-XXXXXX").string();
    require(::mkdtemp(folder.data()) != nullptr);
    folder_ = folder;
    path_ = folder_ / ("data" + std::string(ending));
  }
  ~DatasetFile() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  DatasetFile(const DatasetFile&) = delete;
  DatasetFile& operator=(const DatasetFile&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  void write(std::string_view bytes) const {
    std::ofstream out(path_, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    require(out.good());
  }

 private:
  std::filesystem::path folder_;
  std::filesystem::path path_;
};

inline void check_error(const Error& error) {
  require(error.kind == ErrorKind::invalid && !error.message.empty() && !error.hint.empty());
  require(!text::find_invalid_utf8(error.message) && !text::find_invalid_utf8(error.hint));
  require(!error.at.file.empty() && error.at.line >= 1 && error.at.column >= 1);
}

/// Reads the file to its end: rows count up, places go forward, errors say where, and the digest is that of the bytes.
inline void read_dataset(const DatasetFile& file, std::string_view bytes) {
  file.write(bytes);
  const auto opened = datasets::open(file.path(), {.max_record = 1024});
  if (!opened) return check_error(opened.error());
  std::uint64_t row = 0;
  int line = 1;
  for (std::size_t calls = 0;; ++calls) {
    require(calls <= bytes.size() + 1);
    const auto next = (*opened)->next();
    if (!next) {
      check_error(next.error());
      continue;
    }
    if (!*next) break;
    const datasets::Record& record = **next;
    require(record.fields.is_object() && record.row > row && record.at.line >= line && record.at.column >= 1);
    require(Json::parse(dump_json(record.fields)) == record.fields);
    row = record.row;
    line = record.at.line;
  }
  require((*opened)->digest() == sha256(bytes));
}

}  // namespace assay::fuzz
