"""Task preemption: which tasks stop so that a waiting task of a more important job can start.

Only without a free fit; only on one node; tasks of the lowest priority go first, among those the latest started.
A job manager that comes back may also displace tasks of its own job and priority, whatever their jobs allow.
"""

from array import array

from simulator.kernel.attempts import Attempts
from simulator.kernel.eligibility import Eligibility
from simulator.kernel.node_capacity import Nodes
from simulator.kernel.optional_rules import Rules
from simulator.kernel.queues import Queues

NONE = -1


class Displacement:
    """Looks at running tasks one by one, only where tasks wait that may displace others."""

    __slots__ = ("_displaceable", "_eligibility", "_nodes", "_queues", "any")

    def __init__(self, queues: Queues, nodes: Nodes, eligibility: Eligibility) -> None:
        self._displaceable: list[bool] = []
        self._queues = queues
        self._nodes = nodes
        self._eligibility = eligibility
        self.any = False
        """Whether any task may displace another."""

    def add_jobs(self, count: int) -> None:
        """Add jobs whose tasks stay where they are."""
        self._displaceable += [False] * count

    def apply(self, rules: Rules) -> None:
        """Take over which jobs may have to make room, and which have a manager."""
        for job, may_go in enumerate(rules.displaceable):
            self._displaceable[job] = self._displaceable[job] or may_go
        managed = any(manager != NONE for manager in rules.managers)
        self.any = self.any or any(rules.displaceable) or managed

    def keep(self, job: int) -> None:
        """Leave the running tasks of a job where they are from now on."""
        self._displaceable[job] = False

    def victims(self, job: int, queue_of: "array[int]", rows: "array[int]", attempts: Attempts) -> list[int]:
        """Return the tasks that go so that the first waiting task of `job` fits somewhere; none where that cannot be.

        `queue_of` and `rows` are the queue and the first attempt row of each task.
        """
        task, shape = self._first_waiting(job)
        if task == NONE or self._nodes.instances[shape] > 1:
            return []
        returning = task == self._eligibility.manager(job) and self._eligibility.led[job] == 1
        best: list[int] = []
        best_key: tuple[int, int, int] | None = None
        for node in range(self._nodes.count):
            if not self._nodes.serving[node] or not self._eligibility.allows(job, task, shape, node):
                continue
            chosen = self._on_node(job, node, shape, returning, queue_of, rows, attempts)
            if chosen:
                level = min(self._queues.level_of_job[self._queues.job[queue_of[one]]] for one in chosen)
                started = min(attempts.assigned[rows[one]] for one in chosen)
                key = (-level, len(chosen), -started)
                if best_key is None or key < best_key:
                    best, best_key = chosen, key
        return best

    def _first_waiting(self, job: int) -> tuple[int, int]:
        """Return the first waiting task of a job, which has no room anywhere, and its shape."""
        task = NONE
        shape = NONE
        queue = self._queues.first_of_job[job]
        while queue != NONE:
            front = self._queues.front[queue]
            if front != NONE and (task == NONE or self._queues.place(front) < self._queues.place(task)):
                task, shape = front, self._queues.shape[queue]
            queue = self._queues.next_of_job[queue]
        return task, shape

    def _on_node(
        self,
        job: int,
        node: int,
        shape: int,
        returning: bool,
        queue_of: "array[int]",
        rows: "array[int]",
        attempts: Attempts,
    ) -> list[int]:
        """Return those that must go from one node so that `shape` fits; none if it does not even then."""
        mine = self._queues.level_of_job[job]
        able = []
        for one in self._nodes.tasks_on(node):
            other = self._queues.job[queue_of[one]]
            lower = self._queues.level_of_job[other] > mine and self._displaceable[other]
            if lower or (returning and self._queues.level_of_job[other] >= mine):
                able.append((-self._queues.level_of_job[other], -attempts.assigned[rows[one]], one))
        chosen: list[int] = []
        slots = self._nodes.free_slots[node]
        cores = self._nodes.free_cores[node]
        memory = self._nodes.free_memory[node]
        for _, _, one in sorted(able):
            if self._has_room(shape, slots, cores, memory):
                break
            held = self._queues.shape[queue_of[one]]
            chosen.append(one)
            slots += self._nodes.needed_slots[held]
            if self._nodes.mixed:
                cores += self._nodes.needed_cores[held]
                memory += self._nodes.needed_memory[held]
        return chosen if self._has_room(shape, slots, cores, memory) else []

    def _has_room(self, shape: int, slots: int, cores: int, memory: int) -> bool:
        nodes = self._nodes
        return bool(
            slots >= nodes.needed_slots[shape]
            and (not nodes.mixed or (cores >= nodes.needed_cores[shape] and memory >= nodes.needed_memory[shape]))
        )
