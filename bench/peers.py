"""On request: the same cases, checks and stub with promptfoo and Inspect, installed aside in build/peers."""
import dataclasses
import os
import pathlib
import shutil
from statistics import median
from typing import Callable

from common import Bench, Broken, Claim, Cost, Story, Stub, run_assay, run_process, write_project
from peer_tools import INSPECT, PROMPTFOO, Peer, inspect, install, promptfoo

OURS = "assay"
CASES = 1000
LEVELS = [(0.0, 64), (0.2, 1000)]  # latency in seconds, in flight


def run_peer(bench: Bench, peer: Peer, url: str, cases: int, in_flight: int) -> Cost:
    with bench.project() as project:
        peer.prepare(project, url, cases)
        cost = run_process(peer.command(in_flight), project, env=peer.env)
        if not peer.passed(project, cost, cases):
            said = f"exit {cost.exit_code}; {cost.out[-1500:]} {cost.err[-1500:]}"
            raise Broken(f"{peer.name}: not every case passed; {said}")
        return cost


def run_ours(bench: Bench, url: str, cases: int, in_flight: int) -> Cost:
    """One passing case proves little, so that verdict is INCONCLUSIVE."""
    with bench.project() as project:
        write_project(project, url, cases, in_flight)
        return run_assay(bench, project, expect="PASS" if cases > 1 else "INCONCLUSIVE").cost


def middle(costs: list[Cost]) -> Cost:
    """Each figure's median."""
    return dataclasses.replace(costs[0], **{field: median(getattr(cost, field) for cost in costs)
                                            for field in ("wall_s", "cpu_s", "rss_mib")})


def measure_startup(bench: Bench, name: str, version: list[str], env: dict | None,
                    one_case: Callable[[], Cost]) -> tuple[list, Cost]:
    """The row, and what one case costs."""
    printed = middle([run_process(version, bench.work, env=env) for _ in range(bench.pick(5, 2))])
    one = middle([one_case() for _ in range(bench.pick(3, 1))])
    return [name, "one case", round(printed.wall_s, 3), round(one.wall_s, 3), "–", round(one.cpu_s * 1000, 1), "–",
            round(one.rss_mib), "–"], one


def measure_level(bench: Bench, stub: Stub, peers: list[Peer], latency: float, in_flight: int) -> dict[str, Cost]:
    """The tools take turns, so that all meet the machine in the same moods."""
    costs: dict[str, list[Cost]] = {name: [] for name in (OURS, *(peer.name for peer in peers))}
    for _ in range(bench.pick(3, 1)):
        costs[OURS].append(run_ours(bench, stub.url, CASES, in_flight))
        for peer in peers:
            costs[peer.name].append(run_peer(bench, peer, stub.url, CASES, in_flight))
    return {name: middle(several) for name, several in costs.items()}


def row_of(name: str, what: str, cost: Cost, one: Cost, ideal: float) -> list:
    beyond = (cost.cpu_s - one.cpu_s) / (CASES - 1)
    return [name, what, "–", round(cost.wall_s, 3), round(CASES / cost.wall_s), round(cost.cpu_s / CASES * 1000, 3),
            round(beyond * 1000, 3), round(cost.rss_mib), round(cost.wall_s / ideal, 1) if ideal else "–"]


def claims_of(what: str, rows: list[list]) -> list[Claim]:
    """Both ways to count: the whole process, and what each case adds to a run of one."""
    ours, claims = rows[0], []
    for row in rows[1:]:
        claims.append(Claim(f"CPU of {row[0]} over ours, {what}", round(row[5] / ours[5]), 200, 400, at_most=False))
        beyond = round(row[6] / ours[6])
        claims.append(Claim(f"{row[0]} over ours beyond start, {what}", beyond, 200, 400, at_most=False))
    return claims


def measure(bench: Bench) -> Story:
    folder, home = pathlib.Path(os.environ.get("PEERS", "build/peers")).resolve(), bench.work / "home"
    home.mkdir(exist_ok=True)
    install(folder)
    peers = [promptfoo(folder, home), inspect(folder, home)]
    rows, claims, ones = [], [], {}
    with Stub(bench) as stub:
        started = [(OURS, [bench.assay, "--version"], None, lambda: run_ours(bench, stub.url, 1, 1))]
        started += [(peer.name, peer.version, peer.env, lambda peer=peer: run_peer(bench, peer, stub.url, 1, 1))
                    for peer in peers]
        for name, version, env, one_case in started:
            row, ones[name] = measure_startup(bench, name, version, env, one_case)
            rows.append(row)
    for latency, in_flight in LEVELS:
        script = {"latency": {"fixed": f"{round(latency * 1000)}ms"}, "rules": [{"answer": "ok"}]} if latency else None
        with Stub(bench, script) as stub:
            level = measure_level(bench, stub, peers, latency, in_flight)
        what, ideal = f"{in_flight} × {latency * 1000:.0f} ms", CASES / in_flight * latency
        level_rows = [row_of(name, what, cost, ones[name], ideal) for name, cost in level.items()]
        rows += level_rows
        claims += claims_of(what, level_rows)
    shutil.rmtree(home)
    columns = ["tool", f"{CASES:,} cases", "version s", "wall s", "cases/s", "CPU ms a case", "beyond start", "RSS MiB",
               "wall/ideal"]
    notes = [f"{PROMPTFOO}, {INSPECT}; figures are of the whole process",
             "'beyond start' leaves out what a run of one case takes"]
    return Story("Peers: the same cases, two checks, the same stub", columns, rows, claims, notes=notes)
