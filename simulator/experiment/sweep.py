"""Many cells, each many times: a sweep, in memory or in a directory that can be taken up again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.experiment.axes import Cell
from simulator.experiment.runner import run_trials
from simulator.experiment.store import Store, to_frame
from simulator.experiment.trial import Outcome, Trial, Wanted
from simulator.results.manifest import scenario_hash, trace_hashes
from simulator.scenario.schema import Scenario

if TYPE_CHECKING:
    import pandas as pd

Heard = Callable[[int, Outcome | None], None]
"""Is told how many trials are done and the newest outcome; None for those that were there already."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """A scenario under many conditions, complete: nothing about it is decided later."""

    name: str
    base: Scenario
    """The scenario as its file has it."""
    cells: tuple[Cell, ...]
    replications: int
    wanted: Wanted
    asked: tuple[str, ...]
    """The measures that were asked for; `wanted` may hold more."""

    @property
    def trials(self) -> list[Trial]:
        """All trials; replications vary slowest, so that a sweep cut short knows something of every cell."""
        return [Trial(cell, number) for number in range(self.replications) for cell in self.cells]

    def identity(self) -> dict[str, Any]:
        """Give what a directory of results is recognized by."""
        cells = [{**cell.shown, "scenario_sha256": scenario_hash(cell.scenario)} for cell in self.cells]
        traces = {name: digest for cell in self.cells for name, digest in trace_hashes(cell.scenario).items()}
        canonical = json.dumps([cells, traces], sort_keys=True, default=str).encode()
        return {
            "name": self.name,
            "replications": self.replications,
            "measures": list(self.wanted.measures),
            "tables": list(self.wanted.tables),
            "cells_sha256": hashlib.sha256(canonical).hexdigest(),
            "cells": cells,
        }


def sweep(
    experiment: Experiment,
    out: str | Path | None = None,
    *,
    workers: int = 0,
    cluster: str | None = None,
    retry_failed: bool = False,
    heard: Heard | None = None,
    stop: Callable[[], bool] = bool,
) -> pd.DataFrame:
    """Run all trials and give one row for each: `cell`, `replication`, the axes, the measures, `error_…`.

    With `out` the rows are kept there as they come, and trials that are there already are not run again. The frame
    is the same whatever the number of workers, the cluster, or the interruptions. `stop` is asked a few times a second;
    once it says yes the sweep keeps what is finished and raises `KeyboardInterrupt`.
    """
    trials = experiment.trials
    if out is None:
        outcomes: list[Outcome] = []
        with closing(run_trials(trials, experiment.wanted, workers=workers, cluster=cluster, stop=stop)) as stream:
            for outcome in stream:
                outcomes.append(outcome)
                if heard is not None:
                    heard(len(outcomes), outcome)
        if len(outcomes) < len(trials):
            raise KeyboardInterrupt
        return to_frame(outcomes, experiment.cells, experiment.wanted)
    store = Store.open(Path(out), experiment.cells, experiment.wanted, experiment.identity(), retry_failed=retry_failed)
    with closing(store):
        todo = [trial for trial in trials if trial.key not in store.done]
        done = len(trials) - len(todo)
        if heard is not None:
            heard(done, None)
        if todo:
            with closing(run_trials(todo, experiment.wanted, workers=workers, cluster=cluster, stop=stop)) as stream:
                for outcome in stream:
                    store.add(outcome)
                    done += 1
                    if heard is not None:
                        heard(done, outcome)
        if done < len(trials):
            raise KeyboardInterrupt
        store.finish()
        return store.frame()
