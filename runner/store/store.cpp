#include "runner/store/baselines.hpp"
#include "runner/store/chain.hpp"
#include "runner/store/people.hpp"
#include "runner/store/queries.hpp"
#include "runner/store/run_writer.hpp"
#include "runner/store/runs.hpp"
#include "runner/store/schema.hpp"

#include <assay/store/store.hpp>

#include <fmt/format.h>

#include <system_error>

namespace assay::store {
namespace {

Prices prices_of(const RunHeader& header) {
  Prices prices{header.price, {}};
  for (const StoredJudge& judge : header.judges) {
    if (judge.price) prices.judges.emplace(judge.name, *judge.price);
  }
  return prices;
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(Database database) : database_(std::move(database)) {}

  Result<std::unique_ptr<RunWriter>> start(const RunHeader& header, boost::asio::any_io_executor loop) override {
    auto transaction = Transaction::begin(database_);
    if (!transaction) return transaction.error();
    auto run = insert_run(database_, header);
    if (!run) return run.error();
    auto lock = RunLock::take(database_.file(), *run);  // before anyone can see the run
    if (!lock) return lock.error();
    auto done = transaction->commit();
    if (!done) return done.error();
    return writer(header, *run, std::move(*lock), {}, std::move(loop));
  }

  Result<std::unique_ptr<RunWriter>> resume(const std::string& id, boost::asio::any_io_executor loop) override {
    auto run = run_number(database_, id);
    if (!run) return run.error();
    auto lock = RunLock::take(database_.file(), *run);
    if (!lock) {
      Error error = lock.error();
      if (error.kind == ErrorKind::usage) error.message = fmt::format("run {} is being executed by a live process", id);
      if (error.kind == ErrorKind::usage) error.hint = "wait until it has ended, or stop it";
      return error;
    }
    auto transaction = Transaction::begin(database_);
    if (!transaction) return transaction.error();
    auto row = load_run(database_, *run);
    if (!row) return row.error();
    if (row->status == RunStatus::finished) {
      return Error{ErrorKind::usage, fmt::format("run {} is finished", id),
                   fmt::format("decide it again with `assay gate {}`", id)};
    }
    auto done = reopen_run(database_, *run, row->status == RunStatus::failed && row->stopped.has_value());
    if (done) done = transaction->commit();
    if (!done) return done.error();
    auto known = load_known(database_, *run, row->header.suites.size());
    if (!known) return known.error();
    return writer(row->header, *run, std::move(*lock), std::move(*known), std::move(loop));
  }

  Result<std::vector<UnitId>> finished_units(const std::string& id) override {
    auto run = run_number(database_, id);
    if (!run) return run.error();
    auto query = database_.prepare(
        "SELECT suite, ordinal, sample FROM sample WHERE run=? AND outcome<>? ORDER BY suite, ordinal, sample");
    if (!query) return query.error();
    query->with(*run, static_cast<int>(OutcomeKind::skipped));
    std::vector<UnitId> units;
    for (;;) {
      auto more = query->row();
      if (!more) return more.error();
      if (!*more) return units;
      units.push_back({static_cast<std::uint32_t>(query->integer(0)), static_cast<std::uint32_t>(query->integer(1)),
                       static_cast<std::uint32_t>(query->integer(2))});
    }
  }

  Result<RunRow> find(std::string_view run, bool unfinished) override { return find_run(database_, run, unfinished); }

  Result<std::vector<RunRow>> history(std::optional<std::string> suite, std::uint64_t limit) override {
    return list_runs(database_, suite, limit);
  }

  Result<RunEvidence> evidence(const std::string& id, const EvidenceQuery& query) override {
    auto run = run_number(database_, id);
    if (!run) return run.error();
    return load_evidence(database_, *run, query);
  }

  Result<CostTotals> cost(const std::string& id) override {
    auto run = run_number(database_, id);
    if (!run) return run.error();
    return load_cost(database_, *run);
  }

  Result<std::vector<LimitRow>> limits(const std::string& id) override {
    auto run = run_number(database_, id);
    if (!run) return run.error();
    return load_limits(database_, *run);
  }

  Result<void> calls(const std::string& id, const std::function<Result<void>(const StoredCall&)>& each) override {
    auto run = run_number(database_, id);
    if (!run) return run.error();
    return each_call(database_, *run, each);
  }

  Result<void> samples(const std::string& id, const SampleFilter& filter,
                       const std::function<bool(const StoredSample&)>& each) override {
    auto run = run_number(database_, id);
    if (!run) return run.error();
    if (!filter.case_id) return each_sample(database_, *run, filter, nullptr, each);
    if (!cases_ || cases_->run() != *run || !cases_->complete()) {
      auto cases = CaseIndex::read(database_, *run);
      if (!cases) return cases.error();
      cases_ = std::move(*cases);
    }
    return each_sample(database_, *run, filter, &*cases_, each);
  }

  Result<std::unique_ptr<Recall>> answers(const std::string& id, std::vector<std::string> suites) override {
    auto run = run_number(database_, id);
    if (!run) return run.error();
    return open_answers(database_, *run, std::move(suites));
  }

  Result<void> add_labels(std::span<const Label> labels) override { return append_labels(database_, labels); }

  Result<std::vector<Label>> labels(const std::string& run) override { return load_labels(database_, run); }

  Result<void> edit_scores(const std::string& id, std::span<const ScoreEdit> edits) override {
    auto run = run_number(database_, id);
    if (!run) return run.error();
    return append_edits(database_, *run, edits);
  }

  Result<std::vector<ScoreEdit>> score_edits(const std::string& id) override {
    auto run = run_number(database_, id);
    if (!run) return run.error();
    return load_edits(database_, *run);
  }

  Result<void> add_trust(const Trust& trust) override { return append_trust(database_, trust); }

  Result<std::vector<Trust>> trust() override { return load_trust(database_); }

  Result<void> add_baseline(const BaselineRow& row) override { return append_baseline(database_, row); }

  Result<std::vector<BaselineRow>> baselines(const std::optional<std::string>& name) override {
    return load_baselines(database_, name);
  }

  Result<std::vector<RunRow>> scored_of(const std::string& run) override { return list_scored(database_, run); }

  Result<void> export_baseline(const std::string& name, std::uint64_t runs,
                               const std::filesystem::path& file) override {
    return write_baseline_file(database_, name, runs, file);
  }

  Result<std::vector<BaselineRow>> import_baselines(const std::filesystem::path& file) override {
    return read_baseline_file(database_, file);
  }

  Result<void> case_history(const std::string& suite, std::uint64_t runs,
                            const std::function<bool(const CaseHistory&)>& each) override {
    return each_case_history(database_, suite, runs, each);
  }

  Result<void> add_verdict(const std::string& id, Verdict& verdict) override {
    auto run = run_number(database_, id);
    if (!run) return run.error();
    return append_verdict(database_, *run, verdict);
  }

  Result<std::vector<ChainFault>> check_chain() override { return find_faults(database_); }

  Result<std::string> verdict_text(const std::string& id) override {
    auto run = run_number(database_, id);
    if (!run) return run.error();
    auto query = database_.prepare("SELECT json FROM verdict WHERE run=? ORDER BY id DESC LIMIT 1");
    if (!query) return query.error();
    auto more = query->with(*run).row();
    if (!more) return more.error();
    return *more ? query->string(0) : std::string();
  }

  Result<std::vector<std::string>> verdict_texts(const std::string& id) override {
    auto run = run_number(database_, id);
    if (!run) return run.error();
    auto query = database_.prepare("SELECT json FROM verdict WHERE run=? ORDER BY id DESC");
    if (!query) return query.error();
    query->with(*run);
    std::vector<std::string> texts;
    for (;;) {
      auto more = query->row();
      if (!more) return more.error();
      if (!*more) return texts;
      texts.push_back(query->string(0));
    }
  }

 private:
  // The writer thread has a connection of its own.
  Result<std::unique_ptr<RunWriter>> writer(const RunHeader& header, std::int64_t run, RunLock lock, Known known,
                                            boost::asio::any_io_executor loop) {
    auto own = open_history(database_.file(), Database::Mode::existing);
    if (!own) return own.error();
    WriterOptions options;
    options.run = run;
    options.prices = prices_of(header);
    options.suites = header.suites.size();
    options.known = std::move(known);
    return make_run_writer(std::move(*own), std::move(lock), std::move(options), std::move(loop));
  }

  Database database_;
  std::optional<CaseIndex> cases_;  // of the run whose case was asked for last
};

Result<std::unique_ptr<Store>> open_store(const std::filesystem::path& file, Database::Mode mode) {
  auto database = open_history(file, mode);
  if (!database) return database.error();
  return std::unique_ptr<Store>(std::make_unique<SqliteStore>(std::move(*database)));
}

}  // namespace

std::string_view name(RunStatus status) {
  switch (status) {
    case RunStatus::running:
      return "running";
    case RunStatus::finished:
      return "finished";
    case RunStatus::interrupted:
      return "interrupted";
    case RunStatus::failed:
      return "failed";
  }
  return "failed";
}

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& file) {
  std::error_code code;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), code);
  if (code) {
    return Error{ErrorKind::store,
                 fmt::format("the folder {} cannot be made ({})", file.parent_path().string(), code.message()),
                 "make it, or name another file with --store"};
  }
  return open_store(file, Database::Mode::create);
}

Result<std::unique_ptr<Store>> Store::open_existing(const std::filesystem::path& file) {
  std::error_code code;
  if (!std::filesystem::exists(file, code)) {
    return Error{ErrorKind::not_found, fmt::format("there is no history at {}", file.string()),
                 "`assay run SUITE` makes one; --store names another file"};
  }
  return open_store(file, Database::Mode::existing);
}

}  // namespace assay::store
