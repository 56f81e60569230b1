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
JUDGED_CHECKS = """    - rubric: {{criteria: It says ok., scale: {{1: it does not, 5: it does}}, pass: 4}}
    - faithfulness: {{contexts: "{{{{passages}}}}", threshold: 0.5}}
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
{judges}suites: [suite.yaml]
"""
JUDGE = """judges:
  strict:
    url: "{url}"
    model: judge-1
    stream: {stream}
    price: {{input_per_mtok: 1, output_per_mtok: 2}}
    timeout: {{connect: 5s, first_token: {patience}, idle: {patience}, total: 2s}}
    limits: {{concurrency: {concurrency}}}
    retries: {{max: 12, backoff: 1ms..20ms}}
"""
# What the judge's stub says: claims, a verdict on each of them, and a grade that depends on the answer.
VERDICTS = """  - when: {prompt: {contains: 'take a text apart'}}
    answer: '{"claims": [{"id": 1, "text": "It is ok."}, {"id": 2, "text": "It was asked."}]}'
  - when: {prompt: {contains: 'check claims against sources'}}
    answer: >-
      {"verdicts": [{"id": 1, "reason": "passage 1", "verdict": "supported"},
      {"id": 2, "reason": "nowhere", "verdict": "not_found"}]}
  - {when: {prompt: {regex: '<answer \\w+>\\nok'}}, answer: '{"reason": "it says so", "score": 5}'}
  - {answer: '{"reason": "it does not say so", "score": 1}'}
"""
ASKED = {"grade", "claims", "verdicts"}  # by these checks, of each sample


class Failed(Exception):
    """An invariant that does not hold."""


def require(holds, what):
    if not holds:
        raise Failed(what)


def write_project(folder, url, cases, samples=1, concurrency=16, stream=False, patience="5s", judge=None):
    """`judge` is the address of one: the suite then has judged checks as well."""
    folder.mkdir(parents=True, exist_ok=True)
    how = {"concurrency": concurrency, "stream": str(stream).lower(), "patience": patience}
    judges = JUDGE.format(url=judge, **how) if judge else ""
    (folder / "suite.yaml").write_text((SUITE + (JUDGED_CHECKS if judge else "")).format(samples=samples))
    (folder / "assay.yaml").write_text(CONFIG.format(url=url, judges=judges, **how))
    with open(folder / "cases.jsonl", "w", encoding="utf-8") as out:
        for i in range(cases):
            case = {"id": f"c{i}", "question": f"Case {i}: say ok.", "passages": [f"Of case {i} one says ok."]}
            out.write(json.dumps(case) + "\n")


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


def check_judged(folder):
    """Each sample's questions to the judge, and each exactly once."""
    asked = collections.defaultdict(list)
    for ordinal, sample, name in rows(folder, "SELECT ordinal, sample, name FROM step WHERE role<>0"):
        asked[ordinal, sample].append(name)
    for (ordinal, sample), names in asked.items():
        require(len(names) == len(set(names)), f"a question of sample {ordinal}/{sample} is stored twice: {names}")
        require({name.split("/")[2] for name in names} == ASKED,  # check/1/grade, and check/1/grade/2 where asked again
                f"what sample {ordinal}/{sample} had to ask is not what is stored: {names}")
    require(len(asked) == len(rows(folder, "SELECT 1 FROM sample")), "a sample was never judged")


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
