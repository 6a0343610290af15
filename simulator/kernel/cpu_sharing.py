"""Processors that more tasks share than there are: the processes on a node run slower, all by the same factor.

While the processes on a node use more cores than it has, each does `cores / sum` of its work in a unit of time
(slowdown = max(1, cores used / vCPU): docs/model.md#cpu-sharing). Only the process is slowed: what comes before it
and the upload after it take their time.
A process uses its cores from its beginning to its end. Work is counted in parts of a millisecond and rounded down
whenever a process begins or ends on the node, so that nothing ends early; ends are whole milliseconds, rounded up.
"""

from collections.abc import Sequence

from simulator.kernel.attempts import Attempts
from simulator.kernel.calendar import Calendar
from simulator.kernel.heap import Heap
from simulator.kernel.inputs import Shape
from simulator.kernel.node_capacity import Nodes
from simulator.states import Outcome

EXPIRED = int(Outcome.EXPIRED)
FOREVER = 2**63 - 1
"""What an empty calendar shows at its top."""
LATER = 2**62
"""The end of an attempt that others on its node precede: it has no place in the calendar."""
PARTS = 720_720
"""Of a millisecond: divisible by 1 … 16, so that the shares of up to sixteen equal tasks are exact."""


class Process:
    """What an attempt does between its preparations and its end."""

    __slots__ = (
        "cores",
        "deadline",
        "due",
        "instances",
        "is_at_work",
        "node",
        "outcome",
        "row",
        "target",
        "task",
        "upload",
        "work",
    )

    def __init__(
        self,
        task: int,
        row: int,
        instances: int,
        node: int,
        cores: int,
        work: int,
        upload: int,
        deadline: int,
        outcome: int,
    ) -> None:
        self.task = task
        self.row = row
        self.instances = instances
        self.node = node
        """The first one of a multi-instance task; it has its nodes alone, and they are all alike."""
        self.cores = cores
        self.work = work
        """How long it takes alone, ms."""
        self.upload = upload
        """How long the upload of what it has left takes, ms."""
        self.deadline = deadline
        self.outcome = outcome
        """What it comes to unless it runs out of time."""
        self.is_at_work = False
        self.target = 0
        """What the clock of its node shows when the work is done."""
        self.due = LATER
        """When it ends, if it is the first on its node to do so."""


class Processors:
    """The cores of one node."""

    __slots__ = ("clock", "processes", "since", "used")

    def __init__(self) -> None:
        self.clock = 0
        """How much work any process would have done here since the node was first used, in `PARTS` of a millisecond."""
        self.since = 0
        """The instant of `clock`."""
        self.used = 0
        """Cores in use, thousandths; may be more than there are."""
        self.processes: list[Process] = []


class Sharing:
    """Keeps, of the processes on each node, those in the calendar that end first."""

    __slots__ = (
        "_attempts",
        "_bits",
        "_calendar",
        "_cores",
        "_expected",
        "_last",
        "_nodes",
        "_processors",
        "_uploading",
        "any",
        "busy",
        "needs",
        "worked",
    )

    def __init__(self, nodes: Nodes, attempts: Attempts, calendar: Calendar | Heap, bits: int) -> None:
        self.any = nodes.share_cores
        self.needs: list[int] = []
        """Cores that a task of each shape uses; one that asks for none has its share of the node by slots."""
        self.busy = 0
        """Cores at work in all nodes, never more than there are."""
        self.worked = 0
        """How much work the process had done that was withdrawn last, ms."""
        self._nodes = nodes
        self._attempts = attempts
        self._calendar = calendar
        self._bits = bits
        self._last = (calendar.top >> bits) - 1
        self._cores = nodes.cores
        self._expected: dict[int, Process] = {}
        """By task, from assignment to the end."""
        self._processors: dict[int, Processors] = {}
        """By node, those that anything has ever run on."""
        self._uploading: dict[int, int] = {}
        """By task whose output is being uploaded: how much work its process has done, ms."""

    def add_shapes(self, shapes: Sequence[Shape]) -> None:
        """Add what tasks of further shapes use."""
        nodes = self._nodes
        self.needs += [shape.cores or shape.slots * nodes.cores // nodes.slots for shape in shapes]

    def renumber(self, calendar: Calendar | Heap, bits: int) -> None:
        """Go on with another calendar, whose keys have so many bits for the task."""
        self._calendar = calendar
        self._bits = bits
        self._last = (FOREVER >> bits) - 1
        for process in self._expected.values():
            if process.due != LATER:
                process.due = min(process.due, self._last)

    def expect(self, task: int, shape: int, node: int, work: int, upload: int, deadline: int, outcome: int) -> None:
        """Note that a task has its node, where its process will begin later."""
        row = self._attempts.count
        instances = self._nodes.instances[shape]
        self._expected[task] = Process(task, row, instances, node, self.needs[shape], work, upload, deadline, outcome)

    def is_to_begin(self, task: int) -> bool:
        """Return whether the process of a task has not begun yet, but can."""
        return task in self._expected and not self._expected[task].is_at_work

    def begin(self, task: int, now: int) -> int:
        """Begin the process of a task; return how many entries of the calendar are not valid any more."""
        process = self._expected[task]
        processors = self._processors.setdefault(process.node, Processors())
        self._turn(processors, now)
        process.is_at_work = True
        process.target = processors.clock + process.work * PARTS
        processors.processes.append(process)
        self._use(processors, process, process.cores)
        self._postpone(process)
        return self._retime(processors, now)

    def is_to_upload(self, task: int) -> bool:
        """Return whether the process of a task has left something to upload."""
        return task in self._expected and self._expected[task].is_at_work and self._expected[task].upload > 0

    def upload(self, task: int, now: int) -> int:
        """End the process of a task that is due, and begin its upload; return how many entries are not valid any more.

        It ends at the time limit of its task at the latest.
        """
        process = self._expected.pop(task)
        self._uploading[task] = process.work
        stale = self._leave(process, now)
        end = now + process.upload
        outcome = process.outcome
        if end > process.deadline:
            end = process.deadline
            outcome = EXPIRED
        process.due = LATER  # where it stood, it has been taken out
        self._put(process, min(end, self._last), outcome)
        return stale

    def end(self, task: int, now: int) -> int:
        """End the process of a task that is due; return how many entries of the calendar are not valid any more."""
        self._uploading.pop(task, None)
        if task not in self._expected:
            return 0
        return self._leave(self._expected.pop(task), now)

    def withdraw(self, task: int, now: int) -> int:
        """End it from outside, and set `worked`; the count takes into account that it may have had no entry."""
        self.worked = self._uploading.pop(task, 0)
        if task not in self._expected:
            return 0
        process = self._expected.pop(task)
        if not process.is_at_work:
            return 0
        without = -1 if process.due == LATER else 0
        stale = self._leave(process, now)
        left = process.target - self._processors[process.node].clock
        self.worked = process.work + (-left) // PARTS
        return stale + without

    def _leave(self, process: Process, now: int) -> int:
        processors = self._processors[process.node]
        self._turn(processors, now)
        processors.processes.remove(process)
        self._use(processors, process, -process.cores)
        return self._retime(processors, now)

    def _turn(self, processors: Processors, now: int) -> None:
        """Set the clock of a node."""
        whole = (now - processors.since) * PARTS * self._cores
        processors.clock += whole // max(processors.used, self._cores)
        processors.since = now

    def _use(self, processors: Processors, process: Process, cores: int) -> None:
        """Take cores of a node, or release them if `cores` is negative."""
        before = min(processors.used, self._cores)
        processors.used += cores
        self.busy += (min(processors.used, self._cores) - before) * process.instances

    def _retime(self, processors: Processors, now: int) -> int:
        """Find the first end on a node and its instant; return how many calendar entries that makes stale."""
        if not processors.processes:
            return 0
        soonest = min([process.target for process in processors.processes])
        used = max(processors.used, self._cores)
        needed = max(soonest - processors.clock, 0) * used
        limits = [process.deadline for process in processors.processes]
        limits.append(now - (-needed // (PARTS * self._cores)))
        first = min(limits)
        reached = processors.clock + (first - now) * PARTS * self._cores // used
        if first > self._last:  # beyond the calendar: whoever is first ends when it does
            first = self._last
            reached = soonest
        stale = 0
        for process in processors.processes:
            if process.target <= reached:
                stale += self._put(process, first, process.outcome)
            elif process.deadline <= first:
                stale += self._put(process, first, EXPIRED)
            elif process.due != LATER:
                stale += 1
                self._postpone(process)
        return stale

    def _put(self, process: Process, due: int, outcome: int) -> int:
        """Schedule the end of a process at `due`; return 1 if it was elsewhere in the calendar."""
        stale = 0
        if process.due != due:
            stale = 0 if process.due == LATER else 1
            process.due = due
            self._calendar.push(due << self._bits | process.task)
        for row in range(process.row, process.row + process.instances):
            self._attempts.end[row] = due
            self._attempts.outcome[row] = outcome
        return stale

    def _postpone(self, process: Process) -> None:
        """Move the end of a process behind those of others."""
        process.due = LATER
        for row in range(process.row, process.row + process.instances):
            self._attempts.end[row] = LATER
