"""Benchmark of intervals on runs of the product: how often does a 95 % interval hold the true mean of each measure?

    python -m tests.benchmarks.intervals store [--runs 3000]     # once: runs of one scenario, kept in build/
    python -m tests.benchmarks.intervals cover [--studies 2000]

Sixty tasks on six low-priority nodes, one in five of which is taken back in an hour: cost, queue time and lost
node-hours are skewed. The truth is the mean over all stored runs; a study takes 10 or 30 of them at random. Runs
are drawn without return within a study, and studies share runs, so that the shares are of this pool of runs. What is
counted besides is how often an interval is missed on either side, and how often the answer would have warned that the
sample is too skewed for its size.
"""

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from simulator.experiment.estimates import estimate, linearised, needed_for_mean, probability
from simulator.experiment.measures import with_weights
from simulator.experiment.replications import run_many
from simulator.scenario import scenario_of

Floats = npt.NDArray[np.float64]
STORE: Final = Path("build/intervals.npz")
MEASURES: Final = ("cost", "makespan", "queue_mean", "queue_p95", "lost_node_hours", "useful")
SIZES: Final = (10, 30)
BATCH: Final = 500
IMAGE: Final = {"publisher": "canonical", "offer": "ubuntu", "sku": "22_04-lts"}
SCENARIO: Final = {
    "pools": [
        {
            "id": "p",
            "vmSize": "Standard_D2_v3",
            "targetLowPriorityNodes": 6,
            "virtualMachineConfiguration": {"imageReference": IMAGE, "nodeAgentSKUId": "batch.node.ubuntu 22.04"},
            "simulation": {"preemption": {"model": "hazard", "ratePerHour": 0.2}},
        }
    ],
    "jobs": [
        {
            "id": "j",
            "poolInfo": {"poolId": "p"},
            "simulation": {"workload": [{"count": 60, "duration": {"lognormal": {"median": "8m", "p95": "25m"}}}]},
        }
    ],
}


def store(runs: int) -> None:
    """Simulate the runs once and keep their measures."""
    names, rows = with_weights(MEASURES), []
    for start in range(0, runs, BATCH):
        made = run_many(scenario_of(SCENARIO), range(start, min(start + BATCH, runs)), 1, measures=names)
        rows += [outcome.values for outcome in made]
        print(f"{len(rows):,} of {runs:,} runs", flush=True)
    columns = {name: np.array([np.nan if row[name] is None else row[name] for row in rows]) for name in names}
    STORE.parent.mkdir(exist_ok=True)
    with STORE.open("wb") as file:
        np.savez(file, allow_pickle=False, **columns)


def cover(studies: int) -> None:
    """Print the coverage of each measure's interval at each size of a study."""
    with np.load(STORE) as stored:
        columns: dict[str, Floats] = {name: stored[name] for name in stored.files}
    count = len(columns["cost"])
    random = np.random.default_rng(1)
    for size in SIZES:
        chosen = [random.choice(count, size, replace=False) for _ in range(studies)]
        for name in MEASURES:
            print(_line(name, columns, chosen))


def _line(name: str, columns: dict[str, Floats], chosen: list[npt.NDArray[np.int64]]) -> str:
    whole = estimate(name, columns)
    if whole is None:
        raise ValueError(f"no stored run has {name}")
    below = above = warned = 0
    for rows in chosen:
        study = {key: values[rows] for key, values in columns.items()}
        found = estimate(name, study)
        if found is None:
            continue
        above += found.low > whole.value
        below += found.high < whole.value
        warned += needed_for_mean(linearised(name, study)) > len(rows)
    studies = len(chosen)
    held = probability(studies - below - above, studies)
    known = columns[name][~np.isnan(columns[name])]
    skew = float(((known - known.mean()) ** 3).mean() / known.std() ** 3)
    ends = f"{100 * held.low:.1f} to {100 * held.high:.1f}"
    return (
        f"{name:16} of {len(chosen[0]):2} runs: {100 * held.value:.1f} % ({ends}) "
        f"in {studies:,} studies; missed {100 * below / studies:.1f} % below, {100 * above / studies:.1f} % above; "
        f"warned {100 * warned / studies:.0f} %; skewness {skew:.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("store").add_argument("--runs", type=int, default=3000)
    commands.add_parser("cover").add_argument("--studies", type=int, default=2000)
    asked = parser.parse_args()
    if asked.command == "store":
        store(asked.runs)
    else:
        cover(asked.studies)


if __name__ == "__main__":
    main()
