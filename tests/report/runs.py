"""Small runs to draw: everything at once, and each thing that may be missing."""

from functools import cache
from typing import Any

from simulator import Recording, simulate, summarize
from simulator.report.page.assumptions import Basis, rests_on, with_low_priority
from tests.engine.worlds import job, pool, scenario


def basis_of(run: Recording) -> list[Basis]:
    """Return what the report on a run says that its numbers rest on."""
    plain = run.scenario.model_dump(mode="json", by_alias=True)
    return rests_on(plain, summarize(run), with_low_priority(run.nodes))


TIMING = {"creating": "30s", "starting": "20s", "startTask": "10s", "recoveryDelay": "60s"}


@cache
def busy() -> Recording:
    """Two kinds of nodes, preemptions, failures, a start task, big tasks among small ones, a shrink."""
    body = pool(
        targetDedicatedNodes=2,
        targetLowPriorityNodes=3,
        taskSlotsPerNode=4,
        startTask={"commandLine": "x"},
        simulation={"timing": TIMING, "preemption": {"model": "hazard", "ratePerHour": 20}},
    )
    small = job(
        60, {"exponential": {"mean": "60s"}}, failureProbability=0.2, arrivals={"poisson": {"ratePerHour": 900}}
    )
    big = job(10, "120s", "big", requiredSlots=3)
    shrink = {"at": "240s", "operation": "resize", "pool": "p", "targetDedicatedNodes": 1}
    return simulate(scenario([body], [small, big], timeline=[shrink], horizon="15m"))


@cache
def scaled() -> Recording:
    """A pool that scales itself, and fails to now and then for want of quota."""
    formula = "$TargetDedicatedNodes = max(0, ceil($PendingTasks.GetSample(1) / 2));"
    body = pool(
        enableAutoScale=True,
        autoScaleFormula=formula,
        autoScaleEvaluationInterval="PT5M",
        simulation={"timing": TIMING},
    )
    work = job(40, "200s", arrivals={"poisson": {"ratePerHour": 120}})
    return simulate(scenario([body], [work], account={"dedicatedCoreQuota": 4}))


@cache
def two_pools() -> Recording:
    """The same work on two pools."""
    bodies = [pool(targetDedicatedNodes=2), pool(targetDedicatedNodes=1) | {"id": "q"}]
    other = job(4, "60s", "k")
    other["poolInfo"] = {"poolId": "q"}
    return simulate(scenario(bodies, [job(4, "60s"), other]))


@cache
def empty() -> Recording:
    """Zero tasks on a fixed pool."""
    return simulate(scenario([pool(targetDedicatedNodes=2, simulation={"timing": TIMING})], [], horizon="5m"))


@cache
def single() -> Recording:
    """One task on one node."""
    return simulate(scenario([pool(targetDedicatedNodes=1)], [job(1, "60s")]))


@cache
def never() -> Recording:
    """A node that never starts: the run is over before it has booted."""
    timing = {"creating": "30s", "starting": "1h"}
    return simulate(
        scenario([pool(targetDedicatedNodes=1, simulation={"timing": timing})], [job(3, "60s")], horizon="10m")
    )


@cache
def nodeless() -> Recording:
    """Work for a pool that nobody gave a node."""
    return simulate(scenario([pool()], [job(3, "60s")], horizon="10m"))


@cache
def many(nodes: int = 80, tasks: int = 400) -> Recording:
    """More nodes than there can be rows."""
    body = pool(targetDedicatedNodes=nodes, taskSlotsPerNode=2, simulation={"timing": TIMING})
    return simulate(scenario([body], [job(tasks, {"uniform": {"low": "30s", "high": "300s"}})]))


@cache
def stranded() -> Recording:
    """Tasks of three slots on nodes of four."""
    body = pool(targetDedicatedNodes=3, taskSlotsPerNode=4)
    return simulate(scenario([body], [job(10, "60s", requiredSlots=3)]))


@cache
def crowd() -> Recording:
    """More pools than can be distinguished."""
    bodies = [pool(targetDedicatedNodes=1) | {"id": f"p{number}"} for number in range(6)]
    work = job(4, "60s")
    work["poolInfo"] = {"poolId": "p0"}
    return simulate(scenario(bodies, [work]))


ALL: dict[str, Any] = {
    "busy": busy,
    "scaled": scaled,
    "two pools": two_pools,
    "no task": empty,
    "one task": single,
    "a node that never starts": never,
    "no node": nodeless,
    "many nodes": many,
}
