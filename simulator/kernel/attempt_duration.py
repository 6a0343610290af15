"""How long an attempt takes and how it ends, where that depends on more than the task's span.

Preparation of the node by the job, packages and images that come first, the wall-clock limit, and checkpoints: what is
saved of an attempt that is stopped shortens the next one.

What is kept of an attempt is counted twice: as work, which the attempts after it need not do, and as time on the
clock, from its assignment to its last checkpoint. Like the time of an attempt that succeeds, it includes what came
before the work, and the reading and writing of checkpoints.
"""

from array import array
from collections.abc import Callable

from simulator.kernel.buffers import extended
from simulator.kernel.optional_rules import Rules
from simulator.states import Outcome

UNPREPARED = int(Outcome.UNPREPARED)
EXPIRED = int(Outcome.EXPIRED)
FAILED = int(Outcome.FAILED)
UNFETCHED = int(Outcome.UNFETCHED)
NODE_BITS = 20
NEVER = 2**62


class Work:
    """Plans attempts; `plan` leaves its answer in `end`, `outcome` and `wait`."""

    __slots__ = (
        "_checkpoints",
        "_coordination_failures",
        "_cost",
        "_demand",
        "_failing",
        "_fetch",
        "_fetches",
        "_hold",
        "_holds",
        "_interval",
        "_keeping",
        "_latency",
        "_limit",
        "_prepare",
        "_prepared",
        "_remaining",
        "_restart",
        "_span",
        "_spoiled",
        "any",
        "begin",
        "crowds",
        "deadline",
        "end",
        "full",
        "kept",
        "lead",
        "outcome",
        "pull",
        "pulled",
        "ready",
        "sick",
        "sickened",
        "upload",
        "wait",
        "waits",
    )

    def __init__(self) -> None:
        self.any = False
        """Whether how long an attempt takes depends on more than its task's span."""
        self._span = array("q")
        self._latency = array("q")
        self.lead = array("q")
        """From assignment to the process, where cores are shared."""
        self._limit = array("q")
        self.upload = array("q")
        """From the end of the process to that of the attempt, where cores are shared or checkpoints are written."""
        self._coordination_failures: dict[int, tuple[int, frozenset[int]]] = {}
        self._prepared: list[int] = []
        self._prepare: Callable[[int, int, int], int] | None = None
        self._fetches = array("b")
        self._fetch: Callable[[int, int, int], int] | None = None
        self._holds = array("b")
        self._hold: Callable[[int, int, list[int], int, bool], bool] | None = None
        self._spoiled = False
        """Whether something that the attempt being planned fetches does not come."""
        self._checkpoints = False
        self._interval = array("q")
        self._cost = array("q")
        self._restart = array("q")
        self._demand = array("q")
        self._remaining = array("q")
        self.ready: dict[int, int] = {}
        """When a job has prepared a node, by `job << NODE_BITS | node`."""
        self._failing: set[int] = set()
        """Of those, where that fails."""
        self.sick: set[int] = set()
        """Nodes on which every attempt fails as it starts."""
        self.sickened: set[int] = set()
        """First rows of the attempts that do."""
        self.full: set[int] = set()
        """First rows of the attempts that failed because the disk of a node had no room for them."""
        self.waits: dict[int, int] = {}
        """How long attempts waited for preparation, by their row."""
        self.pulled: dict[int, int] = {}
        """How long they fetched packages and images after that, where checkpoints are written or cores are shared."""
        self.kept: dict[int, tuple[int, int]] = {}
        """What is kept of stopped attempts, by their first row: the work, and the time that led to it.

        The work of a task's rows and what its next attempt has to do add up to its demand: an attempt that fails by
        itself loses what those before it had kept.
        """
        self._keeping: dict[int, list[int]] = {}
        """The rows in `kept`, by task."""
        self._add_plan()

    def _add_plan(self) -> None:
        """Add what `plan` finds out about an attempt."""
        self.end = 0
        self.outcome = 0
        self.wait = 0
        self.pull = 0
        self.begin = 0
        """When the process begins, where cores are shared."""
        self.deadline = NEVER
        """When it is stopped at the latest, where cores are shared."""
        self.crowds = False
        """Whether a disk may have no room for the attempt."""

    def add_jobs(self, count: int) -> None:
        """Add jobs that prepare nothing."""
        self._prepared += [0] * count

    def add_tasks(self, before: int, count: int, span: "array[int]", rules: Rules) -> None:
        """Take over the rules of tasks that come behind `before` others; `span` is the column of all of them."""
        more = count - before
        self._span = span
        self._latency = extended("q", self._latency, before, rules.latency, more, 0)
        self.lead = extended("q", self.lead, before, rules.setup_ms, more, 0)
        self._limit = extended("q", self._limit, before, rules.limit, more, NEVER)
        self.upload = extended("q", self.upload, before, rules.upload_ms, more, 0)
        self._fetches = extended("b", self._fetches, before, rules.fetches, more, 0)
        self._holds = extended("b", self._holds, before, rules.holds, more, 0)
        self._coordination_failures |= rules.coordination_failures
        self._interval = extended("q", self._interval, before, rules.checkpoint_interval_ms, more, 0)
        self._cost = extended("q", self._cost, before, rules.checkpoint_cost_ms, more, 0)
        self._restart = extended("q", self._restart, before, rules.restart_cost_ms, more, 0)
        self._demand = extended("q", self._demand, before, rules.demand, more, 0)
        self._remaining = extended("q", self._remaining, before, array("q", rules.demand), more, 0)
        self._checkpoints = len(self._interval) > 0
        for task in range(before, before + len(rules.checkpoint_interval_ms)):
            span[task] += self._process(task, self._demand[task]) - self._demand[task]
        for job, prepared in enumerate(rules.prepared):
            self._prepared[job] = prepared or self._prepared[job]
        self._prepare = self._prepare or rules.prepare
        self._fetch = self._fetch or rules.fetch
        self._hold = self._hold or rules.hold
        self.any = self.any or rules.extends_attempts

    def shorten(self, count: int) -> None:
        """Forget what is special about all tasks but the first `count`."""
        self._coordination_failures = {task: one for task, one in self._coordination_failures.items() if task < count}

    def plan(self, task: int, job: int, nodes: list[int], now: int, outcome: int, attempt: int, row: int) -> None:
        """Find out how an attempt of `task` on `nodes` from `now` on, `row` of the record, will end by itself."""
        begin = now + self._latency[task]
        ready = begin
        failing = False
        if self._prepared and self._prepared[job]:
            for node in nodes:
                prepared = self._prepared_at(job, node, begin)
                failing = failing or (job << NODE_BITS | node) in self._failing
                ready = max(ready, prepared)
        self.wait = ready - begin
        self.pull = 0
        self.outcome = outcome
        self.crowds = False
        if failing:
            self.end = ready
            self.outcome = UNPREPARED
            return
        if self.sick and not self.sick.isdisjoint(nodes):
            self.sickened.add(row)
            self.end = ready
            self.outcome = FAILED
            self.begin = NEVER  # no process begins
            self.deadline = 0
            return
        pulled = ready
        self._spoiled = False
        if len(self._fetches) and self._fetches[task]:
            pulled = self._fetched_at(task, nodes, ready)
        self.pull = pulled - ready if self._checkpoints or len(self.lead) else 0
        self.end = pulled + self._span[task] - self._latency[task]
        if len(self.lead):
            self.begin = pulled + self.lead[task] - self._latency[task]
            self.deadline = ready + self._limit[task] if len(self._limit) else NEVER
        if (
            outcome == FAILED
            and task in self._coordination_failures
            and attempt in self._coordination_failures[task][1]
        ):
            self.end = pulled + self._coordination_failures[task][0] - self._latency[task]
            self.begin = self.deadline + 1  # as above
        if self._spoiled:
            self.end = pulled
            self.outcome = UNFETCHED
            self.begin = self.deadline + 1  # as above
        if len(self._limit) and self.end - ready > self._limit[task]:
            self.end = ready + self._limit[task]
            self.outcome = EXPIRED
        if len(self._holds) and self._holds[task] and self._hold is not None:
            self.crowds = self._hold(task, row, nodes, ready, not self._spoiled)

    def stopped(self, task: int, row: int, elapsed: int, lasted: int) -> None:
        """Note that an attempt was stopped `lasted` after its assignment: work up to the last checkpoint is saved.

        Where cores are shared, `elapsed` is what an attempt as far as this one takes if nothing slows it; else they
        are equal. When a slowed process wrote its checkpoints is not known: the time that is kept of it is its time
        in proportion, as if it had been slowed evenly from its beginning to its end; rounded down.
        """
        if not self._checkpoints or self._interval[task] <= 0:
            return
        step = self._interval[task] + self._cost[task]
        whole = self._process(task, self._remaining[task])
        resumed = self._remaining[task] < self._demand[task]
        lead = self._span[task] - whole  # dispatch, launch, and reading the checkpoint
        if len(self.upload):
            lead -= self.upload[task]
        before = self.waits.get(row, 0) + self.pulled.get(row, 0)
        done = elapsed - before - lead
        written = min(max(done, 0) // step, (self._remaining[task] - 1) // self._interval[task])  # none at the end
        saved = written * self._interval[task]
        if saved:
            time = before + lead + written * step
            if lasted != elapsed:
                before += self.lead[task]  # from here on the process ran
                wall = lasted - before
                time = before + wall * (time - before) // (elapsed - before)
            self.kept[row] = (saved, time)
            self._keeping.setdefault(task, []).append(row)
            self._remaining[task] -= saved
            around = self._span[task] - whole + (0 if resumed else self._restart[task])
            self._span[task] = around + self._process(task, self._remaining[task])

    def failed(self, task: int) -> None:
        """Note that the next attempt starts from the beginning, as one does after an attempt that failed by itself."""
        if self._checkpoints and self._remaining[task] < self._demand[task]:
            for row in self._keeping.pop(task):
                del self.kept[row]
            lead = self._span[task] - self._process(task, self._remaining[task]) - self._restart[task]
            self._remaining[task] = self._demand[task]
            self._span[task] = lead + self._process(task, self._demand[task])

    def is_failing(self, job: int, node: int) -> bool:
        """Return whether the preparation of `node` by `job` fails."""
        return (job << NODE_BITS | node) in self._failing

    def renew(self, node: int, jobs: list[int]) -> None:
        """Forget what `jobs` have prepared on `node`."""
        for job in jobs:
            self.ready.pop(job << NODE_BITS | node, None)
            self._failing.discard(job << NODE_BITS | node)

    def _prepared_at(self, job: int, node: int, begin: int) -> int:
        key = job << NODE_BITS | node
        if key not in self.ready:
            span = self._prepare(job, node, begin) if self._prepare else 0
            self.ready[key] = begin + (span if span >= 0 else ~span)
            if span < 0 and self._prepared[job] == 1:
                self._failing.add(key)
        return self.ready[key] if self._prepared[job] == 1 else begin

    def _fetched_at(self, task: int, nodes: list[int], begin: int) -> int:
        """Return when the last node of an attempt has all that its task fetches, or the first knows that it fails."""
        last = begin
        first = NEVER
        for node in nodes:
            span = self._fetch(task, node, begin) if self._fetch else 0
            if span >= 0:
                last = max(last, begin + span)
            else:
                self._spoiled = True
                first = min(first, begin - 1 - span)
        return first if self._spoiled else last

    def _process(self, task: int, work: int) -> int:
        """Return how long so much work takes with its checkpoints; the end of it needs none."""
        if self._interval[task] <= 0 or work <= 0:
            return work
        return work + (work - 1) // self._interval[task] * self._cost[task]
