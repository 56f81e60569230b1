#include "runner/app/config.hpp"

#include "runner/app/config_target.hpp"

#include <assay/text/reader.hpp>

#include <fmt/format.h>
#include <re2/re2.h>

#include <cstdlib>

namespace assay::app {

namespace {

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
  if (const auto* targets = reader.get("targets")) config.targets = read_targets(*targets, config.folder, diagnostics);
  if (const auto* judges = reader.get("judges")) config.judges = read_judges(*judges, config.folder, diagnostics);
  config.suites = reader.strings("suites");
  if (const auto* suites = reader.get("suites")) config.suites_at = suites->place();
  if (const auto gate = reader.string("gate")) config.gate = config.folder / *gate;
  read_redact(reader, config);
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
