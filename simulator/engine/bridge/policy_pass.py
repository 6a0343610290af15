"""The scheduling pass of a pool whose tasks start as a policy decides: decisions are checked and performed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard, cast

from simulator.errors import InputError, Problem
from simulator.policy.scheduling.view import Start
from simulator.policy.scheduling.waiting import Waiting
from simulator.units import MS_PER_S

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Mapping

    from simulator.engine.bridge.pool_view import PoolView
    from simulator.kernel import Kernel, Tasks
    from simulator.policy.scheduling.view import Decisions


class PolicyPass:
    """Asks a queue discipline what starts; the kernel's planner."""

    def __init__(
        self, name: str, decide: Callable[..., Decisions], arguments: Mapping[str, Any], view: PoolView
    ) -> None:
        self._name = name
        self._decide = decide
        self._arguments = dict(arguments)
        self._view = view
        self._kernel: Kernel
        self._started: list[Start] = []
        """What has started in this pass."""

    def attach(self, kernel: Kernel) -> None:
        """Plan for a kernel, which has no tasks yet."""
        self._kernel = kernel
        self._view.attach(kernel)

    def expect(self, tasks: Tasks, estimate: array[int], deadline: array[int]) -> None:
        """Note what is known of tasks before they come to the kernel: how long they should take, and by when."""
        self._view.expect(tasks, estimate, deadline)

    def shorten(self, count: int) -> None:
        """Forget the tasks behind the first `count`, none of which has arrived."""
        self._view.shorten(count)

    def plan(self, now: int) -> None:
        """Make the pass of an instant."""
        view = self._view
        view.follow()
        if not self._kernel.queues.open_jobs or not view.has_room:
            return
        view.now = now
        self._started = []
        for decision in self._decide(view, **self._arguments):
            self._perform(decision)

    def is_expected(self, task: int, now: int) -> bool:
        """Return whether a running task was expected to have ended by now."""
        return self._view.is_expected(task, now)

    def _perform(self, decision: object) -> None:
        """Start a task, or raise InputError where that cannot be."""
        if not _is_decision(decision):
            raise self._refused(
                f"answers {decision!r}, and a decision is a Start(task) or Start(task, nodes), with a task of the view "
                "and a tuple of numbers of nodes"
            )
        task = decision.task
        if not self._view.may_start(task):
            raise self._refused(
                f"starts task {task.task}, which does not wait, or whose job is not served now, or which is not as "
                "the view has it"
            )
        if decision.nodes:
            self._check_nodes(decision)
        nodes = decision.nodes or self._view.places(task)
        if not nodes:
            raise self._refused(f"starts task {task.task}, which has room nowhere: {self._story(task)}")
        self._view.start(task, nodes)
        self._started.append(Start(task, nodes))

    def _check_nodes(self, decision: Start) -> None:
        task, nodes = decision
        if not len(nodes) == len(set(nodes)) == task.instances:
            needed = f"{task.instances} of them, each once"
            raise self._refused(f"starts task {task.task} on nodes {nodes}, and it needs {needed}")
        for node in nodes:
            if not self._view.has_room_on(task, node):
                raise self._refused(
                    f"starts task {task.task} on node {node}, where it has no room: {self._story(task)}"
                )

    def _story(self, task: Waiting) -> str:
        """Return what a task needs, and what is free."""
        room = self._view.room()
        free = ", ".join(f"{node}: {slots}" for node, slots in enumerate(room.slots) if slots > 0) or "none"
        needs = f"{task.slots} slots, {task.cores / 1000:g} cores and {task.memory} MiB on {task.instances} nodes"
        return f"it needs {needs}; free slots by node: {free}"

    def _refused(self, what: str) -> InputError:
        before = ", ".join(f"task {one.task.task} on {list(one.nodes)}" for one in self._started) or "nothing"
        at = self._view.now / MS_PER_S
        text = f"at {at:g} s the queue policy {self._name} {what} (started before in this pass: {before})"
        return InputError([Problem(text)])


def _is_decision(answer: object) -> TypeGuard[Start]:
    """Return whether a policy's answer has the form of a decision, all the way down."""
    if not isinstance(answer, Start):
        return False
    task, nodes = cast("tuple[object, object]", answer)
    return isinstance(task, Waiting) and isinstance(nodes, tuple) and all(isinstance(node, int) for node in nodes)
