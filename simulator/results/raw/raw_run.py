"""What the engine hands over at the end of a run: columns, times in integer milliseconds, −1 = none."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from simulator.columns.broadcast import is_one_of
from simulator.results.raw.recorder import Recorder
from simulator.scenario.format.bodies import Pool
from simulator.states import Outcome, TaskState

Int64 = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Int8 = npt.NDArray[np.int8]
Bool = npt.NDArray[np.bool_]


BY_THEMSELVES = (Outcome.SUCCEEDED, Outcome.FAILED, Outcome.UNFETCHED, Outcome.RUNNING)
"""How attempts end, or go on, that nothing interrupts."""


@dataclass(frozen=True, slots=True)
class RawTasks:
    """One row a task, in the workload's order."""

    state: Int8
    exit_code: Int32
    exited: Bool
    """Whether the last attempt ended by itself, so that there is an exit code."""
    succeeded: Bool
    retries: Int32
    requeues: Int32
    preemptions: Int32
    first_start: Int64
    last_start: Int64
    end: Int64
    pool: Int32
    deleted: Bool
    """Which of the submitted tasks a client has deleted, by themselves or with their job, before or after their end."""

    @property
    def submitted(self) -> Bool:
        """Which tasks were added to their job: the others were refused, skipped by a schedule, or due too late."""
        return np.asarray(self.state != TaskState.PLANNED, dtype=np.bool_)

    @property
    def counts_as_succeeded(self) -> Bool:
        """Which tasks count as succeeded: those that did and that nobody has deleted."""
        return self.succeeded & ~self.deleted

    def copy(self) -> "RawTasks":
        """Return columns of its own: those of a run that goes on still change."""
        return replace(self, state=self.state.copy(), retries=self.retries.copy())


@dataclass(frozen=True, slots=True)
class RawAttempts:
    """One row for each instance of each execution, in order of assignment."""

    task: Int32
    instance: Int32
    node: Int32
    assigned: Int64
    start: Int64
    """When it starts, or would have: later than `end` if it was stopped on its way."""
    end: Int64
    outcome: Int8
    kept: Int64
    """Work that a checkpoint has saved of it for the attempts that follow, and that nothing threw away since."""
    kept_until: Int64
    """When that checkpoint was written; −1 = none was."""
    pulled: Int64
    """How long the first instance pulled an image before its work; known where tasks share cores or checkpoint."""

    @property
    def began(self) -> Int64:
        """When attempts started; −1 = not at all."""
        started = self.has_started
        return self.start if started.all() else np.where(started, self.start, -1)

    @property
    def has_started(self) -> Bool:
        """Which attempts have started; those that end at that very instant have if they do so by themselves."""
        by_itself = is_one_of(self.outcome, BY_THEMSELVES)
        return np.asarray((self.start < self.end) | ((self.start == self.end) & by_itself), dtype=np.bool_)

    def copy(self) -> "RawAttempts":
        """Return columns of its own: those of a run that goes on still change."""
        return replace(self, end=self.end.copy(), outcome=self.outcome.copy())


@dataclass(frozen=True, slots=True)
class RawRun:
    """Everything a run leaves behind."""

    tasks: RawTasks
    attempts: RawAttempts
    recorder: Recorder
    pools: tuple[Pool, ...]
    end: int
    complete: bool
    stop_reason: str
    settled: int
    """When the work was done, or the last thing had happened in a run that stalled; −1 = neither."""
    never_fits: Bool
    blocked: Bool
    """Tasks that wait for others."""
    pool_of_job: tuple[int, ...]
    waited: Int64
    """Attempts that waited for the preparation of their node, by number."""
