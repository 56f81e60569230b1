#include "runner/app/target.hpp"

#include <assay/core/digest.hpp>
#include <assay/text/file.hpp>
#include <assay/text/program.hpp>
#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

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

// A program gets settings, too, whose values may well stand in an answer: only what is called a secret is one.
bool names_secret(std::string_view variable) {
  constexpr std::array<std::string_view, 6> kWords{"KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return variable.find(word) != std::string_view::npos; });
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
    const bool stub = target.url.starts_with(kStub);
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

void expand(Target& target, bool replays, const Environment& environment, std::vector<std::string>& secrets,
            Diagnostics& diagnostics) {
  target.shown_url = target.url;
  // A cassette's answers are to what was asked of this application: its address says so in a few digits. Of a program
  // that is its command, as a replay must not need the program.
  const auto digits = [](const Json& asked) { return to_hex(sha256(canonical_json(asked))).substr(0, 12); };
  if (target.api == kCommand) target.shown_url = "program:" + digits(target.command);
  if (target.body) target.shown_url += "#" + digits(application_json(target));
  // What a replay does not use may be missing; what is there is redacted all the same.
  const Environment or_empty = [&](const std::string& name) { return std::optional(environment(name).value_or("")); };
  const auto& lookup = replays ? or_empty : environment;
  std::vector<std::string> in_url;
  expand(target.url, lookup, &in_url, target.at, diagnostics);
  // Of an address only what stands behind the `?` can be a key; a host must stay readable in messages.
  const auto query = target.url.substr(std::min(target.url.find('?'), target.url.size()));
  for (auto& value : in_url) {
    if (query.find(value) != std::string::npos) secrets.push_back(std::move(value));
  }
  expand(target.model, environment, nullptr, target.at, diagnostics);
  for (auto& [name, value] : target.headers) expand(value, lookup, &secrets, target.at, diagnostics);
  for (const auto& name : target.env) {
    if (!names_secret(name)) continue;
    if (auto value = environment(name)) secrets.push_back(*std::move(value));
  }
  if (replays) target.ca_file.reset();
  if (!target.api_key_env && !target.api_key_file) return;
  auto key = key_of(target, environment);
  if (key) {
    target.api_key = *std::move(key);
    secrets.push_back(target.api_key);
  } else if (!replays) {
    diagnostics.error(key.error());
  }
}

void expand_judges(Settings& settings, const std::set<std::string>& asked, const Environment& environment,
                   Diagnostics& diagnostics) {
  std::erase_if(settings.judges, [&](const Target& judge) { return !asked.contains(judge.name); });
  for (auto& judge : settings.judges) {
    expand(judge, settings.replay.has_value(), environment, settings.secrets, diagnostics);
  }
}

void refuse_free_judges(const Settings& settings, Diagnostics& diagnostics) {
  for (const auto& judge : settings.judges) {
    if (judge.price) continue;
    diagnostics.error(judge.at, fmt::format("--max-cost needs a price, and judge '{}' has none", judge.name),
                      "add `price: {input_per_mtok: …, output_per_mtok: …}` to the judge", ErrorKind::usage);
  }
}

Json application_json(const Target& target) {
  if (target.api == kCommand) {
    const auto files = text::digest_beside(target.command, target.base);
    return {{"command", target.command}, {"files", files ? *files : std::string()}};
  }
  if (!target.body || !target.reply) return nullptr;
  const auto& reply = *target.reply;
  return {{"body", text::to_json(*target.body)},
          {"answer", reply.answer.text()},
          {"contexts", reply.contexts ? Json(reply.contexts->text()) : Json()}};
}

std::string digest_of(const Target& judge) {
  Json who{
      {"api", judge.api}, {"model", judge.model}, {"params", judge.params}, {"output", static_cast<int>(judge.output)}};
  if (const auto asked = application_json(judge); !asked.is_null()) who["application"] = asked;
  return to_string(sha256(canonical_json(who)));
}

std::vector<judges::JudgeRef> judge_refs(const std::vector<Target>& judges, const Environment& environment) {
  std::vector<judges::JudgeRef> refs;
  for (auto judge : judges) {
    if (auto model = expand_env(judge.model, environment, nullptr)) judge.model = *std::move(model);
    refs.push_back({.name = judge.name,
                    .digest = digest_of(judge),
                    .kind = judge.api == kEmbeddings ? judges::JudgeKind::embeddings : judges::JudgeKind::chat,
                    .model = judge.model});
  }
  return refs;
}

}  // namespace assay::app
