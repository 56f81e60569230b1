#include "runner/app/label.hpp"

#include "runner/app/calibrate.hpp"
#include "runner/app/label_sample.hpp"
#include "runner/app/labels.hpp"

#include <assay/core/json.hpp>
#include <assay/core/random.hpp>
#include <assay/judges/checks.hpp>
#include <assay/store/store.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

namespace assay::app {

namespace {

using Metrics = std::set<std::string, std::less<>>;

Error usage(std::string message, std::string hint) {
  return {ErrorKind::usage, std::move(message), std::move(hint), {}};
}

// The metrics to label: the one named, or all that a judge feeds.
Result<Metrics> metrics_of(const store::RunRow& row, const std::optional<std::string>& named) {
  Metrics known;
  Metrics judged;
  for (const auto& suite : row.header.suites) {
    for (const auto& metric : suite.metrics) known.insert(metric.name);
    for (const auto& metric : suite.judged) judged.insert(metric.metric);
  }
  if (named && !known.contains(*named)) {
    return usage(fmt::format("run {} has no check that feeds '{}'", row.header.id, *named),
                 fmt::format("its metrics: {}", fmt::join(known, ", ")));
  }
  if (named) return Metrics{*named};
  if (!judged.empty()) return judged;
  return usage(fmt::format("no check of run {} asks a judge", row.header.id),
               fmt::format("name a metric to label with --check: {}", fmt::join(known, ", ")));
}

// What a judge said of an answer, as far as strata need it. It is not shown to people.
std::string said(const store::StoredSample& sample, const Metrics& metrics) {
  std::string text;
  for (const auto& score : sample.scores) {
    if (!metrics.contains(score.metric)) continue;
    const auto* scored = std::get_if<Scored>(&score.score.state);
    text += scored == nullptr ? '?' : scored->pass ? '+' : '-';
  }
  return text;
}

std::string stratum_of(const store::StoredSample& sample, const Metrics& metrics,
                       const std::optional<std::string>& tag) {
  std::string text = sample.suite + '\n' + said(sample, metrics);
  if (tag) {
    const auto found = sample.tags.find(*tag);
    text += '\n' + (found == sample.tags.end() ? "(none)" : found->second);
  }
  return text;
}

Result<std::set<UnitId>> drawn(store::Store& store, const std::string& run, const Metrics& metrics,
                               const LabelRequest& request, std::vector<UnitId>& order) {
  std::vector<Drawable> all;
  const auto read = store.samples(run, {.failures_first = false}, [&](const store::StoredSample& sample) {
    if (last_answer(sample.transcript) == nullptr) return true;  // nothing that could be judged
    const auto key = mix(mix(mix(mix(request.seed, "label"), sample.suite), sample.case_id), sample.unit.sample);
    all.push_back({sample.unit, stratum_of(sample, metrics, request.by_tag), key});
    return true;
  });
  if (!read) return read.error();
  order = draw(std::move(all), request.count);
  return std::set<UnitId>(order.begin(), order.end());
}

std::string prompt_of(const store::StoredSample& sample) {
  std::string text;
  for (const auto& message : sample.messages) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "\n\n", name(message.author), text_of(message));
  }
  return text;
}

// What the judge of the check was asked first: criteria, scale and all; "" where it has none.
std::string task_of(const store::StoredSample& sample, std::size_t check) {
  const auto prefix = fmt::format("check/{}/", check);
  const auto confirming = fmt::format("{}{}", prefix, judges::kConfirmPrefix);
  for (const auto& step : sample.transcript.steps) {
    if (!step.name.starts_with(prefix) || step.name.starts_with(confirming)) continue;
    if (step.question == nullptr || step.question->messages.empty()) continue;
    return text_of(step.question->messages.back());
  }
  return {};
}

// Blinded: neither who answered nor what the judge said is in it.
OrderedJson record_of(const store::StoredSample& sample, const std::string& run, std::size_t check) {
  return {{"suite", sample.suite},
          {"case", sample.case_id},
          {"run", run},
          {"sample", sample.unit.sample},
          {"check", sample.scores[check].metric},
          {"task", task_of(sample, check)},
          {"messages", prompt_of(sample)},
          {"vars", sample.vars.dump(-1, ' ', false, Json::error_handler_t::replace)},
          {"answer", text_of(last_answer(sample.transcript)->message)},
          {"pass", nullptr},
          {"score", nullptr},
          {"by", nullptr},
          {"at", nullptr},
          {"note", nullptr}};
}

// A spreadsheet takes a cell that starts like this for a formula, whoever wrote it. `read_labels` takes it off again.
std::string csv_cell(const OrderedJson& value) {
  if (value.is_null()) return "";
  std::string cell = value.is_string() ? value.get<std::string>() : value.dump();
  if (value.is_string() && cell.find_first_of(kFormula) == 0) cell.insert(0, 1, '\'');
  std::string quoted = "\"";
  for (const char c : cell) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

void write_csv(const OrderedJson& record, bool first, std::ostream& out) {
  std::vector<std::string> names;
  std::vector<std::string> cells;
  for (const auto& [key, value] : record.items()) {
    names.push_back(key);
    cells.push_back(csv_cell(value));
  }
  if (first) out << fmt::format("{}\r\n", fmt::join(names, ","));
  out << fmt::format("{}\r\n", fmt::join(cells, ","));
}

void write_all(const std::vector<OrderedJson>& records, bool csv, std::ostream& out) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (csv) {
      write_csv(records[i], i == 0, out);
    } else {
      out << records[i].dump(-1, ' ', false, OrderedJson::error_handler_t::replace) << '\n';
    }
  }
}

// In the order of the draw, so that neighbours have nothing in common.
Result<std::vector<OrderedJson>> records_of(store::Store& store, const std::string& run, const Metrics& metrics,
                                            const LabelRequest& request) {
  std::vector<UnitId> order;
  const auto wanted = drawn(store, run, metrics, request, order);
  if (!wanted) return wanted.error();
  std::map<UnitId, std::vector<OrderedJson>> found;
  const auto read = store.samples(run, {.failures_first = false}, [&](const store::StoredSample& sample) {
    if (!wanted->contains(sample.unit)) return true;
    for (std::size_t i = 0; i < sample.scores.size(); ++i) {
      if (metrics.contains(sample.scores[i].metric)) found[sample.unit].push_back(record_of(sample, run, i));
    }
    return true;
  });
  if (!read) return read.error();
  std::vector<OrderedJson> records;
  for (const auto& unit : order) {
    auto& of_unit = found[unit];
    std::move(of_unit.begin(), of_unit.end(), std::back_inserter(records));
  }
  return records;
}

ExitCode export_sample(store::Store& store, const store::RunRow& row, const LabelRequest& request, Console& console) {
  const auto metrics = metrics_of(row, request.check);
  if (!metrics) return fail(metrics.error(), console);
  const auto records = records_of(store, row.header.id, *metrics, request);
  if (!records) return fail(records.error(), console);
  if (!request.out) {
    write_all(*records, false, console.out);
    return ExitCode::pass;
  }
  const auto ending = text::fold_case(request.out->extension().string());
  if (ending != ".csv" && ending != ".jsonl") {
    return fail(usage(fmt::format("-o {} is neither .csv nor .jsonl", request.out->string()), "write labels.csv"),
                console);
  }
  std::ofstream file(*request.out, std::ios::binary | std::ios::trunc);
  write_all(*records, ending == ".csv", file);
  file.flush();
  if (!file) {
    return fail({ErrorKind::store, fmt::format("{} cannot be written", request.out->string()), "name another file", {}},
                console);
  }
  console.out << fmt::format(
      "{} labels to give in {}: fill in `pass` (or `score`), then assay label {} --import {} --by NAME\n",
      records->size(), request.out->string(), row.header.id, request.out->string());
  return ExitCode::pass;
}

/// Of a label: what it is about.
using Labelled = std::tuple<std::string, std::string, std::uint32_t, std::string>;  // suite, case, sample, metric

// A label that fits no answer of the run would be kept, and never be counted.
Result<void> refuse_strangers(store::Store& store, const store::RunRow& row, const std::filesystem::path& file,
                              const std::vector<Label>& labels, Diagnostics& diagnostics) {
  std::set<Labelled> strangers;
  for (const auto& label : labels) {
    strangers.emplace(label.suite, label.case_id, label.sample, label.check);
  }
  const auto read = store.samples(row.header.id, {.failures_first = false}, [&](const store::StoredSample& sample) {
    for (const auto& score : sample.scores) {
      strangers.erase({sample.suite, sample.case_id, sample.unit.sample, score.metric});
    }
    return !strangers.empty();
  });
  if (!read) return read.error();
  for (const auto& [suite, kase, sample, metric] : strangers) {
    diagnostics.error(
        Place{file.string(), 0, 0},
        fmt::format("a label is for '{}' of {}/{}, sample {}, which run {} has not", text::excerpt(metric),
                    text::excerpt(suite), text::excerpt(kase), sample, row.header.id),
        "import what `assay label` exported of this run");
  }
  return {};
}

ExitCode import_labels(store::Store& store, const store::RunRow& row, const LabelRequest& request, Console& console) {
  Diagnostics diagnostics;
  std::vector<Label> labels;
  for (auto& [label, at] : read_labels(*request.import, request.author, wall_now(), diagnostics)) {
    if (label.run.empty()) continue;
    if (label.by.empty()) {
      return fail(usage("labels need an author", "add --by NAME; a record's own `by` goes before it"), console);
    }
    if (label.run != row.header.id) {
      diagnostics.error(at, fmt::format("a label is for run {}, not for {}", text::in_quotes(label.run), row.header.id),
                        "import it under its own run");
    }
    labels.push_back(std::move(label));
  }
  if (diagnostics.ok()) {
    const auto known = refuse_strangers(store, row, *request.import, labels, diagnostics);
    if (!known) return fail(known.error(), console);
  }
  print(diagnostics, console);
  if (!diagnostics.ok()) return ExitCode::usage;
  if (labels.empty()) {
    return fail(usage("no label of this file names a run's answer",
                      "labels with an `answer` of their own go to: assay calibrate SUITE --labels FILE"),
                console);
  }
  if (const auto added = store.add_labels(labels); !added) return fail(added.error(), console);
  console.out << fmt::format("{} labels are stored beside run {}\n", labels.size(), row.header.id);
  return ExitCode::pass;
}

ExitCode edit_score(store::Store& store, const store::RunRow& row, const LabelRequest& request, Console& console) {
  const auto slash = request.edit->find('/');
  if (slash == std::string::npos) {
    return fail(usage(fmt::format("--edit {} names no case", text::in_quotes(*request.edit)), "write SUITE/CASE"),
                console);
  }
  if (!request.check || !request.pass || request.reason.empty() || request.author.empty()) {
    return fail(usage("a score is changed by whom, to what, and why",
                      "add --check METRIC --pass true|false --reason TEXT --by NAME"),
                console);
  }
  const store::ScoreEdit edit{.suite = request.edit->substr(0, slash),
                              .case_id = request.edit->substr(slash + 1),
                              .sample = request.sample,
                              .metric = *request.check,
                              .pass = *request.pass,
                              .value = request.score,
                              .reason = request.reason,
                              .by = request.author,
                              .at = wall_now()};
  if (const auto edited = store.edit_scores(row.header.id, {&edit, 1}); !edited) return fail(edited.error(), console);
  console.out << fmt::format("the score is changed; decide again with: assay gate {}\n", row.header.id);
  return ExitCode::pass;
}

}  // namespace

ExitCode label(const LabelRequest& request, Console& console) {
  auto store = store::Store::open_existing(request.store);
  if (!store) return fail(store.error(), console);
  const auto row = (*store)->find(request.run, false);
  if (!row) return fail(row.error(), console);
  if (row->header.kind == store::RunKind::calibration) return fail(measured_a_judge(*row), console);
  if (request.import) return import_labels(**store, *row, request, console);
  if (request.edit) return edit_score(**store, *row, request, console);
  return export_sample(**store, *row, request, console);
}

}  // namespace assay::app
