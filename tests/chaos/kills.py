#!/usr/bin/env python3
"""kill -9 at random instants, resumed each time: no sample lost, none doubled, none paid for twice, the same verdict.

    python3 tests/chaos/kills.py build/release/assay 100 /tmp/kills [SEED]
"""
import contextlib
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import harness

CASES = 200
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
# Some questions are answered with nothing that can be read, and asked again in other words.
JUDGE = """version: 1
seed: 11
latency: {fixed: 8ms, jitter: 0.9}
rules:
  - {probability: 0.1, times: 1, fault: {status: 503}}
  - {probability: 0.05, times: 1, answer: I would rather not say.}
""" + harness.VERDICTS


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


@contextlib.contextmanager
def endpoints(assay, folder):
    """A target and a judge, and a project that asks them."""
    with harness.Stub(assay, folder / "stub", SCRIPT) as target, harness.Stub(assay, folder / "judge", JUDGE) as judge:
        harness.write_project(folder, target.url, CASES, SAMPLES, CONCURRENCY, judge=judge.url)
        yield target, judge


def whole_run(assay, folder):
    """The same run without a kill: what the verdict must be."""
    with endpoints(assay, folder):
        ended = harness.run(assay, folder)
        harness.require(ended.returncode in (0, 1, 2), f"the run without kills ended with {ended.returncode}: {ended.stderr}")
    return harness.verdict(folder)


def kill_and_resume(assay, folder, kills, seed, expected):
    draw = random.Random(seed)
    with endpoints(assay, folder) as (target, judge):
        done = 0
        of_run = 0  # kills
        extra = 0
        rounds = 0
        while done < kills:
            rounds += 1
            # Long enough to get somewhere now and then, short enough to hit start-up and commits as well.
            if killed_run(assay, folder, draw.uniform(0.005, 0.4)):
                extra += check(assay, folder, target, judge, of_run, expected, "latest")
                shutil.rmtree(folder / ".assay")  # it ended: the next run starts anew, with new logs
                target.log.write_text("")
                judge.log.write_text("")
                of_run = 0
            else:
                done += 1
                of_run += 1
        return extra + check(assay, folder, target, judge, of_run, expected, "auto"), rounds


def paid_twice(who, answered, stored, kills):
    """A kill loses what was in flight, and what the writer had not committed; each such call is paid for once more."""
    extra = answered - stored
    harness.require(extra >= 0, f"{stored} answers of the {who} are stored, and {answered} were given")
    harness.require(extra <= kills * 2 * CONCURRENCY, f"{extra} calls of the {who} were paid for twice in {kills} kills")
    return extra


def check(assay, folder, target, judge, kills, expected, resumed):
    ended = harness.run(assay, folder, "--resume", resumed)
    harness.require(ended.returncode in (0, 1, 2), f"the resumed run ended with {ended.returncode}: {ended.stderr}")
    harness.check_history(folder, CASES, SAMPLES)
    report = harness.verdict(folder)
    harness.check_balance(report)
    harness.check_judged(folder)
    served = harness.answered(target.requests())
    harness.require(all(served[f"Case {i}: say ok."] >= SAMPLES for i in range(CASES)), "a sample was never asked")
    extra = paid_twice("target", sum(served.values()), CASES * SAMPLES, kills)
    (stored,) = harness.rows(folder, "SELECT count(*) FROM step WHERE role<>0 AND error_kind IS NULL")
    extra += paid_twice("judge", sum(harness.answered(judge.requests()).values()), stored[0], kills)
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
    print(f"{kills} kills in {rounds} starts, {CASES * SAMPLES} judged samples: none lost, none doubled, same verdict; "
          f"{extra} calls in flight were paid for again; {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()
