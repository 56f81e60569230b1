#include "runner/store/case_reader.hpp"
#include "runner/store/queries.hpp"
#include "runner/store/runs.hpp"
#include "runner/store/step_reader.hpp"

#include <algorithm>

namespace assay::store {
namespace {

/// Stopped calls have no answer to give.
bool is_over(const Step& step) {
  const auto* error = std::get_if<Error>(&step.result);
  return error == nullptr || error->kind != ErrorKind::cancelled;
}

class CallStream {
 public:
  CallStream(Database& database, CaseReader cases, StepReader steps, std::vector<StoredSuite> suites)
      : database_(database), cases_(std::move(cases)), steps_(std::move(steps)), suites_(std::move(suites)) {}

  Result<void> read(std::int64_t run, const std::function<Result<void>(const StoredCall&)>& each) {
    auto units = database_.prepare(
        "SELECT DISTINCT suite, ordinal, sample FROM step WHERE run=? ORDER BY suite, ordinal, sample");
    if (!units) return units.error();
    units->with(run);
    for (;;) {
      auto more = units->row();
      if (!more) return more.error();
      if (!*more) return {};
      auto done =
          read_unit({static_cast<std::uint32_t>(units->integer(0)), static_cast<std::uint32_t>(units->integer(1)),
                     static_cast<std::uint32_t>(units->integer(2))},
                    each);
      if (!done) return done;
    }
  }

 private:
  Result<void> read_unit(const UnitId& unit, const std::function<Result<void>(const StoredCall&)>& each) {
    if (!at_ || at_->suite != unit.suite || at_->ordinal != unit.ordinal) {
      auto kase = cases_.read(unit.suite, unit.ordinal);
      if (!kase) return kase.error();
      case_ = std::move(*kase);
    }
    at_ = unit;
    auto steps = steps_.read(unit);
    if (!steps) return steps.error();
    std::vector<Message> said = case_.messages;
    for (PlacedStep& placed : *steps) {
      StoredCall call{unit, case_.suite, case_.id, said, params(unit.suite), std::move(placed.step)};
      call.messages.resize(std::min<std::size_t>(call.step.context, said.size()));
      if (is_over(call.step)) {
        auto done = each(call);
        if (!done) return done;
      }
      const auto* response = std::get_if<Response>(&call.step.result);
      if (call.step.role == Role::target && response != nullptr) said.push_back(response->message);
    }
    return {};
  }

  [[nodiscard]] std::string params(std::uint32_t suite) const {
    return suite < suites_.size() ? suites_[suite].params_text : std::string();
  }

  Database& database_;
  CaseReader cases_;
  StepReader steps_;
  std::vector<StoredSuite> suites_;
  std::optional<UnitId> at_;
  StoredCase case_;
};

}  // namespace

Result<void> each_call(Database& database, std::int64_t run,
                       const std::function<Result<void>(const StoredCall&)>& each) {
  auto row = load_run(database, run);
  if (!row) return row.error();
  auto cases = CaseReader::make(database, run);
  if (!cases) return cases.error();
  auto steps = StepReader::make(database, run);
  if (!steps) return steps.error();
  return CallStream(database, std::move(*cases), std::move(*steps), std::move(row->header.suites)).read(run, each);
}

}  // namespace assay::store
