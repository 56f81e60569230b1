/// The official JSON Schema test suite, draft-07 (Debian package json-schema-test-suite).

#include "judges/json_schema/schema.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

namespace assay::judges::schema {
namespace {

namespace fs = std::filesystem;

const fs::path kSuite = "/usr/share/json-schema-test-suite";

Json read(const fs::path& file) {
  std::ifstream in(file);
  std::stringstream text;
  text << in.rdbuf();
  return parse_json(text.str()).value();
}

// The suite's server at localhost:1234 serves its folder `remotes`.
std::optional<Json> remote(const std::string& uri) {
  const std::string server = "http://localhost:1234/";
  if (!uri.starts_with(server)) return std::nullopt;
  const auto file = kSuite / "remotes" / uri.substr(server.size());
  if (!fs::is_regular_file(file)) return std::nullopt;
  return read(file);
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Runs every group of a file; returns the number of tests.
int run_file(const fs::path& file, const Options& options) {
  int tests = 0;
  for (const auto& group : read(file)) {
    SCOPED_TRACE(file.filename().string() + ": " + group["description"].get<std::string>());
    const auto compiled = Schema::compile(group["schema"], options);
    const auto* const fault = std::get_if<Fault>(&compiled);
    EXPECT_EQ(fault, nullptr) << (fault == nullptr ? "" : fault->pointer + ": " + fault->message);
    if (fault != nullptr) continue;
    for (const auto& test : group["tests"]) {
      SCOPED_TRACE(test["description"].get<std::string>());
      const auto violation = std::get<Schema>(compiled).validate(test["data"]);
      EXPECT_EQ(!violation.has_value(), test["valid"].get<bool>())
          << test["data"].dump() << (violation ? ": " + violation->pointer + ": " + violation->message : "");
      ++tests;
    }
  }
  return tests;
}

class OfficialSuite : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::is_directory(kSuite / "tests/draft7")) {
      GTEST_SKIP() << "NOT TESTED: install the Debian package json-schema-test-suite";
    }
  }
};

TEST_F(OfficialSuite, passes_every_required_test_of_draft_07) {
  const Options options{.strict = false, .formats = false, .resolver = remote};
  int files = 0;
  int tests = 0;
  for (const auto& file : files_in(kSuite / "tests/draft7")) {
    ++files;
    tests += run_file(file, options);
  }
  EXPECT_GE(files, 35);
  EXPECT_GE(tests, 423);
  RecordProperty("tests", tests);
}

TEST_F(OfficialSuite, passes_the_optional_tests_of_what_is_supported) {
  const Options options{.strict = false, .formats = true, .resolver = {}};
  for (const auto* const name : {"date", "time", "date-time", "email", "uri", "ipv4", "ipv6"}) {
    run_file(kSuite / "tests/draft7/optional/format" / (std::string(name) + ".json"), options);
  }
  run_file(kSuite / "tests/draft7/optional/zeroTerminatedFloats.json", options);
}

}  // namespace
}  // namespace assay::judges::schema
