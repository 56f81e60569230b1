#include "runner/store/codec.hpp"
#include "runner/store/queries.hpp"

#include <assay/core/evidence.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <span>
#include <unordered_set>

namespace assay::store {
namespace {

constexpr std::string_view kNewest =
    "SELECT r.id, u.suite, r.name, r.narrowed_where='[]' AND r.narrowed_limit IS NULL AND r.shard IS NULL AND r.spent "
    "IS NULL AND coalesce(r.stop_fraction,1)>=1 FROM suite AS u JOIN run AS r ON r.id=u.run WHERE u.id=? AND "
    "r.status='finished' AND "
    "r.kind='measured' ORDER BY r.started DESC, r.id DESC LIMIT ?";
constexpr std::string_view kCases = "SELECT ordinal, id, digest FROM case_ WHERE run=? AND suite=? ORDER BY ordinal";
// A score that a person changed counts as changed.
constexpr std::string_view kSamples =
    "SELECT s.ordinal, coalesce(e.outcome, s.outcome), CASE WHEN e.outcome IS NULL THEN s.pass ELSE e.pass END FROM "
    "sample AS s LEFT JOIN edited_sample AS e ON e.run=s.run AND e.suite=s.suite AND e.ordinal=s.ordinal AND "
    "e.sample=s.sample WHERE s.run=? AND s.suite=? ORDER BY s.ordinal, s.sample";

/// A suite of a run.
struct Part {
  std::int64_t run = 0;
  std::int64_t suite = 0;
  std::string name;
  bool whole = true;  ///< not narrowed, nor ended before its last case
};

Result<std::vector<Part>> newest_parts(Database& database, const std::string& suite, std::uint64_t runs) {
  auto query = database.prepare(kNewest);
  if (!query) return query.error();
  const auto most = std::min<std::uint64_t>(runs, std::numeric_limits<std::int64_t>::max());
  query->with(std::string_view(suite), most);
  std::vector<Part> parts;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return parts;
    parts.push_back({query->integer(0), query->integer(1), query->string(2), query->integer(3) != 0});
  }
}

/// How a case did in one run; more samples than fit count as that many.
struct Count {
  std::uint16_t scored = 0;
  std::uint16_t passed = 0;

  void add(bool pass) {
    if (scored == std::numeric_limits<std::uint16_t>::max()) return;
    ++scored;
    passed += pass ? 1 : 0;
  }
};

/// A case by its id and digest, which is long; two that are mistaken for one another are one in 10¹³ of a million.
std::uint64_t mark_of(std::string_view id, std::string_view digest) {
  const std::hash<std::string_view> hash;
  return hash(id) * 0x9E3779B97F4A7C15ULL ^ hash(digest);
}

/// Where the cases that are shown stand.
class Places {
 public:
  void add(std::uint64_t mark) { entries_.push_back({mark, static_cast<std::uint32_t>(entries_.size())}); }

  void close() {
    entries_.shrink_to_fit();
    in_order_.reserve(entries_.size());
    for (const Entry& entry : entries_) in_order_.push_back(entry.mark);
    std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.mark < b.mark; });
  }

  /// Runs mostly have their cases in one order, so that the place after the last one is tried first.
  std::optional<std::size_t> find(std::uint64_t mark) {
    if (next_ < in_order_.size() && in_order_[next_] == mark) return next_++;
    const auto found = std::lower_bound(entries_.begin(), entries_.end(), mark,
                                        [](const Entry& entry, std::uint64_t sought) { return entry.mark < sought; });
    if (found == entries_.end() || found->mark != mark) return std::nullopt;
    next_ = std::size_t{found->place} + 1;
    return found->place;
  }
  void restart() { next_ = 0; }

  [[nodiscard]] std::size_t size() const { return in_order_.size(); }

 private:
  struct Entry {
    std::uint64_t mark = 0;
    std::uint32_t place = 0;
  };
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> in_order_;
  std::size_t next_ = 0;
};

Result<Statement> query_part(Database& database, std::string_view sql, const Part& part) {
  auto query = database.prepare(sql);
  if (query) query->with(part.run, part.suite);
  return query;
}

/// The newest run, and where it had a part of the suite only those before it, up to one that had all of it: what is
/// known of a case must not go away for a run that looks ended early, or that was narrowed.
std::span<const Part> shown_parts(const std::vector<Part>& parts) {
  std::size_t count = 1;
  while (count < parts.size() && !parts[count - 1].whole) ++count;
  return std::span(parts).first(count);
}

/// Gives each case of these parts once, as the newest of them has it, with its id and digest. Ends with false.
Result<void> each_case(Database& database, std::span<const Part> parts,
                       const std::function<bool(std::string_view, std::string_view)>& each) {
  std::unordered_set<std::uint64_t> seen;
  for (const Part& part : parts) {
    auto cases = query_part(database, kCases, part);
    if (!cases) return cases.error();
    for (;;) {
      auto more = cases->row();
      if (!more) return more.error();
      if (!*more) break;
      const auto id = cases->text(1);
      if (parts.size() > 1 && !seen.insert(mark_of(id, {})).second) continue;
      if (!each(id, cases->text(2))) return {};
    }
  }
  return {};
}

Result<Places> read_places(Database& database, std::span<const Part> parts) {
  Places places;
  const auto read = each_case(database, parts, [&](std::string_view id, std::string_view digest) {
    places.add(mark_of(id, digest));
    return true;
  });
  if (!read) return read.error();
  places.close();
  return places;
}

/// Cases and samples side by side, in case order. Gives a count for each place.
Result<std::vector<Count>> read_counts(Database& database, const Part& part, Places& places) {
  auto cases = query_part(database, kCases, part);
  if (!cases) return cases.error();
  auto samples = query_part(database, kSamples, part);
  if (!samples) return samples.error();
  std::vector<Count> counts(places.size());
  places.restart();
  auto sample = samples->row();
  for (;;) {
    auto more = cases->row();
    if (!more) return more.error();
    if (!*more) return counts;
    const auto place = places.find(mark_of(cases->text(1), cases->text(2)));
    for (; sample && *sample && samples->integer(0) <= cases->integer(0); sample = samples->row()) {
      const bool scored = samples->integer(1) == static_cast<int>(OutcomeKind::scored);
      if (place && scored && samples->integer(0) == cases->integer(0)) counts[*place].add(samples->integer(2) != 0);
    }
    if (!sample) return sample.error();
  }
}

}  // namespace

Result<void> each_case_history(Database& database, const std::string& suite, std::uint64_t runs,
                               const std::function<bool(const CaseHistory&)>& each) {
  auto parts = newest_parts(database, suite, runs);
  if (!parts) return parts.error();
  if (parts->empty()) return {};
  const auto shown = shown_parts(*parts);
  auto places = read_places(database, shown);
  if (!places) return places.error();
  std::vector<std::vector<Count>> counts;  // the newest first, as the parts
  for (const Part& part : *parts) {
    auto read = read_counts(database, part, *places);
    if (!read) return read.error();
    counts.push_back(std::move(*read));
  }
  CaseHistory history;
  history.suite = suite;
  std::size_t place = 0;
  return each_case(database, shown, [&](std::string_view id, std::string_view digest) {
    if (place == places->size()) return false;
    history.case_id = id;
    history.digest = digest;
    history.runs.clear();
    for (std::size_t i = parts->size(); i-- > 0;) {
      const Count& count = counts[i][place];
      if (count.scored > 0) history.runs.push_back({(*parts)[i].name, count.scored, count.passed});
    }
    ++place;
    return each(history);
  });
}

}  // namespace assay::store
