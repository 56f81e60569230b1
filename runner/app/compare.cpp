#include "runner/app/compare.hpp"

#include "runner/app/background.hpp"
#include "runner/app/calibrate.hpp"
#include "runner/app/failure.hpp"

#include <assay/gate/compare.hpp>
#include <assay/reports/comparison.hpp>
#include <assay/store/store.hpp>
#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace assay::app {

namespace {

/// A run with what is compared of it.
struct Loaded {
  store::RunRow row;
  RunEvidence evidence;
};

std::set<std::string, std::less<>> columns_of(const store::RunRow& row) {
  std::set<std::string, std::less<>> columns{"score",        "latency",       "ttft",          "cost",
                                             "input_tokens", "output_tokens", "cache_hit_rate"};
  for (const auto& suite : row.header.suites) {
    for (const auto& metric : suite.metrics) columns.insert({metric.name, metric.name + ".pass"});
  }
  return columns;
}

Result<Loaded> load(store::Store& store, const std::string& name, const std::optional<std::string>& suite) {
  auto row = store.find(name, false);
  if (!row) return row.error();
  if (row->header.kind == store::RunKind::calibration) return measured_a_judge(*row);
  auto evidence = store.evidence(row->header.id, {.metrics = columns_of(*row), .digests = true});
  if (!evidence) return evidence.error();
  if (suite) {
    std::erase_if(evidence->suites, [&](const SuiteEvidence& each) { return each.id != *suite; });
    if (evidence->suites.empty()) {
      std::vector<std::string> known;
      for (const auto& each : row->header.suites) known.push_back(each.id);
      return Error{ErrorKind::not_found, fmt::format("run {} has no suite {}", row->header.id, text::in_quotes(*suite)),
                   text::suggest(*suite, known, "its suites are")};
    }
  }
  return Loaded{*std::move(row), *std::move(evidence)};
}

std::optional<Error> unknown_tag(const RunEvidence& run, const std::string& tag) {
  std::set<std::string> names;
  for (const auto& suite : run.suites) {
    for (const auto& tags : suite.cases.tag_sets()) {
      for (const auto& [name, value] : tags) names.insert(name);
    }
  }
  if (names.contains(tag)) return std::nullopt;
  const std::vector<std::string> known(names.begin(), names.end());
  return Error{ErrorKind::usage,
               fmt::format("no case of run {} has the tag {}", run.run, text::in_quotes(tag)),
               known.empty() ? "its cases have no tags" : text::suggest(tag, known, "the tags are"),
               {}};
}

reports::ComparedRun side_of(const store::RunRow& row) {
  reports::ComparedRun side{row.header.id,      row.verdict.value_or(std::string(name(row.status))),
                            row.header.started, row.header.target,
                            row.header.model,   {}};
  for (const auto& [key, value] : row.header.meta) {
    if (key == "commit") side.commit = value;
  }
  return side;
}

std::string or_none(std::string_view text) {
  return text.empty() ? "none" : text::excerpt(text);
}

/// `temperature 0, now 1.2`, one for each key that differs.
std::vector<std::string> params_differences(const std::string& before, const std::string& after) {
  const auto first = parse_json(before);
  const auto second = parse_json(after);
  if (!first || !second || !first->is_object() || !second->is_object()) return {"other parameters"};
  std::set<std::string> keys;
  for (const auto& [key, value] : first->items()) keys.insert(key);
  for (const auto& [key, value] : second->items()) keys.insert(key);
  std::vector<std::string> said;
  const auto shown = [](const Json& params, const std::string& key) {
    const auto found = params.find(key);
    return found == params.end() ? std::string("not set") : text::excerpt(dump_json(*found));
  };
  for (const auto& key : keys) {
    const auto was = shown(*first, key);
    const auto is = shown(*second, key);
    if (was != is) said.push_back(fmt::format("{}: {}, now {}", text::excerpt(key), was, is));
  }
  return said;
}

std::vector<std::string> run_differences(const Loaded& first, const Loaded& second) {
  std::vector<std::string> said;
  const auto differ = [&](std::string_view what, const std::string& was, const std::string& is) {
    if (was != is) said.push_back(fmt::format("{}: {}, now {}", what, or_none(was), or_none(is)));
  };
  const auto served = [](const RunEvidence& run) {
    std::string names;
    for (const auto& each : run.served_models) names += (names.empty() ? "" : ", ") + each;
    return names;
  };
  differ("target", first.row.header.target, second.row.header.target);
  differ("model", first.row.header.model, second.row.header.model);
  differ("served model", served(first.evidence), served(second.evidence));
  for (const auto& judge : second.row.header.judges) {
    for (const auto& was : first.row.header.judges) {
      if (was.name == judge.name && was.digest != judge.digest) {
        said.push_back(fmt::format("judge {}: {}, now {}: other digests, so its cases are not compared",
                                   or_none(judge.name), or_none(was.model), or_none(judge.model)));
      }
    }
  }
  return said;
}

std::vector<std::string> suite_differences(const Loaded& first, const Loaded& second, const SuiteComparison& suite) {
  std::vector<std::string> said;
  const auto* was = first.row.header.suite(suite.suite);
  const auto* is = second.row.header.suite(suite.suite);
  if (!was || !is) return said;
  if (!suite.same_prompt) said.push_back(fmt::format("prompt: {:.15}…, now {:.15}…", was->prompt, is->prompt));
  if (!suite.same_params) {
    for (auto& each : params_differences(was->params_text, is->params_text)) said.push_back(std::move(each));
  }
  return said;
}

/// Why the case fails in that run: of its first sample that does.
Result<std::string> why_it_fails(store::Store& store, const std::string& run, const std::string& suite,
                                 const std::string& kase) {
  std::string why;
  const store::SampleFilter filter{.suite = suite, .case_id = kase};
  const auto read = store.samples(run, filter, [&](const store::StoredSample& sample) {
    if (failed(sample)) why = failure_text(sample);
    return why.empty();
  });
  if (!read) return read.error();
  return why;
}

/// `failing`: the run in which the flipped cases fail.
Result<std::vector<reports::FlipLine>> flip_lines(store::Store& store, const std::vector<FlippedCase>& flips,
                                                  std::uint64_t limit, const std::string& failing,
                                                  const SuiteEvidence& suite) {
  std::vector<reports::FlipLine> lines;
  for (const auto& flip : flips) {
    if (lines.size() == limit) break;
    reports::FlipLine line{std::string(suite.cases.id(flip.second)), flip.before, flip.after};
    auto why = why_it_fails(store, failing, suite.id, line.case_id);
    if (!why) return why.error();
    line.why = *std::move(why);
    lines.push_back(std::move(line));
  }
  return lines;
}

struct Known {
  reports::FlipLine* line = nullptr;
  std::string digest;
};

Result<void> add_history(store::Store& store, const SuiteEvidence& suite, reports::SuiteComparisonView& view) {
  std::map<std::string, Known, std::less<>> lines;
  const auto add = [&](std::vector<reports::FlipLine>& list, const std::vector<FlippedCase>& flips) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      lines[list[i].case_id] = {&list[i], suite.cases[flips[i].second].digest};
    }
  };
  add(view.regressed, view.numbers.regressed);
  add(view.fixed, view.numbers.fixed);
  if (lines.empty()) return {};
  return store.case_history(suite.id, kHistoryRuns, [&](const store::CaseHistory& kase) {
    const auto found = lines.find(kase.case_id);
    if (found == lines.end() || found->second.digest != kase.digest) return true;
    auto& line = *found->second.line;
    const auto record = record_of(kase);
    line.runs = record.runs;
    line.samples = record.samples;
    line.passes = record.passes;
    line.flips = record.flips;
    return true;
  });
}

Result<reports::SuiteComparisonView> suite_view(store::Store& store, const Loaded& first, const Loaded& second,
                                                SuiteComparison numbers, std::uint64_t limit) {
  reports::SuiteComparisonView view;
  const auto& suite = *second.evidence.suite(numbers.suite);
  view.differences = suite_differences(first, second, numbers);
  auto regressed = flip_lines(store, numbers.regressed, limit, second.row.header.id, suite);
  if (!regressed) return regressed.error();
  auto fixed = flip_lines(store, numbers.fixed, limit, first.row.header.id, suite);
  if (!fixed) return fixed.error();
  view.regressed = *std::move(regressed);
  view.fixed = *std::move(fixed);
  view.numbers = std::move(numbers);
  if (const auto added = add_history(store, suite, view); !added) return added.error();
  return view;
}

std::vector<std::string> only_in(const RunEvidence& one, const RunEvidence& other) {
  std::vector<std::string> ids;
  for (const auto& suite : one.suites) {
    if (!other.suite(suite.id)) ids.push_back(suite.id);
  }
  return ids;
}

Result<reports::ComparisonView> view_of(store::Store& store, const Loaded& first, const Loaded& second,
                                        const CompareRequest& request) {
  reports::ComparisonView view;
  view.first = side_of(first.row);
  view.second = side_of(second.row);
  view.differences = run_differences(first, second);
  view.only_first = only_in(first.evidence, second.evidence);
  view.only_second = only_in(second.evidence, first.evidence);
  view.by = request.by.value_or("");
  for (auto& numbers : gate::compare_runs(first.evidence, second.evidence, request.by)) {
    auto suite = suite_view(store, first, second, std::move(numbers), request.limit);
    if (!suite) return suite.error();
    view.suites.push_back(*std::move(suite));
  }
  return view;
}

}  // namespace

ExitCode compare(const CompareRequest& request, Console& console) {
  auto store = store::Store::open_existing(request.store);
  if (!store) return fail(store.error(), console);
  const auto first = load(**store, request.runs.front(), request.suite);
  if (!first) return fail(first.error(), console);
  if (request.by) {
    if (const auto unknown = unknown_tag(first->evidence, *request.by)) return fail(*unknown, console);
  }
  const reports::Style style{.color = console.out_color, .width = console.width};
  auto json = OrderedJson::array();
  std::string text;
  for (std::size_t i = 1; i < request.runs.size(); ++i) {
    const auto other = load(**store, request.runs[i], request.suite);
    if (!other) return fail(other.error(), console);
    if (other->row.header.id == first->row.header.id) {
      return fail({ErrorKind::usage,
                   fmt::format("run {} would be compared with itself", first->row.header.id),
                   "name two runs; `assay history` lists them",
                   {}},
                  console);
    }
    const auto view = view_of(**store, *first, *other, request);
    if (!view) return fail(view.error(), console);
    json.push_back(reports::comparison_json(*view));
    if (!request.json) text += (text.empty() ? "" : "\n") + reports::comparison_text(*view, style);
  }
  if (request.json) {
    console.out << indented_json(json);
  } else {
    console.out << text;
  }
  return ExitCode::pass;
}

}  // namespace assay::app
