#include "runner/store/migrations.hpp"

#include <array>

namespace assay::store {
namespace {

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

// Series of baselines, the chain of verdicts, runs that their policy's looks ended. `baseline` is only ever added to.
// `owners` is a JSON object. A verdict from before this version has no hash and stands outside of the chain; the one
// row of `chain` says where the chain ends, so that its newest links cannot just be left off, and how many verdicts
// stand before it. `origin_hash` is the hash that a verdict had in the history it was copied from.
constexpr const char* kThird = R"sql(
ALTER TABLE run ADD COLUMN stop_look INTEGER;
ALTER TABLE run ADD COLUMN stop_round INTEGER;
ALTER TABLE run ADD COLUMN stop_fraction REAL;
ALTER TABLE run ADD COLUMN stop_saved INTEGER;
ALTER TABLE suite ADD COLUMN owners TEXT NOT NULL DEFAULT '{}';
ALTER TABLE verdict ADD COLUMN prev_hash TEXT;
ALTER TABLE verdict ADD COLUMN hash TEXT;
ALTER TABLE verdict ADD COLUMN origin_hash TEXT NOT NULL DEFAULT '';

CREATE TABLE chain (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  links INTEGER NOT NULL,
  hash TEXT NOT NULL,
  before INTEGER NOT NULL
) STRICT;
INSERT INTO chain SELECT 1, 0, '', count(*) FROM verdict;

CREATE TABLE baseline (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  run INTEGER NOT NULL REFERENCES run,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX baseline_name ON baseline (name, at);
CREATE INDEX run_origin ON run (origin) WHERE origin <> '';
)sql";

// One entry for each version, applied in order; an entry that was released is never changed.
constexpr std::array<const char*, 3> kMigrations = {kFirst, kSecond, kThird};

}  // namespace

std::span<const char* const> migrations() {
  return kMigrations;
}

}  // namespace assay::store
