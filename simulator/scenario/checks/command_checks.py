"""Command lines and environment settings: what they state, and what cannot be read of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from simulator.distributions import Constant
from simulator.scenario.checks.findings import Finding, Loc, readable, until_absent
from simulator.scenario.checks.job_places import PlacedJob, PlacedTask, of_each_task, placed_pools
from simulator.scenario.format.bodies import Pool, StartTask
from simulator.scenario.format.command_lines import is_unread
from simulator.scenario.format.pool_operations import UpdatePool
from simulator.scenario.format.schema import Description
from simulator.scenario.format.stated_by_tasks import stated, stated_exit_code, stated_time
from simulator.scenario.format.task_bodies import JobPreparationTask, JobReleaseTask

SHOWN: Final = 60
"""Characters of a command line that are shown."""


def check_commands(scenario: Description, jobs: Collection[PlacedJob]) -> Iterator[Finding]:
    """Warn once of command lines that name a time or an exit code and cannot be read."""
    found = [*unread(scenario, jobs)]
    if found:
        yield Finding(unread_text([line for line, _ in found]), found[0][1], is_warning=True)


def unread_text(lines: list[str]) -> str:
    """Return what is to be reported of command lines that were not read: how many, an example, and how to mend it."""
    example = " ".join(lines[0].split())
    example = example if len(example) <= SHOWN else f"{example[: SHOWN - 1]}…"
    what = "a command line names" if len(lines) == 1 else f"{len(lines):,} command lines name"
    whose = "its time is" if len(lines) == 1 else "their times are"
    return (
        f"{what} a time or an exit code and cannot be read (`{example}`): {whose} taken from elsewhere; "
        "state simulation.duration, or see docs/model.md#command-lines for what is read"
    )


def unread(scenario: Description, jobs: Collection[PlacedJob]) -> Iterator[tuple[str, Loc]]:
    """Yield the command lines whose time or exit code was wanted and not read, with their places."""
    for pool, loc in placed_pools(scenario, jobs):
        yield from _parts(_of_start_task(pool, loc))
    for index, operation in enumerate(scenario.timeline):
        if isinstance(operation, UpdatePool):
            yield from _parts(_of_new_start_task(operation, ("timeline", index)))
    for placed in jobs:
        yield from of_each_task(placed, partial(_of_listed, placed))
        for name, key in (("job_preparation_task", "jobPreparationTask"), ("job_release_task", "jobReleaseTask")):
            body = readable(placed.job, name)
            if body is not None:
                yield from _parts(_of_node_task(placed, body, (*placed.loc, key)))


def _of_listed(placed: PlacedJob, one: PlacedTask) -> Iterator[tuple[str, Loc]]:
    return _parts(_of_task(placed, one))


def unreadable_settings(
    error: ValueError, placed: PlacedJob, settings: Iterable[Mapping[str, Any]], loc: Loc
) -> Iterator[Finding]:
    """Refuse environment settings that state a time which cannot be read: those of the task, or its job's."""
    try:
        stated_time("", settings)
        stated_exit_code("", settings)
    except ValueError:
        yield Finding(f"in environmentSettings: {error}", (*loc, "environmentSettings"))
        return
    where = (*placed.loc, "commonEnvironmentSettings")
    yield Finding(f"in commonEnvironmentSettings: {error}", where)


def _parts(found: Iterator[tuple[str, Loc]]) -> Iterator[tuple[str, Loc]]:
    """Yield what is found of a body until it needs a part that could not be read, or a setting that cannot."""
    try:
        yield from until_absent(found)
    except ValueError:
        return


def _of_task(placed: PlacedJob, one: PlacedTask) -> Iterator[tuple[str, Loc]]:
    task = one.task
    if is_unread(task.command_line) and stated(task, placed.job).source in ("defaults", ""):
        yield task.command_line, (*one.loc, "commandLine")
    settings = task.multi_instance_settings
    if settings is not None and is_unread(settings.coordination_command_line) and task.simulation.coordination is None:
        where = (*one.loc, "multiInstanceSettings", "coordinationCommandLine")
        yield settings.coordination_command_line, where


def _of_node_task(placed: PlacedJob, task: JobPreparationTask | JobReleaseTask, loc: Loc) -> Iterator[tuple[str, Loc]]:
    settings = [*placed.job.common_environment_settings, *task.environment_settings]
    if is_unread(task.command_line) and task.simulation.duration is None and stated_time("", settings)[0] is None:
        yield task.command_line, (*loc, "commandLine")


def _of_new_start_task(operation: UpdatePool, loc: Loc) -> Iterator[tuple[str, Loc]]:
    """Yield the command line of a start task that a pool gets later and that is not read."""
    task = operation.start_task
    if task is not None and is_unread(task.command_line) and stated_time("", task.environment_settings)[0] is None:
        yield task.command_line, (*loc, "startTask", "commandLine")


def _of_start_task(pool: Pool, loc: Loc) -> Iterator[tuple[str, Loc]]:
    """Yield the command line of a start task that is not read, unless the pool's timing or a setting has its time."""
    task: StartTask | None = pool.start_task
    if task is None or not is_unread(task.command_line):
        return
    time = pool.simulation.timing.start_task
    if isinstance(time, Constant) and time.mean == 0 and stated_time("", task.environment_settings)[0] is None:
        yield task.command_line, (*loc, "startTask", "commandLine")
