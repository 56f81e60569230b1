"""(b2) `auto` against an endpoint that hides what it bears: how soon that is used, and how many calls are refused."""
from common import Bench, Claim, Plot, Run, Story, Stub, query, run_assay, supports, write_project

HIDDEN, LATENCY, SETTLED_S = 200, 0.2, 20
FULL_RATE = HIDDEN / LATENCY  # calls a second


def answers_by_second(run: Run) -> list[int]:
    """Good answers in each whole second since the first call."""
    ends = query(run.store, "SELECT started + duration / 1000000 - (SELECT min(started) FROM step) FROM step")
    counts = [0] * (max(end for end, in ends) // 1000 + 1)
    for end, in ends:
        counts[end // 1000] += 1
    return counts[:-1]


def first_full(counts: list[int]) -> int:
    """Seconds until the mean of three in a row reaches 90 % of what the endpoint bears; all of them if it never does."""
    for second in range(len(counts) - 2):
        if sum(counts[second:second + 3]) / 3 >= 0.9 * FULL_RATE:
            return second
    return len(counts)


def measure_kind(bench: Bench, capacity: dict) -> tuple[list, list[int]]:
    seconds = bench.pick(45, 30)
    script = {"capacity": capacity, "latency": {"fixed": f"{round(LATENCY * 1000)}ms"}, "rules": [{"answer": "ok"}]}
    with Stub(bench, script) as stub, bench.project() as folder:
        write_project(folder, stub.url, int(seconds * FULL_RATE), "auto")
        run = run_assay(bench, folder)
        counts = answers_by_second(run)
        refused = query(run.store, "SELECT count(*) FROM attempt WHERE status = 429")[0][0]
    late = counts[SETTLED_S:-3]  # the last calls thin out
    used = sum(late) / len(late) / FULL_RATE if late else 0.0
    share = refused / run.verdict["cost"]["attempts"]
    slower = run.verdict["timing"]["e2e_ms"]["p95"] / (LATENCY * 1000)
    row = [next(iter(capacity)), run.cases, first_full(counts), round(used, 3), round(share, 4), round(slower, 2)]
    return row, counts


def measure(bench: Bench) -> Story:
    columns = ["beyond it", "cases", "90 % after s", f"used after {SETTLED_S} s", "429 share", "p95 / latency"]
    title = f"Capacity: auto finds {HIDDEN} at once, {LATENCY * 1000:.0f} ms each, {FULL_RATE:,.0f} calls/s"
    if not supports(bench, "capacity", "schema", "stub") or not supports(bench, "auto", "schema", "config"):
        return Story(title, columns, [], notes=["not measured: this binary has no auto, or its stub no capacity"])
    refusing, counts = measure_kind(bench, {"concurrent": HIDDEN})
    queueing, queued = measure_kind(bench, {"workers": HIDDEN})
    claims = [
        Claim("seconds until 90 % of the capacity is used", refusing[2], 20),
        Claim(f"share of the capacity used after {SETTLED_S} s", refusing[3], 0.9, at_most=False),
        Claim("share of calls refused with 429", refusing[4], 0.02),
    ]
    plot = Plot("capacity", "auto against a hidden capacity", "seconds", "answers a second",
                {"beyond it 429": list(enumerate(counts)), "beyond it a queue": list(enumerate(queued))},
                {"capacity": FULL_RATE, "90 %": 0.9 * FULL_RATE})
    refusing[0], queueing[0] = "429", "a queue"
    return Story(title, columns, [refusing, queueing], claims, [plot])
