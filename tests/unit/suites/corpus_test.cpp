/// Every suite of corpus/good loads and fits the schema; every one of corpus/bad gives exactly the errors that its
/// first lines expect, and does not fit the schema unless it says `# schema: accepts`.

#include "suites/plain_value.hpp"
#include "tests/unit/suites/support.hpp"

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include <algorithm>
#include <sstream>

namespace assay::suites {
namespace {

namespace fs = std::filesystem;

const fs::path kCorpus = ASSAY_SOURCE_DIR "/tests/unit/suites/corpus";

std::vector<fs::path> suites_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

struct Expected {
  int line = 0;  // 0: any
  std::string text;
};

struct Expectations {
  std::vector<Expected> errors;
  bool schema_accepts = false;
};

Expectations expectations_of(const fs::path& file) {
  Expectations found;
  std::istringstream lines(test::TempDir::read_file(file));
  for (std::string line; std::getline(lines, line) && line.starts_with("#");) {
    if (line == "# schema: accepts") {
      found.schema_accepts = true;
      continue;
    }
    const std::string_view start = "# expect ";
    EXPECT_TRUE(line.starts_with(start)) << file << ": " << line;
    const auto colon = line.find(": ");
    const auto number = line.substr(start.size(), colon - start.size());
    found.errors.push_back({number == "*" ? 0 : std::stoi(number), line.substr(colon + 2)});
  }
  return found;
}

const std::vector<CheckSchema>& check_table() {
  static const auto table = [] {
    const auto text = Json{{"type", {"string", "number", "boolean"}}};
    const auto with_value = [&](const Json& options) {
      return Json{
          {"anyOf", {text, Json{{"type", "object"}, {"additionalProperties", false}, {"properties", options}}}}};
    };
    const Json options{{"value", text}, {"ignore_case", {{"type", "boolean"}}}};
    const Json number{{"type", "object"}, {"required", {"equals"}}};
    return std::vector<CheckSchema>{
        {"equals", "The answer is this text.", with_value(options)},
        {"contains", "The answer holds this text.", with_value(options)},
        {"number", "The answer holds this number.", number},
        {"length", "The answer is as long as this.", Json{{"type", "object"}}},
        {"not", "The check fails.", Json{{"$ref", "#/definitions/check"}}},
    };
  }();
  return table;
}

bool fits_schema(const fs::path& file) {
  static const Json document = Json::parse(suite_schema(check_table()).dump());
  static const auto schema = [] {
    auto parsed = std::make_unique<valijson::Schema>();
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), *parsed);
    return parsed;
  }();
  const auto root = text::load_yaml(file);
  if (!root) return false;
  const Json instance = plain_value(*root);
  valijson::Validator validator;
  valijson::ValidationResults results;
  return validator.validate(*schema, valijson::adapters::NlohmannJsonAdapter(instance), &results);
}

bool is_expected(const Error& error, const Expected& expected, const fs::path& file) {
  if (expected.line != 0 && (error.at.line != expected.line || error.at.file != file.string())) return false;
  return to_string(error).find(expected.text) != std::string::npos;
}

TEST(Corpus, good_suites_load_and_fit_the_schema) {
  const auto files = suites_in(kCorpus / "good");
  EXPECT_GE(files.size(), 12u);
  for (const auto& file : files) {
    SCOPED_TRACE(file.filename());
    Diagnostics diagnostics;
    const auto suite = load(file, diagnostics);
    EXPECT_TRUE(suite) << testing::all_errors(diagnostics);
    EXPECT_TRUE(fits_schema(file));
    if (!suite) continue;
    const auto all = testing::read_all(*suite);
    for (const auto& error : all.errors) ADD_FAILURE() << to_string(error);
    EXPECT_FALSE(all.cases.empty());
    for (const auto& kase : all.cases) {
      const auto messages = render_messages(suite->messages, Scope{kase.vars, kase.id, kase.row});
      EXPECT_TRUE(messages) << to_string(messages.error());
    }
  }
}

TEST(Corpus, bad_suites_give_their_errors_and_no_others) {
  const auto files = suites_in(kCorpus / "bad");
  EXPECT_GE(files.size(), 30u);
  for (const auto& file : files) {
    SCOPED_TRACE(file.filename());
    const auto expected = expectations_of(file);
    Diagnostics diagnostics;
    EXPECT_FALSE(load(file, diagnostics));
    EXPECT_EQ(diagnostics.error_count(), expected.errors.size()) << testing::all_errors(diagnostics);
    for (const auto& one : expected.errors) {
      EXPECT_TRUE(std::any_of(diagnostics.errors().begin(), diagnostics.errors().end(),
                              [&](const Error& error) { return is_expected(error, one, file); }))
          << "expected in line " << one.line << ": " << one.text << "\ngot " << testing::all_errors(diagnostics);
    }
    for (const auto& error : diagnostics.errors()) {
      EXPECT_FALSE(error.hint.empty()) << to_string(error);
      EXPECT_GT(error.at.line, 0) << to_string(error);
      EXPECT_GT(error.at.column, 0) << to_string(error);
      EXPECT_EQ(exit_code(error.kind), ExitCode::usage) << to_string(error);
    }
    EXPECT_EQ(fits_schema(file), expected.schema_accepts);
  }
}

}  // namespace
}  // namespace assay::suites
