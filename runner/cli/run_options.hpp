#pragma once
/// The options of `assay run`: what they are called, and what their words mean.

#include "runner/app/run.hpp"

#include <assay/core/diagnostics.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Validator;
}  // namespace CLI

namespace assay::cli {

constexpr std::string_view kExitCodes =
    "Exit codes: 0 PASS, 1 BLOCK, 2 INCONCLUSIVE, 3 ERROR, 4 invalid input (nothing was called), 130/143 stopped.";

/// What is more than one text or number, as written.
struct RunWords {
  std::vector<std::string> where;
  std::vector<std::string> meta;
  std::optional<std::string> concurrency;
  std::optional<std::string> shard;
  std::optional<std::string> max_cost;
  std::optional<std::string> max_time;
};

void add_run(CLI::App& app, app::RunRequest& request, RunWords& words);

/// The arguments and options of `run`, for a command that looks at the same run.
void add_run_options(CLI::App& run, app::RunRequest& request, RunWords& words);

/// Adds the words to the request. Reports every fault.
void read_words(const RunWords& words, app::RunRequest& request, Diagnostics& diagnostics);

inline constexpr std::int64_t kAnyNumber = 1'000'000'000'000'000;  ///< exact in every reader of JSON

/// Accepts digits alone, of a number from `least` to `most`: no sign, no exponent, no other base.
[[nodiscard]] CLI::Validator whole_number(std::int64_t least, std::int64_t most = kAnyNumber);

/// `--baseline NAME|RUN`.
void add_baseline(CLI::App& command, std::optional<std::string>& baseline);

/// `--store FILE`, as every command that reads or writes history has it.
void add_store(CLI::App& command, std::filesystem::path& store);

}  // namespace assay::cli
