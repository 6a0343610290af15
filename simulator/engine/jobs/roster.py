"""All jobs and schedules of a run, as far as each of them needs to know the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from simulator.scenario.format.schema import Account


class Entry(Protocol):
    """A job or a schedule."""

    @property
    def is_active(self) -> bool:
        """Whether it counts against the quota of active jobs and schedules."""


class JobEntry(Entry, Protocol):
    """What the jobs of a run know of each other."""

    @property
    def account(self) -> Account: ...

    @property
    def priority(self) -> int: ...


class Roster:
    """Counts the active jobs and schedules of a run, and ranks its jobs."""

    def __init__(self) -> None:
        self._jobs: list[JobEntry] = []
        self._schedules: list[Entry] = []

    def add_job(self, job: JobEntry) -> None:
        """Add a job; jobs are added in order of their numbers."""
        self._jobs.append(job)

    def add_schedule(self, schedule: Entry) -> None:
        """Add a schedule."""
        self._schedules.append(schedule)

    def active(self, account: Account) -> int:
        """Return how many jobs of an account and schedules are active."""
        jobs = sum(job.is_active for job in self._jobs if job.account is account)
        return jobs + sum(schedule.is_active for schedule in self._schedules)

    @property
    def priorities(self) -> list[int]:
        """The priority of each job, by number."""
        return [job.priority for job in self._jobs]
