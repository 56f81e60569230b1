#include "runner/store/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

namespace assay::store {
namespace {

constexpr std::int64_t kApplicationId = 0x41535359;  // "ASSY"

// Hot tables (case_, step, attempt, sample, score) are keyed by dense integers and written in nearly that order,
// without other indexes; what is long lies apart, in rowid tables, so that evidence is read without it. One writer
// commits the rows of a sample in the order of events, so foreign keys between them would prove nothing and cost a
// sixth of the time. A step holds its good attempt, which mostly is its only one; `attempt` the others. Durations are
// nanoseconds, gaps microseconds, moments milliseconds since 1970. `coding` says how long bytes are kept: 0 as they
// are, 1 zstd, n > 1 zstd with dictionary n (bodies.hpp).
constexpr const char* kFirst = R"sql(
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  started INTEGER NOT NULL,
  status TEXT NOT NULL,
  ended INTEGER,
  wall_s REAL NOT NULL DEFAULT 0,
  stopped TEXT,
  spent TEXT,
  finished INTEGER NOT NULL DEFAULT 0,
  load INTEGER NOT NULL DEFAULT 0,
  warmup_calls INTEGER NOT NULL DEFAULT 0,
  warmup_attempts INTEGER NOT NULL DEFAULT 0,
  warmup_input_tokens INTEGER NOT NULL DEFAULT 0,
  warmup_output_tokens INTEGER NOT NULL DEFAULT 0,
  warmup_usd REAL NOT NULL DEFAULT 0,
  target TEXT NOT NULL,
  api TEXT NOT NULL,
  model TEXT NOT NULL,
  url TEXT NOT NULL,
  expected_served TEXT,
  candidate_digest TEXT NOT NULL,
  narrowed_where TEXT NOT NULL,
  narrowed_limit INTEGER,
  seed INTEGER NOT NULL,
  concurrency INTEGER NOT NULL,
  shard INTEGER,
  shards INTEGER,
  beside TEXT NOT NULL,
  baseline INTEGER NOT NULL,
  price_input REAL,
  price_output REAL,
  price_cached REAL,
  policy TEXT NOT NULL,
  policy_digest TEXT NOT NULL,
  sealed INTEGER NOT NULL,
  options TEXT NOT NULL,
  version TEXT NOT NULL
) STRICT;

CREATE TABLE run_meta (
  run INTEGER NOT NULL REFERENCES run,
  place INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_meta_value ON run_meta (key, value);

CREATE TABLE suite (
  run INTEGER NOT NULL REFERENCES run,
  suite INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  file TEXT NOT NULL,
  digest TEXT NOT NULL,
  prompt TEXT NOT NULL,
  params TEXT NOT NULL,
  dataset TEXT NOT NULL,
  params_text TEXT NOT NULL,
  floor REAL,
  planned INTEGER NOT NULL,
  whole INTEGER NOT NULL,
  PRIMARY KEY (run, suite)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_limit (
  run INTEGER NOT NULL REFERENCES run,
  place INTEGER NOT NULL,
  target TEXT NOT NULL,
  at INTEGER NOT NULL,
  most INTEGER NOT NULL,
  in_flight INTEGER NOT NULL,
  cause TEXT NOT NULL,
  PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE suite_metric (
  run INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  place INTEGER NOT NULL,
  metric TEXT NOT NULL,
  unit TEXT NOT NULL,
  better TEXT NOT NULL,
  PRIMARY KEY (run, suite, place),
  FOREIGN KEY (run, suite) REFERENCES suite
) STRICT, WITHOUT ROWID;

CREATE TABLE suite_check (
  run INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  name TEXT NOT NULL,
  metric TEXT NOT NULL,
  required INTEGER NOT NULL,
  unit TEXT NOT NULL,
  better TEXT NOT NULL,
  PRIMARY KEY (run, suite, kind),
  FOREIGN KEY (run, suite) REFERENCES suite
) STRICT, WITHOUT ROWID;

-- One for each kind of body of a run's suite, from 2 on. `bytes` is a zstd frame.
CREATE TABLE dictionary (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;

-- Coded: `messages` holds vars and messages, one after the other, and `vars` the size of the first.
CREATE TABLE case_body (
  id INTEGER PRIMARY KEY,
  coding INTEGER NOT NULL,
  vars ANY NOT NULL,
  messages ANY NOT NULL
) STRICT;

CREATE TABLE case_ (
  run INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  id TEXT NOT NULL,
  digest TEXT NOT NULL,
  cluster TEXT NOT NULL,
  tags TEXT NOT NULL,
  row INTEGER NOT NULL,
  body INTEGER NOT NULL,
  PRIMARY KEY (run, suite, ordinal)
) STRICT, WITHOUT ROWID;

-- `coding` is that of `raw`. `answer` is the message as JSON, as TEXT or, where that is long, as a zstd frame; or the
-- place in `raw` where its text stands as a JSON string (offset << 32 | size).
CREATE TABLE step_body (
  id INTEGER PRIMARY KEY,
  coding INTEGER NOT NULL,
  gaps BLOB,
  answer ANY NOT NULL,
  raw BLOB NOT NULL
) STRICT;

CREATE TABLE step (
  run INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  name TEXT NOT NULL,
  role INTEGER NOT NULL,
  context INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  started INTEGER,
  waited INTEGER,
  duration INTEGER,
  status INTEGER,
  request_id TEXT,
  body INTEGER,
  finish INTEGER,
  finish_text TEXT,
  served_model TEXT,
  input_tokens INTEGER,
  output_tokens INTEGER,
  cached_tokens INTEGER,
  reasoning_tokens INTEGER,
  usd REAL,
  connect INTEGER,
  ttft INTEGER,
  total INTEGER,
  gap_count INTEGER NOT NULL,
  error_kind TEXT,
  error_message TEXT,
  error_hint TEXT,
  replayed INTEGER NOT NULL,
  PRIMARY KEY (run, suite, ordinal, sample, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempt (
  run INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  started INTEGER NOT NULL,
  waited INTEGER NOT NULL,
  duration INTEGER NOT NULL,
  status INTEGER NOT NULL,
  request_id TEXT NOT NULL,
  error_kind TEXT,
  error_message TEXT,
  error_hint TEXT,
  PRIMARY KEY (run, suite, ordinal, sample, seq, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE sample (
  run INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  pass INTEGER,
  score REAL,
  latency INTEGER,
  ttft INTEGER,
  itl REAL,
  cost REAL,
  input_tokens INTEGER,
  output_tokens INTEGER,
  cached_tokens INTEGER,
  why TEXT,
  error_kind TEXT,
  error_hint TEXT,
  PRIMARY KEY (run, suite, ordinal, sample)
) STRICT, WITHOUT ROWID;

CREATE TABLE score (
  run INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  place INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  value REAL,
  pass INTEGER,
  why TEXT,
  error_kind TEXT,
  error_message TEXT,
  error_hint TEXT,
  PRIMARY KEY (run, suite, ordinal, sample, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE verdict (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run,
  at INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  decision TEXT NOT NULL,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX verdict_run ON verdict (run, id);
)sql";

// What judges and people add. A run without them writes nothing here. Of a judge's step `usd` is by the judge's price,
// and `question` its row of `question_body`: whom it asked what, as JSON. An edit is never changed: the newest counts,
// by `at` and then `id`, and `edited_sample` holds what the checks of such a sample now come to.
constexpr const char* kSecond = R"sql(
ALTER TABLE run ADD COLUMN kind TEXT NOT NULL DEFAULT 'measured';
ALTER TABLE run ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE suite_check ADD COLUMN weight REAL NOT NULL DEFAULT 1;
ALTER TABLE step ADD COLUMN question INTEGER;

CREATE TABLE run_judge (
  run INTEGER NOT NULL REFERENCES run,
  place INTEGER NOT NULL,
  name TEXT NOT NULL,
  digest TEXT NOT NULL,
  api TEXT NOT NULL,
  model TEXT NOT NULL,
  url TEXT NOT NULL,
  params TEXT NOT NULL,
  price_input REAL,
  price_output REAL,
  price_cached REAL,
  PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE suite_judged (
  run INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  place INTEGER NOT NULL,
  metric TEXT NOT NULL,
  required INTEGER NOT NULL,
  judge TEXT NOT NULL,
  digest TEXT NOT NULL,
  prompt TEXT NOT NULL,
  model TEXT NOT NULL,
  PRIMARY KEY (run, suite, place),
  FOREIGN KEY (run, suite) REFERENCES suite
) STRICT, WITHOUT ROWID;

CREATE TABLE question_body (
  id INTEGER PRIMARY KEY,
  coding INTEGER NOT NULL,
  bytes ANY NOT NULL
) STRICT;

CREATE TABLE score_detail (
  run INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  place INTEGER NOT NULL,
  details TEXT NOT NULL,
  PRIMARY KEY (run, suite, ordinal, sample, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE score_edit (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run,
  suite INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  metric TEXT NOT NULL,
  pass INTEGER NOT NULL,
  value REAL,
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX score_edit_unit ON score_edit (run, suite, ordinal, sample);

CREATE TABLE edited_sample (
  run INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  outcome INTEGER NOT NULL,
  pass INTEGER,
  score REAL,
  why TEXT,
  error_kind TEXT,
  error_hint TEXT,
  PRIMARY KEY (run, suite, ordinal, sample)
) STRICT, WITHOUT ROWID;

-- `run` is the id of a run, which may lie in another history; empty where `answer` itself was judged.
CREATE TABLE label (
  id INTEGER PRIMARY KEY,
  run TEXT NOT NULL,
  suite TEXT NOT NULL,
  case_id TEXT NOT NULL,
  sample INTEGER NOT NULL,
  answer TEXT,
  question TEXT,
  metric TEXT NOT NULL,
  pass INTEGER,
  score REAL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX label_answer ON label (run, suite, case_id, sample);

-- `json`: whatever else was measured.
CREATE TABLE trust (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL,
  prompt TEXT NOT NULL,
  suite TEXT NOT NULL,
  metric TEXT NOT NULL,
  at INTEGER NOT NULL,
  json TEXT NOT NULL
) STRICT;
CREATE INDEX trust_of ON trust (digest, prompt, suite, metric, at);
)sql";

// One entry for each version, applied in order; an entry that was released is never changed. Version 1 was never
// released.
constexpr int kFirstVersion = 2;
constexpr std::array<const char*, 2> kMigrations = {kFirst, kSecond};

std::string written_by(Database& database) {
  auto query = database.prepare("SELECT version FROM run ORDER BY id DESC LIMIT 1");
  if (!query) return {};
  auto found = query->row();
  return found && *found ? fmt::format(" (Assay {})", query->text(0)) : "";
}

/// Reads only: a file that is not ours must stay as it is.
Result<void> check_ours(Database& database) {
  auto tables = database.integer("SELECT count(*) FROM sqlite_master");
  if (!tables) return tables.error();
  auto application = database.integer("PRAGMA application_id");
  if (!application) return application.error();
  auto version = database.integer("PRAGMA user_version");
  if (!version) return version.error();
  const std::string file = database.file().string();
  if (*tables == 0 && *application == 0 && *version == 0) return {};
  if (*application != kApplicationId) {
    return Error{ErrorKind::store, fmt::format("{} is a database of another program", file),
                 "name another file with --store; this one is left as it is"};
  }
  if (*version > schema_version()) {
    return Error{ErrorKind::store,
                 fmt::format("{} was written by a newer Assay{}: its schema is {}, this version knows {}", file,
                             written_by(database), *version, schema_version()),
                 "use that version, or name another file with --store"};
  }
  if (*version < kFirstVersion) {
    return Error{ErrorKind::store,
                 fmt::format("{} was written by a version of Assay from before its first release: its schema is {}, "
                             "this version reads {} and later",
                             file, *version, kFirstVersion),
                 "name another file with --store, or delete this one"};
  }
  return {};
}

/// Changing the journal mode does not wait for locks, so that two processes that create one file would collide.
Result<void> use_wal(Database& database) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    auto done = database.execute("PRAGMA journal_mode=WAL");
    if (done || !database.was_busy() || std::chrono::steady_clock::now() > until) return done;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

Result<void> migrate(Database& database) {
  auto version = database.integer("PRAGMA user_version");
  if (!version) return version.error();
  if (*version == schema_version()) return {};
  auto transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  version = database.integer("PRAGMA user_version");  // another process may have been faster
  if (!version) return version.error();
  for (int next = std::max<int>(static_cast<int>(*version) + 1, kFirstVersion); next <= schema_version(); ++next) {
    auto done = database.execute(kMigrations[static_cast<std::size_t>(next - kFirstVersion)]);
    if (!done) return done;
  }
  const auto stamp = fmt::format("PRAGMA application_id={}; PRAGMA user_version={}", kApplicationId, schema_version());
  auto stamped = database.execute(stamp.c_str());
  if (!stamped) return stamped;
  return transaction->commit();
}

}  // namespace

int schema_version() {
  return kFirstVersion + static_cast<int>(kMigrations.size()) - 1;
}

Result<Database> open_history(const std::filesystem::path& file, Database::Mode mode) {
  auto database = Database::open(file, mode);
  if (!database) return database;
  for (auto* step : {&check_ours, &use_wal, &migrate}) {
    auto done = step(*database);
    if (!done) return done.error();
  }
  auto set = database->execute(
      "PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-8000; PRAGMA wal_autocheckpoint=4000");
  if (!set) return set.error();
  return database;
}

}  // namespace assay::store
