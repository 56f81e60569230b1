"""Runs the benchmarks that are named, prints a table for each, and writes JSON and plots.

Exit code: 0 all floors held, 1 a floor was missed, 3 a measurement broke (a verdict that is not the expected one)."""
import argparse
import dataclasses
import datetime
import importlib
import json
import os
import pathlib
import platform
import resource
import subprocess
import sys

from common import FOLDER, Bench, Broken, Story

STORIES = ["throughput", "waves", "capacity", "memory", "gate_speed", "startup", "overhead", "faults", "checks"]
ON_REQUEST = ["peers", "gate.rates", "gate.harms", "gate.coverage", "gate.canary", "gate.runs"]


def machine(bench: Bench) -> dict:
    models = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    version = subprocess.run([bench.assay, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {"assay": version, "cores": os.cpu_count(), "cpu": models[0] if models else platform.machine(),
            "kernel": platform.release(), "load_before": os.getloadavg()[0], "quick": bench.quick,
            "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")}


def print_table(columns: list[str], rows: list[list]) -> None:
    text = [columns] + [[f"{cell:,}" if isinstance(cell, (int, float)) else str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in text) for i in range(len(columns))]
    for row in text:
        print("  " + "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                               for i, (cell, width) in enumerate(zip(row, widths))).rstrip())


def print_story(name: str, story: Story) -> None:
    print(f"\n{name} — {story.title}\n")
    if story.rows:
        print_table(story.columns, story.rows)
    if story.claims:
        print()
        print_table(["claim", "measured", "floor", "aim", ""], [
            [claim.figure, claim.value, f"{'≤' if claim.at_most else '≥'} {claim.floor:,}",
             "–" if claim.aim is None else f"{claim.aim:,}", claim.state()] for claim in story.claims])
    for note in story.notes:
        print(f"  • {note}")
    sys.stdout.flush()


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description="Benchmarks of assay; see docs/benchmarks.md.")
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help=f"{', '.join(STORIES)} (the default); on request only: {', '.join(ON_REQUEST)}, "
                             "or gate for all of its own")
    parser.add_argument("--quick", action="store_true", help="short versions, for development")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path, help="write the figures there as well")
    parser.add_argument("--assay", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("build/bench"),
                        help="folder of bench.json and the plots")
    args = parser.parse_args()
    args.names = [story for name in args.names
                  for story in ([each for each in ON_REQUEST if each.startswith("gate.")] if name == "gate" else [name])]
    if unknown := set(args.names) - {*STORIES, *ON_REQUEST}:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    return args


def main() -> int:
    args = parse()
    args.out.mkdir(parents=True, exist_ok=True)
    bench = Bench(str(pathlib.Path(args.assay).resolve()), args.quick, args.out.resolve() / "work")
    bench.work.mkdir(exist_ok=True)
    most_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    figures = {"machine": machine(bench), "stories": {}}
    load = figures["machine"]["load_before"]
    if load > 0.5:
        print(f"  • the machine is busy (load {load:.1f}): only ratios mean something", flush=True)
    missed = 0
    for name in args.names or STORIES:
        try:
            story = importlib.import_module(name).measure(bench)
        except Broken as broken:
            print(f"script/bench: {name}: {broken}", file=sys.stderr)
            return 3
        print_story(name, story)
        missed += sum(claim.state() == "MISSED" for claim in story.claims)
        figures["stories"][name] = dataclasses.asdict(story)
        for claim, data in zip(story.claims, figures["stories"][name]["claims"]):
            data["state"] = claim.state()
        for file in filter(None, (args.out / "bench.json", args.json)):
            file.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
    print()
    subprocess.run([sys.executable, str(FOLDER / "plots.py"), str(args.out / "bench.json")], check=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
