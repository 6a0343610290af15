"""One trial: one replication of one cell, to one flat row; what goes wrong is in the row."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.engine.simulation import simulate
from simulator.experiment.axes import Cell
from simulator.experiment.measures import STEADY, Values, find_measure
from simulator.experiment.steady import Floats, WarmUp, queue_times, steady
from simulator.numerics.strict import strict
from simulator.results.answer.assumed import Assumed
from simulator.results.answer.assumptions import acted
from simulator.results.answer.measures import MEASURES
from simulator.results.answer.metrics import observe
from simulator.scenario.prepared import Prepared
from simulator.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is kept of a run."""

    measures: tuple[str, ...] = tuple(MEASURES)
    tables: tuple[str, ...] = ()
    """Tables of the recording, by name (`docs/tables.md`)."""
    warmup: WarmUp | None = None
    """What steady-state measures leave out; None = what each run itself shows."""
    queue_times: bool = False
    """Whether the queue time of every task is kept."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A cell and a replication."""

    cell: Cell
    replication: int

    @property
    def key(self) -> tuple[int, int]:
        return self.cell.number, self.replication


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a trial has no measures."""

    kind: str
    """Name of the exception's type."""
    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a trial."""

    cell: int
    replication: int
    values: Values
    """By measure; all None where the trial failed."""
    failure: Failure | None = None
    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    queue_times: Floats | None = None
    """Seconds, of tasks that started, in order of submission."""
    assumptions: tuple[Assumed, ...] = ()
    """What acted in the run that the service does not publish."""

    @property
    def key(self) -> tuple[int, int]:
        return self.cell, self.replication

    def row(self, shown: Mapping[str, Any]) -> dict[str, Any]:
        """Return the flat row, with the axis values of its cell."""
        failed = self.failure
        return {
            "cell": self.cell,
            "replication": self.replication,
            **shown,
            **self.values,
            "error_type": failed.kind if failed else None,
            "error_message": failed.message if failed else None,
            "error_traceback": failed.traceback if failed else None,
        }


@strict
def run_trial(scenario: Scenario | Prepared, cell: int, replication: int, wanted: Wanted) -> Outcome:
    """Simulate one trial; whatever is raised becomes a failure."""
    try:
        recording = simulate(scenario, replication)
        answer = observe(recording)
        settled = {STEADY: steady(recording, wanted.warmup)} if any(map(_is_steady, wanted.measures)) else {}
        values = {name: find_measure(name).of(settled if _is_steady(name) else answer) for name in wanted.measures}
        tables = {name: recording.table(name) for name in wanted.tables}
        waits = queue_times(recording) if wanted.queue_times else None
        rests_on = acted(recording)
    except Exception as error:  # noqa: BLE001 - one trial must never end an experiment
        return failed(cell, replication, wanted, error)
    return Outcome(cell, replication, values, tables=tables, queue_times=waits, assumptions=rests_on)


def _is_steady(name: str) -> bool:
    return name.startswith(f"{STEADY}.")


def failed(cell: int, replication: int, wanted: Wanted, error: BaseException) -> Outcome:
    """Return the outcome of a trial that raised."""
    story = "".join(traceback.format_exception(error))
    failure = Failure(type(error).__name__, str(error), story)
    return Outcome(cell, replication, dict.fromkeys(wanted.measures), failure)


def acted_in(outcomes: Iterable[Outcome]) -> tuple[Assumed, ...]:
    """Return the assumptions that acted in any of some trials, each once."""
    return tuple(dict.fromkeys(one for outcome in outcomes for one in outcome.assumptions))
