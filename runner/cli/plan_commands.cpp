#include "runner/cli/plan_commands.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace assay::cli {

void add_plan(CLI::App& app, PlanWords& parsed) {
  auto& plan = *app.add_subcommand("plan", "What a run would cost, and what its gates could show; no call.");
  add_run_options(plan, parsed.run, parsed.words);
  plan.footer(
      "Takes the options of `assay run`, without calling or storing anything.\n"
      "Exit codes: 0, or 4 for what `run` would refuse, such as a margin that the suite is too small for.\n"
      "Examples:\n"
      "  assay plan suites/support.yaml --target v7 --gate gate.yaml\n"
      "  assay plan --target v7 --baseline main --samples 4\n"
      "  assay plan --target v7 --against v6 --json");
}

void add_compare(CLI::App& app, PlanWords& parsed) {
  auto& request = parsed.compare;
  auto& compare = *app.add_subcommand("compare", "Paired comparison of runs with the first, regressions first.");
  compare
      .add_option("runs", request.runs,
                  "The first, and what is compared with it: ids, prefixes, KEY=VALUE, latest, "
                  "or baselines' names")
      ->type_name("RUN")
      ->required()
      ->expected(2, -1);
  compare.add_option("--suite", request.suite, "Only this suite")->type_name("ID");
  compare.add_option("--by", request.by, "Also for each value of this tag")->type_name("TAG");
  compare.add_option("--limit", request.limit, "How many flipped cases to list, regressed and fixed each")
      ->type_name("N")
      ->check(whole_number(0))
      ->capture_default_str();
  add_store(compare, request.store);
  compare.add_flag("--json", request.json, "As JSON");
  compare.footer(
      "Shows and does not decide: exit code 0 whatever it shows. Cases are compared where their vars and checks are\n"
      "equal.\n"
      "Examples:\n  assay compare main latest\n  assay compare 20261121-0932 20261121-1002 --by intent");
}

ExitCode run_plan(PlanWords& parsed, const app::Environment& environment, app::Console& console) {
  Diagnostics diagnostics;
  read_words(parsed.words, parsed.run, diagnostics);
  if (!diagnostics.ok()) {
    app::print(diagnostics, console);
    return ExitCode::usage;
  }
  return app::forecast(std::move(parsed.run), environment, console);
}

ExitCode run_compare(const PlanWords& parsed, app::Console& console) {
  return app::compare(parsed.compare, console);
}

}  // namespace assay::cli
