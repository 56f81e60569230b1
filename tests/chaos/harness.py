"""What the chaos tests share: a project, the stub as a server with its log, and the invariants of a run."""
import collections
import json
import pathlib
import resource
import signal
import sqlite3
import subprocess
import sys

SUITE = """version: 1
suite: chaos
kind: golden
floor: 0.5
dataset: {{file: cases.jsonl, id: "{{{{id}}}}"}}
messages: [{{user: "{{{{question}}}}"}}]
defaults:
  samples: {samples}
  params: {{temperature: 0}}
  checks:
    - contains: ok
"""
CONFIG = """version: 1
targets:
  stub:
    url: "{url}"
    model: stub-1
    stream: {stream}
    price: {{input_per_mtok: 1, output_per_mtok: 2}}
    timeout: {{connect: 5s, first_token: {patience}, idle: {patience}, total: 10s}}
    limits: {{concurrency: {concurrency}}}
    retries: {{max: 12, backoff: 1ms..20ms}}
suites: [suite.yaml]
"""


class Failed(Exception):
    """An invariant that does not hold."""


def require(holds, what):
    if not holds:
        raise Failed(what)


def write_project(folder, url, cases, samples=1, concurrency=16, stream=False, patience="5s"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "suite.yaml").write_text(SUITE.format(samples=samples))
    (folder / "assay.yaml").write_text(CONFIG.format(url=url, concurrency=concurrency, stream=str(stream).lower(),
                                                     patience=patience))
    with open(folder / "cases.jsonl", "w", encoding="utf-8") as out:
        for i in range(cases):
            out.write(json.dumps({"id": f"c{i}", "question": f"Case {i}: say ok."}) + "\n")


class Stub:
    """`assay stub` with a script and a log of every request."""

    def __init__(self, assay, folder, script):
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "requests.jsonl"
        (folder / "stub.yaml").write_text(script)
        command = [assay, "stub", "--script", str(folder / "stub.yaml"), "--log", str(self.log)]
        self.child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = self.child.stdout.readline().split()[1]

    def requests(self):
        with open(self.log, encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.send_signal(signal.SIGTERM)
        self.child.wait()


def limit_files(count):
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def run(assay, folder, *options, files=None, env=None, timeout=300):
    """One `assay run` to its end. Never hangs: a run that does is a failure."""
    return subprocess.run([assay, "run", "--quiet", "--out", "out", *options], cwd=folder, capture_output=True, text=True,
                          timeout=timeout, env=env, preexec_fn=(lambda: limit_files(files)) if files else None)


def verdict(folder):
    return json.loads((folder / "out/verdict.json").read_text())


def rows(folder, sql):
    with sqlite3.connect(f"file:{folder}/.assay/history.db?mode=ro", uri=True) as history:
        return history.execute(sql).fetchall()


def check_history(folder, cases, samples, runs=1):
    """Each planned sample exactly once, its calls beside it, and a file that SQLite calls sound."""
    require(rows(folder, "PRAGMA integrity_check") == [("ok",)], "the history is damaged")
    planned = {(ordinal, sample) for ordinal in range(cases) for sample in range(samples)}
    for (run_id,) in rows(folder, "SELECT id FROM run"):
        stored = rows(folder, f"SELECT ordinal, sample FROM sample WHERE run={run_id}")
        require(len(stored) == len(set(stored)), "a sample is stored twice")
        require(set(stored) == planned, f"{len(planned - set(stored))} samples lack, {len(set(stored) - planned)} are too many")
        steps = rows(folder, f"SELECT ordinal, sample, count(*) FROM step WHERE run={run_id} AND role=0 GROUP BY 1, 2")
        require(all(count == 1 for _, _, count in steps) and len(steps) == len(planned),
                "a sample has not exactly one call of the target")
    require(len(rows(folder, "SELECT id FROM run")) == runs, "a resumed run became another one")


def check_balance(report):
    for suite in report["suites"]:
        ended = suite["scored"] + suite["unscored"] + suite["errored"] + suite["skipped"]
        require(suite["planned"] == ended, f"the balance does not hold: {suite}")


def answered(requests):
    """How often each prompt was answered in full: what a provider would bill."""
    return collections.Counter(each["last_user"] for each in requests if each["outcome"] == "answered")


def main(tests):
    """`python3 x.py ASSAY NAME [FOLDER]`: runs one of `tests`, in a folder that is left behind where it fails."""
    assay = str(pathlib.Path(sys.argv[1]).resolve())
    folder = pathlib.Path(sys.argv[3]).resolve()
    try:
        tests[sys.argv[2]](assay, folder)
    except Failed as failure:
        sys.exit(f"FAILED: {failure} (what is left: {folder})")
