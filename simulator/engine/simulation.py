"""One run of a scenario, in one go or in steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from simulator.engine.assumptions import LINGER, LONGEST_RUN, PATIENCE, TASK_LIFETIME
from simulator.engine.bridge.kernel_notices import handle_notices
from simulator.engine.bridge.kernel_output import (
    Home,
    collect_attempts,
    collect_tasks,
    drop_work_of_failed_tasks,
)
from simulator.engine.construction import construct
from simulator.engine.environment import ARRIVALS, Environment
from simulator.engine.jobs.task_lifetime import end_old_tasks
from simulator.engine.operations.perform import perform
from simulator.engine.pools.node_views import NodeView, node_views
from simulator.engine.pools.pool_snapshot import PoolSnapshot, pool_snapshot
from simulator.errors import BrokenInvariantError, InputError
from simulator.kernel import Kernel
from simulator.results.raw.raw_run import RawAttempts, RawRun, RawTasks
from simulator.results.raw.recorder import Recorder
from simulator.results.record.recording import Recording
from simulator.scenario import Scenario
from simulator.scenario.format.job_operations import AddJob, AddTasks, UpdateJob
from simulator.scenario.format.pool_operations import CreatePool
from simulator.scenario.format.schema import BillAfter, Operation
from simulator.scenario.prepared import Prepared
from simulator.scenario.reading.amend import amend
from simulator.units import to_ms, to_s
from simulator.workload.build import Workload, build
from simulator.workload.planned_jobs import UNKNOWN


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a simulation looks like between two steps."""

    now: float
    """Seconds since the scenario's origin."""
    completed_tasks: int
    pools: dict[str, PoolSnapshot]


class Simulation:
    """A run of one replication that can be advanced in any number of steps with the same result."""

    def __init__(self, scenario: Scenario | Prepared, replication: int = 0) -> None:
        self._prepared = Prepared.of(scenario)
        """With the operations submitted so far at the end of its timeline."""
        self.replication = replication
        self._asked: list[tuple[int | None, Operation]] = []
        """Operations submitted, and how far the run had come by then, in ms; None = it had not begun."""
        self._is_outdated = False
        """Whether work was submitted that the run does not know of yet."""
        self._begin(self.scenario.timeline)

    def _begin(self, timeline: Iterable[Operation]) -> None:
        """Make everything anew, as it is before the first instant; only operations of `timeline` are scheduled."""
        self.workload = build(self._prepared, self.replication)
        self.env = Environment(self._handle_notices)
        made = construct(self.scenario, self.replication, self.workload, self.env)
        self.directory = made.directory
        """Everything of the run that has an id."""
        self._rows = made.rows
        self._operations = 0
        """How many operations are yet to be performed."""
        self._not_yet_created = 0
        """How many pools and jobs are yet to be created."""
        self._reached = 0
        self._has_begun = False
        self._stop_reason = ""
        self._end: int | None = None
        """When the run ends, where that is later than the last instant at which anything happens."""
        self._settled = -1
        """When the work was done, or the last thing had happened in a run that stalled; −1 as long as neither."""
        self._at_work = 0
        """A kernel that had something to do when last asked."""
        self._schedule_creations()
        for operation in timeline:
            self._plan(operation)
        self._horizon = self._last_instant()
        first = int(self.workload.submit.min(initial=self._horizon))
        if first + TASK_LIFETIME <= self._horizon:
            self.env.process(end_old_tasks(self.env, self.workload, self.directory.jobs, self._horizon))

    @property
    def scenario(self) -> Scenario:
        """What is simulated, with the operations submitted so far at the end of its timeline."""
        return self._prepared.scenario

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
            last = min(limit, self._followed_until)
            if instant > last:
                self._reached = last
                self._stop_reason = self._reason_to_end_at(last)
                break
            self.env.settle(instant)

    def submit(self, operation: Operation | Mapping[str, Any]) -> None:
        """Schedule an operation that the scenario's timeline does not have; it must lie in the future.

        It is an object or the body that a file would have, and checked as one in a file is. What is odd but not wrong
        joins `scenario.warnings`. A run that gets more work (`addJob`, `addTasks`) repeats its past, with the same
        draws and the same outcome, when it is advanced next: so submit many at once.
        """
        now = max(self._reached, self.env.last_instant)
        amended = amend(self.scenario, operation)
        asked = amended.timeline[-1]
        if self.is_over or to_ms(asked.at) <= now:
            when = "the run is over" if self.is_over else f"the run has come to {to_s(now):g} s"
            raise InputError(f"{asked.operation} at {asked.at:g} s comes too late: {when}")
        self._prepared = Prepared(amended)
        self._asked.append((self._reached if self._has_begun else None, asked))
        if self._is_outdated or _changes_workload(asked):
            self._is_outdated = True
        else:
            self._plan(asked)
            self._horizon = self._last_instant()

    def snapshot(self) -> Snapshot:
        """Return the present without changing it."""
        return Snapshot(
            now=to_s(max(self._reached, self.env.last_instant)),
            completed_tasks=self.completed_tasks,
            pools={pool.id: pool_snapshot(pool.site, pool.members, pool.resizing) for pool in self.directory.pools},
        )

    def nodes(self, pool: str) -> tuple[NodeView, ...]:
        """Return the nodes of a pool as they are now."""
        found = self.directory.pool(pool)
        return () if found is None else node_views(found.site, found.members)

    def recording(self) -> Recording:
        """Return the record of everything so far; marked incomplete if the run is not over."""
        self._catch_up()
        end = self.env.last_instant if self._end is None else self._end
        goes_on = not self._stop_reason
        if goes_on:
            end = max(end, self._reached)
        record = self.directory.world.record
        recorder = record.copy() if goes_on else record
        recorder.finish(end)
        workload = self._submitted()
        attempts, tasks = self._collect(workload, recorder, end)
        raw = RawRun(
            tasks=tasks.copy() if goes_on else tasks,
            attempts=attempts.copy() if goes_on else attempts,
            recorder=recorder,
            pools=tuple(pool.site.description for pool in self.directory.pools),
            end=end,
            complete=bool(self._stop_reason),
            stop_reason=self._stop_reason or "interrupted",
            settled=self._settled,
            never_fits=self._never_fits(),
            blocked=self._blocked(),
            pool_of_job=tuple(job.pool.index for job in self.directory.jobs),
            waited=_waited(workload, attempts) if recorder.node_tasks else np.zeros(0, dtype=np.int64),
        )
        return Recording(self._prepared, self.replication, workload, raw)

    def _collect(self, workload: Workload, recorder: Recorder, end: int) -> tuple[RawAttempts, RawTasks]:
        """Return the attempts of all pools up to `end`, and what became of each task."""
        numbers = [pool.members.rows for pool in self.directory.pools]
        attempts = collect_attempts(workload, self.env.kernels, self._rows, numbers, end)
        tasks = collect_tasks(
            workload,
            self.env.kernels,
            self._homes(),
            attempts,
            recorder,
            preemption_counts=self.scenario.options.preemption_counts_as_requeue,
            sick_codes=[pool.site.description.simulation.sick_nodes.exit_code for pool in self.directory.pools],
            deleted=[row for job in self.directory.jobs for row in job.deleted],
        )
        return drop_work_of_failed_tasks(attempts, tasks), tasks

    def _homes(self) -> list[Home]:
        """Return, for each pool, its tasks and their rows of the workload: of jobs that have moved, where they are."""
        if self.workload.pools.is_fixed:
            return [Home(None, rows) for rows in self._rows]
        pool = np.array([job.pool.index for job in self.directory.jobs], dtype=np.int64)[self.workload.job]
        mine = [np.flatnonzero(pool[rows] == index) for index, rows in enumerate(self._rows)]
        return [Home(tasks, rows[tasks]) for tasks, rows in zip(mine, self._rows, strict=True)]

    def _submitted(self) -> Workload:
        """Return the workload with the times at which tasks of recurring jobs were added, or would have been."""
        if not self.scenario.job_schedules:
            return self.workload
        submit = np.array(self.workload.submit)
        for job in self.directory.jobs:
            if job.is_recurring:
                mine = self.workload.job == job.number
                submit[mine] += job.due - to_ms(UNKNOWN)
                submit[list(job.submitted)] = list(job.submitted.values())
        return replace(self.workload, submit=submit)

    # ---- inside -------------------------------------------------------------------------------------------

    def _schedule_creations(self) -> None:
        """Schedule the creation of the scenario's pools and jobs; operations, jobs and schedules create the others."""
        for pool in self.directory.pools[: len(self.scenario.pools)]:
            self._schedule_creation(0, pool.create)
        for job, planned in zip(self.directory.jobs, self.workload.jobs, strict=True):
            if planned.schedule < 0 and not planned.is_added:
                self._schedule_creation(job.due, job.create)

    def _schedule_creation(self, at: int, create: Callable[[], object]) -> None:
        """Schedule the creation of a pool or a job."""
        self._not_yet_created += 1

        def happen(_: object) -> None:
            self._not_yet_created -= 1
            create()

        self.env.at(at, ARRIVALS).callbacks.append(happen)

    def _catch_up(self) -> None:
        """Repeat the past where work was submitted: tasks are drawn before a run begins.

        Each operation is scheduled where it was before, so that even ties at one instant have the same order.
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
        """Return the horizon, or where a run without one ends in any case."""
        if self.scenario.horizon is not None:
            return to_ms(self.scenario.horizon)
        submit = self.workload.submit
        known = int(submit.max(initial=0, where=submit < to_ms(UNKNOWN)))
        last_submit = max([known, *(job.due for job in self.directory.jobs)])
        return max([last_submit, *(to_ms(operation.at) for operation in self.scenario.timeline)]) + LONGEST_RUN

    def _plan(self, operation: Operation) -> None:
        self._operations += 1
        event = self.env.at(to_ms(operation.at), ARRIVALS)
        event.callbacks.append(lambda _: self._perform(operation))

    def _perform(self, operation: Operation) -> None:
        self._operations -= 1
        perform(self.directory, operation)

    def _handle_notices(self, number: int) -> None:
        handle_notices(self.env.kernels[number], self.directory.pools[number], self.directory.jobs)

    @property
    def _followed_until(self) -> int:
        """The instant until which nodes are followed that are left when the work is done."""
        rule = self.scenario.options.bill_until
        if not isinstance(rule, BillAfter) or self._settled < 0:
            return self._horizon
        return min(self._settled + to_ms(rule.after), self._horizon)

    def _reason_to_end_at(self, last: int) -> str:
        """Return why the run ends at `last`, where nothing happens; empty if it only pauses there."""
        if last not in (self._horizon, self._followed_until):
            return ""
        self._end = last
        if last != self._horizon:
            return "work done"
        return "horizon" if self.scenario.horizon is not None else "longest run"

    def _reason_to_stop(self) -> str:
        """Return why nothing that matters can happen any more, empty if it can (`docs/model.md#end-of-a-run`)."""
        pools = self.directory.pools
        if self._work_goes_on():
            self._settled = -1
            return ""
        quiet = self.env.clock - self._last_of_tasks
        if any(kernel.queues.waiting for kernel in self.env.kernels):
            may_go_on = any(job.will_time_out for job in self.directory.jobs)
            if may_go_on or any(pool.has_work(quiet) or pool.may_serve(quiet) for pool in pools):
                return ""
            self._settled = self._last_change()
            return "stalled"
        if any(pool.is_changed_by_operations for pool in pools):
            return ""
        if self._settled < 0:
            self._settled = self.env.last_instant
        return "" if self._lingers(quiet) else "work done"

    def _work_goes_on(self) -> bool:
        """Return whether tasks, jobs or operations are under way or ahead."""
        if self._operations or self._not_yet_created or self._kernels_work():
            return True
        found = self.directory
        return any(job.has_work for job in found.jobs) or any(schedule.has_work for schedule in found.schedules)

    def _lingers(self, quiet: int) -> bool:
        """Return whether nodes that are left when the work is done are still followed."""
        rule, pools = self.scenario.options.bill_until, self.directory.pools
        if isinstance(rule, BillAfter):
            return self.env.last_instant < self._followed_until and any(len(pool.members) for pool in pools)
        patience = PATIENCE if rule == "gone" else LINGER
        return quiet < patience and any(pool.may_still_shrink for pool in pools)

    def _last_change(self) -> int:
        """Return when the last thing happened in a run that stalls; what formulas ask for in vain is nothing."""
        if not any(pool.scales_itself for pool in self.directory.pools):
            return self.env.last_instant
        states = self.directory.world.record.states
        return max([self._last_of_tasks, *(max(row.start, row.end) for row in states)])

    @property
    def _last_of_tasks(self) -> int:
        """When a task last arrived, ended or was placed by its kernel."""
        return max((kernel.now for kernel in self.env.kernels), default=0)

    def _kernels_work(self) -> bool:
        """Return whether tasks run or arrive by themselves; the kernel that did when last asked is asked first."""
        kernels = self.env.kernels
        if any(_is_at_work(kernel) for kernel in kernels[self._at_work : self._at_work + 1]):
            return True
        busy = next((number for number, kernel in enumerate(kernels) if _is_at_work(kernel)), None)
        if busy is not None:
            self._at_work = busy
        return busy is not None

    def _never_fits(self) -> np.typing.NDArray[np.bool_]:
        found = np.zeros(len(self.workload.submit), dtype=bool)
        for kernel, home in zip(self.env.kernels, self._homes(), strict=True):
            too_large = np.asarray(kernel.never_fits) == 1
            if too_large.any() and len(home.rows):
                found[home.rows] = home.of(too_large[np.asarray(kernel.queues.shape)[np.asarray(kernel.queue)]])
        return found

    def _blocked(self) -> np.typing.NDArray[np.bool_]:
        found = np.zeros(len(self.workload), dtype=bool)
        for kernel, home in zip(self.env.kernels, self._homes(), strict=True):
            if kernel.parents.any:
                found[home.rows] = home.of(np.asarray(kernel.parents.missing) > 0)
        return found


def simulate(scenario: Scenario | Prepared, replication: int = 0) -> Recording:
    """Run one replication of `scenario` to its end and return its recording."""
    simulation = Simulation(scenario, replication)
    simulation.advance()
    return simulation.recording()


def _changes_workload(asked: Operation) -> bool:
    """Return whether an operation brings tasks or pools, or a pool other tasks: all of them are made before a run."""
    return isinstance(asked, AddJob | AddTasks | CreatePool) or (
        isinstance(asked, UpdateJob) and asked.pool_info is not None
    )


def _is_at_work(kernel: Kernel) -> bool:
    return bool(kernel.running or kernel.expects or kernel.notices.waiting)


def _waited(workload: Workload, attempts: RawAttempts) -> np.typing.NDArray[np.int64]:
    """Return the attempts that started later than dispatch alone would have them."""
    return np.flatnonzero(attempts.start > attempts.assigned + workload.latency[attempts.task])
