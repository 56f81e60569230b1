"""(f) Faults: every sample finishes once, and what that costs; and one hung request among a thousand."""
from common import Bench, Broken, Claim, Run, Story, Stub, query, run_assay, write_project

LATENCY, STALL_DEADLINE, CONCURRENCY = 0.05, 1.0, 64
RETRIES = {"max": 20, "backoff": "20ms..500ms"}
FAULTS = [("429", 0.20, {"status": 429}), ("500", 0.05, {"status": 500}), ("reset", 0.02, {"reset": "within"}),
          ("stall", 0.01, {"stall": "before"})]


def storm() -> dict:
    """Rules are tried in turn, so each probability is of what the earlier ones left."""
    rules, left = [], 1.0
    for _, share, fault in FAULTS:
        rules.append({"probability": share / left, "fault": fault})
        left -= share
    return {"seed": 7, "latency": {"fixed": f"{round(LATENCY * 1000)}ms"}, "rules": rules + [{"answer": "ok"}]}


def check_exactly_once(run: Run) -> None:
    """Each planned case has one sample and one call in the store."""
    samples, distinct, steps = query(run.store, """SELECT count(*), count(DISTINCT ordinal || '.' || sample),
        (SELECT count(*) FROM step) FROM sample""")[0]
    if not samples == distinct == steps == run.cases:
        raise Broken(f"{run.cases} samples planned; stored {samples}, distinct {distinct}, calls {steps}")


def failed_attempts(run: Run) -> dict[str, int]:
    other = "status NOT IN (429, 500) AND duration"
    names = {"429": "status = 429", "500": "status = 500",
             "stall": f"{other} >= 900000000", "reset": f"{other} < 900000000"}
    return {name: query(run.store, f"SELECT count(*) FROM attempt WHERE error_kind IS NOT NULL AND {where}")[0][0]
            for name, where in names.items()}


def measure_storm(bench: Bench) -> tuple[list[list], list[Claim]]:
    cases = bench.pick(20_000, 4_000)
    with Stub(bench, storm()) as stub, bench.project() as folder:
        timeout = {"first_token": f"{STALL_DEADLINE:g}s", "total": f"{STALL_DEADLINE:g}s"}
        write_project(folder, stub.url, cases, CONCURRENCY, target={"timeout": timeout, "retries": RETRIES})
        run = run_assay(bench, folder)
        check_exactly_once(run)
        failed = failed_attempts(run)
    attempts = run.verdict["cost"]["attempts"]
    if attempts != cases + sum(failed.values()):
        raise Broken(f"{attempts} attempts, but {cases} good ones and {failed}")
    served = stub.served
    if served["answers"] != cases:
        raise Broken(f"{cases} samples, but the endpoint gave {served['answers']} whole answers")
    ideal = cases * LATENCY / CONCURRENCY
    due = (cases * LATENCY + failed["stall"] * STALL_DEADLINE) / CONCURRENCY
    rows = [["planned, scored, stored once, answered once", cases], ["attempts", attempts],
            ["requests that the endpoint saw", served["requests"]]]
    rows += [[f"attempts that failed: {name}, share", round(failed[name] / attempts, 4)] for name, _, _ in FAULTS]
    rows += [["ideal s (no fault)", round(ideal, 2)], ["due s (stalls wait for their deadline)", round(due, 2)],
             ["wall s", round(run.wall_s, 2)], ["wall over ideal", round(run.wall_s / ideal, 2)],
             ["wall over due", round(run.wall_s / due, 2)],
             ["µs of CPU an attempt", round(run.cost.cpu_s / attempts * 1e6, 1)]]
    return rows, [Claim("samples lost or doubled under the storm", cases - run.verdict["suites"][0]["scored"], 0, 0)]


def measure_hung(bench: Bench, times: int | None) -> Run:
    """Case 500 stalls: the first time only, or always."""
    rule = {"when": {"last_user": {"contains": "Case 0000500"}}, "fault": {"stall": "before"}}
    if times:
        rule["times"] = times
    with Stub(bench, {"rules": [rule, {"answer": "ok"}]}) as stub, bench.project() as folder:
        target = {"timeout": {"first_token": "2s", "total": "2s"}, "retries": {"max": 1, "backoff": "10ms..20ms"}}
        write_project(folder, stub.url, 1000, CONCURRENCY, target=target)
        run = run_assay(bench, folder, errored=0 if times else 1)
        check_exactly_once(run)
        return run


def measure(bench: Bench) -> Story:
    rows, claims = measure_storm(bench)
    once, always = measure_hung(bench, 1), measure_hung(bench, None)
    rows += [["one of 1,000 hangs once: wall s (deadline 2)", round(once.cost.wall_s, 2)],
             ["one of 1,000 hangs always: wall s (2 attempts of 2)", round(always.cost.wall_s, 2)]]
    claims += [Claim("one hung request: seconds, deadline 2 s", round(once.cost.wall_s, 2), 2.5),
               Claim("one that hangs always: seconds, two attempts", round(always.cost.wall_s, 2), 4.5)]
    notes = [f"{LATENCY * 1000:.0f} ms a call, {CONCURRENCY} in flight; of the attempts " +
             ", ".join(f"{share:.0%} {name}" for name, share, _ in FAULTS),
             "all of the wall is from the first call to the last, but for the hung ones: there it is the whole process"]
    return Story("Faults: nothing lost, nothing doubled", ["what", "measured"], rows, claims, notes=notes)
