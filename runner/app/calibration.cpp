#include "runner/app/calibration.hpp"

#include <assay/judges/attacks.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace assay::app {

namespace {

using Checks = std::vector<std::shared_ptr<const CompiledCheck>>;

// The judged checks of a case that its labels are about. Two repeats of one answer must not share the rest.
Checks measured_checks(const PlannedCase& kase, const LabelledAnswer& answer, const std::optional<std::string>& only) {
  Checks checks;
  for (const auto& check : kase.checks) {
    const bool labelled = std::any_of(answer.labels.begin(), answer.labels.end(),
                                      [&](const Label& label) { return label.check == check->metric; });
    if (!check->judges.empty() && labelled && (!only || *only == check->metric)) checks.push_back(check);
  }
  return checks;
}

std::vector<std::string> judged_metrics(const PlannedCase& kase) {
  std::vector<std::string> metrics;
  for (const auto& check : kase.checks) {
    if (!check->judges.empty()) metrics.push_back(check->metric);
  }
  return metrics;
}

Response response_of(std::string text) {
  Response response;
  response.message.parts.emplace_back(Text{std::move(text)});
  response.finish = Finish::stop;
  return response;
}

/// The labelled cases of a suite, compiled as its records stream by.
class LabelledCases {
 public:
  LabelledCases(const PlannedSuite& planned, const Candidate& candidate, Diagnostics& diagnostics)
      : planned_(planned), compiler_(planned, candidate), diagnostics_(diagnostics) {}

  void read(const std::vector<LabelledAnswer>& answers) {
    std::set<std::string> wanted;
    for (const auto& answer : answers) wanted.insert(answer.case_id);
    auto cursor = suites::open_cases(planned_.suite, suites::Ids::known);
    if (!cursor) return diagnostics_.error(cursor.error());
    while (cases_.size() < wanted.size()) {
      auto next = (*cursor)->next();
      if (!next) return diagnostics_.error(next.error());
      auto& kase = *next;
      if (!kase) return;
      if (!wanted.contains(kase->id)) continue;
      auto id = kase->id;
      cases_.emplace(std::move(id), compiler_.compile(std::move(*kase), diagnostics_));
    }
  }

  // A label with a question of its own stands for a case that the suite need not have.
  std::shared_ptr<const PlannedCase> find(const LabelledAnswer& answer) {
    if (const auto found = cases_.find(answer.case_id); found != cases_.end()) return found->second;
    if (!answer.question) return nullptr;
    suites::Case kase;
    kase.id = answer.case_id;
    kase.vars = Json{{"question", *answer.question}};
    kase.row = 1;
    kase.at = planned_.suite.at;
    return cases_.emplace(answer.case_id, compiler_.compile(std::move(kase), diagnostics_)).first->second;
  }

 private:
  const PlannedSuite& planned_;
  CaseCompiler compiler_;
  Diagnostics& diagnostics_;
  std::map<std::string, std::shared_ptr<const PlannedCase>, std::less<>> cases_;
};

/// Makes the items of labelled answers, one after another.
class ItemMaker {
 public:
  ItemMaker(const Plan& plan, const Candidate& candidate, const CalibrationScope& scope, store::Store* store,
            Diagnostics& diagnostics)
      : planned_(plan.suites.front()),
        cases_(planned_, candidate, diagnostics),
        scope_(scope),
        store_(store),
        diagnostics_(diagnostics) {}

  std::vector<CalibrationItem> make(const std::vector<LabelledAnswer>& answers) {
    cases_.read(answers);
    std::vector<CalibrationItem> items;
    for (std::size_t i = 0; i < answers.size() && diagnostics_.error_count() <= Diagnostics::kMax; ++i) {
      if (scope_.limit && items.size() == *scope_.limit) break;
      if (auto item = make_one(answers[i], i)) items.push_back(*std::move(item));
    }
    if (scope_.injection && diagnostics_.ok()) plant(answers, items);
    return items;
  }

 private:
  std::optional<CalibrationItem> make_one(const LabelledAnswer& answer, std::size_t place) {
    at_ = answer.at;
    if (answer.suite != planned_.suite.id) {
      return refuse(fmt::format("a label is for suite {}, not '{}'", text::in_quotes(answer.suite), planned_.suite.id),
                    "calibrate that suite with labels of its own");
    }
    const auto kase = cases_.find(answer);
    if (kase == nullptr) {
      return refuse(fmt::format("a label is for case {}, which the suite has not", text::in_quotes(answer.case_id)),
                    "write the case's id, or a `question` of its own beside the answer");
    }
    auto checks = measured_checks(*kase, answer, scope_.check);
    if (checks.empty()) return without_check(*kase, answer);
    auto given = answer_of(answer);
    if (!given) {
      diagnostics_.error(given.error());
      return std::nullopt;
    }
    auto narrowed = std::make_shared<PlannedCase>(*kase);
    narrowed->checks = std::move(checks);
    return CalibrationItem{std::move(narrowed), *std::move(given), place, std::nullopt};
  }

  // A label of another check than the one asked for is no fault.
  std::optional<CalibrationItem> without_check(const PlannedCase& kase, const LabelledAnswer& answer) {
    if (scope_.check) {
      const bool fits = std::any_of(answer.labels.begin(), answer.labels.end(),
                                    [&](const Label& label) { return label.check != *scope_.check; });
      if (fits) return std::nullopt;
    }
    const auto known = judged_metrics(kase);
    return refuse(fmt::format("a label of case {} is for '{}', which no judge feeds there", text::in_quotes(kase.id),
                              answer.labels.front().check),
                  known.empty() ? "give the case a check that asks a judge"
                                : fmt::format("its judged metrics: {}", fmt::join(known, ", ")));
  }

  Result<Response> answer_of(const LabelledAnswer& labelled) {
    if (labelled.answer) return response_of(*labelled.answer);
    const auto missing = [&](std::string hint) {
      return Error{ErrorKind::usage,
                   fmt::format("run {} has no answer for {}/{} sample {}", text::in_quotes(labelled.run),
                               labelled.suite, labelled.case_id, labelled.sample),
                   std::move(hint),
                   {}};
    };
    if (store_ == nullptr) return missing("name the history with --store");
    const auto row = store_->find(labelled.run, false);
    if (!row) return row.error();
    std::optional<Response> found;
    const store::SampleFilter filter{.suite = labelled.suite, .case_id = labelled.case_id, .failures_first = false};
    const auto read = store_->samples(row->header.id, filter, [&](const store::StoredSample& sample) {
      if (sample.unit.sample != labelled.sample) return true;
      if (const auto* answer = last_answer(sample.transcript)) found = *answer;
      return false;
    });
    if (!read) return read.error();
    return found ? Result<Response>(*std::move(found)) : missing("export the answers to label with `assay label RUN`");
  }

  // Every attack on one answer that people failed (any other where there is none), a different one each time.
  void plant(const std::vector<LabelledAnswer>& answers, std::vector<CalibrationItem>& items) {
    std::vector<std::size_t> hosts;
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto& labels = answers[items[i].labelled].labels;
      if (std::any_of(labels.begin(), labels.end(), [](const Label& label) { return label.pass == false; })) {
        hosts.push_back(i);
      }
    }
    for (std::size_t i = 0; hosts.empty() && i < items.size(); ++i) hosts.push_back(i);
    if (hosts.empty()) return;
    std::size_t next = 0;
    for (const auto& attack : judges::attacks()) {
      auto item = items[hosts[next++ % hosts.size()]];
      const auto& offer = item.kase->checks.front()->offer;
      item.answer = response_of(judges::planted(attack, text_of(item.answer.message), offer));
      item.attack = attack.id;
      items.push_back(std::move(item));
    }
  }

  std::optional<CalibrationItem> refuse(std::string message, std::string hint) {
    diagnostics_.error(at_, std::move(message), std::move(hint), ErrorKind::usage);
    return std::nullopt;
  }

  const PlannedSuite& planned_;
  LabelledCases cases_;
  const CalibrationScope& scope_;
  store::Store* store_;
  Diagnostics& diagnostics_;
  Place at_;  // of the label under way
};

class ItemSource : public exec::UnitSource {
 public:
  ItemSource(const std::vector<CalibrationItem>& items, std::uint32_t repeats, std::vector<UnitId> done)
      : items_(items), repeats_(repeats), done_(std::move(done)) {}

  Result<std::optional<WorkUnit>> next() override {
    for (; item_ < items_.size(); ++item_, repeat_ = 0) {
      const auto repeats = items_[item_].attack ? 1 : repeats_;  // a planted verdict is tried once
      while (repeat_ < repeats) {
        const UnitId id{0, static_cast<std::uint32_t>(item_), repeat_++};
        if (std::binary_search(done_.begin(), done_.end(), id)) continue;
        return std::optional(WorkUnit{id, items_[item_].kase});
      }
    }
    return std::optional<WorkUnit>{};
  }

 private:
  const std::vector<CalibrationItem>& items_;
  std::uint32_t repeats_;
  std::vector<UnitId> done_;
  std::size_t item_ = 0;
  std::uint32_t repeat_ = 0;
};

class ItemRecall : public Recall {
 public:
  explicit ItemRecall(const std::vector<CalibrationItem>& items) : items_(items) {}

  Result<std::optional<Step>> find(const assay::Asked& asked) override {
    Step step;
    step.result = items_.at(asked.unit.ordinal).answer;
    step.replayed = true;
    return std::optional(std::move(step));
  }

 private:
  const std::vector<CalibrationItem>& items_;
};

}  // namespace

std::vector<CalibrationItem> make_items(const Plan& plan, const Candidate& candidate,
                                        const std::vector<LabelledAnswer>& answers, const CalibrationScope& scope,
                                        store::Store* store, Diagnostics& diagnostics) {
  return ItemMaker(plan, candidate, scope, store, diagnostics).make(answers);
}

std::unique_ptr<exec::UnitSource> make_item_source(const std::vector<CalibrationItem>& items, std::uint32_t repeats,
                                                   std::vector<UnitId> done) {
  return std::make_unique<ItemSource>(items, repeats, std::move(done));
}

std::unique_ptr<Recall> make_item_recall(const std::vector<CalibrationItem>& items) {
  return std::make_unique<ItemRecall>(items);
}

}  // namespace assay::app
