#include "runner/store/case_reader.hpp"
#include "runner/store/queries.hpp"
#include "runner/store/runs.hpp"
#include "runner/store/step_reader.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::store {
namespace {

/// Where a case lies in the earlier run. Ids are kept as digests only: the case itself says whether it was meant.
struct Entry {
  std::uint64_t mark = 0;
  std::uint32_t ordinal = 0;
};

std::uint64_t mark_of(std::string_view id) {
  return std::hash<std::string_view>()(id);
}

/// The cases of one suite of the earlier run.
struct Cases {
  std::uint32_t suite = 0;  ///< its number there
  std::vector<Entry> entries = {};
};

bool is_no_answer(const Step& step) {
  const auto* error = std::get_if<Error>(&step.result);
  return error != nullptr && (error->kind == ErrorKind::cancelled || error->kind == ErrorKind::budget ||
                              error->kind == ErrorKind::replay_miss);
}

class Answers final : public Recall {
 public:
  Answers(std::string run, CaseReader cases, StepReader steps, std::vector<std::string> suites)
      : run_(std::move(run)), cases_(std::move(cases)), steps_(std::move(steps)), suites_(std::move(suites)) {}

  Result<void> index(Database& database, std::int64_t run, const std::vector<StoredSuite>& stored) {
    auto query = database.prepare("SELECT ordinal, id FROM case_ WHERE run=? AND suite=? ORDER BY ordinal");
    if (!query) return query.error();
    for (const std::string& suite : suites_) {
      const auto same = std::find_if(stored.begin(), stored.end(), [&](const auto& each) { return each.id == suite; });
      Cases& cases = index_.emplace_back();
      if (same == stored.end()) continue;
      cases.suite = static_cast<std::uint32_t>(same - stored.begin());
      auto done = read_cases(query->with(run, cases.suite), cases);
      if (!done) return done;
    }
    return {};
  }

  Result<std::optional<Step>> find(const Asked& asked) override {
    if (asked.role == Role::judge) return miss(asked, "answers of judges are not taken over");
    auto known = seek(asked);
    if (!known) return known.error();
    if (!*known) return miss(asked, fmt::format("run {} has no such case", run_));
    auto steps = steps_.read({at_->suite, at_->ordinal, asked.unit.sample});
    if (!steps) return steps.error();
    std::vector<Message> said = case_.messages;
    for (PlacedStep& placed : *steps) {
      Step& step = placed.step;
      if (step.name == asked.call && !is_no_answer(step)) return give(asked, said, std::move(step));
      if (const auto* response = std::get_if<Response>(&step.result)) said.push_back(response->message);
    }
    return miss(asked, fmt::format("run {} was given none", run_));
  }

 private:
  struct Place {
    std::uint32_t suite = 0;
    std::uint32_t ordinal = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };

  static Result<void> read_cases(Statement& query, Cases& to) {
    for (;;) {
      auto more = query.row();
      if (!more) return more.error();
      if (!*more) break;
      to.entries.push_back({mark_of(query.text(1)), static_cast<std::uint32_t>(query.integer(0))});
    }
    to.entries.shrink_to_fit();
    std::sort(to.entries.begin(), to.entries.end(), [](const Entry& a, const Entry& b) { return a.mark < b.mark; });
    return {};
  }

  /// Reads the case that is asked for, unless it is the one that was asked for last; false if there is none.
  Result<bool> seek(const Asked& asked) {
    if (asked.unit.suite >= index_.size()) return false;
    const Cases& cases = index_[asked.unit.suite];
    const std::uint64_t mark = mark_of(asked.kase.id);
    auto entry = std::lower_bound(cases.entries.begin(), cases.entries.end(), mark,
                                  [](const Entry& each, std::uint64_t wanted) { return each.mark < wanted; });
    for (; entry != cases.entries.end() && entry->mark == mark; ++entry) {
      const Place place{cases.suite, entry->ordinal};
      if (at_ != place) {
        at_.reset();
        auto kase = cases_.read(place.suite, place.ordinal);
        if (!kase) return kase.error();
        case_ = std::move(*kase);
        at_ = place;
      }
      if (case_.id == asked.kase.id) return true;
    }
    return false;
  }

  Result<std::optional<Step>> give(const Asked& asked, std::span<const Message> said, Step step) const {
    const auto seen = said.first(std::min<std::size_t>(step.context, said.size()));
    const auto& now = asked.request.messages;
    const auto [then, other] = std::mismatch(seen.begin(), seen.end(), now.begin(), now.end());
    if (then != seen.end() || other != now.end()) {
      return miss(asked, fmt::format("what is asked now is not what run {} asked: they differ in message {}", run_,
                                     then - seen.begin() + 1));
    }
    step.replayed = true;
    return step;
  }

  [[nodiscard]] Error miss(const Asked& asked, std::string_view why) const {
    const auto suite = asked.unit.suite < suites_.size() ? text::excerpt(suites_[asked.unit.suite]) : std::string("?");
    return {ErrorKind::replay_miss,
            fmt::format("no answer is stored for {}/{}, sample {}, {}: {}", suite, text::excerpt(asked.kase.id),
                        asked.unit.sample, asked.call, why),
            "`assay run` asks for it; `assay score` takes only answers that are there"};
  }

  const std::string run_;
  CaseReader cases_;
  StepReader steps_;
  const std::vector<std::string> suites_;
  std::vector<Cases> index_;  // by the number of the suite now
  std::optional<Place> at_;   // of `case_`
  StoredCase case_;
};

}  // namespace

Result<std::unique_ptr<Recall>> open_answers(Database& database, std::int64_t run, std::vector<std::string> suites) {
  auto row = load_run(database, run);
  if (!row) return row.error();
  auto cases = CaseReader::make(database, run);
  if (!cases) return cases.error();
  auto steps = StepReader::make(database, run, StepReader::Of::target);
  if (!steps) return steps.error();
  auto answers = std::make_unique<Answers>(row->header.id, std::move(*cases), std::move(*steps), std::move(suites));
  auto done = answers->index(database, run, row->header.suites);
  if (!done) return done.error();
  return std::unique_ptr<Recall>(std::move(answers));
}

}  // namespace assay::store
