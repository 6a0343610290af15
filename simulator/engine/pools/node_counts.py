"""How many nodes of a pool are in which condition: kept and remembered as nodes change, where they are sampled."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from simulator.states import WITHOUT_VM, NodeKind, NodeState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulator.engine.environment import Environment
    from simulator.engine.nodes.node import Node


class Condition(IntEnum):
    """What counts of the state of a node."""

    WITHOUT_VM = 0
    PREEMPTED = 1
    WITH_VM = 2
    USABLE = 3
    """In service, and open to tasks."""


OF_STATE: Final[dict[NodeState | None, Condition]] = {
    None: Condition.WITHOUT_VM,
    **dict.fromkeys(NodeState, Condition.WITH_VM),
    **dict.fromkeys(WITHOUT_VM, Condition.WITHOUT_VM),
    NodeState.PREEMPTED: Condition.PREEMPTED,
}
"""The condition of a node in each state, unless it is in service."""


class NodeCounts(NamedTuple):
    """Counts of nodes at an instant; `usable` ones are in service, `with_vm` are all but preempted and deallocated."""

    dedicated: int
    low_priority: int
    preempted: int
    with_vm: int
    usable: int
    allocated: int
    """The sum of the instants at which those with a VM were allocated, ms."""


class NodeCensus:
    """Counts the nodes of one pool; their only owner is the pool's `Members`."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._of_kind = dict.fromkeys(NodeKind, 0)
        self._in_condition = [0] * len(Condition)
        self._allocated = 0
        self._condition: dict[int, Condition] = {}
        """By sequence number of a node, as long as somebody watches: else nobody asks for more than kinds."""
        self.past: list[tuple[int, NodeCounts]] = []
        """Counts since `watch`, each with the instant, doubled, from which on they are true.

        One more than that where the samples of the instant had been taken before. Empty where nobody watches.
        """

    def count(self, kind: NodeKind) -> int:
        """Return how many nodes of one kind there are."""
        return self._of_kind[kind]

    @property
    def now(self) -> NodeCounts:
        """The counts as they are, while somebody watches."""
        _, preempted, with_vm, usable = self._in_condition
        dedicated, low_priority = self._of_kind[NodeKind.DEDICATED], self._of_kind[NodeKind.LOW_PRIORITY]
        return NodeCounts(dedicated, low_priority, preempted, with_vm + usable, usable, self._allocated)

    def watch(self, nodes: Iterable[Node]) -> None:
        """Remember the counts from now on, and forget those of before; `nodes` are all that there are."""
        self._condition = {node.sequence: _condition(node) for node in nodes}
        self._in_condition = [0] * len(Condition)
        for condition in self._condition.values():
            self._in_condition[condition] += 1
        self._allocated = sum(node.allocated for node in nodes if self._condition[node.sequence] >= Condition.WITH_VM)
        self.past = [(2 * self._env.clock, self.now)]

    def appeared(self, node: Node) -> None:
        """Count a new node."""
        self._of_kind[node.kind] += 1
        if self.past:
            self._condition[node.sequence] = Condition.WITHOUT_VM
            self._in_condition[Condition.WITHOUT_VM] += 1
            self._remember()

    def changed(self, node: Node) -> None:
        """Count a node as what it is now."""
        if not self.past:
            return
        before, after = self._condition[node.sequence], _condition(node)
        if before is after:
            return
        self._condition[node.sequence] = after
        self._in_condition[before] -= 1
        self._in_condition[after] += 1
        self._allocated += node.allocated * ((after >= Condition.WITH_VM) - (before >= Condition.WITH_VM))
        self._remember()

    def gone(self, node: Node) -> None:
        """Count a node no more."""
        self._of_kind[node.kind] -= 1
        if self.past:
            self._in_condition[self._condition.pop(node.sequence)] -= 1
            self._remember()

    def _remember(self) -> None:
        """Note the counts from now on, where somebody watches."""
        since = 2 * self._env.clock + self._env.has_sampled
        if self.past[-1][0] == since:
            self.past.pop()
        self.past.append((since, self.now))


def _condition(node: Node) -> Condition:
    return Condition.USABLE if node.state is NodeState.IDLE and node.is_open else OF_STATE[node.state]
