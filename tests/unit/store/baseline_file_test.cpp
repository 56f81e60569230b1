#include "runner/store/sqlite.hpp"
#include "tests/unit/store/judged.hpp"

#include <sys/stat.h>

#include <array>

namespace assay::store {
namespace {

using test::TempDir;

std::vector<std::string> runs_of(Store& store) {
  std::vector<std::string> runs;
  const auto rows = store.baselines(std::nullopt);
  if (!rows) return {to_string(rows.error())};
  for (const BaselineRow& row : *rows) runs.push_back(row.name + ":" + row.run);
  return runs;
}

/// What a gate elsewhere needs to be equal.
std::string summary(Store& store, const std::string& run) {
  const auto evidence = store.evidence(run, {.metrics = std::nullopt, .digests = true});
  if (!evidence) return to_string(evidence.error());
  std::string text = evidence->candidate_digest;
  for (const SuiteEvidence& suite : evidence->suites) {
    for (const SampleRow& row : suite.rows) {
      const CaseView kase = suite.cases[row.case_index];
      text += std::string(kase.id) + kase.digest + std::string(name(row.outcome)) + (row.pass ? "+" : "-");
    }
    for (const Column& column : suite.columns) {
      text += column.metric;
      for (const double value : column.values) text += " " + std::to_string(value);
    }
    for (const auto& [role, team] : suite.owners) text += role + team;
  }
  const auto row = store.find(run, false);
  if (!row) return to_string(row.error());
  text += std::string(name(row->status)) + std::to_string(row->wall_s) + row->decision;
  if (row->stop) text += std::to_string(row->stop->fraction) + std::to_string(row->stop->saved);
  return text + std::to_string(store.cost(run)->usd.value_or(-1));
}

using Names = std::vector<std::string>;

class BaselineFile : public ::testing::Test {
 protected:
  /// A judged run with an edit, a label and a verdict.
  void add(const std::string& id, std::int64_t started, const std::string& origin = "") {
    RunHeader run = judged_header(id);
    run.started.unix_ms += started;
    run.candidate_digest = "sha256:" + id;
    run.suites[0].owners = {{"quality", "geo"}};
    run.beside = "another";
    if (!origin.empty()) run.kind = RunKind::scored;
    run.origin = origin;
    write(*store_, run,
          {judged_sample({0, 0, 0}, true), judged_sample({0, 1, 0}, false), judged_sample({0, 2, 0}, true)});
    const ScoreEdit edit{"capitals", "case-1", 0, "rubric", true, std::nullopt, "fine", "ana", {5}};
    ASSERT_TRUE(store_->edit_scores(id, std::array{edit}));
    const Label label{"capitals", "case-0", id, 0, {}, {}, "rubric", true, {}, "ana", {5}};
    ASSERT_TRUE(store_->add_labels(std::array{label}));
    Verdict verdict;
    verdict.run = id;
    verdict.decision = "sha256:decision-" + id;
    ASSERT_TRUE(store_->add_verdict(id, verdict));
  }

  void add_trust(const std::string& judge) {
    Trust trust;
    trust.use = {"strict", judge, "sha256:p"};
    trust.at = {7};
    ASSERT_TRUE(store_->add_trust(trust));
  }

  void SetUp() override {
    for (int i = 1; i <= 4; ++i) add("m" + std::to_string(i), i);
    add("s3", 10, "m3");
    add("other", 11);
    for (int i = 1; i <= 4; ++i) {
      ASSERT_TRUE(store_->add_baseline({"main", "m" + std::to_string(i), {i * 10}, i == 2 ? "a known outage" : ""}));
    }
    ASSERT_TRUE(store_->add_baseline({"ga", "other", {50}, ""}));
    add_trust("sha256:j");
    add_trust("sha256:of-another-judge");
  }

  std::filesystem::path exported(std::uint64_t runs = 3) {
    const auto file = dir_ / "main.baseline";
    const auto done = store_->export_baseline("main", runs, file);
    EXPECT_TRUE(done) << to_string(done.error());
    return file;
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  TempDir dir_;
  std::unique_ptr<Store> store_ = open(dir_ / "h.db");
};

TEST_F(BaselineFile, holds_the_newest_runs_of_a_series_and_what_belongs_to_them) {
  const auto file = exported();
  EXPECT_FALSE(std::filesystem::exists(file.string() + "-wal"));
  const auto other = open(dir_ / "elsewhere/h.db");
  const auto rows = other->import_baselines(file);
  ASSERT_TRUE(rows) << to_string(rows.error());
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_EQ(rows->front().run, "m4");
  EXPECT_EQ(rows->back().reason, "a known outage");
  EXPECT_EQ(runs_of(*other), (Names{"main:m4", "main:m3", "main:m2"}));
  EXPECT_EQ(other->history(std::nullopt, 100)->size(), 4u);  // with the run that scores m3 anew
  EXPECT_EQ(other->find("main", false)->header.id, "m4");
  EXPECT_EQ(other->scored_of("m3")->at(0).header.id, "s3");
  for (const char* run : {"m2", "m3", "m4", "s3"}) {
    SCOPED_TRACE(run);
    EXPECT_EQ(summary(*other, run), summary(*store_, run));
    EXPECT_EQ(other->labels(run)->size(), store_->labels(run)->size());
    EXPECT_EQ(other->score_edits(run)->size(), 1u);
    EXPECT_EQ(*other->verdict_text(run), *store_->verdict_text(run));
    EXPECT_EQ(other->find(run, false)->header.beside, "") << "the run beside it stayed behind";
  }
  ASSERT_EQ(other->trust()->size(), 1u);
  EXPECT_EQ(other->trust()->front().use.digest, "sha256:j");
}

TEST_F(BaselineFile, a_scored_run_takes_the_run_that_asked_along) {
  ASSERT_TRUE(store_->add_baseline({"scored", "s3", {60}, ""}));
  ASSERT_TRUE(store_->export_baseline("scored", 1, dir_ / "scored.db"));
  const auto other = open(dir_ / "o.db");
  ASSERT_TRUE(other->import_baselines(dir_ / "scored.db"));
  EXPECT_TRUE(other->find("m3", false));
  EXPECT_EQ(summary(*other, "s3"), summary(*store_, "s3"));
}

TEST_F(BaselineFile, answers_come_along_to_be_scored_anew) {
  const auto other = open(dir_ / "o.db");
  ASSERT_TRUE(other->import_baselines(exported()));
  std::vector<std::string> answers;
  ASSERT_TRUE(other->samples("m4", {}, [&](const StoredSample& sample) {
    answers.push_back(text_of(last_answer(sample.transcript)->message));
    return true;
  }));
  EXPECT_EQ(answers.size(), 3u);
  ASSERT_TRUE(other->answers("m4", {"capitals"}));
}

TEST_F(BaselineFile, taken_in_twice_changes_nothing_and_what_is_there_stays) {
  const auto file = exported();
  ASSERT_TRUE(store_->add_baseline({"main", "m1", {99}, "back again"}));
  const Names before = runs_of(*store_);
  ASSERT_TRUE(store_->import_baselines(file));
  EXPECT_EQ(runs_of(*store_), before);
  const auto other = open(dir_ / "o.db");
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(other->import_baselines(file));
  EXPECT_EQ(other->history(std::nullopt, 100)->size(), 4u);
  auto database = Database::open(dir_ / "o.db", Database::Mode::existing);
  EXPECT_EQ(*database->integer("SELECT count(*) FROM baseline"), 3);
  EXPECT_EQ(*database->integer("SELECT count(*) FROM verdict"), 4);
  EXPECT_EQ(*database->integer("SELECT count(*) FROM label"), 4);
  EXPECT_EQ(*database->integer("SELECT count(*) FROM trust"), 1);
  EXPECT_EQ(*database->integer("SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

TEST_F(BaselineFile, a_copied_verdict_is_a_link_of_the_chain_it_comes_to_and_keeps_its_first_hash) {
  const auto other = open(dir_ / "o.db");
  RunHeader own = header("own");
  finished_run(*other, own);
  Verdict verdict;
  ASSERT_TRUE(other->add_verdict("own", verdict));
  ASSERT_TRUE(other->import_baselines(exported()));
  ASSERT_TRUE(other->add_verdict("own", verdict));
  ASSERT_TRUE(other->check_chain());
  EXPECT_TRUE(other->check_chain()->empty());
  auto here = Database::open(dir_ / "h.db", Database::Mode::existing);
  auto there = Database::open(dir_ / "o.db", Database::Mode::existing);
  const char* first = "SELECT v.%s FROM verdict AS v JOIN run AS r ON r.id=v.run WHERE r.name='m4'";
  const auto text = [&](Database& database, const char* column) {
    std::string sql = first;
    sql.replace(sql.find("%s"), 2, column);
    auto query = database.prepare(sql);
    (void)query->row();
    return query->string(0);
  };
  EXPECT_EQ(text(*there, "origin_hash"), text(*here, "hash"));
  EXPECT_NE(text(*there, "hash"), text(*here, "hash"));
  ASSERT_TRUE(there->execute("UPDATE verdict SET origin_hash='sha256:0' WHERE origin_hash<>''"));
  EXPECT_FALSE(other->check_chain()->empty());
}

TEST_F(BaselineFile, is_written_whole_or_not_at_all) {
  const Names before = files();
  auto unknown = store_->export_baseline("mian", 3, dir_ / "x.db");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::not_found);
  EXPECT_EQ(unknown.error().hint, "there are: ga, main");
  EXPECT_EQ(files(), before);

  dir_.write("there.db", "mine");
  auto there = store_->export_baseline("main", 3, dir_ / "there.db");
  ASSERT_FALSE(there);
  EXPECT_EQ(there.error().kind, ErrorKind::usage);
  EXPECT_EQ(dir_.read("there.db"), "mine");

  auto nowhere = store_->export_baseline("main", 3, dir_ / "there.db/x.db");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, ErrorKind::store);
}

TEST_F(BaselineFile, is_left_as_it_is_by_reading_it) {
  const auto file = exported();
  const std::string before = TempDir::read_file(file);
  ::chmod(file.c_str(), 0444);
  const auto other = open(dir_ / "o.db");
  ASSERT_TRUE(other->import_baselines(file));
  EXPECT_EQ(TempDir::read_file(file), before);
  for (const std::string& name : files()) EXPECT_EQ(name.find(".XXXX"), std::string::npos) << name;
  EXPECT_EQ(files(), (Names{"h.db", "h.db-shm", "h.db-wal", "main.baseline", "o.db", "o.db-shm", "o.db-wal"}));
}

TEST_F(BaselineFile, what_is_no_sound_export_is_refused_and_nothing_changes) {
  const auto good = TempDir::read_file(exported());
  {
    auto foreign = Database::open(dir_ / "foreign.db", Database::Mode::create);
    ASSERT_TRUE(foreign->execute("CREATE TABLE bookmarks (url TEXT)"));
  }
  finished_run(*open(dir_ / "plain.db"), header("r1"));
  const auto changed = [&](const char* sql) {
    const auto file = dir_.write("changed.db", good);
    auto database = Database::open(file, Database::Mode::existing);
    EXPECT_TRUE(database->execute(sql)) << sql;
    return TempDir::read_file(file);
  };
  std::string overwritten = good;
  overwritten.replace(good.size() / 2, 8192, 8192, 'z');
  struct Row {
    const char* name;
    std::string content;
    ErrorKind kind;
    const char* says;
  };
  const Row rows[] = {
      {"text", "version: 1\n", ErrorKind::store, "no history"},
      {"empty", "", ErrorKind::usage, "holds no baseline"},
      {"another program's", dir_.read("foreign.db"), ErrorKind::store, "another program"},
      {"a history without series", changed("DELETE FROM baseline"), ErrorKind::usage, "holds no baseline"},
      {"cut off", good.substr(0, good.size() / 2), ErrorKind::store, "damaged"},
      {"overwritten", overwritten, ErrorKind::store, "damaged"},
      {"of a newer schema", changed("PRAGMA user_version=99"), ErrorKind::store, "newer Assay"},
      {"with a verdict that was changed", changed("UPDATE verdict SET verdict='PASS' WHERE id=2"), ErrorKind::store,
       "was changed after it was decided"},
      {"with another run of a known id", changed("UPDATE run SET candidate_digest='sha256:x' WHERE name='m4'"),
       ErrorKind::usage, "run m4 is another run"},
  };
  const Names series = runs_of(*store_);
  const auto runs = store_->history(std::nullopt, 100)->size();
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto file = dir_.write("bad.db", row.content);
    const Names before = files();
    const auto taken = store_->import_baselines(file);
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().kind, row.kind) << taken.error().message;
    EXPECT_NE(taken.error().message.find(row.says), std::string::npos) << taken.error().message;
    EXPECT_FALSE(taken.error().hint.empty());
    EXPECT_EQ(runs_of(*store_), series);
    EXPECT_EQ(store_->history(std::nullopt, 100)->size(), runs);
    EXPECT_TRUE(store_->check_chain()->empty());
    EXPECT_EQ(files(), before);
    EXPECT_EQ(dir_.read("bad.db"), row.content);
  }
  const auto nowhere = store_->import_baselines(dir_ / "nowhere.db");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, ErrorKind::not_found);
}

}  // namespace
}  // namespace assay::store
