#include "runner/cli/commands.hpp"

#include "runner/app/demo.hpp"
#include "runner/app/diff.hpp"
#include "runner/app/history.hpp"
#include "runner/app/merge.hpp"
#include "runner/app/run.hpp"
#include "runner/app/schema.hpp"
#include "runner/app/show.hpp"
#include "runner/app/stub_server.hpp"
#include "runner/app/validate.hpp"
#include "runner/cli/baseline_commands.hpp"
#include "runner/cli/canary_commands.hpp"
#include "runner/cli/completion.hpp"
#include "runner/cli/judge_commands.hpp"
#include "runner/cli/plan_commands.hpp"
#include "runner/cli/report_commands.hpp"
#include "runner/cli/run_options.hpp"
#include "runner/cli/simulate_commands.hpp"
#include "version.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace assay::cli {

namespace {

constexpr std::int64_t kMostPort = 65535;

// The parsed command line. Optionals stay empty where nothing was given.
struct Parsed {
  app::RunRequest run;
  RunWords words;
  app::GateRequest gate;
  app::ShowRequest show;
  app::HistoryRequest history;
  app::StubRequest stub;
  app::MergeRequest merge;
  app::SimulateRequest simulate;
  CanaryWords canary;
  JudgeWords judge;
  PlanWords plan;
  ReportWords report;
  std::vector<std::string> run_reports;
  std::vector<std::string> gate_reports;
  BaselineWords baseline;
  std::vector<std::filesystem::path> files;
  std::vector<std::filesystem::path> diff;
  std::string schema;
  std::filesystem::path demo = ".assay/demo";
  std::filesystem::path init = ".";
  std::string shell;
};

void add_gate(CLI::App& app, Parsed& parsed) {
  auto& request = parsed.gate;
  auto& gate = *app.add_subcommand("gate", "Decide again from stored samples; no call.");
  auto* run =
      gate.add_option("run", request.run, "Id, unique prefix, KEY=VALUE of --meta, or latest")->type_name("RUN");
  gate.add_option("--gate", request.gate, "Another policy than the one sealed with the run")->type_name("FILE|none");
  add_baseline(gate, request.baseline);
  gate.add_option("--out", request.out, "Folder for verdict.json (default: .assay/runs/RUN/)")->type_name("DIR");
  add_report_option(gate, parsed.gate_reports);
  add_store(gate, request.store);
  gate.add_flag("--json", request.json, "The verdict as JSON on standard output");
  gate.add_flag("--quiet", request.quiet, "One word on standard output");
  auto* diff = gate.add_option("--diff", parsed.diff, "What a new policy, configuration or folder weakens; no decision")
                   ->type_name("OLD NEW")
                   ->expected(2)
                   ->excludes(run);
  for (const auto* other : {"--gate", "--baseline", "--out", "--report", "--store", "--quiet"}) {
    diff->excludes(gate.get_option(other));
  }
  gate.footer(
      fmt::format("Examples:\n  assay gate latest\n  assay gate commit=3fa9c2 --gate strict.yaml\n  assay gate latest "
                  "--baseline main\n  assay gate --diff main/gate.yaml gate.yaml\n{}",
                  kExitCodes));
}

void add_show(CLI::App& app, Parsed& parsed) {
  auto& request = parsed.show;
  auto& show = *app.add_subcommand("show", "What happened in a run, down to the wire.");
  show.add_option("run", request.run, "Id, unique prefix, KEY=VALUE of --meta, or latest")
      ->type_name("RUN")
      ->required();
  auto* kase = show.add_option("case", request.kase, "One case")->type_name("SUITE/CASE");
  show.add_option("--limit", request.limit, "How many samples to list")
      ->type_name("N")
      ->check(whole_number(0))
      ->capture_default_str();
  auto* metrics = show.add_flag("--metrics", request.metrics, "Every metric in numbers, in place of samples");
  metrics->excludes(kase);
  show.add_option("--by", request.by, "With --metrics: macro averages over the values of this tag")
      ->type_name("TAG")
      ->needs(metrics);
  show.add_flag("--whole", request.whole, "What judges were asked, whole, and what came back as received");
  add_store(show, request.store);
  show.add_flag("--json", request.json, "As JSON");
  show.footer(
      "Examples:\n  assay show latest\n  assay show 20261121-0932 capitals/fr\n"
      "  assay show latest --metrics --by continent");
}

void add_history(CLI::App& app, Parsed& parsed) {
  auto& request = parsed.history;
  auto& history = *app.add_subcommand("history", "Runs and their verdicts, newest first.");
  history.add_option("--suite", request.suite, "Only runs of this suite")->type_name("ID");
  history.add_option("--limit", request.limit, "How many runs")
      ->type_name("N")
      ->check(whole_number(0))
      ->capture_default_str();
  history.add_flag("--flaky", request.flaky, "Cases of the suite that pass and fail, and how its pass rate went");
  add_store(history, request.store);
  history.add_flag("--json", request.json, "As JSON");
  history.footer("Examples:\n  assay history --suite capitals\n  assay history --suite capitals --flaky");
}

void add_merge(CLI::App& app, Parsed& parsed) {
  auto& merge = *app.add_subcommand("merge", "The shards of a run into one run, which `assay gate` then decides.");
  merge.add_option("stores", parsed.merge.from, "History files of the shards")->type_name("STORE")->required();
  merge.add_option("-o,--out", parsed.merge.into, "History file that gets the run; made if missing")
      ->type_name("STORE")
      ->required();
  merge.footer(
      "Prints the new RUN. Refused, with exit code 4: a shard that is missing, there twice or unfinished, and shards "
      "of\n"
      "different suites, options, policies or digests.\n"
      "Example:\n  assay gate $(assay merge shard-*.db -o history.db) --store history.db");
}

void add_small(CLI::App& app, Parsed& parsed) {
  auto& init = *app.add_subcommand("init", "Make a small project that runs at once against the embedded endpoint.");
  init.add_option("folder", parsed.init, "Where")->type_name("DIR")->capture_default_str();
  init.footer("Example:\n  assay init my-gate && cd my-gate && assay run");

  auto& validate = *app.add_subcommand("validate", "Check suites, configurations, policies, waivers and stub scripts.");
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
  stub.add_option("--port", parsed.stub.port, "0: the system chooses")
      ->type_name("N")
      ->check(whole_number(0, kMostPort))
      ->capture_default_str();
  stub.add_option("--host", parsed.stub.host, "Address to listen on")->type_name("ADDRESS")->capture_default_str();
  stub.add_option("--seed", parsed.stub.seed, "Seed of its draws (default: the script's)")
      ->type_name("N")
      ->check(whole_number(0));
  stub.add_option("--log", parsed.stub.log, "Append one JSON line a request: what became of it")->type_name("FILE");
  stub.footer("Example:\n  assay stub --script stub.yaml --port 8080");

  auto& schema = *app.add_subcommand("schema", "JSON Schema (draft-07) for editors.");
  schema.add_option("kind", parsed.schema, "suite, config, gate, waivers or stub")->type_name("KIND")->required();
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

ExitCode run_command(Parsed& parsed, const app::Environment& environment, app::Console& console) {
  Diagnostics diagnostics;
  read_words(parsed.words, parsed.run, diagnostics);
  parsed.run.reports = read_reports(parsed.run_reports, parsed.run.json, environment, diagnostics);
  if (!diagnostics.ok()) {
    app::print(diagnostics, console);
    return ExitCode::usage;
  }
  return app::run(std::move(parsed.run), environment, console);
}

// `gate` decides a run, or compares two policies.
ExitCode gate_command(Parsed& parsed, const app::Environment& environment, app::Console& console) {
  if (parsed.diff.size() == 2) return app::diff({parsed.diff[0], parsed.diff[1], parsed.gate.json}, console);
  Diagnostics diagnostics;
  parsed.gate.reports = read_reports(parsed.gate_reports, parsed.gate.json, environment, diagnostics);
  app::print(diagnostics, console);
  if (!diagnostics.ok()) return ExitCode::usage;
  if (!parsed.gate.run.empty()) return app::gate_again(parsed.gate, console);
  return app::fail({ErrorKind::usage, "RUN is required", "`assay gate latest`, or `assay gate --diff OLD NEW`", {}},
                   console);
}

ExitCode dispatch(const CLI::App& app, Parsed& parsed, const app::Environment& environment, app::Console& console) {
  if (app.got_subcommand("run")) return run_command(parsed, environment, console);
  if (app.got_subcommand("plan")) return run_plan(parsed.plan, environment, console);
  if (app.got_subcommand("compare")) return run_compare(parsed.plan, console);
  if (app.got_subcommand("gate")) return gate_command(parsed, environment, console);
  if (app.got_subcommand("score")) return run_score(parsed.judge, environment, console);
  if (app.got_subcommand("label")) return run_label(parsed.judge, console);
  if (app.got_subcommand("calibrate")) return run_calibrate(parsed.judge, environment, console);
  if (app.got_subcommand("validate")) return app::validate(parsed.files, environment, console);
  if (app.got_subcommand("show")) return app::show(parsed.show, console);
  if (app.got_subcommand("history")) return app::history(parsed.history, console);
  if (app.got_subcommand("baseline")) return run_baseline(app, parsed.baseline, console);
  if (app.got_subcommand("canary")) return run_canary(parsed.canary, console);
  if (app.got_subcommand("report")) return app::report(parsed.report.report, console);
  if (app.got_subcommand("verify")) return app::verify(parsed.report.verify, console);
  if (app.got_subcommand("merge")) return app::merge(parsed.merge, console);
  if (app.got_subcommand("simulate")) return app::simulate(parsed.simulate, console);
  if (app.got_subcommand("schema")) return app::print_schema(parsed.schema, console);
  if (app.got_subcommand("stub")) return app::serve_stub(parsed.stub, console);
  if (app.got_subcommand("demo")) return app::demo(parsed.demo, environment, console);
  if (app.got_subcommand("init")) return app::init(parsed.init, console);
  console.out << (parsed.shell == "zsh" ? zsh_completion(app) : bash_completion(app));
  return ExitCode::pass;
}

// An option that was written and says nothing, most likely a variable that is not set: never taken for left out.
std::optional<Error> find_empty(const CLI::App& app) {
  for (const auto* command : app.get_subcommands()) {
    for (const auto* option : command->get_options()) {
      const auto& values = option->results();
      if (option->get_lnames().empty() || std::find(values.begin(), values.end(), "") == values.end()) continue;
      return Error{ErrorKind::usage,
                   fmt::format("--{} is empty", option->get_lnames().front()),
                   "give it a value, or leave it out; is a variable not set?",
                   {}};
    }
  }
  return std::nullopt;
}

// A verdict of an earlier run must not outlive a command line that is refused, so it goes before that is read.
Result<void> forget_verdict(std::span<const std::string> arguments) {
  const bool decides =
      !arguments.empty() && (arguments.front() == "run" || arguments.front() == "gate" || arguments.front() == "score");
  const auto asks = [](const std::string& word) { return word == "--help" || word == "-h"; };
  if (!decides || std::any_of(arguments.begin(), arguments.end(), asks)) return {};
  constexpr std::string_view kOut = "--out";
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    std::string_view folder;
    if (word == kOut && i + 1 < arguments.size()) folder = arguments[i + 1];
    if (word.starts_with("--out=")) folder = word.substr(kOut.size() + 1);
    if (folder.empty()) continue;
    if (auto removed = app::remove_verdict(folder); !removed) return removed;
  }
  return {};
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
  std::string hint = "`assay --help` lists commands and options";
  const auto all = [](const CLI::App*) { return true; };
  for (const auto* command : app.get_subcommands(all)) {
    known.push_back(command->get_name());
    if (!app.got_subcommand(command->get_name())) continue;
    hint = fmt::format("`assay {} --help` lists what it takes", command->get_name());
    add(*command);
    for (const auto* below : command->get_subcommands(all)) {
      known.push_back(below->get_name());
      if (command->got_subcommand(below->get_name())) add(*below);
    }
  }
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
  if (const auto forgotten = forget_verdict(arguments); !forgotten) return app::fail(forgotten.error(), console);
  CLI::App app{"Release gate for prompts, models and agents: replay suites, score, decide.", "assay"};
  Parsed parsed;
  app.require_subcommand(1);
  app.set_version_flag(
      "--version", fmt::format("assay {} ({}, {}, {})", app::kVersion, app::kCommit, app::kCompiler, app::kBuildType));
  app.footer(fmt::format("Start with: assay demo, then assay init my-gate\n{}", kExitCodes));
  add_run(app, parsed.run, parsed.words);
  add_report_option(*app.get_subcommand("run"), parsed.run_reports);
  add_plan(app, parsed.plan);
  add_gate(app, parsed);
  add_score(app, parsed.judge);
  add_label(app, parsed.judge);
  add_calibrate(app, parsed.judge);
  add_show(app, parsed);
  add_compare(app, parsed.plan);
  add_history(app, parsed);
  add_merge(app, parsed);
  add_report(app, parsed.report);
  add_verify(app, parsed.report);
  add_simulate(app, parsed.simulate);
  add_canary(app, parsed.canary);
  add_baseline_command(app, parsed.baseline);
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
  if (const auto empty = find_empty(app)) return app::fail(*empty, console);
  return dispatch(app, parsed, environment, console);
}

}  // namespace assay::cli
