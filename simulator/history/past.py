"""Three tables of what happened: tasks, nodes, pools; every reader fills these, and nobody reads a format elsewhere.

Times are seconds since the origin of the tables, not a number where they are not known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from simulator.history.ledger import Ledger

if TYPE_CHECKING:
    import pandas as pd


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    TIME = "time"
    """Seconds since the origin."""
    SPAN = "span"
    """Seconds."""
    COUNT = "count"
    """A whole number that may be absent."""
    NUMBER = "number"
    MEMORY = "memory"
    """GiB."""
    OUTCOME = "outcome"
    """A word of `simulator.tables.outcomes.Outcome`."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table of the past."""

    kind: Kind
    meaning: str


TASKS: Final = {
    "job": Column(Kind.TEXT, "job, run or workflow"),
    "task": Column(Kind.TEXT, "the task, unique in its job"),
    "attempt": Column(Kind.COUNT, "which attempt of the task the row is, from 1"),
    "name": Column(Kind.TEXT, "what kind of work it is: process, program, name of the step"),
    "created": Column(Kind.TIME, "when the task was added"),
    "assigned": Column(Kind.TIME, "when the attempt was given to its node"),
    "start": Column(Kind.TIME, "when the attempt began to run"),
    "end": Column(Kind.TIME, "when the attempt ended"),
    "duration": Column(Kind.SPAN, "how long it ran"),
    "outcome": Column(Kind.OUTCOME, "how it ended, or running, waiting, cached"),
    "exit_code": Column(Kind.COUNT, "exit code of the process"),
    "retries": Column(Kind.COUNT, "failed attempts before, as the file counts them"),
    "requeues": Column(Kind.COUNT, "times it was put back, as the file counts them"),
    "pool": Column(Kind.TEXT, "pool, queue or partition"),
    "node": Column(Kind.TEXT, "node of the attempt"),
    "slots": Column(Kind.COUNT, "slots that it took on each node"),
    "instances": Column(Kind.COUNT, "nodes that it took at once"),
    "cores": Column(Kind.NUMBER, "cores that it asked for, on each node"),
    "memory": Column(Kind.MEMORY, "memory that it asked for, on each node"),
    "used_memory": Column(Kind.MEMORY, "memory that it used at most"),
    "command": Column(Kind.TEXT, "command line"),
    "parents": Column(Kind.TEXT, "tasks of the same job that had to complete first, blanks between"),
    "priority": Column(Kind.COUNT, "priority of its job"),
}
NODES: Final = {
    "pool": Column(Kind.TEXT, "pool of the node"),
    "node": Column(Kind.TEXT, "the node"),
    "kind": Column(Kind.TEXT, "dedicated or low_priority"),
    "size": Column(Kind.TEXT, "size of its machine"),
    "time": Column(Kind.TIME, "when the state began"),
    "state": Column(Kind.TEXT, "state, in the service's words"),
}
POOLS: Final = {
    "pool": Column(Kind.TEXT, "the pool"),
    "time": Column(Kind.TIME, "when"),
    "change": Column(Kind.TEXT, "created, resize, resized, evaluated, deleted, or seen"),
    "size": Column(Kind.TEXT, "size of its machines"),
    "slots": Column(Kind.COUNT, "slots of a node"),
    "target_dedicated": Column(Kind.COUNT, "dedicated nodes asked for"),
    "target_low_priority": Column(Kind.COUNT, "low-priority nodes asked for"),
    "dedicated": Column(Kind.COUNT, "dedicated nodes that were there"),
    "low_priority": Column(Kind.COUNT, "low-priority nodes that were there"),
    "code": Column(Kind.TEXT, "error or result, in the service's words"),
}
TABLES: Final = {"tasks": TASKS, "nodes": NODES, "pools": POOLS}
FAULT: Final = "fault"
"""Column of tasks with the cause for which a row is not replayed; empty where it is."""


@dataclass(frozen=True)
class FileRead:
    """A file, and what it was read as."""

    name: str
    format: str
    rows: int


@dataclass(frozen=True)
class Past:
    """What files say happened."""

    tasks: pd.DataFrame
    nodes: pd.DataFrame
    pools: pd.DataFrame
    origin: datetime | None
    """The date of time 0; None where no file has dates."""
    files: tuple[FileRead, ...]
    ledger: Ledger
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Bodies of pools by id, where a file has them."""
    priorities: dict[str, int] = field(default_factory=dict)
    """Of jobs by id, where a file has them."""
