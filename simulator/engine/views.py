"""What a run shows of its pools, jobs and tasks between two steps, at the cost of what is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulator.engine.pools.node_history import NodeTaskView, allocations, node_tasks
from simulator.engine.pools.node_views import NodeView, node_views
from simulator.engine.pools.pool_snapshot import PoolSnapshot, pool_snapshot
from simulator.engine.pools.tenancy import ABSENT
from simulator.scenario.format.run_names import AGAIN
from simulator.states import AllocationState, JobState, NodeKind, Outcome, ScheduleState, TaskState
from simulator.units import to_s

if TYPE_CHECKING:
    import numpy.typing as npt

    from simulator.engine.backlog import Part
    from simulator.engine.construction import Construction
    from simulator.engine.jobs.job import Job as JobControl
    from simulator.engine.jobs.schedule import Schedule
    from simulator.engine.pools.pool import Pool as PoolControl
    from simulator.results.raw.recorder import EvaluationRow, JobStateRow, ResizeRow
    from simulator.scenario.format.bodies import Job, Pool
    from simulator.scenario.format.job_schedules import JobSchedule
    from simulator.scenario.format.task_bodies import Task

EXITED = (Outcome.SUCCEEDED, Outcome.FAILED)
"""How attempts end whose process has ended by itself."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a simulation looks like between two steps."""

    now: float
    """Seconds since the scenario's origin."""
    completed_tasks: int
    pools: dict[str, PoolSnapshot]


@dataclass(frozen=True, slots=True)
class PoolView:
    """One pool; times are seconds since the scenario's origin."""

    id: str
    body: Pool
    created: float
    deletion: float | None
    """When its deletion began."""
    allocation_state: AllocationState
    allocation_since: float
    targets: dict[NodeKind, int]
    current: dict[NodeKind, int]
    resize: ResizeRow | None
    """The last one."""
    scales_itself: bool
    formula: str | None
    interval: float
    evaluation: EvaluationRow | None
    """The last one."""


@dataclass(frozen=True, slots=True)
class JobView:
    """One job; times are seconds since the scenario's origin."""

    id: str
    body: Job
    state: JobState
    created: float
    since: float
    before: tuple[JobState, float] | None
    """The state that it had before, and since when."""
    ended: float | None
    reason: str
    """Why it ended."""
    pool: str
    schedule: str | None
    """Id of the schedule that has created it."""


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task; times are seconds since the scenario's origin."""

    id: str
    body: Task | None
    """None where it is one of a group, which has no bodies."""
    state: TaskState
    created: float
    since: float
    started: float | None
    ended: float | None
    exit_code: int | None
    """None where no process has ended by itself."""
    succeeded: bool
    retries: int
    node: str | None
    """Id of the node of its latest attempt."""
    pool: str


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """How many tasks of a job there are, and how many slots they take, by what they do."""

    active: int
    running: int
    succeeded: int
    failed: int
    slots: dict[str, int]
    """By the names of these."""


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """One job schedule; times are seconds since the scenario's origin."""

    id: str
    body: JobSchedule
    state: ScheduleState
    next_run: float | None
    recent: str | None
    """Id of the job that it created last."""


class Views:
    """Looks at a run: what has not been created yet, or is gone, is not there."""

    def __init__(self, made: Construction, present: Callable[[], int]) -> None:
        self._made = made
        self._present = present
        """Returns how far the run has come."""
        self._directory = made.directory
        self._record = made.world.record
        self._listed: dict[int, dict[str, Task]] = {}
        """Bodies of announced tasks by id in lower case, of jobs that were asked for one."""

    # ---- pools ---------------------------------------------------------------------------------------------

    def pool_snapshots(self) -> dict[str, PoolSnapshot]:
        """Return the present of all pools by their ids, of those to come and those that are gone too."""
        return {pool.id: pool_snapshot(pool.site, pool.members, pool.resizing) for pool in self._directory.pools}

    def pools(self) -> Iterator[PoolView]:
        """Yield the pools that are there."""
        yield from (self._pool(pool) for pool in self._directory.pools if pool.exists)

    def pool(self, name: str) -> PoolView | None:
        """Return the pool of an id; None if none is there."""
        found = self._directory.pool(name)
        return self._pool(found) if found is not None and found.exists else None

    def nodes(self, pool: str) -> tuple[NodeView, ...]:
        """Return the nodes of a pool."""
        found = self._directory.pool(pool)
        return () if found is None or not found.exists else node_views(found.site, found.members)

    def allocations(self, pool: str) -> npt.NDArray[np.float64]:
        """Return from when to when nodes of a pool had a machine so far, in seconds, in any number of rows."""
        found = self._directory.pool(pool)
        return allocations(self._record, -1 if found is None else found.index, self._present())

    def _pool(self, pool: PoolControl) -> PoolView:
        row = self._record.pools[pool.index]
        resize = next((one for one in reversed(self._record.resizes) if one.pool == pool.index), None)
        evaluations = (one for one in reversed(self._record.evaluations) if one.pool == pool.index)
        last = row.created if resize is None else max(resize.start, resize.end)
        return PoolView(
            id=_shown(pool.id),
            body=pool.site.description,
            created=to_s(row.created),
            deletion=None if row.deleted < 0 else to_s(row.deleted),
            allocation_state=pool.resizing.state,
            allocation_since=to_s(last),
            targets=dict(pool.resizing.targets),
            current={kind: pool.members.count(kind) for kind in NodeKind},
            resize=resize,
            scales_itself=pool.scales_itself,
            formula=pool.autoscaling.formula,
            interval=pool.autoscaling.interval,
            evaluation=next(evaluations, None) if pool.scales_itself else None,
        )

    # ---- jobs ----------------------------------------------------------------------------------------------

    def jobs(self) -> Iterator[JobView]:
        """Yield the jobs that are there."""
        yield from (self._job(job) for job in self._directory.jobs if job.state is not None)

    def job(self, name: str) -> JobView | None:
        """Return the job of an id; None if none is there."""
        found = self._there(name)
        return None if found is None else self._job(found)

    def node_tasks(self, job: str) -> Iterator[NodeTaskView]:
        """Yield the preparation and release tasks of a job that have begun, in the order of their beginning."""
        found = self._there(job)
        return iter(()) if found is None else node_tasks(self._record, found.number, self._present())

    def pool_name(self, index: int) -> str:
        """Return the id by which clients know a pool of a run, whether it is still there or not."""
        return _shown(self._directory.pools[index].id)

    def _there(self, name: str) -> JobControl | None:
        found = self._directory.job(name)
        return found if found is not None and found.state is not None else None

    def _job(self, job: JobControl) -> JobView:
        rows: Sequence[JobStateRow] = self._record.states_of_job(job.number)
        state, first, last = job.state or JobState.DELETING, rows[0], rows[-1]
        before = rows[-2] if len(rows) > 1 else None
        planned = self._made.backlog.jobs[job.number]
        has_ended = state in (JobState.COMPLETED, JobState.DELETING)
        schedule = self._directory.schedules[planned.schedule].body.id if planned.schedule >= 0 else None
        return JobView(
            id=job.body.id,
            body=job.body,
            state=state,
            created=to_s(first.start),
            since=to_s(last.start),
            before=None if before is None else (before.state, to_s(before.start)),
            ended=to_s(last.start) if has_ended else None,
            reason=next((row.reason for row in reversed(rows) if row.reason), ""),
            pool=_shown(job.pool.id),
            schedule=schedule,
        )

    # ---- tasks ---------------------------------------------------------------------------------------------

    def tasks(self, job: str, begin: int = 0) -> Iterator[tuple[int, TaskView]]:
        """Yield the tasks of a job that are there from a place in its list on, each with the place after it."""
        found = self._there(job)
        if found is None:
            return
        for place in range(begin, self._made.backlog.count_of(found.number)):
            row = self._made.backlog.row_at(found.number, place)
            view = self._task(found, row)
            if view is not None:
                yield place + 1, view

    def task(self, job: str, name: str) -> TaskView | None:
        """Return a task by its id; None if the job has none of it."""
        found = self._there(job)
        if found is None:
            return None
        return next((view for row in found.ids.rows(name) if (view := self._task(found, row)) is not None), None)

    def has_task(self, job: str, name: str) -> bool:
        """Return whether a job has a task of an id."""
        found = self._there(job)
        return found is not None and found.ids.is_taken(name)

    def counts(self, job: str) -> TaskCounts | None:
        """Return how many tasks of a job are in which state; None if there is no such job."""
        found = self._there(job)
        if found is None:
            return None
        backlog, tenancy = self._made.backlog, found.pool.tenancy
        rows = np.array(backlog.rows_of(found.number), dtype=np.int64)
        if found.ids.deleted:
            rows = rows[~np.isin(rows, list(found.ids.deleted))]
        tasks = tenancy.tasks_of(rows)
        tasks = tasks[tasks != ABSENT]
        states, slots, succeeded = found.pool.site.tasks.summary(tasks)
        done = states == TaskState.COMPLETED
        groups = {
            "active": states == TaskState.ACTIVE,
            "running": states == TaskState.RUNNING,
            "succeeded": done & succeeded,
            "failed": done & ~succeeded,
        }
        counted = {name: int(chosen.sum()) for name, chosen in groups.items()}
        return TaskCounts(**counted, slots={name: int(slots[chosen].sum()) for name, chosen in groups.items()})

    def _task(self, job: JobControl, row: int) -> TaskView | None:
        """Return a task by its row; None where it is not there yet, or gone."""
        pool, part = job.pool, self._made.backlog.part_of(row)
        task = pool.tenancy.task_of(row)
        tasks = pool.site.tasks
        if task == ABSENT or row in job.ids.deleted or tasks.state_of(task) in (TaskState.PLANNED, TaskState.DELETED):
            return None
        state, place = TaskState(tasks.state_of(task)), row - part.begin
        created = job.submitted.get(row, int(part.workload.submit[place]))
        latest, now = tasks.latest_attempt(task), self._present()
        is_over = latest is not None and state is not TaskState.RUNNING
        outcome = None if latest is None or not is_over else Outcome(latest.outcome)
        ended = self._end_of(row, None if latest is None else latest.end) if state is TaskState.COMPLETED else None
        started = None if latest is None else latest.assigned + int(pool.tenancy.latency.values[task]) + latest.wait
        if started is not None and started > now:
            started = None
        exited = state is TaskState.COMPLETED and outcome in EXITED
        back = latest.end if latest is not None and is_over else None
        since = max(at for at in (created, started, back, ended) if at is not None)
        return TaskView(
            id=part.workload.names[place],
            body=self._body(job, part, place),
            state=state,
            created=to_s(created),
            since=to_s(since),
            started=None if started is None else to_s(started),
            ended=None if ended is None else to_s(ended),
            exit_code=(0 if outcome is Outcome.SUCCEEDED else int(part.workload.exit_code[place])) if exited else None,
            succeeded=outcome is Outcome.SUCCEEDED,
            retries=tasks.retries_of(task),
            node=None if latest is None else self._record.nodes[pool.members.rows[latest.node]].id,
            pool=_shown(pool.id),
        )

    def _end_of(self, row: int, end: int | None) -> int | None:
        """Return when a task completed: with its last attempt, or ended by a client while it waited."""
        if end is not None and end <= self._present():
            return end
        changes = reversed(self._record.task_changes)
        return next((at for changed, at, again in changes if changed == row and not again), end)

    def _body(self, job: JobControl, part: Part, place: int) -> Task | None:
        """Return the body of a task that was listed."""
        if part.listed is not None:
            name, listed = part.workload.names[place], part.listed
            if place < len(listed) and listed[place].id == name:
                return listed[place]
            return next((task for task in listed if task.id == name), None)
        if job.number not in self._listed:
            announced = self._made.backlog.jobs[job.number].job
            listed = (*announced.tasks, *([announced.job_manager_task] if announced.job_manager_task else ()))
            self._listed[job.number] = {task.id.lower(): task for task in listed}
        return self._listed[job.number].get(part.workload.names[place].lower())

    # ---- schedules -----------------------------------------------------------------------------------------

    def schedules(self) -> Iterator[ScheduleView]:
        """Yield the job schedules that are there."""
        yield from (self._schedule(one) for one in self._directory.schedules if one.state is not None)

    def schedule(self, name: str) -> ScheduleView | None:
        """Return the job schedule of an id; None if none is there."""
        found = self._directory.schedule(name)
        return None if found is None or found.state is None else self._schedule(found)

    def _schedule(self, schedule: Schedule) -> ScheduleView:
        now = self._present()
        created = [job for job in schedule.jobs if self._record.states_of_job(job.number)]
        runs_on = schedule.state is ScheduleState.ACTIVE
        due = [job.due for job in schedule.jobs if job.due > now] if runs_on else []
        return ScheduleView(
            id=schedule.body.id,
            body=schedule.body,
            state=schedule.state or ScheduleState.DELETING,
            next_run=to_s(due[0]) if due else None,
            recent=created[-1].body.id if created else None,
        )


def _shown(name: str) -> str:
    """Return the id by which clients know a pool of a run."""
    return name.partition(AGAIN)[0]
