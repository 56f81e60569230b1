"""(h) Checks a second on 1 kB and 100 kB, whether that is linear, and patterns that blow up elsewhere."""
import json
import os
import pathlib

from common import Bench, Broken, Claim, Story, run_process

SIZES = [1_000, 10_000, 100_000]


def run_program(bench: Bench) -> dict[str, dict[int, float]]:
    """Nanoseconds of CPU a check, by name and size of the answer."""
    program = os.environ.get("CHECKS_BENCH", "build/release/bench/checks_bench")
    if not pathlib.Path(program).exists():
        raise Broken(f"{program} is not there: script/bench checks builds it, CHECKS_BENCH=FILE names another one")
    seconds = bench.pick("0.1", "0.01")
    cost = run_process([str(pathlib.Path(program).resolve()), "--benchmark_format=json", f"--benchmark_min_time={seconds}"], bench.work)
    if cost.exit_code != 0:
        raise Broken(f"{program}: exit {cost.exit_code}: {cost.err[-2000:]}")
    times: dict[str, dict[int, float]] = {}
    for one in json.loads(cost.out)["benchmarks"]:
        name, size = one["name"].rsplit("/", 1)
        times.setdefault(name, {})[int(size)] = one["cpu_time"] * {"ns": 1, "us": 1e3, "ms": 1e6}[one["time_unit"]]
    return times


def per_byte(times: dict[int, float], large: int, small: int) -> float:
    """What a byte costs in the large answer over what it costs in the small one: 1 is linear, 10 or 100 quadratic."""
    return round(times[large] / large / (times[small] / small), 2)


def shown_rate(nanoseconds: float) -> int:
    rate = 1e9 / nanoseconds
    return int(round(rate, -2 if rate >= 10_000 else 0))


def measure(bench: Bench) -> Story:
    times = run_program(bench)
    rows = [[name, *(shown_rate(of[size]) for size in (SIZES[0], SIZES[-1])), round(of[SIZES[-1]] / 1e6, 3),
             per_byte(of, SIZES[-1], SIZES[0]), per_byte(of, SIZES[-1], SIZES[1])] for name, of in times.items()]
    worst = max(rows, key=lambda row: row[-1])
    patterns = [row for row in rows if row[0].startswith("regex ")]
    slowest = max(patterns, key=lambda row: row[3])
    claims = [Claim(f"a byte at 100 kB over one at 10 kB, worst ({worst[0]})", worst[-1], 2, 1.3),
              Claim(f"a pattern that blows up elsewhere on 100 kB, worst, ms ({slowest[0]})", slowest[3], 1000, 100)]
    return Story("Checks", ["check", "checks/s at 1 kB", "at 100 kB", "ms at 100 kB", "byte: 100 / 1 kB", "100 / 10 kB"],
                 rows, claims, notes=["CPU time of one thread, each answer read to its end where a check has to"])
