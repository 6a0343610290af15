"""What can be measured on a user's own past, and which key of a scenario it stands for: a row each of one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from simulator.distributions import TimeDistribution
from simulator.scenario.format.arrivals import Arrivals
from simulator.scenario.format.key_marks import GibDistribution, PlainSeconds
from simulator.scenario.format.preemption_models import Preemption
from simulator.scenario.format.section import Fraction, Positive
from simulator.scenario.format.task_bodies import ExitCode


class Of(StrEnum):
    """What a quantity is measured of, apart from others."""

    SIZE = "nodes of a size"
    TASKS = "tasks of a kind"


@dataclass(frozen=True, slots=True)
class MeasuredKey:
    """Where a quantity stands in a scenario."""

    title: str
    of: Of
    path: tuple[str, ...]
    """Inside `simulation` of a pool, or inside a group of tasks."""
    kind: Any
    """Type of its values."""

    @property
    def key(self) -> str:
        """The key as people look for it."""
        return ".".join((*(("simulation",) if self.of is Of.SIZE else ()), *self.path))


def _timing(title: str, key: str, kind: Any = TimeDistribution) -> MeasuredKey:
    return MeasuredKey(title, Of.SIZE, ("timing", key), kind)


def _group(title: str, key: str, kind: Any) -> MeasuredKey:
    return MeasuredKey(title, Of.TASKS, (key,), kind)


MEASURED_KEYS: Final[Mapping[str, MeasuredKey]] = {
    "duration": _group("run time of a task", "duration", TimeDistribution),
    "task_failures": _group("share of attempts that fail", "failureProbability", Fraction),
    "exit_code": _group("exit code of failed attempts", "exitCode", ExitCode),
    "slots": _group("slots of a task", "requiredSlots", Positive),
    "memory": _group("memory of a task", "memory", GibDistribution),
    "arrivals": _group("arrivals of tasks", "arrivals", Arrivals),
    "allocation_latency": _timing("allocation delay of the first node", "allocationLatency"),
    "allocation_tail": _timing("delay from node to node", "allocationTail", PlainSeconds),
    "creating": _timing("creation of a node", "creating"),
    "starting": _timing("boot of a node", "starting"),
    "start_task": _timing("run time of the start task", "startTask"),
    "start_task_failures": MeasuredKey(
        "share of start tasks that fail", Of.SIZE, ("startTask", "failureProbability"), Fraction
    ),
    "dispatch_latency": _timing("dispatch of a task to its node", "dispatchLatency"),
    "launch_overhead": _timing("launch of a task", "launchOverhead"),
    "container_overhead": _timing("launch of a container", "containerOverhead"),
    "leaving": _timing("removal of a node", "leaving"),
    "evictions": MeasuredKey("life of a low-priority node", Of.SIZE, ("preemption",), Preemption),
    "recovery_delay": _timing("return of a preempted node", "recoveryDelay"),
}
"""By name, in the order of reports."""


@cache
def adapter(quantity: str) -> TypeAdapter[Any]:
    """Return what reads the values of a quantity."""
    return TypeAdapter(MEASURED_KEYS[quantity].kind)
