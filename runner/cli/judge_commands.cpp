#include "runner/cli/judge_commands.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace assay::cli {

namespace {

constexpr std::int64_t kMostRepeats = 100;

}  // namespace

void add_score(CLI::App& app, JudgeWords& words) {
  auto& request = words.score;
  auto& score = *app.add_subcommand("score", "Score stored answers with the checks and judges as they are now.");
  score.add_option("run", request.run, "Id, unique prefix, KEY=VALUE of --meta, or latest")
      ->type_name("RUN")
      ->required();
  score.add_option("suites", request.suites, "Suites to score with (default: those of the run)")->type_name("SUITE");
  score.add_option("--config", request.config, "Where the judges are (default: that of the run)")->type_name("FILE");
  score.add_option("--gate", request.gate, "Policy to decide by (default: that of the run)")->type_name("FILE|none");
  score.add_option("--record", request.record, "Write the judges' answers to this cassette")->type_name("FILE");
  score.add_option("--replay", request.replay, "Take the judges' answers from this cassette: no connection, no key")
      ->type_name("FILE");
  score.add_option("--cassette", request.cassette, "Replay what this cassette holds, ask for and record the rest")
      ->type_name("FILE");
  score.add_option("--max-cost", words.score_words.max_cost, "Stop at this cost of the judges")->type_name("USD");
  score.add_option("--max-time", words.score_words.max_time, "Stop after 30s, 10m or 1h30m")->type_name("DURATION");
  score.add_option("--meta", words.score_words.meta, "Kept with the new run (default: that of the run; repeatable)")
      ->type_name("KEY=VALUE");
  score.add_option("--out", request.out, "Folder for verdict.json (default: .assay/runs/RUN/)")->type_name("DIR");
  add_store(score, request.store);
  score.add_flag("--json", request.json, "The verdict as JSON on standard output");
  score.add_flag("--quiet", request.quiet, "No progress; one word on standard output");
  score.footer(
      fmt::format("A new run, in which the target is not asked. A case that has no stored answer, or whose prompt "
                  "changed, is an ERROR.\n"
                  "Example:\n  assay score latest suites/support.yaml\n{}",
                  kExitCodes));
}

void add_label(CLI::App& app, JudgeWords& words) {
  auto& request = words.label;
  auto& label = *app.add_subcommand("label", "Answers out to people, their judgements back, and scores they change.");
  label.add_option("run", request.run, "Id, unique prefix, KEY=VALUE of --meta, or latest")
      ->type_name("RUN")
      ->required();
  label.add_option("-o,--out", request.out, "Export to it: .csv or .jsonl (default: JSONL on standard output)")
      ->type_name("FILE");
  label.add_option("-n,--count", request.count, "How many answers to draw")
      ->type_name("N")
      ->check(whole_number(1))
      ->capture_default_str();
  label.add_option("--stratify", request.by_tag, "Draw in proportion to this tag, too")->type_name("TAG");
  label.add_option("--seed", request.seed, "Seed of the draw")
      ->type_name("N")
      ->check(whole_number(0))
      ->capture_default_str();
  auto* import = label.add_option("--import", request.import, "Store the labels of this file")->type_name("FILE");
  auto* edit = label.add_option("--edit", request.edit, "Change a score of this case")->type_name("SUITE/CASE");
  import->excludes(edit);
  label.add_option("--check", request.check, "The metric (default: all that a judge feeds)")->type_name("METRIC");
  label.add_option("--sample", request.sample, "Which sample to change")
      ->type_name("N")
      ->check(whole_number(0))
      ->needs(edit)
      ->capture_default_str();
  label.add_option("--pass", words.label_pass, "What the score is changed to")
      ->type_name("true|false")
      ->check(CLI::IsMember({"true", "false"}).description(""))
      ->needs(edit);
  label.add_option("--score", request.score, "Its value, in the metric's unit")->type_name("NUMBER")->needs(edit);
  label.add_option("--reason", request.reason, "Why it is changed")->type_name("TEXT")->needs(edit);
  label.add_option("--by", request.author, "Who labelled, or changes the score")->type_name("NAME");
  add_store(label, request.store);
  label.footer(
      "The draw is stratified by suite and by what the judge said, which is not shown.\n"
      "Changed scores are kept beside the old ones, and count when the run is decided again.\n"
      "Examples:\n  assay label latest -n 100 -o labels.csv\n  assay label latest --import labels.csv --by ana\n"
      "  assay label latest --edit support/t7 --check rubric --pass false --reason 'invents a refund' --by ana");
}

void add_calibrate(CLI::App& app, JudgeWords& words) {
  auto& request = words.calibrate;
  auto& calibrate = *app.add_subcommand("calibrate", "Measure the judges of a suite against people's labels.");
  calibrate.add_option("suite", request.suite, "The suite whose checks ask the judges")->type_name("SUITE")->required();
  calibrate.add_option("--labels", request.labels, "People's labels, JSONL or CSV")->type_name("FILE")->required();
  calibrate.add_option("--config", request.config, "Where the judges are (default: assay.yaml)")->type_name("FILE");
  calibrate.add_option("--check", request.check, "Only this metric")->type_name("METRIC");
  calibrate.add_option("--limit", request.limit, "Only the first N labelled answers")
      ->type_name("N")
      ->check(whole_number(1));
  calibrate.add_option("--repeats", request.repeats, "Ask about every answer so many times: self-consistency")
      ->type_name("N")
      ->check(whole_number(1, kMostRepeats))
      ->capture_default_str();
  calibrate.add_flag_callback(
      "--no-injection", [&request] { request.injection = false; }, "Leave out the answers with planted verdicts");
  calibrate.add_option("--record", request.record, "Write every reply to this cassette")->type_name("FILE");
  calibrate.add_option("--replay", request.replay, "Take every reply from this cassette: no connection, no key")
      ->type_name("FILE");
  calibrate.add_option("--cassette", request.cassette, "Replay what this cassette holds, ask for and record the rest")
      ->type_name("FILE");
  calibrate.add_option("--max-cost", words.calibrate_words.max_cost, "Stop at this cost")->type_name("USD");
  calibrate.add_option("--max-time", words.calibrate_words.max_time, "Stop after 30s, 10m or 1h30m")
      ->type_name("DURATION");
  calibrate.add_option("--resume", request.resume, "Go on with an unfinished calibration")->type_name("RUN");
  calibrate.add_option("--seed", request.seed, "Seed of every random draw")
      ->type_name("N")
      ->check(whole_number(0))
      ->capture_default_str();
  add_store(calibrate, request.store);
  calibrate.add_flag("--json", request.json, "What was measured as JSON on standard output");
  calibrate.add_flag("--quiet", request.quiet, "No progress");
  calibrate.footer(
      "What is measured is kept in the history, by judge and prompt, and read when a run is decided.\n"
      "Exit codes: 0 measured, whatever the judge is worth; 3 the measurement failed; 4 invalid input; 130/143 "
      "stopped.\n"
      "Example:\n  assay calibrate suites/support.yaml --labels human.jsonl --repeats 3");
}

ExitCode run_score(JudgeWords& words, const app::Environment& environment, app::Console& console) {
  Diagnostics diagnostics;
  app::RunRequest read;
  read_words(words.score_words, read, diagnostics);
  if (!diagnostics.ok()) {
    app::print(diagnostics, console);
    return ExitCode::usage;
  }
  words.score.max_cost = read.max_cost;
  words.score.max_time = read.max_time;
  words.score.meta = std::move(read.meta);
  return app::score(words.score, environment, console);
}

ExitCode run_label(JudgeWords& words, app::Console& console) {
  if (!words.label_pass.empty()) words.label.pass = words.label_pass == "true";
  return app::label(words.label, console);
}

ExitCode run_calibrate(JudgeWords& words, const app::Environment& environment, app::Console& console) {
  Diagnostics diagnostics;
  app::RunRequest read;
  read_words(words.calibrate_words, read, diagnostics);
  if (!diagnostics.ok()) {
    app::print(diagnostics, console);
    return ExitCode::usage;
  }
  words.calibrate.max_cost = read.max_cost;
  words.calibrate.max_time = read.max_time;
  return app::calibrate(words.calibrate, environment, console);
}

}  // namespace assay::cli
