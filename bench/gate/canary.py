"""(m) How often a healthy canary is aborted, and a bad one found: simulated traffic, looked at every 100 requests."""
from common import Bench, Broken, Claim, Story, run_process

from .program import program_of


def measure(bench: Bench) -> Story:
    healthy, bad = bench.pick((1000, 300), (100, 50))
    cost = run_process([str(program_of("canary_sim")), str(healthy), str(bad)], bench.work)
    if cost.exit_code != 0:
        raise Broken(f"canary_sim: exit {cost.exit_code}: {cost.err[-2000:]}")
    head, _, *lines = [[cell.strip() for cell in line.strip("|\n ").split("|")] for line in cost.out.splitlines()]
    column = head.index("aborted")
    # `aborted` is a share with its interval: `0.1 % [0.0, 0.6]`.
    aborted = {f"{row[0]}, share {row[1]}": float(row[column].split("%")[0]) / 100
               for row in lines if row[0].startswith("healthy")}
    claims = [Claim(f"aborted: {name}", share, 0.01) for name, share in aborted.items()]
    return Story("Canaries, simulated", head, lines, claims,
                 notes=[f"{healthy:,} rollouts of a healthy row, {bad} of another; docs/canary.md says what each row is"])
