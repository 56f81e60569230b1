"""(k) How often each interval holds the truth, over a grid of truths and sizes."""
from common import Bench, Claim, Story

from .program import run_program


def shown(found: dict, part: str) -> str:
    return f"{100 * found['least'][part]:.1f} / {100 * found['mean'][part]:.1f}"


def measure(bench: Bench) -> Story:
    draws = bench.pick(20_000, 1_000)
    found = run_program(bench, "coverage", "--draws", str(draws))
    rows = [[row["method"], row["over"], "exact" if row["draws"] == 0 else f"{row['draws']:,} draws",
             shown(row, "lower"), shown(row, "upper"), shown(row, "both"), row["worst"]] for row in found]
    claims = [Claim(f"{row['method']}: least coverage", round(min(row["least"].values()), 4), 0.95, at_most=False)
              for row in found if row["guaranteed"] and row["draws"] == 0]
    return Story("Coverage of 95 % intervals", ["method", "over", "how", "L: least / mean", "U", "[L, U]", "least at"],
                 rows, claims, notes=["L and U are the one-sided 95 % bounds that gates decide on, [L, U] the two-sided "
                                      "95 % interval; each figure is the least and the mean over the grid, in percent"])
