"""The columns of tasks, attempts and nodes of one pool; tasks, shapes, queues and jobs may come at any time."""

from array import array
from collections.abc import Sequence

from simulator.kernel.attempt_duration import Work
from simulator.kernel.attempts import Attempts
from simulator.kernel.buffers import NATIVE, appended, column, extended, widened, zeros
from simulator.kernel.calendar import Calendar
from simulator.kernel.cpu_sharing import Sharing
from simulator.kernel.eligibility import Eligibility
from simulator.kernel.heap import Heap
from simulator.kernel.inputs import Choices, Shape, Tasks
from simulator.kernel.job_gates import Jobs
from simulator.kernel.node_capacity import Nodes
from simulator.kernel.notices import Notices
from simulator.kernel.optional_rules import Rules
from simulator.kernel.parents import Parents
from simulator.kernel.placement import Placement
from simulator.kernel.queues import Queues
from simulator.kernel.random_stream import RandomStream
from simulator.states import Outcome, TaskState

NONE = -1
FOREVER = 2**63 - 1
"""What an empty calendar shows at its top."""
RUNNING = int(TaskState.RUNNING)
COMPLETED = int(TaskState.COMPLETED)
SUCCEEDED = int(Outcome.SUCCEEDED)


class TaskColumns:
    """What is known of tasks beforehand and what becomes of them: the first `count` rows of each column are in use."""

    def __init__(self, nodes: Nodes, rules: Rules, choices: Choices) -> None:
        self._add_columns()
        self._add_parts(nodes, rules, choices)
        self._add_calendar()
        self._add_counts()
        self._add_flags(rules, choices)

    def _add_columns(self) -> None:
        """Add the columns of tasks, without rows."""
        self.count = 0
        self.shapes: list[Shape] = []
        self.submit = array("q")
        self._span = array("q")
        self.queue = array("i")
        self._max_retries = array("i")
        self.failures = array("i")
        """How many of the attempts to come fail; −1: all of them."""
        self.state = array("b")
        self.retries = array("i")
        self.row = array("i")
        """First row of the latest attempt in `attempts`."""
        self.cell = array("i")
        """Where it runs, if it runs on one node only."""

    def _add_parts(self, nodes: Nodes, rules: Rules, choices: Choices) -> None:
        """Add the objects that hold attempts, queues, gates, notices and room."""
        self.nodes = nodes
        self.attempts = Attempts(0)
        self.queues = Queues(reordered=choices.retry_at_tail or rules.random_order, listed=choices.planner is not None)
        self.notices = Notices()
        self.jobs = Jobs(self.queues, self.notices)
        self.eligibility = Eligibility(self.queues, nodes)
        self.placement = Placement(self.queues, nodes, self.eligibility)
        self.parents = Parents()
        self.work = Work()
        self.random = RandomStream(choices.seed)

    def _add_calendar(self) -> None:
        """Add the calendar of ends, and the cores that may move them."""
        self._number_in(1)
        self.calendar = self._empty_calendar()
        """Of `end << bits | task`."""
        self.stale = 0
        """How many entries of the calendar are not valid any more."""
        self.sharing = Sharing(self.nodes, self.attempts, self.calendar, self.bits)

    def _number_in(self, bits: int) -> None:
        """Set how many bits of a key in the calendar are the number of a task."""
        self.bits = bits
        self.mask = (1 << bits) - 1
        self.last_instant = (FOREVER >> bits) - 1
        """The last instant the calendar knows, some years at least: what ends later ends there."""

    def _empty_calendar(self) -> Calendar | Heap:
        return Calendar(self.bits) if NATIVE else Heap()

    def _add_counts(self) -> None:
        """Add the counts of tasks by where they are."""
        self.running_of_shape = column("i", [])
        self.never_fits = column("b", [])
        self.parked_of_shape = column("i", [])
        self.parked = 0
        """Arrived tasks that no node of this pool can ever run."""
        self.blocked = 0
        """Arrived tasks that wait for others."""
        self.overdue: list[int] = []
        """Tasks whose time limit is reached at this instant: it ends those that nothing else ends then."""
        self.abandoned = 0
        """Tasks that stay active although their job has ended."""
        self.completed = 0
        self.removed = 0
        """Completed tasks that a client has deleted: they count nowhere any more."""
        self.failed = 0

    def _add_flags(self, rules: Rules, choices: Choices) -> None:
        """Note which rules of jobs, tasks and the pool have anything to decide here: those of tasks have none yet."""
        self.fallible = False
        """Whether any attempt fails."""
        self.is_uniform = False
        """Whether all tasks take the same, on one node each."""
        self._wish = array("i")
        self.wishes = column("i", [])
        """The node at each place that tasks wish for; −1 where it is not there."""
        self._extends_attempts = False
        self.special = False
        """Whether an attempt takes more than looking up its span."""
        self._shares = rules.share_cores
        self._setup_ms = array("q")
        self._upload_ms = array("q")
        self.random_order = rules.random_order
        self.retry_at_tail = choices.retry_at_tail and not rules.random_order
        self.random_ties = choices.random_ties
        self.placer = choices.placer
        """Who chooses among the nodes with room; None: the fill type."""
        self.chooses = choices.random_ties or choices.placer is not None
        """Whether a task may go to another node than the first that is found."""
        self._decided: list[int] = []
        """The nodes of the task that a planner starts."""
        self.released: list[int] = []
        """Where a planner decides: tasks whose attempts have ended since it last emptied the list."""

    # ---- what comes ---------------------------------------------------------------------------------------

    def add(self, tasks: Tasks, shapes: Sequence[Shape], priorities: Sequence[int], rules: Rules) -> None:
        """Add jobs, shapes, queues and tasks behind those that are there."""
        self._add_jobs(priorities)
        self._add_shapes(shapes)
        for job, shape in tasks.queues:
            self.queues.add_queue(job, shape, self.nodes.needed_slots[shape], self.nodes.instances[shape])
        before = self.count
        self._add_tasks(tasks)
        self._apply_rules(before, rules)
        self._add_dependencies(before, tasks)

    def shorten(self, count: int) -> None:
        """Remove the last tasks, none of which has arrived, so that `count` are left."""
        self.count = count
        self.parents.shorten(count)
        self.work.shorten(count)
        self.eligibility.shorten(count)

    def _add_jobs(self, priorities: Sequence[int]) -> None:
        if not priorities:
            return
        count = len(priorities)
        self.queues.add_jobs(priorities)
        self.jobs.add_jobs(count)
        self.eligibility.add_jobs(count)
        self.work.add_jobs(count)

    def _add_shapes(self, shapes: Sequence[Shape]) -> None:
        """Add shapes; where they make cores or memory matter, count what runs already."""
        if not shapes:
            return
        before = len(self.shapes)
        self.shapes += shapes
        count = len(self.shapes)
        self.queues.add_shapes(count)
        self.placement.add_shapes(count)
        self.sharing.add_shapes(shapes)
        self.running_of_shape = widened("i", self.running_of_shape, 0, count)
        self.parked_of_shape = widened("i", self.parked_of_shape, 0, count)
        self.never_fits = widened("b", self.never_fits, 0, count)
        for at in range(before, count):
            self.never_fits[at] = self.nodes.never_fits(self.shapes[at])
        self.is_uniform = count == 1 and self.shapes[0].instances == 1
        if self.nodes.add_shapes(shapes):
            for node in range(self.nodes.count):
                for task in self.nodes.tasks_on(node):
                    self.nodes.count_in(node, self.queues.shape[self.queue[task]])

    def _add_tasks(self, tasks: Tasks) -> None:
        """Add rows of tasks, none of which has arrived."""
        before, more = self.count, len(tasks)
        if more == 0:
            return
        self.submit = appended(self.submit, before, tasks.submit)
        self._span = appended(self._span, before, tasks.span)
        self.queue = appended(self.queue, before, tasks.queue)
        self._max_retries = appended(self._max_retries, before, tasks.max_retries)
        self.failures = appended(self.failures, before, tasks.failures)
        self.state = appended(self.state, before, zeros("b", more))
        self.retries = appended(self.retries, before, zeros("i", more))
        self.row = appended(self.row, before, zeros("i", more))
        self.cell = appended(self.cell, before, zeros("i", more))
        self.count = before + more
        self.attempts.expect(more)
        self.queues.add_tasks(before, self.count)
        self.fallible = self.fallible or any(tasks.failures)
        bits = max(self.count - 1, 1).bit_length()
        if bits > self.bits:
            self._renumber(bits)

    def _renumber(self, bits: int) -> None:
        """Make room for more tasks in the keys of the calendar; what would end too late for it ends at its end."""
        before, mask, calendar = self.bits, self.mask, self.calendar
        self._number_in(bits)
        self.calendar = self._empty_calendar()
        while calendar.size:
            key = calendar.top
            calendar.pop()
            task, end = key & mask, key >> before
            first = self.row[task]
            if end > self.last_instant:
                for row in range(first, first + self.shape_of(task).instances):
                    self.attempts.end[row] = min(self.attempts.end[row], self.last_instant)
                end = self.last_instant
            self.calendar.push(end << bits | task)
        self.sharing.renumber(self.calendar, bits)

    def _apply_rules(self, before: int, rules: Rules) -> None:
        """Take over the rules of the tasks behind `before` others, of jobs and of the pool."""
        more = self.count - before
        self.work.add_tasks(before, self.count, self._span, rules)
        self.eligibility.apply(rules)
        self.notices.alarm(before, more, rules.alarms)
        if any(limit >= 0 for limit in rules.most_running):
            running = [self.job_of(task) for task in range(before) if self.state[task] == RUNNING]
            self.jobs.track(running)
            self.jobs.apply(rules.most_running)
        self._wish = extended("i", self._wish, before, rules.wish, more, NONE)
        if len(rules.wish):
            self.wishes = widened("i", self.wishes, NONE, max(rules.wish) + 1)
        self._extends_attempts = self.work.any
        self.special = self.work.any or self.eligibility.any or len(self._wish) > 0
        self._setup_ms = self.work.lead
        self._upload_ms = self.work.upload

    def _add_dependencies(self, before: int, tasks: Tasks) -> None:
        """Have tasks wait for others, whichever of them came first."""
        self.parents.add_tasks(before, tasks)
        attempts = self.attempts
        for parent, child in tasks.later_children:
            has_run = len(attempts) > 0 and attempts.task[self.row[parent]] == parent
            failed = not has_run or attempts.outcome[self.row[parent]] != SUCCEEDED
            self.parents.wait_for(parent, child, self.state[parent] == COMPLETED, failed)

    # ---- reading ------------------------------------------------------------------------------------------

    @property
    def active(self) -> int:
        """How many submitted tasks wait."""
        return self.queues.waiting + self.parked + self.blocked + self.abandoned

    @property
    def running(self) -> int:
        """How many tasks hold slots of nodes."""
        return sum(self.running_of_shape)

    def shape_of(self, task: int) -> Shape:
        """Return what one instance of a task takes."""
        return self.shapes[self.queues.shape[self.queue[task]]]

    def job_of(self, task: int) -> int:
        """Return the job of a task."""
        return self.queues.job[self.queue[task]]

    def tasks_of(self, job: int, state: int) -> list[int]:
        """Return the tasks of `job` in `state`, in creation order."""
        return [task for task in range(self.count) if self.state[task] == state and self.job_of(task) == job]
