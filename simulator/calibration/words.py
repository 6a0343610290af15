"""A back-test in words: one sentence first, then what was predicted and what happened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from simulator.calibration.against import Row
from simulator.calibration.backtest import LEVELS, Backtest, Drift, Prediction
from simulator.calibration.outcomes import TITLES
from simulator.experiment.estimates import Estimate
from simulator.scenario.reading.measured_keys import MEASURED_KEYS
from simulator.units import spoken

SHOWN: Final = 0.95


def sentence(found: Backtest) -> str:
    """Return what a back-test comes to."""
    count = len(found.jobs)
    share = found.coverage(SHOWN)
    text = f"Of {count:,} job{'s' if count != 1 else ''} {share:.0%} ended within their {SHOWN:.0%} interval"
    money = next((one for one in found.measures if one.name == "cost" and one.happened is not None), None)
    if money is not None and money.error is not None:
        text += f"; cost was predicted to {abs(money.error):.0%}"
    if found.failed:
        text += f". The prediction failed of {', '.join(TITLES[one.name][0] for one in found.failed)}"
    if found.drifts:
        text += f". The second part was another one: {'; '.join(map(_drift, found.drifts))}"
    return f"{text}."


def lines(found: Backtest) -> Iterator[str]:
    """Yield the sentence, the measures, the coverage, and what was not compared or stays assumed."""
    yield sentence(found)
    yield ""
    yield f"{'after the cut':24} {'predicted':>12}  {'95 % interval':>25}  {'happened':>12}"
    for one in found.measures:
        low, high = one.interval(SHOWN)
        ends = f"{_value(one.name, low)} to {_value(one.name, high)}"
        mark = "" if one.happened is None or one.holds(SHOWN) else "  outside"
        happened = "not known" if one.happened is None else _value(one.name, one.happened)
        median = _value(one.name, float(np.median(one.draws)))
        yield f"{TITLES[one.name][0]:24} {median:>12}  {ends:>25}  {happened:>12}{mark}"
    yield ""
    for level in LEVELS:
        yield f"{level:.0%} intervals hold {found.coverage(level):.0%} of the jobs"
    yield f"places of jobs in their predictions, by tenths: {' '.join(map(str, found.histogram))} (all alike is best)"
    yield f"{found.replications} runs, each from other laws that the first part allows; arrivals as they came"
    if any(one.happened is None for one in found.measures):
        yield "nodes and cost: no file has how many nodes there were; a log of states or of resizes has"
    for missing in found.missing:
        yield f"stays assumed: {MEASURED_KEYS[missing.quantity].title}: {missing.why}"


def _drift(one: Drift) -> str:
    about = ", ".join(one.of.values())
    before, after = (_quantity(one.quantity, mean[0]) for mean in (one.before, one.after))
    return f"{MEASURED_KEYS[one.quantity].title}{f' ({about})' if about else ''} {after} instead of {before}"


def _quantity(name: str, value: float) -> str:
    is_time = name not in ("task_failures", "start_task_failures", "arrivals", "memory")
    return spoken(value) if is_time else f"{value:.3g}"


def _value(name: str, value: float) -> str:
    unit = TITLES[name][1]
    if np.isnan(value):
        return "not known"
    if np.isinf(value):
        return "never"
    if unit == "s":
        return spoken(value)
    return f"${value:,.2f}" if unit == "USD" else f"{value:,.1f}"


def to_dict(found: Backtest) -> dict[str, Any]:
    """Return a back-test as plain data."""
    return {
        "sentence": sentence(found),
        "replications": found.replications,
        "measures": {one.name: _plain(one) for one in found.measures},
        "coverage": {f"{level:g}": _finite(found.coverage(level)) for level in LEVELS},
        "pit": found.histogram,
        "jobs": {one.name: _plain(one) for one in found.jobs},
        "failed": [one.name for one in found.failed],
        "changed": [
            {"quantity": one.quantity, "of": dict(one.of), "before": one.before, "after": one.after}
            for one in found.drifts
        ],
        "assumed": [{"quantity": one.quantity, "why": one.why} for one in found.missing],
    }


def _plain(one: Prediction) -> dict[str, Any]:
    ends = {f"{level:g}": [_finite(end) for end in one.interval(level)] for level in LEVELS}
    happened = None if one.happened is None else _finite(one.happened)
    return {"median": _finite(float(np.median(one.draws))), "intervals": ends, "happened": happened, "place": one.place}


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a counterfactual: recorded, replayed and changed, and what the change makes."""
    yield f"{'after the cut':24} {'recorded':>12} {'replayed':>12} {'changed':>12}  {'difference':>30}"
    for row in rows:
        happened = "not known" if row.recorded is None else _value(row.name, row.recorded)
        cells = (happened, _value(row.name, row.replayed.value), _value(row.name, row.changed.value))
        shown = " ".join(f"{cell:>12}" for cell in cells)
        yield f"{TITLES[row.name][0]:24} {shown}  {_signed(row.name, row.difference):>30}"


def _signed(name: str, one: Estimate) -> str:
    def signed(value: float) -> str:
        return f"{'−' if value < 0 else '+'}{_value(name, abs(value))}"

    return f"{signed(one.value)} [{signed(one.low)}, {signed(one.high)}]"


def rows_to_dict(rows: Sequence[Row]) -> dict[str, Any]:
    """Return a counterfactual as plain data."""

    def plain(one: Estimate) -> dict[str, float | None]:
        return {"mean": _finite(one.value), "low": _finite(one.low), "high": _finite(one.high)}

    return {
        row.name: {
            "recorded": None if row.recorded is None else _finite(row.recorded),
            "replayed": plain(row.replayed),
            "changed": plain(row.changed),
            "difference": plain(row.difference),
        }
        for row in rows
    }
