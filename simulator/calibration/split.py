"""A past in two parts by time: what was known at an instant, and what came after."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from simulator.errors import InputError
from simulator.history.ledger import Ledger
from simulator.history.past import FAULT, Past
from simulator.tables.outcomes import Outcome

LEAST_TASKS = 20
"""Tasks that each part has to have."""


@dataclass(frozen=True)
class Parts:
    """A past, cut at an instant."""

    whole: Past
    first: Past
    """What was known at the cut: what went on then had not ended."""
    cut: float
    """Seconds since the origin of the past."""


def split(past: Past, share: float) -> Parts:
    """Return a past cut where a share of its time has passed; raise InputError where a part has too few tasks."""
    tasks = past.tasks[past.tasks[FAULT].to_numpy() == ""]
    created = tasks["created"].dropna()
    if not len(created):
        raise InputError("nothing can be predicted: no file has when tasks came")
    unknown = int((tasks["duration"].notna() & tasks["end"].isna()).sum())
    if unknown:
        text = f"no file has when {unknown:,} tasks ended that have a duration"
        raise InputError(f"nothing can be compared: {text}; name the column that has it: --map end=COLUMN")
    begin, end = float(created.min()), float(created.max())
    cut = begin + share * (end - begin)
    before = int((created < cut).sum())
    if min(before, len(created) - before) < LEAST_TASKS:
        text = f"{before:,} tasks came before {share:.0%} of the time had passed, {len(created) - before:,} after"
        raise InputError(f"--split: expected at least {LEAST_TASKS} tasks in each part; {text}")
    return Parts(past, _known_at(past, cut), cut)


def _known_at(past: Past, cut: float) -> Past:
    """Return what files written at an instant would have."""
    tasks = past.tasks[(past.tasks["created"].fillna(past.tasks["start"]) < cut).to_numpy()].copy()
    waits = (tasks["start"] >= cut).to_numpy()
    goes_on = (tasks["end"] >= cut).to_numpy() & ~waits
    for column in ("end", "duration", "exit_code", "retries", "used_memory"):
        tasks.loc[goes_on | waits, column] = np.nan
    tasks.loc[waits, "start"] = np.nan
    tasks.loc[goes_on, "outcome"] = str(Outcome.RUNNING)
    tasks.loc[waits, "outcome"] = str(Outcome.WAITING)
    return replace(
        past,
        tasks=tasks,
        nodes=past.nodes[(past.nodes["time"] < cut).to_numpy()],
        pools=past.pools[~(past.pools["time"] >= cut).to_numpy()],
        ledger=Ledger(),
    )
