"""Variables of commands that are written like those that a simulation reads, and are none of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from simulator.scenario.checks.findings import Finding, Loc, readable, until_absent
from simulator.scenario.checks.ids import near
from simulator.scenario.checks.job_places import PlacedJob, PlacedTask, of_each_task, placed_pools
from simulator.scenario.format.deployment import get
from simulator.scenario.format.pool_operations import UpdatePool
from simulator.scenario.format.schema import Description
from simulator.scenario.format.stated_by_tasks import BEGINNING, READ


def check_settings_names(scenario: Description, jobs: Collection[PlacedJob]) -> Iterator[Finding]:
    """Warn of each name of such a variable, where it stands first."""
    found: set[str] = set()
    for settings, loc in _settings(scenario, jobs):
        for index, one in enumerate(settings):
            name = str(get(one, "name"))
            if name.startswith(BEGINNING) and name not in READ and name not in found:
                found.add(name)
                hint = near(name, READ, f": these are {', '.join(READ)}")
                text = f"'{name}' is no variable that a simulation reads{hint}"
                yield Finding(text, (*loc, index, "name"), is_warning=True)


Settings = tuple[Iterable[Mapping[str, Any]], Loc]
"""Variables of a command, and where they stand."""


def _settings(scenario: Description, jobs: Collection[PlacedJob]) -> Iterator[Settings]:
    for pool, loc in placed_pools(scenario, jobs):
        yield from _of_body(readable(pool, "start_task"), (*loc, "startTask"))
    for index, operation in enumerate(scenario.timeline):
        if isinstance(operation, UpdatePool):
            yield from _of_body(readable(operation, "start_task"), ("timeline", index, "startTask"))
    for placed in jobs:
        common = readable(placed.job, "common_environment_settings")
        yield from [(common, (*placed.loc, "commonEnvironmentSettings"))] if common else []
        for name, key in (("job_preparation_task", "jobPreparationTask"), ("job_release_task", "jobReleaseTask")):
            yield from _of_body(readable(placed.job, name), (*placed.loc, key))
        yield from of_each_task(placed, _of_task)


def _of_task(one: PlacedTask) -> Iterator[Settings]:
    return until_absent(_of_body(one.task, one.loc))


def _of_body(body: object, loc: Loc) -> Iterator[Settings]:
    settings = None if body is None else readable(body, "environment_settings")
    if settings:
        yield settings, (*loc, "environmentSettings")
