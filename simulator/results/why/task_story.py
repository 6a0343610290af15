"""Why a task was not running, from its submission to its end: intervals, each with one reason."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from simulator.results.why.evidence import Run, find_task, rows_of, written
from simulator.results.why.job_reasons import inactive, prepared_during
from simulator.results.why.reasons import WAITING, Reason, Unfinished
from simulator.results.why.unmet_dependencies import Families, Parents
from simulator.results.why.waiting import Wait, never_fits, reasons_of
from simulator.service_codes import SUCCESS
from simulator.states import TaskState
from simulator.units import spoken

if TYPE_CHECKING:
    import pandas as pd

NEVER_RUNS: Final[Mapping[str, Reason]] = {
    Unfinished.BEHIND_MANAGER: Reason.MANAGER,
    Unfinished.UNPREPARED: Reason.BARRED,
}
"""What the last wait of a task is that can never run because of its job."""
COMPLETED: Final = TaskState.COMPLETED.name.lower()
ENDS: Final = (Reason.COMPLETED, Reason.DELETED)
"""Reasons of pieces that may be instants."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One interval of a task's life; seconds since the origin."""

    start: float
    end: float
    reason: Reason
    detail: str

    @property
    def span(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class TaskStory:
    """A task's life in intervals without gaps."""

    job: str
    task: str
    pool: str
    state: str
    needs: str
    pieces: tuple[Piece, ...]
    is_deleted: bool = False
    """Whether a client has deleted it, before or after its end: in the answer it counts as deleted alone."""

    @property
    def became(self) -> str:
        """Its state in words, with a deletion that came later."""
        return f"{self.state}, deleted since" if self.is_deleted and self.state == COMPLETED else self.state

    def waited(self) -> dict[str, float]:
        """Return the seconds waited by reason, longest first."""
        found: dict[str, float] = {}
        for piece in self.pieces:
            if piece.reason in WAITING:
                found[str(piece.reason)] = found.get(str(piece.reason), 0.0) + piece.span
        return dict(sorted(found.items(), key=lambda entry: -entry[1]))

    def as_json(self, run: Run) -> dict[str, Any]:
        """Return the story as plain values, with times of day beside the seconds."""
        timeline = [
            {**asdict(piece), "reason": str(piece.reason), "span": piece.span, "from": written(run, piece.start)}
            for piece in self.pieces
        ]
        head = {name: getattr(self, name) for name in ("job", "task", "pool", "state", "needs")}
        head["deleted"] = self.is_deleted
        return {**head, "waited_s": self.waited(), "timeline": timeline}


def explain_task(run: Run, name: str) -> TaskStory:
    """Report the life of the task `JOB/TASK`."""
    number = find_task(run, name)
    task = run.part("tasks", where=[("task", "==", number)]).iloc[0]
    mine = run.part("attempts", where=[("task", "==", number), ("instance", "==", 0)])
    submit, finish = float(task["submit"]), float(task["end"])
    until = run.end if finish != finish else finish  # noqa: PLR0124 - NaN: it did not complete
    pieces: list[Piece] = []
    if submit > 0:
        pieces.append(Piece(0.0, min(submit, run.end), Reason.NOT_SUBMITTED, "added to its job at the end of this"))
    since = submit
    orders = _orders(run, task)
    for row in rows_of(mine):
        pieces += _until(run, task, since, float(row["assigned"]), orders)
        pieces += _attempt(run, task, row)
        since = float(row["end"])
    if since < until:
        pieces += _until(run, task, since, until, orders)
    if finish == finish:  # noqa: PLR0124
        pieces.append(_last(task, finish))
    lived = [piece for piece in pieces if piece.span > 0 or piece.reason in ENDS]
    return TaskStory(
        job=str(task["job"]),
        task=str(task["id"]),
        pool=str(task["pool"]),
        state=str(task["state"]),
        needs=_needs(task),
        pieces=_as_answered(task, lived or _as_the_run_ended(run, task)),
        is_deleted=bool(task["deleted"]),
    )


def _as_the_run_ended(run: Run, task: pd.Series) -> list[Piece]:
    """Return what kept a task that was added at the very instant at which the run ended: nothing could happen."""
    at = run.end
    if never := never_fits(run, task):
        return [Piece(at, at, Reason.NEVER_FITS, never)]
    return [Piece(at, at, wait.reason, wait.detail) for wait in reasons_of(run, task, at, at)]


def _as_answered(task: pd.Series, pieces: list[Piece]) -> tuple[Piece, ...]:
    """Return the pieces, the last wait of a task that can never run with the reason that the answer has."""
    reason = NEVER_RUNS.get(task["unfinished_why"])
    if reason is None or not pieces or pieces[-1].reason not in WAITING:
        return tuple(pieces)
    last = pieces[-1]
    return (*pieces[:-1], replace(last, reason=reason, detail=f"{task['unfinished_why']}; {last.detail}"))


def _needs(task: pd.Series) -> str:
    parts = [f"{task['slots']} slot{'' if task['slots'] == 1 else 's'}"]
    parts += [f"{task['cores']:g} cores"] if task["cores"] else []
    parts += [f"{task['memory']:g} GiB"] if task["memory"] else []
    parts += [f"on {task['instances']} nodes at once"] if task["instances"] > 1 else []
    return ", ".join(parts)


def _last(task: pd.Series, finish: float) -> Piece:
    """Return the instant at which a task ended."""
    if task["state"] == TaskState.DELETED.name.lower():
        return Piece(finish, finish, Reason.DELETED, "before it had completed")
    return Piece(finish, finish, Reason.COMPLETED, _outcome(task))


def _outcome(task: pd.Series) -> str:
    if task["succeeded"]:
        return "succeeded"
    code = task["exit_code"]
    return "failed, without an exit code" if code != code else f"failed with exit code {int(code)}"  # noqa: PLR0124


def _attempt(run: Run, task: pd.Series, row: dict[str, Any]) -> list[Piece]:
    """Report of one execution: under way to its node, perhaps preparing there, then running."""
    node = f"on node {row['node']}"
    assigned, start, end = float(row["assigned"]), float(row["start"]), float(row["end"])
    has_started = not math.isnan(start)
    reached = start if has_started else end
    pieces = []
    prepared = prepared_during(run, task.to_dict(), str(row["node"]), assigned, reached)
    if prepared is not None:
        begin, finish = prepared
        pieces.append(Piece(assigned, begin, Reason.DISPATCH, node))
        pieces.append(Piece(begin, finish, Reason.PREPARING, f"its job prepares node {row['node']}"))
        assigned = finish
    if reached == end:
        is_on_its_way = has_started or row["outcome"] == "running"
        lost = "" if is_on_its_way else f", {row['outcome']} before it started"
        return [*pieces, Piece(assigned, end, Reason.DISPATCH, f"{node}{lost}")]
    ended = "" if row["outcome"] == "running" else f", then {row['outcome']}"
    lost = "" if row["outcome"] in ("running", "succeeded") else f": {_lost(row)}"
    return [
        *pieces,
        Piece(assigned, start, Reason.DISPATCH, node),
        Piece(start, end, Reason.RUNNING, f"{node}{ended}{lost}"),
    ]


def _lost(row: dict[str, Any]) -> str:
    """Report how much of an attempt was in vain: what lies after its last checkpoint."""
    end = float(row["end"])
    if row["kept"] > 0:
        since = end - float(row["kept_until"])
        return f"{spoken(since)} lost since the last checkpoint, {spoken(float(row['kept']))} of work kept"
    return f"{spoken(end - float(row['start']))} of work lost"


def _orders(run: Run, task: pd.Series) -> list[tuple[float, str]]:
    """Return when a client ended the task, or let it run again."""
    frame = run.frame("operations")
    target = f"{task['job']}/{task['id']}".lower()
    mine = frame[(frame["target"].astype(str).str.lower() == target) & (frame["code"] == SUCCESS)]
    return [(float(row["time"]), str(row["operation"])) for row in rows_of(mine)]


def _until(run: Run, task: pd.Series, start: float, end: float, orders: list[tuple[float, str]]) -> list[Piece]:
    """Report what lies between attempts: waiting, and the time in which the task had completed as a failure."""
    pieces: list[Piece] = []
    for again in [at for at, name in orders if name == "reactivateTask" and start <= at <= end]:
        ended = [at for at, name in orders if name == "terminateTask" and start <= at <= again]
        failed = max(ended, default=start)
        pieces += _waits(run, task, start, failed)
        pieces.append(Piece(failed, again, Reason.COMPLETED, "as a failure, until it was reactivated"))
        start = again
    return [*pieces, *_waits(run, task, start, end)]


def _waits(run: Run, task: pd.Series, start: float, end: float) -> list[Piece]:
    """Explain one time of waiting: for the job, for other tasks, for room."""
    pieces: list[Piece] = []
    for begin, finish, why in inactive(run, task.to_dict(), start, end):
        pieces += _while_active(run, task, start, begin)
        pieces.append(Piece(begin, finish, Reason.JOB_INACTIVE, why))
        start = finish
    return [*pieces, *_while_active(run, task, start, end)]


def _while_active(run: Run, task: pd.Series, start: float, end: float) -> list[Piece]:
    """Explain waiting while the job lets its tasks run."""
    if start >= end:
        return []
    parents = Families(run).of(task.to_dict())
    pieces = [*_for_parents(parents, start, end)]
    start = pieces[-1].end if pieces else start
    if start >= end:
        return pieces
    never = never_fits(run, task)
    if never:
        return [*pieces, Piece(start, end, Reason.NEVER_FITS, never)]
    waits: list[Wait] = reasons_of(run, task, start, end)
    return [*pieces, *(Piece(wait.start, wait.end, wait.reason, wait.detail) for wait in waits)]


def _for_parents(parents: Parents, start: float, end: float) -> list[Piece]:
    """Cut the time until the last parent is done at each parent's end."""
    found = []
    while start < end:
        missing = parents.unmet(start)
        if not missing:
            break
        until = min(parents.next_end(start), end)
        found.append(Piece(start, until, Reason.DEPENDENCY, parents.describe(start)))
        start = until
    return _joined(found)


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Keep at most a handful of cuts: a task may wait for thousands."""
    if len(pieces) <= 20:
        return pieces
    return [*pieces[:19], Piece(pieces[19].start, pieces[-1].end, Reason.DEPENDENCY, pieces[19].detail)]
