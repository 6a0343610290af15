"""What was dropped, assumed and noticed on the way from a file to its tables, counted by cause.

The causes are a table: pages, documentation and tests are made from it. Rows are counted and numbered, never quoted, so
that nothing private leaves the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

MOST_SHOWN: Final = 5
"""Row numbers of a cause that are kept for each file."""


class Effect(StrEnum):
    """What a cause does to its rows."""

    DROPPED = "not replayed"
    ASSUMED = "assumed"
    NOTICED = "noticed"


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that is wrong, missing or assumed."""

    effect: Effect
    text: str
    option: str = ""
    """Which option changes it."""


D, A, N = Effect.DROPPED, Effect.ASSUMED, Effect.NOTICED
CAUSES: Final = {
    "broken": Cause(D, "lines that are broken: no JSON, too many cells, or cut off"),
    "no_id": Cause(D, "rows without the id that would say what they are about"),
    "bad_time": Cause(D, "times that cannot be read", "--time-zone, --date-order, --time-unit"),
    "bad_number": Cause(N, "numbers that cannot be read; taken as absent"),
    "waiting": Cause(D, "tasks that had not started when the file was written"),
    "running": Cause(D, "tasks that were still running when the file was written: their end is missing"),
    "cached": Cause(D, "tasks whose result was cached: nothing ran"),
    "no_start": Cause(D, "tasks that ended, but began before the file does or without a start: how long is not known"),
    "no_end": Cause(D, "tasks without an end and without a duration"),
    "backwards": Cause(D, "tasks that end before they start: a clock ran backwards"),
    "early": Cause(A, "tasks that start before they were added: taken as added at their start"),
    "no_created": Cause(A, "tasks without a time at which they were added: taken as added at their start"),
    "no_time": Cause(A, "tasks of which only their length is known: taken as added with the first of all"),
    "repeated": Cause(D, "rows that stand in the files more than once"),
    "both": Cause(
        N, "attempts that several files have, such as a list and a log: one row, with what each of them knows"
    ),
    "earlier": Cause(N, "earlier attempts of tasks: the last one stands for its task, all are in tasks.parquet"),
    "attempts": Cause(
        A, "tasks whose earlier attempts failed: so many are replayed, each as long as the last", "--outcomes"
    ),
    "taken": Cause(
        D, "earlier attempts that lost their node or were put back: what happens to nodes in the replay decides anew"
    ),
    "evictions": Cause(A, "evictions of low-priority nodes: as many nodes of the pool are taken at the same instants"),
    "stray_evictions": Cause(D, "evictions in pools that have no low-priority nodes"),
    "no_evictions": Cause(A, "pools without an eviction in a log of all states of their nodes: none is taken"),
    "low_nodes": Cause(A, "pools whose numbers of nodes of each kind no file states: in the shares that are seen"),
    "lost": Cause(A, "tasks whose last attempt lost its node: replayed as work that succeeds", "--only succeeded"),
    "overlap": Cause(N, "attempts of one task that overlap in time"),
    "duplicate": Cause(A, "ids that several tasks have: numbered apart"),
    "other_outcome": Cause(D, "tasks with another outcome than those asked for", "--only"),
    "failed": Cause(
        A,
        "tasks that failed or were cancelled: each attempt fails, with 1 where no code is known",
        "--outcomes",
    ),
    "made_good": Cause(A, "tasks that failed or were cancelled: replayed as work that succeeds", "--outcomes"),
    "steps": Cause(N, "lines of job steps: their job's line has the times; memory is taken from them"),
    "partial": Cause(D, "lines about a part of a job which another line sums up"),
    "not_run": Cause(D, "jobs and attempts that never ran"),
    "pending_array": Cause(D, "arrays that still wait, one line for many tasks"),
    "unknown_word": Cause(N, "words for states that are not known; taken as ended if there is an end"),
    "mixed_zones": Cause(A, "times without a zone beside times with one: taken as UTC", "--time-zone"),
    "no_zone": Cause(A, "times without a zone: taken as UTC", "--time-zone"),
    "no_dates": Cause(A, "no dates: the first task comes at the scenario's origin"),
    "ghost_node": Cause(N, "tasks on nodes that the list of nodes does not have"),
    "more_pages": Cause(N, "lists that go on: the file holds a link to a further page"),
    "unknown_parent": Cause(A, "tasks with parents that are not replayed: not waited for"),
    "failed_parent": Cause(A, "tasks that ran although a parent had failed: not waited for"),
    "no_parents": Cause(
        A, "runs whose traces, which say what tasks wait for, are no longer there: tasks wait for none"
    ),
    "circle": Cause(A, "tasks that wait for each other in a circle: one of them does not wait"),
    "array_header": Cause(N, "lines that stand for a whole array: its tasks have lines of their own"),
    "pods": Cause(A, "jobs of several pods, whose own times the file does not have: one task each"),
    "outlived": Cause(A, "machines that were there when the trace began or ended: taken as begun and ended with it"),
    "alloc_set": Cause(D, "events of alloc sets: they hold room for work, and are none"),
    "groups": Cause(A, "rows for many instances, whose own times the file does not have: one task each"),
    "no_format": Cause(N, "files in folders that no reader knows", "--format"),
    "other_event": Cause(N, "events of other kinds"),
    "old_encoding": Cause(A, "text that is not UTF-8: read as Latin-1"),
    "nuls": Cause(N, "NUL characters: left out"),
    "one_job": Cause(A, "more jobs than a scenario would list: all tasks are in one", "--jobs"),
    "pool_size": Cause(A, "pools whose size no file states", "--vm-size"),
    "pool_slots": Cause(A, "pools whose slots no file states", "--slots"),
    "pool_nodes": Cause(A, "pools whose number of nodes no file states: as many as ran at once", "--nodes"),
    "image": Cause(A, "pools whose image no file states: Ubuntu 22.04"),
    "gangs": Cause(A, "tasks of several processors: one task of that many slots", "--parallel-jobs"),
    "no_retries": Cause(N, "retries that the file only counts: their times are not known"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """How often a cause was met in a file."""

    cause: str
    effect: Effect
    file: str
    count: int
    rows: tuple[int, ...]
    """The first row numbers."""
    detail: str = ""


@dataclass(slots=True)
class Ledger:
    """The entries of one reading."""

    entries: list[Entry] = field(default_factory=list)

    def note(
        self, cause: str, file: str, rows: Iterable[int] = (), *, count: int | None = None, detail: str = ""
    ) -> None:
        """Count rows of a file under a cause of the table; nothing where there is none."""
        effect = CAUSES[cause].effect
        numbers = [int(row) for row in rows]
        total = len(numbers) if count is None else count
        if total:
            self.entries.append(Entry(cause, effect, file, total, tuple(numbers[:MOST_SHOWN]), detail))

    def note_tasks(self, cause: str, tasks: pd.DataFrame) -> None:
        """Count tasks under a cause, file by file."""
        for file, rows in tasks.groupby("file", sort=False)["row"]:
            self.note(cause, str(file), rows)

    def of(self, effect: Effect) -> Iterator[Entry]:
        """Yield the entries with an effect, in the order of the table of causes."""
        order = {cause: place for place, cause in enumerate(CAUSES)}
        yield from sorted((one for one in self.entries if one.effect is effect), key=lambda one: order[one.cause])

    def count(self, cause: str) -> int:
        """Return how many rows a cause was met in."""
        return sum(one.count for one in self.entries if one.cause == cause)
