#!/usr/bin/env python3
"""Cases per second and memory of `assay run`, beside wrk on the same stub in the same run.

    bench/throughput.py build/release/assay [--cases 10000] [--concurrency 64] [--json FILE]

Both sides share the machine; only the ratio and the memory mean something elsewhere. The stub answers at once (no
latency). wrk sends the same request with whole answers; Assay validates, replays, scores two checks and stores.
"""
import argparse
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time

SUITE = """version: 1
suite: throughput
kind: golden
floor: 0.8
dataset: {file: cases.jsonl}
messages: [{user: "{{question}}"}]
defaults:
  params: {temperature: 0}
  checks:
    - contains: ok
    - regex: "(?i)^\\\\s*ok"
"""
CONFIG = """version: 1
targets:
  stub: {url: "URL", model: stub-1, stream: STREAM, limits: {concurrency: N}}
suites: [suite.yaml]
"""


def write_project(folder: pathlib.Path, url: str, cases: int, concurrency: int, stream: bool) -> None:
    (folder / "suite.yaml").write_text(SUITE)
    config = CONFIG.replace("URL", url).replace("STREAM", str(stream).lower()).replace("N}", f"{concurrency}}}")
    (folder / "assay.yaml").write_text(config)
    with open(folder / "cases.jsonl", "w") as out:
        for i in range(cases):
            out.write(json.dumps({"id": f"c{i}", "question": f"Case {i}: say ok."}) + "\n")


def cpu_of(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run_wrk(url: str, seconds: int, concurrency: int) -> dict:
    script = pathlib.Path(__file__).with_name("wrk_chat.lua")
    command = ["wrk", "-t1", f"-c{concurrency}", f"-d{seconds}s", "-s", str(script), url + "/chat/completions"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    requests = int(re.search(r"(\d+) requests in", text).group(1))
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return {"requests_per_s": round(rate), "cpu_us_per_request": round(cpu / requests * 1e6, 2)}


def run_assay(assay: str, folder: pathlib.Path, cases: int) -> dict:
    started = time.monotonic()
    child = subprocess.Popen([assay, "run", "--quiet"], cwd=folder, stdout=subprocess.PIPE)
    out = child.stdout.read().decode().strip()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - started
    if os.waitstatus_to_exitcode(status) != 0 or out != "PASS":
        sys.exit(f"assay ended with {os.waitstatus_to_exitcode(status)} {out!r}")
    verdict = json.loads(next((folder / ".assay/runs").glob("*/verdict.json")).read_text())
    shutil.rmtree(folder / ".assay")
    replay = verdict["timing"]["wall_s"]
    return {
        "cases_per_s": round(cases / replay),
        "cases_per_s_whole_process": round(cases / wall),
        "cpu_us_per_case": round((usage.ru_utime + usage.ru_stime) / cases * 1e6, 1),
        "peak_rss_mib": round(usage.ru_maxrss / 1024, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assay")
    parser.add_argument("--cases", type=int, default=10000)
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=5, help="of each wrk run")
    parser.add_argument("--json", help="write the figures there as well")
    args = parser.parse_args()
    assay = str(pathlib.Path(args.assay).resolve())

    stub = subprocess.Popen([assay, "stub"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        url = stub.stdout.readline().split()[1]
        before = cpu_of(stub.pid)
        wrk = run_wrk(url, args.seconds, args.concurrency)
        stub_cpu = cpu_of(stub.pid) - before
        wrk["stub_cpu_us_per_request"] = round(stub_cpu / (wrk["requests_per_s"] * args.seconds) * 1e6, 2)
        figures = {"cases": args.cases, "concurrency": args.concurrency, "wrk": wrk}
        for name, stream in (("whole", False), ("streamed", True)):
            with tempfile.TemporaryDirectory() as folder:
                write_project(pathlib.Path(folder), url, args.cases, args.concurrency, stream)
                figures[name] = run_assay(assay, pathlib.Path(folder), args.cases)
        figures["cpu_per_case_over_wrk_request"] = round(
            figures["whole"]["cpu_us_per_case"] / wrk["cpu_us_per_request"], 1)
    finally:
        stub.terminate()
        stub.wait()
    text = json.dumps(figures, indent=2)
    print(text)
    if args.json:
        pathlib.Path(args.json).write_text(text + "\n")


if __name__ == "__main__":
    main()
