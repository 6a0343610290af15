"""A job: created, disabled and enabled again, ended for one of many reasons."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, Any

import simpy

from simulator.engine.jobs.deadline import Deadline
from simulator.engine.jobs.preparation import release
from simulator.engine.jobs.recurring_tasks import RecurringTasks
from simulator.engine.jobs.task_ids import TaskIds
from simulator.engine.jobs.updates import refusal, updated
from simulator.engine.pools.pool import present
from simulator.engine.pools.tenancy import ABSENT
from simulator.errors import BrokenInvariantError
from simulator.kernel import job_control
from simulator.policy.response import DONE, Answer
from simulator.scenario.format.bodies import OnAllTasksComplete
from simulator.scenario.format.run_names import id_of
from simulator.service_codes import ServiceCode, TerminateReason
from simulator.states import JobState, Outcome, TaskState
from simulator.units import to_ms
from simulator.workload.optional_columns import ACTIONS
from simulator.workload.planned_jobs import UNKNOWN, Planned

if TYPE_CHECKING:
    from simulator.engine.backlog import Backlog
    from simulator.engine.jobs.roster import Roster
    from simulator.engine.pools.pool import Pool
    from simulator.engine.world import World
    from simulator.kernel import Kernel
    from simulator.scenario.format.job_operations import UpdateJob
    from simulator.scenario.format.schema import Account

REFUSALS = {
    None: Answer(ServiceCode.JOB_NOT_FOUND, "The specified job does not exist"),
    JobState.TERMINATING: Answer(ServiceCode.JOB_BEING_TERMINATED, "The job is being terminated"),
    JobState.COMPLETED: Answer(ServiceCode.JOB_COMPLETED, "The job has completed"),
    JobState.DELETING: Answer(ServiceCode.JOB_BEING_DELETED, "The job is being deleted"),
}
"""Why nothing can be done to a job any more, or yet."""
ENDING = (JobState.TERMINATING, JobState.COMPLETED, JobState.DELETING)


class Job:
    """The control plane of one job; its tasks wait and run in the kernel of its pool."""

    def __init__(
        self, world: World, planned: Planned, number: int, pools: list[Pool], backlog: Backlog, roster: Roster
    ) -> None:
        self.world = world
        self.body = planned.job
        self.due = to_ms(planned.due)
        self.number = number
        self.pool = pools[0]
        self.pools = pools
        """Its own, and those to which it may move."""
        for other in pools[1:]:
            job_control.stay_away(other.site.change(), number)
        self.state: JobState | None = None
        self.backlog = backlog
        self.is_recurring = planned.schedule >= 0
        """Whether a schedule creates it."""
        self._roster = roster
        self._on_end: list[Callable[[], None]] = []
        self._recurring = RecurringTasks(self)
        self.ids = TaskIds(self, self.refuse_tasks)
        self.asked_for = -1
        """When somebody asked for it; −1 = nobody has."""
        self._deadline = Deadline(self)
        self._refused = 0
        """How many of its tasks were refused when they came."""
        self.submitted: dict[int, int] = {}
        """When tasks were added whose time was not known before the run, by row of the workload."""

    @property
    def is_active(self) -> bool:
        """Whether it counts against the account's quota of active jobs."""
        return self.state not in (None, JobState.COMPLETED)

    @property
    def account(self) -> Account:
        return self.pool.account

    @property
    def priority(self) -> int:
        return self.body.priority

    @property
    def has_work(self) -> bool:
        """Whether it does something that ends by itself, or has tasks yet to be added."""
        return self.state in (JobState.TERMINATING, JobState.DELETING) or self._recurring.are_coming

    @property
    def takes_tasks(self) -> bool:
        """Whether tasks may be added to it."""
        return self.state not in REFUSALS

    @property
    def will_time_out(self) -> bool:
        """Whether time alone will end it although its tasks wait for something that may never come."""
        limit = self.body.constraints.max_wall_clock_time
        is_limited = self.is_active and limit is not None and limit < UNKNOWN
        return is_limited and self.pool.site.tasks.waiting_of_job(self.number) > 0

    def when_ended(self, act: Callable[[], None]) -> None:
        """Call `act` when the job has ended or could not be created."""
        self._on_end.append(act)

    # ---- its life ------------------------------------------------------------------------------------------

    def create(self) -> Answer:
        """Create the job, and its pool if it has one of its own."""
        self.asked_for = self.world.env.clock
        answer = self._within_quota()
        if not answer.is_refusal:
            answer = self._own_pool()
        if answer.is_refusal:
            self._enter(JobState.COMPLETED, answer.code.value)
            self.refuse()
            self._ended()
            return answer
        self._enter(JobState.ACTIVE)
        for pool in self.pools:
            job_control.date(pool.site.change(), self.number, self.world.env.clock)
        if self.is_recurring:
            self._recurring.add()
        if self.body.constraints.max_wall_clock_time is not None:
            self._deadline.limit(self.body.constraints.max_wall_clock_time)
        self._end_when_done()
        return DONE

    def refuse(self) -> None:
        """Take no tasks: the job that was asked for is not created."""
        self.asked_for = self.world.env.clock
        job_control.close(self._change(), self.number, self.world.env.clock)
        self.take_back(self._change().tasks_of(self.number, TaskState.ACTIVE))

    def update(self, asked: UpdateJob) -> Answer:
        """Change what is named and leave the rest; a refused update changes nothing."""
        refused = REFUSALS.get(self.state) or refusal(self.body, self.state, asked)
        if refused.is_refusal:
            return refused
        if asked.goal is not None:
            self._move(self._pool_named(asked.goal))
        kernel = self._change()
        self.body = updated(self.body, asked)
        if asked.priority is not None:
            kernel.queues.rank(self._roster.priorities)
        if asked.max_parallel_tasks is not None:
            job_control.limit(kernel, self.number, asked.max_parallel_tasks)
        if asked.allow_task_preemption is not None:
            job_control.make_room(kernel, self.number, yields=asked.allow_task_preemption)
        if asked.constraints is not None and asked.constraints.max_wall_clock_time is not None:
            self._deadline.limit(asked.constraints.max_wall_clock_time)
        if asked.on_all_tasks_complete is not None and self.state not in REFUSALS:
            self._end_when_done()
        return DONE

    def disable(self, option: str) -> Answer:
        """Start no more tasks; requeue or terminate those that run, or wait for them."""
        if self.state in REFUSALS:
            return REFUSALS[self.state]
        if self.state is not JobState.ACTIVE:
            return Answer(ServiceCode.JOB_DISABLED, "The job is disabled already")
        self._enter(JobState.DISABLING)
        kernel = self._change()
        job_control.disable(kernel, self.number)
        if option == "wait" and not job_control.await_idle(kernel, self.number):
            return DONE
        outcome = Outcome.TERMINATED if option == "terminate" else Outcome.REQUEUED
        job_control.stop(kernel, self.number, self.world.env.clock, outcome)
        self.idled()
        return DONE

    def enable(self) -> Answer:
        """Start tasks again; an active job stays as it is."""
        if self.state in REFUSALS:
            return REFUSALS[self.state]
        if self.state is not JobState.ACTIVE:
            self._enter(JobState.ENABLING)
            job_control.enable(self._change(), self.number)
            self._enter(JobState.ACTIVE)
        return DONE

    def terminate(self, reason: str) -> Answer:
        """End the job: running tasks are killed, active ones never run, release tasks follow."""
        if self.state in REFUSALS:
            return REFUSALS[self.state]
        self._enter(JobState.TERMINATING, reason)
        job_control.close(self._change(), self.number, self.world.env.clock)
        if self.body.job_release_task is None:
            self._complete(reason)
        else:
            self.world.env.process(self._release(reason))
        return DONE

    def delete(self) -> Answer:
        """Remove the job with all of its tasks; release tasks run where they have not."""
        before = self.state
        if before is None or before is JobState.DELETING:
            return REFUSALS[before]
        self._enter(JobState.DELETING)
        if before is JobState.TERMINATING:
            return DONE  # its release tasks run: the job is gone with the last of them
        if before is JobState.COMPLETED:
            self._vanish()
            return DONE
        kernel = self._change()
        for task in kernel.tasks_of(self.number, TaskState.RUNNING):
            job_control.delete(kernel, task, self.world.env.clock, failed=True)
        job_control.close(self._change(), self.number, self.world.env.clock)
        if self.body.job_release_task is None:
            self._complete("")
        else:
            self.world.env.process(self._release(""))
        return DONE

    def _end_when_done(self) -> None:
        """End the job with its last task if it is to, at once if it has none to wait for."""
        if self.body.on_all_tasks_complete is not OnAllTasksComplete.TERMINATEJOB:
            return
        documented = self.world.scenario.options.terminate_when_empty == "documented"
        coming = self.pool.tenancy.missing(self.backlog.rows_of(self.number)) - self._refused
        if job_control.watch(self._change(), self.number, submitted_only=documented, coming=coming):
            self.terminate(TerminateReason.ALL_TASKS_COMPLETE)

    def _release(self, reason: str) -> Generator[Any, Any, None]:
        env, running = self.world.env, []
        for pool in self.pools:
            prepared = pool.site.tasks.prepared_nodes(self.number, env.clock)
            running.append(env.process(release(self.world, pool.id, pool.members, self.body, self.number, prepared)))
        yield simpy.AllOf(env, running)
        self._complete(reason)

    def _complete(self, reason: str) -> None:
        if self.state is JobState.DELETING:
            self._vanish()
        else:
            self._enter(JobState.COMPLETED, reason)
        own = self.body.auto_pool
        if own is not None and own.pool_lifetime_option == "job" and not own.keep_alive:
            self.pools[0].delete()
        self._ended()

    def delete_task(self, row: int) -> None:
        """Remove a task with its files."""
        self._delete([row])

    def _delete(self, rows: Iterable[int]) -> None:
        """Remove tasks, none of them deleted before, from counts, nodes and disks."""
        pool, now, found = self.pool, self.world.env.clock, list(rows)
        tasks, kernel = pool.site.tasks, self._change()
        for row in (row for row in found if pool.tenancy.task_of(row) != ABSENT):
            task = pool.tenancy.task_of(row)
            if tasks.state_of(task) == TaskState.ACTIVE and self.state not in REFUSALS:
                self.world.record.task_ended(row, now)
            if self.state not in REFUSALS or tasks.state_of(task) == TaskState.COMPLETED:
                job_control.delete(kernel, task, now, failed=not self.has_succeeded(row))
        self.ids.deleted.update(found)
        for other in self.pools:
            other.delete_files({other.tenancy.task_of(row) for row in found})

    def _vanish(self) -> None:
        """Note that the job is gone, with its tasks and their files."""
        self._delete(row for row in self.backlog.rows_of(self.number) if row not in self.ids.deleted)
        self.world.record.job_gone(self.number, self.world.env.clock)
        self.state = None

    def _ended(self) -> None:
        for act in self._on_end:
            act()

    # ---- what the kernel reports ---------------------------------------------------------------------------

    def finished(self) -> None:
        """Note that no task is left to complete."""
        if self.state not in REFUSALS:
            self.terminate(TerminateReason.ALL_TASKS_COMPLETE)

    def idled(self) -> None:
        """Note that none of its tasks runs any more."""
        if self.state is JobState.DISABLING:
            self._enter(JobState.DISABLED)

    def task_ended(self, row: int, outcome: Outcome) -> None:
        """Note that a task has completed whose end matters to the job."""
        if self.state in REFUSALS:
            return
        (extras, place), manager = self.backlog.extras_of(row), self.body.job_manager_task
        if manager is not None and extras.managers.get(self.number) == place and manager.kill_job_on_completion:
            self.terminate(TerminateReason.JOB_MANAGER_COMPLETE)
            return
        if outcome is Outcome.UNFETCHED:
            self._act(ACTIONS[extras.on_unfetched.get(place, 0)])
            return
        if outcome not in (Outcome.SUCCEEDED, Outcome.FAILED, Outcome.EXPIRED):
            return  # ended from outside: no exit condition covers that
        actions = extras.on_success if outcome is Outcome.SUCCEEDED else extras.on_failure
        self._act("none" if actions is None else ACTIONS[actions[place]])

    def _act(self, action: str) -> None:
        """Do what an exit condition of a task says of its job."""
        if action == "terminate":
            self.terminate(TerminateReason.TASK_FAILED)
        elif action == "disable":
            self.disable("requeue")

    def has_succeeded(self, row: int) -> bool:
        """Return whether the last attempt of a completed task has succeeded, on whatever pool that was."""
        return any(pool.site.tasks.has_succeeded(pool.tenancy.task_of(row)) for pool in self.pools)

    # ---- inside --------------------------------------------------------------------------------------------

    def _pool_named(self, name: str) -> Pool:
        pool = present([pool for pool in self.pools if id_of(pool.id) == name.lower()])
        if pool is None:
            raise BrokenInvariantError(f"job {self.body.id} may not be on pool {name}")
        return pool

    def follow(self, pool: Pool) -> None:
        """Go to a pool that is created under the id of the job's own, which is gone."""
        if pool not in self.pools or id_of(pool.id) != id_of(self.pool.id) or self.state in ENDING:
            return
        is_disabled = self.state in (JobState.DISABLING, JobState.DISABLED)
        if not is_disabled:
            job_control.disable(self._change(), self.number)
        self._move(pool)
        if not is_disabled:
            job_control.enable(self._change(), self.number)

    def _move(self, pool: Pool) -> None:
        """Move to another pool, together with the tasks that wait."""
        if pool is self.pool:
            return
        before, self.pool = self.pool, pool
        rows = [row for row in self.backlog.rows_of(self.number) if pool.tenancy.task_of(row) != ABSENT]
        pairs = [(before.tenancy.task_of(row), pool.tenancy.task_of(row)) for row in rows]
        done = {old for row, (old, _) in zip(rows, pairs, strict=True) if self.has_succeeded(row)}
        kernel = self._change()
        waiting = job_control.move(before.site.change(), kernel, self.number, pairs, done)
        moved = [int(pool.tenancy.rows[task]) for task in waiting]
        self.world.record.job_moved(self.number, self.world.env.clock, before.index, pool.index, moved)
        kernel.queues.rank(self._roster.priorities)
        if self.body.max_parallel_tasks >= 0:
            job_control.limit(kernel, self.number, self.body.max_parallel_tasks)
        job_control.make_room(kernel, self.number, yields=self.body.allow_task_preemption)
        self._end_when_done()

    def _change(self) -> Kernel:
        """Return the kernel of its pool, to change it."""
        return self.pool.site.change()

    def _within_quota(self) -> Answer:
        """Return whether the account may have one more job."""
        quota = self.account.active_job_and_schedule_quota
        if quota is None or self._roster.active(self.account) < quota:
            return DONE
        return Answer(ServiceCode.JOB_QUOTA, f"The account may have {quota} active jobs and schedules")

    def _own_pool(self) -> Answer:
        if self.body.auto_pool is None or self.pool.is_created:
            return DONE
        answer = self.pool.create()
        if self.pool.is_created:
            return DONE
        return Answer(ServiceCode.AUTO_POOL_QUOTA, answer.message)

    def take_back(self, tasks: Iterable[int]) -> None:
        """Withdraw tasks of a closed job that arrived at the instant at which the service refused them."""
        job_control.take_back(self._change(), tasks)

    def refuse_tasks(self, tasks: Iterable[int]) -> None:
        """Withdraw tasks that arrived at this instant, while the job goes on."""
        for task in tasks:
            job_control.refuse(self._change(), task)
            self._refused += 1
        self._end_when_done()

    def _enter(self, state: JobState, reason: str = "") -> None:
        self.world.record.job_state(self.number, state, self.world.env.clock, str(reason))
        self.state = state
