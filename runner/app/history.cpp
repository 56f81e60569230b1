#include "runner/app/history.hpp"

#include "runner/app/flaky.hpp"

#include <assay/core/json.hpp>
#include <assay/reports/history.hpp>
#include <assay/store/store.hpp>

#include <fmt/format.h>

namespace assay::app {

namespace {

// What a verdict in the store says of a run, without loading its evidence again.
struct Decided {
  std::optional<double> pass_rate;
  std::optional<double> usd;
};

Decided decided(store::Store& store, const std::string& run) {
  const auto text = store.verdict_text(run);
  if (!text || text->empty()) return {};
  const auto verdict = parse_json(*text);
  if (!verdict) return {};
  Decided found;
  for (const auto& gate : verdict->at("gates")) {
    if (gate.at("metric") == "pass_rate" && gate.at("slice").empty() && gate.at("estimate").is_number()) {
      found.pass_rate = gate.at("estimate").get<double>();
      break;
    }
  }
  if (verdict->at("cost").at("usd").is_number()) found.usd = verdict->at("cost").at("usd").get<double>();
  return found;
}

std::string meta_value(const store::RunHeader& header, std::string_view key) {
  for (const auto& [name, value] : header.meta) {
    if (name == key) return value;
  }
  return {};
}

reports::HistoryLine line_of(const store::RunRow& row, store::Store& store) {
  reports::HistoryLine line;
  line.run = row.header.id;
  line.started = row.header.started;
  line.state = row.verdict.value_or(std::string(name(row.status)));
  for (const auto& suite : row.header.suites) {
    line.suites += (line.suites.empty() ? "" : ", ") + suite.id;
    line.planned += suite.planned;
  }
  line.target = row.header.target;
  line.commit = meta_value(row.header, "commit");
  line.finished = row.finished;
  const auto found = decided(store, row.header.id);
  line.pass_rate = found.pass_rate;
  line.usd = found.usd;
  return line;
}

OrderedJson json_of(const reports::HistoryLine& line) {
  return {{"run", line.run},
          {"started", to_rfc3339(line.started)},
          {"state", line.state},
          {"suites", line.suites},
          {"target", line.target},
          {"commit", line.commit.empty() ? OrderedJson() : OrderedJson(line.commit)},
          {"finished", line.finished},
          {"planned", line.planned},
          {"pass_rate", line.pass_rate ? OrderedJson(*line.pass_rate) : OrderedJson()},
          {"usd", line.usd ? OrderedJson(*line.usd) : OrderedJson()}};
}

ExitCode show_flaky(store::Store& store, const HistoryRequest& request, Console& console) {
  if (!request.suite) {
    return fail({ErrorKind::usage, "--flaky is about the cases of one suite", "name it with --suite ID"}, console);
  }
  const auto view = flakiness(store, *request.suite, request.limit);
  if (!view) return fail(view.error(), console);
  if (request.json) {
    console.out << indented_json(reports::flaky_json(*view));
  } else {
    console.out << reports::flaky_text(*view, {.color = console.out_color, .width = console.width});
  }
  return ExitCode::pass;
}

}  // namespace

ExitCode history(const HistoryRequest& request, Console& console) {
  auto store = store::Store::open_existing(request.store);
  if (!store) return fail(store.error(), console);
  if (request.flaky) return show_flaky(**store, request, console);
  const auto rows = (*store)->history(request.suite, request.limit);
  if (!rows) return fail(rows.error(), console);
  std::vector<reports::HistoryLine> lines;
  for (const auto& row : *rows) lines.push_back(line_of(row, **store));
  if (request.json) {
    auto list = OrderedJson::array();
    for (const auto& line : lines) list.push_back(json_of(line));
    console.out << indented_json(list);
    return ExitCode::pass;
  }
  console.out << reports::history_table(lines, {.color = console.out_color, .width = console.width});
  return ExitCode::pass;
}

}  // namespace assay::app
