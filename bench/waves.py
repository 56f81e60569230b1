"""(b) Wall time over the ideal: twenty waves of calls that each take the same time."""
import resource

from common import Bench, Claim, Plot, Story, Stub, run_assay, write_project

WAVES = 20
CLAIMED = {(1000, 0.2), (5000, 2.0)}


def measure_level(bench: Bench, in_flight: int, latency: float, waves: int) -> list:
    with Stub(bench, {"latency": {"fixed": f"{round(latency * 1000)}ms"}, "rules": [{"answer": "ok"}]}) as stub:
        with bench.project() as folder:
            write_project(folder, stub.url, in_flight * waves, in_flight)
            run = run_assay(bench, folder)
    ideal = waves * latency
    return [in_flight, latency, run.cases, ideal, round(run.wall_s, 3), round(run.wall_s / ideal, 3),
            round(run.cost.wall_s / ideal, 3), round(run.cpu_us, 1), round(run.cost.rss_mib, 1)]


def measure(bench: Bench) -> Story:
    rows, claims, notes = [], [], []
    most_files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    for in_flight, latency in [(64, 0.2), (256, 0.2), (1000, 0.2), (5000, 2.0)]:
        if most_files < in_flight + 100:
            notes.append(f"{in_flight} in flight left out: this system lets a process open {most_files} files")
            continue
        row = measure_level(bench, in_flight, latency, bench.pick(WAVES, WAVES if latency < 1 else 5))
        rows.append(row)
        if (in_flight, latency) in CLAIMED and row[2] == in_flight * WAVES:
            what = f"wall over ideal, {row[2]:,} cases at {in_flight} × {latency:g} s"
            claims.append(Claim(what, row[5], 1.10, 1.03))
    series = {"first call to last": [(row[0], row[5]) for row in rows],
              "whole process": [(row[0], row[6]) for row in rows]}
    plot = Plot("waves", "Wall time over the ideal", "in flight", "wall / ideal", series,
                {"floor": 1.10, "aim": 1.03}, least=1, log_x=True)
    columns = ["in flight", "latency s", "cases", "ideal s", "wall s", "wall/ideal", "process/ideal", "µs a case",
               "RSS MiB"]
    notes.append("ideal = waves × latency; nothing warms up: the connections are made within the first wave")
    return Story("Waves: wall time over the ideal", columns, rows, claims, [plot], notes)
