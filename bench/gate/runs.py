"""(l) The whole product on a stub whose cases pass by chance: real runs over HTTP into SQLite, calls counted by the stub."""
import json
import random
import subprocess

from common import Bench, Broken, Claim, Story, Stub, run_process

from .program import percent

CASES, CLASSES, BASELINE_RUNS, MARGIN = 200, 40, 5, 0.05
LOOKS = {"looks": [0.4, 0.6, 0.8, 1.0], "spending": "obf"}


def draw_rate(draw: random.Random) -> float:
    """The noisy population of gate_bench."""
    kind = draw.random()
    alpha, beta = (60, 1) if kind < 0.7 else (6, 2) if kind < 0.9 else (1, 4)
    return draw.betavariate(alpha, beta)


def draw_cases(draw: random.Random) -> list[dict]:
    """Of each case the class of its rate, as it is (`stable`) and where some cases broke: in all, 5 or 10 points lost."""
    rates = [draw_rate(draw) for _ in range(CASES)]
    cases = []
    for i, rate in enumerate(rates):
        case = {"id": f"c{i:03}", "question": f"Case {i:03}?", "stable": round(rate * CLASSES)}
        for loss in (MARGIN, 2 * MARGIN):
            broken = draw.random() < loss / 0.8585
            case[f"minus{round(100 * loss)}"] = 0 if broken else case["stable"]
        cases.append(case)
    return cases


def script_of(cases: list[dict], file: str, seed: int) -> dict:
    """A rule for each model and class: right with the class's chance; what no rule answers is wrong."""
    rules = []
    for model in ("stable", "minus5", "minus10"):
        for level in sorted({case[model] for case in cases} - {0}):
            rules.append({"when": {"model": model}, "probability": level / CLASSES,
                          "answers_from": {"file": file, "where": {model: level}, "match": "{{question}}", "answer": "right"}})
    return {"seed": seed, "rules": [*rules, {"answer": "wrong"}]}


def write_project(folder, url: str, cases: list[dict]) -> None:
    (folder / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    suite = {"version": 1, "suite": "bernoulli", "dataset": {"file": "cases.jsonl"}, "messages": [{"user": "{{question}}"}],
             "defaults": {"checks": [{"equals": "right"}]}}
    targets = {model: {"url": url, "model": model, "stream": False} for model in ("stable", "minus5", "minus10")}
    gate = {"version": 1, "baseline": {"ref": "main", "runs": BASELINE_RUNS},
            "gates": [{"id": "overall", "metric": "pass_rate", "margin": MARGIN}]}
    files = {"suite.yaml": suite, "assay.yaml": {"version": 1, "targets": targets, "suites": ["suite.yaml"]},
             "gate.yaml": gate, "looks.yaml": {**gate, "sampling": LOOKS},
             "floor.yaml": {"version": 1, "gates": [{"id": "floor", "metric": "pass_rate", "floor": 0.5}]}}
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))


def run(bench: Bench, folder, target: str, gate: str) -> dict:
    """One run, and its verdict."""
    out = folder / "out"
    cost = run_process([bench.assay, "run", "--target", target, "--gate", gate, "--out", str(out), "--quiet"], folder)
    if cost.exit_code not in (0, 1, 2):
        raise Broken(f"assay run --target {target} --gate {gate}: exit {cost.exit_code}: {cost.err[-2000:]}")
    return json.loads((out / "verdict.json").read_text())


def set_baseline(bench: Bench, folder) -> None:
    set_ = subprocess.run([bench.assay, "baseline", "set", "main", "latest"], cwd=folder, capture_output=True, text=True)
    if set_.returncode != 0:
        raise Broken(f"assay baseline set: exit {set_.returncode}: {set_.stderr}")


KINDS = [("A/A", "stable", "gate.yaml"), ("A/A, with looks", "stable", "looks.yaml"), ("−5 pp", "minus5", "gate.yaml"),
         ("−10 pp", "minus10", "gate.yaml")]


def replicate(bench: Bench, seed: int) -> tuple[dict[str, dict], int, int]:
    """The verdict of each kind, the calls they say they made in all, and the requests that the stub counted."""
    cases = draw_cases(random.Random(seed))
    said = 0
    verdicts = {}
    with bench.project() as folder:
        (folder / "stub.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
        with Stub(bench, script_of(cases, str(folder / "stub.jsonl"), seed)) as stub:
            write_project(folder, stub.url, cases)
            for _ in range(BASELINE_RUNS):
                said += run(bench, folder, "stable", "floor.yaml")["cost"]["calls"]
                set_baseline(bench, folder)
            for kind, target, gate in KINDS:
                verdicts[kind] = run(bench, folder, target, gate)
                said += verdicts[kind]["cost"]["calls"]
        return verdicts, said, stub.served["requests"]


def measure(bench: Bench) -> Story:
    count = bench.pick(60, 5)
    found = {kind: [] for kind, _, _ in KINDS}
    said = served = 0
    for seed in range(count):
        verdicts, of_runs, of_stub = replicate(bench, seed)
        said, served = said + of_runs, served + of_stub
        for kind, verdict in verdicts.items():
            found[kind].append(verdict)
    rows, share = [], {}
    for kind, verdicts in found.items():
        counts = {word: sum(v["verdict"] == word for v in verdicts) for word in ("BLOCK", "PASS", "INCONCLUSIVE")}
        share[kind] = {word: number / count for word, number in counts.items()}
        calls = sum(verdict["cost"]["calls"] for verdict in verdicts) / count
        rows.append([kind, *(percent(number, count) for number in counts.values()), round(calls, 1)])
    claims = [Claim("requests the stub counted beyond those in the verdicts", abs(served - said), 0),
              Claim("A/A blocked", share["A/A"]["BLOCK"], 0.15, 0.05),
              Claim("−10 pp blocked", share["−10 pp"]["BLOCK"], 0.85, 0.95, at_most=False)]
    return Story("Error rates end to end", ["candidate", "block %", "pass %", "open %", "calls"], rows, claims,
                 notes=[f"{count} suites of {CASES} cases, each with {BASELINE_RUNS} baseline runs: "
                        f"{count * (BASELINE_RUNS + len(KINDS)):,} runs and {served:,} calls over HTTP into SQLite",
                        "95 % Wilson intervals in brackets; the simulation of gate.rates is the same population"])
