#include "runner/cli/commands.hpp"

#include "runner/app/demo.hpp"
#include "runner/app/history.hpp"
#include "runner/app/run.hpp"
#include "runner/app/schema.hpp"
#include "runner/app/show.hpp"
#include "runner/app/stub_server.hpp"
#include "runner/app/validate.hpp"
#include "runner/cli/completion.hpp"
#include "runner/cli/not_yet.hpp"
#include "version.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace assay::cli {

namespace {

constexpr std::string_view kExitCodes =
    "Exit codes: 0 PASS, 1 BLOCK, 2 INCONCLUSIVE, 3 ERROR, 4 invalid input (nothing was called), 130/143 stopped.";

// The parsed command line. Optionals stay empty where nothing was given.
struct Parsed {
  app::RunRequest run;
  app::GateRequest gate;
  app::ShowRequest show;
  app::HistoryRequest history;
  app::StubRequest stub;
  std::vector<std::filesystem::path> files;
  std::string schema;
  std::filesystem::path demo = ".assay/demo";
  std::filesystem::path init = ".";
  std::string shell;
  std::vector<std::string> where;
  std::vector<std::string> meta;
  std::string concurrency;
};

void add_store(CLI::App& command, std::filesystem::path& store) {
  command.add_option("--store", store, "History file")->type_name("FILE")->capture_default_str();
}

void add_run(CLI::App& app, Parsed& parsed) {
  auto& request = parsed.run;
  auto& run = *app.add_subcommand("run", "Replay suites, score, store and decide.");
  run.add_option("suites", request.suites, "Suite files; may be left out where the configuration names them")
      ->type_name("SUITE");
  run.add_option("--target", request.target, "A target of the configuration")->type_name("NAME");
  run.add_option("--url", request.url, "OpenAI-compatible base URL, or stub:FILE")->type_name("URL");
  run.add_option("--model", request.model, "The model's id, with --url")->type_name("ID");
  run.add_option("--api-key-env", request.api_key_env, "Environment variable with the key, with --url")
      ->type_name("NAME");
  run.add_option("--prompt", request.prompts, "Messages that replace the prompt NAME (repeatable)")
      ->type_name("[NAME=]FILE");
  run.add_option("--set", request.set, "params.KEY=VALUE, on the candidate only (repeatable)")->type_name("KEY=VALUE");
  run.add_option("--config", request.config, "Configuration (default: assay.yaml, if there is one)")->type_name("FILE");
  run.add_option("--gate", request.gate, "Policy, or none: the suites' floors alone")->type_name("FILE|none");
  run.add_option("--samples", request.samples, "Samples of each case")->type_name("N")->check(CLI::Range(1, 10000));
  run.add_option("--limit", request.limit, "Only the first N cases of each suite")->type_name("N");
  run.add_option("--where", parsed.where, "Only cases with this tag, or this id (repeatable)")->type_name("KEY=VALUE");
  run.add_option("--concurrency", parsed.concurrency, "Calls in flight (default: 16)")->type_name("N");
  run.add_option("--seed", request.seed, "Seed of every random draw (default: 0)")->type_name("N");
  run.add_option("--meta", parsed.meta, "Kept with the run, and selects it later (repeatable)")->type_name("KEY=VALUE");
  run.add_option("--resume", request.resume, "Go on with an unfinished run")->type_name("RUN|auto");
  run.add_option("--out", request.out, "Folder for verdict.json (default: .assay/runs/RUN/)")->type_name("DIR");
  add_store(run, request.store);
  run.add_flag("--json", request.json, "The verdict as JSON on standard output");
  run.add_flag("--quiet", request.quiet, "No progress; one word on standard output");
  run.footer(
      fmt::format("Examples:\n"
                  "  assay run suites/capitals.yaml --url http://127.0.0.1:8080/v1 --model my-model\n"
                  "  assay run --target v7 --gate gate.yaml --meta commit=$GIT_SHA\n"
                  "  assay run suites/capitals.yaml --url stub:stub.yaml --where continent=asia\n{}",
                  kExitCodes));
}

void add_gate(CLI::App& app, Parsed& parsed) {
  auto& request = parsed.gate;
  auto& gate = *app.add_subcommand("gate", "Decide again from stored samples; no call.");
  gate.add_option("run", request.run, "Id, unique prefix, KEY=VALUE of --meta, or latest")
      ->type_name("RUN")
      ->required();
  gate.add_option("--gate", request.gate, "Another policy than the one sealed with the run")->type_name("FILE|none");
  gate.add_option("--out", request.out, "Folder for verdict.json (default: .assay/runs/RUN/)")->type_name("DIR");
  add_store(gate, request.store);
  gate.add_flag("--json", request.json, "The verdict as JSON on standard output");
  gate.add_flag("--quiet", request.quiet, "One word on standard output");
  gate.footer(
      fmt::format("Examples:\n  assay gate latest\n  assay gate commit=3fa9c2 --gate strict.yaml\n{}", kExitCodes));
}

void add_show(CLI::App& app, Parsed& parsed) {
  auto& request = parsed.show;
  auto& show = *app.add_subcommand("show", "What happened in a run, down to the wire.");
  show.add_option("run", request.run, "Id, unique prefix, KEY=VALUE of --meta, or latest")
      ->type_name("RUN")
      ->required();
  show.add_option("case", request.kase, "One case")->type_name("SUITE/CASE");
  show.add_option("--limit", request.limit, "How many samples to list")->type_name("N")->capture_default_str();
  add_store(show, request.store);
  show.add_flag("--json", request.json, "As JSON");
  show.footer("Examples:\n  assay show latest\n  assay show 20261121-0932 capitals/fr");
}

void add_history(CLI::App& app, Parsed& parsed) {
  auto& request = parsed.history;
  auto& history = *app.add_subcommand("history", "Runs and their verdicts, newest first.");
  history.add_option("--suite", request.suite, "Only runs of this suite")->type_name("ID");
  history.add_option("--limit", request.limit, "How many runs")->type_name("N")->capture_default_str();
  add_store(history, request.store);
  history.add_flag("--json", request.json, "As JSON");
  history.footer("Example:\n  assay history --suite capitals");
}

void add_small(CLI::App& app, Parsed& parsed) {
  auto& init = *app.add_subcommand("init", "Make a small project that runs at once against the embedded endpoint.");
  init.add_option("folder", parsed.init, "Where")->type_name("DIR")->capture_default_str();
  init.footer("Example:\n  assay init my-gate && cd my-gate && assay run");

  auto& validate = *app.add_subcommand("validate", "Check suites, configurations, policies and stub scripts.");
  validate.add_option("files", parsed.files, "What to check")->type_name("FILE")->required();
  validate.footer(
      "Prints every error as file:line:col: error: what; help: what to write. Exit code 4 if there is one.\n"
      "Example:\n  assay validate suites/*.yaml gate.yaml");

  auto& demo = *app.add_subcommand("demo", "The whole thing on embedded data: a pass, then a block.");
  demo.add_option("--dir", parsed.demo, "Where its files go")->type_name("DIR")->capture_default_str();
  demo.footer("Example:\n  assay demo");

  auto& stub = *app.add_subcommand("stub", "The embedded OpenAI-compatible endpoint as a server.");
  stub.add_option("--script", parsed.stub.script, "Rules, latencies and faults (default: every answer is ok)")
      ->type_name("FILE");
  stub.add_option("--port", parsed.stub.port, "0: the system chooses")->type_name("N")->capture_default_str();
  stub.add_option("--host", parsed.stub.host, "Address to listen on")->type_name("ADDRESS")->capture_default_str();
  stub.add_option("--seed", parsed.stub.seed, "Seed of its draws (default: the script's)")->type_name("N");
  stub.footer("Example:\n  assay stub --script stub.yaml --port 8080");

  auto& schema = *app.add_subcommand("schema", "JSON Schema (draft-07) for editors.");
  schema.add_option("kind", parsed.schema, "suite, config, gate or stub")->type_name("KIND")->required();
  schema.footer(
      "Example:\n  assay schema suite > suite.schema.json\n"
      "  and in a suite's first line: # yaml-language-server: $schema=suite.schema.json");

  auto& completion = *app.add_subcommand("completion", "Shell completion.");
  completion.add_option("shell", parsed.shell, "bash or zsh")
      ->type_name("SHELL")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
  completion.footer("Example:\n  source <(assay completion bash)");
}

std::vector<std::pair<std::string, std::string>> key_values(const std::vector<std::string>& words,
                                                            std::string_view option, Diagnostics& diagnostics) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& word : words) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      diagnostics.error({}, fmt::format("{} '{}' has no key", option, word), fmt::format("write {} key=value", option),
                        ErrorKind::usage);
      continue;
    }
    pairs.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return pairs;
}

void read_concurrency(Parsed& parsed, Diagnostics& diagnostics) {
  if (parsed.concurrency.empty()) return;
  const auto number = text::parse_integer(parsed.concurrency);
  if (number && *number >= 1 && *number <= 65536) {
    parsed.run.concurrency = static_cast<std::uint32_t>(*number);
    return;
  }
  const bool later = parsed.concurrency == "auto";
  diagnostics.error({},
                    later ? "--concurrency auto is not available in this version"
                          : fmt::format("--concurrency '{}' is no number from 1 to 65536", parsed.concurrency),
                    "write --concurrency 16", ErrorKind::usage);
}

ExitCode run_command(Parsed& parsed, const app::Environment& environment, app::Console& console) {
  Diagnostics diagnostics;
  parsed.run.where = key_values(parsed.where, "--where", diagnostics);
  parsed.run.meta = key_values(parsed.meta, "--meta", diagnostics);
  read_concurrency(parsed, diagnostics);
  if (!diagnostics.ok()) {
    app::print(diagnostics, console);
    return ExitCode::usage;
  }
  return app::run(std::move(parsed.run), environment, console);
}

ExitCode dispatch(const CLI::App& app, Parsed& parsed, const app::Environment& environment, app::Console& console) {
  if (app.got_subcommand("run")) return run_command(parsed, environment, console);
  if (app.got_subcommand("gate")) return app::gate_again(parsed.gate, console);
  if (app.got_subcommand("validate")) return app::validate(parsed.files, console);
  if (app.got_subcommand("show")) return app::show(parsed.show, console);
  if (app.got_subcommand("history")) return app::history(parsed.history, console);
  if (app.got_subcommand("schema")) return app::print_schema(parsed.schema, console);
  if (app.got_subcommand("stub")) return app::serve_stub(parsed.stub, console);
  if (app.got_subcommand("demo")) return app::demo(parsed.demo, environment, console);
  if (app.got_subcommand("init")) return app::init(parsed.init, console);
  console.out << (parsed.shell == "zsh" ? zsh_completion(app) : bash_completion(app));
  return ExitCode::pass;
}

// What CLI11 says of a wrong command line, with the nearest option or command where one is near.
ExitCode refuse(const CLI::App& app, const CLI::ParseError& error, std::span<const std::string> arguments,
                app::Console& console) {
  std::vector<std::string> known{"--help", "--version"};
  const auto add = [&](const CLI::App& command) {
    for (const auto* option : command.get_options()) {
      for (const auto& name : option->get_lnames()) known.push_back("--" + name);
    }
  };
  for (const auto* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    known.push_back(command->get_name());
    if (app.got_subcommand(command->get_name())) add(*command);
  }
  std::string hint = "`assay --help` lists commands and options";
  for (const auto& argument : arguments) {
    const auto word = argument.substr(0, argument.find('='));
    if (std::find(known.begin(), known.end(), word) != known.end()) continue;
    if (const auto near = text::nearest(word, known); !near.empty()) hint = fmt::format("did you mean '{}'?", near);
  }
  std::string message = error.what();
  if (app.get_subcommands().empty() && !arguments.empty() && !arguments.front().starts_with('-')) {
    message = fmt::format("there is no command '{}'", text::excerpt(arguments.front()));
  }
  while (!message.empty() && (message.back() == '\n' || message.back() == '.')) message.pop_back();
  return app::fail({ErrorKind::usage, message, hint, {}}, console);
}

}  // namespace

ExitCode main(std::span<const std::string> arguments, const app::Environment& environment, app::Console& console) {
  if (const auto later = find_not_yet(arguments)) return app::fail(*later, console);
  CLI::App app{"Release gate for prompts, models and agents: replay suites, score, decide.", "assay"};
  Parsed parsed;
  app.require_subcommand(1);
  app.set_version_flag(
      "--version", fmt::format("assay {} ({}, {}, {})", app::kVersion, app::kCommit, app::kCompiler, app::kBuildType));
  app.footer(fmt::format("Start with: assay demo, then assay init my-gate\n{}", kExitCodes));
  add_run(app, parsed);
  add_gate(app, parsed);
  add_show(app, parsed);
  add_history(app, parsed);
  add_small(app, parsed);
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(std::move(reversed));
  } catch (const CLI::CallForHelp&) {
    console.out << app.help() << '\n';
    return ExitCode::pass;
  } catch (const CLI::CallForVersion& version) {
    console.out << version.what() << '\n';
    return ExitCode::pass;
  } catch (const CLI::ParseError& error) {
    return refuse(app, error, arguments, console);
  }
  return dispatch(app, parsed, environment, console);
}

}  // namespace assay::cli
