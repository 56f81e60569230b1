#include "runner/app/looks.hpp"

#include "runner/app/background.hpp"
#include "runner/app/decide.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::app {

namespace {

// Look 0 comes after the cases of zero-tolerance gates, where there are any.
std::vector<gate::Look> moments_of(const gate::Policy& policy) {
  auto moments = gate::looks_of(policy);
  if (gate::any_comes_first(policy)) moments.insert(moments.begin(), gate::Look{});
  return moments;
}

// The rounds of repeats that were begun: what they take is numbered after the samples of the plan.
std::uint32_t rounds_of(const LookSide& side) {
  std::uint32_t rounds = 0;
  for (const auto& unit : side.done) {
    const auto samples = side.prepared->plan.suites[unit.suite].suite.samples;
    if (unit.sample >= samples) rounds = std::max(rounds, unit.sample - samples + 1);
  }
  return rounds;
}

}  // namespace

LookSource::LookSource(store::Store& store, std::vector<LookSide> sides)
    : store_(store), sides_(std::move(sides)), handed_(sides_.size(), 0) {
  moments_ = moments_of(policy());
  rounds_before_ = rounds_of(sides_.front());
  open_stage();
}

LookSource::LookSource(store::Store& store, std::vector<LookSide> sides, const StopPoint& of_answers)
    : store_(store), sides_(std::move(sides)), of_answers_(true), handed_(sides_.size(), 0) {
  moments_.push_back({.look = of_answers.look, .fraction = of_answers.fraction});
  open_stage();
}

Result<std::optional<WorkUnit>> LookSource::next() {
  if (stage_ == nullptr) return std::optional<WorkUnit>{};
  auto unit = stage_->next();
  if (!unit) return unit;
  if (*unit) {
    ++handed_[(*unit)->side];
  } else {
    stage_ = nullptr;
  }
  return unit;
}

Result<bool> LookSource::more() {
  if (ended_) return false;
  const auto onward = decide();
  if (!onward) return onward.error();
  bool goes_on = *onward != gate::Onward::stop && at_ + 1 < moments_.size();
  if (goes_on && *onward == gate::Onward::repeats) {
    if (const auto found = find_flaky(); !found) return found.error();
    goes_on = !flaky_.empty();
  }
  if (!goes_on) {
    ended_ = true;
    return false;
  }
  ++at_;
  open_stage();
  return true;
}

std::optional<StopPoint> LookSource::stop(std::size_t side) const {
  if (!ended_ && moment().round == 0) return std::nullopt;
  return point(side);
}

std::uint64_t LookSource::handed_out() const {
  std::uint64_t sum = 0;
  for (const auto count : handed_) sum += count;
  return sum;
}

Standing LookSource::standing() const {
  Standing standing;
  for (const auto& side : sides_) standing.planned += side.prepared->plan.units;
  standing.planned += moment().round * flaky_.size() * sides_.size();
  if (of_answers_) return standing;
  const auto looks = policy().sampling->looks.size();
  const auto rounds = policy().sampling->repeat ? policy().sampling->repeat->max_rounds : 0;
  standing.where = moment().round > 0  ? fmt::format("round {}/{}", moment().round, rounds)
                   : moment().look > 0 ? fmt::format("look {}/{}", moment().look, looks)
                                       : "zero tolerance first";
  return standing;
}

StopPoint LookSource::point(std::size_t side) const {
  StopPoint stop{.look = moment().look, .round = moment().round, .fraction = moment().fraction};
  const auto planned = sides_[side].prepared->plan.units;
  const auto run = sides_[side].done.size() + handed_[side];
  stop.saved = planned > run ? planned - run : 0;
  return stop;
}

// Whether the case belongs to the stage before the moment.
bool LookSource::has(const PlannedSuite& suite, const PlannedCase& kase) const {
  const bool first = gate::comes_first(policy(), suite.suite.id, kase);
  if (moment().round > 0) {
    const auto found = flaky_.find({suite.suite.id, kase.id});
    return !first && found != flaky_.end() && found->second == kase.digest;
  }
  const double place = position(sides_.front().header->seed, suite.suite.id, kase.id);
  if (of_answers_) return first || place < moment().fraction;
  if (first || moment().look == 0) return first && at_ == 0;
  const double from = at_ == 0 ? 0 : moments_[at_ - 1].fraction;
  return from <= place && place < moment().fraction;
}

void LookSource::open_stage() {
  std::vector<std::unique_ptr<exec::UnitSource>> sources;
  for (const auto& side : sides_) {
    const auto& settings = side.prepared->settings;
    Pass pass{.has = [this](const PlannedSuite& suite, const PlannedCase& kase) { return has(suite, kase); },
              .round = moment().round};
    sources.push_back(
        make_source(side.prepared->plan, settings.candidate, settings.selection, side.done, std::move(pass)));
  }
  stage_ = sources.size() == 1 ? std::move(sources[0]) : make_pair_source(std::move(sources[0]), std::move(sources[1]));
}

// A round that was begun says that what came before it left a gate open; its samples cannot be told from those any
// more.
bool LookSource::passed_before() const {
  return moment().round < rounds_before_;
}

Result<gate::Onward> LookSource::decide() {
  if (of_answers_) return gate::Onward::stop;
  if (passed_before()) return moment().fraction < 1 ? gate::Onward::cases : gate::Onward::repeats;
  for (const auto& side : sides_) {
    if (const auto flushed = side.writer->flush(); !flushed) return flushed.error();
  }
  auto row = store_.find(sides_.front().header->id, true);
  if (!row) return row.error();
  row->stop = point(0);
  const auto verdict = judge_run(store_, *row, policy());
  if (!verdict) return verdict.error();
  return gate::onward(policy(), *row->stop, *verdict);
}

// By the runs that are finished: none of those under way, so that no repeat is chosen by what it repeats.
Result<void> LookSource::find_flaky() {
  if (!flaky_.empty()) return {};
  for (const auto& suite : sides_.front().header->suites) {
    const auto read = store_.case_history(suite.id, kHistoryRuns, [&](const store::CaseHistory& history) {
      if (record_of(history).flaky()) flaky_.emplace(CaseKey{history.suite, history.case_id}, history.digest);
      return true;
    });
    if (!read) return read.error();
  }
  return {};
}

void check_looks(const gate::Policy& policy, const Settings& settings, Diagnostics& diagnostics) {
  if (!policy.sampling) return;
  if (settings.selection.shard) {
    diagnostics.error({}, "the policy has `sampling`, and a shard decides nothing, so that no look could end it",
                      "run without --shard, or with a policy that has no `sampling`", ErrorKind::usage);
  } else if (gate::looks_of(policy).empty()) {
    diagnostics.error({}, "sampling: the looks are too close together for so many rounds of repeats",
                      "take fewer looks, or a smaller max_rounds", ErrorKind::usage);
  }
}

}  // namespace assay::app
