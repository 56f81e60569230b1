#pragma once
/// What a person asked for with `assay run`, and what follows from it and the configuration.

#include "runner/app/config.hpp"
#include "runner/app/plan.hpp"
#include "runner/app/report_files.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace assay::app {

/// How many attempts may be in flight, as asked for.
struct Concurrency {
  std::optional<std::uint32_t> fixed;  ///< unset: `auto`
};

/// The command line of `run`, as data. Unset means: not given.
struct RunRequest {
  std::vector<std::string> suites;
  std::optional<std::string> target;
  std::optional<std::string> url;
  std::optional<std::string> model;
  std::optional<std::string> api_key_env;
  std::optional<std::string> against;  ///< a target: the baseline that is run beside
  std::vector<std::string> prompts;    ///< [NAME=]FILE
  std::vector<std::string> set;        ///< params.KEY=VALUE
  std::optional<std::string> config;
  std::optional<std::string> gate;      ///< a file, or `none`
  std::optional<std::string> baseline;  ///< a baseline's name, or a RUN; over the policy's
  std::optional<std::uint32_t> samples;
  std::optional<std::uint64_t> limit;
  std::vector<std::pair<std::string, std::string>> where;
  std::optional<store::Shard> shard;
  std::optional<Concurrency> concurrency;
  std::optional<std::uint64_t> seed;
  std::optional<std::uint32_t> warmup;  ///< calls to each target before the run
  std::optional<std::string> record;    ///< a cassette to write
  std::optional<std::string> replay;    ///< a cassette that answers every call
  std::optional<std::string> cassette;  ///< a cassette that answers what it holds, and gets the rest
  std::optional<double> max_cost;       ///< USD
  std::optional<Duration> max_time;
  std::optional<std::uint64_t> max_tokens;
  std::vector<std::pair<std::string, std::string>> meta;
  std::optional<std::string> resume;  ///< a RUN, or `auto`
  std::optional<std::string> score;   ///< `assay score`: id of the run whose answers are scored anew
  std::filesystem::path store = ".assay/history.db";
  std::optional<std::filesystem::path> out;
  ReportFiles reports;
  bool json = false;
  bool quiet = false;
};

/// A request as it is stored beside its run: what makes two runs the same, and `budget` (cost, time and tokens), which
/// does not. Paths are absolute.
[[nodiscard]] Json to_json(const RunRequest& request);

/// True if a stored request asks for the same run as `request`, budgets aside.
[[nodiscard]] bool same_run(const Json& stored, const RunRequest& request);

/// A stored request, for `--resume`. What `given` sets must agree with it; a difference is an error that names the
/// option. The stored budgets apply unless given anew, so that a run whose budget is spent can go on.
[[nodiscard]] Result<RunRequest> resumed_request(const Json& stored, const RunRequest& given);

/// `2/8`: the second of eight; 1 ≤ K ≤ N ≤ 1000. Errors: `usage`.
[[nodiscard]] Result<store::Shard> parse_shard(std::string_view text);

/// Everything a run needs, resolved. Of a shard, what is per minute or per run is its share already.
struct Settings {
  Target target;               ///< with the limits that apply
  std::vector<Target> judges;  ///< of the configuration; `${NAME}` and keys are read of those that a check asks
  Candidate candidate;
  Selection selection;
  std::vector<std::filesystem::path> suites;
  std::optional<std::filesystem::path> gate;
  std::vector<std::string> redact;
  std::vector<std::string> secrets;  ///< never to be seen in an answer, a log or the store
  exec::BudgetLimits budget;
  std::optional<Duration> max_time;
  std::uint32_t warmup = 0;
  std::optional<std::filesystem::path> record;
  std::optional<std::filesystem::path> replay;  ///< then nothing is called: keys, headers and `ca_file` may be missing
  std::optional<std::filesystem::path> cassette;
  bool answered = false;          ///< the target's answers are there already: it is not asked
  bool held_for_latency = false;  ///< `auto` is held at `kLatencyLoad`, as a gate reads a latency metric
};

/// Where a gate reads a latency metric, `auto` goes no further. Contract §4.
constexpr std::uint32_t kLatencyLoad = 16;

/// Resolves a request against its configuration and the environment. Reports every fault.
[[nodiscard]] std::optional<Settings> resolve(const RunRequest& request, const Environment& environment,
                                              Diagnostics& diagnostics);

/// The request of the run that `--against` names: another target, without `--prompt` and `--set`; all else alike.
[[nodiscard]] RunRequest baseline_request(const RunRequest& request);

/// The configuration that a command reads: the file named, else `assay.yaml` if there is one, else none.
[[nodiscard]] std::optional<Config> find_config(const std::optional<std::string>& named, Diagnostics& diagnostics);

/// Expands the patterns of a configuration's `suites`; a pattern without a match is an error.
[[nodiscard]] std::vector<std::filesystem::path> suite_files(const Config& config, Diagnostics& diagnostics);

}  // namespace assay::app
