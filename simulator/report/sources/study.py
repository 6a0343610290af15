"""What an experiment came to: its cells, every measure with its interval, differences to the first cell, the front."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.experiment.assumed_file import lines_of_cells, read_assumed
from simulator.experiment.design import label
from simulator.experiment.estimates import LEVEL, Estimate, corrected, difference_of, estimate
from simulator.experiment.measures import find_measure
from simulator.experiment.short_names import short_names
from simulator.experiment.store import MARK
from simulator.experiment.summary import axis_columns, measure_columns
from simulator.report.figures.tradeoff import Choice, front
from simulator.report.sources.trials import read_trials
from simulator.results.record.saved_json import read_saved_object

if TYPE_CHECKING:
    import pandas as pd

COSTS: Final = ("cost", "cost.total")
TIMES: Final = ("makespan", "makespan_s")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a sweep: what was varied, and what came of it."""

    number: int
    name: str
    levels: Mapping[str, str]
    """What each axis was set to, in the order of the axes."""
    trials: int
    failed: int
    estimates: Mapping[str, Estimate]
    """By measure; one that no trial has is left out."""
    differences: Mapping[str, Estimate]
    """To the first cell, by measure, over the replications that both have; empty for the first one."""


@dataclass(frozen=True, slots=True)
class Study:
    """A sweep's results, ready to be described."""

    name: str
    axes: tuple[str, ...]
    measures: tuple[str, ...]
    cells: tuple[Cell, ...]
    failures: Mapping[str, int]
    manifest: Mapping[str, Any]
    answer: str | None = None
    """The answer in words, where somebody has given it already."""
    warnings: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    """What acted in any run that the service does not publish."""

    @property
    def choices(self) -> list[Choice]:
        """The cells that have both a cost and a time."""
        cost, time = (next((name for name in names if name in self.measures), "") for names in (COSTS, TIMES))
        return [
            Choice(cell.name, cell.estimates[cost], cell.estimates[time], cell.number)
            for cell in self.cells
            if cost in cell.estimates and time in cell.estimates
        ]

    @property
    def front(self) -> list[Choice]:
        """The choices that no other beats in both cost and time, the cheapest first."""
        return front(self.choices)


def read_study(directory: Path) -> Study:
    """Read what `poolsight sweep FILE --out DIR` wrote."""
    manifest = read_saved_object(directory / MARK)
    frame = read_trials(directory)
    groups = {number: frame[frame["cell"] == number] for number in sorted(frame["cell"].unique().tolist())}
    measures = measure_columns(frame)
    titles = short_names(axis_columns(frame))
    first = next(iter(groups.values()))
    level = corrected(LEVEL, len(groups) - 1)
    cells = []
    for number, trials in groups.items():
        columns = {name: _values(trials[name]) for name in measures}
        estimates = {name: estimate(name, columns) for name in measures}
        levels = {title: label(_plain(trials[axis].iloc[0])) for axis, title in titles.items()}
        cells.append(
            Cell(
                number=number,
                name=", ".join(f"{title} {value}" for title, value in levels.items()) or "the scenario",
                levels=levels,
                trials=len(trials),
                failed=int(trials["error_type"].notna().sum()),
                estimates={name: one for name, one in estimates.items() if one is not None},
                differences={} if trials is first else _differences(first, trials, measures, level),
            )
        )
    return Study(
        name=str(manifest.get("name") or "a sweep without a name"),
        axes=tuple(titles.values()),
        measures=tuple(measures),
        cells=tuple(cells),
        failures=_failures(frame),
        manifest=manifest,
        assumptions=tuple(lines_of_cells(read_assumed(directory))),
    )


def _failures(frame: pd.DataFrame) -> dict[str, int]:
    failed = frame[frame["error_type"].notna()]
    pairs = zip(failed["error_type"], failed["error_message"], strict=True)
    return dict(Counter(f"{kind}: {(str(text).splitlines() or [''])[0]}" for kind, text in pairs))


def _differences(one: pd.DataFrame, two: pd.DataFrame, measures: Sequence[str], level: float) -> dict[str, Estimate]:
    """Estimate mean differences of the replications that have the measure in both; all hold together for a measure."""
    paired = one.merge(two, on="replication", suffixes=("_one", "_two"))
    first, second = ({name: _values(paired[f"{name}_{side}"]) for name in measures} for side in ("one", "two"))
    found = {name: difference_of(name, first, second, level) for name in measures}
    return {name: change for name, change in found.items() if change is not None}


def _values(column: pd.Series) -> npt.NDArray[np.float64]:
    return np.asarray(column.to_numpy("float64", na_value=float("nan")), dtype=np.float64)


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def title_of(measure: str) -> str:
    """Return what people call a measure."""
    return find_measure(measure).title


def unit_of(measure: str) -> str:
    """Return a measure's unit."""
    return find_measure(measure).unit
