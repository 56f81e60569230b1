#include "runner/app/failing_cases.hpp"

#include "runner/app/failure.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace assay::app {

namespace {

constexpr std::uint64_t kSamplesForSummary = 400;  // of those that failed, read to find the worst cases

using reports::FailingCase;

bool counts(const GateResult& gate, const FailingCase& kase) {
  if (gate.state != GateState::block || gate.suite != kase.suite) return false;
  return std::ranges::all_of(gate.slice, [&](const auto& tag) {
    const auto found = kase.tags.find(tag.first);
    return found != kase.tags.end() && found->second == tag.second;
  });
}

std::string first_failed_check(const store::StoredSample& sample) {
  for (const auto& score : sample.scores) {
    const auto* scored = std::get_if<Scored>(&score.score.state);
    if (score.required && scored != nullptr && !scored->pass) return score.metric;
  }
  return {};
}

// Cut between characters, not within one.
std::string beginning(const std::string& text) {
  if (text.size() <= reports::kMostAnswer) return text;
  std::size_t end = reports::kMostAnswer;
  while (end > reports::kMostAnswer - 3 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

FailingCase failing_case(const store::StoredSample& sample, const Verdict& verdict) {
  FailingCase kase;
  kase.suite = sample.suite;
  kase.id = sample.case_id;
  kase.tags = sample.tags;
  kase.what = beginning(failure_text(sample));
  kase.check = first_failed_check(sample);
  kase.outcome = kind_of(sample.outcome);
  if (const auto* response = last_answer(sample.transcript)) {
    kase.answer = beginning(text_of(response->message));
    kase.latency_s = to_seconds(response->timings.total);
  }
  kase.quarantined = reports::quarantine_of(verdict, kase.suite, kase.id) != nullptr;
  for (const auto& gate : verdict.gates) {
    if (!counts(gate, kase)) continue;
    gate.waiver ? kase.waivers.push_back(*gate.waiver) : void(++kase.blocked);
  }
  return kase;
}

/// Samples of one case, and how many did not pass.
struct Tally {
  std::uint32_t samples = 0;
  std::uint32_t failed = 0;
};

}  // namespace

Result<reports::FailingCases> worst_cases(store::Store& store, const Verdict& verdict, std::uint64_t most) {
  std::map<std::pair<std::string, std::string>, FailingCase> cases;
  const std::uint64_t limit = std::max(kSamplesForSummary, 2 * most);
  std::uint64_t samples = 0;
  const auto read = store.samples(verdict.run, {.limit = limit}, [&](const store::StoredSample& sample) {
    if (!failed(sample)) return false;
    ++samples;
    const auto [entry, added] = cases.try_emplace({sample.suite, sample.case_id});
    if (added) entry->second = failing_case(sample, verdict);
    ++entry->second.failed;
    return true;
  });
  if (!read) return read.error();
  reports::FailingCases failing;
  for (auto& [key, kase] : cases) failing.worst.push_back(std::move(kase));
  std::ranges::sort(failing.worst, [](const FailingCase& a, const FailingCase& b) {
    return std::tie(a.quarantined, b.blocked, b.failed, a.suite, a.id) <
           std::tie(b.quarantined, a.blocked, a.failed, b.suite, b.id);
  });
  failing.at_least = samples == limit;
  if (failing.worst.size() > most) {
    failing.others = failing.worst.size() - most;
    failing.worst.resize(most);
  }
  return failing;
}

Result<void> count_each(store::Store& store, const std::string& run, reports::FailingCases& failing) {
  for (auto& kase : failing.worst) {
    kase.failed = 0;
    const auto read = store.samples(run, {.suite = kase.suite, .case_id = kase.id}, [&](const auto& sample) {
      ++kase.samples;
      if (failed(sample)) ++kase.failed;
      return true;
    });
    if (!read) return read;
  }
  return {};
}

void count_all(const std::vector<SuiteEvidence>& suites, reports::FailingCases& failing) {
  std::map<std::pair<std::string_view, std::string_view>, FailingCase*> listed;
  for (auto& kase : failing.worst) listed[{kase.suite, kase.id}] = &kase;
  std::uint64_t failing_cases = 0;
  for (const auto& suite : suites) {
    std::size_t row = 0;
    for (std::size_t kase = 0; kase < suite.cases.size(); ++kase) {
      Tally tally;
      for (; row < suite.rows.size() && suite.rows[row].case_index == kase; ++row) {
        ++tally.samples;
        if (suite.rows[row].outcome != OutcomeKind::scored || !suite.rows[row].pass) ++tally.failed;
      }
      if (tally.failed > 0) ++failing_cases;
      const auto found = listed.find({suite.id, suite.cases.id(kase)});
      if (found == listed.end()) continue;
      found->second->samples = tally.samples;
      found->second->failed = tally.failed;
    }
  }
  failing.others = failing_cases - std::min<std::uint64_t>(failing_cases, failing.worst.size());
  failing.at_least = false;
}

}  // namespace assay::app
