"""Names under `simulation` and in the scenario's own sections that nothing has: what they say would act on nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from simulator.scenario.checks.container_checks import has_containers
from simulator.scenario.checks.findings import Finding, Loc, until_absent
from simulator.scenario.checks.ids import near
from simulator.scenario.checks.job_places import PlacedJob, named_pools, placed_pools
from simulator.scenario.format.bodies import Pool
from simulator.scenario.format.catalogue import canonical
from simulator.scenario.format.deployment import get
from simulator.scenario.format.pool_operations import UpdatePool
from simulator.scenario.format.schema import Description


def check_unused_names(scenario: Description, jobs: list[PlacedJob]) -> Iterator[Finding]:
    """Refuse names of packages and images that nothing has; warn of accounts and sizes that no pool has."""
    changes = _changes(scenario, jobs)
    for pool, loc in placed_pools(scenario, jobs):
        mine = [change for changed, change in changes if changed is pool]
        yield from until_absent(_downloads(pool, mine, jobs, loc))
    pools = [pool for pool, _ in placed_pools(scenario, jobs)]
    for rule in (_accounts, _sizes):
        yield from until_absent(rule(scenario, pools))


def _downloads(pool: Pool, changes: list[UpdatePool], jobs: list[PlacedJob], loc: Loc) -> Iterator[Finding]:
    """Refuse sizes of packages and images that nothing on a pool has, at any time."""
    where = (*loc, "simulation", "downloads")
    downloads = pool.simulation.downloads
    if not downloads.application_packages and not downloads.container_images:
        return
    references: list[Mapping[str, Any]] = [*pool.application_package_references]
    references += [one for change in changes for one in change.application_package_references or ()]
    here = [placed for placed in jobs if placed.may_be_on(pool)]
    references += [one for placed in here for one in _packages_of(placed)]
    known = {name: None for one in references for name in _names(one)}
    for key in downloads.application_packages:
        if key.lower() not in {name.lower() for name in known}:
            hint = near(key, known, _written_otherwise(key, known))
            text = f"nothing on this pool has an application package '{key}'{hint}: it would act on nothing"
            yield Finding(text, (*where, "applicationPackages", key))
    bodies: list[object] = [pool.start_task, *(change.start_task for change in changes)]
    bodies += [body for placed in here for body in _bodies_of(placed)]
    images = [*pool.container_image_names, *_images_of(bodies)]
    for key in downloads.container_images:
        if key not in images:
            reason = "" if has_containers(pool) else ", which has no containerConfiguration,"
            hint = near(key, images)
            text = f"nothing on this pool{reason} has a container image '{key}'{hint}: it would act on nothing"
            yield Finding(text, (*where, "containerImages", key))


def _changes(scenario: Description, jobs: list[PlacedJob]) -> list[tuple[Pool | None, UpdatePool]]:
    """Return the requests that change what nodes get, each with its pool."""
    pools = named_pools(scenario, jobs)
    found = [(index, one) for index, one in enumerate(scenario.timeline) if isinstance(one, UpdatePool)]
    return [(pools.at(operation.pool, (operation.at, index)), operation) for index, operation in found]


def _bodies_of(placed: PlacedJob) -> list[object]:
    """Return the tasks of a job, those that operations add and the special ones too; all must be readable."""
    job = placed.job
    special = (job.job_manager_task, job.job_preparation_task, job.job_release_task)
    return [*(one.task for one in placed.tasks), *special]


def _packages_of(placed: PlacedJob) -> Iterator[Mapping[str, Any]]:
    """Yield the packages of a job's tasks."""
    for body in _bodies_of(placed):
        yield from get(body, "applicationPackageReferences") or ()


def _images_of(bodies: Iterable[object]) -> Iterator[str]:
    """Yield the container images that bodies of tasks name."""
    for body in bodies:
        image = get(get(body, "containerSettings"), "imageName")
        if image:
            yield str(image)


def _names(reference: Mapping[str, Any]) -> Iterator[str]:
    """Yield how the simulation's section may name a package: by its application, or with its version."""
    application, version = get(reference, "applicationId"), get(reference, "version")
    if application:
        yield str(application)
    if application and version:
        yield f"{application}:{version}"


def _written_otherwise(key: str, known: Iterable[str]) -> str:
    """Return a hint where only the sign between application and version is another one."""
    plain = key.replace("#", ":").replace("/", ":").replace(" ", ":").lower()
    return next((f", did you mean '{name}'?" for name in known if name.lower() == plain), "")


def _accounts(scenario: Description, pools: Sequence[Pool]) -> Iterator[Finding]:
    """Warn of an account that no pool belongs to."""
    used = {pool.simulation.account for pool in pools}
    for name in scenario.accounts:
        if name.lower() not in {str(one).lower() for one in used}:
            hint = near(name, [one for one in used if one])
            yield Finding(f"no pool belongs to the account '{name}'{hint}", ("accounts", name), is_warning=True)


def _sizes(scenario: Description, pools: Sequence[Pool]) -> Iterator[Finding]:
    """Warn of a size that no pool has and no operation names; a study may give it to one."""
    used = {pool.vm_size for pool in pools}
    named = {canonical(name) for name in (*used, *(str(getattr(one, "size", "")) for one in scenario.timeline))}
    for name in scenario.sizes:
        if canonical(name) not in named:
            yield Finding(f"no pool has the size '{name}'{near(name, used)}", ("sizes", name), is_warning=True)
