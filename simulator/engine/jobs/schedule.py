"""A job schedule: a job at every recurrence, never two at once (`docs/model.md#job-schedules`)."""

from __future__ import annotations

from collections.abc import Generator
from math import isinf
from typing import TYPE_CHECKING, Any, Final

from simulator.engine.environment import DUE
from simulator.errors import BrokenInvariantError
from simulator.policy.response import DONE, Answer
from simulator.service_codes import ServiceCode, TerminateReason
from simulator.states import SCHEDULE_TRANSITIONS, JobState, ScheduleState
from simulator.units import NEVER, to_ms

if TYPE_CHECKING:
    from simulator.engine.jobs.job import Job
    from simulator.engine.world import World
    from simulator.scenario.format.job_schedules import JobSchedule

NO_SCHEDULE: Final = Answer(ServiceCode.SCHEDULE_NOT_FOUND, "The specified job schedule does not exist")
REFUSALS: Final = {
    None: NO_SCHEDULE,
    ScheduleState.TERMINATING: Answer(ServiceCode.SCHEDULE_BEING_TERMINATED, "The job schedule is being terminated"),
    ScheduleState.COMPLETED: Answer(ServiceCode.SCHEDULE_COMPLETED, "The job schedule has completed"),
    ScheduleState.DELETING: Answer(ServiceCode.SCHEDULE_BEING_DELETED, "The job schedule is being deleted"),
}
"""Why nothing can be done to a schedule any more."""


class Schedule:
    """Creates the jobs of one schedule."""

    def __init__(self, world: World, body: JobSchedule, jobs: list[Job]) -> None:
        self.world = world
        self.body = body
        self.jobs = jobs
        """One for each recurrence, in order."""
        self.state: ScheduleState | None = ScheduleState.ACTIVE
        """None = deleted."""
        self._coming = len(jobs)
        """How many recurrences are yet to come."""
        self._waiting: Job | None = None
        """The job that is due and could not start: the one before still runs, or the schedule is disabled."""
        window = body.schedule.start_window
        self._window = NEVER if window is None or isinf(window) else to_ms(window)
        for job in jobs:
            job.when_ended(self.job_ended)
        world.env.process(self.life())

    @property
    def has_work(self) -> bool:
        """Whether recurrences are yet to come."""
        return self._coming > 0

    @property
    def is_active(self) -> bool:
        """Whether it counts against the account's quota of active jobs and schedules."""
        return self.state is not None and self.state is not ScheduleState.COMPLETED

    @property
    def _is_running(self) -> bool:
        return any(job.state not in (None, JobState.COMPLETED) for job in self.jobs)

    def life(self) -> Generator[Any, Any, None]:
        """Create a job at each recurrence, or have it wait; a job that is still waiting at the next one is skipped."""
        for job in self.jobs:
            yield self.world.env.at(job.due, DUE)
            if self.state in REFUSALS:
                return
            self._coming -= 1
            self._waiting = job
            self._start_waiting()
        after = self.body.schedule.do_not_run_after
        is_held = self._waiting is not None and self.state is ScheduleState.DISABLED
        if after is not None and (is_held or self.body.schedule.recurrence_interval is not None):
            yield self.world.env.at(max(to_ms(after), self.world.env.clock), DUE)
        self._finish()

    def job_ended(self) -> None:
        """Start the job that has waited, if its window is still open; else the schedule may be over."""
        if self.state is ScheduleState.TERMINATING:
            self._complete()
        elif self.state is ScheduleState.DELETING:
            self._vanish()
        else:
            self._start_waiting()
            self._finish()

    # ---- what a client asks for ----------------------------------------------------------------------------

    def disable(self) -> Answer:
        """Stop creating jobs; the one that runs continues."""
        if self.state in REFUSALS:
            return REFUSALS[self.state]
        if self.state is ScheduleState.DISABLED:
            return Answer(ServiceCode.SCHEDULE_DISABLED, "The job schedule is disabled already")
        self._enter(ScheduleState.DISABLED)
        return DONE

    def enable(self) -> Answer:
        """Create jobs again, the one of the present recurrence too if its window is open."""
        if self.state in REFUSALS:
            return REFUSALS[self.state]
        if self.state is ScheduleState.DISABLED:
            self._enter(ScheduleState.ACTIVE)
            self._start_waiting()
            self._finish()
        return DONE

    def terminate(self) -> Answer:
        """End the job that runs, and the schedule with it."""
        if self.state in REFUSALS:
            return REFUSALS[self.state]
        self._enter(ScheduleState.TERMINATING)
        self._coming = 0
        for job in self.jobs:
            job.terminate(TerminateReason.SCHEDULE_ENDED)
        self._complete()
        return DONE

    def delete(self) -> Answer:
        """Remove the schedule, every job that it has created, and their tasks."""
        if self.state is None or self.state is ScheduleState.DELETING:
            return REFUSALS[self.state]
        self._enter(ScheduleState.DELETING)
        self._coming = 0
        for job in self.jobs:
            job.delete()
        self._vanish()
        return DONE

    # ---- inside --------------------------------------------------------------------------------------------

    def _start_waiting(self) -> None:
        """Create the job that is due, unless another runs, the schedule is disabled, or it is too late by now.

        After `doNotRunAfter` no job is created, whatever has kept it waiting.
        """
        waiting = self._waiting
        if waiting is None or self._is_running or self.state is not ScheduleState.ACTIVE:
            return
        self._waiting = None
        after, now = self.body.schedule.do_not_run_after, self.world.env.clock
        if now - waiting.due <= self._window and (after is None or now <= to_ms(after)):
            waiting.create()

    def _finish(self) -> None:
        """Complete the schedule when nothing runs and nothing more will."""
        is_held = self.state is ScheduleState.DISABLED and self._waiting is not None and not self._is_past
        if self.state in REFUSALS or self._coming or self._is_running or self._may_go_on or is_held:
            return
        self._complete()

    def _complete(self) -> None:
        if not self.is_active or self._is_running:
            return
        self._enter(ScheduleState.COMPLETED)
        self._end_pool()

    def _vanish(self) -> None:
        """Note that the schedule is gone when its last job is."""
        if self.state is ScheduleState.DELETING and all(job.state is None for job in self.jobs):
            self.state = None
            self._end_pool()

    def _end_pool(self) -> None:
        """Delete the pool that all its jobs shared."""
        own = self.body.job_specification.auto_pool
        if own is not None and own.pool_lifetime_option == "jobschedule" and not own.keep_alive:
            pool = self.jobs[0].pool if self.jobs else None
            if pool is not None and pool.is_created:
                pool.delete()

    def _enter(self, state: ScheduleState) -> None:
        if self.state is None or state not in SCHEDULE_TRANSITIONS[self.state]:
            raise BrokenInvariantError(f"job schedule {self.body.id} may not go from {self.state} to {state}")
        self.state = state

    @property
    def _is_past(self) -> bool:
        """Whether the time in which it may run is over."""
        after = self.body.schedule.do_not_run_after
        return after is not None and self.world.env.clock >= to_ms(after)

    @property
    def _may_go_on(self) -> bool:
        """Whether the schedule recurs beyond what this run sees."""
        times = self.body.schedule
        return times.recurrence_interval is not None and times.do_not_run_after is None
