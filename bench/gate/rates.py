"""(i) How often each rule blocks what did not change, and lets pass what did: simulated suites, one sample a case."""
from common import Bench, Claim, Plot, Story

from .program import percent, run_program, simulation_error

ASSAY, LOOKS, ONE = "assay, 5 baseline runs", "assay, 5 baseline runs, looks", "assay, 1 baseline run"
TRUTHS = ["A/A", "−2 pp", "−5 pp", "−10 pp"]
DRAWN = {ASSAY: "Assay, margin 5 pp", LOOKS: "the same, with looks", "pass rate ≥ 84 %": "pass rate ≥ 84 %",
         "point delta ≥ −5 pp": "point delta ≥ −5 pp", "McNemar p < .05 blocks": "McNemar p < .05 blocks",
         "any pass → fail blocks": "any pass → fail blocks"}


class Cells:
    """The counts of each population, size, truth and rule."""

    def __init__(self, rows: list[dict]):
        self.cells = {(row["population"], row["n"], row["truth"], row["rule"]): row for row in rows}

    def of(self, population: str, n: int, truth: str, rule: str) -> dict:
        return self.cells[(population, n, truth, rule)]

    def share(self, what: str, *key) -> float:
        cell = self.of(*key)
        return cell[what] / cell["replicates"]


def table(cells: Cells, rows: list[dict]) -> list[list]:
    kinds = list(dict.fromkeys((row["population"], row["n"], row["rule"]) for row in rows))
    found = []
    for population, n, rule in kinds:
        by = {truth: cells.of(population, n, truth, rule) for truth in TRUTHS}
        def shown(truth: str, what: str) -> str:
            return percent(by[truth][what], by[truth]["replicates"])
        found.append([population, n, rule, shown("A/A", "block"), shown("A/A", "pass"), shown("−2 pp", "block"),
                      shown("−5 pp", "block"), shown("−5 pp", "pass"), shown("−10 pp", "block"),
                      shown("−10 pp", "pass"), round(by["A/A"]["calls"])])
    return found


def claims_of(cells: Cells, replicates: int) -> list[Claim]:
    noisy = ("noisy", 200)
    margin = round(0.05 + simulation_error(0.05, replicates), 4)
    saved = 1 - cells.of("noisy", 500, "A/A", LOOKS)["calls"] / 500
    return [
        Claim("noisy, n 200: A/A blocked", cells.share("block", *noisy, "A/A", ASSAY), 0.05),
        Claim("the same with looks", cells.share("block", *noisy, "A/A", LOOKS), 0.05),
        Claim("a true −δ that passes", cells.share("pass", *noisy, "−5 pp", ASSAY), margin + 0.01, margin),
        Claim("the same with looks", cells.share("pass", *noisy, "−5 pp", LOOKS), margin + 0.01, margin),
        Claim("a true −2δ that is blocked", cells.share("block", *noisy, "−10 pp", ASSAY), 0.95, at_most=False),
        Claim("noisy, n 500, A/A: calls saved by looks", round(saved, 3), 0.40, at_most=False),
    ]


def curves_of(rows: list[dict]) -> list[Plot]:
    plots = []
    for what, title, share in (("pass", "What each rule lets pass", "share of candidates that pass"),
                               ("block", "What each rule blocks", "share of candidates that are blocked")):
        series: dict[str, list] = {name: [] for name in DRAWN.values()}
        for row in rows:
            if row["rule"] in DRAWN:
                series[DRAWN[row["rule"]]].append((100 * row["loss"], row[what] / row["replicates"]))
        plots.append(Plot(f"gate-{what}", f"{title} (noisy suite, 200 cases)", "true loss of pass rate, percentage points",
                          share, series, bounds={"5 %": 0.05}, marks={"margin": 5}))
    return plots


def measure(bench: Bench) -> Story:
    replicates = bench.pick(4000, 400)
    rows = run_program(bench, "rates", "--replicates", str(replicates))
    sizes = [row for row in rows if row["table"] == "sizes"]
    cells = Cells(sizes)
    columns = ["population", "n", "rule", "A/A block %", "A/A pass %", "−2 pp block", "−5 pp block", "−5 pp pass",
               "−10 pp block", "−10 pp pass", "A/A calls"]
    return Story("Error rates of release rules, simulated", columns, table(cells, sizes), claims_of(cells, replicates),
                 curves_of([row for row in rows if row["table"] == "curve"]),
                 [f"{replicates:,} suites and runs for each cell; 95 % Wilson intervals in brackets",
                  "what neither passes nor blocks is INCONCLUSIVE; −5 pp is the margin"])
