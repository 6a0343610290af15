"""A job schedule: a job at every recurrence, never two at once (behaviour document, 9.2)."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from simulator.engine.environment import ARRIVALS
from simulator.states import JobState
from simulator.units import NEVER, to_ms

if TYPE_CHECKING:
    from simulator.engine.job import Job
    from simulator.engine.world import World
    from simulator.scenario.schedules import JobSchedule


class Schedule:
    """Creates the jobs of one schedule."""

    def __init__(self, world: World, body: JobSchedule, jobs: list[Job]) -> None:
        self.world = world
        self.body = body
        self.jobs = jobs
        """One for each recurrence, in order."""
        self.is_over = False
        self.coming = len(jobs)
        """How many recurrences are yet to come."""
        self._waiting: Job | None = None
        """The job that could not start since the one before still runs."""
        window = body.schedule.start_window
        self._window = NEVER if window is None else min(to_ms(window), NEVER)
        world.env.process(self.life())

    @property
    def _is_running(self) -> bool:
        return any(job.state not in (None, JobState.COMPLETED) for job in self.jobs)

    def life(self) -> Generator[Any, Any, None]:
        """Create a job at each recurrence, or let it wait; what waited longer than that is skipped."""
        for job in self.jobs:
            yield self.world.env.at(job.due, ARRIVALS)
            self.coming -= 1
            if self._is_running:
                self._waiting = job
            else:
                self._waiting = None
                job.create()
        after = self.body.schedule.do_not_run_after
        if after is not None and self.body.schedule.recurrence_interval is not None:
            yield self.world.env.at(to_ms(after), ARRIVALS)
        self._finish()

    def job_ended(self) -> None:
        """Start the job that has waited, if its window is still open; else the schedule may be over."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None and self.world.env.clock - waiting.due <= self._window and not self._is_running:
            waiting.create()
        self._finish()

    def _finish(self) -> None:
        """Complete the schedule when nothing runs and nothing more will."""
        if self.coming or self._is_running or self.is_over or self._may_go_on:
            return
        self.is_over = True
        own = self.body.job_specification.auto_pool
        if own is not None and own.pool_lifetime_option == "jobschedule" and not own.keep_alive:
            pool = self.jobs[0].pool if self.jobs else None
            if pool is not None and pool.is_born:
                pool.delete()

    @property
    def _may_go_on(self) -> bool:
        """Whether the schedule recurs beyond what this run sees."""
        times = self.body.schedule
        return times.recurrence_interval is not None and times.do_not_run_after is None
