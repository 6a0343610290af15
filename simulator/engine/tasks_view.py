"""The tasks of a pool as the control plane may read them at any time; nothing here can change them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulator.kernel import used_slots
from simulator.states import Outcome, TaskState

if TYPE_CHECKING:
    import numpy.typing as npt

    from simulator.kernel import Kernel, Samples

NODE_BITS = 20
"""The kernel's key of a prepared node is `job << 20 | node`."""


class LatestAttempt(NamedTuple):
    """One execution of a task; what still runs will end as stated if nothing stops it."""

    node: int
    assigned: int
    end: int
    outcome: int
    wait: int
    """How long it waits for its node to be prepared."""


class Summary(NamedTuple):
    """What tasks do, a row each."""

    states: npt.NDArray[np.int8]
    slots: npt.NDArray[np.int64]
    succeeded: npt.NDArray[np.bool_]


class TasksView:
    """A read-only view of one kernel: counts, and what runs on a node. To change the kernel, ask the site for it."""

    __slots__ = ("_kernel",)

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    # ---- counts --------------------------------------------------------------------------------------------

    @property
    def samples(self) -> Samples:
        """What has been noted of its tasks at the ticks of a sampler."""
        return self._kernel.samples

    @property
    def active(self) -> int:
        """How many submitted tasks wait."""
        return self._kernel.active

    @property
    def running(self) -> int:
        """How many tasks hold slots of nodes."""
        return self._kernel.running

    @property
    def completed(self) -> int:
        """How many tasks have completed, failures included."""
        return self._kernel.completed

    @property
    def failed(self) -> int:
        """How many tasks have completed without success."""
        return self._kernel.failed

    @property
    def used_slots(self) -> int:
        """How many slots running tasks hold."""
        return used_slots(self._kernel)

    def waiting_of_job(self, job: int) -> int:
        """Return how many tasks of a job are queued."""
        return int(self._kernel.queues.waiting_of_job[job])

    # ---- nodes ---------------------------------------------------------------------------------------------

    def count_on(self, node: int) -> int:
        """Return how many tasks run on a node."""
        return int(self._kernel.nodes.held[node])

    def tasks_on(self, node: int) -> Sequence[int]:
        """Return the tasks that run on a node."""
        return self._kernel.nodes.tasks_on(node)

    def load_on(self, node: int, now: int) -> tuple[int, int]:
        """Return the slots that tasks hold on a node, and the work that its loss would cost in slot-milliseconds."""
        kernel = self._kernel
        used = elapsed = 0
        for task in kernel.nodes.tasks_on(node):
            slots = kernel.shape_of(task).slots
            used += slots
            elapsed += slots * (now - kernel.attempts.assigned[kernel.row[task]])
        return used, elapsed

    def attempts_on(self, node: int, since: int = 0) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """Return the task and the end of every attempt on a node so far that was assigned at an instant or later."""
        attempts = self._kernel.attempts
        known = len(attempts)
        is_here = (np.asarray(attempts.node)[:known] == node) & (np.asarray(attempts.assigned)[:known] >= since)
        here = np.flatnonzero(is_here)
        return np.asarray(attempts.task)[here], np.asarray(attempts.end)[here]

    def attempts_by_node(self, count: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return how many attempts the first `count` nodes had so far, and how many of those that ended succeeded."""
        made, known = self._kernel.attempts, len(self._kernel.attempts)
        node, task = np.asarray(made.node)[:known], np.asarray(made.task)[:known]
        state = np.asarray(self._kernel.state)[task]
        has_ended = (state == TaskState.COMPLETED) & (np.asarray(made.outcome)[:known] == Outcome.SUCCEEDED)
        return np.bincount(node, minlength=count), np.bincount(node[has_ended], minlength=count)

    def prepared_nodes(self, job: int, now: int) -> list[int]:
        """Return the nodes on which the preparation of a job has succeeded, in order."""
        work, mask = self._kernel.work, (1 << NODE_BITS) - 1
        return sorted(
            key & mask
            for key, at in work.ready.items()
            if key >> NODE_BITS == job and at <= now and not work.is_failing(job, key & mask)
        )

    # ---- single attempts, by row of the kernel's record ----------------------------------------------------

    def task_at(self, row: int) -> int:
        """Return the task of an attempt."""
        return int(self._kernel.attempts.task[row])

    def end_of(self, row: int) -> int:
        """Return when an attempt that does not run any more has ended."""
        return int(self._kernel.attempts.end[row])

    def running_at(self, row: int) -> int | None:
        """Return the task of an attempt that has not ended; None for others."""
        kernel, task = self._kernel, self.task_at(row)
        is_latest = kernel.row[task] == row - kernel.attempts.instance[row]
        return task if is_latest and kernel.state[task] == TaskState.RUNNING else None

    def nodes_of(self, row: int) -> list[int]:
        """Return the nodes of an attempt, given its first row."""
        count = self._kernel.shape_of(self.task_at(row)).instances
        return [int(node) for node in self._kernel.attempts.node[row : row + count]]

    # ---- single tasks --------------------------------------------------------------------------------------

    def state_of(self, task: int) -> int:
        """Return the state of a task."""
        return int(self._kernel.state[task])

    def has_succeeded(self, task: int) -> bool:
        """Return whether the last attempt of a completed task has succeeded."""
        return self.has_begun(task) and self._kernel.attempts.outcome[self._kernel.row[task]] == Outcome.SUCCEEDED

    def retries_of(self, task: int) -> int:
        """Return how often a failed task has been tried again."""
        return int(self._kernel.retries[task])

    def latest_attempt(self, task: int) -> LatestAttempt | None:
        """Return the latest attempt of a task; None where it has never been placed."""
        if not self.has_begun(task):
            return None
        made, row = self._kernel.attempts, int(self._kernel.row[task])
        wait = self._kernel.work.waits.get(row, 0)
        return LatestAttempt(int(made.node[row]), int(made.assigned[row]), int(made.end[row]), made.outcome[row], wait)

    def summary(self, tasks: npt.NDArray[np.int64]) -> Summary:
        """Return the state of each task, its slots, and whether its latest attempt has succeeded."""
        kernel, made = self._kernel, self._kernel.attempts
        row = np.asarray(kernel.row)[tasks]
        has_begun = np.asarray(made.task)[row] == tasks
        shape = np.asarray(kernel.queues.shape, dtype=np.int64)[np.asarray(kernel.queue)[tasks]]
        slots = np.array([one.slots for one in kernel.shapes], dtype=np.int64)[shape]
        succeeded = has_begun & (np.asarray(made.outcome)[row] == Outcome.SUCCEEDED)
        return Summary(np.asarray(kernel.state)[tasks], slots, succeeded)

    def has_begun(self, task: int) -> bool:
        """Return whether a task has been placed on a node at least once."""
        attempts = self._kernel.attempts
        return bool(task >= 0 and len(attempts) and attempts.task[self._kernel.row[task]] == task)
