#include "runner/cli/baseline_commands.hpp"

#include "runner/cli/run_options.hpp"

#include <CLI/CLI.hpp>

namespace assay::cli {

void add_baseline_command(CLI::App& app, BaselineWords& words) {
  auto& request = words.request;
  auto& baseline = *app.add_subcommand("baseline", "Named runs that candidates are compared with.");
  baseline.require_subcommand(1);

  auto& set = *baseline.add_subcommand("set", "Add a run to the series NAME; its newest runs are averaged.");
  set.add_option("name", request.name, "Of the series")->type_name("NAME")->required();
  set.add_option("run", request.run, "Id, unique prefix, KEY=VALUE of --meta, or latest")->type_name("RUN")->required();
  set.add_option("--reason", request.reason, "Why a run that was blocked may be a baseline")->type_name("TEXT");
  add_store(set, request.store);
  set.footer(
      "Takes a whole run that passed or is INCONCLUSIVE; a missing baseline does not count against it.\n"
      "Example:\n  assay baseline set main latest");

  auto& list = *baseline.add_subcommand("list", "The series and their runs, newest first.");
  list.add_option("name", request.name, "Only this series")->type_name("NAME");
  add_store(list, request.store);
  list.add_flag("--json", request.json, "As JSON");

  auto& out = *baseline.add_subcommand("export", "A series as a file, for a machine without history.");
  out.add_option("name", request.name, "Of the series")->type_name("NAME")->required();
  out.add_option("-o,--out", request.file, "File to write; refused if it is there")->type_name("FILE")->required();
  out.add_option("--runs", request.runs, "How many of its newest runs")
      ->type_name("N")
      ->check(whole_number(1))
      ->capture_default_str();
  add_store(out, request.store);
  out.footer("Example:\n  assay baseline export main -o main.baseline");

  auto& in = *baseline.add_subcommand("import", "Take in what `export` wrote; what is there already stays.");
  in.add_option("file", request.file, "File to read")->type_name("FILE")->required();
  add_store(in, request.store);
  in.footer("Example:\n  assay baseline import main.baseline && assay run suites/*.yaml --baseline main");

  baseline.footer("Examples:\n  assay baseline set main latest\n  assay baseline list");
}

ExitCode run_baseline(const CLI::App& app, const BaselineWords& words, app::Console& console) {
  const auto& baseline = *app.get_subcommand("baseline");
  if (baseline.got_subcommand("set")) return app::set_baseline(words.request, console);
  if (baseline.got_subcommand("export")) return app::export_baseline(words.request, console);
  if (baseline.got_subcommand("import")) return app::import_baseline(words.request, console);
  return app::list_baselines(words.request, console);
}

}  // namespace assay::cli
