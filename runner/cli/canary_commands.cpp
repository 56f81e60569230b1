#include "runner/cli/canary_commands.hpp"

#include "runner/cli/run_options.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace assay::cli {

namespace {

/// `0.05`, or `5%`.
std::optional<double> read_share(std::string_view word) {
  const bool percent = word.ends_with('%');
  if (percent) word.remove_suffix(1);
  const auto number = text::parse_number(word);
  if (!number) return std::nullopt;
  const double share = percent ? *number / 100 : *number;
  return share > 0 && share <= 1 ? std::optional(share) : std::nullopt;
}

}  // namespace

void add_canary(CLI::App& app, CanaryWords& words) {
  auto& request = words.request;
  auto& canary = *app.add_subcommand("canary", "Promote, hold or abort a live stage, from its traffic.");
  canary.add_option("plan", request.plan, "A verdict.json, or a RUN, that is ready for a canary")
      ->type_name("PLAN")
      ->required();
  canary.add_option("--stage", words.stage, "The stage of the plan: 0.05")->type_name("SHARE")->required();
  canary.add_option("--data", request.data, "Records of both arms, JSONL; - reads standard input")
      ->type_name("FILE")
      ->required();
  add_store(canary, request.store);
  canary.add_flag("--json", request.json, "The answer as JSON on standard output");
  canary.footer(
      "A record is one request, {\"arm\": \"canary\", \"ok\": true, \"latency_ms\": 120, \"score\": null}, or counts,\n"
      "{\"arm\": \"stable\", \"requests\": 1000, \"failures\": 12}, in the order of time.\n"
      "It moves no traffic. Exit codes: 0 promote, 1 abort, 2 hold, 3 data that cannot be read or has one arm only,\n"
      "4 a plan that is not ready.\n"
      "Example:\n  assay canary .assay/runs/RUN/verdict.json --stage 0.05 --data live.jsonl");
}

ExitCode run_canary(CanaryWords& words, app::Console& console) {
  const auto share = read_share(words.stage);
  if (!share) {
    return app::fail({ErrorKind::usage,
                      fmt::format("--stage {} is no share of the traffic", text::in_quotes(words.stage)),
                      "write the share of a stage of the plan: 0.05",
                      {}},
                     console);
  }
  words.request.stage = *share;
  return app::canary(words.request, console);
}

}  // namespace assay::cli
