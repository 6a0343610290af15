"""What the service refuses in the body of a pool, and what is odd there."""

from collections.abc import Iterator
from typing import Final

from simulator.scenario.checks.findings import Finding, Loc
from simulator.scenario.checks.ids import near
from simulator.scenario.format import catalogue, network
from simulator.scenario.format.bodies import Pool, StartTask
from simulator.scenario.format.deployment import (
    NODE_AGENTS,
    VirtualMachineConfiguration,
    is_windows_agent,
    is_windows_image,
)
from simulator.scenario.format.job_operations import AddJob
from simulator.scenario.format.schema import Account, ApiProfile, Scenario
from simulator.scenario.format.stated_by_tasks import told_time
from simulator.scenario.format.task_bodies import JobPreparationTask, JobReleaseTask

MIN_RESIZE_TIMEOUT: Final = 300.0
INTERVALS: Final = (300.0, 168 * 3600.0)
MAX_SLOTS: Final = 256
MOST_PACKAGES: Final = 10
LONGEST_LINE: Final = 100
"""So much of a formula's line is shown with what is wrong in it."""
LICENSES: Final = ("maya", "vray", "3dsmax", "arnold")
"""Applications that the service licenses for an hourly charge (spec §12.1)."""
MOST_RULES: Final = 25
UNSUPPORTED: Final = ("standard_a0", "basic_a0", "standard_gs", "standard_ds")
"""Beginnings of names of sizes that the service's text calls unsupported; that text is stale (assumption P54)."""
UNSUPPORTED_CLOUD: Final = ("extrasmall", "standard_a1_v2", "standard_a2_v2")


def every_pool(scenario: Scenario) -> Iterator[Pool]:
    """Go through the pools of a scenario, those that jobs bring along included."""
    yield from scenario.pools
    jobs = [*scenario.jobs, *(one.job for one in scenario.timeline if isinstance(one, AddJob))]
    jobs += [schedule.job_specification for schedule in scenario.job_schedules]
    yield from (job.auto_pool.pool for job in jobs if job.auto_pool)


def _accounts(scenario: Scenario) -> Iterator[tuple[Account, Loc]]:
    yield scenario.account, ("account",)
    for name, account in scenario.accounts.items():
        yield account, ("accounts", name)


def _pool_quotas(scenario: Scenario) -> Iterator[Finding]:
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


def check_pools(scenario: Scenario) -> Iterator[Finding]:
    if not any(True for _ in every_pool(scenario)) and not scenario.job_schedules:
        yield Finding("no pool: describe at least one under pools, or one inside a job", ("pools",))
    yield from _pool_quotas(scenario)
    own = (size.family for size in scenario.sizes.values())
    families = {family.lower(): family for family in (*catalogue.families(), *own)}
    for account, loc in _accounts(scenario):
        for family in account.dedicated_core_quota_per_vm_family or {}:
            if family.lower() not in families:
                text = f"no VM size is of the family '{family}'{near(family, families.values())}"
                yield Finding(text, (*loc, "dedicatedCoreQuotaPerVMFamily", family), is_warning=True)
    used = {pool.subnet for pool in every_pool(scenario)}
    for name in scenario.subnets:
        if name.lower() not in used:
            text = f"no pool has a subnetId that ends in '{name}'{near(name, filter(None, used))}"
            yield Finding(text, ("subnets", name), is_warning=True)
    for index, pool in enumerate(scenario.pools):
        yield from check_pool(scenario, pool, ("pools", index))


def check_pool(scenario: Scenario, pool: Pool, loc: Loc) -> Iterator[Finding]:
    size = scenario.sizes.get(pool.vm_size)
    if size is not None and pool.task_slots_per_node > min(4 * size.vcpus, MAX_SLOTS):
        most = min(4 * size.vcpus, MAX_SLOTS)
        yield Finding(
            f"{pool.task_slots_per_node} task slots on {size.vcpus} vCPUs; the service allows at most {most} "
            "(4 per core, 256 in all; InvalidPropertyValue)",
            (*loc, "taskSlotsPerNode"),
        )
    if scenario.options.api_profile >= ApiProfile.V2025_06:
        yield from _dropped(pool, loc)
    yield from _deployment(pool, loc)
    yield from _network(pool, loc)
    yield from _fetched(pool, loc)
    account = pool.simulation.account
    if account is not None and account.lower() not in {name.lower() for name in scenario.accounts}:
        yield Finding(f"no account '{account}'{near(account, scenario.accounts)}", (*loc, "simulation", "account"))
    if pool.resize_timeout < MIN_RESIZE_TIMEOUT:
        text = "the service refuses a resizeTimeout below 5 minutes (InvalidPropertyValue)"
        yield Finding(text, (*loc, "resizeTimeout"))
    if pool.enable_auto_scale:
        yield from _autoscale(pool, loc)
    elif pool.auto_scale_formula is not None:
        text = "a formula without enableAutoScale: the service refuses such a body (InvalidPropertyValue)"
        yield Finding(text, (*loc, "autoScaleFormula"))


def _dropped(pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Refuse what the interface of 2025-06 has no more (assumption P26)."""
    there = {
        "cloudServiceConfiguration": pool.cloud_service_configuration is not None,
        "certificateReferences": bool(pool.certificate_references),
    }
    for key, is_there in there.items():
        if is_there:
            text = f"apiProfile {ApiProfile.V2025_06} has it no more: leave it out, or name an older profile"
            yield Finding(f"{text} (InvalidRequestBody)", (*loc, key))


def _deployment(pool: Pool, loc: Loc) -> Iterator[Finding]:
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
    if machine is not None:
        yield from _machine(pool, machine, (*loc, "virtualMachineConfiguration"))
    size = pool.vm_size.lower()
    if size.startswith(UNSUPPORTED) or (cloud is not None and size in UNSUPPORTED_CLOUD):
        text = f"the service's documentation calls {pool.vm_size} unsupported here; simulated all the same"
        yield Finding(text, (*loc, "vmSize"), is_warning=True)


def _machine(pool: Pool, machine: VirtualMachineConfiguration, loc: Loc) -> Iterator[Finding]:
    agent, where = machine.node_agent_sku_id, (*loc, "nodeAgentSKUId")
    windows, image = is_windows_agent(agent), is_windows_image(machine.image_reference)
    if windows is None:
        hint = near(agent, NODE_AGENTS)
        text = f"unknown node agent, the operating system is taken from the image: '{agent}'{hint}"
        yield Finding(text, where, is_warning=True)
    elif image is not None and image is not windows:
        names = ("Linux", "Windows")
        text = f"a {names[windows]} node agent on a {names[image]} image (InvalidPropertyValue)"
        yield Finding(text, where)
    if not pool.runs_on(pool.vm_size):
        text = f"{pool.vm_size} cannot boot this image: no node will ever be allocated (IncompatibleVMSize)"
        yield Finding(text, (*loc, "imageReference"), is_warning=True)
    containers = machine.container_configuration
    for name in containers.container_image_names if containers else ():
        if name not in pool.simulation.downloads.container_images and pool.simulation.downloads.container_images:
            text = f"nothing is said about '{name}' under simulation.downloads.containerImages: it takes no time"
            yield Finding(text, (*loc, "containerConfiguration", "containerImageNames"), is_warning=True)


def _network(pool: Pool, loc: Loc) -> Iterator[Finding]:
    body = pool.network_configuration
    addresses = body.public_addresses
    if addresses.provision == "usermanaged" and not addresses.ip_address_ids:
        text = "provision is usermanaged, but ipAddressIds names no address (MissingRequiredProperty)"
        yield Finding(text, (*loc, "networkConfiguration", "publicIPAddressConfiguration"))
    pools = body.endpoint_configuration.inbound_nat_pools
    where = (*loc, "networkConfiguration", "endpointConfiguration", "inboundNATPools")
    if len(pools) > network.MOST_NAT_POOLS:
        text = f"{len(pools)} inbound NAT pools; the service takes at most {network.MOST_NAT_POOLS}"
        yield Finding(f"{text} (InvalidPropertyValue)", where)
    for index, one in enumerate(pools):
        low, high = one.frontend_port_range_start, one.frontend_port_range_end
        first, last = network.RESERVED_FRONTEND
        if high - low + 1 < network.FEWEST_PORTS:
            text = f"ports {low} to {high}: a range needs at least {network.FEWEST_PORTS} ports (InvalidPropertyValue)"
            yield Finding(text, (*where, index, "frontendPortRangeEnd"))
        if low <= last and high >= first:
            text = f"ports {low} to {high} overlap {first} to {last}, which are reserved (InvalidPropertyValue)"
            yield Finding(text, (*where, index, "frontendPortRangeStart"))
        if one.backend_port in network.RESERVED_BACKEND:
            text = f"port {one.backend_port} is reserved (InvalidPropertyValue)"
            yield Finding(text, (*where, index, "backendPort"))
        if len(one.network_security_group_rules) > MOST_RULES:
            text = f"more than {MOST_RULES} rules (InvalidPropertyValue)"
            yield Finding(text, (*where, index, "networkSecurityGroupRules"))


def _fetched(pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Look at what nodes get when they start."""
    yield from _licenses(pool, loc)
    if len(pool.application_package_references) > MOST_PACKAGES:
        text = f"{len(pool.application_package_references)} packages; the service takes at most {MOST_PACKAGES}"
        text = f"{text} (InvalidPropertyValue)"
        yield Finding(text, (*loc, "applicationPackageReferences"))
    luck = pool.simulation.start_task
    if pool.start_task is None and (luck.failure_probability or luck.crowding):
        text = "the pool has no startTask that could fail"
        yield Finding(text, (*loc, "simulation", "startTask"), is_warning=True)
    if pool.start_task is not None:
        yield from check_settings(pool.start_task, (*loc, "startTask"))
    if pool.start_task is not None and pool.start_task.max_task_retry_count < 0 and luck.failure_probability >= 1:
        text = "a start task that always fails and is tried again without end: no node would ever be ready"
        yield Finding(text, (*loc, "startTask", "maxTaskRetryCount"))


def check_settings(task: StartTask | JobPreparationTask | JobReleaseTask, loc: Loc) -> Iterator[Finding]:
    """Check that the environment settings say a time that can be read, where they say one."""
    try:
        told_time(task.command_line, task.environment_settings)
    except ValueError as error:
        yield Finding(f"in environmentSettings: {error}", (*loc, "environmentSettings"))


def _autoscale(pool: Pool, loc: Loc) -> Iterator[Finding]:
    if pool.auto_scale_formula is None:
        yield Finding("enableAutoScale without autoScaleFormula (MissingRequiredProperty)", (*loc, "enableAutoScale"))
    for field, key in (
        ("target_dedicated_nodes", "targetDedicatedNodes"),
        ("target_low_priority_nodes", "targetLowPriorityNodes"),
    ):
        if field in pool.model_fields_set:
            text = "a fixed target and enableAutoScale: the service takes one or the other (InvalidPropertyValue)"
            yield Finding(text, (*loc, key))
    if pool.auto_scale_formula is not None:
        yield from check_formula(pool.auto_scale_formula, loc)
    yield from check_interval(pool.auto_scale_evaluation_interval, loc)


def _licenses(pool: Pool, loc: Loc) -> Iterator[Finding]:
    """Warn of licences that the service does not offer, and of prices of licences that the pool does not have."""
    wanted = {name.lower() for name in pool.application_licenses}
    for index, name in enumerate(pool.application_licenses):
        if name.lower() not in LICENSES:
            instead = near(name, LICENSES, f", only {', '.join(LICENSES)}")
            yield Finding(
                f"the service offers no licence '{name}'{instead}",
                (*loc, "applicationLicenses", index),
                is_warning=True,
            )
    for name in pool.simulation.prices.application_licenses:
        if name.lower() not in wanted:
            text = f"a price of the licence '{name}', which the pool's applicationLicenses do not name: no effect"
            yield Finding(text, (*loc, "simulation", "prices", "applicationLicenses", name), is_warning=True)


def check_interval(seconds: float, loc: Loc) -> Iterator[Finding]:
    low, high = INTERVALS
    if not low <= seconds <= high:
        text = "the service takes an interval from 5 minutes to 168 hours (InvalidPropertyValue)"
        yield Finding(text, (*loc, "autoScaleEvaluationInterval"))


def check_formula(formula: str, loc: Loc) -> Iterator[Finding]:
    from simulator.formula import Formula, FormulaSyntaxError  # noqa: PLC0415 - most pools have no formula

    try:
        Formula.parse(formula)
    except FormulaSyntaxError as error:
        for problem in error.problems:
            line = problem.source.strip()
            shown = line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]} ..."
            text = f"{error.code}: {problem.place}: {problem.message}, in: {shown}"
            yield Finding(text, (*loc, "autoScaleFormula"))
