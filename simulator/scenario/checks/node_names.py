"""Ids of nodes that no node of their pool can have: the service finds none, and what they say acts on nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from simulator.scenario.checks.findings import Finding, Loc, until_absent
from simulator.scenario.checks.job_places import PlacedJob, PlacedTask, of_each_task
from simulator.scenario.checks.named_pools import NamedPool, NamedPools, stated_names
from simulator.scenario.format.pool_operations import (
    DeallocateNode,
    DisableScheduling,
    EnableScheduling,
    LoseContact,
    Reboot,
    Reimage,
    RemoveNodes,
    StartNode,
)
from simulator.scenario.format.run_names import kind_of_node, node_id
from simulator.scenario.format.schema import Description, Operation
from simulator.service_codes import ServiceCode
from simulator.states import NodeKind

BY_ID = (DeallocateNode, DisableScheduling, EnableScheduling, LoseContact, Reboot, Reimage, StartNode)
"""Operations with a `nodeId`; those that preempt nodes are checked with other evictions."""


def check_node_names(scenario: Description, jobs: Sequence[PlacedJob], pools: NamedPools) -> Iterator[Finding]:
    """Refuse such ids under `simulation`; warn of them in operations and tasks, which the service takes."""
    for one in stated_names(scenario).every():
        yield from until_absent(_sick_nodes(one))
    for index, operation in enumerate(scenario.timeline):
        yield from until_absent(_operation(operation, pools, ("timeline", index)))
    for placed in jobs:
        yield from until_absent(_affinities(placed, pools))


def _operation(operation: Operation, pools: NamedPools, loc: Loc) -> Iterator[Finding]:
    if isinstance(operation, BY_ID):
        nodes, key = operation.node_id or (), "nodeId"
    elif isinstance(operation, RemoveNodes):
        nodes, key = operation.node_list, "nodeList"
    else:
        return
    yield from _strange(nodes, _names(pools, operation.pool), (*loc, key), ServiceCode.NODE_NOT_FOUND)


def _sick_nodes(named: NamedPool) -> Iterator[Finding]:
    where = (*named.loc, "simulation", "sickNodes", "nodes")
    for found in _strange(named.pool.simulation.sick_nodes.nodes, [named.name], where):
        yield replace(found, is_warning=False)


def _affinities(placed: PlacedJob, pools: NamedPools) -> Iterator[Finding]:
    pool = placed.job.pool_id
    if pool is None:
        return
    names = [name for one in (pool, *placed.goals) for name in _names(pools, one)]
    yield from of_each_task(placed, lambda one: until_absent(_affinity(one, names)))


def _affinity(one: PlacedTask, pools: Sequence[str]) -> Iterator[Finding]:
    wished = one.task.affinity_info
    where = (*one.loc, "affinityInfo", "affinityId")
    for found in _strange([wished.affinity_id], pools, where) if wished is not None else ():
        yield replace(found, loc=where)


def _names(pools: NamedPools, pool: str) -> list[str]:
    """Return what a run calls the pools of an id; nothing where there are none, which is reported elsewhere."""
    return [one.name for one in pools.of(pool)]


def _strange(
    nodes: Sequence[str], pools: Sequence[str], loc: Loc, code: ServiceCode | None = None
) -> Iterator[Finding]:
    """Yield a warning of each id that no node of the pools can have."""
    for index, node in enumerate(nodes):
        if pools and all(kind_of_node(pool, node) is None for pool in pools):
            examples = (node_id(pools[0], 1, NodeKind.DEDICATED), node_id(pools[0], 2, NodeKind.LOW_PRIORITY))
            text = f"no node of the pool can be called '{node}'; they are {', '.join(examples)}, …"
            yield Finding(text, (*loc, index), is_warning=True, code=code)
