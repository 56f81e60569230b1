#include "runner/store/case_index.hpp"

#include <algorithm>
#include <functional>
#include <tuple>

namespace assay::store {
namespace {

std::uint64_t mark_of(std::string_view id) {
  return std::hash<std::string_view>()(id);
}

}  // namespace

Result<CaseIndex> CaseIndex::read(Database& database, std::int64_t run) {
  CaseIndex index(run);
  auto status = database.prepare("SELECT status IN ('finished', 'failed') FROM run WHERE id=?");
  if (!status) return status.error();
  auto there = status->with(run).row();
  if (!there) return there.error();
  index.complete_ = *there && status->integer(0) != 0;
  auto query = database.prepare("SELECT suite, ordinal, id FROM case_ WHERE run=? ORDER BY suite, ordinal");
  if (!query) return query.error();
  query->with(run);
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) break;
    index.entries_.push_back(
        {mark_of(query->text(2)),
         {static_cast<std::uint32_t>(query->integer(0)), static_cast<std::uint32_t>(query->integer(1))}});
  }
  std::sort(index.entries_.begin(), index.entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.mark, a.place.suite, a.place.ordinal) < std::tie(b.mark, b.place.suite, b.place.ordinal);
  });
  return index;
}

Result<std::vector<CasePlace>> CaseIndex::find(Database& database, std::string_view id) const {
  auto query = database.prepare("SELECT 1 FROM case_ WHERE run=? AND suite=? AND ordinal=? AND id=?");
  if (!query) return query.error();
  const std::uint64_t mark = mark_of(id);
  auto entry = std::lower_bound(entries_.begin(), entries_.end(), mark,
                                [](const Entry& each, std::uint64_t sought) { return each.mark < sought; });
  std::vector<CasePlace> places;
  for (; entry != entries_.end() && entry->mark == mark; ++entry) {
    auto same = query->with(run_, entry->place.suite, entry->place.ordinal, id).row();
    if (!same) return same.error();
    if (*same) places.push_back(entry->place);
    query->reset();
  }
  return places;
}

}  // namespace assay::store
