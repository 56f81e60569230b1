"""(d) Start-up: printing the version, and a run of one case."""
from statistics import median

from common import Bench, Broken, Claim, Story, Stub, run_assay, run_process, write_project


def time_version(bench: Bench) -> float:
    cost = run_process([bench.assay, "--version"], bench.work)
    if cost.exit_code != 0 or not cost.out.startswith("assay "):
        raise Broken(f"assay --version: exit {cost.exit_code}, {cost.out!r}")
    return cost.wall_s * 1000


def time_one_case(bench: Bench, url: str) -> float:
    """One passing case proves little, so the verdict is INCONCLUSIVE."""
    with bench.project() as folder:
        write_project(folder, url, 1, 1)
        return run_assay(bench, folder, expect="INCONCLUSIVE").cost.wall_s * 1000


def measure(bench: Bench) -> Story:
    version = [time_version(bench) for _ in range(bench.pick(50, 10))]
    with Stub(bench) as stub:
        one = [time_one_case(bench, stub.url) for _ in range(bench.pick(20, 5))]
    rows = [[what, round(median(times), 1), round(min(times), 1), round(max(times), 1), len(times)]
            for what, times in (("assay --version", version), ("a run of one case", one))]
    claims = [Claim("assay --version, ms", rows[0][1], 20, 5), Claim("a run of one case, ms", rows[1][1], 100, 30)]
    return Story("Start-up", ["what", "median ms", "min", "max", "runs"], rows, claims)
