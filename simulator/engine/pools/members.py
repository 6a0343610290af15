"""The nodes of a pool, from `creating` until gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from simulator.engine.nodes.node import Node
from simulator.engine.pools.machine_numbers import MachineNumbers, address
from simulator.scenario.format.run_names import node_id
from simulator.states import NodeKind

if TYPE_CHECKING:
    from simulator.engine.nodes.home import Home
    from simulator.engine.nodes.site import Site


class Members:
    """The nodes of one pool by sequence number, and the rows of all that it ever had."""

    def __init__(self, site: Site, addresses: MachineNumbers) -> None:
        self._site = site
        self._nodes: dict[int, Node] = {}
        self._appeared = dict.fromkeys(NodeKind, 0)
        """How many nodes of each kind have appeared so far."""
        self._names = MachineNumbers()
        self._addresses = addresses
        self.rows: list[int] = []
        """Row of the node table by sequence number, gone nodes included."""

    def __iter__(self) -> Iterator[Node]:
        return iter(self._nodes.values())

    def __len__(self) -> int:
        return len(self._nodes)

    def __getitem__(self, sequence: int) -> Node:
        return self._nodes[sequence]

    def get(self, sequence: int) -> Node | None:
        """Return the node of a sequence number; None if it is gone."""
        return self._nodes.get(sequence)

    def of_kind(self, kind: NodeKind) -> list[Node]:
        """Return the nodes of one kind, by sequence number."""
        return [node for node in self._nodes.values() if node.kind is kind]

    def count(self, kind: NodeKind) -> int:
        """Return how many nodes of one kind there are."""
        return sum(node.kind is kind for node in self._nodes.values())

    def with_vm(self, kind: NodeKind) -> list[Node]:
        """Return the nodes of one kind that have a VM, by sequence number."""
        return [node for node in self._nodes.values() if node.kind is kind and node.has_vm]

    def named(self, name: str) -> Node | None:
        """Return the node of an id, without case as the service does; None if there is none."""
        return next((node for node in self._nodes.values() if node.id.lower() == name.lower()), None)

    def add(self, kind: NodeKind, home: Home, zones: Sequence[int]) -> Node:
        """Add a node that has been allocated now, in the one of `zones` that has the fewest of the pool."""
        site, record = self._site, self._site.world.record
        sequence = len(self.rows)
        site.change().nodes.reserve(sequence + 1)
        name, machine = self._names.take(), self._addresses.take()
        row = record.node(
            node_id(site.id, sequence + 1, kind),
            site.index,
            kind,
            sequence,
            host=f"{site.id}-vm{name}",
            address=address(machine),
            zone=self._emptiest(zones),
        )
        self.rows.append(row)
        node = Node(site, home, kind, sequence, row, place=self._appeared[kind], name=name, machine=machine)
        self._appeared[kind] += 1
        self._nodes[sequence] = node
        return node

    def remove(self, node: Node) -> None:
        """Remove a node that is gone; its name and address are free."""
        del self._nodes[node.sequence]
        self._names.release(node.name)
        self._addresses.release(node.machine)

    def _emptiest(self, zones: Sequence[int]) -> int:
        if len(zones) == 1:
            return zones[0]
        taken = [node.zone for node in self._nodes.values()]
        return min(zones, key=taken.count)
