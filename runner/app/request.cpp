#include "runner/app/request.hpp"

#include "runner/app/target.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>

namespace assay::app {

namespace {

void apply_set(const std::string& setting, Json& params, Diagnostics& diagnostics) {
  const auto equals = setting.find('=');
  constexpr std::string_view kPrefix = "params.";
  if (equals == std::string::npos || !setting.starts_with(kPrefix) || equals == kPrefix.size()) {
    diagnostics.error({}, fmt::format("--set '{}' is not understood", setting), "write --set params.temperature=1.2",
                      ErrorKind::usage);
    return;
  }
  const auto key = setting.substr(kPrefix.size(), equals - kPrefix.size());
  const auto text = setting.substr(equals + 1);
  if (key == "stream" || key == "model" || key == "messages") {
    diagnostics.error({}, fmt::format("--set cannot change '{}'", key), "write it as a key of the target",
                      ErrorKind::usage);
    return;
  }
  const auto parsed = parse_json(text);
  params[key] = parsed ? *parsed : Json(text);
}

// `FILE` is for the one prompt of the run's suites; `NAME=FILE` for the prompt of that name.
void apply_prompt(const std::string& prompt, Candidate& candidate) {
  const auto equals = prompt.find('=');
  if (equals == std::string::npos) {
    candidate.only_prompt = prompt;
  } else {
    candidate.named_prompts.push_back(prompt.substr(0, equals));
    candidate.prompts[candidate.named_prompts.back()] = prompt.substr(equals + 1);
  }
}

// Pairs that contradict each other, with what to do instead.
void refuse_contradictions(const RunRequest& request, Diagnostics& diagnostics) {
  const auto refuse = [&](bool both, std::string_view one, std::string_view other, std::string_view hint) {
    if (!both) return;
    diagnostics.error({}, fmt::format("{} and {} exclude each other", one, other), std::string(hint), ErrorKind::usage);
  };
  refuse(request.replay && request.record, "--replay", "--record",
         "a replay makes no call that could be recorded; --cassette FILE replays and records what is missing");
  refuse(request.replay && request.cassette, "--replay", "--cassette",
         "--replay FILE makes no call; --cassette FILE replays and records what is missing");
  refuse(request.record && request.cassette, "--record", "--cassette",
         "--record FILE asks anew for everything; --cassette FILE replays and records what is missing");
  refuse(request.replay && request.warmup, "--replay", "--warmup", "a replay makes no call: leave --warmup out");
  refuse(request.baseline && request.against, "--baseline", "--against",
         "--against runs the baseline beside; --baseline takes it from the history");
  refuse(request.shard && !request.reports.files.empty(), "--shard", "--report",
         "a shard decides nothing: merge the shards, and give `assay gate` the reports");
  refuse(request.shard && request.against, "--shard", "--against",
         "run the shards of the candidate and of the baseline apart, and merge each");
}

void refuse_cost_without_price(const RunRequest& request, const Target& target, Diagnostics& diagnostics) {
  if (!request.max_cost || target.price || request.score) return;
  diagnostics.error(target.at, fmt::format("--max-cost needs a price, and target '{}' has none", target.name),
                    request.url && !request.target
                        ? "name a target of assay.yaml that has `price: {input_per_mtok: …, output_per_mtok: …}`"
                        : "add `price: {input_per_mtok: …, output_per_mtok: …}` to the target",
                    ErrorKind::usage);
}

// What the target bears and the run may spend; a shard gets its share of all that is per minute or per run. Attempts in
// flight are not divided: `auto` finds what is left, and a number is taken as it stands.
void set_limits(const RunRequest& request, Settings& settings) {
  auto& limits = settings.target.limits;
  if (request.concurrency) limits.concurrency = request.concurrency->fixed;
  settings.budget = {request.max_cost, request.max_tokens};
  settings.max_time = request.max_time;
  if (!request.shard) return;
  const auto share = [&](std::optional<double>& value) {
    if (value) *value /= request.shard->count;
  };
  const auto whole_share = [&](std::optional<std::uint64_t>& value) {
    if (value) value = std::max<std::uint64_t>(1, *value / request.shard->count);
  };
  const auto divide = [&](exec::Limits& of) {
    share(of.requests_per_minute);
    share(of.tokens_per_minute);
    whole_share(of.max_tokens);
  };
  divide(limits);
  for (auto& judge : settings.judges) divide(judge.limits);
  share(settings.budget.usd);
  whole_share(settings.budget.tokens);
}

void set_candidate(const RunRequest& request, Settings& settings, Diagnostics& diagnostics) {
  auto& candidate = settings.candidate;
  candidate.prompts = settings.target.prompts;
  for (const auto& prompt : request.prompts) apply_prompt(prompt, candidate);
  candidate.params = settings.target.params;
  for (const auto& setting : request.set) apply_set(setting, candidate.params, diagnostics);
  candidate.samples = request.samples;
  candidate.has_price = settings.target.price.has_value();
  candidate.gives_contexts =
      settings.target.api == kCommand || (settings.target.reply && settings.target.reply->contexts);
}

}  // namespace

std::optional<Config> find_config(const std::optional<std::string>& named, Diagnostics& diagnostics) {
  const std::filesystem::path file = named.value_or("assay.yaml");
  std::error_code ignored;
  if (!named && !std::filesystem::exists(file, ignored)) return std::nullopt;
  return load_config(file, diagnostics);
}

std::vector<std::filesystem::path> suite_files(const Config& config, Diagnostics& diagnostics) {
  std::vector<std::filesystem::path> files;
  for (const auto& pattern : config.suites) {
    const auto full = (config.folder / pattern).string();
    glob_t found{};
    if (::glob(full.c_str(), 0, nullptr, &found) == 0) {
      for (std::size_t i = 0; i < found.gl_pathc; ++i) files.emplace_back(found.gl_pathv[i]);
    } else {
      diagnostics.error(config.suites_at, fmt::format("suites: nothing matches {}", text::in_quotes(pattern)),
                        "name a file, or a pattern such as suites/*.yaml");
    }
    ::globfree(&found);
  }
  return files;
}

std::optional<Settings> resolve(const RunRequest& request, const Environment& environment, Diagnostics& diagnostics) {
  const auto config = find_config(request.config, diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  Settings settings;
  refuse_contradictions(request, diagnostics);
  auto target = pick_target(config, request, diagnostics);
  if (request.against) (void)named_target(config, *request.against, "--against", diagnostics);
  if (target) settings.target = *std::move(target);
  for (const auto& suite : request.suites) settings.suites.emplace_back(suite);
  if (settings.suites.empty() && config) settings.suites = suite_files(*config, diagnostics);
  if (settings.suites.empty() && diagnostics.ok()) {
    diagnostics.error({}, "no suite was named", "write assay run SUITE.yaml, or list suites in assay.yaml",
                      ErrorKind::usage);
  }
  if (request.gate && *request.gate != "none") settings.gate = *request.gate;
  if (!request.gate && config) settings.gate = config->gate;
  if (config) settings.redact = config->redact;
  if (!diagnostics.ok()) return std::nullopt;

  settings.warmup = request.warmup.value_or(0);
  settings.record = request.record;
  settings.replay = request.replay;
  settings.cassette = request.cassette;
  settings.selection = {request.where, request.limit, request.shard};
  refuse_cost_without_price(request, settings.target, diagnostics);
  settings.answered = request.score.has_value();
  expand(settings.target, settings.replay || settings.answered, environment, settings.secrets, diagnostics);
  if (config) settings.judges = config->judges;
  settings.candidate.judges = judge_refs(settings.judges, environment);
  set_candidate(request, settings, diagnostics);
  set_limits(request, settings);
  if (!diagnostics.ok()) return std::nullopt;
  return settings;
}

RunRequest baseline_request(const RunRequest& request) {
  RunRequest baseline = request;
  baseline.target = request.against;
  baseline.against.reset();
  baseline.url.reset();
  baseline.model.reset();
  baseline.api_key_env.reset();
  baseline.prompts.clear();
  baseline.set.clear();
  return baseline;
}

}  // namespace assay::app
