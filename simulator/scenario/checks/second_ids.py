"""Ids that jobs and tasks have after others: the service takes one again once the first is deleted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from simulator.errors import InputError
from simulator.scenario.checks.findings import Finding, readable, until_absent
from simulator.scenario.checks.job_places import NamedJobs, PlacedJob
from simulator.scenario.checks.moments import Moment, moment_of
from simulator.scenario.format.job_operations import DeleteJob, DeleteTask
from simulator.scenario.format.schema import Description
from simulator.scenario.format.task_bodies import TaskGroup
from simulator.scenario.format.trace_files import read_trace
from simulator.service_codes import ServiceCode


def check_second_ids(scenario: Description, jobs: NamedJobs) -> Iterator[Finding]:
    """Refuse ids of jobs and tasks that others have which no operation deletes before."""
    gone: dict[str, list[Moment]] = {}
    deleted: dict[int, list[tuple[str, Moment]]] = {}
    for index, operation in enumerate(scenario.timeline):
        moment = moment_of(operation, index)
        if isinstance(operation, DeleteJob):
            gone.setdefault(str(readable(operation, "job")).lower(), []).append(moment)
        elif isinstance(operation, DeleteTask):
            found = jobs.at(str(readable(operation, "job")), moment)
            deleted.setdefault(id(found), []).append((str(readable(operation, "task")).lower(), moment))
    for name, lives in jobs.by_id():
        yield from until_absent(_second_jobs(lives, gone.get(name, [])))
        for placed in lives:
            yield from until_absent(_second_tasks(placed, deleted.get(id(placed), []), gone.get(name, [])))


def _second_jobs(lives: Sequence[PlacedJob], gone: Sequence[Moment]) -> Iterator[Finding]:
    """Go through the jobs of an id; several of the file's own are found already."""
    first = min(one.since for one in lives)
    for one in lives[1:]:
        if one.is_added and not any(first < moment < one.since for moment in gone):
            text = f"a second job with the id '{one.job.id}': the service takes it after a deleteJob of the first"
            yield Finding(text, (*one.loc, "id"), code=ServiceCode.JOB_EXISTS)


def _second_tasks(
    placed: PlacedJob, deleted: Sequence[tuple[str, Moment]], gone: Sequence[Moment]
) -> Iterator[Finding]:
    """Go through the tasks of a job; two with one id in one body are found already.

    What comes after the deletion of the job is refused for that.
    """
    manager = placed.job.job_manager_task
    begins: dict[str, float] = {}
    for one in sorted(placed.tasks, key=lambda one: -math.inf if one.added_at is None else one.added_at):
        name = one.task.id.lower()
        if manager is not None and name == manager.id.lower():
            text = f"the job manager has the id '{one.task.id}' too"
            yield Finding(text, (*one.loc, "id"), code=ServiceCode.TASK_EXISTS)
        elif one.added_at is not None:
            begin = begins.get(name, placed.created_at if is_of_group(placed, name) else math.inf)
            moment = one.added_at, int(one.loc[1])
            is_free = any(task == name and begin <= when[0] and when < moment for task, when in deleted)
            is_free |= any(placed.since < when < moment for when in gone)
            if begin < math.inf and not is_free:
                text = (
                    f"a second task with the id '{one.task.id}': the service takes it after a deleteTask of the first"
                )
                yield Finding(text, (*one.loc, "id"), code=ServiceCode.TASK_EXISTS)
        begins.setdefault(name, placed.begin(one))


def is_of_group(placed: PlacedJob, name: str) -> bool:
    """Return whether a group of a job makes a task of an id, in lower case."""
    groups = (part for part, one in enumerate(placed.sources) if isinstance(one.source, TaskGroup))
    return any(source_makes(placed, part, name) for part in groups)


def source_makes(placed: PlacedJob, part: int, wanted: str) -> bool:
    """Return whether a source makes a task of that id, in lower case; for one that cannot be read, that is possible."""
    source = placed.sources[part].source
    if isinstance(source, TaskGroup):
        own = sum(one.added_at is None for one in placed.sources)
        is_alone = part == 0 and own <= 1 and all(one.added_at is not None for one in placed.tasks)
        prefix = source.prefix(part, is_alone=is_alone)
        begin, _, number = wanted.rpartition("-")
        is_one = begin == prefix.lower() and number.isdecimal() and number == str(int(number))
        return is_one and int(number) >= 1 and (source.count is None or int(number) <= source.count)
    try:
        names = read_trace(source).names
    except InputError:
        return True
    return any(names[index].lower() == wanted for index in range(len(names)))
