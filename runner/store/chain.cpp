#include "runner/store/chain.hpp"

#include <assay/core/digest.hpp>

#include <fmt/format.h>

namespace assay::store {
namespace {

/// A verdict as it lies in the history, and the hash of the one before it.
struct Link {
  std::string prev_hash;
  std::string run;  ///< its id
  std::int64_t at = 0;
  std::string verdict;
  std::string decision;
  std::string json;
  std::string origin_hash;  ///< of a copy
};

struct Head {
  std::int64_t links = 0;
  std::string hash;
  std::int64_t before = 0;  ///< verdicts from before the chain
};

/// Each text with its size before it, so that no two links have the same bytes.
std::string hash_of(const Link& link) {
  Sha256 hash;
  const std::string at = std::to_string(link.at);
  const std::string_view texts[] = {link.prev_hash, link.run,        at, link.verdict, link.decision,
                                    link.json,      link.origin_hash};
  for (const std::string_view text : texts) {
    hash.update(std::to_string(text.size()));
    hash.update(":");
    hash.update(text);
  }
  return to_string(hash.finish());
}

Result<Head> load_head(Database& database) {
  auto query = database.prepare("SELECT links, hash, before FROM chain");
  if (!query) return query.error();
  auto more = query->row();
  if (!more) return more.error();
  if (*more) return Head{query->integer(0), query->string(1), query->integer(2)};
  return Error{ErrorKind::store, "the chain of verdicts has no end: the history file is damaged",
               "restore it from a copy, or name another file with --store"};
}

/// Within the caller's transaction, which keeps others from adding to the chain meanwhile.
Result<void> append_link(Database& database, std::int64_t run, const Link& link) {
  auto insert = database.prepare(
      "INSERT INTO verdict (run, at, verdict, decision, json, prev_hash, hash, origin_hash) VALUES (?,?,?,?,?,?,?,?)");
  if (!insert) return insert.error();
  using View = std::string_view;
  const std::string hash = hash_of(link);
  auto done = insert
                  ->with(run, link.at, View(link.verdict), View(link.decision), View(link.json), View(link.prev_hash),
                         View(hash), View(link.origin_hash))
                  .run();
  if (!done) return done;
  auto update = database.prepare("UPDATE chain SET links=links+1, hash=?");
  if (!update) return update.error();
  return update->with(View(hash)).run();
}

Result<std::string> run_name(Database& database, std::int64_t run) {
  auto query = database.prepare("SELECT name FROM run WHERE id=?");
  if (!query) return query.error();
  auto more = query->with(run).row();
  if (!more) return more.error();
  return *more ? query->string(0) : std::string();
}

Link link_at(const Statement& row) {
  return {row.string(5), row.string(0), row.integer(1), row.string(2), row.string(3), row.string(4), row.string(7)};
}

/// From the oldest verdict on.
class Inspection {
 public:
  void see(const Statement& row) {
    const Link link = link_at(row);
    if (row.is_null(6)) {
      if (links_ == 0) return void(++before_);
      return fault(link, "has no hash: it was put in beside the chain");
    }
    if (link.prev_hash != hash_) {
      fault(link, "does not follow the one before it: a verdict was taken out, put in or moved there");
    }
    if (hash_of(link) != row.text(6)) fault(link, "was changed after it was decided");
    ++links_;
    hash_ = row.string(6);
  }

  std::vector<ChainFault> finish(const Head& head) {
    if (before_ != head.before) {
      faults_.push_back(
          {"", fmt::format("{} verdicts stand before the chain, and it began after {}: they have no hash, "
                           "and some were taken out or put in",
                           before_, head.before)});
    }
    if (links_ != head.links || hash_ != head.hash) {
      faults_.push_back({"", fmt::format("the chain has {} verdicts, and should have {} and end with {}", links_,
                                         head.links, head.hash)});
    }
    return std::move(faults_);
  }

 private:
  void fault(const Link& link, std::string_view what) {
    faults_.push_back({link.run, fmt::format("the verdict {} of {} {}", link.verdict, to_rfc3339({link.at}), what)});
  }

  std::int64_t before_ = 0;
  std::int64_t links_ = 0;
  std::string hash_;
  std::vector<ChainFault> faults_;
};

}  // namespace

Result<void> append_verdict(Database& database, std::int64_t run, Verdict& verdict) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  auto head = load_head(database);
  if (!head) return head.error();
  auto id = run_name(database, run);
  if (!id) return id.error();
  verdict.prev_hash = head->hash;
  const Link link{.prev_hash = head->hash,
                  .run = *id,
                  .at = wall_now().unix_ms,
                  .verdict = std::string(name(verdict.kind)),
                  .decision = verdict.decision,
                  .json = verdict_json(verdict).dump(-1, ' ', false, OrderedJson::error_handler_t::replace),
                  .origin_hash = {}};
  auto done = append_link(database, run, link);
  if (!done) return done;
  return transaction->commit();
}

Result<std::vector<ChainFault>> find_faults(Database& database) {
  auto snapshot = Transaction::snapshot(database);
  if (!snapshot) return snapshot.error();
  auto head = load_head(database);
  if (!head) return head.error();
  auto query = database.prepare(
      "SELECT r.name, v.at, v.verdict, v.decision, v.json, v.prev_hash, v.hash, v.origin_hash FROM verdict AS v LEFT "
      "JOIN run AS r ON r.id=v.run ORDER BY v.id");
  if (!query) return query.error();
  Inspection inspection;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return inspection.finish(*head);
    inspection.see(*query);
  }
}

Result<void> copy_verdicts(Database& from, std::int64_t run, Database& to, std::int64_t as) {
  auto query =
      from.prepare("SELECT at, verdict, decision, json, hash, origin_hash FROM verdict WHERE run=? ORDER BY id");
  if (!query) return query.error();
  auto id = run_name(to, as);
  if (!id) return id.error();
  query->with(run);
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return {};
    auto head = load_head(to);
    if (!head) return head.error();
    const std::string first = query->string(5);
    auto done = append_link(to, as,
                            {.prev_hash = head->hash,
                             .run = *id,
                             .at = query->integer(0),
                             .verdict = query->string(1),
                             .decision = query->string(2),
                             .json = query->string(3),
                             .origin_hash = first.empty() ? query->string(4) : first});
    if (!done) return done;
  }
}

}  // namespace assay::store
