"""One run of a scenario, in one go or in steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simulator.engine.bridge.kernel_input import make_kernel
from simulator.engine.bridge.kernel_notices import bind, heed
from simulator.engine.bridge.kernel_output import collect_attempts, collect_tasks, without_vain
from simulator.engine.bridge.kernel_rules import rules_of
from simulator.engine.environment import ARRIVALS, Environment
from simulator.engine.jobs.job import Job
from simulator.engine.jobs.preparation import Preparing
from simulator.engine.jobs.schedule import Schedule
from simulator.engine.operations.perform import perform
from simulator.engine.pools.node_views import NodeView, node_views
from simulator.engine.pools.pool import Pool
from simulator.engine.world import World
from simulator.errors import BrokenInvariantError, InputError
from simulator.kernel import Kernel, used_slots
from simulator.results.raw.raw_run import RawAttempts, RawRun
from simulator.results.raw.recorder import Recorder
from simulator.results.record.recording import Recording
from simulator.scenario import Scenario
from simulator.scenario.format.bodies import Pool as PoolDescription
from simulator.scenario.format.bodies import auto_pool_id
from simulator.scenario.format.job_operations import AddJob, AddTasks
from simulator.scenario.format.schema import Operation
from simulator.scenario.reading.amend import amend
from simulator.states import AllocationState, JobState, NodeKind
from simulator.units import to_ms, to_s
from simulator.workload.build import Workload, build
from simulator.workload.planned_jobs import UNKNOWN

LONGEST = 180 * 24 * 3600 * 1000
"""Without a horizon a run ends 180 days after the last arrival or operation: the service ends tasks then."""


LINGER = 24 * 3600 * 1000
"""So long a run goes on after its last task for a pool that scales itself and still has nodes: the tail is a cost."""
PATIENCE = 7 * LINGER
"""So long a run waits for a pool that scales itself while tasks wait and nothing happens."""


@dataclass(frozen=True, slots=True)
class PoolSnapshot:
    """What one pool looks like at an instant."""

    target_dedicated_nodes: int
    target_low_priority_nodes: int
    allocation_state: AllocationState
    nodes: dict[str, int]
    """Nodes by state."""
    active_tasks: int
    running_tasks: int
    used_slots: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a simulation looks like between two steps."""

    now: float
    """Seconds since the scenario's origin."""
    completed_tasks: int
    pools: dict[str, PoolSnapshot]


class Simulation:
    """A run of one replication that can be advanced in any number of steps with the same result."""

    def __init__(self, scenario: Scenario, replication: int = 0) -> None:
        self.scenario = scenario
        """With the operations submitted so far at the end of its timeline."""
        self.replication = replication
        self._asked: list[tuple[int | None, Operation]] = []
        """Operations submitted, and how far the run had come by then, in ms; None = it had not begun."""
        self._is_outdated = False
        """Whether work was submitted that the run does not know of yet."""
        self._begin(scenario.timeline)

    def _begin(self, timeline: Iterable[Operation]) -> None:
        """Make everything anew, as it is before the first instant; only operations of `timeline` are planned."""
        scenario, replication = self.scenario, self.replication
        self.workload = build(scenario, replication)
        self.env = Environment(self._heed)
        self.world = World(self.env, scenario, replication, Recorder())
        self._pools: list[Pool] = []
        self._operations = 0
        self._reached = 0
        self._has_begun = False
        self._stop_reason = ""
        self._at_work = 0
        """A kernel that had something to do when last asked."""
        self._describe_pools()
        for operation in timeline:
            self._plan(operation)
        self._horizon = self._last_instant()

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to simulate."""
        return bool(self._stop_reason)

    @property
    def completed_tasks(self) -> int:
        """How many tasks have completed so far."""
        return sum(kernel.completed for kernel in self.env.kernels)

    def advance(self, until: float | None = None) -> None:
        """Simulate up to and including `until` seconds, or to the end."""
        self._catch_up()
        self._has_begun = True
        limit = self._horizon if until is None else min(to_ms(until), self._horizon)
        while not self._stop_reason:
            instant = self.env.run_kernels(limit)
            if self.scenario.horizon is None:
                self._stop_reason = self._reason_to_stop()
                if self._stop_reason:
                    break
            if instant > limit:
                self._reached = limit
                self._stop_reason = "horizon" if limit == self._horizon else ""
                break
            self.env.settle(instant)

    def submit(self, operation: Operation | Mapping[str, Any]) -> None:
        """Plan an operation that the scenario's timeline does not have; it must lie in the future.

        It is given as an object or as the body that a file would have, and checked as one in a file is. What is odd
        but not wrong joins `scenario.warnings`. A run that gets more work (`addJob`, `addTasks`) goes through its past
        once more, with the same luck and the same outcome, when it is advanced next: so submit many at once.
        """
        now = max(self._reached, self.env.last_instant)
        amended = amend(self.scenario, operation)
        asked = amended.timeline[-1]
        if self.is_over or to_ms(asked.at) <= now:
            when = "the run is over" if self.is_over else f"the run has come to {to_s(now):g} s"
            raise InputError(f"{asked.operation} at {asked.at:g} s comes too late: {when}")
        self.scenario = amended
        self._asked.append((self._reached if self._has_begun else None, asked))
        if self._is_outdated or isinstance(asked, AddJob | AddTasks):
            self._is_outdated = True
        else:
            self._plan(asked)
            self._horizon = self._last_instant()

    def snapshot(self) -> Snapshot:
        """Describe the present without changing it."""
        with self.env.only_reading():
            return Snapshot(
                now=to_s(max(self._reached, self.env.last_instant)),
                completed_tasks=self.completed_tasks,
                pools={pool.id: _snapshot(pool) for pool in self._pools},
            )

    def nodes(self, pool: str) -> tuple[NodeView, ...]:
        """List the nodes of a pool as they are now."""
        found = self.world.pool_named(pool)
        with self.env.only_reading():
            return () if found is None else node_views(found)

    def recording(self) -> Recording:
        """Give the record of everything so far; marked incomplete if the run is not over."""
        self._catch_up()
        end = self._horizon if self._stop_reason == "horizon" else self.env.last_instant
        if not self._stop_reason:
            end = max(end, self._reached)
        goes_on = not self._stop_reason
        recorder = self.world.record.copy() if goes_on else self.world.record
        recorder.finish(end)
        numbers = [pool.numbers for pool in self._pools]
        workload = self._submitted()
        attempts = collect_attempts(workload, self.env.kernels, self._rows, numbers, end)
        tasks = collect_tasks(
            workload,
            self.env.kernels,
            self._rows,
            attempts,
            recorder,
            preemption_counts=self.scenario.options.preemption_counts_as_requeue,
        )
        attempts = without_vain(attempts, tasks)
        raw = RawRun(
            tasks=tasks.copy() if goes_on else tasks,
            attempts=attempts.copy() if goes_on else attempts,
            recorder=recorder,
            pools=tuple(pool.description for pool in self._pools),
            end=end,
            complete=bool(self._stop_reason),
            stop_reason=self._stop_reason or "interrupted",
            never_fits=self._never_fits(),
            blocked=self._blocked(),
            pool_of_job=tuple(job.pool.index for job in self.world.jobs),
            waited=_waited(workload, attempts) if recorder.node_tasks else np.zeros(0, dtype=np.int64),
        )
        return Recording(self.scenario, self.replication, workload, raw)

    def _submitted(self) -> Workload:
        """Give the workload with the times at which tasks of schedules' jobs were added, or would have been."""
        if not self.scenario.job_schedules:
            return self.workload
        submit = np.array(self.workload.submit)
        for job in self.world.jobs:
            if job.schedule is not None:
                mine = self.workload.job == job.number
                submit[mine] += job.due - to_ms(UNKNOWN)
                submit[list(job.submitted)] = list(job.submitted.values())
        return replace(self.workload, submit=submit)

    # ---- inside -------------------------------------------------------------------------------------------

    def _describe_pools(self) -> None:
        """Make every pool with its kernel, and every job; plan when they come to life."""
        workload, scenario = self.workload, self.scenario
        pool_of_job, descriptions = _pools(scenario, workload)
        pool_of_task = np.array(pool_of_job, dtype=np.int64)[workload.job]
        self._rows = [np.flatnonzero(pool_of_task == index) for index in range(len(descriptions))]
        for index, (description, rows) in enumerate(zip(descriptions, self._rows, strict=True)):
            preparing = Preparing(self.world)
            rules = rules_of(scenario, description, workload, rows, preparing.prepare)
            kernel = make_kernel(scenario, self.replication, description, workload, rows, rules)
            self.env.add(kernel)
            pool = Pool(self.world, description, kernel, index)
            bind(pool, preparing, workload, rows)
            self._pools.append(pool)
            self.world.pools[description.id] = pool
        for number, planned in enumerate(workload.jobs):
            self.world.jobs.append(Job(self.world, planned, number, self._pools[pool_of_job[number]], workload))
        self._unborn = 0
        for pool in self._pools[: len(scenario.pools)]:
            self._bear(0, pool.create)
        for job, planned in zip(self.world.jobs, workload.jobs, strict=True):
            if planned.schedule < 0 and not planned.is_added:
                self._bear(job.due, job.create)
        for number, body in enumerate(scenario.job_schedules):
            mine = [job for job, one in zip(self.world.jobs, workload.jobs, strict=True) if one.schedule == number]
            schedule = Schedule(self.world, body, mine)
            for job in mine:
                job.schedule = schedule
            self.world.schedules.append(schedule)

    def _bear(self, at: int, create: Callable[[], object]) -> None:
        """Let a pool or a job come to life at an instant."""
        self._unborn += 1
        event = self.env.at(at, ARRIVALS)

        def happen(_: object) -> None:
            self._unborn -= 1
            create()

        event.callbacks.append(happen)

    def _catch_up(self) -> None:
        """Go through the past once more where work was submitted: tasks are drawn before a run begins.

        Each operation is planned where it was before, so that even ties in one instant come out the same.
        """
        if not self._is_outdated:
            return
        self._is_outdated = False
        before, reached = self.snapshot(), self._reached if self._has_begun else None
        given = len(self.scenario.timeline) - len(self._asked)
        self._begin(self.scenario.timeline[:given])
        for instant, operation in [*self._asked, (reached, None)]:
            if instant is not None:
                self.advance(to_s(instant))
            if operation is not None:
                self._plan(operation)
        after = self.snapshot()
        if replace(after, pools={name: after.pools[name] for name in before.pools}) != before:
            raise BrokenInvariantError(f"work that was submitted at {before.now:g} s has changed the past")

    def _last_instant(self) -> int:
        """Give the horizon, or where a run without one ends in any case."""
        if self.scenario.horizon is not None:
            return to_ms(self.scenario.horizon)
        submit = self.workload.submit
        known = int(submit.max(initial=0, where=submit < to_ms(UNKNOWN)))
        last_submit = max([known, *(job.due for job in self.world.jobs)])
        return max([last_submit, *(to_ms(operation.at) for operation in self.scenario.timeline)]) + LONGEST

    def _plan(self, operation: Operation) -> None:
        self._operations += 1
        event = self.env.at(to_ms(operation.at), ARRIVALS)
        event.callbacks.append(lambda _: self._perform(operation))

    def _perform(self, operation: Operation) -> None:
        self._operations -= 1
        perform(self.world, operation)

    def _heed(self, number: int) -> None:
        heed(self.world, self._pools[number], self.env.kernels[number])

    def _reason_to_stop(self) -> str:
        """Say why nothing more can happen that matters, or nothing."""
        if self._operations or self._unborn:
            return ""
        kernels = self.env.kernels
        if any(_is_at_work(kernel) for kernel in kernels[self._at_work : self._at_work + 1]):
            return ""  # as it was when last asked
        busy = next((number for number, kernel in enumerate(kernels) if _is_at_work(kernel)), None)
        if busy is not None:
            self._at_work = busy
            return ""
        if any(pool.resizing is not None for pool in self._pools):
            return ""
        jobs, schedules = self.world.jobs, self.world.schedules
        if any(schedule.coming for schedule in schedules):
            return ""
        if any(job.state in (JobState.TERMINATING, JobState.DELETING) or job.coming for job in jobs):
            return ""
        scaling = [pool for pool in self._pools if pool.autoscaler is not None and not pool.deleted]
        quiet = self.env.clock - max((kernel.now for kernel in kernels), default=0)
        leaving = any(node.leaving for pool in self._pools for node in pool.nodes.values())
        if leaving:
            return ""
        if not any(kernel.queues.waiting for kernel in kernels):
            lingers = any(pool.nodes for pool in scaling) and quiet < LINGER
            return "" if lingers else "work done"
        if any(job.will_end and job.pool.kernel.queues.waiting_of_job[job.number] for job in jobs):
            return ""
        if any(pool.is_busy for pool in self._pools) or (scaling and quiet < PATIENCE):
            return ""
        return "stalled"

    def _never_fits(self) -> np.typing.NDArray[np.bool_]:
        found = np.zeros(len(self.workload.submit), dtype=bool)
        for kernel, rows in zip(self.env.kernels, self._rows, strict=True):
            too_large = np.asarray(kernel.never_fits) == 1
            if too_large.any() and len(rows):
                found[rows] = too_large[np.asarray(kernel.queues.shape)[np.asarray(kernel.queue)]]
        return found

    def _blocked(self) -> np.typing.NDArray[np.bool_]:
        found = np.zeros(len(self.workload), dtype=bool)
        for kernel, rows in zip(self.env.kernels, self._rows, strict=True):
            if kernel.parents.any:
                found[rows] = np.asarray(kernel.parents.missing) > 0
        return found


def simulate(scenario: Scenario, replication: int = 0) -> Recording:
    """Run one replication of `scenario` to its end and give its recording."""
    simulation = Simulation(scenario, replication)
    simulation.advance()
    return simulation.recording()


def _pools(scenario: Scenario, workload: Workload) -> tuple[list[int], list[PoolDescription]]:
    """Give the pool of every job, and all pools: the scenario's own, then those made for jobs and schedules."""
    descriptions = list(scenario.pools)
    index = {pool.id.lower(): number for number, pool in enumerate(descriptions)}
    pool_of_job = []
    for planned in workload.jobs:
        job = planned.job
        if job.auto_pool is None:
            pool_of_job.append(index[(job.pool_id or "").lower()])
            continue
        shared = planned.schedule >= 0 and job.auto_pool.pool_lifetime_option == "jobschedule"
        owner = scenario.job_schedules[planned.schedule].id if shared else job.id
        name = auto_pool_id(job.auto_pool.id_prefix, owner)
        if name.lower() not in index or not shared:
            index[name.lower()] = len(descriptions)
            descriptions.append(job.auto_pool.pool.model_copy(update={"id": name}))
        pool_of_job.append(index[name.lower()])
    return pool_of_job, descriptions


def _is_at_work(kernel: Kernel) -> bool:
    return bool(kernel.running or kernel.expects or kernel.notices.waiting)


def _waited(workload: Workload, attempts: RawAttempts) -> np.typing.NDArray[np.int64]:
    """Find the attempts that started later than dispatch alone would have them."""
    return np.flatnonzero(attempts.start > attempts.assigned + workload.latency[attempts.task])


def _snapshot(pool: Pool) -> PoolSnapshot:
    nodes: dict[str, int] = {}
    for node in pool.nodes.values():
        busy = node.in_service and pool.kernel.nodes.held[node.sequence] > 0
        state = "running" if busy else str(node.state)
        nodes[state] = nodes.get(state, 0) + 1
    return PoolSnapshot(
        target_dedicated_nodes=pool.targets[NodeKind.DEDICATED],
        target_low_priority_nodes=pool.targets[NodeKind.LOW_PRIORITY],
        allocation_state=pool.allocation_state,
        nodes=dict(sorted(nodes.items())),
        active_tasks=pool.kernel.active,
        running_tasks=pool.kernel.running,
        used_slots=used_slots(pool.kernel),
    )
