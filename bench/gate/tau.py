#!/usr/bin/env python3
"""tau-bench's recorded airline trials as a history: bench/gate/tau.py gpt-4o-airline.json --assay build/release/assay.

The stub replays who passed: sample k of a task is its trial k. `assay show --metrics` must then give pass^1 to pass^4 of
the trials, and `assay simulate --from-history` says what a policy would make of such an agent. The file is that of
github.com/sierra-research/tau-bench, historical_trajectories/."""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

TRIALS = 4


def read_tasks(file: pathlib.Path) -> list[list[bool]]:
    """Of each task, which of its trials passed."""
    tasks: dict[int, dict[int, bool]] = {}
    for entry in json.loads(file.read_text()):
        tasks.setdefault(entry["task_id"], {})[entry["trial"]] = entry["reward"] == 1.0
    if any(len(trials) != TRIALS for trials in tasks.values()):
        sys.exit(f"{file}: a task has not {TRIALS} trials")
    return [[trials[k] for k in sorted(trials)] for _, trials in sorted(tasks.items())]


def write_project(folder: pathlib.Path, tasks: list[list[bool]]) -> None:
    cases = [{"id": f"airline-{i:02}", "question": f"Task {i:02}: solve it.",
              **{f"t{k + 1}": "solved" if passed else "not solved" for k, passed in enumerate(trials)}}
             for i, trials in enumerate(tasks)]
    (folder / "cases.jsonl").write_text("".join(json.dumps(case) + "\n" for case in cases))
    rules = [{"times": k, "answers_from": {"file": "cases.jsonl", "match": "{{question}}", "answer": f"{{{{t{k}}}}}"}}
             for k in range(1, TRIALS + 1)]
    suite = {"version": 1, "suite": "airline", "dataset": {"file": "cases.jsonl"}, "messages": [{"user": "{{question}}"}],
             "defaults": {"samples": TRIALS, "checks": [{"equals": "solved"}]}}
    gates = [{"id": "overall", "metric": "pass_rate", "floor": 0.3, "margin": 0.10},
             {"id": "reliable", "metric": "pass_pow_4", "floor": 0.1}]
    policy = {"version": 1, "baseline": {"ref": "main", "runs": 5, "bootstrap": True}, "gates": gates}
    files = {"stub.yaml": {"version": 1, "rules": rules}, "suite.yaml": suite, "gate.yaml": policy}
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))


def estimated(tasks: list[list[bool]]) -> list[float]:
    """pass^k of the recorded trials, the mean of C(c, k) / C(n, k)."""
    def choose(n: int, k: int) -> int:
        return 0 if k > n else 1 if k == 0 else choose(n - 1, k - 1) * n // k
    return [sum(choose(sum(trials), k) / choose(TRIALS, k) for trials in tasks) / len(tasks)
            for k in range(1, TRIALS + 1)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--assay", default="assay")
    parser.add_argument("--replicates", default="2000")
    args = parser.parse_args()
    assay = str(pathlib.Path(args.assay).resolve()) if "/" in args.assay else args.assay
    tasks = read_tasks(args.file)

    def call(*arguments: str, allowed: tuple[int, ...] = (0,)) -> str:
        done = subprocess.run([assay, *arguments], cwd=folder, capture_output=True, text=True)
        if done.returncode not in allowed:
            sys.exit(f"assay {' '.join(arguments)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_project(folder, tasks)
        # Without a baseline the run is INCONCLUSIVE (2): it becomes the first of the series.
        print(call("run", "suite.yaml", "--url", "stub:stub.yaml", "--model", "gpt-4o", "--gate", "gate.yaml", allowed=(0, 2)))
        call("baseline", "set", "main", "latest")
        print(call("show", "latest", "--metrics"))
        shown = json.loads(call("show", "latest", "--metrics", "--json"))
        found = [line["pass_pow"] for line in shown[0]["repeats"]]
        expected = estimated(tasks)
        print("pass^1 … pass^4:", " ".join(f"{value:.3f}" for value in found))
        if any(abs(a - b) > 1e-9 for a, b in zip(found, expected)) or len(found) != TRIALS:
            sys.exit(f"the recorded trials have {expected}")
        print(call("simulate", "--from-history", "--replicates", args.replicates))
    return 0


if __name__ == "__main__":
    sys.exit(main())
