-- A history as schema 2 left it: three cases, of which the last was refused with HTTP 401. Made with Assay 0.1.0.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
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
INSERT INTO run VALUES(1,'20261121-172438-4bcbdf',1795281878182,'finished',1795281878195,0.0027400430000000001659,NULL,NULL,3,2,0,0,0,0,0.0,'stable-1','openai-chat','stable-1','stub:stub.yaml',NULL,'sha256:0ed196b6c2eb81775008c19cead053b6b87197acd15aea87ae122b4628a61af4','[]',NULL,0,0,NULL,NULL,'',0,NULL,NULL,NULL,'{"alpha":0.05,"built_in":true,"gates":[{"by":null,"floor":0.8,"id":"floor","max":null,"max_rate":null,"metric":"pass_rate","min_n":0,"suites":["capitals"],"warn_if_open":null,"where":{},"zero_tolerance":false}],"max_error_rate":0.02,"warn_on_inconclusive":false}','sha256:80b4c18e69c41e01471b7866b0db6802009357263c76dc08e83ea5c288e96be5',1795281878182,'{"against":null,"api_key_env":null,"budget":{"max_cost":null,"max_time_s":null,"max_tokens":null},"cassette":null,"concurrency":null,"config":null,"gate":"none","limit":null,"model":"stable-1","prompts":[],"record":null,"replay":null,"samples":null,"seed":null,"set":[],"shard":null,"suites":["/project/suite.yaml"],"target":null,"url":"stub:/project/stub.yaml","warmup":null,"where":[]}','0.1.0');
CREATE TABLE run_meta (
  run INTEGER NOT NULL REFERENCES run,
  place INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
INSERT INTO run_meta VALUES(1,0,'commit','abc');
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
INSERT INTO suite VALUES(1,0,'capitals','golden','suite.yaml','sha256:86b536bff48e64e5b4f921e0c1c7b253b0fc783634a927d5fea2595a4b4969c1','sha256:08465630b8383e5d3bff5bd3f03b62ca617bb6911790444167ce0ef48bfe2d11','sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a','','{}',NULL,3,3);
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
INSERT INTO run_limit VALUES(1,0,'stable-1',1795281878191,16,0,'start');
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
INSERT INTO suite_metric VALUES(1,0,0,'latency','s','down');
INSERT INTO suite_metric VALUES(1,0,1,'contains','share','up');
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
INSERT INTO suite_check VALUES(1,0,0,'latency','latency',1,'s','down');
INSERT INTO suite_check VALUES(1,0,1,'contains','contains',1,'share','up');
CREATE TABLE dictionary (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL,
  suite INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
INSERT INTO dictionary VALUES(2,1,0,1,X'28b52ffd60cd0b350a0016933a2340893807bd1b53b9b0854ae5fe40495942030247a6ea9a616855f1093522e1302cbc2e31002e003100cc3adbce857af5c893408a78dc7a9d14b1225a17e1c15757b05d2412401d26209b05f2383829d24e48bfceda27c3ca4e16fdb2638b31bfbe8ee1a7f56cb7ec6a595758f6da27c67a5c6d0ce9d599c3ba4776fcba5bc6d1d5b2249ac7691c458ff330fa5a7c1b3db8097c00e1ce8d0bb5e18a17226c7045d9838c92abc6e3980b1d506caf41ae26ce49de7abfedc77af58ad218202810604c260b5b48533fad47d7b29739d4c265735f35cc95b31edf46b81d2d450ca54f97b8e31790e14ad1061a00e9836578aa085ec956134a4ebdd010f641deb616f8020a76ef2d9be5a244295f2820bc5c9431d6172a181a96141972528a0cc308ea8a5b840242a55158c8348a0897461160d32827ad080eaea118a9cc1739b33cca5419');
CREATE TABLE case_body (
  id INTEGER PRIMARY KEY,
  coding INTEGER NOT NULL,
  vars ANY NOT NULL,
  messages ANY NOT NULL
) STRICT;
INSERT INTO case_body VALUES(1,0,'{"country":"France"}','[{"author":"user","parts":[{"text":"What is the capital of France?"}]}]');
INSERT INTO case_body VALUES(2,0,'{"country":"Japan"}','[{"author":"user","parts":[{"text":"What is the capital of Japan?"}]}]');
INSERT INTO case_body VALUES(3,0,'{"country":"Utopia"}','[{"author":"user","parts":[{"text":"What is the capital of Utopia?"}]}]');
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
INSERT INTO case_ VALUES(1,0,0,'fr','sha256:c590ed1192f55a15a2979de53d069922a0d9a40f21da5d415fc77fe7d309f42d','','{"severity":"critical"}',1,1);
INSERT INTO case_ VALUES(1,0,1,'jp','sha256:0e6ec6534287073a470ef51324c0c7d63d4b400f7a4698602861b53d67fb12a2','','{}',2,2);
INSERT INTO case_ VALUES(1,0,2,'up','sha256:0dd2122ce31986f8ab5b6909028b41c2e0595a0c55dee7ff84f6401d9ec8713b','','{}',3,3);
CREATE TABLE step_body (
  id INTEGER PRIMARY KEY,
  coding INTEGER NOT NULL,
  gaps BLOB,
  answer ANY NOT NULL,
  raw BLOB NOT NULL
) STRICT;
INSERT INTO step_body VALUES(1,0,NULL,1597727834117,X'646174613a207b226964223a2263686174636d706c2d35396637613232386235313666373665222c226f626a656374223a22636861742e636f6d706c6574696f6e2e6368756e6b222c2263726561746564223a313736333638333230302c226d6f64656c223a22737461626c652d31222c2263686f69636573223a5b7b22696e646578223a302c2264656c7461223a7b22726f6c65223a22617373697374616e74222c22636f6e74656e74223a6e756c6c7d2c2266696e6973685f726561736f6e223a6e756c6c7d5d2c227573616765223a6e756c6c7d0a0a646174613a207b226964223a2263686174636d706c2d35396637613232386235313666373665222c226f626a656374223a22636861742e636f6d706c6574696f6e2e6368756e6b222c2263726561746564223a313736333638333230302c226d6f64656c223a22737461626c652d31222c2263686f69636573223a5b7b22696e646578223a302c2264656c7461223a7b22636f6e74656e74223a225061726973227d2c2266696e6973685f726561736f6e223a6e756c6c7d5d2c227573616765223a6e756c6c7d0a0a646174613a207b226964223a2263686174636d706c2d35396637613232386235313666373665222c226f626a656374223a22636861742e636f6d706c6574696f6e2e6368756e6b222c2263726561746564223a313736333638333230302c226d6f64656c223a22737461626c652d31222c2263686f69636573223a5b7b22696e646578223a302c2264656c7461223a7b7d2c2266696e6973685f726561736f6e223a2273746f70227d5d2c227573616765223a6e756c6c7d0a0a646174613a207b226964223a2263686174636d706c2d35396637613232386235313666373665222c226f626a656374223a22636861742e636f6d706c6574696f6e2e6368756e6b222c2263726561746564223a313736333638333230302c226d6f64656c223a22737461626c652d31222c2263686f69636573223a5b5d2c227573616765223a7b2270726f6d70745f746f6b656e73223a362c22636f6d706c6574696f6e5f746f6b656e73223a312c22746f74616c5f746f6b656e73223a372c2270726f6d70745f746f6b656e735f64657461696c73223a7b226361636865645f746f6b656e73223a307d7d7d0a0a646174613a205b444f4e455d0a0a');
INSERT INTO step_body VALUES(2,2,X'000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000','{"author":"assistant","parts":[{"text":"Tokyo, the seat of the government since 1868, of the emperor since 1869"}]}',X'28b52ffd60cd0b650000000200398426f4c1f1941240');
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
INSERT INTO step VALUES(1,0,0,0,0,'turn/1',0,1,1,1795281878192,0,1319626,200,'req-59f7a228b516f76e',1,0,NULL,'stable-1',6,1,0,NULL,NULL,769376,1319626,1319626,0,NULL,NULL,NULL,0);
INSERT INTO step VALUES(1,0,1,0,0,'turn/1',0,1,1,1795281878192,0,1278746,200,'req-bf03a516c4a29ed7',2,0,NULL,'stable-1',6,13,0,NULL,NULL,512544,1278746,1278746,12,NULL,NULL,NULL,0);
INSERT INTO step VALUES(1,0,2,0,0,'turn/1',0,1,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,'auth','the endpoint answered HTTP 401: a fault of the script','set `api_key_env` (or --api-key-env) to the variable that holds a key for this endpoint',0);
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
INSERT INTO attempt VALUES(1,0,2,0,0,0,1795281878192,0,1427146,401,'req-1ec4e7ca9ba747d7','auth','the endpoint answered HTTP 401: a fault of the script','set `api_key_env` (or --api-key-env) to the variable that holds a key for this endpoint');
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
INSERT INTO sample VALUES(1,0,0,0,0,1,1.0,1319626,1319626,NULL,NULL,6,1,0,NULL,NULL,NULL);
INSERT INTO sample VALUES(1,0,1,0,0,0,0.0,1278746,1278746,0.0,NULL,6,13,0,NULL,NULL,NULL);
INSERT INTO sample VALUES(1,0,2,0,2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'the endpoint answered HTTP 401: a fault of the script','auth','set `api_key_env` (or --api-key-env) to the variable that holds a key for this endpoint');
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
INSERT INTO score VALUES(1,0,0,0,0,0,0,0.0013196259999999999587,1,NULL,NULL,NULL,NULL);
INSERT INTO score VALUES(1,0,0,0,1,1,0,1.0,1,NULL,NULL,NULL,NULL);
INSERT INTO score VALUES(1,0,1,0,0,0,0,0.0012787460000000000926,1,NULL,NULL,NULL,NULL);
INSERT INTO score VALUES(1,0,1,0,1,1,0,0.0,0,'expected ''Kyoto'' within the answer, got ''Tokyo, the seat of the government since 1868, of the emperor since 1869''',NULL,NULL,NULL);
CREATE TABLE verdict (
  id INTEGER PRIMARY KEY,
  run INTEGER NOT NULL REFERENCES run,
  at INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  decision TEXT NOT NULL,
  json TEXT NOT NULL
) STRICT;
INSERT INTO verdict VALUES(1,1,1795281878199,'INCONCLUSIVE','sha256:bd3063df140112114b8e848e533308cc486595c174a61ee9145114d959ebb0ef','{"schema":"assay.verdict/1","run":"20261121-172438-4bcbdf","verdict":"INCONCLUSIVE","exit_code":2,"decision":"sha256:bd3063df140112114b8e848e533308cc486595c174a61ee9145114d959ebb0ef","meta":{"commit":"abc"},"reasons":["floor (capitals): pass_rate 0.5 lies between 0.07827 and 0.9217 with 95 % confidence in each bound, which leaves the floor 0.8 open: about 22 more cases at this rate would show that it fails; 1 sample without a value counts as the worst in one bound and the best in the other"],"warnings":["1 of 3 samples errored; they count as failures in lower bounds and as passes in upper ones"],"candidate":{"target":"stable-1","model":"stable-1","served_model":"stable-1","digest":"sha256:0ed196b6c2eb81775008c19cead053b6b87197acd15aea87ae122b4628a61af4"},"baseline":null,"policy":{"digest":"sha256:80b4c18e69c41e01471b7866b0db6802009357263c76dc08e83ea5c288e96be5","sealed_at":"2026-11-21T17:24:38Z"},"selection":{"where":{},"limit":null},"replayed":{"samples":0,"oldest":null},"suites":[{"id":"capitals","kind":"golden","digest":"sha256:86b536bff48e64e5b4f921e0c1c7b253b0fc783634a927d5fea2595a4b4969c1","prompt":"sha256:08465630b8383e5d3bff5bd3f03b62ca617bb6911790444167ce0ef48bfe2d11","params":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","planned":3,"scored":2,"unscored":0,"errored":1,"skipped":0}],"gates":[{"id":"floor","suite":"capitals","metric":"pass_rate","slice":{},"n":3,"estimate":0.5,"interval":[0.07826572633372833,0.9217342736662717],"alpha":0.05,"claim":"pass_rate >= 0.8","state":"inconclusive","method":"wilson","p":0.978345928594604,"mde":0.5742267720227966,"reason":"pass_rate 0.5 lies between 0.07827 and 0.9217 with 95 % confidence in each bound, which leaves the floor 0.8 open: about 22 more cases at this rate would show that it fails; 1 sample without a value counts as the worst in one bound and the best in the other","waiver":null}],"canary":{"ready":false,"score":0.0,"missing":["the verdict is INCONCLUSIVE, not PASS","a canary plan: this version has no `canary` section in its policy"],"stages":[],"rollback":null},"cost":{"calls":3,"attempts":3,"cached":0,"input_tokens":12,"output_tokens":14,"usd":null},"timing":{"wall_s":0.002740043,"concurrency":2,"retried":{"samples":0,"e2e_ms":{"p50":null,"p95":null,"p99":null}},"ttft_ms":{"p50":1.2992414711062619,"p95":1.3173553843058092,"p99":1.3189655099235467},"e2e_ms":{"p50":1.2992414711062619,"p95":1.3173553843058092,"p99":1.3189655099235467},"itl_ms":{"p50":0.001000499875062461,"p95":0.001000499875062461,"p99":0.001000499875062461}},"waivers":[],"approvals":[],"seed":0,"created_at":"2026-11-21T17:24:38Z"}');
CREATE INDEX run_meta_value ON run_meta (key, value);
CREATE INDEX verdict_run ON verdict (run, id);
COMMIT;
PRAGMA application_id=1095979865;
PRAGMA user_version=2;
