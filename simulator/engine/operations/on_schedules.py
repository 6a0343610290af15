"""How job schedules do what a client asks of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from simulator.engine.jobs.schedule import NO_SCHEDULE
from simulator.scenario.format.job_operations import (
    DeleteJobSchedule,
    DisableJobSchedule,
    EnableJobSchedule,
    ScheduleOperation,
    TerminateJobSchedule,
)

if TYPE_CHECKING:
    from simulator.engine.operations.directory import Directory
    from simulator.policy.response import Answer


def perform(directory: Directory, asked: ScheduleOperation) -> Answer:
    """Perform an operation on a schedule, or return why not."""
    schedule = directory.schedule(asked.job_schedule)
    if schedule is None:
        return NO_SCHEDULE
    match asked:
        case DisableJobSchedule():
            return schedule.disable()
        case EnableJobSchedule():
            return schedule.enable()
        case TerminateJobSchedule():
            return schedule.terminate()
        case DeleteJobSchedule():
            return schedule.delete()
        case _:
            assert_never(asked)
