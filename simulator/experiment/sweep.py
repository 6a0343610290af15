"""Many cells, each many times: a sweep, in memory or in a directory that can be taken up again."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from simulator.experiment.assumed_file import lines_of_cells
from simulator.experiment.axes import Cell
from simulator.experiment.estimates import Floats
from simulator.experiment.measures import Values
from simulator.experiment.runner import run_trials
from simulator.experiment.stopping import Stopping
from simulator.experiment.store import Memory, Store
from simulator.experiment.trial import Outcome, Trial, Wanted
from simulator.extras import require
from simulator.results.record.manifest import scenario_hash, trace_hashes
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

OnOutcome = Callable[[int, Outcome | None], None]
"""Is called with how many trials are done and the newest outcome; None for those that were there already."""
ASSUMPTIONS: Final = "assumptions"
"""Attribute of a sweep's frame: the lines of what acted in any of its runs."""
Known = Mapping[tuple[int, int], Values]
"""What has been measured, by cell and replication."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """A scenario under many conditions, complete: nothing about it is decided later."""

    name: str
    base: Scenario
    """The scenario as its file has it."""
    cells: tuple[Cell, ...]
    replications: int
    """Of each cell; with a stopping rule, at most."""
    wanted: Wanted
    asked: tuple[str, ...]
    """The measures that were asked for; `wanted` may hold more."""
    stopping: Stopping | None = None
    """When a cell has enough replications; None = when it has them all."""

    @property
    def trials(self) -> list[Trial]:
        """All trials there may be; replications vary slowest: a sweep cut short knows something of every cell."""
        return [Trial(cell, number) for number in range(self.replications) for cell in self.cells]

    def sizes(self, known: Known) -> list[int]:
        """Return how many replications each cell needs as far as is known; they depend on what was measured alone."""
        if self.stopping is None:
            return [self.replications] * len(self.cells)
        return [self._size(cell, known, self.stopping) for cell in self.cells]

    def _size(self, cell: Cell, known: Known, stopping: Stopping) -> int:
        size = stopping.first
        while True:
            columns = self.columns(cell, known, size)
            # A cell whose every trial fails will not be precise, however often it is tried.
            if columns is None or stopping.is_reached(columns) or size >= stopping.cap or _is_void(columns):
                return size
            size = stopping.after(size)

    def columns(self, cell: Cell, known: Known, size: int) -> dict[str, Floats] | None:
        """Return the measures of a cell's first replications; None where one is not there yet."""
        rows = [known.get((cell.number, number)) for number in range(size)]
        if any(row is None for row in rows):
            return None
        return {
            name: np.array([_number(row[name]) for row in rows if row is not None], dtype=np.float64)
            for name in self.wanted.measures
        }

    def due(self, known: Known) -> list[Trial]:
        """Return the trials that are needed next."""
        sizes = self.sizes(known)
        return [
            Trial(cell, number)
            for number in range(max(sizes, default=0))
            for cell, size in zip(self.cells, sizes, strict=True)
            if number < size and (cell.number, number) not in known
        ]

    def identity(self) -> dict[str, Any]:
        """Return what a directory of results is recognized by."""
        cells = [{**cell.shown, "scenario_sha256": scenario_hash(cell.scenario)} for cell in self.cells]
        traces = {name: digest for cell in self.cells for name, digest in trace_hashes(cell.scenario).items()}
        canonical = json.dumps([cells, traces], sort_keys=True, default=str).encode()
        return {
            "name": self.name,
            "replications": self.replications if self.stopping is None else "auto",
            **({} if self.stopping is None else {"stopping": asdict(self.stopping)}),
            "measures": list(self.wanted.measures),
            "tables": list(self.wanted.tables),
            "cells_sha256": hashlib.sha256(canonical).hexdigest(),
            "cells": cells,
        }


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _is_void(columns: Mapping[str, Floats]) -> bool:
    return all(bool(np.isnan(values).all()) for values in columns.values())


def sweep(
    experiment: Experiment,
    out: str | Path | None = None,
    *,
    workers: int = 0,
    cluster: str | None = None,
    retry_failed: bool = False,
    on_outcome: OnOutcome | None = None,
    stop: Callable[[], bool] = bool,
) -> pd.DataFrame:
    """Run all trials needed and give one row for each: `cell`, `replication`, the axes, the measures, `error_…`.

    With `out` the rows are kept there as they come, and trials that are there already are not run again. The frame
    is the same whatever the number of workers, the cluster, or the interruptions; its `attrs["assumptions"]` are the
    lines of what acted in any run. `stop` is asked a few times a second;
    once it says yes the sweep keeps what is finished and raises `KeyboardInterrupt`.
    """
    keeper: Store | Memory = Memory(experiment.cells, experiment.wanted)
    if experiment.wanted.tables:
        require("pyarrow", "a sweep that keeps tables of its runs")
    if out is not None:
        identity = experiment.identity()
        keeper = Store.open(Path(out), experiment.cells, experiment.wanted, identity, retry_failed=retry_failed)
    with closing(keeper):
        known = dict(keeper.known())
        if on_outcome is not None:
            on_outcome(len(known) - _beyond(experiment, known), None)
        while todo := experiment.due(known):
            before = len(known)
            with closing(run_trials(todo, experiment.wanted, workers=workers, cluster=cluster, stop=stop)) as stream:
                for outcome in stream:
                    keeper.add(outcome)
                    known[outcome.key] = outcome.values  # noqa: PD011 - not of pandas
                    if on_outcome is not None:
                        on_outcome(len(known) - _beyond(experiment, known), outcome)
            if len(known) - before < len(todo):
                raise KeyboardInterrupt
        keeper.finish()
        frame = keeper.frame()
        rests_on = lines_of_cells(keeper.assumed)
    sizes = np.array(experiment.sizes(known))
    mine = frame["replication"].to_numpy() < sizes[frame["cell"].to_numpy()]
    shown = frame if mine.all() else frame[mine].reset_index(drop=True)
    shown.attrs[ASSUMPTIONS] = rests_on
    return shown


def _beyond(experiment: Experiment, known: Known) -> int:
    """Count what is there and was not asked for: a directory may hold more replications."""
    return sum(replication >= experiment.replications for _, replication in known)
