"""Distributions, arrivals, groups and traces: each key in a scenario where it matters."""

from typing import Any, Final

from tests.features.story import document, job, pool
from tests.keys.change import Body, Change, Changes, altered, of

GROUP: Final = "jobs.0.simulation.workload.0"


def drawn(**group: Any) -> Body:
    """Return a pool of two nodes and one group of tasks."""
    return document(pool(nodes=2), job(count=4, group=group))


def _shape(section: str, name: str, base: Body, other: Body) -> Changes:
    """Return the changes of a shape's parameters, one by one."""
    scenario = drawn(duration={name: base})
    return of(section, scenario, f"{GROUP}.duration.{name}", other)


def _process(section: str, name: str, base: Body, other: Body) -> Changes:
    """Return the changes of an arrival process."""
    scenario = altered(drawn(), {f"{GROUP}.arrivals": {name: base}})
    return of(section, scenario, f"{GROUP}.arrivals.{name}", other)


_SHORT_AND_LONG: Final = [
    {"lognormal": {"median": median, "p95": p95}} for median, p95 in (("1m", "2m"), ("9m", "20m"))
]
DISTRIBUTIONS: Final[Changes] = {
    **_shape("Constant", "constant", {"value": "60s"}, {"value": "90s"}),
    **_shape("Exponential", "exponential", {"mean": "60s"}, {"mean": "90s"}),
    **_shape("Uniform", "uniform", {"low": "60s", "high": "120s"}, {"low": "30s", "high": "180s"}),
    **_shape("Lognormal", "lognormal", {"median": "60s", "p95": "120s"}, {"median": "90s", "p95": "180s"}),
    **_shape("Lognormal", "lognormal", {"mean": "60s", "cv": 0.5}, {"mean": "90s", "cv": 1.0}),
    **_shape(
        "Mixture",
        "mixture",
        {"share": 0.5, "first": _SHORT_AND_LONG[0], "second": _SHORT_AND_LONG[1]},
        {"share": 0.05, "first": _SHORT_AND_LONG[1], "second": _SHORT_AND_LONG[0]},
    ),
    **_shape("Weibull", "weibull", {"shape": 2, "scale": "60s"}, {"shape": 3, "scale": "90s"}),
    **_shape("Gamma", "gamma", {"mean": "60s", "cv": 0.5}, {"mean": "90s", "cv": 1.0}),
    **_shape(
        "Triangular", "triangular", {"low": "1m", "mode": "2m", "high": "3m"}, {"low": "0s", "mode": "3m", "high": "9m"}
    ),
    **_shape("Empirical", "empirical", {"values": ["60s", "90s"]}, {"values": ["30s"]}),
}
_RATES: Final = [60] * 24
_DAYS: Final = [1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]
_SLOT: Final = {"start": "1m", "until": "20m"}
_OTHER_SLOT: Final = {"start": "2m", "until": "90s"}
ARRIVALS: Final[Changes] = {
    **_process("AtOnce", "atOnce", {"at": "60s"}, {"at": "90s"}),
    "AtTimes.at": Change(
        altered(drawn(), {f"{GROUP}.arrivals": {"times": ["1s", "2s", "3s", "4s"]}}),
        f"{GROUP}.arrivals.times",
        ["1s", "2s", "3s", "9s"],
    ),
    **_process("Poisson", "poisson", {"ratePerHour": 60, **_SLOT}, {"ratePerHour": 30, **_OTHER_SLOT}),
    **_process(
        "Profile",
        "profile",
        {"ratesPerHour": _RATES, "weekdays": _DAYS, **_SLOT},
        {"ratesPerHour": [30] * 24, "weekdays": [0.5] * 7, **_OTHER_SLOT},
    ),
    **_process("Batches", "batches", {"size": 2, "every": "2m", **_SLOT}, {"size": 3, "every": "3m", **_OTHER_SLOT}),
    **_process("Renewal", "renewal", {"interval": "1m", **_SLOT}, {"interval": "2m", **_OTHER_SLOT}),
}
_GANG: Final = document(
    pool(nodes=2, enableInterNodeCommunication=True),
    job(count=2, group={"numberOfInstances": 2, "coordination": "30s", "coordinationFailureProbability": 1}),
)
_FAILING: Final = drawn(failureProbability=1)
_SHARED: Final = document(pool(nodes=1, taskSlotsPerNode=2), job(count=4, group={"cores": 1, "memory": 1}))
GROUPS: Final[Changes] = {
    **of(
        "TaskGroup",
        drawn(),
        GROUP,
        {
            "count": 5,
            "idPrefix": "other",
            "duration": "90s",
            "numberOfInstances": 2,
            "failureProbability": 1,
            "maxWallClockTime": "30s",
            "input": 6000,
            "start": "30s",
        },
    ),
    **of("TaskGroup", _SHARED, GROUP, {"cores": 2, "memory": 6, "requiredSlots": 2}),
    **of("TaskGroup", _FAILING, GROUP, {"maxTaskRetryCount": 1, "exitCode": 3}),
    **of(
        "TaskGroup",
        _GANG,
        GROUP,
        {"coordination": "60s", "coordinationFailureProbability": 0, "coordinationExitCode": 3},
    ),
}
_SAVED: Final = document(
    pool(nodes=1),
    job(count=1, duration="10m", group={"checkpoints": {"interval": "2m", "cost": "5s", "restartCost": "7s"}}),
    timeline=[{"at": "5m", "operation": "reboot", "pool": "p", "nodeId": "p_1_d"}],
)
CHECKPOINTS: Final = of(
    "Checkpoints", _SAVED, f"{GROUP}.checkpoints", {"interval": "1m", "cost": "9s", "restartCost": "20s"}
)
CHANGES: Final = {**DISTRIBUTIONS, **ARRIVALS, **GROUPS, **CHECKPOINTS}
