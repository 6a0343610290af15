"""Policies, estimates and deadlines: each key in a scenario where it matters."""

from typing import Any, Final

from tests.features.story import document, job, operation, pool, task
from tests.keys.change import Body, Change, Changes, altered, of

J: Final = "jobs.0.simulation"
WIDE: Final[Body] = {"requiredSlots": 2}


def two_slots(*tasks: Body, queue: Any, **simulation: Any) -> Body:
    """Return a node of two slots whose tasks start as a policy says."""
    made = document(pool(nodes=1, taskSlotsPerNode=2), job(tasks=list(tasks)), policies={"queue": queue})
    return altered(made, {f"{J}.{key}": value for key, value in simulation.items()})


_HEAD: Final = (task("a", "10m"), task("wide", "60s", submit="1s", **WIDE), task("c", "5m", submit="2s"))
"""The second needs the whole node, which the first has half of; the third would fit beside it."""
_SIZES: Final = (
    task("a", "60s", **WIDE),
    task("b", "5m", submit="1s", **WIDE),
    task("c", "60s", submit="2s", **WIDE),
)
_GROUPS: Final = document(
    pool(nodes=1),
    {
        **job(),
        "simulation": {
            "workload": [{"count": 1, "duration": "60s", "idPrefix": "a"}, {"count": 2, "duration": "60s"}],
        },
    },
    policies={"queue": "sjf"},
)


def traced(trace: str, queue: str, **source: Any) -> Body:
    """Return a node of two slots that replays a trace."""
    made = document(pool(nodes=1, taskSlotsPerNode=2), job(), policies={"queue": queue})
    return altered(made, {"jobs.0.simulation": {"workload": [{"trace": trace, **source}]}})


_TABLE: Final = traced("estimated.csv", "easy", columns={"id": "id", "slots": "slots"})
_FIT: Final = document(
    pool(nodes=2, taskSlotsPerNode=4),
    job(tasks=[task("a", "10m", **WIDE), task("b", "10m", submit="1s"), task("c", "10m", submit="2s")]),
)
CHANGES: Final[Changes] = {
    "Policies.queue": Change(two_slots(*_HEAD, queue="service"), "policies.queue", "fcfs"),
    "QueuePolicy.policy": Change(two_slots(*_HEAD, queue={"policy": "fcfs"}), "policies.queue.policy", "easy"),
    "QueuePolicy.bypass": Change(two_slots(*_HEAD, queue={"policy": "fcfs"}), "policies.queue.bypass", True),
    "QueuePolicy.halfLife": Change(
        document(
            pool(nodes=1),
            job("early", tasks=[*(task(f"a{number}", "10m") for number in range(4)), task("e", submit="51m")]),
            job("late", tasks=[task("x", "15m", submit="50m"), task("y", submit="52m")]),
            policies={"queue": {"policy": "fair_share", "halfLife": "1m"}},
        ),
        "policies.queue.halfLife",
        "100h",
    ),
    "QueuePolicy.arguments": Change(
        two_slots(task("a"), task("b"), queue={"policy": "tests.engine.own_policies:youngest_first"}),
        "policies.queue.arguments",
        {"most": 1},
    ),
    "Policies.placement": Change(_FIT, "policies.placement", "lowest_id"),
    "Policies.shrinking": Change(
        document(
            pool(nodes=2, taskSlotsPerNode=2),
            job(tasks=[task("old", "1h"), task("wide", "1h", submit="19m", **WIDE)]),
            timeline=[operation("20m", "resize", targetDedicatedNodes=1)],
        ),
        "policies.shrinking",
        "cheapest_loss",
    ),
    "PlacementPolicy.policy": Change(
        altered(_FIT, {"policies.placement": {"policy": "best_fit"}}), "policies.placement.policy", "worst_fit"
    ),
    "PlacementPolicy.resource": Change(
        altered(_FIT, {"policies.placement": {"policy": "worst_fit"}}), "policies.placement.resource", "memory"
    ),
    "PlacementPolicy.arguments": Change(
        altered(_FIT, {"policies.placement": {"policy": "tests.engine.own_policies:highest_id"}}),
        "policies.placement.arguments",
        {"spare": 1},
    ),
    "PoolSimulation.policies": Change(
        two_slots(*_HEAD, queue="service"), "pools.0.simulation.policies", {"queue": "fcfs"}
    ),
    "TaskSimulation.estimate": Change(two_slots(*_SIZES, queue="sjf"), "jobs.0.tasks.1.simulation.estimate", "10s"),
    "TaskSimulation.deadline": Change(
        two_slots(*_SIZES, queue="deadline_first"), "jobs.0.tasks.2.simulation.deadline", "10m"
    ),
    "JobSimulation.deadline": Change(
        document(pool(nodes=1), job("a", count=2), job("b", count=2), policies={"queue": "deadline_first"}),
        "jobs.1.simulation.deadline",
        "10m",
    ),
    **of(
        "Estimates",
        altered(two_slots(*_HEAD, queue="easy"), {"jobs.0.tasks.2.simulation.estimate": "20m"}),
        f"{J}.estimates",
        {"source": "perfect"},
    ),
    "Estimates.times": Change(
        two_slots(*_HEAD[:2], task("c", "599s", submit="2s"), queue="easy"), f"{J}.estimates.times", 9
    ),
    "TaskGroup.estimate": Change(_GROUPS, f"{J}.workload.1.estimate", "1s"),
    "TaskGroup.deadline": Change(
        altered(_GROUPS, {"policies.queue": "deadline_first"}), f"{J}.workload.1.deadline", "5m"
    ),
    "TraceWorkload.processors": Change(traced("estimated.swf", "fcfs"), f"{J}.workload.0.processors", "requested"),
    "TraceColumns.estimate": Change(_TABLE, f"{J}.workload.0.columns.estimate", "guess"),
    "Options.passes": Change(
        two_slots(task("long", "5m", submit="1m", **WIDE), task("short", "60s", submit="1m", **WIDE), queue="sjf"),
        "options.passes",
        "each_event",
    ),
}
