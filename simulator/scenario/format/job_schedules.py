"""Job schedules (docs/model.md#job-schedules): when a job of which kind is created again and again."""

import math
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from simulator.durations import Instant, Limit, Seconds
from simulator.scenario.format.bodies import Job
from simulator.scenario.format.key_marks import INERT
from simulator.scenario.format.section import Body, DisplayName, fold


class Recurrence(Body):
    """The times of a schedule; without an interval it runs once."""

    do_not_run_until: Instant | None = None
    """None = from the start of the run, and so where it has passed by then."""
    do_not_run_after: Instant | None = None
    """No job is created after this; None: until the end of the run."""
    start_window: Limit | None = None
    """How late a job may start that had to wait for the one before; None = any time."""
    recurrence_interval: Seconds | None = None
    """Time between the jobs; None: one job."""


class JobSchedule(Body):
    """A job schedule body; `jobSpecification` is a job body without an id, its times count from each occurrence."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    """Name of the schedule; those of its jobs are made from it."""
    display_name: Annotated[DisplayName, INERT] | None = None
    """Name of the schedule for people."""
    schedule: Recurrence = Recurrence.model_construct()
    """When jobs are created."""
    job_specification: Job
    """Body of the jobs, without an id."""

    @model_validator(mode="before")
    @classmethod
    def _name_the_jobs(cls, data: object) -> Any:
        if not isinstance(data, Mapping):
            return data
        body = dict(data)
        for key, value in data.items():
            if fold(str(key)) == "jobspecification" and isinstance(value, Mapping):
                body[key] = {"id": next((data[k] for k in data if fold(str(k)) == "id"), "job"), **value}
        return body

    @property
    def first(self) -> float:
        """When its first job is due, in seconds; where that has passed, at once."""
        return max(self.schedule.do_not_run_until or 0.0, 0.0)

    def occurrences(self, horizon: float | None) -> list[float]:
        """Return the times at which a job is due, in seconds; the end of the run bounds them if nothing else does."""
        first, after = self.first, self.schedule.do_not_run_after
        last = min(math.inf if after is None else after, math.inf if horizon is None else horizon)
        interval = self.schedule.recurrence_interval
        if first > last:
            return []
        if interval is None or not math.isfinite(last):
            return [first]
        return [first + k * interval for k in range(math.floor((last - first) / interval) + 1)]
