"""What cannot be true of tasks, or is missing: each such row is marked with its cause, and nothing is guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from simulator.history.ledger import Ledger
from simulator.history.past import FAULT
from simulator.tables.outcomes import ENDED, Outcome

if TYPE_CHECKING:
    import pandas as pd

Mask = npt.NDArray[np.bool_]
ENDINGS = [str(one) for one in ENDED]


def judge(tasks: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Return tasks with starts, ends and durations completed from each other, and the cause of each unfit row."""
    _complete(tasks)
    judgement = _Judgement(tasks, ledger)
    outcome = tasks["outcome"].to_numpy()
    start, end = tasks["start"].to_numpy(), tasks["end"].to_numpy()
    judgement.mark("cached", outcome == Outcome.CACHED)
    judgement.mark("waiting", (outcome == Outcome.WAITING) & np.isnan(start))
    never = np.isnan(start) & np.isnan(end) & _absent(tasks, "duration")
    judgement.mark("not_run", np.isin(outcome, ENDINGS) & never & _where_others_ran(tasks, ~never))
    with np.errstate(invalid="ignore"):
        judgement.mark("backwards", end < start)
    judgement.mark("backwards", tasks["duration"].to_numpy() < 0)
    has_length = ~_absent(tasks, "duration")
    judgement.mark("running", ~has_length & np.isin(outcome, [Outcome.RUNNING, Outcome.WAITING]))
    judgement.mark("no_start", ~has_length & np.isnan(start))
    judgement.mark("no_end", ~has_length)
    judgement.mark("running", (outcome == Outcome.RUNNING) & np.isnan(end) & _absent(tasks, "exit_code"))
    _created(tasks, judgement)
    return tasks


def unite(tasks: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Return tasks with one row for each attempt that several files have, completed from all of these.

    A list has when a task was added, a log when it was given to its node: the earliest of both is when it was added.
    """
    import pandas as pd

    known = tasks["start"].notna() & tasks["end"].notna() & (tasks["task"] != "")
    keys = ["job", "task", "start", "end"]
    double = known & tasks.duplicated(keys, keep=False)
    if not double.any():
        return tasks
    some = tasks[double].replace("", np.nan).sort_values("created", kind="stable")
    groups = some.groupby(keys, sort=False)
    several = groups["file"].transform("nunique") > 1
    if not several.any():
        return tasks
    again = some[several]
    first = ~again.duplicated(keys)
    ledger.note_tasks("both", tasks.loc[again.index[~first]])
    by_attempt = again.groupby(keys, sort=False)
    united = tasks.loc[again.index[first]].copy()
    for name in tasks.columns.difference([*keys, "file", "row", FAULT]):
        best = by_attempt[name].transform("min" if name == "created" else "first")[first]
        united[name] = best.fillna("") if tasks[name].dtype == object else best
    return pd.concat([tasks.drop(index=again.index), united]).sort_index().reset_index(drop=True)


class _Judgement:
    """Marks rows once: the first cause stands."""

    def __init__(self, tasks: pd.DataFrame, ledger: Ledger) -> None:
        self.tasks = tasks
        self.ledger = ledger
        self.is_fit: Mask = tasks[FAULT].to_numpy() == ""

    def mark(self, cause: str, mask: Any) -> None:
        """Mark fit rows with a cause for which they are not replayed."""
        rows = np.flatnonzero(mask & self.is_fit)
        if len(rows):
            self.tasks.loc[self.tasks.index[rows], FAULT] = cause
            self.is_fit[rows] = False
            self.note(cause, rows)

    def note(self, cause: str, rows: npt.NDArray[np.int64]) -> None:
        """Count rows under a cause."""
        self.ledger.note_tasks(cause, self.tasks[["file", "row"]].iloc[rows])


def _where_others_ran(tasks: pd.DataFrame, ran: Mask) -> Mask:
    """Return the rows of files that have times of any task: one without them shows of no task that it never ran."""
    return np.asarray(tasks["file"].isin(set(tasks["file"][ran])))


def _absent(tasks: pd.DataFrame, column: str) -> Mask:
    found: Mask = np.isnan(tasks[column].to_numpy(dtype=np.float64))
    return found


def _complete(tasks: pd.DataFrame) -> None:
    """Fill in what follows: a duration from start and end, an end from start and duration, a start from both."""
    start, end, span = (tasks[name].to_numpy(dtype=np.float64) for name in ("start", "end", "duration"))
    lasting = np.where(np.isnan(span), np.round(end - start, 6), span)
    ends = np.where(np.isnan(end), start + span, end)
    starts = np.where(np.isnan(start), end - span, start)
    tasks["duration"], tasks["end"], tasks["start"] = lasting, ends, starts


def _created(tasks: pd.DataFrame, judgement: _Judgement) -> None:
    """Take tasks as added at their start at the latest."""
    created, start = tasks["created"].to_numpy(dtype=np.float64), tasks["start"].to_numpy(dtype=np.float64)
    missing = np.isnan(created) & ~np.isnan(start)
    with np.errstate(invalid="ignore"):
        early = start < created
    judgement.note("no_created", np.flatnonzero(missing & judgement.is_fit))
    judgement.note("early", np.flatnonzero(early & judgement.is_fit))
    created = np.where(missing | early, start, created)
    timeless = np.isnan(created)
    judgement.note("no_time", np.flatnonzero(timeless & judgement.is_fit))
    first = float(np.nanmin(created)) if not timeless.all() else 0.0
    tasks["created"] = np.where(timeless & judgement.is_fit, first, created)


def number_attempts(tasks: pd.DataFrame, ledger: Ledger) -> pd.DataFrame:
    """Return tasks without repeated rows, with the attempts of each numbered in order of their start.

    A row follows up on the one before with the same id where that did not succeed, or where the file gives it another
    number; else it is another task with the same id, which gets a name of its own. The last attempt stands for its
    task; attempts that overlap are reported.
    """
    tasks = _named(tasks)
    judgement = _Judgement(tasks, ledger)
    again = _shared_ids(tasks)
    if again.any():
        some = tasks.loc[again, [*_KEYS, "created", "start", "end", "node", "attempt"]]
        double = some.index[some.duplicated().to_numpy()]
        if len(double):
            judgement.note("repeated", tasks.index.get_indexer(double))
            tasks = tasks.drop(double).reset_index(drop=True)
            judgement = _Judgement(tasks, ledger)
            again = _shared_ids(tasks)
        _number(tasks, again, judgement)
    tasks["attempt"] = tasks["attempt"].fillna(1)
    return tasks


def _shared_ids(tasks: pd.DataFrame) -> Mask:
    """Return the rows whose task another row has, too."""
    by_id: Mask = tasks["task"].duplicated(keep=False).to_numpy()
    if by_id.any():
        by_id = by_id.copy()
        by_id[by_id] = tasks.loc[by_id, _KEYS].duplicated(keep=False).to_numpy()
    return by_id


_KEYS = ["job", "task"]
_DONE = [str(Outcome.SUCCEEDED), ""]


def _named(tasks: pd.DataFrame) -> pd.DataFrame:
    """Return tasks with a name for each, that of its row where it has none."""
    nameless = tasks["task"].to_numpy() == ""
    if nameless.any():
        tasks["task"] = np.where(nameless, "row-" + tasks["row"].astype(str), tasks["task"])
    return tasks


def _number(tasks: pd.DataFrame, again: Mask, judgement: _Judgement) -> None:
    """Set the attempts of tasks that several rows stand for, and names for tasks that share an id."""
    some = tasks[again].sort_values([*_KEYS, "attempt", "start"], kind="stable")
    follows = some.duplicated(_KEYS).to_numpy()
    was_done = np.isin(some["outcome"].shift().fillna("").to_numpy(), _DONE)
    attempt = some["attempt"]
    is_other = follows & was_done & (attempt.isna() | (attempt == attempt.shift())).to_numpy()
    if is_other.any():
        serial = some.assign(other=is_other).groupby(_KEYS, sort=False)["other"].cumsum().to_numpy()
        judgement.note("duplicate", np.sort(tasks.index.get_indexer(some.index[is_other])))
        some["task"] = np.where(serial > 0, some["task"] + "#" + (serial + 1).astype(str), some["task"])
        tasks.loc[some.index, "task"] = some["task"]
        follows = some.duplicated(_KEYS).to_numpy()
    groups = some.groupby(_KEYS, sort=False)
    tasks.loc[some.index, "attempt"] = (groups.cumcount() + 1).astype(float)
    with np.errstate(invalid="ignore"):
        overlap = follows & (some["start"].to_numpy() < some["end"].shift().to_numpy())
    judgement.note("overlap", np.sort(tasks.index.get_indexer(some.index[overlap])))
    tasks.loc[some.index, "created"] = groups["created"].transform("min")
    earlier = np.zeros(len(tasks), dtype=np.bool_)
    earlier[tasks.index.get_indexer(some.index)] = True
    last = some[some[FAULT] == ""].groupby(_KEYS, sort=False).tail(1).index
    earlier[tasks.index.get_indexer(last)] = False
    judgement.mark("earlier", earlier)
