"""What the service refuses in the body of a pool, and what is odd there."""

from collections.abc import Callable, Iterator
from typing import Final

from simulator.scenario.checks.findings import Finding, Loc, readable, until_absent
from simulator.scenario.checks.formula_checks import check_formula
from simulator.scenario.checks.ids import near
from simulator.scenario.format import catalogue, network
from simulator.scenario.format.bodies import Pool, StartTask
from simulator.scenario.format.deployment import NODE_AGENTS, is_windows_agent, is_windows_image
from simulator.scenario.format.job_operations import AddJob
from simulator.scenario.format.network import InboundNatPool
from simulator.scenario.format.schema import Account, ApiProfile, Description
from simulator.scenario.format.stated_by_tasks import stated_time
from simulator.scenario.format.task_bodies import JobPreparationTask, JobReleaseTask

MIN_RESIZE_TIMEOUT: Final = 300.0
INTERVALS: Final = (300.0, 168 * 3600.0)
MAX_SLOTS: Final = 256
MOST_PACKAGES: Final = 10
LICENSES: Final = ("maya", "vray", "3dsmax", "arnold")
"""Applications that the service licenses for an hourly charge (docs/model.md#application-licences)."""
MOST_RULES: Final = 25
UNSUPPORTED: Final = ("standard_a0", "basic_a0", "standard_gs", "standard_ds")
"""Beginnings of names of sizes that the service's text calls unsupported; that text is stale (docs/model.md#sizes)."""
UNSUPPORTED_CLOUD: Final = ("extrasmall", "standard_a1_v2", "standard_a2_v2")


def every_pool(scenario: Description) -> Iterator[Pool]:
    """Go through the pools of a scenario, those that jobs bring along included."""
    yield from scenario.stated_pools
    jobs = [*scenario.jobs, *(one.job for one in scenario.timeline if isinstance(one, AddJob))]
    jobs += [schedule.job_specification for schedule in scenario.job_schedules]
    yield from (job.auto_pool.pool for job in jobs if job.auto_pool)


def check_pools(scenario: Description) -> Iterator[Finding]:
    """Check what only all pools together show; no pool may be lost."""
    for rule in (_some_pool, _pool_quotas, _used_subnets):
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
            text = f"{count} pools, but the account may have {quota} (PoolQuotaReached)"
            yield Finding(text, (*account_loc, "poolQuota"))


def _used_subnets(scenario: Description) -> Iterator[Finding]:
    used = [pool.subnet for pool in every_pool(scenario) if pool.subnet is not None]
    known = {*used, *(subnet.rpartition("/")[2] for subnet in used)}
    for name in scenario.subnets:
        if name.strip("/").lower() not in known:
            text = f"no pool has the subnetId '{name}', nor one that ends in it{near(name, known)}"
            yield Finding(text, ("subnets", name), is_warning=True)


def check_pool(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Check the body of a pool, each rule by itself: one that needs a part that could not be read is left out."""
    for rule in RULES:
        yield from until_absent(rule(scenario, pool, loc))


def _slots(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    size = scenario.sizes.get(pool.vm_size)
    if size is not None and pool.task_slots_per_node > min(4 * size.vcpus, MAX_SLOTS):
        most = min(4 * size.vcpus, MAX_SLOTS)
        yield Finding(
            f"{pool.task_slots_per_node} task slots on {size.vcpus} vCPUs; the service allows at most {most} "
            "(4 per core, 256 in all; InvalidPropertyValue)",
            (*loc, "taskSlotsPerNode"),
        )


def _account(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    account = pool.simulation.account
    if account is not None and account.lower() not in {name.lower() for name in scenario.accounts}:
        yield Finding(f"no account '{account}'{near(account, scenario.accounts)}", (*loc, "simulation", "account"))


def _resize_timeout(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    if pool.resize_timeout < MIN_RESIZE_TIMEOUT:
        text = "the service refuses a resizeTimeout below 5 minutes (InvalidPropertyValue)"
        yield Finding(text, (*loc, "resizeTimeout"))


def _dropped(scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Refuse what the interface of 2025-06 has no more (docs/model.md#service-generations)."""
    if scenario.options.api_profile < ApiProfile.V2025_06:
        return
    there = {
        "cloudServiceConfiguration": pool.cloud_service_configuration is not None,
        "certificateReferences": bool(pool.certificate_references),
    }
    for key, is_there in there.items():
        if is_there:
            text = f"apiProfile {ApiProfile.V2025_06} has it no more: leave it out, or name an older profile"
            yield Finding(f"{text} (InvalidRequestBody)", (*loc, key))


def _deployment(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    machine, cloud = pool.virtual_machine_configuration, pool.cloud_service_configuration
    if machine is not None and cloud is not None:
        text = (
            "both virtualMachineConfiguration and cloudServiceConfiguration; "
            "the service takes exactly one (InvalidPropertyValue)"
        )
        yield Finding(text, (*loc, "cloudServiceConfiguration"))
    if machine is None and cloud is None:
        text = (
            "neither virtualMachineConfiguration nor cloudServiceConfiguration; "
            "the service takes exactly one (MissingRequiredProperty)"
        )
        yield Finding(text, loc)


def _stale_size(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    size = pool.vm_size.lower()
    if size.startswith(UNSUPPORTED) or (pool.cloud_service_configuration is not None and size in UNSUPPORTED_CLOUD):
        text = f"the service's documentation calls {pool.vm_size} unsupported here; simulated all the same"
        yield Finding(text, (*loc, "vmSize"), is_warning=True)


def _system(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Check that the node agent is known and fits the image."""
    machine = pool.virtual_machine_configuration
    if machine is None:
        return
    agent, where = machine.node_agent_sku_id, (*loc, "virtualMachineConfiguration", "nodeAgentSKUId")
    windows, image = is_windows_agent(agent), is_windows_image(machine.image_reference)
    if windows is None:
        hint = near(agent, NODE_AGENTS)
        text = f"unknown node agent, the operating system is taken from the image: '{agent}'{hint}"
        yield Finding(text, where, is_warning=True)
    elif image is not None and image is not windows:
        names = ("Linux", "Windows")
        text = f"a {names[windows]} node agent on a {names[image]} image (InvalidPropertyValue)"
        yield Finding(text, where)


def _image(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    if not pool.runs_on(pool.vm_size):
        text = f"{pool.vm_size} cannot boot this image: no node will ever be allocated (IncompatibleVMSize)"
        yield Finding(text, (*loc, "virtualMachineConfiguration", "imageReference"), is_warning=True)


def _containers(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    where = (*loc, "virtualMachineConfiguration", "containerConfiguration", "containerImageNames")
    for name in pool.container_image_names:
        if name not in pool.simulation.downloads.container_images and pool.simulation.downloads.container_images:
            text = f"no size is given for '{name}' under simulation.downloads.containerImages: it takes no time"
            yield Finding(text, where, is_warning=True)


def _addresses(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    addresses = pool.network_configuration.public_addresses
    if addresses.provision == "usermanaged" and not addresses.ip_address_ids:
        text = "provision is usermanaged, but ipAddressIds names no address (MissingRequiredProperty)"
        yield Finding(text, (*loc, "networkConfiguration", "publicIPAddressConfiguration"))


def _inbound_ports(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    pools = pool.network_configuration.endpoint_configuration.inbound_nat_pools
    where = (*loc, "networkConfiguration", "endpointConfiguration", "inboundNATPools")
    if len(pools) > network.MOST_NAT_POOLS:
        text = f"{len(pools)} inbound NAT pools; the service takes at most {network.MOST_NAT_POOLS}"
        yield Finding(f"{text} (InvalidPropertyValue)", where)
    for index, one in enumerate(pools):
        yield from until_absent(_ports(one, (*where, index)))


def _ports(one: InboundNatPool, loc: Loc) -> Iterator[Finding]:
    low, high = one.frontend_port_range_start, one.frontend_port_range_end
    first, last = network.RESERVED_FRONTEND
    if high - low + 1 < network.FEWEST_PORTS:
        text = f"ports {low} to {high}: a range needs at least {network.FEWEST_PORTS} ports (InvalidPropertyValue)"
        yield Finding(text, (*loc, "frontendPortRangeEnd"))
    if low <= last and high >= first:
        text = f"ports {low} to {high} overlap {first} to {last}, which are reserved (InvalidPropertyValue)"
        yield Finding(text, (*loc, "frontendPortRangeStart"))
    if one.backend_port in network.RESERVED_BACKEND:
        text = f"port {one.backend_port} is reserved (InvalidPropertyValue)"
        yield Finding(text, (*loc, "backendPort"))
    if len(one.network_security_group_rules) > MOST_RULES:
        text = f"more than {MOST_RULES} rules (InvalidPropertyValue)"
        yield Finding(text, (*loc, "networkSecurityGroupRules"))


def _packages(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    if len(pool.application_package_references) > MOST_PACKAGES:
        text = f"{len(pool.application_package_references)} packages; the service takes at most {MOST_PACKAGES}"
        yield Finding(f"{text} (InvalidPropertyValue)", (*loc, "applicationPackageReferences"))


def _no_start_task(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    faults = pool.simulation.start_task
    if pool.start_task is None and (faults.failure_probability or faults.crowding):
        text = "the pool has no startTask that could fail"
        yield Finding(text, (*loc, "simulation", "startTask"), is_warning=True)


def _start_task_settings(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    if pool.start_task is not None:
        yield from check_settings(pool.start_task, (*loc, "startTask"))


def _hopeless_start_task(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    fails = pool.simulation.start_task.failure_probability >= 1
    if pool.start_task is not None and pool.start_task.max_task_retry_count < 0 and fails:
        text = "a start task that always fails and is tried again without end: no node would ever be ready"
        yield Finding(text, (*loc, "startTask", "maxTaskRetryCount"))


def check_settings(task: StartTask | JobPreparationTask | JobReleaseTask, loc: Loc) -> Iterator[Finding]:
    """Check that the environment settings say a time that can be read, where they say one."""
    try:
        stated_time(task.command_line, task.environment_settings)
    except ValueError as error:
        yield Finding(f"in environmentSettings: {error}", (*loc, "environmentSettings"))


def _formula(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    if pool.auto_scale_formula is not None:
        yield from check_formula(pool.auto_scale_formula, loc)
        if not pool.enable_auto_scale:
            text = "a formula without enableAutoScale: the service refuses such a body (InvalidPropertyValue)"
            yield Finding(text, (*loc, "autoScaleFormula"))
    elif pool.enable_auto_scale:
        yield Finding("enableAutoScale without autoScaleFormula (MissingRequiredProperty)", (*loc, "enableAutoScale"))


def _fixed_targets(_scenario: Description, pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Refuse targets beside a formula, one that cannot be read too; 0 is what every written scenario has there."""
    for field, key in (
        ("target_dedicated_nodes", "targetDedicatedNodes"),
        ("target_low_priority_nodes", "targetLowPriorityNodes"),
    ):
        is_given = field in pool.model_fields_set and readable(pool, field) != 0
        if pool.enable_auto_scale and is_given:
            text = "a fixed target and enableAutoScale: the service takes one or the other (InvalidPropertyValue)"
            yield Finding(text, (*loc, key))


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
    """Warn of prices of licences that the pool does not have."""
    wanted = {name.lower() for name in pool.application_licenses}
    for name in pool.simulation.prices.application_licenses:
        if name.lower() not in wanted:
            text = f"a price of the licence '{name}', which the pool's applicationLicenses do not name: no effect"
            yield Finding(text, (*loc, "simulation", "prices", "applicationLicenses", name), is_warning=True)


Rule = Callable[[Description, Pool, Loc], Iterator[Finding]]
RULES: Final[tuple[Rule, ...]] = (
    _slots,
    _dropped,
    _deployment,
    _system,
    _image,
    _containers,
    _stale_size,
    _addresses,
    _inbound_ports,
    _licenses,
    _license_prices,
    _packages,
    _no_start_task,
    _start_task_settings,
    _hopeless_start_task,
    _account,
    _resize_timeout,
    _formula,
    _fixed_targets,
    _interval,
)


def check_interval(seconds: float, loc: Loc) -> Iterator[Finding]:
    low, high = INTERVALS
    if not low <= seconds <= high:
        text = "the service takes an interval from 5 minutes to 168 hours (InvalidPropertyValue)"
        yield Finding(text, (*loc, "autoScaleEvaluationInterval"))
