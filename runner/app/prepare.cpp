#include "runner/app/prepare.hpp"

#include "runner/app/looks.hpp"
#include "runner/app/policy.hpp"
#include "runner/app/target.hpp"
#include "version.hpp"

#include <assay/core/digest.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace assay::app {

namespace {

std::string candidate_digest(const Settings& settings, const Plan& plan) {
  auto parts = Json::array();
  for (const auto& suite : plan.suites) parts.push_back({suite.suite.prompt, suite.prompt_digest, suite.params_digest});
  const auto& target = settings.target;
  Json candidate{{"model", target.model}, {"suites", parts}};
  if (const auto asked = application_json(target); !asked.is_null()) candidate["application"] = asked;
  return to_string(sha256(canonical_json(candidate)));
}

std::vector<gate::SuiteFacts> facts(const Plan& plan) {
  std::vector<gate::SuiteFacts> all;
  for (const auto& suite : plan.suites) all.push_back(suite.facts);
  return all;
}

// A latency is what it is at one load, so `auto` must not wander where a gate reads one.
void hold_load(Settings& settings, const gate::Policy& policy) {
  auto& limits = settings.target.limits;
  if (limits.concurrency || settings.replay || !gate::reads_latency(policy)) return;
  limits.most = std::min(limits.most, kLatencyLoad);
  settings.held_for_latency = true;
}

// `asked` is the request whose target is prepared; `request` is what the person wrote.
std::optional<Prepared> prepare_target(const RunRequest& asked, RunRequest request, const Environment& environment,
                                       Diagnostics& diagnostics) {
  auto settings = resolve(asked, environment, diagnostics);
  if (!settings) return std::nullopt;
  const PolicySource source{settings->gate, asked.baseline, request.against.has_value()};
  auto loaded = load_source(source, diagnostics);  // before the plan: it says which failures are confirmed
  if (loaded) {
    settings->candidate.confirmations =
        confirmations_of(*loaded, settings->candidate.judges, settings->candidate.judges_known, diagnostics);
  }
  auto plan = make_plan(settings->suites, settings->candidate, settings->selection, diagnostics);
  if (!plan || !loaded) return std::nullopt;
  check_confirmations(settings->candidate.confirmations, *plan, diagnostics);
  expand_judges(*settings, plan->judges, environment, diagnostics);
  if (asked.max_cost) refuse_free_judges(*settings, diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  if (plan->whole == 0) {
    diagnostics.error({}, "the selection leaves no case to run", "loosen --where or --limit", ErrorKind::selection);
    return std::nullopt;
  }
  auto policy = apply_source(*std::move(loaded), source, facts(*plan), diagnostics);
  if (!policy) return std::nullopt;
  check_looks(*policy, *settings, diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  hold_load(*settings, *policy);
  return Prepared{std::move(request), *std::move(settings), *std::move(plan), *std::move(policy), false};
}

// A script's path is stored as written, and relative to where the run was started.
bool same_url(const std::string& one, const std::string& other) {
  constexpr std::string_view kStub = "stub:";
  return one == other || (one.starts_with(kStub) && other.starts_with(kStub));
}

// What one suite of a run was, and is; nothing if it is the same.
std::optional<std::string> changed_suite(const store::StoredSuite& was, const store::StoredSuite& is) {
  if (was.digest != is.digest || was.id != is.id) return fmt::format("suite '{}'", was.id);
  if (was.prompt != is.prompt) return fmt::format("the prompt of suite '{}'", was.id);
  if (was.params != is.params) return fmt::format("the parameters of suite '{}'", was.id);
  if (was.planned != is.planned) return fmt::format("the selection of suite '{}'", was.id);
  return std::nullopt;
}

}  // namespace

store::StoredSuite stored_suite(const PlannedSuite& planned) {
  store::StoredSuite stored;
  stored.id = planned.suite.id;
  stored.kind = planned.suite.kind;
  stored.file = planned.suite.file.string();
  stored.digest = planned.digest;
  stored.prompt = planned.prompt_digest;
  stored.params = planned.params_digest;
  stored.dataset = planned.dataset_digest;
  stored.floor = planned.suite.floor;
  stored.owners = planned.suite.owners;
  stored.params_text = *planned.params;
  stored.planned = planned.selected * planned.suite.samples;
  stored.whole = planned.whole * planned.suite.samples;
  stored.metrics = planned.metrics;
  stored.judged = planned.judged;
  return stored;
}

std::vector<store::StoredJudge> stored_judges(const Settings& settings) {
  std::vector<store::StoredJudge> all;
  for (std::size_t i = 0; i < settings.judges.size(); ++i) {
    const auto& judge = settings.judges[i];
    all.push_back({.name = judge.name,
                   .digest = digest_of(judge),
                   .api = judge.api,
                   .model = judge.model,
                   .url = judge.shown_url,
                   .params = dump_json(judge.params),
                   .price = judge.price});
  }
  return all;
}

std::optional<Prepared> prepare(RunRequest request, const Environment& environment, Diagnostics& diagnostics) {
  std::error_code ignored;
  if (!request.config && std::filesystem::exists("assay.yaml", ignored)) request.config = "assay.yaml";
  const auto asked = request;
  return prepare_target(asked, std::move(request), environment, diagnostics);
}

std::optional<Prepared> prepare_baseline(const Prepared& candidate, const Environment& environment,
                                         Diagnostics& diagnostics) {
  auto prepared = prepare_target(baseline_request(candidate.request), candidate.request, environment, diagnostics);
  if (prepared) prepared->baseline = true;
  return prepared;
}

std::string new_run_id(WallTime now) {
  auto stamp = to_rfc3339(now);
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':' || c == 'Z'; });
  stamp[8] = '-';
  std::random_device entropy;
  return fmt::format("{}-{:06x}", stamp, entropy() & 0xFFFFFFU);
}

store::RunHeader header_of(const Prepared& prepared) {
  const auto now = wall_now();
  store::RunHeader header;
  header.id = new_run_id(now);
  header.started = now;
  header.target = prepared.settings.target.name;
  header.api = prepared.settings.target.api;
  header.model = prepared.settings.target.model;
  header.url = prepared.settings.target.shown_url;
  header.judges = stored_judges(prepared.settings);
  header.expected_served = prepared.settings.target.served_model;
  header.candidate_digest = candidate_digest(prepared.settings, prepared.plan);
  header.meta = prepared.request.meta;
  header.where = prepared.request.where;
  header.limit = prepared.request.limit;
  header.seed = prepared.request.seed.value_or(0);
  header.concurrency = prepared.settings.target.limits.concurrency.value_or(0);
  header.shard = prepared.settings.selection.shard;
  header.baseline = prepared.baseline;
  header.kind = prepared.request.score ? store::RunKind::scored : store::RunKind::measured;
  header.origin = prepared.request.score.value_or("");
  header.policy = dump_json(gate::to_json(prepared.policy));
  header.policy_digest = prepared.policy.digest;
  header.sealed = now;
  header.options = dump_json(to_json(prepared.request));
  header.version = std::string(kVersion);
  header.price = prepared.settings.target.price;
  for (const auto& planned : prepared.plan.suites) header.suites.push_back(stored_suite(planned));
  return header;
}

void link(store::RunHeader& candidate, store::RunHeader& baseline) {
  candidate.beside = baseline.id;
  baseline.beside = candidate.id;
}

std::optional<std::string> changed_judge(const store::RunHeader& before, const store::RunHeader& now) {
  for (const auto& judge : now.judges) {
    const auto same = [&](const store::StoredJudge& was) {
      return was.name == judge.name && was.digest == judge.digest && same_url(was.url, judge.url);
    };
    if (std::none_of(before.judges.begin(), before.judges.end(), same)) return judge.name;
  }
  return std::nullopt;
}

std::optional<Error> what_changed(const store::RunHeader& before, const store::RunHeader& now) {
  const auto refuse = [&](std::string what) {
    return Error{ErrorKind::usage,
                 fmt::format("run {} cannot be resumed: {} changed since it started", before.id, what),
                 "start a new run, or restore what changed",
                 {}};
  };
  for (const auto& judge : now.judges) {
    const auto was = std::find_if(before.judges.begin(), before.judges.end(),
                                  [&](const store::StoredJudge& other) { return other.name == judge.name; });
    if (was != before.judges.end() && was->digest != judge.digest) return refuse(fmt::format("judge '{}'", judge.name));
  }
  if (before.suites.size() != now.suites.size()) return refuse("the list of suites");
  for (std::size_t i = 0; i < now.suites.size(); ++i) {
    if (auto changed = changed_suite(before.suites[i], now.suites[i])) return refuse(*std::move(changed));
  }
  if (before.model != now.model) return refuse("the model");
  // Prompts, parameters and model are equal: what is left is the request of an application, or a program's command.
  if (before.candidate_digest != now.candidate_digest) return refuse("what the target is asked");
  if (!before.api.empty() && before.api != now.api) return refuse("the api");
  if (!same_url(before.url, now.url)) return refuse("the url");
  if (const auto judge = changed_judge(before, now)) return refuse(fmt::format("judge '{}'", *judge));
  if (before.seed != now.seed) return refuse("the seed");
  if (before.shard != now.shard) return refuse("the shard");
  if (before.policy_digest != now.policy_digest) return refuse("the policy");
  return std::nullopt;
}

}  // namespace assay::app
