"""Names under `simulation` and in the scenario's own sections that nothing has: what they say would act on nothing."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from simulator.scenario.checks.container_checks import has_containers
from simulator.scenario.checks.findings import Finding, Loc, until_absent
from simulator.scenario.checks.ids import near
from simulator.scenario.checks.job_places import PlacedJob, placed_pools
from simulator.scenario.format.bodies import Job, Pool
from simulator.scenario.format.deployment import get
from simulator.scenario.format.schema import Description


def check_unused_names(scenario: Description, jobs: list[PlacedJob]) -> Iterator[Finding]:
    """Warn of what names a package, an image, a node or an account that nothing in the scenario has."""
    for pool, loc in placed_pools(scenario):
        here = [placed.job for placed in jobs if placed.pool is pool]
        yield from until_absent(_downloads(scenario, pool, here, loc))
        yield from until_absent(_sick_nodes(pool, loc))
    for placed in jobs:
        if placed.job.auto_pool is not None:
            where = (*placed.loc, "poolInfo", "autoPoolSpecification", "pool")
            yield from until_absent(_downloads(scenario, placed.job.auto_pool.pool, [placed.job], where))
    yield from until_absent(_accounts(scenario, jobs))


def _sick_nodes(pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Warn of names that no node of the pool can have."""
    names = re.compile(rf"{re.escape(pool.id)}_[1-9]\d*_[dp]", re.IGNORECASE)
    for index, name in enumerate(pool.simulation.sick_nodes.nodes):
        if names.fullmatch(name) is None:
            text = f"no node of the pool can be called '{name}'; they are {pool.id}_1_d, {pool.id}_2_p, …"
            yield Finding(text, (*loc, "simulation", "sickNodes", "nodes", index), is_warning=True)


def _downloads(scenario: Description, pool: Pool, jobs: list[Job], loc: Loc) -> Iterator[Finding]:
    where = (*loc, "simulation", "downloads")
    downloads = pool.simulation.downloads
    references = [*pool.application_package_references, *_changed_packages(scenario, pool)]
    references += [one for job in jobs for one in _packages_of(job)]
    known = {name: None for one in references for name in _names(one)}
    for key in downloads.application_packages:
        if key.lower() not in {name.lower() for name in known}:
            hint = near(key, known, _written_otherwise(key, known))
            text = f"nothing on this pool has an application package '{key}'{hint}: it acts on nothing"
            yield Finding(text, (*where, "applicationPackages", key), is_warning=True)
    images = [*pool.container_image_names, *(image for job in jobs for image in _images_of(job))]
    for key in downloads.container_images:
        if key not in images:
            reason = "" if has_containers(pool) else ", which has no containerConfiguration"
            hint = near(key, images)
            text = f"nothing on this pool{reason} has a container image '{key}'{hint}: it acts on nothing"
            yield Finding(text, (*where, "containerImages", key), is_warning=True)


def _changed_packages(scenario: Description, pool: Pool) -> Iterator[Mapping[str, Any]]:
    """Yield the packages that the timeline gives a pool later."""
    for operation in scenario.timeline:
        if str(get(operation, "pool") or "").lower() == pool.id.lower():
            yield from getattr(operation, "application_package_references", None) or ()


def _packages_of(job: Job) -> Iterator[Mapping[str, Any]]:
    """Yield the packages of a job's tasks."""
    for task in (*job.tasks, job.job_manager_task):
        yield from get(task, "applicationPackageReferences") or ()


def _images_of(job: Job) -> Iterator[str]:
    """Yield the container images of a job's tasks, the special ones too."""
    for task in (*job.tasks, job.job_manager_task, job.job_preparation_task, job.job_release_task):
        image = get(get(task, "containerSettings"), "imageName")
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


def _accounts(scenario: Description, jobs: list[PlacedJob]) -> Iterator[Finding]:
    """Warn of an account that no pool belongs to."""
    own = [placed.job.auto_pool.pool for placed in jobs if placed.job.auto_pool is not None]
    used = {pool.simulation.account for pool in (*own, *(pool for pool, _ in placed_pools(scenario)))}
    for name in scenario.accounts:
        if name.lower() not in {str(one).lower() for one in used}:
            hint = near(name, [one for one in used if one])
            yield Finding(f"no pool belongs to the account '{name}'{hint}", ("accounts", name), is_warning=True)
