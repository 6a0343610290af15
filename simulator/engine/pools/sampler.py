"""The samples of a pool's metrics, taken every 30 s, late and sometimes lost, as its formula can read them.

What was true at a tick is read afterwards: of the tasks from the kernel, which notes it on its way, of the nodes from
their counts, which change seldom. So a metric that nobody reads costs nothing, and one that is read for the first time
has its whole past.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import TYPE_CHECKING, Final

import numpy as np

from simulator.engine.pools.sample_delays import LOST, SampleDelays
from simulator.formula import Timestamp
from simulator.formula.history import PERIOD_TICKS, Series
from simulator.formula.values import TICKS_PER_SECOND
from simulator.formula.variables import RETIRED
from simulator.units import MS_PER_S, NEVER

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from simulator.engine.nodes.site import Site
    from simulator.engine.pools.members import Members
    from simulator.engine.pools.node_counts import NodeCounts

TICKS_PER_MS: Final = TICKS_PER_SECOND // MS_PER_S
PERIOD_MS: Final = PERIOD_TICKS // TICKS_PER_MS
MIB: Final = 2**20
OF_TASKS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "$ActiveTasks": (("active", "in_dispatch"), ()),
    "$RunningTasks": (("running",), ("in_dispatch",)),
    "$PendingTasks": (("active", "running"), ()),
    "$SucceededTasks": (("completed",), ("failed",)),
    "$FailedTasks": (("failed",), ()),
}
"""The columns of the kernel's samples that each metric adds up, and those that it takes away."""
OF_NODES: Final[dict[str, Callable[[NodeCounts], int]]] = {
    "$CurrentDedicatedNodes": lambda nodes: nodes.dedicated,
    "$CurrentLowPriorityNodes": lambda nodes: nodes.low_priority,
    "$PreemptedNodeCount": lambda nodes: nodes.preempted,
    "$UsableNodeCount": lambda nodes: nodes.usable,
}


@dataclass(slots=True)
class _Reading:
    """The samples of one metric, as far as they have been looked at."""

    series: Series = field(default_factory=Series)
    """Those that can be read."""
    ticks: int = 0
    """How many ticks have been looked at."""
    unread: list[tuple[int, int, float]] = field(default_factory=list)
    """Heap of those that cannot be read yet: ready (ms), taken (ticks of a timestamp), value."""


class Sampler:
    """The samples of one pool from the moment autoscale is enabled; a formula finds those that it can read now."""

    __slots__ = ("_delays", "_members", "_nodes", "_origin", "_readings", "_seen", "_site", "_tasks", "_ticks")

    def __init__(self, site: Site, members: Members) -> None:
        """Take samples at enabling + phase + k periods, strictly after enabling."""
        world = site.world
        self._site = site
        self._members = members
        self._tasks = site.tasks.samples
        self._delays = SampleDelays(world.options, world.streams, site.id)
        self._origin = Timestamp.of(world.scenario.origin).ticks
        self._readings: dict[str, _Reading] = {}
        self._nodes: list[NodeCounts] = []
        """Counts of nodes at each tick, as far as a metric has asked for them."""
        self._seen = 0
        """The entry of the nodes' census that was true at the last of these ticks."""
        first = world.env.clock + (self._delays.phase or PERIOD_MS)
        self._ticks = world.env.samplers.begin(site.index, first, PERIOD_MS)
        members.census.watch(members)

    def stop(self) -> None:
        """Take no more samples."""
        env = self._site.world.env
        env.samplers.end(self._ticks, env.clock + env.has_sampled)

    def of(self, name: str) -> Series:
        """Return the samples of a metric that can be read now."""
        reading = self._readings.get(name)
        if reading is None:
            reading = self._readings[name] = _Reading()
        now = self._site.world.env.clock
        if reading.ticks < self._tasks.count:
            self._read(name, reading, now)
        unread = reading.unread
        while unread and unread[0][0] <= now:
            _, taken, value = heappop(unread)
            reading.series.add(taken, value)
        return reading.series

    def _read(self, name: str, reading: _Reading, now: int) -> None:
        """Look at the ticks since the last reading of a metric."""
        since, reading.ticks = reading.ticks, self._tasks.count
        for tick, value in enumerate(self._values(name, since), since):
            delay = LOST if value is None else self._delays.of(name, tick)
            if value is not None and delay != LOST:
                at = self._ticks.first + tick * PERIOD_MS
                taken = self._origin + at * TICKS_PER_MS
                if at + delay <= now:
                    reading.series.add(taken, value)
                else:
                    heappush(reading.unread, (at + delay, taken, value))

    # ---- what the service samples (`docs/model.md#metrics`) -----------------------------------------------------

    def _values(self, name: str, since: int) -> list[float] | list[float | None]:
        """Return the value of a metric at each tick from one on; None where it has none."""
        if name in OF_TASKS:
            more, less = OF_TASKS[name]
            total = np.zeros(self._tasks.count - since, dtype=np.int64)
            for column in more:
                total += self._column(column, since)
            for column in less:
                total -= self._column(column, since)
            found: list[float] = total.astype(np.float64).tolist()
            return found
        nodes = self._nodes_from(since)
        if name in OF_NODES:
            count = OF_NODES[name]
            return [float(count(one)) for one in nodes]
        if name == "$CPUPercent":
            return self._cpu_use(nodes, since)
        if name in RETIRED and self._site.world.options.retired_metrics == "sampled":
            return self._retired(name, nodes, since)
        return []

    def _column(self, name: str, since: int) -> npt.NDArray[np.int64]:
        """Return a column of the kernel's samples from a tick on."""
        return np.asarray(getattr(self._tasks, name))[since : self._tasks.count]

    def _cpu_use(self, nodes: list[NodeCounts], since: int) -> list[float | None]:
        """Return the share of the cores in use; nodes without a VM use no CPU."""
        of_a_node, full = (
            self._site.size.vcpus * 1000,
            100.0 if self._site.world.options.cpu_scale == "percent" else 1.0,
        )
        return [
            min(1.0, cores / (one.with_vm * of_a_node)) * full if one.with_vm else None
            for cores, one in zip(self._column("cores", since).tolist(), nodes, strict=True)
        ]

    def _retired(self, name: str, nodes: list[NodeCounts], since: int) -> list[float | None]:
        """Return a metric that the service has given up; there is no disk and no network traffic in a simulation."""
        if name == "$SampleNodeCount":
            return [float(one.with_vm) or None for one in nodes]
        if name == "$MemoryBytes":
            used = self._column("memory", since).tolist()
            return [
                memory * MIB / 1e6 / one.with_vm if one.with_vm else None
                for memory, one in zip(used, nodes, strict=True)
            ]
        if name == "$WallClockSeconds":
            instants = range(self._ticks.first + since * PERIOD_MS, NEVER, PERIOD_MS)
            return [
                (one.with_vm * at - one.allocated) / MS_PER_S if one.with_vm else None
                for at, one in zip(instants, nodes, strict=False)
            ]
        return [0.0 if one.with_vm else None for one in nodes]

    def _nodes_from(self, since: int) -> list[NodeCounts]:
        """Return the counts of nodes at each tick from one on."""
        past, nodes = self._members.census.past, self._nodes
        for tick in range(len(nodes), self._tasks.count):
            until = 2 * (self._ticks.first + tick * PERIOD_MS)
            while self._seen + 1 < len(past) and past[self._seen + 1][0] <= until:
                self._seen += 1
            nodes.append(past[self._seen][1])
        return nodes[since:]
