#include "runner/app/config_target.hpp"

#include <assay/text/reader.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <thread>

namespace assay::app {

namespace {

constexpr std::int64_t kMostConcurrency = 65536;

const std::array<std::string, 7> kApis{
    "openai-chat", "openai-embeddings", "openai-responses", "anthropic", "gemini", "http", "command"};
const std::array<std::string, 3> kLater{"openai-responses", "anthropic", "gemini"};
const std::array<std::string, 3> kOutputs{"auto", "json_schema", "text"};

/// What is read: a target, or a judge, which takes the same keys.
enum class Kind { target, judge };

std::string_view word(Kind kind) {
  return kind == Kind::target ? "target" : "judge";
}

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

void read_api(text::MapReader& reader, Kind kind, Target& target) {
  const auto api = reader.choice("api", kApis);
  if (!api) return;
  if (std::find(kLater.begin(), kLater.end(), *api) != kLater.end()) {
    reader.error(fmt::format("api '{}' is not available in this version", *api), "use api: openai-chat");
  }
  if (kind == Kind::target && *api == kEmbeddings) {
    reader.error("a target cannot be an embeddings endpoint",
                 "write it under `judges:`; the check `embedding` asks it");
  }
  target.api = *api;
}

void read_connection(text::MapReader& reader, Target& target, const std::filesystem::path& folder) {
  if (const auto url = reader.string("url")) target.url = *url;
  if (const auto model = reader.string("model")) target.model = *model;
  if (const auto served = reader.string("served_model")) target.served_model = *served;
  read_key(reader, target, folder);
  if (const auto ca = reader.string("ca_file")) target.ca_file = folder / *ca;
  if (const auto stream = reader.boolean("stream")) target.stream = *stream;
  for (auto& [name, value] : reader.string_map("headers")) target.headers.emplace_back(std::move(name), value);
}

// Where an answer's parts stand in the reply of `api: http`.
void read_reply(const text::Node& node, Target& target, Diagnostics& diagnostics) {
  text::MapReader reader(node, "reply", diagnostics);
  const auto path = [&](std::string_view key) -> std::optional<text::JsonPath> {
    const auto written = reader.string(key);
    if (!written) return std::nullopt;
    auto parsed = text::JsonPath::parse(*written);
    if (auto* found = std::get_if<text::JsonPath>(&parsed)) return std::move(*found);
    diagnostics.error(reader.get(key)->place(),
                      fmt::format("{} of reply is no path: {}", key, std::get<std::string>(parsed)),
                      "write $.answer or $.docs[*].text");
    return std::nullopt;
  };
  endpoints::ReplyPaths paths;
  auto answer = path("answer");
  if (!answer) reader.error("a reply needs the path of its answer", "write reply: {answer: $.answer}");
  if (answer) paths.answer = *std::move(answer);
  paths.contexts = path("contexts");
  paths.input_tokens = path("input_tokens");
  paths.output_tokens = path("output_tokens");
  paths.model = path("model");
  reader.finish();
  target.reply = std::move(paths);
}

// An application as a target: an address with a request of its own, or a program.
void read_application(text::MapReader& reader, Target& target, Diagnostics& diagnostics) {
  if (const auto* body = reader.get("body")) target.body = *body;
  if (const auto* reply = reader.get("reply")) read_reply(*reply, target, diagnostics);
  if (auto command = reader.strings("command"); !command.empty()) target.command = std::move(command);
  if (auto names = reader.strings("env"); !names.empty()) target.env = std::move(names);
  const bool http = target.api == kHttp;
  const bool program = target.api == kCommand;
  if (http && (!target.body || !target.reply)) {
    reader.error("api: http needs `body` and `reply`",
                 "write body: {question: \"{{prompt}}\"} and reply: {answer: $.answer}");
  }
  if (!http && (target.body || target.reply)) reader.error("`body` and `reply` belong to api: http", "add api: http");
  if (program && target.command.empty()) {
    reader.error("api: command needs a command", "write command: [./agent, --quiet]");
  }
  if (!program && (!target.command.empty() || !target.env.empty())) {
    reader.error("`command` and `env` belong to api: command", "add api: command");
  }
  if (program && !target.url.empty()) reader.error("api: command has no url", "remove `url`");
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

void read_output(text::MapReader& reader, Target& target) {
  const auto output = reader.choice("output", kOutputs);
  if (!output) return;
  target.output = *output == "text"          ? endpoints::OutputForm::text
                  : *output == "json_schema" ? endpoints::OutputForm::json_schema
                                             : endpoints::OutputForm::automatic;
}

// Programs run here: many more of them at once than the machine has cores gain nothing.
void hold_programs(Target& target) {
  const auto most = 4 * std::max(2U, std::thread::hardware_concurrency());
  if (target.api == kCommand) target.limits.most = std::min(target.limits.most, most);
}

void require_address(text::MapReader& reader, Kind kind, Target& target) {
  const bool program = target.api == kCommand;
  if (target.url.empty() && !program) {
    reader.error(fmt::format("a {} needs a url", word(kind)), "write url: http://127.0.0.1:8080/v1");
  }
  if (!target.model.empty()) return;
  if (program) {
    target.model = fmt::format("{}", fmt::join(target.command, " "));  // what is started is who answers
  } else if (target.api == kHttp) {
    target.model = target.name;  // an application is known by the name it is given
  } else {
    reader.error(fmt::format("a {} needs a model", word(kind)), "write the model's id, as the endpoint lists it");
  }
}

void read_target(const text::Node& node, Kind kind, Target& target, const std::filesystem::path& folder,
                 Diagnostics& diagnostics) {
  text::MapReader reader(node, fmt::format("{} '{}'", word(kind), target.name), diagnostics);
  (void)reader.get("extends");
  target.at = node.place();
  target.base = folder;
  read_api(reader, kind, target);
  read_connection(reader, target, folder);
  read_application(reader, target, diagnostics);
  read_params(reader, target);
  if (kind == Kind::judge) read_output(reader, target);
  if (const auto* prompts = kind == Kind::target ? reader.get("prompts") : nullptr) {
    read_prompts(*prompts, target, folder, diagnostics);
  }
  if (const auto* price = reader.get("price")) read_price(*price, target, diagnostics);
  if (const auto* timeout = reader.get("timeout")) read_timeout(*timeout, target, diagnostics);
  if (const auto* limits = reader.get("limits")) read_limits(*limits, target, diagnostics);
  if (const auto* retries = reader.get("retries")) read_retries(*retries, target, diagnostics);
  require_address(reader, kind, target);
  hold_programs(target);
  reader.finish();
}

// Resolves `extends` by reading the parent first, so that a child's keys overwrite single values.
class TargetReader {
 public:
  TargetReader(const text::Node& targets, Kind kind, std::filesystem::path folder, Diagnostics& diagnostics)
      : targets_(targets), kind_(kind), folder_(std::move(folder)), diagnostics_(diagnostics) {}

  std::optional<Target> read(const std::string& name, const text::Node& node) {
    if (!open_.insert(name).second) {
      diagnostics_.error(node.place(), fmt::format("{} '{}' extends itself", word(kind_), name),
                         "break the circle of extends");
      return std::nullopt;
    }
    Target target;
    if (const auto* parent = node.find("extends")) {
      const auto* base = targets_.find(parent->scalar);
      if (base == nullptr) {
        diagnostics_.error(parent->place(), fmt::format("{} '{}' is not known", word(kind_), parent->scalar),
                           did_you_mean(parent->scalar));
        return std::nullopt;
      }
      auto inherited = read(parent->scalar, *base);
      if (!inherited) return std::nullopt;
      target = *std::move(inherited);
    }
    target.name = name;
    read_target(node, kind_, target, folder_, diagnostics_);
    open_.erase(name);
    return target;
  }

 private:
  [[nodiscard]] std::string did_you_mean(const std::string& named) const {
    std::vector<std::string> names;
    for (const auto& [key, value] : targets_.entries) names.push_back(key.scalar);
    const auto near = text::nearest(named, names);
    return near.empty() ? fmt::format("name a {} of this file", word(kind_)) : fmt::format("did you mean '{}'?", near);
  }

  const text::Node& targets_;
  Kind kind_;
  std::filesystem::path folder_;
  Diagnostics& diagnostics_;
  std::set<std::string> open_;
};

std::vector<Target> read_all(const text::Node& node, Kind kind, const std::filesystem::path& folder,
                             Diagnostics& diagnostics) {
  std::vector<Target> all;
  if (!node.is_map()) {
    diagnostics.error(
        node.place(), fmt::format("{}s is no mapping", word(kind)),
        fmt::format("write {}s: {{{}: {{url: …, model: …}}}}", word(kind), kind == Kind::target ? "v1" : "strict"));
    return all;
  }
  for (const auto& [key, value] : node.entries) {
    TargetReader reader(node, kind, folder, diagnostics);
    if (auto target = reader.read(key.scalar, value)) all.push_back(*std::move(target));
  }
  return all;
}

}  // namespace

std::vector<Target> read_targets(const text::Node& node, const std::filesystem::path& folder,
                                 Diagnostics& diagnostics) {
  return read_all(node, Kind::target, folder, diagnostics);
}

std::vector<Target> read_judges(const text::Node& node, const std::filesystem::path& folder, Diagnostics& diagnostics) {
  return read_all(node, Kind::judge, folder, diagnostics);
}

}  // namespace assay::app
