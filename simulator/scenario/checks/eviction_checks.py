"""Evictions that act on nothing: of pools that a scenario does not have, of dedicated nodes, of nodes of no pool."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from simulator.policy.node_preemption import NEVER_PREEMPTED
from simulator.scenario.checks.findings import Finding, Loc, readable, until_absent
from simulator.scenario.checks.ids import near
from simulator.scenario.checks.job_places import stated_pools
from simulator.scenario.format.bodies import Pool, names_of_nodes
from simulator.scenario.format.pool_operations import PreemptNodes
from simulator.scenario.format.preemption_models import Eviction, PreemptionTrace
from simulator.scenario.format.schema import Description
from simulator.service_codes import ServiceCode


def check_evictions(scenario: Description, pools: Mapping[str, Pool]) -> Iterator[Finding]:
    """Warn of evictions by traces and operations that can take nothing; `pools` are all that a run may have."""
    for pool, loc in stated_pools(scenario):
        model = readable(pool, "simulation.preemption")
        if isinstance(model, PreemptionTrace):
            where = (*loc, "simulation", "preemption", "evictions")
            yield from until_absent(_strangers(model.evictions, pools, where))
            yield from until_absent(_trace(model, pool.id, where))
    for index, operation in enumerate(scenario.timeline):
        if isinstance(operation, PreemptNodes):
            yield from until_absent(_named(operation.node_id or (), operation.pool, ("timeline", index, "nodeId")))


def _strangers(evictions: Sequence[Eviction], pools: Mapping[str, Pool], loc: Loc) -> Iterator[Finding]:
    """Warn of pools that are not there, each once."""
    names = [one.pool for one in evictions]
    counts = Counter(name.lower() for name in names if name is not None)
    for index, name in enumerate(names):
        if name is not None and name.lower() not in pools and (count := counts.pop(name.lower(), 0)):
            what = "1 eviction acts" if count == 1 else f"{count} evictions act"
            text = f"there is no pool '{name}'{near(name, [pool.id for pool in pools.values()])}: {what} on nothing"
            yield Finding(text, (*loc, index, "pool"), is_warning=True)


def _trace(model: PreemptionTrace, pool: str, loc: Loc) -> Iterator[Finding]:
    """Warn of nodes that the pool of a trace cannot have, and of a trace that is all of other pools."""
    if not model.of_pool(pool):
        yield Finding(f"none of the evictions is of pool '{pool}': its nodes are never taken", loc, is_warning=True)
    for index, one in enumerate(model.evictions):
        if one.is_of(pool):
            yield from _named(one.nodes, pool, (*loc, index, "nodes"))


def _named(nodes: Sequence[str], pool: str, loc: Loc) -> Iterator[Finding]:
    for place, name in enumerate(nodes):
        match = names_of_nodes(pool).fullmatch(name)
        if match is None:
            text = f"'{name}' is no low-priority node of pool '{pool}': their ids end in _p, as {pool}_1_p does"
            yield Finding(text, (*loc, place), is_warning=True, code=ServiceCode.NODE_NOT_FOUND)
        elif match[1].lower() == "d":
            text = f"'{name}' is {NEVER_PREEMPTED}"
            yield Finding(text, (*loc, place), is_warning=True, code=ServiceCode.OPERATION_NOT_VALID_ON_NODE)
