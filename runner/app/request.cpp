#include "runner/app/request.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>
#include <memory>

namespace assay::app {

namespace {

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json pairs_json(const std::vector<std::pair<std::string, std::string>>& pairs) {
  auto list = Json::array();
  for (const auto& [key, value] : pairs) list.push_back(Json::array({key, value}));
  return list;
}

std::vector<std::pair<std::string, std::string>> pairs_of(const Json& list) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& item : list) pairs.emplace_back(item.at(0).get<std::string>(), item.at(1).get<std::string>());
  return pairs;
}

template <class T>
std::optional<T> optional_of(const Json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<T>();
}

std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

// Stored paths are absolute, so that a run can be resumed from another folder.
Json absolute_or_null(const std::optional<std::string>& path) {
  return path ? Json(absolute(*path)) : Json();
}

std::string absolute_url(const std::string& url) {
  constexpr std::string_view kStub = "stub:";
  return url.starts_with(kStub) ? std::string(kStub) + absolute(url.substr(kStub.size())) : url;
}

Json prompt_json(const std::vector<std::string>& prompts) {
  auto list = Json::array();
  for (const auto& prompt : prompts) {
    const auto equals = prompt.find('=');
    const auto from = equals == std::string::npos ? 0 : equals + 1;
    list.push_back(prompt.substr(0, from) + absolute(prompt.substr(from)));
  }
  return list;
}

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

std::optional<Target> find_target(const Config& config, const RunRequest& request, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const auto& target : config.targets) names.push_back(target.name);
  if (!request.target && config.targets.size() == 1) return config.targets.front();
  if (!request.target) {
    diagnostics.error(
        {}, "no target was named",
        fmt::format("write --target NAME with one of: {}; or --url URL --model ID", fmt::join(names, ", ")),
        ErrorKind::usage);
    return std::nullopt;
  }
  for (const auto& target : config.targets) {
    if (target.name == *request.target) return target;
  }
  const auto near = text::nearest(*request.target, names);
  diagnostics.error(
      {}, fmt::format("target '{}' is not known", *request.target),
      near.empty() ? fmt::format("known targets: {}", fmt::join(names, ", ")) : fmt::format("did you mean '{}'?", near),
      ErrorKind::usage);
  return std::nullopt;
}

std::optional<Target> pick_target(const std::optional<Config>& config, const RunRequest& request,
                                  Diagnostics& diagnostics) {
  if (request.url) {
    if (request.target) {
      diagnostics.error({}, "--url and --target exclude each other", "name the one or the other", ErrorKind::usage);
      return std::nullopt;
    }
    Target target;
    target.name = request.model.value_or("stub");
    target.url = *request.url;
    const bool stub = target.url.starts_with("stub:");
    if (!request.model && !stub) {
      diagnostics.error({}, "--url needs a model", "add --model ID, as the endpoint lists it under /v1/models",
                        ErrorKind::usage);
      return std::nullopt;
    }
    target.model = request.model.value_or("stub");
    target.api_key_env = request.api_key_env;
    return target;
  }
  if (request.model || request.api_key_env) {
    diagnostics.error({}, "--model and --api-key-env belong to --url", "add --url URL, or edit the target",
                      ErrorKind::usage);
    return std::nullopt;
  }
  if (config && !config->targets.empty()) return find_target(*config, request, diagnostics);
  diagnostics.error({}, "no target was named", "write --url http://127.0.0.1:8080/v1 --model ID, or make an assay.yaml",
                    ErrorKind::usage);
  return std::nullopt;
}

void expand(std::string& text, const Environment& environment, std::vector<std::string>* secrets, const Place& at,
            Diagnostics& diagnostics) {
  auto expanded = expand_env(text, environment, secrets);
  if (!expanded) {
    auto error = expanded.error();
    error.at = at;
    diagnostics.error(std::move(error));
    return;
  }
  text = *std::move(expanded);
}

void expand_target(Settings& settings, const Environment& environment, Diagnostics& diagnostics) {
  auto& target = settings.target;
  settings.shown_url = target.url;
  expand(target.url, environment, nullptr, target.at, diagnostics);
  expand(target.model, environment, nullptr, target.at, diagnostics);
  for (auto& [name, value] : target.headers) expand(value, environment, &settings.secrets, target.at, diagnostics);
  if (!target.api_key_env) return;
  if (const auto key = environment(*target.api_key_env)) {
    settings.api_key = *key;
    settings.secrets.push_back(*key);
  } else {
    diagnostics.error(target.at, fmt::format("the environment variable {} is unset or empty", *target.api_key_env),
                      fmt::format("export {}=…", *target.api_key_env), ErrorKind::usage);
  }
}

}  // namespace

Json to_json(const RunRequest& request) {
  auto suites = Json::array();
  for (const auto& suite : request.suites) suites.push_back(absolute(suite));
  return Json{{"suites", suites},
              {"target", or_null(request.target)},
              {"url", request.url ? Json(absolute_url(*request.url)) : Json()},
              {"model", or_null(request.model)},
              {"api_key_env", or_null(request.api_key_env)},
              {"prompts", prompt_json(request.prompts)},
              {"set", request.set},
              {"config", absolute_or_null(request.config)},
              {"gate", request.gate == "none" ? Json("none") : absolute_or_null(request.gate)},
              {"samples", or_null(request.samples)},
              {"limit", or_null(request.limit)},
              {"where", pairs_json(request.where)},
              {"concurrency", or_null(request.concurrency)},
              {"seed", or_null(request.seed)}};
}

Result<RunRequest> resumed_request(const Json& stored, const RunRequest& given) {
  const Json now = to_json(given);
  const Json unset = to_json(RunRequest{});
  for (const auto& [key, value] : now.items()) {
    if (value == unset.at(key) || value == stored.at(key)) continue;
    return Error{ErrorKind::usage,
                 fmt::format("--resume: '{}' is {} in the stored run, and {} was given", key, dump_json(stored.at(key)),
                             dump_json(value)),
                 "leave the option out, or start a new run"};
  }
  RunRequest request = given;
  request.suites = stored.at("suites").get<std::vector<std::string>>();
  request.target = optional_of<std::string>(stored.at("target"));
  request.url = optional_of<std::string>(stored.at("url"));
  request.model = optional_of<std::string>(stored.at("model"));
  request.api_key_env = optional_of<std::string>(stored.at("api_key_env"));
  request.prompts = stored.at("prompts").get<std::vector<std::string>>();
  request.set = stored.at("set").get<std::vector<std::string>>();
  request.config = optional_of<std::string>(stored.at("config"));
  request.gate = optional_of<std::string>(stored.at("gate"));
  request.samples = optional_of<std::uint32_t>(stored.at("samples"));
  request.limit = optional_of<std::uint64_t>(stored.at("limit"));
  request.where = pairs_of(stored.at("where"));
  request.concurrency = optional_of<std::uint32_t>(stored.at("concurrency"));
  request.seed = optional_of<std::uint64_t>(stored.at("seed"));
  return request;
}

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
      diagnostics.error({.file = (config.folder / "assay.yaml").string()},
                        fmt::format("suites: nothing matches {}", text::in_quotes(pattern)),
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
  auto target = pick_target(config, request, diagnostics);
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

  expand_target(settings, environment, diagnostics);
  settings.candidate.prompts = settings.target.prompts;
  for (const auto& prompt : request.prompts) apply_prompt(prompt, settings.candidate);
  settings.candidate.params = settings.target.params;
  for (const auto& setting : request.set) apply_set(setting, settings.candidate.params, diagnostics);
  settings.candidate.samples = request.samples;
  settings.candidate.has_price = settings.target.price.has_value();
  settings.selection = {request.where, request.limit};
  settings.concurrency = request.concurrency.value_or(settings.target.concurrency.value_or(16));
  if (!diagnostics.ok()) return std::nullopt;
  return settings;
}

}  // namespace assay::app
