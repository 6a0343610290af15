"""Whether tasks and pools agree about containers: settings where the pool has a configuration, none elsewhere."""

from collections.abc import Iterator

from simulator.scenario.checks.findings import Finding, Loc, readable, until_absent
from simulator.scenario.checks.job_places import PlacedJob, PlacedTask
from simulator.scenario.format.bodies import Pool, StartTask
from simulator.scenario.format.deployment import get
from simulator.service_codes import ServiceCode


def check_task_container(placed: PlacedJob, one: PlacedTask) -> Iterator[Finding]:
    """Refuse a task that does not fit its pool: with container settings or without."""
    if placed.pool is None:
        return
    if has_containers(placed.pool) and one.task.container_settings is None:
        text = "the pool has a container configuration: tasks on it need containerSettings"
        yield Finding(text, one.loc, code=ServiceCode.INVALID_PROPERTY)
    elif one.task.container_settings is not None:
        yield from _without_configuration(placed.pool, one.loc)


def check_node_task_containers(placed: PlacedJob) -> Iterator[Finding]:
    """Refuse preparation and release tasks in a container on a pool that has none; outside of one they may run."""
    for name, key in (("job_preparation_task", "jobPreparationTask"), ("job_release_task", "jobReleaseTask")):
        body = readable(placed.job, name)
        if placed.pool is not None and get(body, "containerSettings") is not None:
            yield from until_absent(_without_configuration(placed.pool, (*placed.loc, key)))


def check_start_task_container(task: StartTask | None, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Refuse a start task in a container on a pool that has none."""
    if get(task, "containerSettings") is not None:
        yield from _without_configuration(pool, (*loc, "startTask"))


def has_containers(pool: Pool) -> bool:
    """Return whether the nodes of a pool are set up for containers."""
    machine = pool.virtual_machine_configuration
    return machine is not None and machine.container_configuration is not None


def _without_configuration(pool: Pool, loc: Loc) -> Iterator[Finding]:
    if not has_containers(pool):
        text = f"pool '{pool.id}' has no containerConfiguration: nothing on it may have containerSettings"
        yield Finding(text, (*loc, "containerSettings"), code=ServiceCode.INVALID_PROPERTY)
