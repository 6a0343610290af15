"""A pool as a policy sees it: kept from pass to pass by what the kernel reports of it."""

from __future__ import annotations

from array import array
from bisect import bisect_left, insort
from typing import TYPE_CHECKING, Any, Final

from simulator.engine.bridge.waiting_line import Line
from simulator.policy.scheduling.room import CLOSED, Room
from simulator.policy.scheduling.usage import Usage
from simulator.policy.scheduling.view import Running
from simulator.policy.scheduling.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from simulator.kernel import Kernel, Tasks
    from simulator.policy.scheduling.disciplines import Key

ALL: Final = -1
"""The one line where jobs have none of their own."""
Needs = tuple[int, int, int, int]
"""Slots, cores, memory and instances."""


class PoolView:
    """What `simulator.policy.scheduling.view.View` promises, of the kernel of one pool."""

    def __init__(self, order: Key, *, by_job: bool = False, half_life: float | None = None) -> None:
        self.now = 0
        self._kernel: Kernel
        self._order = order
        self._by_job = by_job
        self._usage = Usage(half_life) if by_job else None
        self._lines: dict[int, Line] = {} if by_job else {ALL: Line(order)}
        self._members: dict[int, Waiting] = {}
        """The tasks in the lines."""
        self._running: list[Running] = []
        self._attempts: dict[int, Running] = {}
        """By task, those of `_running`."""
        self._rankings = 0
        self._submit = array("q")
        self._queue = array("i")
        self._estimate = array("q")
        self._deadline = array("q")
        self._kinds: list[tuple[int, int]] = []
        """Job and shape of each of the kernel's queues."""
        self._needs: dict[int, Needs] = {}
        """By shape."""

    def attach(self, kernel: Kernel) -> None:
        """See a pool by its kernel, which has no tasks yet."""
        self._kernel = kernel
        self._queues, self._nodes, self._eligibility = kernel.queues, kernel.nodes, kernel.eligibility

    # ---- what comes ---------------------------------------------------------------------------------------

    def expect(self, tasks: Tasks, estimate: array[int], deadline: array[int]) -> None:
        """Note what is known of tasks before they come to the kernel."""
        self._submit.extend(tasks.submit)
        self._queue.extend(tasks.queue)
        self._estimate.extend(estimate)
        self._deadline.extend(deadline)
        self._kinds += tasks.queues

    def shorten(self, count: int) -> None:
        """Forget the tasks behind the first `count`, none of which has arrived."""
        for column in (self._submit, self._queue, self._estimate, self._deadline):
            del column[count:]

    def follow(self) -> None:
        """Take over what has happened in the kernel since the last pass."""
        kernel, queues = self._kernel, self._queues
        for task in kernel.released:
            self._end(task)
        kernel.released.clear()
        for change in queues.changes:
            if change >= 0:
                self._enter(self._facts(change))
            else:
                self._leave(~change)
        queues.changes.clear()
        if queues.rankings != self._rankings:
            self._rankings = queues.rankings
            self._rank()
        for line in self._lines.values():
            line.tidy()

    def start(self, task: Waiting, nodes: Sequence[int]) -> None:
        """Have a task start, and note that it has."""
        kernel, row = self._kernel, len(self._kernel.attempts)
        kernel.start_on(task.task, list(nodes), self.now)
        self._queues.changes.clear()  # that it waits no more
        self._leave(task.task)
        one = Running(self.now + task.estimate, row, task, self.now, tuple(nodes))
        insort(self._running, one)
        self._attempts[task.task] = one
        if self._usage is not None:
            self._usage.change(task.job, task.slots * task.instances, self.now)

    # ---- what a policy asks -------------------------------------------------------------------------------

    @property
    def waiting(self) -> Iterator[Waiting]:
        """The waiting tasks that may start, in the order of the policy."""
        if self._by_job:
            yield from sorted((task for line in self._lines.values() for task in self._open(line)), key=self._order)
        else:
            yield from self._open(self._lines[ALL])

    @property
    def jobs(self) -> Mapping[int, Iterator[Waiting]]:
        """The same by job."""
        return {job: self._open(line) for job, line in sorted(self._lines.items()) if len(line)}

    @property
    def running(self) -> Sequence[Running]:
        """The running tasks in the order of their estimated ends."""
        return self._running

    @property
    def has_room(self) -> bool:
        """Whether any slot is free on a node that takes tasks."""
        return bool(self._nodes.room.size)

    def fits(self, task: Waiting) -> bool:
        """Return whether a task could start now."""
        if not self.may_start(task):
            return False
        shape = self._shape(task.task)
        if self._eligibility.any:
            found = self._eligibility.places(task.job, task.task, shape, task.instances)
            return len(found) == task.instances
        return bool(self._nodes.find(shape) >= 0)

    def places(self, task: Waiting) -> tuple[int, ...]:
        """Return the nodes where the pool's placement would put a task now; none where it has no room."""
        return tuple(self._kernel.places(task.task)) if self.may_start(task) else ()

    def room(self) -> Room:
        """Return what is free on each node, as a copy to plan with."""
        nodes, count = self._nodes, self._nodes.count
        slots, serving = _listed(nodes.free_slots, count), _listed(nodes.serving, count)
        if not all(serving):
            slots = [free if is_open else CLOSED for free, is_open in zip(slots, serving, strict=True)]
        return Room(slots, _listed(nodes.free_cores, count), _listed(nodes.free_memory, count), nodes.slots)

    def used(self, job: int) -> float:
        """Return the slot-seconds that a job has used, where the policy keeps tasks by job."""
        return 0.0 if self._usage is None else self._usage.of(job, self.now)

    def held(self, job: int) -> int:
        """Return how many slots the running tasks of a job hold, where the policy keeps tasks by job."""
        return 0 if self._usage is None else self._usage.held(job)

    def draw(self, count: int) -> int:
        """Return a number from 0 to count − 1 from the pool's random stream."""
        return int(self._kernel.random.draw(count))

    # ---- what is checked of its answers -------------------------------------------------------------------

    def may_start(self, task: Waiting) -> bool:
        """Return whether a task waits with these very facts, is served, and has no manager that must start before."""
        number, job = task.task, task.job
        if self._members.get(number) != task or (self._queues.shut_jobs and self._queues.gate[job]):
            return False
        rules = self._eligibility
        return not rules.any or rules.led[job] == 1 or rules.manager(job) == number

    def has_room_on(self, task: Waiting, node: int) -> bool:
        """Return whether one instance of a task can start on a node."""
        if not 0 <= node < self._nodes.count:
            return False
        shape = self._shape(task.task)
        return bool(self._nodes.fits(node, shape) and self._eligibility.allows(task.job, task.task, shape, node))

    def is_expected(self, task: int, now: int) -> bool:
        """Return whether a running task was expected to have ended by now."""
        return self._attempts[task].ends <= now

    # ---- inside -------------------------------------------------------------------------------------------

    def _open(self, line: Line) -> Iterator[Waiting]:
        queues, rules = self._queues, self._eligibility
        for task in line:
            if not (queues.shut_jobs or rules.any) or self.may_start(task):
                yield task

    def _shape(self, task: int) -> int:
        return self._kinds[self._queue[task]][1]

    def _facts(self, task: int) -> Waiting:
        """Return what is known of a task that begins to wait."""
        job, shape = self._kinds[self._queue[task]]
        if shape not in self._needs:
            nodes = self._nodes
            one = nodes.needed_slots[shape], nodes.needed_cores[shape], nodes.needed_memory[shape]
            self._needs[shape] = (*one, nodes.instances[shape])
        return Waiting(
            task,
            job,
            self._queues.priorities[job],
            self._submit[task],
            self._estimate[task],
            self._deadline[task],
            *self._needs[shape],
        )

    def _enter(self, task: Waiting) -> None:
        key = task.job if self._by_job else ALL
        if key not in self._lines:
            self._lines[key] = Line(self._order)
        self._members[task.task] = task
        self._lines[key].add(task)

    def _leave(self, task: int) -> None:
        facts = self._members.pop(task)
        self._lines[facts.job if self._by_job else ALL].remove(task)

    def _end(self, task: int) -> None:
        one = self._attempts.pop(task)
        del self._running[bisect_left(self._running, one)]
        if self._usage is not None:
            slots = one.task.slots * one.task.instances
            self._usage.change(one.task.job, -slots, int(self._kernel.attempts.end[one.row]))

    def _rank(self) -> None:
        """Put tasks in order again where priorities of their jobs have changed.

        One that runs may come back to the place it has kept, so its priority counts as well.
        """
        priorities = self._queues.priorities
        if all(task.priority == priorities[task.job] for line in self._lines.values() for task in line.kept()):
            return
        tasks = [self._facts(task) for task in self._members]
        self._lines = {} if self._by_job else {ALL: Line(self._order)}
        for task in tasks:
            self._enter(task)


def _listed(column: Any, count: int) -> list[int]:
    """Return the first rows of a kernel's column: a list, or a buffer where the kernel is compiled."""
    found: list[int] = column[:count] if isinstance(column, list) else memoryview(column)[:count].tolist()
    return found
