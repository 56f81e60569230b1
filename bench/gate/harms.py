"""(j) Losses of other shapes: spread over all cases, in one slice, over clusters, behind a judge."""
from common import Bench, Claim, Story

from .program import percent, run_program


def measure(bench: Bench) -> Story:
    replicates = bench.pick(4000, 400)
    found = run_program(bench, "harms", "--replicates", str(replicates))
    rows = [[row["population"], row["n"], row["truth"], row["rule"], *(percent(row[what], row["replicates"])
             for what in ("block", "pass", "inconclusive"))] for row in found]
    share = {(row["truth"], row["rule"]): row["block"] / row["replicates"] for row in found if row["table"] == "slices"}
    both = "overall, and by topic"
    clustered = {row["rule"]: row["block"] / row["replicates"] for row in found
                 if row["table"] == "clusters" and row["truth"] == "A/A"}
    claims = [Claim("one slice of ten −30 pp: blocked", share[("one slice −30 pp", both)], 0.95, at_most=False),
              Claim("ten slices, A/A: blocked", share[("A/A", both)], 0.05),
              Claim("clusters named, A/A: blocked", clustered["clusters named"], 0.06, 0.05)]
    return Story("Losses of other shapes, simulated", ["population", "n", "truth", "rule", "block %", "pass %", "open %"],
                 rows, claims, notes=[f"{replicates:,} suites and runs for each row; 95 % Wilson intervals in brackets"])
