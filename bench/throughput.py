"""(a) Cases a second and CPU a case without latency, beside wrk on the same stub with as many connections."""
from statistics import median

from common import Bench, Claim, Plot, Run, Story, Stub, Wrk, run_assay, run_wrk, write_project

CLAIMED = 64  # in flight; the claims are about this row


def measure_pair(bench: Bench, url: str, in_flight: int, stream: bool) -> tuple[Wrk, Run]:
    """One after the other, so that both meet the machine in the same mood."""
    wrk = run_wrk(bench, url, in_flight, bench.pick(2, 1))
    cases = min(bench.pick(20_000, 5_000), in_flight * bench.pick(4_000, 1_000))
    with bench.project() as folder:
        write_project(folder, url, cases, in_flight, target={"stream": stream})
        return wrk, run_assay(bench, folder)


def row_of(in_flight: int, stream: bool, pairs: list[tuple[Wrk, Run]]) -> list:
    ratio = median(run.cpu_us / wrk.cpu_us for wrk, run in pairs)
    runs = [run for _, run in pairs]
    return [f"{in_flight}{' streamed' if stream else ''}",
            round(median(wrk.rate for wrk, _ in pairs)), round(median(wrk.cpu_us for wrk, _ in pairs), 1),
            round(median(run.rate for run in runs)), round(median(run.whole_rate for run in runs)),
            round(median(run.cpu_us for run in runs), 1), round(ratio, 1),
            round(max(run.cost.rss_mib for run in runs), 1)]


def measure(bench: Bench) -> Story:
    levels = bench.pick([1, 4, 16, 64, 256, 1024], [1, 64, 1024])
    rows = []
    with Stub(bench) as stub:
        for in_flight, stream in [(level, False) for level in levels] + [(CLAIMED, True)]:
            pairs = [measure_pair(bench, stub.url, in_flight, stream) for _ in range(bench.pick(3, 1))]
            rows.append(row_of(in_flight, stream, pairs))
    whole = rows[:-1]
    claimed = next(row for row in whole if row[0] == str(CLAIMED))
    claims = [
        Claim(f"cases/s at {CLAIMED} in flight, first call to last", claimed[3], 12_000, 20_000, at_most=False),
        Claim(f"cases/s at {CLAIMED} in flight, the whole process", claimed[4], 12_000, 20_000, at_most=False),
        Claim(f"CPU of a case over CPU of a wrk request at {CLAIMED}", claimed[6], 8, 4),
    ]
    plot = Plot("throughput", "CPU of a case beside a wrk request", "in flight", "µs of CPU", {
        "assay, a case": [(int(row[0]), row[5]) for row in whole],
        "wrk, a request": [(int(row[0]), row[2]) for row in whole]}, log_x=True, log_y=True)
    columns = ["in flight", "wrk req/s", "wrk µs", "cases/s", "whole process", "µs a case", "ratio", "RSS MiB"]
    return Story("Throughput: no latency, two checks, every sample stored", columns, rows, claims, [plot])
