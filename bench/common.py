"""What all benchmarks share: a project, the stub, one run of assay or wrk with its cost, and what a story reports."""
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from typing import Callable, Iterator

FOLDER = pathlib.Path(__file__).resolve().parent
LONGEST_RUN_S = 1200
WIRE_CHECKS = [{"contains": "ok"}, {"regex": r"(?i)^\s*(ok)"}]


class Broken(Exception):
    """A measurement that means nothing: a run that ended otherwise than it must, or a part that is missing."""


@dataclasses.dataclass
class Bench:
    """What is measured, and where."""

    assay: str
    quick: bool
    work: pathlib.Path

    def pick(self, full, quick):
        return quick if self.quick else full

    @contextlib.contextmanager
    def project(self) -> Iterator[pathlib.Path]:
        """An empty folder, removed afterwards."""
        folder = self.work / f"project-{time.monotonic_ns()}"
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


@dataclasses.dataclass
class Claim:
    """One figure and what it must be. `aim` may be absent; `at_most` says that less is better."""

    figure: str
    value: float
    floor: float
    aim: float | None = None
    at_most: bool = True

    def reaches(self, bound: float | None) -> bool:
        if bound is None:
            return False
        return self.value <= bound if self.at_most else self.value >= bound

    def state(self) -> str:
        if self.reaches(self.aim):
            return "aim met"
        return "floor met" if self.reaches(self.floor) else "MISSED"


@dataclasses.dataclass
class Plot:
    """Lines over x; `bounds` are drawn across, `marks` upright; the y axis starts at `least` unless it is logarithmic."""

    name: str
    title: str
    x: str
    y: str
    series: dict[str, list[tuple[float, float]]]
    bounds: dict[str, float] = dataclasses.field(default_factory=dict)
    marks: dict[str, float] = dataclasses.field(default_factory=dict)
    least: float = 0
    log_x: bool = False
    log_y: bool = False


@dataclasses.dataclass
class Story:
    """What one benchmark says: rows for people, claims, plots; all of it is the JSON too."""

    title: str
    columns: list[str]
    rows: list[list]
    claims: list[Claim] = dataclasses.field(default_factory=list)
    plots: list[Plot] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)


def write_cases(folder: pathlib.Path, cases: int) -> None:
    """Of equal size, so that bytes a case are one number."""
    with open(folder / "cases.jsonl", "w") as out:
        for i in range(cases):
            out.write(f'{{"id": "c{i:07}", "question": "Case {i:07}: say ok."}}\n')


def write_project(folder: pathlib.Path, url: str, cases: int, concurrency: int | str, *, checks: list | None = None,
                  target: dict | None = None) -> None:
    """assay.yaml, suite.yaml and cases.jsonl. YAML that is written as JSON is still YAML."""
    suite = {
        "version": 1, "suite": "bench", "kind": "golden", "floor": 0.8, "dataset": {"file": "cases.jsonl"},
        "messages": [{"user": "{{question}}"}],
        "defaults": {"params": {"temperature": 0}, "checks": checks or WIRE_CHECKS},
    }
    stub = {"url": url, "model": "stub-1", "stream": False, "limits": {"concurrency": concurrency}, **(target or {})}
    (folder / "suite.yaml").write_text(json.dumps(suite, indent=1))
    config = {"version": 1, "targets": {"stub": stub}, "suites": ["suite.yaml"]}
    (folder / "assay.yaml").write_text(json.dumps(config, indent=1))
    write_cases(folder, cases)


@dataclasses.dataclass
class Cost:
    """What a finished process took, with the children that it waited for."""

    exit_code: int
    wall_s: float
    cpu_s: float
    rss_mib: float
    out: str
    err: str


def run_process(command: list[str], folder: pathlib.Path, *, env: dict | None = None,
                watch: Callable[[int], None] | None = None) -> Cost:
    """Runs to the end; `watch(pid)` is called every 20 ms meanwhile."""
    with open(folder / "stdout.txt", "wb") as out, open(folder / "stderr.txt", "wb") as err:
        started = time.monotonic()
        child = subprocess.Popen(command, cwd=folder, stdout=out, stderr=err, stdin=subprocess.DEVNULL, env=env)
        killer = threading.Timer(LONGEST_RUN_S, lambda: os.kill(child.pid, signal.SIGKILL))
        killer.start()
        pid = 0
        while watch and pid == 0:
            watch(child.pid)
            time.sleep(0.02)
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
        if pid == 0:
            _, status, usage = os.wait4(child.pid, 0)
        wall = time.monotonic() - started
        killer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
    text = [(folder / name).read_text(errors="replace") for name in ("stdout.txt", "stderr.txt")]
    return Cost(child.returncode, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, *text)


@dataclasses.dataclass
class Run:
    """A finished `assay run`. `wall_s` is from the first call to the last, `cost.wall_s` the whole process."""

    cost: Cost
    verdict: dict
    cases: int
    wall_s: float
    cpu_us: float
    store: pathlib.Path

    @property
    def rate(self) -> float:
        return self.cases / self.wall_s

    @property
    def whole_rate(self) -> float:
        return self.cases / self.cost.wall_s


def run_assay(bench: Bench, folder: pathlib.Path, *options: str, expect: str = "PASS", errored: int = 0,
              store: pathlib.Path | None = None, watch: Callable[[int], None] | None = None) -> Run:
    """`assay run` on the project, from an empty history. Another verdict or balance than the expected one is Broken."""
    shutil.rmtree(folder / ".assay", ignore_errors=True)
    history = store or folder / ".assay/history.db"
    command = [bench.assay, "run", "--quiet", *options] + (["--store", str(store)] if store else [])
    cost = run_process(command, folder, watch=watch)
    if cost.out.strip() != expect:
        said = f"exit {cost.exit_code}, said {cost.out.strip()!r}, not {expect}; {cost.err[-2000:]}"
        raise Broken(f"{' '.join(command)}: {said}")
    verdict = json.loads(next((folder / ".assay/runs").glob("*/verdict.json")).read_text())
    suite = verdict["suites"][0]
    if suite["scored"] + errored != suite["planned"] or suite["errored"] != errored:
        raise Broken(f"{errored} errors were to be expected, and the others scored: {suite}")
    cases = suite["planned"]
    return Run(cost, verdict, cases, verdict["timing"]["wall_s"], cost.cpu_s / cases * 1e6, history)


def query(store: pathlib.Path, sql: str) -> list[tuple]:
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()


def supports(bench: Bench, word: str, *arguments: str) -> bool:
    """Whether this binary's help or schema names something."""
    return word in subprocess.run([bench.assay, *arguments], capture_output=True, text=True).stdout


class Stub:
    """`assay stub` in a process of its own, while the block lasts."""

    def __init__(self, bench: Bench, script: dict | None = None):
        self.bench, self.script, self.served = bench, script, {}

    def __enter__(self) -> "Stub":
        command = [self.bench.assay, "stub"]
        if self.script:
            self.file = self.bench.work / f"stub-{time.monotonic_ns()}.yaml"
            self.file.write_text(json.dumps({"version": 1, **self.script}))
            command += ["--script", str(self.file)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().split()
        if len(line) < 2:
            raise Broken(f"the stub did not start: {' '.join(command)}")
        self.url = line[1]
        self.port = int(re.search(r":(\d+)", self.url.split("//")[1]).group(1))
        return self

    def __exit__(self, *_) -> None:
        """Ends it, and keeps what it says it served: `requests`, whole `answers`, `faults`."""
        self.process.terminate()
        said = self.process.communicate()[1]
        self.served = {what: int(count) for count, what in re.findall(r"(\d+) (requests|answers|faults)", said)}
        if self.script:
            self.file.unlink()


@dataclasses.dataclass
class Wrk:
    rate: float
    cpu_us: float


def run_wrk(bench: Bench, url: str, connections: int, seconds: int) -> Wrk:
    """The same request over and over, from one thread."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(FOLDER / "wrk_chat.lua"),
               url + "/chat/completions"]
    cost = run_process(command, bench.work)
    requests = re.search(r"(\d+) requests in", cost.out)
    if cost.exit_code != 0 or not requests or "Non-2xx" in cost.out:
        raise Broken(f"{' '.join(command)}: {cost.out}{cost.err}")
    count = int(requests.group(1))
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", cost.out).group(1))
    return Wrk(rate, cost.cpu_s / count * 1e6)
