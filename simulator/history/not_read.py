"""Files that people bring and no reader takes: each is refused with what it is and what to bring instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulator.history.items import inner
from simulator.history.page import BEGINS as PAGE_BEGINS
from simulator.history.sample import Sample
from simulator.results.record.table_schema import TABLES
from simulator.tables.sheets import folded

SQLITE: Final = b"SQLite format 3\0"
TAR: Final = b"ustar"
ZIP: Final = b"PK\x03\x04"
ALONE: Final = frozenset({"node_states"})
"""Tables of a record that a reader takes by themselves."""


@dataclass(frozen=True, slots=True)
class NotRead:
    """A kind of file that is known, and not read."""

    what: str
    """What it is."""
    instead: str
    """What has what an import needs."""
    recognises: Callable[[Sample], bool]


def _has(*keys: str) -> Callable[[Sample], bool]:
    """Return what recognises files whose first object has all of some folded keys."""
    return lambda sample: sample.first.keys() >= set(keys)


def _is_subtask(sample: Sample) -> bool:
    first = sample.first
    return isinstance(first.get("id"), int) and {"starttime", "nodeinfo"} <= first.keys()


def _is_slurm_json(sample: Sample) -> bool:
    return "jobid" in sample.first and "submission" in inner(sample.first, "time")


def _is_table_of_run(sample: Sample) -> bool:
    """Return whether a Parquet file is a table of a record, other than the states of its nodes, which need no other."""
    if not sample.is_parquet:
        return False
    own = (table for table in TABLES if table.name not in ALONE)
    return any(sample.heads == {folded(column.name) for column in table.columns} for table in own)


NOT_READ: Final = (
    NotRead(
        "subtasks of a multi-instance task (`az batch task subtask list`)",
        "`az batch task list` has their task, with its times and its number of instances",
        _is_subtask,
    ),
    NotRead(
        "the state of job preparation and release tasks (`az batch job prep-release-status list`)",
        "`az batch task list` has the tasks of the job; the diagnostic log has these, too",
        lambda sample: bool({"jobpreparationtaskexecutioninfo", "jobreleasetaskexecutioninfo"} & sample.first.keys()),
    ),
    NotRead(
        "numbers of nodes by state (`az batch pool node-counts list`)",
        "`az batch node list` and `az batch pool list` have nodes and pools",
        _has("poolid", "dedicated", "lowpriority"),
    ),
    NotRead(
        "job schedules (`az batch job-schedule list`)",
        "`az batch job list` and `az batch task list` have the jobs that they made",
        _has("schedule", "jobspecification"),
    ),
    NotRead(
        "what a sweep or another study wrote",
        "name the directory of one run, what `poolsight run FILE --out DIR` wrote",
        lambda sample: sample.first.keys() >= {"kind", "versions"} and "metadata" not in sample.first,
    ),
    NotRead(
        "a table of a run's directory",
        "name the directory, so that all its tables are read together",
        _is_table_of_run,
    ),
    NotRead(
        "the directory of an import",
        "run its `scenario.yaml`, or import the files that it was made of",
        lambda sample: sample.mark.startswith(PAGE_BEGINS.encode()),
    ),
    NotRead("what `sacct --json` prints", "`sacct -P` prints the same as a table", _is_slurm_json),
    NotRead(
        "a database of SQLite, such as Azure's packing trace",
        "`sqlite3 -header -csv FILE 'select * from vm'` prints its table `vm`",
        lambda sample: sample.mark.startswith(SQLITE),
    ),
    NotRead(
        "an archive of tar",
        "unpack it, and name a file in it",
        lambda sample: sample.mark[257:262] == TAR,
    ),
    NotRead(
        "a zip archive or a workbook of Excel",
        "unpack it, or save its sheet as CSV",
        lambda sample: sample.mark.startswith(ZIP),
    ),
)


def why_not(sample: Sample) -> str | None:
    """Return why a file is not read, where it is of a kind that is known."""
    found = next((one for one in NOT_READ if one.recognises(sample)), None)
    return None if found is None else f"{found.what}: not read; {found.instead}"
