"""A pool in miniature: a formula scales it through a load of a few tasks, and what it does to them is written down.

It is no second simulator: no prices, no quotas, every node starts in two minutes, samples come in time. It exists
so that the linter can say *this formula interrupts running tasks* only where it has seen it happen, and can show
the load, and so that a search for bad loads can throw away the harmless ones cheaply. Nodes leave as in the service:
those that start, then idle ones, then those with the least work.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from simulator.formula.formula import Formula
from simulator.formula.history import PERIOD_TICKS, History
from simulator.formula.run import Context
from simulator.formula.tree import Name, walk
from simulator.formula.values import TICKS_PER_SECOND, Timestamp
from simulator.formula.variables import DEDICATED, LOW_PRIORITY, METRIC_ALIASES, METRICS, SLOTS

BOOT: Final = 120
"""Seconds from the evaluation that asks for a node to its first task."""
PHASE: Final = 15
"""Seconds after each half minute at which samples are taken."""
MOST_NODES: Final = 60
"""A formula that asks for more gets no more: what it does shows on fewer nodes, too."""
NEVER: Final = 10**9
KINDS: Final = (DEDICATED, LOW_PRIORITY)
DRAINING: Final = ("taskcompletion", "retaineddata")


@dataclass(frozen=True, slots=True)
class Load:
    """A few tasks: seconds from the start at which each is submitted, and how long it runs."""

    tasks: tuple[tuple[int, int], ...]
    start: Timestamp
    horizon: int
    """Seconds."""
    interval: int
    """Seconds between two evaluations."""
    slots: int
    preempted: tuple[int, int] | None = None
    """From when to when low-priority nodes are away."""
    share: float = 0.5
    """Share of them that is away; where it is all, no other can be had meanwhile either."""
    is_steady: bool = False
    """Whether each task that ends is followed by another of its kind."""


@dataclass(slots=True)
class Node:
    """A node of the miniature."""

    kind: str
    ready: int
    number: int
    tasks: dict[int, int] = field(default_factory=dict)
    """By number of the task, when it ends."""
    is_leaving: bool = False
    is_away: bool = False


@dataclass(frozen=True, slots=True)
class Interruption:
    """Running tasks that a shrinking pool has interrupted."""

    at: int
    tasks: int
    kind: str
    before: int
    after: int
    option: str


@dataclass(slots=True)
class Story:
    """What happened."""

    load: Load
    evaluations: int = 0
    failures: int = 0
    interruptions: list[Interruption] = field(default_factory=list)
    targets: list[tuple[int, dict[str, int]]] = field(default_factory=list)
    """Seconds and targets of every evaluation that succeeded."""
    done: int = 0
    node_s: float = 0.0
    """Seconds of nodes that are ready."""
    useful_s: float = 0.0
    """Of which with tasks that have ended."""
    lost_s: float = 0.0
    """Of which with tasks that were interrupted."""
    tail_s: float = 0.0
    """Of which after the last task."""
    waits: list[int] = field(default_factory=list)
    """Seconds that each task waited for its first start."""
    left: int = 0
    """Tasks that are not done at the end."""


def play(formula: Formula, load: Load, *, until_interrupted: bool = False) -> Story:
    """Return what a formula does to a pool under a load."""
    pool = _Pool(formula, load)
    while pool.now < load.horizon:
        pool.step()
        if until_interrupted and pool.story.interruptions:
            break
    pool.story.left = len(pool.waiting) + len(pool.coming) + sum(len(node.tasks) for node in pool.nodes)
    return pool.story


class _Pool:
    def __init__(self, formula: Formula, load: Load) -> None:
        self.formula = formula
        self.load = load
        self.story = Story(load)
        self.now = 0
        self.nodes: list[Node] = []
        self.made = 0
        self.targets = dict.fromkeys(KINDS, 0)
        self.waiting: list[tuple[int, int]] = []
        """Number and duration of queued tasks."""
        self.coming = sorted(load.tasks, reverse=True)
        self.submitted = 0
        self.samples = History()
        read = {node.name for s in formula.tree.statements for node in walk(s.value) if isinstance(node, Name)}
        self.metrics = [name for name in METRICS if name in {METRIC_ALIASES.get(name, name) for name in read}]
        self.durations: dict[int, int] = {}
        self.submits: dict[int, int] = {}
        """When each task came that has not started yet."""

    def step(self) -> None:
        """Evaluate if it is time, then go on to the next instant at which anything happens."""
        load = self.load
        if self.now % load.interval == 0:
            self._evaluate()
        if load.preempted and self.now in load.preempted:
            self._preempt(self.now == load.preempted[0])
        self._submit()
        self._place()
        then = min(
            (self.now // load.interval + 1) * load.interval,
            self.coming[-1][0] if self.coming else NEVER,
            *(end for node in self.nodes for end in node.tasks.values()),
            *(node.ready for node in self.nodes if node.ready > self.now),
            *(instant for instant in load.preempted or () if instant > self.now),
        )
        self._sample(self.now, then)
        self._count_time(min(then, load.horizon) - self.now)
        self.now = then
        self._finish()

    def _count_time(self, seconds: int) -> None:
        ready = sum(1 for node in self.nodes if node.ready <= self.now and not node.is_away)
        self.story.node_s += ready * seconds
        if not self.coming and not self.waiting and not any(node.tasks for node in self.nodes):
            self.story.tail_s += ready * seconds

    def _submit(self) -> None:
        while self.coming and self.coming[-1][0] <= self.now:
            _, duration = self.coming.pop()
            self.durations[self.submitted] = duration
            self.submits[self.submitted] = self.now
            self.waiting.append((self.submitted, duration))
            self.submitted += 1

    def _place(self) -> None:
        while self.waiting:
            free = [
                node
                for node in self.nodes
                if node.ready <= self.now
                and not node.is_leaving
                and not node.is_away
                and len(node.tasks) < self.load.slots
            ]
            if not free:
                return
            node = min(free, key=lambda node: (len(node.tasks), node.number))
            number, duration = self.waiting.pop(0)
            node.tasks[number] = self.now + duration
            if number in self.submits:
                self.story.waits.append(self.now - self.submits.pop(number))

    def _finish(self) -> None:
        for node in self.nodes:
            for number in [number for number, end in node.tasks.items() if end <= self.now]:
                del node.tasks[number]
                self.story.done += 1
                self.story.useful_s += self.durations[number]
                if self.load.is_steady:
                    self.coming.append((self.now, self.durations[number]))
        self.nodes = [node for node in self.nodes if node.tasks or not node.is_leaving]

    def _preempt(self, leave: bool) -> None:
        low = [node for node in self.nodes if node.kind == LOW_PRIORITY]
        for node in low[: ceil(len(low) * self.load.share)] if leave else low:
            node.is_away = leave
            self._requeue(node)

    def _requeue(self, node: Node) -> None:
        self.waiting += [(number, self.durations[number]) for number in node.tasks]
        node.tasks.clear()

    def _sample(self, start: int, end: int) -> None:
        """Take the samples between two instants, in which nothing changes."""
        values = self._values()
        base = self.load.start.ticks
        first = (start - PHASE + 29) // 30 if start > PHASE else 0
        for tick in range(first, (end - PHASE + 29) // 30):
            at = base + PHASE * TICKS_PER_SECOND + tick * PERIOD_TICKS
            for name in self.metrics:
                if name in values:
                    self.samples.add(name, at, values[name])

    def _values(self) -> dict[str, float]:
        running = sum(len(node.tasks) for node in self.nodes)
        ready = sum(1 for node in self.nodes if node.ready <= self.now and not node.is_away)
        values = {
            "$ActiveTasks": float(len(self.waiting)),
            "$RunningTasks": float(running),
            "$PendingTasks": float(running + len(self.waiting)),
            "$SucceededTasks": float(self.story.done),
            "$FailedTasks": 0.0,
            "$UsableNodeCount": float(ready),
            "$PreemptedNodeCount": float(sum(1 for node in self.nodes if node.is_away)),
            "$CurrentDedicatedNodes": float(self._count(DEDICATED)),
            "$CurrentLowPriorityNodes": float(self._count(LOW_PRIORITY)),
        }
        if ready:
            values["$CPUPercent"] = min(1.0, running / (ready * self.load.slots))
        return values

    def _count(self, kind: str) -> int:
        return sum(1 for node in self.nodes if node.kind == kind and node.ready <= self.now)

    def _evaluate(self) -> None:
        now = Timestamp(self.load.start.ticks + self.now * TICKS_PER_SECOND)
        live = {
            SLOTS: float(self.load.slots),
            "$CurrentDedicatedNodes": float(self._count(DEDICATED)),
            "$CurrentLowPriorityNodes": float(self._count(LOW_PRIORITY)),
        }
        run = self.formula.evaluate(
            Context(now, self.targets[DEDICATED], self.targets[LOW_PRIORITY], live, self.samples)
        )
        self.story.evaluations += 1
        if run.error is not None:
            self.story.failures += 1
            return
        wanted = {DEDICATED: run.target_dedicated_nodes, LOW_PRIORITY: run.target_low_priority_nodes}
        self.story.targets.append((self.now, wanted))
        for kind in KINDS:
            self._resize(kind, wanted[kind], run.node_deallocation_option)
        self.targets = wanted

    def _resize(self, kind: str, wanted: int, option: str) -> None:
        staying = [node for node in self.nodes if node.kind == kind and not node.is_leaving]
        for _ in range(min(wanted, MOST_NODES) - len(staying)):
            self.made += 1
            self.nodes.append(Node(kind, self._ready(kind), self.made))
        surplus = len(staying) - wanted
        if surplus > 0:
            self._shrink(staying, surplus, kind, option)

    def _ready(self, kind: str) -> int:
        """Return when a node that is asked for now is ready."""
        away = self.load.preempted
        if kind == LOW_PRIORITY and away and self.load.share == 1 and away[0] <= self.now < away[1]:
            return away[1] + BOOT
        return self.now + BOOT

    def _shrink(self, staying: Sequence[Node], surplus: int, kind: str, option: str) -> None:
        ordered = sorted(staying, key=lambda node: (not node.is_away, len(node.tasks), -node.number))
        interrupted = 0
        for node in ordered[:surplus]:
            node.is_leaving = True
            if option not in DRAINING:
                interrupted += len(node.tasks)
                self.story.lost_s += sum(self.now - end + self.durations[task] for task, end in node.tasks.items())
                if option == "requeue":
                    self._requeue(node)
                node.tasks.clear()
        self.nodes = [node for node in self.nodes if node.tasks or not node.is_leaving]
        if interrupted:
            found = Interruption(self.now, interrupted, kind, len(staying), len(staying) - surplus, option)
            self.story.interruptions.append(found)
