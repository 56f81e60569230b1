"""(i) Deciding again what a history holds: wall time, CPU and peak memory of `assay gate`."""
import statistics

from common import Bench, Broken, Claim, Story, Stub, run_assay, run_process, write_project

CONCURRENCY = 64
SCRIPT = {"seed": 7, "rules": [{"probability": 0.95, "answer": "ok"}, {"answer": "no"}]}
RUNS = 5  # of the series
REPEATS = 3


def decide(bench: Bench, folder, run: str, store, *options: str) -> tuple[float, float, float]:
    """Seconds, seconds of CPU and MiB of `assay gate`: medians."""
    command = [bench.assay, "gate", run, "--store", str(store), *options]
    costs = []
    for _ in range(REPEATS):
        cost = run_process(command, folder)
        if cost.exit_code != 0:
            raise Broken(f"{' '.join(command)}: exit {cost.exit_code}; {cost.out[-1000:]}{cost.err[-1000:]}")
        costs.append(cost)
    return tuple(statistics.median(values) for values in zip(*((c.wall_s, c.cpu_s, c.rss_mib) for c in costs)))


def row(name: str, stored: int, figures: tuple[float, float, float]) -> list:
    wall, cpu, rss = figures
    return [name, stored, round(wall, 2), round(cpu, 2), round(cpu / stored * 1e6, 2), round(rss, 1)]


def measure_one(bench: Bench, url: str, cases: int, samples: int) -> list:
    with bench.project() as folder:
        write_project(folder, url, cases, CONCURRENCY)
        store = folder / "history.db"
        run = run_assay(bench, folder, "--samples", str(samples), store=store)
        return row(f"{cases:,} × {samples}", cases * samples, decide(bench, folder, run.verdict["run"], store))


def measure_series(bench: Bench, url: str, cases: int) -> list:
    with bench.project() as folder:
        write_project(folder, url, cases, CONCURRENCY)
        store = folder / "history.db"
        for _ in range(RUNS):
            run = run_assay(bench, folder, store=store).verdict["run"]
            set_to = run_process([bench.assay, "baseline", "set", "main", run, "--store", str(store)], folder)
            if set_to.exit_code != 0:
                raise Broken(f"assay baseline set main {run}: {set_to.err}")
        run = run_assay(bench, folder, store=store).verdict["run"]
        figures = decide(bench, folder, run, store, "--baseline", "main")
        return row(f"{cases:,} against {RUNS} × {cases:,}", cases * (RUNS + 1), figures)


def measure(bench: Bench) -> Story:
    million, fewer, series = bench.pick((1_000_000, 100_000, 200_000), (100_000, 10_000, 20_000))
    with Stub(bench, SCRIPT) as stub:
        rows = [measure_one(bench, stub.url, million, 1), measure_one(bench, stub.url, fewer, 10),
                measure_series(bench, stub.url, series)]
    claims = [claim for name, _, wall, _, _, rss in rows
              for claim in (Claim(f"s, {name}", wall, 2), Claim(f"peak RSS, {name}, MiB", rss, 200))]
    columns = ["cases × samples", "stored samples", "wall s", "CPU s", "µs of CPU a sample", "RSS MiB"]
    notes = [f"medians of {REPEATS}; one answer of twenty fails its checks, and the worst cases are listed",
             "a decision reads, decides, adds the verdict to the chain and writes verdict.json"]
    return Story("Deciding again what is stored", columns, rows, claims, notes=notes)
