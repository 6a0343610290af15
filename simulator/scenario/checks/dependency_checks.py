"""What is wrong or odd in who waits for whom: refused lists, parents that do not exist, circles."""

from collections.abc import Iterator
from typing import Final

from simulator.scenario.checks.findings import Finding
from simulator.scenario.checks.job_places import PlacedJob
from simulator.scenario.format.task_dependencies import circles, parents_of
from simulator.service_codes import ServiceCode

LONGEST_LIST: Final = 64_000
"""Characters of all ids in one `taskIds`."""


def check_dependencies(placed: PlacedJob) -> Iterator[Finding]:
    """Go through the dependencies of a job's listed tasks, all of which must be readable."""
    tasks = [one.task for one in placed.tasks]
    ids = {task.id.lower(): index for index, task in enumerate(tasks)}
    numbers = {int(task.id): index for index, task in enumerate(tasks) if task.id.isdigit()}
    parents: dict[int, list[int]] = {}
    for index, task in enumerate(tasks):
        where = (*placed.tasks[index].loc, "dependsOn")
        wanted = task.depends_on
        if wanted is None:
            continue
        if not placed.job.uses_task_dependencies:
            text = "the service refuses it in a job without usesTaskDependencies"
            yield Finding(text, where, code=ServiceCode.DEPENDENCIES_NOT_SPECIFIED)
        length = sum(map(len, wanted.task_ids))
        if length > LONGEST_LIST:
            text = f"ids of {length:,} characters; the service takes at most {LONGEST_LIST:,}"
            yield Finding(text, (*where, "taskIds"), code=ServiceCode.DEPENDENCY_LIST_TOO_LONG)
        for place, span in enumerate(wanted.task_id_ranges):
            if span.end < span.start:
                text = f"from {span.start} to {span.end} there is no id"
                yield Finding(text, (*where, "taskIdRanges", place), code=ServiceCode.INVALID_PROPERTY)
        parents[index], unknown = parents_of(task, ids, numbers)
        for name in unknown[:1]:
            yield Finding(f"no task '{name}' in this job: the task will wait for ever", where, is_warning=True)
    circle = next(circles(parents), None)
    if circle:
        names = " for ".join(f"'{tasks[index].id}'" for index in circle)
        text = f"tasks wait for each other in a circle, for ever: {names}"
        yield Finding(text, (*placed.tasks[circle[0]].loc, "dependsOn"), is_warning=True)
