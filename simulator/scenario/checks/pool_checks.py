"""What the service refuses in the body of a pool, and what is odd there."""

from collections.abc import Callable, Iterator
from typing import Final

from simulator.scenario.checks.container_checks import check_start_task_container
from simulator.scenario.checks.deployment_checks import check_deployment
from simulator.scenario.checks.findings import Finding, Loc, readable, until_absent
from simulator.scenario.checks.formula_checks import check_formula
from simulator.scenario.checks.ids import near
from simulator.scenario.checks.named_pools import stated_pools
from simulator.scenario.checks.network_checks import check_network
from simulator.scenario.checks.size_limits import check_limits
from simulator.scenario.checks.spot_checks import check_pool_kinds, check_spot
from simulator.scenario.format import catalogue
from simulator.scenario.format.bodies import Pool, StartTask
from simulator.scenario.format.job_operations import AddJob
from simulator.scenario.format.schema import Account, ApiProfile, Description
from simulator.scenario.format.stated_by_tasks import stated_exit_code, stated_time
from simulator.service_codes import ServiceCode

MIN_RESIZE_TIMEOUT: Final = 300.0
INTERVALS: Final = (300.0, 168 * 3600.0)
MAX_SLOTS: Final = 256
LICENSES: Final = ("maya", "vray", "3dsmax", "arnold")
"""Applications that the service licenses for an hourly charge (docs/model.md#application-licences)."""


def every_pool(scenario: Description) -> Iterator[Pool]:
    """Go through the pools of a scenario, those that jobs bring along included."""
    yield from (pool for pool, _ in stated_pools(scenario, all_readable=True))
    jobs = [*scenario.jobs, *(one.job for one in scenario.timeline if isinstance(one, AddJob))]
    jobs += [schedule.job_specification for schedule in scenario.job_schedules]
    yield from (job.auto_pool.pool for job in jobs if job.auto_pool)


def check_pools(scenario: Description) -> Iterator[Finding]:
    """Check what only all pools together show; no pool may be lost."""
    for rule in (_some_pool, _pool_quotas, _used_subnets, _spot):
        yield from until_absent(rule(scenario))


def check_accounts(scenario: Description) -> Iterator[Finding]:
    """Warn of quotas for families that no VM size has."""
    own = (size.family for size in scenario.sizes.values())
    families = {family.lower(): family for family in (*catalogue.families(), *own)}
    for account, loc in _accounts(scenario):
        for family in account.dedicated_core_quota_per_vm_family or {}:
            if family.lower() not in families:
                text = f"no VM size is of the family '{family}'{near(family, families.values())}"
                yield Finding(text, (*loc, "dedicatedCoreQuotaPerVMFamily", family), is_warning=True)


def _accounts(scenario: Description) -> Iterator[tuple[Account, Loc]]:
    yield scenario.account, ("account",)
    for name, account in scenario.accounts.items():
        yield account, ("accounts", name)


def _some_pool(scenario: Description) -> Iterator[Finding]:
    if not any(True for _ in every_pool(scenario)):
        yield Finding("no pool: describe at least one under pools, or one inside a job", ("pools",))


def _pool_quotas(scenario: Description) -> Iterator[Finding]:
    """Refuse more pools than an account may have at once; those of jobs are counted when they are made."""
    names = {name.lower(): name for name in scenario.accounts}
    counts: dict[str | None, int] = {}
    for pool in scenario.pools:
        account = pool.simulation.account
        name = None if account is None else names.get(account.lower())
        counts[name] = counts.get(name, 0) + 1
    for name, count in counts.items():
        account_loc: Loc = ("account",) if name is None else ("accounts", name)
        quota = (scenario.account if name is None else scenario.accounts[name]).pool_quota
        if quota is not None and count > quota:
            text = f"{count} pools, but the account may have {quota}"
            yield Finding(text, (*account_loc, "poolQuota"), code=ServiceCode.POOL_QUOTA)


def _used_subnets(scenario: Description) -> Iterator[Finding]:
    used = [pool.subnet for pool in every_pool(scenario) if pool.subnet is not None]
    known = {*used, *(subnet.rpartition("/")[2] for subnet in used)}
    for name in scenario.subnets:
        if name.strip("/").lower() not in known:
            text = f"no pool has the subnetId '{name}', nor one that ends in it{near(name, known)}"
            yield Finding(text, ("subnets", name), is_warning=True)


def _spot(scenario: Description) -> Iterator[Finding]:
    yield from check_spot(scenario, every_pool(scenario))


def check_pool(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Check the body of a pool, each rule by itself: one that needs a part that could not be read is left out."""
    for rule in RULES:
        yield from until_absent(rule(scenario, pool, loc))
    yield from check_deployment(scenario, pool, loc)
    yield from check_network(scenario.options, pool, loc)
    yield from until_absent(check_limits(pool, loc))


def _slots(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    size = scenario.sizes.get(pool.vm_size)
    if size is not None and pool.task_slots_per_node > min(4 * size.vcpus, MAX_SLOTS):
        most = min(4 * size.vcpus, MAX_SLOTS)
        yield Finding(
            f"{pool.task_slots_per_node} task slots on {size.vcpus} vCPUs; the service allows at most {most} "
            "(4 per core, 256 in all)",
            (*loc, "taskSlotsPerNode"),
            code=ServiceCode.INVALID_PROPERTY,
        )


def _account(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    account = pool.simulation.account
    if account is not None and account.lower() not in {name.lower() for name in scenario.accounts}:
        yield Finding(f"no account '{account}'{near(account, scenario.accounts)}", (*loc, "simulation", "account"))


def _resize_timeout(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    if pool.resize_timeout < MIN_RESIZE_TIMEOUT:
        text = "the service refuses a resizeTimeout below 5 minutes"
        yield Finding(text, (*loc, "resizeTimeout"), code=ServiceCode.INVALID_PROPERTY)


def _dropped(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Refuse what interfaces have no more from 2025-06 on (docs/model.md#service-generations)."""
    there = {
        "cloudServiceConfiguration": pool.cloud_service_configuration is not None,
        "certificateReferences": bool(pool.certificate_references),
    }
    for key, is_there in there.items():
        if is_there:
            yield from dropped(scenario.options.api_profile, (*loc, key))


def dropped(profile: ApiProfile, loc: Loc) -> Iterator[Finding]:
    """Refuse a key that interfaces have no more from 2025-06 on."""
    if profile >= ApiProfile.V2025_06:
        text = f"apiProfile {profile} has it no more: leave it out, or name an older profile"
        yield Finding(text, loc, code=ServiceCode.INVALID_BODY)


def _deployment(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    machine, cloud = pool.virtual_machine_configuration, pool.cloud_service_configuration
    if machine is not None and cloud is not None:
        text = "both virtualMachineConfiguration and cloudServiceConfiguration; the service takes exactly one"
        yield Finding(text, (*loc, "cloudServiceConfiguration"), code=ServiceCode.INVALID_PROPERTY)
    if machine is None and cloud is None:
        text = "neither virtualMachineConfiguration nor cloudServiceConfiguration; the service takes exactly one"
        yield Finding(text, loc, code=ServiceCode.MISSING_PROPERTY)


def _unknown_disk(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Warn of nodes whose local disk is enforced and not known."""
    size = scenario.sizes.get(pool.vm_size)
    if scenario.options.enforce_local_resources != "none" and size is not None and size.temp_disk_gib is None:
        text = f"the local disk of {pool.vm_size} is not known, so no task fills it: give tempDiskGiB of it under sizes"
        yield Finding(text, (*loc, "vmSize"), is_warning=True)


def _stale_size(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Warn of a size that the service may refuse, though the scenario or the table describes it."""
    cloud = pool.cloud_service_configuration is not None
    if pool.vm_size in scenario.sizes and catalogue.is_called_unsupported(pool.vm_size, cloud=cloud):
        text = f"the service's documentation calls {pool.vm_size} unsupported here; simulated all the same"
        yield Finding(text, (*loc, "vmSize"), is_warning=True)


def _containers(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    where = (*loc, "virtualMachineConfiguration", "containerConfiguration", "containerImageNames")
    for name in pool.container_image_names:
        if name not in pool.simulation.downloads.container_images and pool.simulation.downloads.container_images:
            text = f"no size is given for '{name}' under simulation.downloads.containerImages: it takes no time"
            yield Finding(text, where, is_warning=True)


def _no_start_task(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    faults = pool.simulation.start_task
    if pool.start_task is None and (faults.failure_probability or faults.crowding):
        text = "the pool has no startTask that could fail"
        yield Finding(text, (*loc, "simulation", "startTask"), is_warning=True)


def _start_task_container(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    yield from check_start_task_container(pool.start_task, pool, loc)


def _start_task_settings(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    if pool.start_task is not None:
        yield from check_settings(pool.start_task, (*loc, "startTask"))


def _hopeless_start_task(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    fails = pool.simulation.start_task.failure_probability >= 1
    if pool.start_task is not None and pool.start_task.max_task_retry_count < 0 and fails:
        text = "a start task that always fails and is tried again without end: no node would ever be ready"
        yield Finding(text, (*loc, "startTask", "maxTaskRetryCount"))


def check_settings(task: StartTask, loc: Loc) -> Iterator[Finding]:
    """Check that the environment settings say a time that can be read, where they say one."""
    try:
        stated_time(task.command_line, task.environment_settings)
        stated_exit_code(task.command_line, task.environment_settings)
    except ValueError as error:
        yield Finding(f"in environmentSettings: {error}", (*loc, "environmentSettings"))


def _formula(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    if pool.auto_scale_formula is not None:
        yield from check_formula(pool.auto_scale_formula, loc)
        if not pool.enable_auto_scale:
            text = "a formula without enableAutoScale: the service refuses such a body"
            yield Finding(text, (*loc, "autoScaleFormula"), code=ServiceCode.INVALID_PROPERTY)
    elif pool.enable_auto_scale:
        yield Finding(
            "enableAutoScale without autoScaleFormula", (*loc, "enableAutoScale"), code=ServiceCode.MISSING_PROPERTY
        )


def _fixed_targets(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Refuse targets beside a formula, one that cannot be read too; 0 is what every written scenario has there."""
    for field, key in (
        ("target_dedicated_nodes", "targetDedicatedNodes"),
        ("target_low_priority_nodes", "targetLowPriorityNodes"),
    ):
        is_given = field in pool.model_fields_set and readable(pool, field) != 0
        if pool.enable_auto_scale and is_given:
            text = "a fixed target and enableAutoScale: the service takes one or the other"
            yield Finding(text, (*loc, key), code=ServiceCode.INVALID_PROPERTY)


def _interval(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    if pool.enable_auto_scale:
        yield from check_interval(pool.auto_scale_evaluation_interval, loc)


def _licenses(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Warn of licences that the service does not offer."""
    for index, name in enumerate(pool.application_licenses):
        if name.lower() not in LICENSES:
            instead = near(name, LICENSES, f", only {', '.join(LICENSES)}")
            yield Finding(
                f"the service offers no licence '{name}'{instead}",
                (*loc, "applicationLicenses", index),
                is_warning=True,
            )


def _license_prices(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Refuse prices of licences that the pool does not have."""
    wanted = {name.lower() for name in pool.application_licenses}
    for name in pool.simulation.prices.application_licenses:
        if name.lower() not in wanted:
            hint = near(name, pool.application_licenses)
            text = f"the pool's applicationLicenses do not name the licence '{name}'{hint}: it would act on nothing"
            yield Finding(text, (*loc, "simulation", "prices", "applicationLicenses", name))


Rule = Callable[[Description, Pool, Loc], Iterator[Finding]]
RULES: Final[tuple[Rule, ...]] = (
    _slots,
    _dropped,
    _deployment,
    _containers,
    _stale_size,
    _unknown_disk,
    _licenses,
    _license_prices,
    _no_start_task,
    _start_task_settings,
    _start_task_container,
    _hopeless_start_task,
    _account,
    check_pool_kinds,
    _resize_timeout,
    _formula,
    _fixed_targets,
    _interval,
)


def check_interval(seconds: float, loc: Loc) -> Iterator[Finding]:
    low, high = INTERVALS
    if not low <= seconds <= high:
        text = "the service takes an interval from 5 minutes to 168 hours"
        yield Finding(text, (*loc, "autoScaleEvaluationInterval"), code=ServiceCode.INVALID_PROPERTY)
