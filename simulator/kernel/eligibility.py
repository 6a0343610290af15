"""Which tasks may go where, beyond room: managers first, nodes barred to a job, dedicated nodes only, reservations."""

from array import array

from simulator.kernel.buffers import appended
from simulator.kernel.node_capacity import Nodes
from simulator.kernel.optional_rules import Rules
from simulator.kernel.queues import Queues

NONE = -1
LAST = 2**62


class Eligibility:
    """Finds a node for a job's first task that may start, where not every node with room will do."""

    __slots__ = (
        "_barred",
        "_dedicated_gangs",
        "_managers",
        "_nodes",
        "_only_dedicated",
        "_queues",
        "_reserve",
        "any",
        "dedicated",
        "led",
        "members",
        "reserved",
        "returning",
    )

    def __init__(self, queues: Queues, nodes: Nodes) -> None:
        self.any = False
        """Whether some tasks may not go to every node with room."""
        self._queues = queues
        self._nodes = nodes
        self._managers: list[int] = []
        self._only_dedicated: list[bool] = []
        self._reserve = False
        self._dedicated_gangs = False
        self._barred: dict[int, set[int]] = {}
        """Nodes that a job may not use, since its preparation failed there."""
        self.dedicated = array("b")
        """1 for nodes that are never preempted, by sequence number."""
        self.led = array("b")
        """Whether a job's manager has started, or it has none."""
        self.returning: set[int] = set()
        """Jobs whose manager has started before and waits again."""
        self.members: list[int] = []
        """The nodes of the task that `first` found: several for a multi-instance task."""
        self.reserved = NONE
        """The queue of the multi-instance task that has reserved the idle nodes; −1 if none has."""

    def add_jobs(self, count: int) -> None:
        """Add jobs without managers."""
        before = len(self._managers)
        self._managers += [NONE] * count
        self._only_dedicated += [False] * count
        self.led = appended(self.led, before, array("b", [1]) * count)

    def shorten(self, count: int) -> None:
        """Forget managers that are none of the first `count` tasks."""
        for job, manager in enumerate(self._managers):
            if manager >= count:
                self._managers[job] = NONE
                self.led[job] = 1

    def apply(self, rules: Rules) -> None:
        """Take over what rules of jobs or of the pool restrict beyond what is restricted already."""
        for job, manager in enumerate(rules.managers):
            if manager != NONE:
                self._managers[job] = manager
                self._only_dedicated[job] = bool(rules.dedicated_managers) and rules.dedicated_managers[job]
                self.led[job] = 0
        self._reserve = self._reserve or rules.reserve_gangs
        self._dedicated_gangs = self._dedicated_gangs or rules.dedicated_gangs
        self.any = self.any or rules.restricts_nodes

    def describe(self, node: int, is_dedicated: bool) -> None:
        """Note what kind a new node is."""
        while len(self.dedicated) <= node:
            self.dedicated = array("b", bytes(self.dedicated)) + array("b", bytes(max(64, len(self.dedicated))))
        self.dedicated[node] = is_dedicated

    def bar(self, job: int, node: int) -> None:
        """Bar `node` for `job` from now on."""
        self._barred.setdefault(job, set()).add(node)

    def renew(self, node: int) -> None:
        """Note that a new machine stands behind `node`: no job has a reason to avoid it."""
        for barred in self._barred.values():
            barred.discard(node)

    def start(self, job: int, task: int) -> None:
        """Note that `task` has its node."""
        if self._managers[job] == task:
            self.led[job] = 1
            self.returning.discard(job)

    def wait(self, job: int, task: int) -> None:
        """Note that `task` waits."""
        if self._managers[job] == task and self.led[job] == 1:
            self.returning.add(job)

    def manager(self, job: int) -> int:
        """Return the manager of a job, -1 if it has none."""
        return self._managers[job]

    def first(self, job: int) -> int:
        """Return the queue of the first task of `job` that may start, its nodes in `members`; -1 where none may."""
        best = NONE
        blocked = NONE
        earliest = LAST
        waiting_since = LAST
        following = self._queues.first_of_job[job]
        while following != NONE:
            queue = following
            following = self._queues.next_of_job[queue]
            task = self._queues.front[queue]
            if task == NONE or (self.led[job] == 0 and task != self._managers[job]):
                continue
            place = self._queues.place(task)
            if place >= earliest:
                continue
            shape = self._queues.shape[queue]
            nodes = self.places(job, task, shape, self._nodes.instances[shape])
            nodes = nodes if len(nodes) == self._nodes.instances[shape] else []
            if nodes:
                best = queue
                earliest = place
                self.members = nodes
            elif self._reserve and place < waiting_since and self._could(job, self._queues.shape[queue]):
                waiting_since = place
                blocked = queue
        if blocked != NONE and waiting_since < earliest:
            self.reserved = blocked
            return NONE
        if best != NONE and best == self.reserved:
            self.reserved = NONE
        return best

    def still_reserved(self) -> bool:
        """Return whether the task that reserved nodes still waits and is served."""
        if self.reserved != NONE:
            job = self._queues.job[self.reserved]
            if self._queues.front[self.reserved] == NONE or self._queues.gate[job]:
                self.reserved = NONE
        return self.reserved != NONE

    def allows(self, job: int, task: int, shape: int, node: int) -> bool:
        """Return whether `task` may go to `node` if there is room."""
        if job in self._barred and node in self._barred[job]:
            return False
        is_restricted = self._only_dedicated[job] and task == self._managers[job]
        if is_restricted or (self._dedicated_gangs and self._nodes.instances[shape] > 1):
            return self.dedicated[node] == 1
        return True

    def places(self, job: int, task: int, shape: int, most: int) -> list[int]:
        """Return the nodes that one instance of a task can take, best first by the fill type, so many at most."""
        found: list[int] = []
        node = self._nodes.next_with_room(NONE, shape)
        while node != NONE and len(found) < most:
            if self._nodes.fits(node, shape) and self.allows(job, task, shape, node):
                found.append(node)
            node = self._nodes.next_with_room(node, shape)
        return found

    def _could(self, job: int, shape: int) -> bool:
        """Return whether a multi-instance task would have enough nodes if they all were idle."""
        needed = self._nodes.instances[shape]
        if needed == 1:
            return False
        able = 0
        for node in range(self._nodes.count):
            if self._nodes.serving[node] and self.allows(job, NONE, shape, node):
                able += 1
        return able >= needed
