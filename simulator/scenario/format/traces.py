"""Workloads that happened: which file holds them and how it is meant, and their tasks as columns."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, Field, PrivateAttr

from simulator.columns.task_names import Prefixed
from simulator.distributions import TimeDistribution
from simulator.durations import Seconds
from simulator.errors import InputError
from simulator.files import Folder, is_file
from simulator.scenario.format.section import AsWritten, Positive, Section
from simulator.tables.instants import is_zone

UNSTATED: Final = -2
"""Stands for an empty cell, in columns whose numbers begin at -1."""
Floats = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]


def _known_zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError(f"there is no time zone '{name}'; expected one like Europe/Berlin")
    return name


class TraceColumns(Section):
    """Which column of a table holds what; None = not there."""

    id: str | None = None
    """Names of the tasks; without it they are numbered."""
    submit: str = "submit"
    """Dates, numbers, or Unix time."""
    start: str | None = None
    """When each task began to run; with `end` it says how long tasks take."""
    end: str | None = None
    """When each task ended: it took from `start`, or else from `submit`, until then, and `duration` is not read."""
    duration: str = "duration"
    """How long each process ran: numbers in `timeUnit`, or spans like `1m 30s`, `01:02:03`, `1-02:03:04`, `PT15M`."""
    cores: str | None = None
    """Cores of each task."""
    memory: str | None = None
    """Memory that each task needs: numbers in `memoryUnit`, or amounts like `4G`."""
    slots: str | None = None
    """Slots of each task."""
    instances: str | None = None
    """Nodes that each task needs at once."""
    depends_on: str | None = None
    """Ids of the tasks that must complete first, with blanks, commas or semicolons between them."""
    exit_code: str | None = None
    """Exit code of the attempts of each task that fail; without `failedAttempts` every attempt of a task does whose
    code is not 0. An empty cell is 0."""
    failed_attempts: str | None = None
    """How many attempts of each task fail before one succeeds, -1 for all, with `exitCode` or else 1; each takes as
    long as the task. An empty cell leaves it to `exitCode`."""
    max_task_retry_count: str | None = None
    """How often each task may be retried, -1 without limit; an empty cell is what its job allows."""
    estimate: str | None = None
    """How long each process was expected to run, for policies that plan ahead; an empty cell: as long as it did."""


class TraceWorkload(AsWritten, Section):
    """Tasks from a file: SWF, a table of lines (comma, tab, semicolon or bar between cells), or Parquet; gzip too."""

    written_only: ClassVar[frozenset[str]] = frozenset({"submit_times"})

    trace: str
    """Path, relative to the scenario file."""
    columns: TraceColumns = TraceColumns.model_construct()
    """Names of the columns of tables."""
    column_names: tuple[str, ...] = ()
    """Names of all columns, in order, of a table whose first line does not name them."""
    keep: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Rows that are read, by column: those with one of these values, or whose first word is one (`{State: [OK]}`)."""
    time_unit: Literal["ns", "us", "ms", "s", "m", "h"] = "s"
    """Unit of numeric times and durations in tables; Unix time is known by its size."""
    memory_unit: Literal["B", "KB", "MB", "GB", "KiB", "MiB", "GiB", "TiB"] = "GiB"
    """Unit of numbers in the column of memory."""
    time_zone: Annotated[str, AfterValidator(_known_zone)] | None = None
    """Zone of dates that name none, like `Europe/Berlin`; None means UTC."""
    date_order: Literal["day_first", "month_first"] | None = None
    """What comes first in dates like 03/04/2026; None: what the rows show, and where they do not, it is refused."""
    duration: TimeDistribution | None = None
    """How long tasks take where the file only says when they come: drawn, and no duration is read."""
    parallel_jobs: Literal["multi_slot", "multi_instance"] = "multi_slot"
    """What a job of several processors in an SWF file becomes: one task of that many slots, or of that many nodes."""
    processors: Literal["allocated", "requested"] = "allocated"
    """Which number of processors of an SWF file a job takes, where both are known: column 5 or column 8."""
    use_memory: bool = False
    """Whether the memory column of an SWF file (KiB per processor) is a demand of the task."""
    submit_times: Literal["relative", "absolute"] = "relative"
    """Whether numeric submit times count from the trace's first task, or from its time 0 as they stand."""
    start: Seconds | None = None
    """Where the trace's time 0 lies; None means when the job is created."""
    limit: Positive | None = None
    """How many tasks are read; the first ones of the file."""
    _folder: Folder | None = PrivateAttr(default=None)

    def model_post_init(self, context: Any) -> None:
        """Remember where the scenario file stands."""
        if isinstance(context, dict) and "folder" in context:
            self._folder = context["folder"]

    @property
    def has_folder(self) -> bool:
        """Whether it is known in which folder the file is looked for; else that is the working directory."""
        return self._folder is not None

    @property
    def path(self) -> Path:
        """Where the file is; InputError where the scenario may not name it."""
        return (self._folder or Folder(Path())).file(self.trace)

    @property
    def is_there(self) -> bool:
        """Whether there is such a file, and the scenario may name it."""
        try:
            return is_file(self.path)
        except InputError:
            return False


@dataclass(frozen=True, slots=True)
class Endings:
    """How the attempts of a trace's tasks end."""

    failures: Int32s
    """How many fail before one succeeds; -1: all."""
    exit_code: Int32s
    """Of those that fail; 0 where none does."""
    max_retries: Int32s | None
    """-1: without limit, `UNSTATED`: as the job says; None: all as the job says."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The tasks of a trace in file order; seconds, cores, GiB."""

    submit: Floats
    duration: Floats
    slots: Int32s
    instances: Int32s
    cores: Floats
    memory: Floats
    names: Prefixed
    first: datetime | None = None
    """The date of the first task, where the trace has dates."""
    shift: float = 0.0
    """Seconds that were taken off the submit times, so that the first task comes at time 0."""
    parents: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Ids of the tasks that must complete first, by row, of rows that have any."""
    endings: Endings | None = None
    """How attempts end; None: every one succeeds."""
    estimate: Floats | None = None
    """Requested times; -1 where none is known."""

    def __len__(self) -> int:
        return len(self.submit)
