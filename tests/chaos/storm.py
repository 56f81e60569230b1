#!/usr/bin/env python3
"""Runs in bad weather: every fault of the stub, jumping clocks, a slow disk, few descriptors, a full disk.

    python3 tests/chaos/storm.py build/release/assay faults /tmp/storm
"""
import json
import os
import pathlib
import random
import resource
import shutil
import subprocess
import threading
import time

import harness

CASES = 300
OK = "version: 1\nlatency: {fixed: 5ms}\nrules:\n  - {answer: ok}\n"
# Each fault befalls some of the cases once or twice; their retries then succeed.
FAULTS = ["{status: 429}", '{status: 429, headers: {Retry-After: "0"}}', "{status: 500}", "{status: 503}",
          "{reset: before}", "{reset: within}", "{close: before}", "{close: within}", "{stall: before}", "{stall: within}",
          "{truncate: 0.5}", "{truncate: {bytes: 3}}", "{malformed: json}", "{trickle: {bytes: 16, every: 1ms}}"]


def storm_script():
    lines = ["version: 1", "seed: 3", "latency: {fixed: 2ms}", "rules:"]
    for fault in FAULTS:
        lines.append(f"  - {{probability: 0.03, times: 2, answer: ok and more of it, fault: {fault}}}")
    return "\n".join([*lines, "  - {answer: ok}", ""])


def faults(assay, folder):
    """Every sample ends in exactly one state, whatever the endpoint does; the run ends, and the log agrees."""
    for stream in (False, True):
        here = folder / ("streamed" if stream else "whole")
        with harness.Stub(assay, here / "stub", storm_script()) as stub:
            harness.write_project(here, stub.url, CASES, samples=2, stream=stream, patience="500ms")
            ended = harness.run(assay, here)
            # A malformed answer is final, so some samples may err; the verdict says so, and is never PASS by silence.
            harness.require(ended.returncode in (0, 3), f"exit {ended.returncode}: {ended.stderr}")
            harness.check_history(here, CASES, 2)
            report = harness.verdict(here)
            harness.check_balance(report)
            requests = stub.requests()
        scored = report["suites"][0]["scored"]
        billed = sum(harness.answered(requests).values())
        harness.require(billed >= scored, f"{scored} samples are scored, and only {billed} calls were answered")
        attempts = report["cost"]["attempts"]
        harness.require(attempts == len(requests), f"{attempts} attempts are stored, and {len(requests)} came in")


# What befalls a judge: nothing of it may change a score.
JUDGE_FAULTS = ["{status: 429}", '{status: 429, headers: {Retry-After: "0"}}', "{status: 500}", "{status: 502}",
                "{status: 503}", "{reset: before}", "{reset: within}", "{close: within}", "{stall: before}", "{stall: within}",
                "{truncate: 0.5}", "{trickle: {bytes: 64, every: 1ms}}"]


def judge_script():
    lines = ["version: 1", "seed: 5", "latency: {fixed: 2ms}", "rules:",
             '  - {probability: 0.003, times: 1, fault: {status: 429, headers: {Retry-After: "1"}}}']
    for fault in JUDGE_FAULTS:
        lines.append(f"  - {{probability: 0.02, times: 2, answer: nothing that could be read as a verdict, fault: {fault}}}")
    return "\n".join(lines) + "\n" + harness.VERDICTS


def judge_faults(assay, folder):
    """A judge in bad weather gives the decision of one in good weather, and each attempt is stored."""
    good = folder / "good"
    with harness.Stub(assay, good / "stub", OK) as target, \
            harness.Stub(assay, good / "judge", "version: 1\nrules:\n" + harness.VERDICTS) as judge:
        harness.write_project(good, target.url, CASES, judge=judge.url)
        harness.require(harness.run(assay, good).returncode == 0, "the run in good weather did not pass")
    expected = harness.verdict(good)
    for stream in (False, True):
        here = folder / ("streamed" if stream else "whole")
        with harness.Stub(assay, here / "stub", OK) as target, harness.Stub(assay, here / "judge", judge_script()) as judge:
            harness.write_project(here, target.url, CASES, stream=stream, patience="300ms", judge=judge.url)
            ended = harness.run(assay, here)
            harness.require(ended.returncode == 0, f"exit {ended.returncode}: {ended.stderr}")
            harness.check_history(here, CASES, 1)
            harness.check_judged(here)
            report = harness.verdict(here)
            harness.check_balance(report)
            came = len(target.requests()) + len(judge.requests())
            billed = sum(harness.answered(judge.requests()).values())
        attempts = report["cost"]["attempts"]
        harness.require(attempts == came, f"{attempts} attempts are stored, and {came} came in")
        harness.require(billed >= len(harness.ASKED) * CASES, f"only {billed} questions were answered")
        harness.require(report["decision"] == expected["decision"], f"the weather decided: {report['reasons']}")


def few_files(assay, folder):
    """64 descriptors and 256 calls wanted, of a target and of a judge: said, not hit."""
    judge_script = "version: 1\nlatency: {fixed: 5ms}\nrules:\n" + harness.VERDICTS
    with harness.Stub(assay, folder / "stub", OK) as target, harness.Stub(assay, folder / "judge", judge_script) as judge:
        harness.write_project(folder, target.url, CASES, concurrency=256, judge=judge.url)
        ended = harness.run(assay, folder, files=64)
    harness.require(ended.returncode == 0, f"exit {ended.returncode}: {ended.stderr}")
    harness.require("64 files" in ended.stderr, f"nobody said that files are few: {ended.stderr!r}")
    calls = CASES * (1 + len(harness.ASKED))
    harness.require(harness.verdict(folder)["cost"]["attempts"] == calls, "attempts were wasted on descriptors")
    harness.check_history(folder, CASES, 1)
    harness.check_judged(folder)


def few_files_for_programs(assay, folder):
    """The same where the target is a program, which holds more than one descriptor."""
    harness.write_project(folder, "http://127.0.0.1:1", CASES)
    (folder / "app.sh").write_text("#!/bin/sh\nsleep 0.05\necho '{\"answer\": \"ok\"}'\n")
    (folder / "app.sh").chmod(0o755)
    (folder / "assay.yaml").write_text("version: 1\ntargets:\n  app: {api: command, command: [./app.sh], "
                                       "limits: {concurrency: 64}}\nsuites: [suite.yaml]\n")
    ended = harness.run(assay, folder, files=64)
    harness.require(ended.returncode == 0, f"exit {ended.returncode}: {ended.stderr}")
    harness.require("64 files" in ended.stderr, f"nobody said that files are few: {ended.stderr!r}")
    harness.require(harness.verdict(folder)["cost"]["attempts"] == CASES, "attempts were wasted on descriptors")


def few_files_to_measure_a_judge(assay, folder):
    """The same of `assay calibrate`: no answer is lost to descriptors."""
    judge_script = "version: 1\nlatency: {fixed: 5ms}\nrules:\n" + harness.VERDICTS
    with harness.Stub(assay, folder / "judge", judge_script) as judge:
        harness.write_project(folder, judge.url, CASES, concurrency=256, judge=judge.url)
        with open(folder / "human.jsonl", "w", encoding="utf-8") as labels:
            for i in range(CASES):
                label = {"suite": "chaos", "case": f"c{i}", "answer": f"ok {i}", "check": "rubric", "pass": True, "by": "ana"}
                labels.write(json.dumps(label) + "\n")
        command = [assay, "calibrate", "suite.yaml", "--labels", "human.jsonl", "--no-injection", "--quiet"]
        ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300,
                               preexec_fn=lambda: harness.limit_files(64))
    harness.require(ended.returncode == 0, f"exit {ended.returncode}: {ended.stderr}")
    (attempts,) = harness.rows(folder, "SELECT sum(attempts) FROM step WHERE role<>0")
    harness.require(attempts[0] == CASES, f"{attempts[0]} attempts for {CASES} questions")


def jumping_clock(assay, folder):
    """The wall clock jumps by days while the run waits and retries; only the steady clock may matter."""
    if shutil.which("faketime") is None:
        raise harness.Failed("faketime is not installed: script/setup test")
    now = folder / "now"
    folder.mkdir(parents=True, exist_ok=True)
    now.write_text("+0d")
    library = subprocess.run(["faketime", "-f", "+0d", "printenv", "LD_PRELOAD"], check=True, capture_output=True, text=True)
    env = {**os.environ, "LD_PRELOAD": library.stdout.strip(), "FAKETIME_TIMESTAMP_FILE": str(now), "FAKETIME_NO_CACHE": "1",
           "DONT_FAKE_MONOTONIC": "1"}
    stop = threading.Event()

    def jump():
        draw = random.Random(5)
        while not stop.wait(0.02):
            now.write_text(f"{draw.randint(-900, 900):+d}d")

    thread = threading.Thread(target=jump)
    with harness.Stub(assay, folder / "stub", storm_script()) as stub:
        harness.write_project(folder, stub.url, CASES, patience="500ms")
        thread.start()
        try:
            ended = harness.run(assay, folder, env=env)
        finally:
            stop.set()
            thread.join()
    harness.require(ended.returncode in (0, 3), f"exit {ended.returncode}: {ended.stderr}")
    harness.check_history(folder, CASES, 1)
    report = harness.verdict(folder)
    harness.check_balance(report)
    harness.require(0 < report["timing"]["wall_s"] < 120, f"wall time followed the clock: {report['timing']['wall_s']} s")


def slow_disk(assay, folder):
    """Every sync takes 50 ms: slower, and whole."""
    library = os.environ["ASSAY_SLOW_DISK"]
    with harness.Stub(assay, folder / "stub", OK) as stub:
        harness.write_project(folder, stub.url, CASES)
        ended = harness.run(assay, folder, env={**os.environ, "LD_PRELOAD": library})
    harness.require(ended.returncode == 0, f"exit {ended.returncode}: {ended.stderr}")
    harness.check_history(folder, CASES, 1)


def full_disk(assay, folder):
    """The history cannot grow beyond 256 KiB: exit 3, said, what was committed is kept, and --resume finishes it."""
    with harness.Stub(assay, folder / "stub", OK) as stub:
        harness.write_project(folder, stub.url, 2000)

        def no_room():
            resource.setrlimit(resource.RLIMIT_FSIZE, (256 << 10, 256 << 10))

        ended = subprocess.run([assay, "run", "--quiet", "--out", "out"], cwd=folder, capture_output=True, text=True,
                               timeout=120, preexec_fn=no_room)
        harness.require(ended.returncode == 3, f"exit {ended.returncode}, not 3: {ended.stderr}")
        harness.require("history" in ended.stderr, f"the error does not name the history: {ended.stderr!r}")
        harness.require(not (folder / "out/verdict.json").exists(), "a verdict was written without evidence")
        before = harness.rows(folder, "SELECT count(*) FROM sample")[0][0]
        ended = harness.run(assay, folder, "--resume", "latest")
        harness.require(ended.returncode == 0, f"the resumed run: exit {ended.returncode}: {ended.stderr}")
        asked = len(stub.requests())
    harness.check_history(folder, 2000, 1)
    harness.require(asked <= 2 * 2000 - before, f"{asked} calls for 2000 samples, {before} of which were stored")


def hung_request(assay, folder):
    """One request in a thousand is never answered: the run ends within its deadline."""
    script = "version: 1\nrules:\n  - {when: {last_user: {contains: 'Case 500:'}}, fault: {stall: before}}\n  - {answer: ok}\n"
    with harness.Stub(assay, folder / "stub", script) as stub:
        harness.write_project(folder, stub.url, 1000, patience="1s")
        config = (folder / "assay.yaml").read_text().replace("retries: {max: 12", "retries: {max: 1").replace("total: 10s", "total: 1s")
        (folder / "assay.yaml").write_text(config)
        started = time.monotonic()
        ended = harness.run(assay, folder)
        took = time.monotonic() - started
    harness.require(ended.returncode == 0, f"exit {ended.returncode}: {ended.stderr}")
    harness.require(took < 20, f"two attempts of at most 1 s each, and the run took {took:.1f} s")
    harness.require(harness.verdict(folder)["suites"][0]["errored"] == 1, "the hung request is not counted as errored")


TESTS = {each.__name__: each for each in (faults, judge_faults, few_files, few_files_for_programs,
                                          few_files_to_measure_a_judge, jumping_clock, slow_disk, full_disk, hung_request)}

if __name__ == "__main__":
    import sys
    shutil.rmtree(pathlib.Path(sys.argv[3]), ignore_errors=True)
    harness.main(TESTS)
