#include "runner/app/source.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace assay::app {

namespace {

class PlanSource : public exec::UnitSource {
 public:
  PlanSource(const Plan& plan, const Candidate& candidate, const Selection& selection, std::vector<UnitId> done,
             Pass pass)
      : plan_(plan), candidate_(candidate), selection_(selection), done_(std::move(done)), pass_(std::move(pass)) {}

  Result<std::optional<WorkUnit>> next() override {
    while (suite_ < plan_.suites.size()) {
      if (kase_ != nullptr && sample_ < samples_end_) {
        const UnitId id{suite_, ordinal_, sample_++};
        if (is_done(id)) continue;
        return std::optional(WorkUnit{id, kase_});
      }
      auto more = next_case();
      if (!more) return more.error();
      if (!*more) next_suite();
    }
    return std::optional<WorkUnit>{};
  }

 private:
  // Units are asked for in order, so that one walk over `done_` answers for all of them.
  bool is_done(const UnitId& id) {
    while (next_done_ < done_.size() && done_[next_done_] < id) ++next_done_;
    return next_done_ < done_.size() && done_[next_done_] == id;
  }

  Result<bool> next_case() {
    const auto& planned = plan_.suites[suite_];
    if (taken_ == planned.selected) return false;
    if (cursor_ == nullptr) {
      auto cursor = suites::open_cases(planned.suite, suites::Ids::known);
      if (!cursor) return cursor.error();
      cursor_ = *std::move(cursor);
      compiler_ = std::make_unique<CaseCompiler>(planned, candidate_);
    }
    while (true) {
      auto next = cursor_->next();
      if (!next) return next.error();
      auto& kase = *next;
      if (!kase) return changed(planned);
      if (selection_.matches(*kase) && selection_.has(planned.suite.id, kase->id)) return take(std::move(*kase));
    }
  }

  Result<bool> take(suites::Case kase) {
    const auto& planned = plan_.suites[suite_];
    Diagnostics diagnostics;
    ordinal_ = kase.ordinal;
    kase_ = compiler_->compile(std::move(kase), diagnostics);
    if (kase_ == nullptr) return diagnostics.errors().front();
    set_samples(planned);
    ++taken_;
    content_ = mix_case(content_, *kase_);
    if (taken_ == planned.selected && content_ != planned.content) return changed(planned);
    return true;
  }

  void set_samples(const PlannedSuite& planned) {
    const auto samples = planned.suite.samples;
    sample_ = pass_.round == 0 ? 0 : samples + pass_.round - 1;
    samples_end_ = pass_.round == 0 ? samples : sample_ + 1;
    if (pass_.has && !pass_.has(planned, *kase_)) samples_end_ = sample_;
  }

  static Error changed(const PlannedSuite& planned) {
    return {ErrorKind::invalid, fmt::format("the data set of suite '{}' changed during the run", planned.suite.id),
            "run again, with files that nobody writes to", planned.suite.at};
  }

  void next_suite() {
    ++suite_;
    taken_ = 0;
    content_ = 0;
    kase_ = nullptr;
    cursor_ = nullptr;
    compiler_ = nullptr;
  }

  const Plan& plan_;
  const Candidate& candidate_;
  const Selection& selection_;
  std::vector<UnitId> done_;
  const Pass pass_;
  std::size_t next_done_ = 0;
  std::unique_ptr<suites::CaseCursor> cursor_;
  std::unique_ptr<CaseCompiler> compiler_;
  std::shared_ptr<const PlannedCase> kase_;
  std::uint32_t suite_ = 0;
  std::uint32_t ordinal_ = 0;
  std::uint32_t sample_ = 0;
  std::uint32_t samples_end_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t content_ = 0;
};

class PairSource : public exec::UnitSource {
 public:
  PairSource(std::unique_ptr<exec::UnitSource> candidate, std::unique_ptr<exec::UnitSource> baseline)
      : sides_{Side{std::move(candidate), {}, false}, Side{std::move(baseline), {}, false}} {}

  Result<std::optional<WorkUnit>> next() override {
    if (second_) return std::exchange(second_, std::nullopt);
    for (auto& side : sides_) {
      if (side.waiting || side.ended) continue;
      auto unit = side.source->next();
      if (!unit) return unit.error();
      side.waiting = *std::move(unit);
      side.ended = !side.waiting;
    }
    const auto& [candidate, baseline] = sides_;
    if (!candidate.waiting) return take(1);
    if (!baseline.waiting || candidate.waiting->id < baseline.waiting->id) return take(0);
    if (baseline.waiting->id < candidate.waiting->id) return take(1);
    const auto first = static_cast<std::uint32_t>(pairs_++ % 2);
    second_ = take(1 - first);
    return take(first);
  }

 private:
  struct Side {
    std::unique_ptr<exec::UnitSource> source;
    std::optional<WorkUnit> waiting;
    bool ended = false;
  };

  std::optional<WorkUnit> take(std::uint32_t side) {
    auto unit = std::exchange(sides_[side].waiting, std::nullopt);
    if (unit) unit->side = side;
    return unit;
  }

  std::array<Side, 2> sides_;
  std::optional<WorkUnit> second_;  // of a pair that is under way
  std::uint64_t pairs_ = 0;
};

}  // namespace

std::unique_ptr<exec::UnitSource> make_source(const Plan& plan, const Candidate& candidate, const Selection& selection,
                                              std::vector<UnitId> done, Pass pass) {
  return std::make_unique<PlanSource>(plan, candidate, selection, std::move(done), std::move(pass));
}

std::unique_ptr<exec::UnitSource> make_pair_source(std::unique_ptr<exec::UnitSource> candidate,
                                                   std::unique_ptr<exec::UnitSource> baseline) {
  return std::make_unique<PairSource>(std::move(candidate), std::move(baseline));
}

Result<std::vector<WorkUnit>> warmup_units(const Plan& plan, const Candidate& candidate, const Selection& selection,
                                           std::uint32_t count, std::uint32_t side) {
  std::vector<WorkUnit> units;
  PlanSource source(plan, candidate, selection, {}, {});
  while (units.size() < count) {
    auto next = source.next();
    if (!next) return next.error();
    auto& unit = *next;
    if (!unit) break;
    unit->side = side;
    units.push_back(*std::move(unit));
  }
  const auto distinct = units.size();
  for (std::size_t i = 0; distinct > 0 && units.size() < count; ++i) units.push_back(units[i % distinct]);
  return units;
}

}  // namespace assay::app
