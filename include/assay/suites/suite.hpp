#pragma once
/// A suite as data: what a person wrote, read strictly, nothing compiled. Knows no check by name.

#include <assay/core/check.hpp>
#include <assay/core/diagnostics.hpp>
#include <assay/core/digest.hpp>
#include <assay/core/sample.hpp>
#include <assay/text/node.hpp>
#include <assay/text/template.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace assay::suites {

/// A check as written: `number: {equals: 4}`. The node is the argument; its meaning belongs to the check table.
struct CheckSpec {
  std::string name;
  text::Node argument;
  Place at;
};

/// A message of the prompt, or a splice: a variable that holds a list of {role, content}.
struct MessageTemplate {
  Author author = Author::user;
  text::Template content;
  std::string source;  ///< the text as written
  bool splice = false;
  Place at;
};

/// Checks that suites share, by the name that `use` gives; `use` within them is resolved.
using SharedChecks = std::map<std::string, std::vector<CheckSpec>, std::less<>>;

struct DatasetSpec {
  std::filesystem::path file;
  std::string shown;  ///< as written, for messages
  std::optional<text::Template> id;
  std::vector<std::string> tags;             ///< fields that are tags
  std::optional<std::string> cluster;        ///< the field that names the cluster
  std::map<std::string, std::string> parse;  ///< field → json | number | list
  char delimiter = ',';
  std::optional<std::uint64_t> limit;
  Place at;
};

/// A case, inline or from a record. Its checks come on top of the suite's defaults.
struct Case {
  std::uint32_t ordinal = 0;  ///< place in the suite before any filter, from 0
  std::uint64_t row = 0;      ///< place in its source (the inline cases, or the data set), from 1; `{{row}}`
  std::string id;
  Json vars = Json::object();
  Tags tags;
  std::string cluster;
  std::vector<CheckSpec> checks;
  Place at;
};

struct Suite {
  std::string id;
  std::string kind;    ///< golden
  std::string prompt;  ///< the prompt's name; default: the suite's id
  std::map<std::string, std::string> owners;
  std::optional<double> floor;
  std::vector<MessageTemplate> messages;
  Json params = Json::object();
  std::uint32_t samples = 1;
  std::vector<CheckSpec> default_checks;
  SharedChecks shared_checks;          ///< of the included files; records may use them
  std::vector<Case> cases;             ///< inline
  std::optional<DatasetSpec> dataset;  ///< its cases come after the inline ones
  std::filesystem::path file;
  Place at;
};

/// Reads a suite file with its includes and message files. Reports every fault into `diagnostics` and returns nothing
/// if there was one. Data sets are not read here.
[[nodiscard]] std::optional<Suite> load(const std::filesystem::path& file, Diagnostics& diagnostics);

/// As `load`, but gives what could be read of a suite with faults, for those who look for more of them; nothing only
/// where the file is no mapping.
[[nodiscard]] std::optional<Suite> load_with_faults(const std::filesystem::path& file, Diagnostics& diagnostics);

/// Reads the messages of `messages: {file: …}`, `--prompt` and a target's `prompts`: YAML (a list, or a mapping with
/// `messages`) or .txt (one user message).
[[nodiscard]] std::vector<MessageTemplate> load_messages(const std::filesystem::path& file, Diagnostics& diagnostics);

/// Streams the cases of a suite in order: inline ones, then the data set's. Not thread-safe.
class CaseCursor {
 public:
  virtual ~CaseCursor() = default;
  /// As datasets::Cursor::next; the next call after an error goes on or ends. Errors name file, line and case: a faulty
  /// record, an id that is there twice, a case without a check, a data set without a record (`selection`).
  [[nodiscard]] virtual Result<std::optional<Case>> next() = 0;
  /// SHA-256 of all bytes of the data set once the end (or `limit`) was reached; nothing without a data set.
  [[nodiscard]] virtual std::optional<DigestBytes> dataset_digest() = 0;
};

/// `check` refuses an id that is there twice, and keeps 40 bytes a case for it; `known` is for cases that were checked.
enum class Ids { check, known };

/// The suite must outlive the cursor.
[[nodiscard]] Result<std::unique_ptr<CaseCursor>> open_cases(const Suite& suite, Ids ids = Ids::check);

/// Renders the prompt for one case. Errors name the case, the variable and the place of the message.
[[nodiscard]] Result<std::vector<Message>> render_messages(const std::vector<MessageTemplate>& templates,
                                                           const Scope& scope);

/// Canonical JSON of prompt templates, for their digest.
[[nodiscard]] Json messages_json(const std::vector<MessageTemplate>& templates);

/// A row of the check table, as the schema needs it: see `judges`.
struct CheckSchema {
  std::string name;
  std::string doc;
  Json schema;  ///< of the argument: short form and options together; may refer to `#/definitions/check`
};

/// JSON Schema (draft-07) of a suite file, with descriptions and examples, over the given check table.
[[nodiscard]] OrderedJson suite_schema(const std::vector<CheckSchema>& checks);

}  // namespace assay::suites
