"""Whether tasks and pools agree about containers: settings where the pool has a configuration, none elsewhere."""

from collections.abc import Iterator, Sequence

from simulator.scenario.checks.findings import Finding, Loc, readable, until_absent
from simulator.scenario.checks.job_places import PlacedJob, PlacedTask
from simulator.scenario.format.bodies import Pool, StartTask
from simulator.scenario.format.deployment import get
from simulator.service_codes import ServiceCode


def check_task_container(placed: PlacedJob, one: PlacedTask) -> Iterator[Finding]:
    """Refuse a task that fits none of the pools that it may be on: with container settings or without."""
    if one.task.container_settings is not None:
        yield from _without_configuration(placed.pools, one.loc)
    elif placed.pools and all(has_containers(pool) for pool in placed.pools):
        text = "the pool has a container configuration: tasks on it need containerSettings"
        yield Finding(text, one.loc, code=ServiceCode.INVALID_PROPERTY)


def check_node_task_containers(placed: PlacedJob) -> Iterator[Finding]:
    """Refuse preparation and release tasks in a container on a pool that has none; outside of one they may run."""
    for name, key in (("job_preparation_task", "jobPreparationTask"), ("job_release_task", "jobReleaseTask")):
        body = readable(placed.job, name)
        if get(body, "containerSettings") is not None:
            yield from until_absent(_without_configuration(placed.pools, (*placed.loc, key)))


def check_start_task_container(task: StartTask | None, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Refuse a start task in a container on a pool that has none."""
    if get(task, "containerSettings") is not None:
        yield from _without_configuration((pool,), (*loc, "startTask"))


def has_containers(pool: Pool) -> bool:
    """Return whether the nodes of a pool are set up for containers."""
    machine = pool.virtual_machine_configuration
    return machine is not None and machine.container_configuration is not None


def _without_configuration(pools: Sequence[Pool], loc: Loc) -> Iterator[Finding]:
    """Refuse container settings of what runs on `pools` alone, where none of them is set up for containers."""
    if pools and not any(has_containers(pool) for pool in pools):
        text = f"pool '{pools[0].id}' has no containerConfiguration: nothing on it may have containerSettings"
        yield Finding(text, (*loc, "containerSettings"), code=ServiceCode.INVALID_PROPERTY)
