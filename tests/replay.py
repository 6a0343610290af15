"""Replay a pool that the tests of the kernel make up from a seed: `python -m tests.replay SEED`.

Prints the pool and what becomes of it, runs it at each speed of the kernel and once with its contracts asserted, and
compares that with what should have come of it. Exits with 1 if anything differs or an invariant is broken.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from simulator.errors import BrokenInvariantError
from tests.kernel.operated_pools import Plan, by_fast_path, by_phases, operated, run_pool
from tests.kernel.oracle import NaivePool, PoolPlan
from tests.kernel.oracle_pools import crowded, mixed, ordered, run_kernel
from tests.kernel.speeds import KERNELS
from tests.rows import missing

MIXED: Final = "mixed"
"""Pools with a bit of everything the oracle knows; its record is expected."""
CROWDED: Final = "crowded"
"""Pools of many shapes with a queue, for the oracle too."""
OPERATED: Final = "operated"
"""Plain pools that are changed now and then: the fast path against the phases."""
ORDERED: Final = "ordered"
"""Pools like `MIXED` under other policies than the service's."""
POOLS: Final[dict[str, Callable[[int], PoolPlan | Plan]]] = {
    MIXED: mixed,
    CROWDED: crowded,
    OPERATED: operated,
    ORDERED: ordered,
}
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Replay:
    """What has come of one made-up pool at one speed."""

    kind: str
    seed: int
    speed: str
    expected: list[Row]
    """Attempts: task, node, begin, end, outcome; and other things that are compared, each after its name."""
    problems: list[str]
    """How what was found differs from that, or which invariant is broken; empty where all is well."""

    def __str__(self) -> str:
        """Return the problems, and the command that shows them again."""
        found = "\n".join(f"  {problem}" for problem in self.problems) or "  as expected"
        command = f"python -m tests.replay {self.seed} --kind {self.kind} --speed {self.speed}"
        return f"{self.kind} pool {self.seed}, {self.speed}:\n{found}\n  To replay it: {command}"


def replay(kind: str, seed: int, speed: str) -> Replay:
    """Make up a pool, run it at one speed and compare it with what is expected."""
    plan = POOLS[kind](seed)
    expected: list[Row] = []
    try:
        if isinstance(plan, PoolPlan):
            expected = list(NaivePool(plan).run())
            found = list(run_kernel(plan, speed))
        else:
            expected = rows_of(*run_pool(plan, speed, by=by_phases))
            found = rows_of(*run_pool(plan, speed, by=by_fast_path))
    except BrokenInvariantError as broken:
        return Replay(kind, seed, speed, expected, [str(broken)])
    return Replay(kind, seed, speed, expected, differences(expected, found))


def rows_of(columns: list[Any], noted: list[list[Any]]) -> list[Row]:
    """Return what `run_pool` returns as rows that can be compared one by one."""
    names = ("completed", "running", "active", "last instant", "states", "held")
    attempts: list[Row] = list(zip(*columns[:4], strict=True))
    counts: list[Row] = list(zip(names, columns[4:], strict=True))
    return attempts + counts + [("noted", number, row) for number, row in enumerate(noted)]


def differences(expected: Sequence[Row], found: Sequence[Row]) -> list[str]:
    """Return the rows that one of two records has more often than the other."""
    lost = [f"expected, not found: {row}" for row in missing(expected, found)]
    new = [f"found, not expected: {row}" for row in missing(found, expected)]
    return lost + new or ([] if list(expected) == list(found) else ["the same rows in another order"])


def described(plan: PoolPlan | Plan) -> list[str]:
    """Return a pool as lines: what holds for all of it, then its nodes, tasks and what is done to it."""
    lines = []
    for field in fields(plan):
        value = asdict(plan)[field.name]
        if not isinstance(value, list) or not value or not isinstance(value[0], (dict, tuple, list)):
            lines.append(f"{field.name}: {value}")
        else:
            lines.append(f"{field.name}:")
            lines += [f"  {number:>3}  {compact(row)}" for number, row in enumerate(value)]
    return lines


def compact(row: Any) -> str:
    """Return one row without what it does not ask for."""
    if not isinstance(row, dict):
        return str(row)
    return "  ".join(f"{name} {value}" for name, value in row.items() if value or name in {"submit", "demand", "job"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Replay the pools of a seed; return 1 if anything is not as expected."""
    parser = argparse.ArgumentParser(prog="python -m tests.replay", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--kind", choices=POOLS, help="which of the made-up pools; all of them if not given")
    parser.add_argument("--speed", choices=KERNELS, help="one way to run it; all of them if not given")
    options = parser.parse_args(arguments)
    is_broken = False
    for kind in [options.kind] if options.kind else POOLS:
        runs = [replay(kind, options.seed, speed) for speed in ([options.speed] if options.speed else KERNELS)]
        lines = [f"== {kind} pool {options.seed}", *described(POOLS[kind](options.seed)), "record expected:"]
        lines += [f"  {row}" for row in runs[0].expected]
        lines += [str(run) if run.problems else f"{run.speed}: as expected" for run in runs]
        sys.stdout.write("\n".join(lines) + "\n")
        is_broken = is_broken or any(run.problems for run in runs)
    return int(is_broken)


if __name__ == "__main__":
    sys.exit(main())
