"""Benchmark of plans against brute force: how often is what `plan` states right where designs lie close to the limit?

    python -m tests.benchmarks.plans store [--runs 20000]     # once: runs of every design, kept in build/
    python -m tests.benchmarks.plans count [--plans 300]

40 tasks of a lognormal duration on 4 to 10 nodes, for a deadline that is to be kept with 95 % probability. The truth is
the share of all stored runs that keep it; a plan draws its runs from them, with return, so that plans know nothing of
each other and may make more runs than are stored. For four deadlines at which two neighbouring designs lie on either
side of the limit, it counts plans that

- say "none" although a design keeps the deadline,
- choose a design whose true probability is below the limit less the tolerance,
- choose the cheapest design that keeps it, or one within the tolerance of that,
- leave open a design that is at least two points from the limit.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.experiment.runner import run_in_order
from simulator.experiment.trial import Outcome, Trial, Wanted
from simulator.planning.plan import FRESH, Plan, Status, make_plan
from simulator.planning.plan_file import Question, Search, load_plan
from simulator.planning.runs import Run

Floats = npt.NDArray[np.float64]
STORE: Final = Path("build/plans.npz")
NODES: Final = tuple(range(4, 11))
DEADLINES: Final = (9000, 8100, 7800, 7500)
"""Seconds."""
LIMIT: Final = 0.95
MEASURES: Final = ("cost", "makespan", "unfinished")
BATCH: Final = 500


SCENARIO: Final = """
pools:
  - id: p
    vmSize: Standard_D2_v3
    targetDedicatedNodes: 4
    virtualMachineConfiguration:
      imageReference: {publisher: canonical, offer: ubuntu, sku: 22_04-lts}
      nodeAgentSKUId: batch.node.ubuntu 22.04
jobs:
  - id: j
    poolInfo: {poolId: p}
    simulation: {workload: [{count: 40, duration: {lognormal: {median: 8m, p95: 30m}}}]}
"""


def question(deadline: int) -> Question:
    """Return what is asked: the cheapest of the designs for a deadline in seconds."""
    with TemporaryDirectory() as folder:
        Path(folder, "scenario.yaml").write_text(SCENARIO)
        plan = Path(folder, "plan.yaml")
        axis = f"nodes: {{path: pools.p.targetDedicatedNodes, values: {list(NODES)}}}"
        limit = f"P(makespan <= {deadline}s) >= {LIMIT}"
        plan.write_text(f"scenario: scenario.yaml\naxes: {{{axis}}}\nminimize: cost\nsubject_to: [{limit}]\n")
        return load_plan(plan)


def store(runs: int) -> None:
    """Run every design often and keep its measures."""
    columns: dict[str, Floats] = {}
    for cell in question(DEADLINES[0]).cells:
        made: list[Outcome] = []
        for start in range(0, runs, BATCH):
            trials = [Trial(cell, number) for number in range(start, min(start + BATCH, runs))]
            made += run_in_order(trials, Wanted(MEASURES))
        for measure in MEASURES:
            values = [one.values[measure] for one in made]
            columns[f"{cell.number}.{measure}"] = np.array([np.nan if one is None else one for one in values])
        print(f"{cell.shown['nodes']} nodes: {len(made)} runs", flush=True)
    STORE.parent.mkdir(exist_ok=True)
    np.savez_compressed(STORE, allow_pickle=False, **columns)


@dataclass(frozen=True)
class Truth:
    """What all stored runs of the designs come to, for a deadline."""

    chances: Floats
    costs: Floats

    @property
    def cheapest(self) -> int | None:
        """The place of the cheapest design that keeps the deadline."""
        good = np.flatnonzero(self.chances >= LIMIT)
        return int(good[self.costs[good].argmin()]) if len(good) else None


def truth(stored: dict[str, Floats], deadline: float) -> Truth:
    """Hold all stored runs against a deadline."""
    made = range(len(NODES))
    kept = [(stored[f"{one}.makespan"] <= deadline) & (stored[f"{one}.unfinished"] == 0) for one in made]
    return Truth(np.array([one.mean() for one in kept]), np.array([stored[f"{one}.cost"].mean() for one in made]))


def drawn(stored: dict[str, Floats], order: npt.NDArray[np.int64]) -> Run:
    """Return who answers trials from stored runs in an order, where a run may come again; fresh ones are at its end."""

    def run(trials: Sequence[Trial], wanted: Wanted) -> list[Outcome]:
        found = []
        for trial in trials:
            number = trial.replication
            place = order[number] if number < FRESH else order[FRESH - number - 1]
            design = NODES.index(trial.cell.scenario.pools[0].target_dedicated_nodes or 0)
            values: dict[str, float | None] = {
                name: float(stored[f"{design}.{name}"][place]) for name in wanted.measures
            }
            found.append(Outcome(trial.cell.number, number, values))
        return found

    return run


def count(plans: int) -> None:
    """Make plans for every deadline and print how many of their statements hold."""
    stored = dict(np.load(STORE).items())
    runs = len(stored["0.cost"])
    for deadline in DEADLINES:
        known = truth(stored, deadline)
        asked = question(deadline)
        made = []
        for number in range(plans):
            order = np.random.default_rng(number).integers(runs, size=asked.search.cap + asked.search.fresh)
            made.append(make_plan(asked, run=drawn(stored, order)))
        chances = ", ".join(f"{nodes}: {chance:.4f}" for nodes, chance in zip(NODES, known.chances, strict=True))
        print(f"deadline {deadline} s, true probability of each number of nodes: {chances}")
        for line in judge(made, known, asked.search):
            print(f"    {line}")


def judge(made: Sequence[Plan], known: Truth, search: Search) -> list[str]:
    """Return what share of the plans is right, in lines."""
    tolerance, cheapest = search.tolerance, known.cheapest
    chosen = [None if one.winner is None else one.winner.cell.number for one in made]
    none = sum(one.status is Status.NONE for one in made) if cheapest is not None else 0
    poor = sum(one is not None and known.chances[one] < LIMIT - tolerance.probability for one in chosen)
    right = sum(one is not None and _is_right(one, known, search) for one in chosen)
    far = np.flatnonzero(np.abs(known.chances - LIMIT) >= 0.02)
    left = sum(any(design.cell.number in far for design in one.open) for one in made)
    some = sum(bool(one.open) for one in made)
    lines = {
        "false none": none,
        f"winner below {LIMIT - tolerance.probability:.2f}": poor,
        "cheapest or within tolerance": right,
        "a design 2 points away left open": left,
        "any design left open": some,
    }
    shares = [f"{name}: {100 * number / len(made):.1f} %" for name, number in lines.items()]
    winners = {n: chosen.count(place) for place, n in enumerate(NODES) if chosen.count(place)}
    return [*shares, f"winners: {winners}; no winner: {chosen.count(None)}", f"runs a plan: {_mean_runs(made):,.0f}"]


def _is_right(place: int, known: Truth, search: Search) -> bool:
    best = known.cheapest
    if best is None:
        return False
    keeps = known.chances[place] >= LIMIT - search.tolerance.probability
    return bool(keeps and known.costs[place] <= known.costs[best] * (1 + search.tolerance.cost))


def _mean_runs(made: Sequence[Plan]) -> float:
    return sum(one.runs for one in made) / len(made)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("store").add_argument("--runs", type=int, default=20_000)
    commands.add_parser("count").add_argument("--plans", type=int, default=300)
    asked = parser.parse_args()
    if asked.command == "store":
        store(asked.runs)
    else:
        count(asked.plans)


if __name__ == "__main__":
    main()
