"""Names under `simulation` and in the scenario's own sections that nothing has: what they say would act on nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from simulator.scenario.checks.container_checks import has_containers
from simulator.scenario.checks.findings import Finding, Loc, until_absent
from simulator.scenario.checks.ids import near
from simulator.scenario.checks.job_places import PlacedJob, PlacedTask, placed_pools
from simulator.scenario.format.bodies import Job, Pool
from simulator.scenario.format.deployment import get
from simulator.scenario.format.schema import Description
from simulator.scenario.format.task_files import has_output, shares_files


def check_unused_names(scenario: Description, jobs: list[PlacedJob]) -> Iterator[Finding]:
    """Refuse names of packages and images that nothing has; warn of accounts and sizes that no pool has."""
    for pool, loc in placed_pools(scenario):
        here = [placed.job for placed in jobs if placed.pool is pool]
        yield from until_absent(_downloads(scenario, pool, here, loc))
    for placed in jobs:
        if placed.job.auto_pool is not None:
            where = (*placed.loc, "poolInfo", "autoPoolSpecification", "pool")
            yield from until_absent(_downloads(scenario, placed.job.auto_pool.pool, [placed.job], where))
    for placed in jobs:
        for one in placed.tasks:
            yield from until_absent(_files(one))
    own = [placed.job.auto_pool.pool for placed in jobs if placed.job.auto_pool is not None]
    pools = (*own, *(pool for pool, _ in placed_pools(scenario)))
    for rule in (_accounts, _sizes):
        yield from until_absent(rule(scenario, pools))


def _files(one: PlacedTask) -> Iterator[Finding]:
    """Warn of a size of files that the body of a task does not have."""
    own = one.task.simulation
    for size, is_there, key, files in (
        (own.output, has_output(one.task), "output", "outputFiles"),
        (own.common_input, shares_files(one.task), "commonInput", "commonResourceFiles"),
    ):
        if size is not None and not is_there:
            text = f"the body of the task has no {files}: it acts on nothing"
            yield Finding(text, (*one.loc, "simulation", key), is_warning=True)


def _downloads(scenario: Description, pool: Pool, jobs: list[Job], loc: Loc) -> Iterator[Finding]:
    where = (*loc, "simulation", "downloads")
    downloads = pool.simulation.downloads
    references = [*pool.application_package_references, *_changed_packages(scenario, pool)]
    references += [one for job in jobs for one in _packages_of(job)]
    known = {name: None for one in references for name in _names(one)}
    for key in downloads.application_packages:
        if key.lower() not in {name.lower() for name in known}:
            hint = near(key, known, _written_otherwise(key, known))
            text = f"nothing on this pool has an application package '{key}'{hint}: it would act on nothing"
            yield Finding(text, (*where, "applicationPackages", key))
    images = [*pool.container_image_names, *(image for job in jobs for image in _images_of(job))]
    for key in downloads.container_images:
        if key not in images:
            reason = "" if has_containers(pool) else ", which has no containerConfiguration"
            hint = near(key, images)
            text = f"nothing on this pool{reason} has a container image '{key}'{hint}: it would act on nothing"
            yield Finding(text, (*where, "containerImages", key))


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
    named = {one.lower() for one in used} | {str(getattr(one, "size", "")).lower() for one in scenario.timeline}
    for name in scenario.sizes:
        if name.lower() not in named:
            yield Finding(f"no pool has the size '{name}'{near(name, used)}", ("sizes", name), is_warning=True)
