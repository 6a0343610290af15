"""Which task of a job has an id: after a deletion another one may, and what is yet to come has none."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from simulator.engine.environment import TAKEN_IDS
from simulator.engine.pools.tenancy import ABSENT
from simulator.states import TaskState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from simulator.engine.backlog import Backlog
    from simulator.engine.pools.pool import Pool
    from simulator.engine.world import World


class Named(Protocol):
    """A job, as far as its tasks have ids."""

    world: World
    pool: Pool
    backlog: Backlog
    number: int

    @property
    def takes_tasks(self) -> bool:
        """Whether tasks may be added to it."""


class TaskIds:
    """The tasks of a job by their ids, which are compared without case."""

    def __init__(self, job: Named, refuse: Callable[[Iterable[int]], None]) -> None:
        self._job = job
        self._refuse = refuse
        """Refuses tasks of the kernel that have just arrived."""
        self.deleted: set[int] = set()
        """Rows of tasks that are gone."""
        self._freed: set[str] = set()
        """Ids that somebody has asked to delete, whether or not a task had them."""

    @property
    def may_recur(self) -> bool:
        """Whether several tasks may have one id: the checks of a scenario refuse that where none is deleted."""
        return bool(self._freed)

    def free(self, name: str) -> None:
        """Note that somebody asks to delete the task of an id."""
        self._freed.add(name.lower())

    def rows(self, name: str) -> list[int]:
        """Return the rows of the tasks that have an id and are not deleted, in order, those to come included."""
        job = self._job
        return [row for row in job.backlog.named(job.number, name) if row not in self.deleted]

    def there(self, name: str, before: int | None = None) -> int | None:
        """Return the row of the task that has an id; None if none has it.

        What the operation of a number brings, or a later one, is not there `before` that operation.
        """
        known = self._job.backlog.brought_by
        limit = self._job.backlog.operations + 1 if before is None else before
        return next((row for row in self.rows(name) if known(row) < limit and self._is_there(row)), None)

    def is_taken(self, name: str) -> bool:
        """Return whether no task may be added under an id, also for one that is yet to come.

        One that a group or a trace brings does not keep its id where somebody has asked to delete it before.
        """
        rows = self.rows(name)
        if any(map(self._is_there, rows)):
            return True
        backlog, now = self._job.backlog, self._job.world.env.clock
        is_coming = any(backlog.submit_of(row) > now for row in rows)
        return is_coming and (name.lower() not in self._freed or self._is_listed(name))

    def just_brought(self, names: Iterable[str]) -> list[int]:
        """Return the waiting tasks of some ids that the operation which is performed now has brought, by number."""
        job, backlog = self._job, self._job.backlog
        rows = [row for name in names for row in backlog.named(job.number, name)]
        own = [row for row in rows if backlog.brought_by(row) == backlog.operations]
        found = [task for task in map(job.pool.tenancy.task_of, own) if task != ABSENT]
        return [task for task in found if job.pool.site.tasks.state_of(task) == TaskState.ACTIVE]

    def watch(self, names: Sequence[str]) -> None:
        """Have what is yet to come under ids that were added now refused when it comes, if they are taken then."""
        backlog, env = self._job.backlog, self._job.world.env
        for name in names:
            for row in backlog.named(self._job.number, name):
                if backlog.submit_of(row) > env.clock and backlog.brought_by(row) < backlog.operations:
                    env.at(backlog.submit_of(row), TAKEN_IDS).callbacks.append(partial(self._meet, name, row))

    # ---- inside --------------------------------------------------------------------------------------------

    def _meet(self, name: str, row: int, _: object) -> None:
        """Refuse a task that has just arrived if another one has its id."""
        others = (other for other in self.rows(name) if other != row)
        if self._job.takes_tasks and self._is_waiting(row) and any(map(self._is_there, others)):
            self._refuse([self._job.pool.tenancy.task_of(row)])

    def _is_there(self, row: int) -> bool:
        return self._state(row) != TaskState.PLANNED

    def _is_waiting(self, row: int) -> bool:
        return self._state(row) == TaskState.ACTIVE

    def _state(self, row: int) -> int:
        """Return the state of a task; what was refused is planned as what is yet to come is."""
        task = self._job.pool.tenancy.task_of(row)
        return TaskState.PLANNED if task == ABSENT else int(self._job.pool.site.tasks.state_of(task))

    def _is_listed(self, name: str) -> bool:
        """Return whether the body of the job lists a task of an id."""
        body = self._job.backlog.jobs[self._job.number].job
        return any(task.id.lower() == name.lower() for task in body.tasks)
