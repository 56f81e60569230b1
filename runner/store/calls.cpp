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
  CallStream(Database& database, CaseReader cases, StepReader steps, RunHeader header)
      : database_(database), cases_(std::move(cases)), steps_(std::move(steps)), header_(std::move(header)) {}

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
      StoredCall call{unit, case_.suite, case_.id, {}, params(unit.suite, placed.step), std::move(placed.step)};
      if (call.step.question != nullptr) {
        call.messages = call.step.question->messages;
      } else {
        const auto seen = std::min<std::size_t>(call.step.context, said.size());
        call.messages.assign(said.begin(), said.begin() + static_cast<std::ptrdiff_t>(seen));
      }
      if (is_over(call.step)) {
        auto done = each(call);
        if (!done) return done;
      }
      const auto* response = std::get_if<Response>(&call.step.result);
      if (call.step.role == Role::target && response != nullptr) said.push_back(response->message);
    }
    return {};
  }

  [[nodiscard]] std::string params(std::uint32_t suite, const Step& step) const {
    if (step.question == nullptr) return suite < header_.suites.size() ? header_.suites[suite].params_text : "";
    for (const StoredJudge& judge : header_.judges) {
      if (judge.name == step.question->to) return judge.params;
    }
    return "{}";  // a program has none
  }

  Database& database_;
  CaseReader cases_;
  StepReader steps_;
  RunHeader header_;
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
  return CallStream(database, std::move(*cases), std::move(*steps), std::move(row->header)).read(run, each);
}

}  // namespace assay::store
