"""How the tasks of a past ended, as a scenario's trace says it: exit codes, failed attempts, retries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from simulator.history.options import Outcomes
from simulator.history.past import FAULT, Past
from simulator.tables.outcomes import Outcome

if TYPE_CHECKING:
    import pandas as pd

Mask = npt.NDArray[np.bool_]
FAILED: Final = (Outcome.FAILED, Outcome.CANCELLED)
"""Outcomes of attempts that ended by themselves or by a person, and not well."""
TAKEN: Final = (Outcome.PREEMPTED, Outcome.LOST, Outcome.REQUEUED)
"""Outcomes of attempts whose node was taken: a simulation has evictions of its own."""
UNKNOWN_CODE: Final = 1
ALL: Final = -1
LARGEST_CODE: Final = 2.0**31 - 1


def is_one_of(outcomes: Any, wanted: tuple[Outcome, ...]) -> Mask:
    """Return which outcomes are one of some."""
    return np.isin(outcomes, [str(one) for one in wanted])


def with_endings(past: Past, tasks: pd.DataFrame, outcomes: Outcomes) -> pd.DataFrame:
    """Return the tasks that are replayed with `exitCode`, `failedAttempts` and `maxTaskRetryCount` beside them.

    A task whose earlier attempts failed has as many failures; one that failed for good fails in each attempt.
    """
    has_failed = is_one_of(tasks["outcome"], FAILED)
    past.ledger.note_tasks("lost", tasks[is_one_of(tasks["outcome"], TAKEN)])
    if outcomes == "succeeded":
        past.ledger.note_tasks("made_good", tasks[has_failed])
        return tasks.assign(exitCode=0, failedAttempts=0, maxTaskRetryCount=0)
    past.ledger.note_tasks("failed", tasks[has_failed])
    before, code = _before(past, tasks)
    past.ledger.note_tasks("attempts", tasks[(before > 0) & ~has_failed])
    own = tasks["exit_code"].to_numpy(dtype=np.float64)
    code = np.where(has_failed, _sound(own), code)
    fails = has_failed | (before > 0)
    return tasks.assign(
        exitCode=np.where(fails, code, 0).astype(np.int64),
        failedAttempts=np.where(has_failed, ALL, before).astype(np.int64),
        maxTaskRetryCount=before.astype(np.int64),
    )


def _sound(codes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return exit codes, with one in place of those that are not known or say nothing of a failure."""
    with np.errstate(invalid="ignore"):
        return np.where((codes != 0) & (np.abs(codes) <= LARGEST_CODE), codes, UNKNOWN_CODE)


def _before(past: Past, tasks: pd.DataFrame) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return how many attempts of each task failed before its last, and the code of the last that did."""
    counted = tasks["retries"].fillna(0).to_numpy(dtype=np.float64)
    earlier = past.tasks[past.tasks[FAULT].to_numpy() == "earlier"]
    past.ledger.note_tasks("taken", earlier[is_one_of(earlier["outcome"], TAKEN)])
    failed = earlier[is_one_of(earlier["outcome"], FAILED)]
    if failed.empty:
        return counted, np.full(len(tasks), float(UNKNOWN_CODE))
    codes = _sound(failed["exit_code"].to_numpy(dtype=np.float64))
    by_task = failed.assign(code=codes).groupby(["job", "task"])["code"].agg(["size", "last"])
    found = tasks[["job", "task"]].join(by_task, on=["job", "task"])
    listed = found["size"].fillna(0).to_numpy(dtype=np.float64)
    return np.maximum(listed, counted), found["last"].fillna(UNKNOWN_CODE).to_numpy(dtype=np.float64)
