"""What the service would refuse of an operation in any case, whatever the pool looks like by then."""

from collections.abc import Iterator
from typing import Final, assert_never

from simulator.scenario.checks.container_checks import check_start_task_container
from simulator.scenario.checks.findings import Finding, Loc, until_absent
from simulator.scenario.checks.formula_checks import check_formula
from simulator.scenario.checks.ids import near
from simulator.scenario.checks.named_pools import NamedPools
from simulator.scenario.checks.pool_checks import MIN_RESIZE_TIMEOUT, check_interval, check_settings, dropped
from simulator.scenario.checks.size_limits import package_limits, start_task_length
from simulator.scenario.format.catalogue import canonical, names
from simulator.scenario.format.job_operations import (
    AddJob,
    AddTasks,
    DeleteJob,
    DeleteJobSchedule,
    DeleteTask,
    DisableJob,
    DisableJobSchedule,
    EnableJob,
    EnableJobSchedule,
    ReactivateTask,
    TerminateJob,
    TerminateJobSchedule,
    TerminateTask,
    UpdateJob,
)
from simulator.scenario.format.pool_operations import (
    CreatePool,
    DeallocateNode,
    DeletePool,
    DisableAutoScale,
    DisableScheduling,
    EnableAutoScale,
    EnableScheduling,
    EvaluateAutoScale,
    LoseContact,
    Outage,
    PreemptNodes,
    Reboot,
    Reimage,
    RemoveNodes,
    Resize,
    StartNode,
    StopResize,
    UpdatePool,
    UpgradeOs,
)
from simulator.scenario.format.schema import ApiProfile, Description, Operation
from simulator.scenario.keys.versions import CHANGED_SINCE_2025
from simulator.service_codes import ServiceCode
from simulator.states import NodeDeallocationOption

MOST_NODES: Final = 100


def check_operations(scenario: Description, pools: NamedPools) -> Iterator[Finding]:
    """Go through the timeline; `pools` are those that operations may name."""
    for index, operation in enumerate(scenario.timeline):
        loc: Loc = ("timeline", index)
        yield from until_absent(_timeouts(operation, loc))
        yield from until_absent(_retained_data(scenario, operation, loc))
        yield from until_absent(_operation(scenario, operation, loc))
        if isinstance(operation, UpdatePool):
            yield from until_absent(_changed_start_task(operation, pools, index))
    yield from until_absent(_without_formula(scenario, pools))
    yield from until_absent(_second_pools(scenario))


def _changed_start_task(operation: UpdatePool, pools: NamedPools, index: int) -> Iterator[Finding]:
    pool = pools.at(operation.pool, (operation.at, index))
    if pool is not None:
        yield from check_start_task_container(operation.start_task, pool, ("timeline", index))


def _second_pools(scenario: Description) -> Iterator[Finding]:
    """Refuse a pool under the id of one that no operation deletes before."""
    there = {pool.id.lower() for pool in scenario.pools}
    for index, operation in sorted(enumerate(scenario.timeline), key=lambda one: one[1].at):
        if isinstance(operation, DeletePool):
            there.discard(operation.pool.lower())
        elif isinstance(operation, CreatePool):
            name = operation.pool.id
            if name.lower() in there:
                text = f"a second pool with the id '{name}': the service takes it after a deletePool of the first"
                yield Finding(text, ("timeline", index, "pool", "id"))
            there.add(name.lower())


def _operation(scenario: Description, operation: Operation, loc: Loc) -> Iterator[Finding]:
    match operation:
        case EnableAutoScale():
            yield from _enable(operation, loc)
        case EvaluateAutoScale():
            yield from check_formula(operation.auto_scale_formula, loc)
        case Resize():
            if operation.target_dedicated_nodes is None and operation.target_low_priority_nodes is None:
                yield Finding("expected targetDedicatedNodes or targetLowPriorityNodes", loc)
        case RemoveNodes():
            if len(operation.node_list) > MOST_NODES:
                text = f"{len(operation.node_list)} nodes; the service removes at most {MOST_NODES} in one request"
                yield Finding(text, (*loc, "nodeList"), code=ServiceCode.INVALID_PROPERTY)
        case DeallocateNode() | StartNode():
            if scenario.options.api_profile < ApiProfile.V2025_06:
                text = f"refused in apiProfile {scenario.options.api_profile}: it came with {ApiProfile.V2025_06}"
                yield Finding(text, (*loc, "operation"), is_warning=True)
        case LoseContact() | PreemptNodes():
            if (operation.node_id is None) == (operation.count is None):
                yield Finding("expected either nodeId or count", loc)
        case UpdatePool():
            yield from _update(scenario, operation, loc)
        case Outage():
            yield from _outage(scenario, operation, loc)
        case CreatePool():
            pass  # its pool is checked with the others
        case StopResize() | DeletePool() | DisableAutoScale():
            pass
        case Reboot() | Reimage() | DisableScheduling() | EnableScheduling() | UpgradeOs():
            pass
        case AddJob() | AddTasks() | DisableJob() | EnableJob() | TerminateJob() | UpdateJob() | DeleteJob():
            pass  # what jobs and tasks need is checked with them
        case TerminateTask() | ReactivateTask() | DeleteTask():
            pass
        case DisableJobSchedule() | EnableJobSchedule() | TerminateJobSchedule() | DeleteJobSchedule():
            pass
        case _:
            assert_never(operation)


def _fixed(scenario: Description, operation: UpdatePool, loc: Loc) -> Iterator[Finding]:
    """Refuse changes of what the named generation fixes when a pool is created."""
    options = scenario.options
    if options.api_profile >= ApiProfile.V2025_06 or "api_profile" not in options.model_fields_set:
        return
    names = {field.alias or name: name for name, field in UpdatePool.model_fields.items()}
    for key in CHANGED_SINCE_2025:
        if names[key] in operation.model_fields_set:
            text = f"{key} is fixed when a pool is created, in interfaces before {ApiProfile.V2025_06}"
            yield Finding(text, (*loc, key), code=ServiceCode.INVALID_PROPERTY)


def _update(scenario: Description, operation: UpdatePool, loc: Loc) -> Iterator[Finding]:
    yield from _fixed(scenario, operation, loc)
    if operation.certificate_references:
        yield from dropped(scenario.options.api_profile, (*loc, "certificateReferences"))
    if operation.start_task is not None:
        yield from check_settings(operation.start_task, (*loc, "startTask"))
        yield from start_task_length(operation.start_task, (*loc, "startTask"))
    yield from package_limits(operation.application_package_references or (), (*loc, "applicationPackageReferences"))


def _timeouts(operation: Operation, loc: Loc) -> Iterator[Finding]:
    if isinstance(operation, Resize | RemoveNodes) and operation.resize_timeout < MIN_RESIZE_TIMEOUT:
        text = "the service refuses a resizeTimeout below 5 minutes"
        yield Finding(text, (*loc, "resizeTimeout"), code=ServiceCode.INVALID_PROPERTY)


def _retained_data(scenario: Description, operation: Operation, loc: Loc) -> Iterator[Finding]:
    """Refuse nodes that wait for the files of their tasks, where the named generation has that no more."""
    profile = scenario.options.api_profile
    if profile < ApiProfile.V2026_10:
        return
    for name, field in type(operation).model_fields.items():
        if getattr(operation, name) is NodeDeallocationOption.RETAINEDDATA:
            text = f"apiProfile {profile} has retaineddata no more: upload what is needed, and use taskcompletion"
            yield Finding(text, (*loc, field.alias or name), code=ServiceCode.INVALID_PROPERTY)


def _enable(operation: EnableAutoScale, loc: Loc) -> Iterator[Finding]:
    if operation.auto_scale_formula is not None:
        yield from check_formula(operation.auto_scale_formula, loc)
    if operation.auto_scale_evaluation_interval is not None:
        yield from check_interval(operation.auto_scale_evaluation_interval, loc)
    elif operation.auto_scale_formula is None:
        text = "expected an autoScaleFormula, an autoScaleEvaluationInterval, or both"
        yield Finding(text, loc, code=ServiceCode.MISSING_PROPERTY)


def _without_formula(scenario: Description, pools: NamedPools) -> Iterator[Finding]:
    """Warn of requests that enable autoscale without a formula on a pool that does not scale itself by then."""
    scales: dict[int, bool] = {}
    for index, operation in sorted(enumerate(scenario.timeline), key=lambda one: one[1].at):
        if not isinstance(operation, EnableAutoScale | DisableAutoScale):
            continue
        pool = pools.at(operation.pool, (operation.at, index))
        if pool is None:
            continue
        if isinstance(operation, DisableAutoScale):
            scales[id(pool)] = False
        elif operation.auto_scale_formula is not None:
            scales[id(pool)] = True
        elif operation.auto_scale_evaluation_interval is not None and not scales.get(id(pool), pool.enable_auto_scale):
            text = "autoscale is off by then, so the service wants an autoScaleFormula"
            yield Finding(text, ("timeline", index), is_warning=True, code=ServiceCode.MISSING_PROPERTY)


def _outage(scenario: Description, operation: Outage, loc: Loc) -> Iterator[Finding]:
    if operation.size is None and operation.zone is None:
        yield Finding("expected size, zone, or both", loc)
    known = {canonical(name): name for name in (*names(), *scenario.sizes)}
    if operation.size is not None and canonical(operation.size) not in known:
        yield Finding(f"unknown VM size '{operation.size}'{near(operation.size, known.values())}", (*loc, "size"))
