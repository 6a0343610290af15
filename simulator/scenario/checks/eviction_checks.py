"""Evictions that act on nothing: of pools that a scenario does not have, of dedicated nodes, of nodes of no pool."""

from collections import Counter
from collections.abc import Iterator, Sequence

from simulator.policy.node_preemption import NEVER_PREEMPTED
from simulator.scenario.checks.findings import Finding, Loc, readable, until_absent
from simulator.scenario.checks.ids import near
from simulator.scenario.checks.named_pools import NamedPool, NamedPools, stated_names
from simulator.scenario.format.pool_operations import PreemptNodes
from simulator.scenario.format.preemption_models import Eviction, PreemptionTrace
from simulator.scenario.format.run_names import kind_of_node, node_id
from simulator.scenario.format.schema import Description
from simulator.service_codes import ServiceCode
from simulator.states import NodeKind


def check_evictions(scenario: Description, pools: NamedPools) -> Iterator[Finding]:
    """Warn of evictions by traces and operations that can take nothing; `pools` are all that a run may have."""
    for one in stated_names(scenario).every():
        model = readable(one.pool, "simulation.preemption")
        if isinstance(model, PreemptionTrace):
            where = (*one.loc, "simulation", "preemption", "evictions")
            yield from until_absent(_strangers(model.evictions, pools, where))
            yield from until_absent(_trace(model, one, where))
    for index, operation in enumerate(scenario.timeline):
        if isinstance(operation, PreemptNodes):
            yield from until_absent(_operation(operation, pools, ("timeline", index, "nodeId")))


def _operation(operation: PreemptNodes, pools: NamedPools, loc: Loc) -> Iterator[Finding]:
    runs = [one.name for one in pools.of(operation.pool)] or [operation.pool]
    yield from _named(operation.node_id or (), runs, loc)


def _strangers(evictions: Sequence[Eviction], pools: NamedPools, loc: Loc) -> Iterator[Finding]:
    """Warn of pools that are not there, each once."""
    names = [one.pool for one in evictions]
    counts = Counter(name.lower() for name in names if name is not None)
    for index, name in enumerate(names):
        if name is not None and name not in pools and (count := counts.pop(name.lower(), 0)):
            what = "1 eviction acts" if count == 1 else f"{count} evictions act"
            text = f"there is no pool '{name}'{near(name, pools.ids())}: {what} on nothing"
            yield Finding(text, (*loc, index, "pool"), is_warning=True)


def _trace(model: PreemptionTrace, named: NamedPool, loc: Loc) -> Iterator[Finding]:
    """Warn of nodes that the pool of a trace cannot have, and of a trace that is all of other pools."""
    pool = named.pool.id
    if not model.of_pool(pool):
        yield Finding(f"none of the evictions is of pool '{pool}': its nodes are never taken", loc, is_warning=True)
    for index, one in enumerate(model.evictions):
        if one.is_of(pool):
            yield from _named(one.nodes, [named.name], (*loc, index, "nodes"))


def _named(nodes: Sequence[str], runs: Sequence[str], loc: Loc) -> Iterator[Finding]:
    """Warn of nodes that pools of a run cannot have, or that nobody takes back."""
    for place, name in enumerate(nodes):
        kinds = {kind_of_node(run, name) for run in runs}
        if NodeKind.LOW_PRIORITY in kinds:
            continue
        if NodeKind.DEDICATED in kinds:
            text, code = f"'{name}' is {NEVER_PREEMPTED}", ServiceCode.OPERATION_NOT_VALID_ON_NODE
        else:
            example = node_id(runs[0], 1, NodeKind.LOW_PRIORITY)
            text = f"'{name}' is no low-priority node of pool '{runs[0]}': their ids end in _p, as {example} does"
            code = ServiceCode.NODE_NOT_FOUND
        yield Finding(text, (*loc, place), is_warning=True, code=code)
