#include "runner/cli/run_options.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace assay::cli {

namespace {

constexpr std::int64_t kMostConcurrency = 65536;
constexpr std::int64_t kMostSamples = 10000;
constexpr std::int64_t kMostWarmUp = 10000;
constexpr Duration kLongest = std::chrono::hours(24 * 36500);

void add_target_options(CLI::App& run, app::RunRequest& request) {
  run.add_option("--target", request.target, "A target of the configuration")->type_name("NAME");
  run.add_option("--url", request.url, "OpenAI-compatible base URL, or stub:FILE")->type_name("URL");
  run.add_option("--model", request.model, "The model's id, with --url")->type_name("ID");
  run.add_option("--api-key-env", request.api_key_env, "Environment variable with the key, with --url")
      ->type_name("NAME");
  run.add_option("--against", request.against, "A target that is run beside, call by call, as a run of its own")
      ->type_name("NAME");
  run.add_option("--prompt", request.prompts, "Messages that replace the prompt NAME (repeatable)")
      ->type_name("[NAME=]FILE");
  run.add_option("--set", request.set, "params.KEY=VALUE, on the candidate only (repeatable)")->type_name("KEY=VALUE");
}

void add_selection_options(CLI::App& run, app::RunRequest& request, RunWords& words) {
  run.add_option("--samples", request.samples, "Samples of each case")
      ->type_name("N")
      ->check(whole_number(1, kMostSamples));
  run.add_option("--limit", request.limit, "Only the first N cases of each suite")
      ->type_name("N")
      ->check(whole_number(0));
  run.add_option("--where", words.where, "Only cases with this tag, or this id (repeatable)")->type_name("KEY=VALUE");
  run.add_option("--shard", words.shard, "Only part K of N: measures, and leaves deciding to `merge` and `gate`")
      ->type_name("K/N");
}

void add_load_options(CLI::App& run, app::RunRequest& request, RunWords& words) {
  run.add_option("--concurrency", words.concurrency,
                 "Calls in flight; auto finds what the endpoint bears (default: the target's, else auto)")
      ->type_name("N|auto");
  run.add_option("--warmup", request.warmup, "Calls to each target before the run; their answers are thrown away")
      ->type_name("N")
      ->check(whole_number(1, kMostWarmUp));
  run.add_option("--max-cost", words.max_cost, "Stop at this cost, with what was reached; the target needs a price")
      ->type_name("USD");
  run.add_option("--max-time", words.max_time, "Stop after 30s, 10m or 1h30m, with what was reached")
      ->type_name("DURATION");
  run.add_option("--max-tokens", request.max_tokens, "Stop at so many input and output tokens, with what was reached")
      ->type_name("N")
      ->check(whole_number(1));
  run.add_option("--record", request.record, "Write every answer to this cassette")->type_name("FILE");
  run.add_option("--replay", request.replay, "Take every answer from this cassette: no connection, no key")
      ->type_name("FILE");
  run.add_option("--cassette", request.cassette, "Replay what this cassette holds, ask for and record the rest")
      ->type_name("FILE");
}

void add_ending_options(CLI::App& run, app::RunRequest& request, RunWords& words) {
  run.add_option("--seed", request.seed, "Seed of every random draw (default: 0)")
      ->type_name("N")
      ->check(whole_number(0));
  run.add_option("--meta", words.meta, "Kept with the run, and selects it later (repeatable)")->type_name("KEY=VALUE");
  run.add_option("--resume", request.resume, "Go on with an unfinished run; --max-… may be given anew")
      ->type_name("RUN|auto");
  run.add_option("--out", request.out, "Folder for verdict.json (default: .assay/runs/RUN/)")->type_name("DIR");
  add_store(run, request.store);
  run.add_flag("--json", request.json, "The verdict as JSON on standard output");
  run.add_flag("--quiet", request.quiet, "No progress; one word on standard output");
}

void wrong(Diagnostics& diagnostics, std::string message, std::string hint) {
  diagnostics.error({}, std::move(message), std::move(hint), ErrorKind::usage);
}

std::vector<std::pair<std::string, std::string>> key_values(const std::vector<std::string>& words,
                                                            std::string_view option, Diagnostics& diagnostics) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& word : words) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      wrong(diagnostics, fmt::format("{} '{}' has no key", option, word), fmt::format("write {} key=value", option));
      continue;
    }
    pairs.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return pairs;
}

std::optional<app::Concurrency> read_concurrency(const std::string& word, Diagnostics& diagnostics) {
  if (word == "auto") return app::Concurrency{};
  const auto number = text::parse_integer(word);
  if (number && *number >= 1 && *number <= kMostConcurrency) {
    return app::Concurrency{static_cast<std::uint32_t>(*number)};
  }
  wrong(diagnostics,
        fmt::format("--concurrency {} is neither auto nor a number from 1 to {}", text::in_quotes(word),
                    kMostConcurrency),
        "write --concurrency auto, or --concurrency 16");
  return std::nullopt;
}

// `1h30m` is the sum of its parts.
std::optional<Duration> read_duration(const std::string& word, Diagnostics& diagnostics) {
  Duration sum{};
  for (std::size_t from = 0; from < word.size();) {
    const auto unit = word.find_first_not_of("0123456789.", from);
    const auto to = std::min(word.find_first_of("0123456789.", unit), word.size());
    const auto part = text::parse_duration(std::string_view(word).substr(from, to - from));
    if (!part || sum > kLongest) break;
    sum += *part;
    from = to;
    if (from == word.size() && sum > Duration::zero()) return sum;
  }
  wrong(diagnostics, fmt::format("--max-time {} is no duration above 0", text::in_quotes(word)),
        "write a number and its unit: 30s, 10m, 1h30m");
  return std::nullopt;
}

std::optional<double> read_cost(const std::string& word, Diagnostics& diagnostics) {
  const auto number = text::parse_number(word);
  if (number && *number > 0) return number;
  wrong(diagnostics, fmt::format("--max-cost {} is no amount above 0", text::in_quotes(word)),
        "write US dollars: --max-cost 2.50");
  return std::nullopt;
}

}  // namespace

CLI::Validator whole_number(std::int64_t least, std::int64_t most) {
  const auto check = [least, most](const std::string& word) -> std::string {
    const bool digits = !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
    const auto number = digits ? text::parse_integer(word) : std::nullopt;
    if (number && *number >= least && *number <= most) return {};
    const auto range = most == kAnyNumber ? fmt::format("from {}", least) : fmt::format("from {} to {}", least, most);
    return fmt::format("{} is no whole number {}", text::in_quotes(word), range);
  };
  return {check, ""};
}

void add_store(CLI::App& command, std::filesystem::path& store) {
  command.add_option("--store", store, "History file")->type_name("FILE")->capture_default_str();
}

void add_baseline(CLI::App& command, std::optional<std::string>& baseline) {
  command.add_option("--baseline", baseline, "What the run is compared with, over the policy's")->type_name("NAME|RUN");
}

void add_run_options(CLI::App& run, app::RunRequest& request, RunWords& words) {
  run.add_option("suites", request.suites, "Suite files; may be left out where the configuration names them")
      ->type_name("SUITE");
  add_target_options(run, request);
  run.add_option("--config", request.config, "Configuration (default: assay.yaml, if there is one)")->type_name("FILE");
  run.add_option("--gate", request.gate, "Policy, or none: the suites' floors alone")->type_name("FILE|none");
  add_baseline(run, request.baseline);
  add_selection_options(run, request, words);
  add_load_options(run, request, words);
  add_ending_options(run, request, words);
}

void add_run(CLI::App& app, app::RunRequest& request, RunWords& words) {
  auto& run = *app.add_subcommand("run", "Replay suites, score, store and decide.");
  add_run_options(run, request, words);
  run.footer(
      fmt::format("Examples:\n"
                  "  assay run suites/capitals.yaml --url http://127.0.0.1:8080/v1 --model my-model\n"
                  "  assay run --target v7 --against v6 --gate gate.yaml --meta commit=$GIT_SHA\n"
                  "  assay run --target v7 --baseline main\n"
                  "  assay run --target v7 --max-cost 2.50 --max-time 1h30m --record answers.cassette\n"
                  "  assay run --target v7 --replay answers.cassette\n"
                  "  assay run --target v7 --shard 2/8 --store shard-2.db\n"
                  "  assay run suites/capitals.yaml --url stub:stub.yaml --where continent=asia\n{}\n"
                  "A shard ends with 0 once its share is stored, with 2 if a budget ran out first, with 3 if the "
                  "measurement failed, and\n"
                  "decides nothing.",
                  kExitCodes));
}

void read_words(const RunWords& words, app::RunRequest& request, Diagnostics& diagnostics) {
  request.where = key_values(words.where, "--where", diagnostics);
  request.meta = key_values(words.meta, "--meta", diagnostics);
  if (words.concurrency) request.concurrency = read_concurrency(*words.concurrency, diagnostics);
  if (words.max_cost) request.max_cost = read_cost(*words.max_cost, diagnostics);
  if (words.max_time) request.max_time = read_duration(*words.max_time, diagnostics);
  if (!words.shard) return;
  const auto shard = app::parse_shard(*words.shard);
  if (shard) {
    request.shard = *shard;
  } else {
    wrong(diagnostics, "--shard " + shard.error().message, shard.error().hint);
  }
}

}  // namespace assay::cli
