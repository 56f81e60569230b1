#pragma once
/// Compares text with a file under tests/golden; `UPDATE_GOLDEN=1` writes the file instead.

#include "tests/support/temp_dir.hpp"

#include <gtest/gtest.h>

namespace assay::test {

inline void expect_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path file = std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/golden" / name;
  if (const char* update = std::getenv("UPDATE_GOLDEN"); update != nullptr && std::string_view(update) == "1") {
    std::ofstream(file, std::ios::binary) << text;
    return;
  }
  ASSERT_TRUE(std::filesystem::exists(file)) << file << " is missing; UPDATE_GOLDEN=1 writes it";
  EXPECT_EQ(TempDir::read_file(file), text) << "if the change is wanted: UPDATE_GOLDEN=1";
}

}  // namespace assay::test
