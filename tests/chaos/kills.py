#!/usr/bin/env python3
"""kill -9 at random instants, resumed each time: no sample lost, none doubled, none paid for twice, the same verdict.

    python3 tests/chaos/kills.py build/release/runner/assay 100 /tmp/kills [SEED]
"""
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import harness

CASES = 400
SAMPLES = 3
CONCURRENCY = 16
SCRIPT = """version: 1
seed: 7
latency: {fixed: 12ms, jitter: 0.9}
rules:
  - {probability: 0.1, times: 1, fault: {status: 503}}
  - {when: {last_user: {regex: "Case \\\\d*7:"}}, answer: no}
  - {answer: ok}
"""


def killed_run(assay, folder, pause):
    """Starts or goes on with the run, and kills it after `pause`. True if it was finished by then."""
    child = subprocess.Popen([assay, "run", "--quiet", "--out", "out", "--resume", "auto"], cwd=folder,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        child.wait(pause)
        return True
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
        child.wait()
        return is_finished(folder)


def is_finished(folder):
    """A kill may come between the end of the run and that of its process."""
    try:
        return harness.rows(folder, "SELECT status FROM run") == [("finished",)]
    except sqlite3.Error:
        return False  # killed before there was a history


def whole_run(assay, folder):
    """The same run without a kill: what the verdict must be."""
    with harness.Stub(assay, folder / "stub", SCRIPT) as stub:
        harness.write_project(folder, stub.url, CASES, SAMPLES, CONCURRENCY)
        ended = harness.run(assay, folder)
        harness.require(ended.returncode in (0, 1, 2), f"the run without kills ended with {ended.returncode}: {ended.stderr}")
    return harness.verdict(folder)


def kill_and_resume(assay, folder, kills, seed, expected):
    draw = random.Random(seed)
    with harness.Stub(assay, folder / "stub", SCRIPT) as stub:
        harness.write_project(folder, stub.url, CASES, SAMPLES, CONCURRENCY)
        done = 0
        of_run = 0  # kills
        extra = 0
        rounds = 0
        while done < kills:
            rounds += 1
            # Long enough to get somewhere now and then, short enough to hit start-up and commits as well.
            if killed_run(assay, folder, draw.uniform(0.005, 0.25)):
                extra += check(assay, folder, stub, of_run, expected, "latest")
                shutil.rmtree(folder / ".assay")  # it ended: the next run starts anew, with a new log
                stub.log.write_text("")
                of_run = 0
            else:
                done += 1
                of_run += 1
        return extra + check(assay, folder, stub, of_run, expected, "auto"), rounds


def check(assay, folder, stub, kills, expected, resumed):
    ended = harness.run(assay, folder, "--resume", resumed)
    harness.require(ended.returncode in (0, 1, 2), f"the resumed run ended with {ended.returncode}: {ended.stderr}")
    harness.check_history(folder, CASES, SAMPLES)
    report = harness.verdict(folder)
    harness.check_balance(report)
    served = harness.answered(stub.requests())
    harness.require(all(served[f"Case {i}: say ok."] >= SAMPLES for i in range(CASES)), "a sample was never asked")
    extra = sum(served.values()) - CASES * SAMPLES
    # A kill loses what was in flight, and what the writer had not committed; each such call is paid for once more.
    harness.require(extra <= kills * 2 * CONCURRENCY, f"{extra} calls were paid for twice in {kills} kills")
    harness.require(report["decision"] == expected["decision"],
                    f"the verdict differs: {report['verdict']} {report['decision']}, "
                    f"and {expected['verdict']} {expected['decision']} without kills")
    return extra


def main():
    assay = str(pathlib.Path(sys.argv[1]).resolve())
    kills = int(sys.argv[2])
    folder = pathlib.Path(sys.argv[3]).resolve()
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    shutil.rmtree(folder, ignore_errors=True)
    started = time.monotonic()
    try:
        expected = whole_run(assay, folder / "whole")
        extra, rounds = kill_and_resume(assay, folder / "killed", kills, seed, expected)
    except harness.Failed as failure:
        sys.exit(f"FAILED: {failure} (seed {seed}; what is left: {folder})")
    print(f"{kills} kills in {rounds} starts, {CASES * SAMPLES} samples: none lost, none doubled, same verdict; "
          f"{extra} calls in flight were paid for again; {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
