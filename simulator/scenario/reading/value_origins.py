"""Where the numbers come from that an answer rests on, in one table for reports and for sensitivity.

Documented by the service, recorded of it, assumed, or given by the scenario file; the published figures stand in
docs/model.md#published-figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from simulator.scenario.format.calibration_file import Calibrated, FromCalibration
from simulator.scenario.format.complete import lookup, pool_bodies, stated_start_task


class Origin(StrEnum):
    """How much a number deserves belief."""

    DOCUMENTED = "documented"
    """Stated by the service."""
    RECORDED = "recorded"
    """Seen on the service itself; the shape around it is chosen."""
    ASSUMED = "assumed"
    """Chosen for want of anything published."""
    MEASURED = "measured from your data"
    """Learned from the user's own past, by `calibration`."""
    GIVEN = "given"
    """Stated by the scenario file."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One number, or group of numbers, that every answer rests on."""

    title: str
    origin: Origin
    """Of the value that holds where the file states none."""
    source: str
    stated_by: tuple[tuple[str, ...], ...] = ()
    """Paths inside a pool's body; where each pool states one of them, the file has the say."""
    acts_as: tuple[str, ...] = ()
    """What the assumptions of an answer that rest on it are about; empty where none does."""


def _timing(title: str, origin: Origin, source: str, *keys: str) -> Fact:
    return Fact(title, origin, source, tuple(("simulation", "timing", key) for key in keys), ("timings",))


ORIGINS: Final[Mapping[str, Fact]] = {
    "allocation_latency": _timing(
        "allocation delay",
        Origin.ASSUMED,
        "agrees with 3 to 8 min to the first node, stated by an engineer in 2022 (`timingPreset`)",
        "allocationLatency",
    ),
    "allocation_tail": _timing(
        "delay from node to node",
        Origin.ASSUMED,
        "agrees with 493 s for 90 nodes in a sample of the service's documentation, 2019 (`allocationTailModel`)",
        "allocationTail",
    ),
    "boot": _timing(
        "boot time", Origin.ASSUMED, "no figure by system is published (`timingPreset`)", "starting", "creating"
    ),
    "start_task": _timing("start task, run time", Origin.ASSUMED, "0 s: only its owner knows", "startTask"),
    "start_task_failures": Fact(
        "start task, failures",
        Origin.ASSUMED,
        "none: only its owner knows",
        (("simulation", "startTask", "failureProbability"),),
    ),
    "leaving": _timing("removal of a node", Origin.ASSUMED, "'several minutes', no figure (`timingPreset`)", "leaving"),
    "dispatch_latency": _timing(
        "dispatch latency",
        Origin.ASSUMED,
        "agrees with 2 to 5 s as a rule, stated by an engineer (`timingPreset`)",
        "dispatchLatency",
    ),
    "launch_overhead": _timing(
        "launch of a task", Origin.ASSUMED, "no figure is published (`timingPreset`)", "launchOverhead"
    ),
    "recovery_delay": _timing(
        "return of a preempted node",
        Origin.ASSUMED,
        "exponential, 30 min: nothing published (`recoveryDelay`)",
        "recoveryDelay",
    ),
    "evictions": Fact(
        "eviction rate",
        Origin.ASSUMED,
        "published as bands of a rate per hour: middle of the band (`evictionRateBand`), of 20+ 25 % (`openBand`); "
        "5 to 10 % where no `preemption` is written",
        (("simulation", "preemption"),),
        ("preemption", "evictions"),
    ),
    "prices": Fact(
        "all prices",
        Origin.DOCUMENTED,
        "retail list prices, East US unless `prices` names another region",
        (("simulation", "prices", "dedicated"),),
        ("price",),
    ),
    "low_priority_price": Fact(
        "price of low-priority or spot nodes",
        Origin.DOCUMENTED,
        "list price, that of spot as of 2026-05-20; where none is known a share of the dedicated one "
        "(`lowPriorityRatio`, `spotRatio`)",
        (("simulation", "prices", "lowPriority"), ("simulation", "prices", "spot")),
        ("price",),
    ),
    "duration": Fact("task duration, mean", Origin.GIVEN, "the scenario's workload"),
    "duration_spread": Fact("task duration, spread", Origin.GIVEN, "the scenario's workload"),
    "task_failures": Fact("task failures", Origin.GIVEN, "the scenario's workload"),
    "load": Fact("number of tasks", Origin.GIVEN, "the scenario's workload"),
    "sample_delay": Fact(
        "lateness of autoscale samples",
        Origin.ASSUMED,
        "0 to 10 s; up to 60 s is documented (`sampleProfile`)",
        acts_as=("autoscale samples",),
    ),
}


def origin_in(name: str, document: Mapping[Any, Any], calibration: Calibrated | None = None) -> Fact:
    """Return a fact with the origin it has in a scenario document: `given` where every pool states the value.

    What its calibration measured is neither given nor assumed.
    """
    fact = ORIGINS[name]
    found = measured_of(name, calibration)
    if found:
        text = f"n = {min(one.n for one in found):,}, {calibration.file if calibration else ''}"
        return replace(fact, origin=Origin.MEASURED, source=text)
    pools = list(pool_bodies(document))
    own = [name == "start_task" and bool(stated_start_task(pool)) for pool in pools]
    stated = [any(_states(pool, path) for path in fact.stated_by) for pool in pools]
    if fact.stated_by and pools and all(map(any, zip(stated, own, strict=True))):
        return replace(fact, origin=Origin.GIVEN, source="the scenario file")
    if name == "prices" and lookup(document, "sizes"):
        return replace(fact, origin=Origin.GIVEN, source="the scenario file, under sizes")
    if name == "prices" and lookup(document, "prices"):
        return replace(fact, origin=Origin.GIVEN, source="the scenario file, under prices")
    return fact


QUANTITIES: Final[Mapping[str, tuple[str, ...]]] = {"boot": ("creating", "starting"), "duration_spread": ("duration",)}
"""What is measured of facts that have another name there."""


def measured_of(name: str, calibration: Calibrated | None) -> list[FromCalibration]:
    """Return what a scenario took of its calibration for a fact."""
    names = QUANTITIES.get(name, (name,))
    return [one for one in (calibration.used if calibration else ()) if one.quantity in names]


def _states(pool: object, path: tuple[str, ...]) -> bool:
    found: Any = pool
    for key in path:
        found = lookup(found, key)
    return found is not None
