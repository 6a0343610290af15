"""From sweeps and the answers of planning commands to what the figures of experiments take."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simulator.errors import InputError, Problem
from simulator.experiment.design import label
from simulator.experiment.estimates import Estimate, difference_of
from simulator.experiment.measures import find_measure
from simulator.experiment.summary import axis_columns, measure_columns, summary
from simulator.report.figures import BreakEven, Choice, Pair, Scales, SpotCurve, Swing, Tornado

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from simulator.report.sources.saved_files import Answer, Sweep

LONGEST = 28
"""Characters of a value in the name of a cell; formulas are longer."""


def cell_names(trials: pd.DataFrame) -> dict[int, str]:
    """Name each cell of a sweep by its axes: the last word of each path where that is clear."""
    axes = axis_columns(trials)
    last = [str(axis).rpartition(".")[2] for axis in axes]
    titles = [short if last.count(short) == 1 else str(axis) for axis, short in zip(axes, last, strict=True)]
    names = {}
    for cell, rows in trials.groupby("cell", sort=True):
        values = [_short(label(_plain(rows[axis].iloc[0]))) for axis in axes]
        parts = [f"{title} = {value}" for title, value in zip(titles, values, strict=True)]
        names[int(cell)] = ", ".join(parts) or "the scenario as it is"  # type: ignore[arg-type]  # a number
    return names


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def choices_of_sweep(sweep: Sweep, measure: str = "makespan") -> tuple[list[Choice], Scales]:
    """Return each cell as a choice between its cost and a measure of time."""
    _needed(sweep, "cost", measure)
    described = find_measure(measure)
    if described.unit != "s":
        raise InputError([Problem(f"{measure} is no time; expected one, e.g. makespan or queue_p95", path="--measure")])
    names = cell_names(sweep.trials)
    found = []
    for row in summary(sweep.trials, ["cost", measure]).to_dict("records"):
        count = int(row["replications"])
        both = [_estimate(row, name, count) for name in ("cost", measure)]
        if both[0] is not None and both[1] is not None:
            found.append(Choice(names[int(row["cell"])], both[0], both[1], int(row["cell"])))
    return found, Scales(measure=described.title)


def _needed(sweep: Sweep, *measures: str) -> None:
    kept = [str(name) for name in measure_columns(sweep.trials)]
    for name in measures:
        if name not in kept:
            text = f"the sweep did not keep {name}; it kept {', '.join(kept) or 'no measure'}"
            raise InputError([Problem(text, path="--measure")])


def _estimate(row: Mapping[Any, Any], name: str, count: int) -> Estimate | None:
    value = row[name]
    if value is None or math.isnan(value):
        return None
    return Estimate(float(value), float(row[f"{name}_low"]), float(row[f"{name}_high"]), count)


def pair_of_sweep(sweep: Sweep, measure: str = "cost", cells: Sequence[int] = ()) -> Pair:
    """Set two cells beside each other, replication by replication; without a choice the first two."""
    _needed(sweep, measure)
    names = cell_names(sweep.trials)
    chosen = list(cells) or list(names)[:2]
    unknown = [cell for cell in chosen if cell not in names]
    if unknown:
        text = f"the sweep has no cell {unknown[0]}; it has {min(names)} to {max(names)}"
        raise InputError([Problem(text, path="--cell")])
    if len(chosen) != 2 or chosen[0] == chosen[1]:
        raise InputError([Problem("expected two different cells, e.g. --cell 0 --cell 3", path="--cell")])
    trials = sweep.trials.set_index("replication")
    one, two = (trials[trials["cell"] == cell][measure].astype("float64") for cell in chosen)
    both = one.index.intersection(two.index)
    described = find_measure(measure)
    values = (one.loc[both].tolist(), two.loc[both].tolist())
    pair = Pair.of(described.title, described.unit, (names[chosen[0]], names[chosen[1]]), values)
    # As on the page of the study: of a ratio it is the difference of what the two cells come to.
    first, second = (_columns(trials[trials["cell"] == cell].loc[both]) for cell in chosen)
    found = difference_of(measure, first, second)
    return pair if found is None else replace(pair, difference=found)


def _columns(trials: pd.DataFrame) -> dict[str, npt.NDArray[np.float64]]:
    names = measure_columns(trials)
    return {name: trials[name].to_numpy("float64", na_value=float("nan")) for name in names}


def choices_of_plan(answer: Answer) -> tuple[list[Choice], Scales]:
    """Return the designs that a plan ran as choices between what it minimizes and the makespan."""
    found = []
    for design in _of(answer, "designs"):
        price, time = saved(design["objective"], design), saved(design["makespan"], design)
        if price is not None and time is not None:
            parts = [
                f"{str(axis).rpartition('.')[2]} = {_short(str(value))}" for axis, value in design["design"].items()
            ]
            found.append(Choice(", ".join(parts) or "the scenario as it is", price, time))
    objective = find_measure(str(answer.data["minimize"]))
    return found, Scales(price=objective.title, unit=objective.unit)


def choices_of_spot(answer: Answer) -> tuple[list[Choice], Scales]:
    """Return the shares of low-priority nodes as choices between cost and makespan."""
    found = []
    for share in _of(answer, "shares"):
        price, time = saved(share["cost"], answer.data), saved(share["makespan"], answer.data)
        if price is not None and time is not None:
            split = f"{share['dedicated_nodes']} dedicated + {share['low_priority_nodes']} low-priority"
            found.append(Choice(split, price, time))
    return found, Scales()


def break_even_of(answer: Answer) -> BreakEven:
    """Return the simulated curve of an answer beside its closed form."""
    curve = answer.data["break_even"]["curve"]
    rates = tuple(float(point["rate_per_hour"]) for point in curve)
    known = [(point, saved(point["cost_ratio"], answer.data)) for point in curve]
    ratios = tuple(found for _, found in known if found is not None)
    if len(ratios) < len(rates):
        return BreakEven(())
    forms = [float(point["closed_form"]) for point in curve]
    closed = tuple(Estimate(value, value, value, 0) for value in forms)
    return BreakEven((SpotCurve("simulated", rates, ratios), SpotCurve("closed form", rates, closed)))


def tornado_of(answer: Answer, measure: str = "cost") -> Tornado:
    """Return what each assumption moves; an answer holds moves as shares of the mean."""
    if measure not in ("cost", "makespan"):
        raise InputError([Problem(f"expected cost or makespan, not {measure!r}", path="--measure")])
    described = find_measure(measure)
    base = saved(answer.data[measure], answer.data)
    if base is None:
        return Tornado(described.title, described.unit, math.nan, ())
    swings = tuple(
        Swing(
            row["title"],
            row["low"],
            row["high"],
            _moved(row[measure]["lower"], base.value, answer),
            _moved(row[measure]["higher"], base.value, answer),
        )
        for row in _of(answer, "assumptions")
    )
    return Tornado(described.title, described.unit, base.value, swings)


def _moved(share: Mapping[str, Any] | None, base: float, answer: Answer) -> Estimate | None:
    found = saved(share, answer.data)
    if found is None:
        return None
    value, low, high = (base * (1 + end) for end in (found.value, found.low, found.high))
    return Estimate(value, low, high, found.count, found.level)


def _of(answer: Answer, key: str) -> Sequence[Mapping[str, Any]]:
    rows = answer.data[key]
    if not isinstance(rows, list):
        raise InputError([Problem("expected a list", str(answer.path), path=key)])
    return rows


def saved(plain: Mapping[str, Any] | None, around: Mapping[str, Any]) -> Estimate | None:
    """Return an estimate that was saved; an end that is not known was written as null."""
    if plain is None or plain.get("mean") is None:
        return None
    low, high = plain.get("low"), plain.get("high")
    return Estimate(
        float(plain["mean"]),
        -math.inf if low is None else float(low),
        math.inf if high is None else float(high),
        int(around.get("replications") or 0),
    )
