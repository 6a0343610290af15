"""Placements: on which of the nodes with room an instance of a task goes.

Where two nodes are equally good, the one that was created first is taken. A task of several instances is placed one
instance after the other.
"""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import NamedTuple

Draw = Callable[[int], int]
"""Returns a number from 0 to one less than its argument, from the pool's random stream."""


class Request(NamedTuple):
    """A task that is placed."""

    task: int
    """Its number in the pool."""
    job: int
    slots: int
    """Of one instance, as are cores and memory."""
    cores: int
    memory: int
    instances: int


class Node(NamedTuple):
    """A node with room for the task, and what is free there before the task comes."""

    number: int
    """In the order in which the nodes of the pool were created."""
    slots: int
    cores: int
    """Thousandths of a core."""
    memory: int
    """MiB."""


def best_fit(task: Request, nodes: Sequence[Node], draw: Draw, *, resource: str = "slots") -> Node:
    """Take the node with the least free of a resource."""
    del task, draw
    return min(nodes, key=attrgetter(resource, "number"))


def worst_fit(task: Request, nodes: Sequence[Node], draw: Draw, *, resource: str = "slots") -> Node:
    """Take the node with the most free of a resource."""
    del task, draw
    free = attrgetter(resource)
    return min(nodes, key=lambda node: (-free(node), node.number))


def random(task: Request, nodes: Sequence[Node], draw: Draw) -> Node:
    """Take any of the nodes, each with the same probability."""
    del task
    return nodes[draw(len(nodes))]


def lowest_id(task: Request, nodes: Sequence[Node], draw: Draw) -> Node:
    """Take the node that was created first."""
    del task, draw
    return nodes[0]
