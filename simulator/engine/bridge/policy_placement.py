"""Where tasks of a pool go whose placement is a policy: the kernel's placer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import InputError, Problem
from simulator.policy.scheduling.placements import Node, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from simulator.kernel import Kernel


class PolicyPlacement:
    """Asks a placement which of the nodes with room a task takes."""

    def __init__(self, name: str, function: Callable[..., object], arguments: Mapping[str, Any]) -> None:
        self._name = name
        self._function = function
        self._arguments = dict(arguments)
        self._kernel: Kernel

    def attach(self, kernel: Kernel) -> None:
        """Place tasks of a kernel."""
        self._kernel = kernel

    def choose(self, task: int, shape: int, nodes: Sequence[int], count: int) -> list[int]:
        """Return `count` of the nodes, all of which have room for the task, one after the other."""
        kernel = self._kernel
        needs = kernel.shapes[shape]
        request = Request(task, kernel.job_of(task), needs.slots, needs.cores, needs.memory, needs.instances)
        able = [self._node(node) for node in nodes]
        chosen = []
        for _ in range(count):
            node = self._function(request, able, kernel.random.draw, **self._arguments)
            if not isinstance(node, Node) or node not in able:  # a plain tuple of the same values equals a node
                numbers = [one.number for one in able]
                text = f"the placement policy {self._name} answers {node!r} for task {task}; it can go to {numbers}"
                raise InputError([Problem(text)])
            able.remove(node)
            chosen.append(node.number)
        return chosen

    def _node(self, node: int) -> Node:
        """Return what is free on a node; cores and memory that never bind are not kept by the kernel."""
        nodes = self._kernel.nodes
        cores, memory = int(nodes.free_cores[node]), int(nodes.free_memory[node])
        if not nodes.mixed:
            for task in nodes.tasks_on(node):
                held = self._kernel.shape_of(task)
                cores -= held.cores
                memory -= held.memory
        return Node(node, int(nodes.free_slots[node]), cores, memory)
