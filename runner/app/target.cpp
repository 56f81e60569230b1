#include "runner/app/target.hpp"

#include <assay/text/file.hpp>
#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace assay::app {

namespace {

constexpr std::size_t kLongestKey = 64u << 10;

std::vector<std::string> names_of(const Config& config) {
  std::vector<std::string> names;
  for (const auto& target : config.targets) names.push_back(target.name);
  return names;
}

std::optional<Target> only_target(const Config& config, Diagnostics& diagnostics) {
  if (config.targets.size() == 1) return config.targets.front();
  diagnostics.error(
      {}, "no target was named",
      fmt::format("write --target NAME with one of: {}; or --url URL --model ID", fmt::join(names_of(config), ", ")),
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

Result<std::string> key_of_file(const std::filesystem::path& file) {
  const auto bytes = text::read_text(file, kLongestKey);
  if (!bytes) return bytes.error();
  const std::string key(text::trim(*bytes));
  const auto wrong = [&](std::string_view what) {
    return Error{ErrorKind::invalid, fmt::format("the key file {} {}", text::in_quotes(file.string(), 200), what),
                 "write the key into it, and nothing else", Place{file.string(), 0, 0}};
  };
  if (key.empty()) return wrong("is empty");
  if (key.find_first_of(" \t\r\n") != std::string::npos) return wrong("holds more than one word");
  return key;
}

Result<std::string> key_of(const Target& target, const Environment& environment) {
  if (target.api_key_file) return key_of_file(*target.api_key_file);
  const auto key = environment(*target.api_key_env);
  if (key) return *key;
  return Error{ErrorKind::usage, fmt::format("the environment variable {} is unset or empty", *target.api_key_env),
               fmt::format("export {}=…", *target.api_key_env), target.at};
}

}  // namespace

std::optional<Target> named_target(const std::optional<Config>& config, const std::string& name,
                                   std::string_view option, Diagnostics& diagnostics) {
  if (!config || config->targets.empty()) {
    diagnostics.error({}, fmt::format("{} names '{}', and there is no configuration with targets", option, name),
                      "make an assay.yaml with `targets:`, or name one with --config FILE", ErrorKind::usage);
    return std::nullopt;
  }
  for (const auto& target : config->targets) {
    if (target.name == name) return target;
  }
  const auto names = names_of(*config);
  const auto near = text::nearest(name, names);
  diagnostics.error(
      {}, fmt::format("target '{}' is not known", name),
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
  if (request.target) return named_target(config, *request.target, "--target", diagnostics);
  if (config && !config->targets.empty()) return only_target(*config, diagnostics);
  diagnostics.error({}, "no target was named", "write --url http://127.0.0.1:8080/v1 --model ID, or make an assay.yaml",
                    ErrorKind::usage);
  return std::nullopt;
}

void expand_target(Settings& settings, const Environment& environment, Diagnostics& diagnostics) {
  auto& target = settings.target;
  settings.shown_url = target.url;
  // What a replay does not use may be missing; what is there is redacted all the same.
  const bool replays = settings.replay.has_value();
  const Environment or_empty = [&](const std::string& name) { return std::optional(environment(name).value_or("")); };
  const auto& lookup = replays ? or_empty : environment;
  std::vector<std::string> in_url;
  expand(target.url, lookup, &in_url, target.at, diagnostics);
  // Of an address only what stands behind the `?` can be a key; a host must stay readable in messages.
  const auto query = target.url.substr(std::min(target.url.find('?'), target.url.size()));
  for (auto& value : in_url) {
    if (query.find(value) != std::string::npos) settings.secrets.push_back(std::move(value));
  }
  expand(target.model, environment, nullptr, target.at, diagnostics);
  for (auto& [name, value] : target.headers) expand(value, lookup, &settings.secrets, target.at, diagnostics);
  if (replays) target.ca_file.reset();
  if (!target.api_key_env && !target.api_key_file) return;
  auto key = key_of(target, environment);
  if (key) {
    settings.api_key = *std::move(key);
    settings.secrets.push_back(settings.api_key);
  } else if (!replays) {
    diagnostics.error(key.error());
  }
}

}  // namespace assay::app
