#pragma once
/// A project folder of one test, and the program run in it.

#include "tests/support/process.hpp"
#include "tests/support/stub_thread.hpp"
#include "tests/support/temp_dir.hpp"

#include <assay/core/json.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::e2e {

using test::Finished;
using test::Process;
using test::ProcessOptions;
using test::StubThread;
using test::TempDir;

class Project {
 public:
  std::map<std::string, std::string> environment;

  [[nodiscard]] const TempDir& folder() const { return folder_; }
  std::filesystem::path write(std::string_view name, std::string_view content) const {
    return folder_.write(name, content);
  }
  [[nodiscard]] std::string read(std::string_view name) const { return folder_.read(name); }
  [[nodiscard]] bool has(std::string_view name) const { return std::filesystem::exists(folder_ / name); }

  /// Runs `assay ARGUMENTS…` in the folder.
  [[nodiscard]] Finished assay(const std::vector<std::string>& arguments) const;
  /// The same, to be waited for.
  [[nodiscard]] std::unique_ptr<Process> start(const std::vector<std::string>& arguments) const;

 private:
  TempDir folder_;
};

/// The program under test.
[[nodiscard]] std::string program();

/// A suite of `count` cases `case-1` … that ask `Question 1?` …; `more` is further lines of YAML.
[[nodiscard]] std::string numbered_suite(int count, const std::string& more = {});

/// The JSON of a text; fails the test, and gives null, for text that is none.
[[nodiscard]] Json json_of(const std::string& text);

}  // namespace assay::e2e
