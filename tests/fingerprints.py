"""Fingerprints of what runs come to: all tables and the answer of each, one line a run.

`python -m tests.fingerprints --made-up 600 > before` writes those of the shipped scenarios and of made-up ones; after a
change `python -m tests.fingerprints --made-up 600 --against before` prints which runs differ, and exits with 1 if any
does. POOLSIGHT_KERNEL=python takes the kernel at its other speed; `--stepped` advances each run in steps;
`--workers N` also follows every measure through an experiment's trials. All of them come to the same lines.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final

import numpy as np
import pyarrow as pa

from simulator import Recording, Scenario, load, scenario_of
from simulator.engine.simulation import Simulation
from simulator.errors import InputError
from simulator.experiment.axes import Cell
from simulator.experiment.runner import run_in_order
from simulator.experiment.trial import Trial, Wanted
from simulator.results.answer.metrics import summarize
from simulator.results.record.table_schema import TABLES
from tests.laws.worlds import ALL, world
from tests.oracle.features import scenario as met

SHIPPED: Final = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))
STEPS: Final = 23
"""In which a run is advanced that is stepped."""
LONGEST: Final = 6 * 3600.0
"""Up to this instant a run is stepped, in seconds; the rest is one step."""
MACHINE: Final = ("poolsight", "python", "simpy", "numpy")
"""Entries of the manifest that say where a run was made, not what it came to."""


def scenarios(made_up: int) -> Iterator[tuple[str, Scenario]]:
    """Yield the shipped scenarios, then as many made-up ones of two generators in turn."""
    for path in SHIPPED:
        yield path.stem, load(path)
    seed = count = 0
    while count < made_up:
        name, document = _made_up(seed)
        seed += 1
        try:
            found = scenario_of(document)
        except InputError:
            continue  # the features of this seed contradict each other
        count += 1
        yield name, found


def _made_up(seed: int) -> tuple[str, dict[str, object]]:
    if seed % 2:
        return f"met {seed}", met(seed)
    random = Random(f"fingerprint {seed}")  # noqa: S311 - no secret
    return f"world {seed}", world(seed, frozenset(random.sample(sorted(ALL), random.randint(0, 5))))


def recorded(scenario: Scenario, replication: int, *, stepped: bool = False) -> Recording:
    """Return the record of a run, in one go or in steps."""
    simulation = Simulation(scenario, replication)
    if stepped:
        for instant in np.linspace(1, LONGEST, STEPS).tolist():
            simulation.advance(instant)
    simulation.advance()
    return simulation.recording()


def fingerprint(recording: Recording) -> str:
    """Return the SHA-256 of all tables and of the answer."""
    digest = hashlib.sha256()
    for table in TABLES:
        made = recording.table(table.name)
        digest.update(repr((table.name, made.num_rows, made.schema.to_string())).encode())
        with pa.ipc.new_stream(sink := pa.BufferOutputStream(), made.schema) as stream:
            stream.write_table(made.combine_chunks())
        digest.update(sink.getvalue())
    answer = summarize(recording).as_dict()
    answer["manifest"] = {key: value for key, value in answer["manifest"].items() if key not in MACHINE}
    digest.update(json.dumps(answer, sort_keys=True).encode())
    return digest.hexdigest()


def lines(made_up: int, replications: int, *, stepped: bool) -> Iterator[str]:
    """Yield a line for each run: its scenario, its replication, its fingerprint."""
    for name, scenario in scenarios(made_up):
        for replication in range(replications):
            found = fingerprint(recorded(scenario, replication, stepped=stepped))
            yield f"{name} | {replication} | {found}"


def trial_lines(made_up: int, replications: int, workers: int) -> Iterator[str]:
    """Yield a line for each trial: its scenario, its replication, its measures to the last digit."""
    every = list(scenarios(made_up))
    cells = [Cell(number, {}, scenario) for number, (_, scenario) in enumerate(every)]
    trials = [Trial(cell, replication) for cell in cells for replication in range(replications)]
    for outcome in run_in_order(trials, Wanted(), workers=workers):
        found = json.dumps([outcome.values, outcome.failure and outcome.failure.message, len(outcome.assumptions)])
        yield f"{every[outcome.cell][0]} | {outcome.replication} | {found}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the lines, or how they differ from those of a file; return 1 if they do."""
    parser = argparse.ArgumentParser(prog="python -m tests.fingerprints", description=__doc__)
    parser.add_argument("--made-up", type=int, default=60, help="how many made-up scenarios beside the shipped ones")
    parser.add_argument("--replications", type=int, default=1)
    parser.add_argument("--stepped", action="store_true", help="advance each run in steps")
    parser.add_argument("--workers", type=int, default=0, help="follow the measures of trials on so many processes")
    parser.add_argument("--against", type=Path, help="a file of lines to compare with")
    asked = parser.parse_args(arguments)
    found = (
        trial_lines(asked.made_up, asked.replications, asked.workers)
        if asked.workers
        else lines(asked.made_up, asked.replications, stepped=asked.stepped)
    )
    if asked.against is None:
        for line in found:
            sys.stdout.write(f"{line}\n")
        return 0
    known = set(asked.against.read_text(encoding="utf-8").splitlines())
    count, other = 0, []
    for line in found:
        count += 1
        if line not in known:
            other.append(line)
            sys.stdout.write(f"differs: {line}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{count} runs, {len(other)} of them differ\n")
    return int(bool(other))


if __name__ == "__main__":
    sys.exit(main())
