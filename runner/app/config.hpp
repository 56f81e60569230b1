#pragma once
/// `assay.yaml`: targets and judges, where the suites and the policy are, what to redact. Contract §4.

#include <assay/core/diagnostics.hpp>
#include <assay/core/http.hpp>
#include <assay/core/json.hpp>
#include <assay/core/transcript.hpp>
#include <assay/endpoints/http_target.hpp>
#include <assay/endpoints/output_form.hpp>
#include <assay/exec/limits.hpp>
#include <assay/exec/retry.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay::app {

/// Looks up an environment variable; nothing if it is unset or empty.
using Environment = std::function<std::optional<std::string>(const std::string&)>;

[[nodiscard]] Environment process_environment();

inline constexpr std::string_view kStub = "stub:";  ///< an address that is served in-process
inline constexpr std::string_view kEmbeddings = "openai-embeddings";
inline constexpr std::string_view kHttp = "http";
inline constexpr std::string_view kCommand = "command";

/// A model behind an address, an application or a program, as configured; `${NAME}` not yet expanded. A judge is one
/// too.
struct Target {
  std::string name;
  std::string api = "openai-chat";
  std::string url;
  std::string model;
  std::optional<std::string> served_model;
  std::optional<std::string> api_key_env;  ///< at most one of the two says where the key is
  std::optional<std::filesystem::path> api_key_file;
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::filesystem::path> ca_file;
  std::map<std::string, std::filesystem::path> prompts;  ///< prompt name → messages file
  Json params = Json::object();
  bool stream = true;
  endpoints::OutputForm output = endpoints::OutputForm::automatic;  ///< of a judge
  std::optional<text::Node> body;                                   ///< `api: http`: the request
  std::optional<endpoints::ReplyPaths> reply;                       ///< likewise: where the answer stands
  std::vector<std::string> command;                                 ///< `api: command`
  std::vector<std::string> env;                                     ///< likewise: variables that it gets
  std::optional<Price> price;
  Deadlines timeout;
  exec::Limits limits;
  exec::RetryPolicy retries;
  std::string shown_url;       ///< as written: what `${NAME}` stands for is not stored; set with the next by `expand`
  std::string api_key;         ///< empty: none
  std::filesystem::path base;  ///< the folder that a `stub:` address is relative to, and a command is started in
  Place at;
};

struct Config {
  std::vector<Target> targets;      ///< in file order, `extends` resolved
  std::vector<Target> judges;       ///< likewise
  std::vector<std::string> suites;  ///< paths or patterns, relative to `folder`
  Place suites_at;
  std::optional<std::filesystem::path> gate;
  std::vector<std::string> redact;
  std::filesystem::path folder;
};

/// Reads a configuration. Reports every fault; protocols of later versions are refused by name.
[[nodiscard]] std::optional<Config> load_config(const std::filesystem::path& file, Diagnostics& diagnostics);

/// JSON Schema (draft-07) of a configuration.
[[nodiscard]] OrderedJson config_schema();

/// Replaces `${NAME}`; the values used are added to `secrets`. Errors: `usage` for a variable that is unset or empty.
[[nodiscard]] Result<std::string> expand_env(const std::string& text, const Environment& environment,
                                             std::vector<std::string>* secrets);

}  // namespace assay::app
