#pragma once
/// What a person asked for with `assay run`, and what follows from it and the configuration.

#include "runner/app/config.hpp"
#include "runner/app/plan.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace assay::app {

/// The command line of `run`, as data. Unset means: not given.
struct RunRequest {
  std::vector<std::string> suites;
  std::optional<std::string> target;
  std::optional<std::string> url;
  std::optional<std::string> model;
  std::optional<std::string> api_key_env;
  std::vector<std::string> prompts;  ///< [NAME=]FILE
  std::vector<std::string> set;      ///< params.KEY=VALUE
  std::optional<std::string> config;
  std::optional<std::string> gate;  ///< a file, or `none`
  std::optional<std::uint32_t> samples;
  std::optional<std::uint64_t> limit;
  std::vector<std::pair<std::string, std::string>> where;
  std::optional<std::uint32_t> concurrency;
  std::optional<std::uint64_t> seed;
  std::vector<std::pair<std::string, std::string>> meta;
  std::optional<std::string> resume;  ///< a RUN, or `auto`
  std::filesystem::path store = ".assay/history.db";
  std::optional<std::filesystem::path> out;
  bool json = false;
  bool quiet = false;
};

/// The part of a request that makes two runs the same run: stored beside it, compared by `--resume`.
[[nodiscard]] Json to_json(const RunRequest& request);

/// A stored request, for `--resume`. What `given` sets must agree with it; a difference is an error that names the
/// option.
[[nodiscard]] Result<RunRequest> resumed_request(const Json& stored, const RunRequest& given);

/// Everything a run needs, resolved.
struct Settings {
  Target target;
  std::string shown_url;  ///< as written: what `${NAME}` stands for is not stored
  Candidate candidate;
  Selection selection;
  std::vector<std::filesystem::path> suites;
  std::optional<std::filesystem::path> gate;
  std::vector<std::string> redact;
  std::vector<std::string> secrets;  ///< never to be seen in an answer, a log or the store
  std::string api_key;
  std::uint32_t concurrency = 16;
};

/// Resolves a request against its configuration and the environment. Reports every fault.
[[nodiscard]] std::optional<Settings> resolve(const RunRequest& request, const Environment& environment,
                                              Diagnostics& diagnostics);

/// The configuration that a command reads: the file named, else `assay.yaml` if there is one, else none.
[[nodiscard]] std::optional<Config> find_config(const std::optional<std::string>& named, Diagnostics& diagnostics);

/// Expands the patterns of a configuration's `suites`; a pattern without a match is an error.
[[nodiscard]] std::vector<std::filesystem::path> suite_files(const Config& config, Diagnostics& diagnostics);

}  // namespace assay::app
