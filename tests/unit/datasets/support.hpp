#pragma once
/// Data sets as files, written and read back.

#include "tests/support/temp_dir.hpp"

#include <assay/datasets/cursor.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace assay::datasets::testing {

/// Everything a data set gives: the records' JSON, and the errors as a person reads them, without the folder.
struct Contents {
  std::vector<std::string> records;
  std::vector<std::uint64_t> rows;
  std::vector<std::string> errors;
  std::vector<std::string> hints;
};

inline std::string shown(const Error& error, const std::filesystem::path& folder) {
  auto text = to_string(error.at) + ": " + error.message;
  const auto prefix = folder.string() + "/";
  for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) text.erase(at, prefix.size());
  return text;
}

inline void add_error(Contents& contents, const Error& error, const std::filesystem::path& folder) {
  contents.errors.push_back(shown(error, folder));
  contents.hints.push_back(error.hint);
  EXPECT_FALSE(error.hint.empty()) << error.message;
}

/// Reads a data set of this name and these bytes to its end.
inline Contents read(const std::string& name, std::string_view bytes, const Options& options = {}) {
  const test::TempDir folder;
  Contents contents;
  auto cursor = open(folder.write(name, bytes), options);
  if (!cursor) {
    add_error(contents, cursor.error(), folder.path());
    return contents;
  }
  for (int calls = 0; calls < 100'000; ++calls) {
    auto record = (*cursor)->next();
    if (!record) {
      add_error(contents, record.error(), folder.path());
    } else if (*record) {
      contents.records.push_back(dump_json((*record)->fields));
      contents.rows.push_back((*record)->row);
    } else {
      EXPECT_EQ((*cursor)->digest(), sha256(bytes)) << "the digest covers the file's bytes";
      return contents;
    }
  }
  ADD_FAILURE() << "the cursor does not end";
  return contents;
}

}  // namespace assay::datasets::testing
