#include "runner/app/config.hpp"

#include <assay/text/reader.hpp>

#include <fmt/format.h>
#include <re2/re2.h>

#include <array>
#include <cstdlib>
#include <set>

namespace assay::app {

namespace {

constexpr std::int64_t kMostConcurrency = 65536;

const std::array<std::string, 6> kApis{"openai-chat", "openai-responses", "anthropic", "gemini", "http", "command"};

void read_price(const text::Node& node, Target& target, Diagnostics& diagnostics) {
  text::MapReader price(node, "price", diagnostics);
  Price value;
  const auto input = price.number("input_per_mtok", 0);
  const auto output = price.number("output_per_mtok", 0);
  value.cached_per_mtok = price.number("cached_per_mtok", 0);
  if (!input || !output) {
    price.error("a price needs input_per_mtok and output_per_mtok",
                "write price: {input_per_mtok: 0.15, output_per_mtok: 0.60}");
  }
  value.input_per_mtok = input.value_or(0);
  value.output_per_mtok = output.value_or(0);
  target.price = value;
  price.finish();
}

void read_timeout(const text::Node& node, Target& target, Diagnostics& diagnostics) {
  text::MapReader timeout(node, "timeout", diagnostics);
  const auto set = [&](std::string_view key, Duration& field) {
    if (const auto value = timeout.duration(key)) {
      if (*value <= Duration::zero()) timeout.error(fmt::format("{} must be longer than 0", key), "write 5s");
      field = *value;
    }
  };
  set("connect", target.timeout.connect);
  set("first_token", target.timeout.first_token);
  set("idle", target.timeout.idle);
  set("total", target.timeout.total);
  timeout.finish();
}

void read_concurrency(text::MapReader& limits, Target& target) {
  const auto* concurrency = limits.get("concurrency");
  if (concurrency == nullptr) return;
  if (concurrency->is_scalar() && concurrency->scalar == "auto") {
    target.limits.concurrency.reset();
    return;
  }
  const auto number = concurrency->is_scalar() ? text::parse_integer(concurrency->scalar) : std::nullopt;
  if (number && *number >= 1 && *number <= kMostConcurrency) {
    target.limits.concurrency = static_cast<std::uint32_t>(*number);
    return;
  }
  limits.diagnostics().error(
      concurrency->place(),
      fmt::format("key 'concurrency' in limits must be auto or an integer from 1 to {}, found {}", kMostConcurrency,
                  text::describe(*concurrency)),
      "write `concurrency: auto`, or a number such as 16");
}

void read_limits(const text::Node& node, Target& target, Diagnostics& diagnostics) {
  text::MapReader limits(node, "limits", diagnostics);
  read_concurrency(limits, target);
  if (const auto value = limits.number("requests_per_minute", 1)) target.limits.requests_per_minute = value;
  if (const auto value = limits.number("tokens_per_minute", 1)) target.limits.tokens_per_minute = value;
  const auto tokens = [&](std::string_view key, std::optional<std::uint64_t>& field) {
    if (const auto value = limits.integer(key, 1)) field = static_cast<std::uint64_t>(*value);
  };
  tokens("max_tokens", target.limits.max_tokens);
  tokens("max_tokens_per_case", target.limits.max_tokens_case);
  limits.finish();
}

void read_backoff(text::MapReader& retries, Target& target) {
  const auto text = retries.string("backoff");
  if (!text) return;
  const auto dots = text->find("..");
  const auto least = text::parse_duration(text->substr(0, dots));
  const auto most = text::parse_duration(dots == std::string::npos ? *text : text->substr(dots + 2));
  if (!least || !most || *least > *most) {
    retries.error(fmt::format("backoff '{}' is no range of durations", *text), "write backoff: 500ms..30s");
    return;
  }
  target.retries.least = *least;
  target.retries.most = *most;
}

void read_retries(const text::Node& node, Target& target, Diagnostics& diagnostics) {
  text::MapReader retries(node, "retries", diagnostics);
  if (const auto value = retries.integer("max", 0, 100)) target.retries.max = static_cast<std::uint32_t>(*value);
  read_backoff(retries, target);
  if (const auto value = retries.duration("max_wait")) target.retries.max_wait = *value;
  retries.finish();
}

void read_prompts(const text::Node& node, Target& target, const std::filesystem::path& folder,
                  Diagnostics& diagnostics) {
  if (!node.is_map()) {
    diagnostics.error(node.place(), "prompts is no mapping", "write prompts: {support: {file: prompts/v7.yaml}}");
    return;
  }
  for (const auto& [key, value] : node.entries) {
    text::MapReader prompt(value, fmt::format("prompt '{}'", key.scalar), diagnostics);
    if (const auto file = prompt.string("file")) {
      target.prompts[key.scalar] = folder / *file;
    } else {
      prompt.error("a prompt needs a file", "write {file: prompts/v7.yaml}");
    }
    prompt.finish();
  }
}

// Where the key is: a target that extends another one names it anew, in either way.
void read_key(text::MapReader& reader, Target& target, const std::filesystem::path& folder) {
  const auto variable = reader.string("api_key_env");
  const auto file = reader.string("api_key_file");
  if (variable && file) {
    reader.error("api_key_env and api_key_file exclude each other", "write the one or the other");
    return;
  }
  if (!variable && !file) return;
  target.api_key_env = variable;
  target.api_key_file.reset();
  if (file) target.api_key_file = folder / *file;
}

void read_connection(text::MapReader& reader, Target& target, const std::filesystem::path& folder) {
  if (const auto api = reader.choice("api", kApis)) {
    if (*api != "openai-chat") {
      reader.error(fmt::format("api '{}' is not available in this version", *api), "use api: openai-chat");
    }
    target.api = *api;
  }
  if (const auto url = reader.string("url")) target.url = *url;
  if (const auto model = reader.string("model")) target.model = *model;
  if (const auto served = reader.string("served_model")) target.served_model = *served;
  read_key(reader, target, folder);
  if (const auto ca = reader.string("ca_file")) target.ca_file = folder / *ca;
  if (const auto stream = reader.boolean("stream")) target.stream = *stream;
  for (auto& [name, value] : reader.string_map("headers")) target.headers.emplace_back(std::move(name), value);
}

void read_params(text::MapReader& reader, Target& target) {
  const auto* params = reader.get("params");
  if (params == nullptr) return;
  if (!params->is_map()) {
    reader.diagnostics().error(params->place(), "params is no mapping", "write params: {temperature: 0}");
    return;
  }
  const Json values = text::to_json(*params);
  for (const auto& [key, value] : values.items()) target.params[key] = value;
  for (const std::string reserved : {"stream", "model", "messages"}) {
    if (values.contains(reserved)) {
      reader.diagnostics().error(params->place(), fmt::format("params must not hold '{}'", reserved),
                                 "write it as a key of the target");
    }
  }
}

void read_target(const text::Node& node, Target& target, const std::filesystem::path& folder,
                 Diagnostics& diagnostics) {
  text::MapReader reader(node, fmt::format("target '{}'", target.name), diagnostics);
  (void)reader.get("extends");
  target.at = node.place();
  target.base = folder;
  read_connection(reader, target, folder);
  read_params(reader, target);
  if (const auto* prompts = reader.get("prompts")) read_prompts(*prompts, target, folder, diagnostics);
  if (const auto* price = reader.get("price")) read_price(*price, target, diagnostics);
  if (const auto* timeout = reader.get("timeout")) read_timeout(*timeout, target, diagnostics);
  if (const auto* limits = reader.get("limits")) read_limits(*limits, target, diagnostics);
  if (const auto* retries = reader.get("retries")) read_retries(*retries, target, diagnostics);
  reader.not_yet("env", "no target starts a program yet");
  if (target.url.empty()) reader.error("a target needs a url", "write url: http://127.0.0.1:8080/v1");
  if (target.model.empty()) reader.error("a target needs a model", "write the model's id, as the endpoint lists it");
  reader.finish();
}

// Resolves `extends` by reading the parent first, so that a child's keys overwrite single values.
class TargetReader {
 public:
  TargetReader(const text::Node& targets, std::filesystem::path folder, Diagnostics& diagnostics)
      : targets_(targets), folder_(std::move(folder)), diagnostics_(diagnostics) {}

  std::optional<Target> read(const std::string& name, const text::Node& node) {
    if (!open_.insert(name).second) {
      diagnostics_.error(node.place(), fmt::format("target '{}' extends itself", name), "break the circle of extends");
      return std::nullopt;
    }
    Target target;
    if (const auto* parent = node.find("extends")) {
      const auto* base = targets_.find(parent->scalar);
      if (base == nullptr) {
        diagnostics_.error(parent->place(), fmt::format("target '{}' is not known", parent->scalar),
                           did_you_mean(parent->scalar));
        return std::nullopt;
      }
      auto inherited = read(parent->scalar, *base);
      if (!inherited) return std::nullopt;
      target = *std::move(inherited);
    }
    target.name = name;
    read_target(node, target, folder_, diagnostics_);
    open_.erase(name);
    return target;
  }

 private:
  [[nodiscard]] std::string did_you_mean(const std::string& word) const {
    std::vector<std::string> names;
    for (const auto& [key, value] : targets_.entries) names.push_back(key.scalar);
    const auto near = text::nearest(word, names);
    return near.empty() ? "name a target of this file" : fmt::format("did you mean '{}'?", near);
  }

  const text::Node& targets_;
  std::filesystem::path folder_;
  Diagnostics& diagnostics_;
  std::set<std::string> open_;
};

void read_targets(const text::Node& node, Config& config, Diagnostics& diagnostics) {
  if (!node.is_map()) {
    diagnostics.error(node.place(), "targets is no mapping", "write targets: {v1: {url: …, model: …}}");
    return;
  }
  for (const auto& [key, value] : node.entries) {
    TargetReader reader(node, config.folder, diagnostics);
    if (auto target = reader.read(key.scalar, value)) config.targets.push_back(*std::move(target));
  }
}

void read_redact(text::MapReader& reader, Config& config) {
  const auto* node = reader.get("redact");
  config.redact = reader.strings("redact");
  for (const auto& pattern : config.redact) {
    RE2::Options options;
    options.set_log_errors(false);
    const RE2 compiled(pattern, options);
    if (!compiled.ok()) {
      reader.diagnostics().error(node->place(), fmt::format("redact pattern '{}': {}", pattern, compiled.error()),
                                 "write an RE2 pattern: no lookaround, no backreference");
    }
  }
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): read before any thread starts
    if (value == nullptr || *value == '\0') return std::nullopt;
    return std::string(value);
  };
}

std::optional<Config> load_config(const std::filesystem::path& file, Diagnostics& diagnostics) {
  const auto before = diagnostics.error_count();
  const auto document = text::load_yaml(file);
  if (!document) {
    diagnostics.error(document.error());
    return std::nullopt;
  }
  Config config;
  config.folder = file.parent_path();
  text::MapReader reader(*document, "configuration", diagnostics);
  if (const auto version = reader.integer("version"); version && *version != 1) {
    reader.error(fmt::format("version {} is not known", *version), "write version: 1");
  } else if (!version) {
    reader.error("a configuration needs a version", "write version: 1");
  }
  if (const auto* targets = reader.get("targets")) read_targets(*targets, config, diagnostics);
  config.suites = reader.strings("suites");
  if (const auto gate = reader.string("gate")) config.gate = config.folder / *gate;
  read_redact(reader, config);
  reader.not_yet("judges", "no check asks a judge yet");
  reader.finish();
  if (diagnostics.error_count() != before) return std::nullopt;
  return config;
}

Result<std::string> expand_env(const std::string& text, const Environment& environment,
                               std::vector<std::string>* secrets) {
  std::string out;
  std::size_t from = 0;
  while (true) {
    const auto start = text.find("${", from);
    if (start == std::string::npos) break;
    const auto end = text.find('}', start);
    if (end == std::string::npos) break;
    const auto name = text.substr(start + 2, end - start - 2);
    const auto value = environment(name);
    if (!value) {
      return Error{ErrorKind::usage,
                   fmt::format("the environment variable {} is unset or empty", name),
                   fmt::format("export {}=…", name),
                   {}};
    }
    if (secrets != nullptr && !value->empty()) secrets->push_back(*value);
    out += text.substr(from, start - from) + *value;
    from = end + 1;
  }
  return out + text.substr(from);
}

}  // namespace assay::app
