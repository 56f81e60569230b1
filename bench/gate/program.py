"""The program behind the simulations, and what its counts say."""
import json
import math
import os
import pathlib

from common import Bench, Broken, run_process

Z = 1.959964


def program_of(name: str) -> pathlib.Path:
    """GATE_BENCH names gate_bench; the other program stands beside it."""
    program = pathlib.Path(os.environ.get("GATE_BENCH", "build/release/bench/gate_bench")).with_name(name)
    if not program.exists():
        raise Broken(f"{program} is not there: script/bench gate builds it, GATE_BENCH=FILE names another gate_bench")
    return program.resolve()


def run_program(bench: Bench, *arguments: str) -> list[dict]:
    program = program_of("gate_bench")
    cost = run_process([str(program), *arguments], bench.work)
    if cost.exit_code != 0:
        raise Broken(f"{program} {' '.join(arguments)}: exit {cost.exit_code}: {cost.err[-2000:]}")
    return json.loads(cost.out)


def wilson(count: int, of: int) -> tuple[float, float]:
    """95 %, two-sided."""
    p, z2 = count / of, Z * Z / of
    half = Z * math.sqrt(p * (1 - p) / of + z2 / (4 * of))
    return (p + z2 / 2 - half) / (1 + z2), (p + z2 / 2 + half) / (1 + z2)


def percent(count: int, of: int) -> str:
    low, high = wilson(count, of)
    return f"{100 * count / of:.1f} [{100 * low:.1f}, {100 * high:.1f}]"


def simulation_error(rate: float, of: int) -> float:
    """Half of a 95 % interval of a share measured on so many replicates."""
    return Z * math.sqrt(rate * (1 - rate) / of)
