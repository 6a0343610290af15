"""What is learned from a past: a row each, from which the measuring, the report and the documentation are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from simulator.calibration import lives, nodes, work
from simulator.calibration.evidence import Evidence
from simulator.calibration.findings import Finding, Missing
from simulator.scenario.reading.measured_keys import MEASURED_KEYS, MeasuredKey


@dataclass(frozen=True, slots=True)
class Quantity:
    """One thing that a past may show."""

    columns: tuple[str, ...]
    """From which columns of the past."""
    partly: str
    """Which values are known in part, and how."""
    measure: Callable[[Evidence], Iterable[Finding]]

    def key(self, name: str) -> MeasuredKey:
        """Return the key of a scenario that it stands for."""
        return MEASURED_KEYS[name]


def _never(quantity: str, why: str) -> Callable[[Evidence], Iterable[Finding]]:
    return lambda _: [Missing(quantity, why)]


QUANTITIES: Final[Mapping[str, Quantity]] = {
    "duration": Quantity(
        ("tasks.start", "tasks.end", "tasks.outcome"),
        "tasks still running, cancelled, or whose node was taken lasted longer",
        work.by_kind(work.duration),
    ),
    "task_failures": Quantity(("tasks.outcome", "tasks.retries"), "", work.by_kind(work.task_failures)),
    "exit_code": Quantity(("tasks.exit_code",), "", work.by_kind(work.exit_code)),
    "slots": Quantity(("tasks.slots",), "", work.by_kind(work.slots)),
    "memory": Quantity(("tasks.used_memory", "tasks.memory"), "", work.by_kind(work.memory)),
    "arrivals": Quantity(("tasks.created",), "", work.by_kind(work.arrivals)),
    "allocation_latency": Quantity(("pools.time", "nodes.time"), "", nodes.allocation_latency),
    "allocation_tail": Quantity(("pools.time", "nodes.time"), "", nodes.allocation_tail),
    "creating": Quantity(("nodes.time", "nodes.state"), "", nodes.creating),
    "starting": Quantity(("nodes.time", "nodes.state"), "", nodes.starting),
    "start_task": Quantity(("nodes.time", "nodes.state"), "", nodes.start_task),
    "start_task_failures": Quantity(("nodes.state",), "", nodes.start_task_failures),
    "dispatch_latency": Quantity(("tasks.assigned", "tasks.start"), "", work.dispatch_latency),
    "launch_overhead": Quantity(("tasks.start", "tasks.end"), "", work.launch_overhead),
    "container_overhead": Quantity(("tasks.start", "tasks.end"), "", work.container_overhead),
    "leaving": Quantity((), "", _never("leaving", "no format has when nodes were gone")),
    "evictions": Quantity(
        ("nodes.time", "nodes.state", "tasks.outcome"),
        "nodes still there lived longer; idle ones were taken between their last sign and their next boot",
        lives.evictions,
    ),
    "recovery_delay": Quantity(
        ("nodes.time", "nodes.state"), "nodes that had not come back were away longer", lives.recovery_delay
    ),
}
"""By name, in the order of reports."""
